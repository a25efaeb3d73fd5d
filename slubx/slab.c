// SPDX-License-Identifier: GPL-2.0
/*
 * slab.c - slabs are born from pages, and their pages go back.
 *
 * Floor 2. Takes no lock of ours. The page rules, each of which was a crash
 * once (Documentation/design.rst): PG_slab is never set, the word at
 * page->mapping is a plain pointer, every slab holds extra page references,
 * no page is charged to a memory cgroup, all is put back before the pages go.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>

#include "debug/object.h"
#include "errors.h"
#include "fault.h"
#include "freelist.h"
#include "order.h"
#include "pair.h"
#include "shuffle.h"
#include "slab.h"
#include "stat.h"
#include "trace.h"

/* ---- Pages ---------------------------------------------------------------*/

/*
 * The node that pages for @s (NULL: for no cache) are asked of, if @node is the
 * caller's hint: one for a node that has no memory, or can't exist, is none.
 */
int slubx_slab_sane_node(struct slubx_kmem_cache *s, int node)
{
	if (node == NUMA_NO_NODE)
		return node;
	if (unlikely(node < 0 || node >= (int)nr_node_ids)) {
		slubx_error(
			s,
			"allocation from node %d, which can't exist; any node is taken",
			node);
		return NUMA_NO_NODE;
	}
	return node_state(node, N_NORMAL_MEMORY) ? node : NUMA_NO_NODE;
}

/*
 * @gfp for the page allocator, for a slab of @s or (NULL) for memory of no
 * cache: with what only some may ask for, @also. Mobility is not for memory of
 * ours, nor is cgroup charging: a charged page with objects on a list_lru makes
 * list_lru_add() look for a list that only the kernel's own allocator could
 * have made.
 */
gfp_t slubx_slab_sane_gfp(struct slubx_kmem_cache *s, gfp_t gfp, gfp_t also)
{
	if (unlikely(gfp & SLUBX_GFP_SENSELESS)) {
		gfp_t bad = gfp & SLUBX_GFP_SENSELESS;

		slubx_error(
			s,
			"gfp flags %#x (%pGg) make no sense for memory of ours, dropped",
			(__force unsigned int)bad, &bad);
	}
	return (gfp & (SLUBX_GFP_PAGE | also)) | __GFP_COMP;
}
EXPORT_SYMBOL_SLUBX(slubx_slab_sane_gfp);

static struct page *get_pages(gfp_t gfp, int node, unsigned int order)
{
	/* Without a node the task's memory policy decides. */
	if (node == NUMA_NO_NODE)
		return alloc_pages(gfp, order);
	return alloc_pages_node(node, gfp, order);
}

/* The order we like: worth a try, not worth disturbing anybody. */
static struct page *get_preferred(struct slubx_kmem_cache *s, gfp_t gfp,
				  int node)
{
	unsigned int order = s->layout.oo.order;

	if (slubx_should_fail(SLUBX_FAULT_PAGE_PREFERRED))
		return NULL;
	gfp |= __GFP_NOWARN | __GFP_NORETRY;
	gfp &= ~__GFP_NOFAIL;
	if ((gfp & __GFP_DIRECT_RECLAIM) && order > s->layout.min.order)
		gfp = (gfp | __GFP_NOMEMALLOC) & ~__GFP_RECLAIM;
	return get_pages(gfp, node, order);
}

/* The order that holds one object: with all that the caller allows. */
static struct page *get_smallest(struct slubx_kmem_cache *s, gfp_t gfp,
				 int node)
{
	struct page *page;

	if (slubx_should_fail(SLUBX_FAULT_PAGE_MIN))
		return NULL;
	page = get_pages(gfp, node, s->layout.min.order);
	if (page)
		slubx_stat(s, ORDER_FALLBACK);
	return page;
}

/* The cache's flag may change; the slab's own tells how it was accounted. */
static void account(const struct slubx_slab *slab, int sign)
{
	struct page *page = slubx_slab_page(slab);
	enum node_stat_item item = slab->fc.counters.reclaimable ?
					   NR_SLAB_RECLAIMABLE_B :
					   NR_SLAB_UNRECLAIMABLE_B;

	mod_node_page_state(page_pgdat(page), item,
			    sign * (long)(PAGE_SIZE << compound_order(page)));
}

/* ---- Birth ---------------------------------------------------------------*/

/*
 * One reference for each object: a client that gives an object to the kernel's
 * kfree() by mistake drops a reference of the page, and must not get the page
 * freed under all the other objects. put_extra_references() finds out.
 */
static void take_extra_references(struct page *page, unsigned int objects)
{
	page_ref_add(page, objects);
}

