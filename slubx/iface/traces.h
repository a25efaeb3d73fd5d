/* SPDX-License-Identifier: GPL-2.0 */
/*
 * traces.h - <cache>/alloc_traces and free_traces. Floor 10.
 */
#ifndef _SLUBX_TRACES_H
#define _SLUBX_TRACES_H

#include <linux/fs.h>

extern const struct file_operations slubx_alloc_traces_fops;
extern const struct file_operations slubx_free_traces_fops;

#endif /* _SLUBX_TRACES_H */
