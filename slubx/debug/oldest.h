/* SPDX-License-Identifier: GPL-2.0 */
/*
 * oldest.h - which objects in use are the oldest. Floor 7.
 */
#ifndef _SLUBX_DEBUG_OLDEST_H
#define _SLUBX_DEBUG_OLDEST_H

#include "object.h"

/* An object that was in use when it was looked at. */
struct slubx_old_object {
	unsigned long age;	/* in jiffies */
	unsigned long pfn;	/* of its slab */
	unsigned int index;	/* in its slab */
	unsigned int offset;
	int node;
	size_t waste;		/* bytes that nobody asked for */
	struct slubx_track track;
};

/* For whoever collects; the memory is his. */
struct slubx_oldest {
	struct slubx_old_object *object;
	unsigned int room;
	unsigned int count;
	unsigned long lost;	/* younger ones, for which there was no room */
};

void slubx_oldest_collect(struct slubx_kmem_cache *s,
			  struct slubx_oldest *oldest);

#endif /* _SLUBX_DEBUG_OLDEST_H */
