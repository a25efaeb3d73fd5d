/* SPDX-License-Identifier: GPL-2.0 */
/*
 * inspect.h - checks with what follows from them. Floor 3.
 *
 * The only header of debug/ that the paths need. All take place under the
 * list_lock of the slab's node, but slubx_inspect_refuse().
 */
#ifndef _SLUBX_DEBUG_INSPECT_H
#define _SLUBX_DEBUG_INSPECT_H

#include "../slab.h"
#include "track.h"

/* Is it a cache whose objects are checked as they come and go? */
static inline bool slubx_is_debugged(const struct slubx_kmem_cache *s)
{
	return s->flags & SLUBX_DEBUG_FLAGS;
}

bool slubx_inspect_alloc(struct slubx_slab *slab);
bool slubx_inspect_free(struct slubx_slab *slab, void *x);
bool slubx_inspect_all(struct slubx_slab *slab, unsigned long *map);
void slubx_inspect_isolate(struct slubx_slab *slab);
void slubx_inspect_count(struct slubx_kmem_cache *s, unsigned long *count,
			 unsigned long counted);
void slubx_inspect_empty(struct slubx_slab *slab);
bool slubx_inspect_refuse(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			  void *x, enum slubx_verdict_kind kind);
void slubx_inspect_give(struct slubx_slab *slab, void *x,
			const struct slubx_user *user);
void slubx_inspect_take_back(struct slubx_slab *slab, void *x,
			     const struct slubx_user *user);

#endif /* _SLUBX_DEBUG_INSPECT_H */
