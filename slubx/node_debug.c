// SPDX-License-Identifier: GPL-2.0
/*
 * node_debug.c - objects of debugged caches, which go from the node to the client
 * and back one by one, and are looked at on the way.
 *
 * Floor 4. All of it happens under list_lock (3b), so that nothing changes while
 * it is checked. A slab of a debugged cache belongs to no cpu: it is on the
 * partial list of its node if it has a free object, else on its full list. One
 * that was found damaged beyond repair is on the full list too, frozen.
 */
#include <linux/bitmap.h>

#include "freelist.h"
#include "node.h"

/* ---- Lists ---------------------------------------------------------------*/

static void make_partial_locked(struct slubx_kmem_cache_node *n,
				struct slubx_slab *slab)
{
	slab->fc.counters.partial = 1;
	slubx_node_list_locked(n, slab, DEACTIVATE_TO_TAIL);
}

/*
 * Moves the slab to the list that it belongs on. Which it is on is not known
 * from the freelist: that may have been damaged, and repaired.
 */
static void relist_locked(struct slubx_kmem_cache_node *n,
			  struct slubx_slab *slab)
{
	lockdep_assert_held(&n->list_lock);
	if (slab->fc.freelist && !slab->fc.counters.partial) {
		list_del_init(&slab->slab_list);
		make_partial_locked(n, slab);
	} else if (!slab->fc.freelist && slab->fc.counters.partial) {
		slubx_node_unlist_locked(n, slab);
		slab->fc.counters.partial = 0;
		list_add(&slab->slab_list, &n->full);
	}
}

/* ---- To the client -------------------------------------------------------*/

/* The first free object of a partial slab; NULL: the slab is isolated now. */
static void *take_locked(struct slubx_kmem_cache_node *n,
			 struct slubx_slab *slab, const struct slubx_user *user)
{
	struct slubx_kmem_cache *s = slab->slab_cache;
	void *x = NULL;

	if (likely(slubx_inspect_alloc(slab))) {
		x = slab->fc.freelist;
		slab->fc.freelist = slubx_freelist_next(s, x);
		slab->fc.counters.inuse++;
		slubx_inspect_give(slab, x, user);
	} else {
		slubx_inspect_isolate(slab);
	}
	relist_locked(n, slab);
	return x;
}

static void *take_from(struct slubx_kmem_cache *s, int node, gfp_t gfp,
		       const struct slubx_user *user)
{
	struct slubx_kmem_cache_node *n = s->node[node];
	struct slubx_slab *slab, *next;
	unsigned long irq;
	void *x = NULL;

	if (!n || !READ_ONCE(n->nr_partial))
		return NULL;
	spin_lock_irqsave(&n->list_lock, irq);
	list_for_each_entry_safe(slab, next, &n->partial, slab_list) {
		if (!slubx_slab_fits(slab, gfp))
			continue;
		x = take_locked(n, slab, user);
		if (x)
			break;
	}
	spin_unlock_irqrestore(&n->list_lock, irq);
	if (x)
		slubx_stat(s, ALLOC_FROM_PARTIAL);
	return x;
}

static void *take_new(struct slubx_kmem_cache *s, gfp_t gfp, int node,
		      const struct slubx_user *user)
{
	struct slubx_slab *slab = slubx_slab_new(s, gfp, node);
	struct slubx_kmem_cache_node *n;
	unsigned long irq;
	void *x;

	if (!slab)
		return NULL;
	n = s->node[slubx_slab_nid(slab)];
	spin_lock_irqsave(&n->list_lock, irq);
	slab->fc.counters.frozen = 0;
	make_partial_locked(n, slab);
	x = take_locked(n, slab, user);
	spin_unlock_irqrestore(&n->list_lock, irq);
	return x;
}

/* Better another node's than none. */
static void *take_anywhere(struct slubx_kmem_cache *s, gfp_t gfp,
			   const struct slubx_user *user)
{
	void *x = NULL;
	int node;

	for (node = 0; node < (int)nr_node_ids && !x; node++)
		if (s->node[node] && slubx_node_allowed(node))
			x = take_from(s, node, gfp, user);
	return x;
}

/*
 * An object for @user, of @node or near it, or NULL if there is no memory. What
 * is partial on the node goes first, then a new slab, then other nodes.
 */
void *slubx_node_alloc_one(struct slubx_kmem_cache *s, gfp_t gfp, int node,
			   const struct slubx_user *user)
{
	int first = node == NUMA_NO_NODE ? numa_mem_id() : node;
	void *x;

	x = take_from(s, first, gfp, user) ?: take_new(s, gfp, node, user);
	if (x || (node != NUMA_NO_NODE && (gfp & __GFP_THISNODE)))
		return x;
	return take_anywhere(s, gfp, user);
}
EXPORT_SYMBOL_SLUBX(slubx_node_alloc_one);

/* ---- And back ------------------------------------------------------------*/

static void put_locked(struct slubx_slab *slab, void *x,
		       const struct slubx_user *user)
{
	slubx_inspect_take_back(slab, x, user);
	slubx_freelist_link(slab->slab_cache, x, slab->fc.freelist);
	slab->fc.freelist = x;
	slab->fc.counters.inuse--;
}

