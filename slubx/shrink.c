// SPDX-License-Identifier: GPL-2.0
/*
 * shrink.c - a cache gives back what it holds but does not need.
 *
 * Floor 7. Locks: cpus_read_lock (0) by flush.c, list_lock (3b) by node.c.
 */
#include "cache.h"
#include "flush.h"
#include "node.h"

static void shrink_nodes(struct slubx_kmem_cache *m)
{
	struct slubx_kmem_cache_node *n;
	int node;

	slubx_for_each_node(m, node, n)
		slubx_node_shrink(m, n);
}

/*
 * Frees all empty slabs and sorts the partial ones, fullest first. 0 if no
 * slab remains, else 1. May sleep.
 */
int slubx_cache_shrink(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;

	slubx_for_each_mode(s, m) {
		slubx_flush_all(m);
		shrink_nodes(m);
	}
	return slubx_cache_slabs(s) ? 1 : 0;
}
EXPORT_SYMBOL_SLUBX(slubx_cache_shrink);

/* The same for a caller who holds cpus_read_lock. */
int slubx_cache_shrink_cpuslocked(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;

	slubx_for_each_mode(s, m) {
		slubx_flush_all_cpuslocked(m);
		shrink_nodes(m);
	}
	return slubx_cache_slabs(s) ? 1 : 0;
}
