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

static void validate(struct slubx_kmem_cache *m)
{
	struct slubx_kmem_cache_node *n;
	int node;

	slubx_for_each_node(m, node, n)
		slubx_node_validate(m, n, free_map);
}

/*
 * Reports and repairs what it finds, and returns how much that was, with what
 * others found meanwhile. Slabs that are not debugged are not looked at. May
 * sleep.
 */
unsigned int slubx_cache_validate(struct slubx_kmem_cache *s)
{
	int before = atomic_read(&s->errors);
	struct slubx_kmem_cache *m;

	mutex_lock(&free_map_lock);
	slubx_for_each_mode(s, m)
		if (slubx_is_debugged(m))
			validate(m);
	mutex_unlock(&free_map_lock);
	return atomic_read(&s->errors) - before;
}
EXPORT_SYMBOL_SLUBX(slubx_cache_validate);
