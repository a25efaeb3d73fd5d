// SPDX-License-Identifier: GPL-2.0
/*
 * node_take.c - slabs are taken from nodes, for a cpu.
 *
 * Floor 4. Takes list_lock (3b), never with a cpu's lock held: slabs leave here
 * detached and frozen.
 */
#include <linux/cpuset.h>
#include <linux/oom.h>
#include <linux/timex.h>

#include "node.h"
#include "pair.h"

/*
 * May a request with these flags dip into the reserves of the page allocator?
 * The rules of gfp_pfmemalloc_allowed(), which modules can't call.
 */
bool slubx_may_use_reserves(gfp_t gfp)
{
	if (gfp & __GFP_NOMEMALLOC)
		return false;
	if (gfp & __GFP_MEMALLOC)
		return true;
	if (in_serving_softirq())
		return current->flags & PF_MEMALLOC;
	return !in_interrupt() &&
	       ((current->flags & PF_MEMALLOC) || tsk_is_oom_victim(current));
}
EXPORT_SYMBOL_SLUBX(slubx_may_use_reserves);

/* The listed slab becomes frozen and stays as full as it is. */
static void freeze_locked(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	union slubx_freelist_counters old, new;

	do {
		old = slubx_pair_read(slab);
		new = old;
		new.counters.frozen = 1;
	} while (!slubx_pair_update(s, slab, old, new));
}

/* The listed slab becomes frozen, and the caller gets its free objects. */
static void *freeze_and_empty_locked(struct slubx_kmem_cache *s,
				     struct slubx_slab *slab)
{
	union slubx_freelist_counters old, new;

	do {
		old = slubx_pair_read(slab);
		new = old;
		new.freelist = NULL;
		new.counters.inuse = new.counters.objects;
		new.counters.frozen = 1;
	} while (!slubx_pair_update(s, slab, old, new));
	return old.freelist;
}

/* Slabs to take for a cpu's partial list: half of what the cpu may hold. */
static unsigned int batch(const struct slubx_kmem_cache *s)
{
	if (!slubx_has_cpu_partial(s))
		return 0;
	return READ_ONCE(s->cpu_partial_slabs) / 2 + 1;
}

static bool take_from(struct slubx_kmem_cache *s,
		      struct slubx_kmem_cache_node *n, gfp_t gfp,
		      struct slubx_taken *taken)
{
	unsigned int left = batch(s);
	struct slubx_slab *slab, *next;
	unsigned long irq;

	/* Racy: a slab that appears now is found by the next who comes. */
	if (!n || !READ_ONCE(n->nr_partial))
		return false;

	spin_lock_irqsave(&n->list_lock, irq);
	list_for_each_entry_safe(slab, next, &n->partial, slab_list) {
		if (!slubx_slab_fits(slab, gfp))
			continue;
		if (taken->slab && !left--)
			break;
		slubx_node_unlist_locked(n, slab);
		if (!taken->slab) {
			taken->slab = slab;
			taken->freelist = freeze_and_empty_locked(s, slab);
			slubx_stat(s, ALLOC_FROM_PARTIAL);
			continue;
		}
		freeze_locked(s, slab);
		slab->next = taken->rest;
		taken->rest = slab;
		slubx_stat(s, CPU_PARTIAL_NODE);
	}
	spin_unlock_irqrestore(&n->list_lock, irq);
	return taken->slab;
}

/* More than the node would keep? Racy. */
static bool has_surplus(const struct slubx_kmem_cache *s,
			const struct slubx_kmem_cache_node *n)
{
	return n && READ_ONCE(n->nr_partial) > READ_ONCE(s->min_partial);
}

/* The nearest node that has, and is not in @seen; mostly NUMA_NO_NODE. */
static int nearest_surplus(const struct slubx_kmem_cache *s, int from,
			   const nodemask_t *seen)
{
	int node, best = NUMA_NO_NODE;

	for (node = 0; node < (int)nr_node_ids; node++) {
		if (!has_surplus(s, s->node[node]) || node_isset(node, *seen))
			continue;
		if (best == NUMA_NO_NODE ||
		    node_distance(from, node) < node_distance(from, best))
			best = node;
	}
	return best;
}

/* A task confined to some nodes gets objects of those, as far as we can see. */
bool slubx_node_allowed(int node)
{
	return in_interrupt() || node_isset(node, cpuset_current_mems_allowed);
}

/*
 * Another node's surplus instead of a new slab, with the likelihood that
 * remote_node_defrag_ratio gives, nearest node first.
 */
static bool take_remote(struct slubx_kmem_cache *s, gfp_t gfp, int from,
			struct slubx_taken *taken)
{
	unsigned int ratio = READ_ONCE(s->remote_node_defrag_ratio);
	nodemask_t seen = nodemask_of_node(from);
	int node;

	if (!ratio || get_cycles() % 1024 > ratio)
		return false;
	while ((node = nearest_surplus(s, from, &seen)) != NUMA_NO_NODE) {
		node_set(node, seen);
		if (slubx_node_allowed(node) &&
		    take_from(s, s->node[node], gfp, taken))
			return true;
	}
	return false;
}

/*
 * Takes partial slabs for a cpu: from @node, or from near nodes unless the
 * caller insists on it. False if there are none. *@taken starts out empty.
 */
bool slubx_node_take(struct slubx_kmem_cache *s, gfp_t gfp, int node,
		     struct slubx_taken *taken)
{
	int first = node == NUMA_NO_NODE ? numa_mem_id() : node;

	if (take_from(s, s->node[first], gfp, taken))
		return true;
	if (node != NUMA_NO_NODE && (gfp & __GFP_THISNODE))
		return false;
	return take_remote(s, gfp, first, taken);
}
EXPORT_SYMBOL_SLUBX(slubx_node_take);