static void claim_page(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		       bool reclaimable)
{
	struct page *page = slubx_slab_page(slab);
	unsigned int objects =
		slubx_order_objects(compound_order(page), s->layout.size);
	/* Ask before overlaying: the answer stands in page->lru. */
	bool pfmemalloc = page_is_pfmemalloc(page);

	slab->fc.counters.word = 0;
	slab->fc.counters.objects = objects;
	slab->fc.counters.frozen = 1;
	slab->fc.counters.pfmemalloc = pfmemalloc;
	slab->fc.counters.reclaimable = reclaimable;
	INIT_LIST_HEAD(&slab->slab_list);
	slab->slab_cache = s;
	slab->__page_mark = SLUBX_PAGE_MARK;
	take_extra_references(page, objects);
}

static void make_freelist(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	unsigned int objects = slab->fc.counters.objects;
	struct slubx_shuffle_walk walk =
		slubx_shuffle_begin(&s->shuffle, objects);
	void *base = slubx_slab_address(slab);
	void *x, *next = NULL;

	/* From the end of the list, so that each has its next one at hand. */
	while (objects--) {
		x = base +
		    slubx_layout_at(&s->layout, slubx_shuffle_next(&walk));
		if (unlikely(s->ctor))
			s->ctor(x);
		slubx_freelist_link(s, x, next);
		next = x;
	}
	slab->fc.freelist = next;
}

/*
 * Slabs are counted where their memory is, wherever it was asked for. Only of
 * the very first and the very last of all slabs is there no node.
 */
static void count_slab(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	struct slubx_kmem_cache_node *n = s->node[slubx_slab_nid(slab)];

	if (unlikely(!n))
		return;
	atomic_long_add(slab->fc.counters.objects, &n->total_objects);
	atomic_long_inc(&n->nr_slabs);
}

/* With its last slab a cache that is being destroyed may be gone. */
static void uncount_slab(struct slubx_kmem_cache_node *n, unsigned int objects)
{
	if (unlikely(!n))
		return;
	atomic_long_sub(objects, &n->total_objects);
	/* All that was done with the cache was done before. */
	smp_mb__before_atomic();
	atomic_long_dec(&n->nr_slabs);
}

/*
 * A new slab of @s, on @node if it can be: frozen, all objects free and on its
 * own freelist. NULL if there is no memory. May sleep if @gfp says so.
 */
struct slubx_slab *slubx_slab_new(struct slubx_kmem_cache *s, gfp_t gfp,
				  int node)
{
	bool reclaimable = READ_ONCE(s->flags) & SLUBX_RECLAIM_ACCOUNT;
	struct slubx_slab *slab;
	struct page *page;

	/* Objects are zeroed one by one. */
	gfp = slubx_slab_sane_gfp(s, gfp, 0) | s->allocflags;
	if (reclaimable)
		gfp |= __GFP_RECLAIMABLE;
	page = get_preferred(s, gfp, node) ?: get_smallest(s, gfp, node);
	if (unlikely(!page))
		return NULL;

	slab = (struct slubx_slab *)page;
	claim_page(s, slab, reclaimable);
	if (unlikely(s->flags & SLUBX_DEBUG_FLAGS))
		slubx_object_fill_slab(s, page_address(page),
				       PAGE_SIZE << compound_order(page),
				       slab->fc.counters.objects);
	make_freelist(s, slab);
	account(slab, 1);
	count_slab(s, slab);
	slubx_stat(s, ALLOC_SLAB);
	trace_slubx_slab_new(s, slab, page_address(page), compound_order(page),
			     page_to_nid(page));
	return slab;
}
EXPORT_SYMBOL_SLUBX(slubx_slab_new);

/* ---- Death ---------------------------------------------------------------*/

/*
 * Drops all references but the last. False if even that one is not ours any
 * more: the pages were freed behind our back, and all we can do is let go.
 */
static bool put_extra_references(struct slubx_kmem_cache *s, struct page *page,
				 unsigned int objects)
{
	int lost = (int)objects + 1 - page_ref_count(page);

	/* More references than ours are a pfn walker's, for a moment. */
	if (likely(lost <= 0)) {
		page_ref_sub(page, objects);
		return true;
	}
	slubx_error(
		s,
		"slab 0x%p lost %d page references: objects of it went to the kernel's kfree() or put_page(), not to slubx",
		page_address(page), lost);
	if (lost > (int)objects)
		return false;
	page_ref_sub(page, (int)objects - lost);
	return true;
}

/* The pages are a slab no more. False if they are not even ours any more. */
static bool unclaim_page(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	struct page *page = slubx_slab_page(slab);
	unsigned int objects = slab->fc.counters.objects;

	account(slab, -1);
	/* First, so that who finds the mark finds the cache. */
	WRITE_ONCE(slab->__page_mark, SLUBX_PAGE_NO_MARK);
	slab->fc.freelist = NULL;
	slab->fc.counters.word = 0;
	slab->slab_cache = NULL;
	INIT_LIST_HEAD(&slab->slab_list);
	return put_extra_references(s, page, objects);
}

