// SPDX-License-Identifier: GPL-2.0
/*
 * validate.c - looks at every slab and every object of a debugged cache.
 *
 * Floor 7. Takes list_lock (3b) of one node after the other, each for as long as
 * it takes to look at all of its slabs.
 */
#include <linux/bitmap.h>
#include <linux/mutex.h>

#include "../cache.h"
#include "../node.h"

/* Which objects of one slab are free. One validation at a time. */
static DECLARE_BITMAP(free_map, SLUBX_MAX_OBJS_PER_SLAB);
static DEFINE_MUTEX(free_map_lock);

/*
 * Reports and repairs what it finds, and returns how much that was, with what
 * others found meanwhile. 0 for a cache that is not debugged. May sleep.
 */
unsigned int slubx_cache_validate(struct slubx_kmem_cache *s)
{
	int node, before = atomic_read(&s->errors);
	struct slubx_kmem_cache_node *n;

	if (!slubx_is_debugged(s))
		return 0;
	mutex_lock(&free_map_lock);
	slubx_for_each_node(s, node, n)
		slubx_node_validate(s, n, free_map);
	mutex_unlock(&free_map_lock);
	return atomic_read(&s->errors) - before;
}
EXPORT_SYMBOL_SLUBX(slubx_cache_validate);
