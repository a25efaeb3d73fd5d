// SPDX-License-Identifier: GPL-2.0
/*
 * alloc.c - an object is allocated: the fast path, and the ladder below it.
 *
 * Floor 6. The fast path (slubx_cpu_pop(), hooks.h) is all inline. The ladder
 * is tried rung by rung, each cheaper than the next:
 *   1. the cpu slab: what others freed to it        cpu.c
 *   2. the cpu's partial slabs                      cpu.c
 *   3. the node's partial slabs                     node_take.c
 *   4. other nodes' partial slabs, nearest first    node_take.c
 *   5. a new slab                                   slab.c
 * No lock is held from one rung to the next.
 */
#include <linux/ratelimit.h>

#include "cpu.h"
#include "errors.h"
#include "failslab.h"
#include "hooks.h"
#include "path.h"
#include "trace.h"

/* ---- When there is no memory ---------------------------------------------*/

static void note_node(const struct slubx_kmem_cache_node *n, int node)
{
	pr_warn("  node %d: slabs: %ld, objs: %ld, partial: %lu\n", node,
		atomic_long_read(&n->nr_slabs),
		atomic_long_read(&n->total_objects), READ_ONCE(n->nr_partial));
}

static noinline void out_of_memory_note(struct slubx_kmem_cache *s, gfp_t gfp,
					int node)
{
	static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);
	struct slubx_kmem_cache_node *n;

	if ((gfp & __GFP_NOWARN) || !__ratelimit(&limit))
		return;
	pr_warn("slubx: Unable to allocate memory on node %d, gfp=%#x(%pGg)\n",
		node, (__force unsigned int)gfp, &gfp);
	pr_warn("  cache: %s, object size: %u, buffer size: %u, default order: %u, min order: %u\n",
		s->name, s->layout.object_size, s->layout.size,
		s->layout.oo.order, s->layout.min.order);
	slubx_for_each_node(s, node, n)
		note_node(n, node);
}

/* ---- The ladder ----------------------------------------------------------*/

/* Rung 5. All objects of the new slab are on its freelist, and ours. */
static bool take_new(struct slubx_kmem_cache *s, gfp_t gfp, int node,
		     struct slubx_taken *taken)
{
	struct slubx_slab *slab = slubx_slab_new(s, gfp, node);

	if (!slab)
		return false;
	taken->slab = slab;
	taken->freelist = slab->fc.freelist;
	slab->fc.freelist = NULL;
	slab->fc.counters.inuse = slab->fc.counters.objects;
	return true;
}

/*
 * Rungs 3 to 5. A caller who would like a node, but does not insist, gets that
 * node's partial slabs or a slab of it that is easily had, before objects of
 * others: order and reason as in SLUB since 6.10.
 */
static enum slubx_rung take_from_nodes(struct slubx_kmem_cache *s, gfp_t gfp,
				       int node, struct slubx_taken *taken)
{
	if (node != NUMA_NO_NODE && !(gfp & __GFP_THISNODE)) {
		gfp_t here = GFP_NOWAIT | __GFP_NOWARN | __GFP_THISNODE;

		if (slubx_node_take(s, gfp | __GFP_THISNODE, node, taken))
			return SLUBX_RUNG_NODE;
		if (take_new(s, here, node, taken))
			return SLUBX_RUNG_NEW;
	}
	if (slubx_node_take(s, gfp, node, taken))
		return SLUBX_RUNG_NODE;
	return take_new(s, gfp, node, taken) ? SLUBX_RUNG_NEW : SLUBX_RUNG_NONE;
}

/* A slab of the reserves, whose taker may not use them again: one object. */
static void *take_one(struct slubx_kmem_cache *s, struct slubx_taken *taken)
{
	void *x = taken->freelist;

	slubx_node_put(s, taken->slab, slubx_freelist_next(s, x));
	return x;
}

