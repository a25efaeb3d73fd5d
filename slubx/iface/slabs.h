/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slabs.h - the file of debugfs that shows every slab of a cache. Floor 10.
 */
#ifndef _SLUBX_SLABS_H
#define _SLUBX_SLABS_H

#include <linux/fs.h>

extern const struct file_operations slubx_slabs_fops;

#endif /* _SLUBX_SLABS_H */