/* Frees @x, which @user says is an object of @slab, if it may be freed. */
void slubx_node_free_one(struct slubx_slab *slab, void *x,
			 const struct slubx_user *user)
{
	struct slubx_kmem_cache *s = slab->slab_cache;
	struct slubx_kmem_cache_node *n = s->node[slubx_slab_nid(slab)];
	bool freed, discard;
	unsigned long irq;

	spin_lock_irqsave(&n->list_lock, irq);
	freed = slubx_inspect_free(slab, x);
	if (likely(freed))
		put_locked(slab, x, user);
	relist_locked(n, slab);
	discard = freed && !slab->fc.counters.inuse &&
		  !slubx_node_keeps_empty(s, n);
	if (discard)
		slubx_node_unlist_locked(n, slab);
	spin_unlock_irqrestore(&n->list_lock, irq);
	if (discard)
		slubx_node_discard(s, slab);
}
EXPORT_SYMBOL_SLUBX(slubx_node_free_one);

/* ---- All of it -----------------------------------------------------------*/

static unsigned long length_of(const struct list_head *list)
{
	const struct list_head *at;
	unsigned long length = 0;

	list_for_each(at, list)
		length++;
	return length;
}

static void validate_list_locked(struct slubx_kmem_cache_node *n,
				 struct list_head *list, unsigned long *map)
{
	struct slubx_slab *slab, *next;

	list_for_each_entry_safe(slab, next, list, slab_list) {
		slubx_inspect_all(slab, map);
		relist_locked(n, slab);
	}
}

/*
 * Looks at all slabs of a debugged cache on a node. @map has room for the
 * objects of any slab.
 */
void slubx_node_validate(struct slubx_kmem_cache *s,
			 struct slubx_kmem_cache_node *n, unsigned long *map)
{
	unsigned long irq;

	spin_lock_irqsave(&n->list_lock, irq);
	slubx_inspect_count(s, &n->nr_partial, length_of(&n->partial));
	validate_list_locked(n, &n->full, map);
	validate_list_locked(n, &n->partial, map);
	spin_unlock_irqrestore(&n->list_lock, irq);
}

/*
 * Is @slab, which need not be one any more, listed here with objects in use? If
 * it is under the lock, it stays so. What the page held when it was no slab may
 * look like such counters, but not twice with a slab of @s in between: a new one
 * is frozen until it is listed.
 */
static bool is_listed_locked(struct slubx_kmem_cache *s,
			     const struct slubx_slab *slab)
{
	const union slubx_counters counters = {
		.word = READ_ONCE(slab->fc.counters.word),
	};

	return !counters.frozen && counters.inuse && slubx_slab_is_ours(slab) &&
	       READ_ONCE(slab->slab_cache) == s &&
	       READ_ONCE(slab->fc.counters.word) == counters.word;
}

static void visit_slab_locked(struct slubx_slab *slab, unsigned long *map,
			      void (*visit)(struct slubx_slab *slab, void *x,
					    void *arg),
			      void *arg)
{
	unsigned int i, objects = slab->fc.counters.objects;

	bitmap_zero(map, objects);
	slubx_slab_free_objects(slab->slab_cache, slab, map);
	for_each_clear_bit(i, map, objects)
		visit(slab, slubx_slab_object(slab, i), arg);
}

/*
 * Calls @visit, which must not sleep, for each object in use of @slab, if it is
 * one of the debugged cache @s still and not isolated. @map has room for all of
 * any slab.
 */
void slubx_node_visit_used(
	struct slubx_kmem_cache *s, struct slubx_slab *slab, unsigned long *map,
	void (*visit)(struct slubx_slab *slab, void *x, void *arg), void *arg)
{
	struct slubx_kmem_cache_node *n = s->node[slubx_slab_nid(slab)];
	unsigned long irq;

	if (!n)
		return;
	spin_lock_irqsave(&n->list_lock, irq);
	if (is_listed_locked(s, slab))
		visit_slab_locked(slab, map, visit, arg);
	spin_unlock_irqrestore(&n->list_lock, irq);
}

/*
 * Forgets the isolated slabs of a cache that is closed: their pages stay with
 * those who may still write there. Returns how many there were.
 */
unsigned int slubx_node_abandon_isolated(struct slubx_kmem_cache *s,
					 struct slubx_kmem_cache_node *n)
{
	struct slubx_slab *slab, *next;
	unsigned int count = 0;
	unsigned long irq;
	LIST_HEAD(isolated);

	spin_lock_irqsave(&n->list_lock, irq);
	list_for_each_entry_safe(slab, next, &n->full, slab_list)
		if (slab->fc.counters.frozen)
			list_move(&slab->slab_list, &isolated);
	spin_unlock_irqrestore(&n->list_lock, irq);

	list_for_each_entry_safe(slab, next, &isolated, slab_list) {
		slubx_slab_abandon(s, slab);
		count++;
	}
	return count;
}