/* The rungs, one after the other. */
static void *climb(struct slubx_kmem_cache *s, gfp_t gfp, int node)
{
	struct slubx_taken taken = {};
	enum slubx_rung rung;
	void *x;

	x = slubx_cpu_refill(s, gfp, node);
	if (x) {
		trace_slubx_alloc_slow(s, gfp, node, SLUBX_RUNG_CPU);
		return x;
	}
	rung = take_from_nodes(s, gfp, node, &taken);
	trace_slubx_alloc_slow(s, gfp, node, rung);
	if (rung == SLUBX_RUNG_NONE) {
		out_of_memory_note(s, gfp, node);
		return NULL;
	}
	slubx_cpu_partial_put_chain(s, taken.rest);
	if (unlikely(!slubx_slab_fits(taken.slab, gfp)))
		return take_one(s, &taken);
	return slubx_cpu_install(s, taken.slab, taken.freelist);
}

/* ---- Caches without cpu slabs --------------------------------------------*/

/* Of a debugged cache: one object of a node's slabs, looked at and marked. */
static void *alloc_debugged(struct slubx_kmem_cache *s, gfp_t gfp, int node,
			    unsigned long caller, size_t asked)
{
	const struct slubx_user user = slubx_track_user(s, caller, asked);
	void *x = slubx_node_alloc_one(s, gfp, node, &user);

	trace_slubx_alloc_slow(s, gfp, node,
			       x ? SLUBX_RUNG_NODE : SLUBX_RUNG_NONE);
	if (!x)
		out_of_memory_note(s, gfp, node);
	return x;
}

/*
 * Of a cache that is no more, or one that has no cpu slabs, or whose slabs are
 * made in another mode now. That may have cpu slabs: debugging is off in it.
 */
static noinline void *alloc_cold(struct slubx_kmem_cache *s, gfp_t gfp,
				 int node, unsigned long caller, size_t asked)
{
	struct slubx_kmem_cache *m = slubx_mode_now(s);

	if (READ_ONCE(s->flags) & SLUBX_ZOMBIE) {
		slubx_error(s, "allocation from a destroyed cache");
		return NULL;
	}
	if (slubx_is_debugged(m))
		return alloc_debugged(m, gfp, node, caller, asked);
	return slubx_cpu_pop(m, node) ?: climb(m, gfp, node);
}

/*
 * The ladder: one object, whose hooks are still to run, or NULL. @asked bytes of
 * it are wanted, or all of it if that is more. It may be of another mode of @s.
 */
noinline void *slubx_alloc_slow(struct slubx_kmem_cache *s, gfp_t gfp, int node,
				unsigned long caller, size_t asked)
{
	/* Below are locks that an NMI may have come in the middle of. */
	if (unlikely(in_nmi()))
		return NULL;
	slubx_stat(s, ALLOC_SLOWPATH);
	if (unlikely(s->ctor && (gfp & __GFP_ZERO)))
		slubx_error(s,
			    "__GFP_ZERO ignored: the cache has a constructor");

	node = slubx_slab_sane_node(s, node);
	if (unlikely(slubx_is_cold(s)))
		return alloc_cold(s, gfp, node, caller, asked);
	return climb(s, gfp, node);
}

/* The ladder with the hooks: nothing was at hand. */
static noinline void *alloc_not_fast(struct slubx_kmem_cache *s, gfp_t gfp,
				     int node, unsigned long caller,
				     size_t asked)
{
	struct slubx_kmem_cache *m;
	void *x = NULL;

	if (!slubx_failslab(s, gfp))
		x = slubx_alloc_slow(s, gfp, node, caller, asked);
	if (likely(x)) {
		m = slubx_slab_around(x)->slab_cache;
		slubx_after_alloc(m, gfp, x, slubx_object_client_bytes(m, x));
	}
	trace_slubx_alloc(s, x, gfp, node, caller);
	return x;
}

/*
 * The rest of the fast path while events are counted or allocations may fail; a
 * failed one is freed again, as if it had not been. Called last, by a jump, so
 * that nothing must be kept for later.
 */
static noinline void *alloc_watched(struct slubx_kmem_cache *s, gfp_t gfp,
				    int node, unsigned long caller, void *x)
{
	slubx_stat(s, ALLOC_FASTPATH);
	if (slubx_failslab_hit(s, gfp)) {
		slubx_free_run(s, slubx_slab_around(x), x, x, 1, caller);
		x = NULL;
	} else {
		slubx_after_alloc(s, gfp, x, s->layout.object_size);
	}
	trace_slubx_alloc(s, x, gfp, node, caller);
	return x;
}

