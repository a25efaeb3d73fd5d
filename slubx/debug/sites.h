/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sites.h - from where in the code the objects in use were allocated. Floor 7.
 */
#ifndef _SLUBX_DEBUG_SITES_H
#define _SLUBX_DEBUG_SITES_H

#include <linux/nodemask.h>

#include "object.h"

/* All objects in use that one place in the code allocated, or freed before. */
struct slubx_site {
	unsigned long addr;	/* 0: not known */
	u32 stack;
	size_t waste;		/* bytes of each that nobody asked for */
	unsigned long count;	/* 0: an empty entry */
	u64 sum_age;		/* in jiffies */
	long min_age, max_age;
	int min_pid, max_pid;
	nodemask_t nodes;
	unsigned long cpus[];	/* nr_cpu_ids bits */
};

/* Entries, one behind the other, for whoever collects; the memory is his. */
struct slubx_sites {
	void *memory;		/* all zeroes at first */
	unsigned int room;	/* entries that it has room for */
	unsigned int count;	/* entries in use */
	unsigned long lost;	/* objects for which there was no entry */
};

static inline size_t slubx_site_size(void)
{
	return struct_size((struct slubx_site *)NULL, cpus,
			   BITS_TO_LONGS(nr_cpu_ids));
}

static inline struct slubx_site *slubx_site(const struct slubx_sites *sites,
					    unsigned int i)
{
	return sites->memory + i * slubx_site_size();
}

void slubx_sites_collect(struct slubx_kmem_cache *s, struct slubx_sites *sites,
			 enum slubx_track_item item);

#endif /* _SLUBX_DEBUG_SITES_H */