static void release_page(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	struct page *page = slubx_slab_page(slab);
	unsigned int order = compound_order(page);

	slubx_account_reclaimed(1UL << order);
	if (unclaim_page(s, slab))
		__free_pages(page, order);
}

static void release_after_grace_period(struct rcu_head *head)
{
	struct slubx_slab *slab =
		container_of(head, struct slubx_slab, rcu_head);

	release_page(slab->slab_cache, slab);
}

/* What happens when a destroyed cache loses a slab is set above (reap.c). */
struct work_struct slubx_reap_work;

/*
 * Gives a slab with no object in use back; its pages only after a grace period
 * if readers may still look at them. Any context but NMI.
 *
 * The last slab of a cache that is being destroyed takes the cache along: once
 * it is not counted any more nothing of @s may be looked at. Who asked too early
 * whether the cache is a zombie is waited for by the reaper (reap.c).
 */
void slubx_slab_free(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	struct slubx_kmem_cache_node *n = s->node[slubx_slab_nid(slab)];
	unsigned int objects = slab->fc.counters.objects;
	bool zombie;

	rcu_read_lock();
	zombie = READ_ONCE(s->flags) & SLUBX_ZOMBIE;
	slubx_stat(s, FREE_SLAB);
	trace_slubx_slab_free(s, slab, slubx_slab_address(slab),
			      slubx_slab_order(slab), slubx_slab_nid(slab));
	if (unlikely(s->flags & SLUBX_TYPESAFE_BY_RCU))
		call_rcu(&slab->rcu_head, release_after_grace_period);
	else
		release_page(s, slab);
	uncount_slab(n, objects);
	if (unlikely(zombie))
		schedule_work(&slubx_reap_work);
	rcu_read_unlock();
}
EXPORT_SYMBOL_SLUBX(slubx_slab_free);

/* Forgets a slab that has objects in use: its pages stay with who has them. */
void slubx_slab_abandon(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	struct slubx_kmem_cache_node *n = s->node[slubx_slab_nid(slab)];
	unsigned int objects = slab->fc.counters.objects;

	unclaim_page(s, slab);
	uncount_slab(n, objects);
}

/* ---- Questions -----------------------------------------------------------*/

/*
 * Counts the free objects from @x on and, if @map is given, sets their bits in
 * it. Stops at the first link that leads to no object's place, or after as many
 * steps as there are objects. The slab need not be one of @s any more: its own
 * pointer is not followed.
 */
unsigned int slubx_slab_chain(const struct slubx_kmem_cache *s,
			      const struct slubx_slab *slab, const void *x,
			      unsigned long *map)
{
	unsigned int objects = slubx_pair_read(slab).counters.objects;
	const void *base = slubx_slab_address(slab);
	const void *first = base + slubx_layout_at(&s->layout, 0);
	const void *end = base + slubx_layout_at(&s->layout, objects);
	unsigned int count = 0;

	while (x >= first && x < end && count < objects) {
		if (map)
			__set_bit(slubx_layout_index(&s->layout, x - base),
				  map);
		count++;
		x = slubx_freelist_peek(s, x);
	}
	return count;
}
EXPORT_SYMBOL_SLUBX(slubx_slab_chain);

/*
 * The same for the slab's own freelist. Exact while the slab is quiet; of one
 * that changes, or is freed meanwhile, the count is of no moment.
 */
unsigned int slubx_slab_free_objects(const struct slubx_kmem_cache *s,
				     const struct slubx_slab *slab,
				     unsigned long *map)
{
	return slubx_slab_chain(s, slab, slubx_pair_read(slab).freelist, map);
}
EXPORT_SYMBOL_SLUBX(slubx_slab_free_objects);

static bool counters_valid(const struct slubx_slab *slab)
{
	unsigned int objects = slab->fc.counters.objects;

	return objects > 0 &&
	       objects <= slubx_order_objects(slubx_slab_order(slab),
					      slab->slab_cache->layout.size) &&
	       slab->fc.counters.inuse <= objects;
}

/* Holds while nobody changes the slab, whatever its state. */
bool slubx_slab_valid(const struct slubx_slab *slab)
{
	unsigned int free;

	if (!slubx_slab_is_ours(slab) || !slab->slab_cache ||
	    !counters_valid(slab))
		return false;
	free = slubx_slab_free_objects(slab->slab_cache, slab, NULL);
	return slab->fc.counters.inuse + free == slab->fc.counters.objects &&
	       slubx_virt_to_slab(slubx_slab_address(slab)) == slab &&
	       page_ref_count(slubx_slab_page(slab)) >
		       (int)slab->fc.counters.objects;
}
EXPORT_SYMBOL_SLUBX(slubx_slab_valid);