/* Not inline: the event's arguments would take the fast path's registers. */
static noinline void note_alloc(struct slubx_kmem_cache *s, gfp_t gfp, int node,
				unsigned long caller, void *x)
{
	trace_slubx_alloc(s, x, gfp, node, caller);
}

/* Whoever needs no less than the whole object. */
#define ALL_OF_IT SIZE_MAX

/*
 * @asked bytes for @caller, or 0 for whoever called the function that this is
 * part of.
 */
static __always_inline void *alloc_object(struct slubx_kmem_cache *s, gfp_t gfp,
					  int node, unsigned long caller,
					  size_t asked)
{
	void *x;

	slubx_before_alloc(gfp);
	x = slubx_cpu_pop(s, node);
	if (unlikely(!x))
		return alloc_not_fast(s, gfp, node, slubx_on_behalf_of(caller),
				      asked);
	if (static_branch_unlikely(&slubx_alloc_watched))
		return alloc_watched(s, gfp, node, slubx_on_behalf_of(caller),
				     x);
	slubx_after_alloc(s, gfp, x, s->layout.object_size);
	if (trace_slubx_alloc_enabled())
		note_alloc(s, gfp, node, slubx_on_behalf_of(caller), x);
	return x;
}

/* ---- The public functions ------------------------------------------------*/

/**
 * slubx_kmem_cache_alloc() - allocate an object
 * @s: the cache
 * @gfp: allocation flags; they matter only when a new slab must be made.
 *	Flags that make no sense for a slab (__GFP_HIGHMEM, __GFP_DMA32, unknown
 *	ones) are reported and dropped; __GFP_MOVABLE, __GFP_ACCOUNT are dropped
 *
 * The object holds zeroes with __GFP_ZERO or where the kernel runs with
 * init_on_alloc; what the constructor left if the cache has one; else anything.
 * After kmem_cache_alloc().
 *
 * Context: Any; on PREEMPT_RT not with interrupts or preemption off. May
 *	sleep if @gfp allows blocking. In NMI only what the cpu has at hand is
 *	given out, else NULL.
 * Return: the object, or NULL if there is no memory (with a line in the log
 *	unless __GFP_NOWARN) or the cache was destroyed.
 */
void *slubx_kmem_cache_alloc(struct slubx_kmem_cache *s, gfp_t gfp)
{
	return alloc_object(s, gfp, NUMA_NO_NODE, 0, ALL_OF_IT);
}
EXPORT_SYMBOL_GPL(slubx_kmem_cache_alloc);

/**
 * slubx_kmem_cache_alloc_node() - allocate an object near a NUMA node
 * @s: the cache
 * @gfp: as for slubx_kmem_cache_alloc(); with __GFP_THISNODE the object is of
 *	@node or there is none, if @node has memory at all
 * @node: the node to prefer, or NUMA_NO_NODE. A number that no node can have
 *	is reported and taken for NUMA_NO_NODE
 *
 * After kmem_cache_alloc_node().
 *
 * Context: as slubx_kmem_cache_alloc().
 * Return: the object, or NULL.
 */
void *slubx_kmem_cache_alloc_node(struct slubx_kmem_cache *s, gfp_t gfp,
				  int node)
{
	return alloc_object(s, gfp, node, 0, ALL_OF_IT);
}
EXPORT_SYMBOL_GPL(slubx_kmem_cache_alloc_node);

/**
 * slubx_kmalloc_trace() - what slubx_kmalloc() is for a size that the compiler
 *	knows
 * @s: the cache for @size and @gfp
 * @gfp: as for slubx_kmalloc()
 * @size: bytes that the caller wants; of account only where @s is debugged: the
 *	rest of the object is not his then
 *
 * Context: as slubx_kmalloc().
 * Return: as slubx_kmalloc().
 */
void *slubx_kmalloc_trace(struct slubx_kmem_cache *s, gfp_t gfp, size_t size)
{
	return alloc_object(s, gfp, NUMA_NO_NODE, 0, size);
}
EXPORT_SYMBOL_GPL(slubx_kmalloc_trace);

/* The same on @node, put down to @caller. */
void *slubx_alloc_for(struct slubx_kmem_cache *s, gfp_t gfp, int node,
		      unsigned long caller, size_t asked)
{
	return alloc_object(s, gfp, node, caller, asked);
}
