/* SPDX-License-Identifier: GPL-2.0 */
/*
 * path.h - what the floors above may call of alloc.c, free.c and defer.c
 * beside the public functions. Floor 6.
 */
#ifndef _SLUBX_PATH_H
#define _SLUBX_PATH_H

#include "types.h"

/* defer.c */
typedef void (*slubx_free_fn)(struct slubx_kmem_cache *s,
			      struct slubx_slab *slab, void *x);
int slubx_defer_init(slubx_free_fn free);
void slubx_defer_exit(void);
void slubx_defer_free(struct slubx_kmem_cache *s, void *x);
void slubx_defer_flush(void);

/* free.c */
void slubx_free_deferred(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			 void *x);

#endif /* _SLUBX_PATH_H */
