// SPDX-License-Identifier: GPL-2.0
/*
 * held.c - visits the objects in use of a cache that were allocated in a mode with
 * SLUBX_STORE_USER.
 *
 * Floor 7. Takes list_lock (3b) for one slab after the other, never for a list:
 * each slab is seen as it is at a moment of its own. Of slabs that come or go
 * meanwhile some are seen.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "../node.h"
#include "../walk.h"
#include "held.h"

static DECLARE_BITMAP(free_map, SLUBX_MAX_OBJS_PER_SLAB);
static DEFINE_MUTEX(free_map_lock);

struct visitor {
	struct slubx_kmem_cache *s;
	enum slubx_track_item item;
	void (*visit)(const struct slubx_held *held, void *arg);
	void *arg;
};

/* The slab's own cache, not the client's, knows how it is cut. */
static void visit_object(struct slubx_slab *slab, void *x, void *arg)
{
	const struct slubx_kmem_cache *m = slab->slab_cache;
	const struct visitor *v = arg;
	const struct slubx_held held = {
		.pfn = page_to_pfn(slubx_slab_page(slab)),
		.index = slubx_slab_index(slab, x),
		.offset = x - slubx_slab_address(slab),
		.node = slubx_slab_nid(slab),
		.waste = m->layout.object_size - slubx_object_asked(m, x),
		.track = slubx_object_track(m, x, v->item),
	};

	v->visit(&held, v->arg);
}

/* What was a slab of @v->s when it was found may be one no more. */
static void visit_slab(struct slubx_slab *slab, void *arg)
{
	struct slubx_kmem_cache *m = READ_ONCE(slab->slab_cache);
	const struct visitor *v = arg;

	if (slubx_is_mode_of(v->s, m) && (m->flags & SLUBX_STORE_USER))
		slubx_node_visit_used(m, slab, free_map, visit_object, arg);
	cond_resched();
}

/* Has it a mode in which it is known who allocates? */
bool slubx_is_tracked(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;

	slubx_for_each_mode(s, m)
		if (m->flags & SLUBX_STORE_USER)
			return true;
	return false;
}

/*
 * Calls @visit, which must not sleep, for each object of @s in use of which it is
 * known who allocated it or, by @item, who had freed it before. May sleep.
 */
void slubx_held_visit(struct slubx_kmem_cache *s, enum slubx_track_item item,
		      void (*visit)(const struct slubx_held *held, void *arg),
		      void *arg)
{
	struct visitor visitor = {
		.s = s,
		.item = item,
		.visit = visit,
		.arg = arg,
	};

	if (!slubx_is_tracked(s))
		return;
	mutex_lock(&free_map_lock);
	slubx_walk_slabs(s, visit_slab, &visitor);
	mutex_unlock(&free_map_lock);
}
