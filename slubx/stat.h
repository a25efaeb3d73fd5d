/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stat.h - event counters of a cache, by SLUB's names.
 *
 * Floor 0. Off, an event costs one patched no-op; on (slubx_stats_on), one
 * increment on this cpu. An interrupt between the load and the store of a
 * counter on other architectures than x86 may lose an event, as in SLUB.
 */
#ifndef _SLUBX_STAT_H
#define _SLUBX_STAT_H

#include <linux/jump_label.h>
#include <linux/percpu.h>

#include "types.h"

enum slubx_stat_item {
	ALLOC_FASTPATH,
	ALLOC_SLOWPATH,
	FREE_FASTPATH,
	FREE_SLOWPATH,
	FREE_FROZEN,		/* freed to a slab that a cpu owns */
	FREE_ADD_PARTIAL,	/* the first free object of a full slab */
	FREE_REMOVE_PARTIAL,	/* the last used object of a listed slab */
	ALLOC_FROM_PARTIAL,
	ALLOC_SLAB,
	ALLOC_REFILL,		/* took what others had freed to the cpu slab */
	ALLOC_NODE_MISMATCH,
	FREE_SLAB,
	CPUSLAB_FLUSH,
	DEACTIVATE_FULL,
	DEACTIVATE_EMPTY,
	DEACTIVATE_TO_HEAD,
	DEACTIVATE_TO_TAIL,
	DEACTIVATE_REMOTE_FREES,
	DEACTIVATE_BYPASS,	/* the cpu slab was full and was let go */
	ORDER_FALLBACK,		/* a slab of the smallest order */
	CMPXCHG_DOUBLE_CPU_FAIL,
	CMPXCHG_DOUBLE_FAIL,
	CPU_PARTIAL_ALLOC,
	CPU_PARTIAL_FREE,
	CPU_PARTIAL_NODE,	/* a cpu's list refilled from a node's */
	CPU_PARTIAL_DRAIN,
	NR_SLUBX_STAT_ITEMS
};

/* Where an allocation that was not fast got its object; for events. */
enum slubx_rung {
	SLUBX_RUNG_CPU,		/* what this cpu owns */
	SLUBX_RUNG_NODE,	/* a slab of some node's list */
	SLUBX_RUNG_NEW,		/* a new slab */
	SLUBX_RUNG_NONE,	/* nowhere */
};

/* What the slab was that an object was freed to, not fast; for events. */
enum slubx_freed_to {
	SLUBX_FREED_TO_FROZEN,		/* some cpu's */
	SLUBX_FREED_TO_PARTIAL,		/* listed, and so it stays */
	SLUBX_FREED_TO_CPU_PARTIAL,	/* full, now of this cpu's list */
	SLUBX_FREED_TO_NODE,		/* it joins or leaves a node's list */
};

struct slubx_stat {
	unsigned int item[NR_SLUBX_STAT_ITEMS];
};

DECLARE_STATIC_KEY_FALSE(slubx_stats_on);

static __always_inline void slubx_stat_add(const struct slubx_kmem_cache *s,
					   enum slubx_stat_item item,
					   unsigned int count)
{
	if (static_branch_unlikely(&slubx_stats_on))
		raw_cpu_add(s->stat->item[item], count);
}

static __always_inline void slubx_stat(const struct slubx_kmem_cache *s,
				       enum slubx_stat_item item)
{
	slubx_stat_add(s, item, 1);
}

unsigned long slubx_stat_sum(struct slubx_kmem_cache *s,
			     enum slubx_stat_item item);
unsigned int slubx_stat_of_cpu(struct slubx_kmem_cache *s,
			       enum slubx_stat_item item, int cpu);
void slubx_stat_clear_item(struct slubx_kmem_cache *s,
			   enum slubx_stat_item item);
void slubx_stat_clear(struct slubx_kmem_cache *s);

#endif /* _SLUBX_STAT_H */
