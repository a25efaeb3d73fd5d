// SPDX-License-Identifier: GPL-2.0
/*
 * count.c - how many slabs and objects a cache has on a node.
 *
 * Floor 10. Takes list_lock (3b), by node_list.c, for as long as a bounded walk
 * takes. What belongs to cpus is read without their locks, so the figures are
 * a moment's picture and need not add up while the cache is in use.
 */
#include "../holdings.h"
#include "../node.h"
#include "iface.h"

/* The figures come one after the other: more may be free than there was. */
static unsigned long without(unsigned long total, unsigned long free)
{
	return total - min(total, free);
}

/*
 * Slabs on the partial list of @cpu, and the node of the first, to which SLUB
 * counts them all. The first may be taken, used up and freed while we look.
 * Its struct page stays, and so does its node (unless its memory is unplugged
 * that very moment), but where the length stood there is something else. A
 * length that can't be is taken for 1; one that could be is believed.
 */
static unsigned int cpu_partial(struct slubx_kmem_cache *m, int cpu, int *node)
{
	struct slubx_slab *first;
	unsigned int slabs;

	first = READ_ONCE(per_cpu_ptr(m->cpu_slab, cpu)->partial);
	if (!first)
		return 0;
	*node = slubx_slab_nid(first);
	slabs = READ_ONCE(first->slabs);
	return slabs && slabs <= slubx_cache_mode_slabs(m) ? slabs : 1;
}

/* Slabs on the partial list of @cpu. */
unsigned int slubx_count_cpu_partial(struct slubx_kmem_cache *s, int cpu)
{
	struct slubx_kmem_cache *m;
	unsigned int slabs = 0;
	int node;

	slubx_for_each_mode(s, m)
		slabs += cpu_partial(m, cpu, &node);
	return slabs;
}

/* Cpus that died since have none. */
static unsigned long cpu_slabs(struct slubx_kmem_cache *m, int node)
{
	unsigned long slabs = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct slubx_slab *slab;
		unsigned int partial;
		int their_node;

		slab = READ_ONCE(per_cpu_ptr(m->cpu_slab, cpu)->slab);
		if (slab && slubx_slab_nid(slab) == node)
			slabs++;
		partial = cpu_partial(m, cpu, &their_node);
		if (partial && their_node == node)
			slabs += partial;
	}
	return slabs;
}

static unsigned long in_node(struct slubx_kmem_cache_node *n,
			     enum slubx_count what)
{
	switch (what) {
	case SLUBX_COUNT_TOTAL_OBJECTS:
		return atomic_long_read(&n->total_objects);
	case SLUBX_COUNT_OBJECTS:
		return without(atomic_long_read(&n->total_objects),
			       slubx_node_count_partial(n, SLUBX_PARTIAL_FREE));
	case SLUBX_COUNT_SLABS:
		return atomic_long_read(&n->nr_slabs);
	case SLUBX_COUNT_PARTIAL:
		return slubx_node_count_partial(n, SLUBX_PARTIAL_SLABS);
	case SLUBX_COUNT_OBJECTS_PARTIAL:
		return slubx_node_count_partial(n, SLUBX_PARTIAL_INUSE);
	default:
		return 0;
	}
}

static unsigned long in_mode(struct slubx_kmem_cache *m, enum slubx_count what,
			     int node)
{
	if (what == SLUBX_COUNT_CPU_SLABS)
		return cpu_slabs(m, node);
	return m->node[node] ? in_node(m->node[node], what) : 0;
}

/* The figure of one node, which need not exist. */
unsigned long slubx_count_node(struct slubx_kmem_cache *s,
			       enum slubx_count what, int node)
{
	struct slubx_kmem_cache *m;
	unsigned long count = 0;

	if (what == SLUBX_COUNT_IN_USE)
		return without(slubx_count_node(s, SLUBX_COUNT_OBJECTS, node),
			       slubx_holdings_of_all(s, node));
	slubx_for_each_mode(s, m)
		count += in_mode(m, what, node);
	return count;
}
EXPORT_SYMBOL_SLUBX(slubx_count_node);

unsigned long slubx_count_all(struct slubx_kmem_cache *s, enum slubx_count what)
{
	unsigned long count = 0;
	int node;

	for (node = 0; node < (int)nr_node_ids; node++)
		count += slubx_count_node(s, what, node);
	return count;
}
EXPORT_SYMBOL_SLUBX(slubx_count_all);
