/* SPDX-License-Identifier: GPL-2.0 */
/*
 * leaks.h - what is still in use when a cache is destroyed. Floor 7.
 */
#ifndef _SLUBX_LEAKS_H
#define _SLUBX_LEAKS_H

#include "debug/oldest.h"
#include "debug/sites.h"

struct slubx_leaks {
	struct slubx_kmem_cache *s;
	unsigned long total;
	unsigned int lines;	/* of slabs, printed so far */
	/* Of a cache that tracks its users; room is the caller's, or 0. */
	struct slubx_oldest oldest;
	struct slubx_sites sites;
};

/* Lines in the log for a cache, without stacks: of slabs, objects, places. */
#define SLUBX_LEAKS_LINES 32
#define SLUBX_LEAKS_OBJECTS 16
#define SLUBX_LEAKS_SITES 16

unsigned long slubx_cache_report_leaks(struct slubx_kmem_cache *s);
void slubx_leaks_find(struct slubx_kmem_cache *s, struct slubx_leaks *leaks);

#endif /* _SLUBX_LEAKS_H */
