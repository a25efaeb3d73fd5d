/* SPDX-License-Identifier: GPL-2.0 */
/*
 * large.h - memory too large for a cache: pages of its own. Floor 2.
 */
#ifndef _SLUBX_LARGE_H
#define _SLUBX_LARGE_H

#include <linux/types.h>

void *slubx_large_new(size_t size, gfp_t gfp, int node);
bool slubx_large_disown(const void *x);
bool slubx_large_waits(const void *x);
void slubx_large_release(void *x);
size_t slubx_large_size(const void *x);
long slubx_large_count(void);

#endif /* _SLUBX_LARGE_H */
