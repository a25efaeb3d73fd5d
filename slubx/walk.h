/* SPDX-License-Identifier: GPL-2.0 */
/*
 * walk.h - every slab of a cache, the full ones too. Floor 2.
 */
#ifndef _SLUBX_WALK_H
#define _SLUBX_WALK_H

#include "types.h"

struct slubx_slab *slubx_walk_next(struct slubx_kmem_cache *s,
				   unsigned long pfn);
unsigned long
slubx_walk_slabs(struct slubx_kmem_cache *s,
		 void (*visit)(struct slubx_slab *slab, void *arg), void *arg);

#endif /* _SLUBX_WALK_H */
