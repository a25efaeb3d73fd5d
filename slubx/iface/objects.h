/* SPDX-License-Identifier: GPL-2.0 */
/*
 * objects.h - the file of debugfs that shows objects in use, by age. Floor 10.
 */
#ifndef _SLUBX_OBJECTS_H
#define _SLUBX_OBJECTS_H

#include <linux/fs.h>

extern const struct file_operations slubx_objects_fops;

#endif /* _SLUBX_OBJECTS_H */
