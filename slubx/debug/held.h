/* SPDX-License-Identifier: GPL-2.0 */
/*
 * held.h - the objects in use of which it is known who has them. Floor 7.
 */
#ifndef _SLUBX_DEBUG_HELD_H
#define _SLUBX_DEBUG_HELD_H

#include "object.h"

/* An object in clients' hands. */
struct slubx_held {
	unsigned long pfn;		/* of its slab */
	unsigned int index;		/* in its slab */
	unsigned int offset;
	int node;
	size_t waste;			/* bytes that nobody asked for */
	const struct slubx_track *track;
};

bool slubx_is_tracked(struct slubx_kmem_cache *s);
void slubx_held_visit(struct slubx_kmem_cache *s, enum slubx_track_item item,
		      void (*visit)(const struct slubx_held *held, void *arg),
		      void *arg);

#endif /* _SLUBX_DEBUG_HELD_H */
