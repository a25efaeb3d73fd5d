// SPDX-License-Identifier: GPL-2.0
/*
 * free.c - an object is freed: the fast path, and a slab of somebody else's.
 *
 * Floor 6. The fast path (slubx_cpu_push(), hooks.h) is all inline. Other slabs
 * change in one exchange of {freelist, counters}, without a lock as long as
 * the slab neither joins nor leaves a node's list.
 */
#include "cpu.h"
#include "errors.h"
#include "hooks.h"
#include "path.h"

/* ---- Frees that can't be right -------------------------------------------*/

static noinline void report_double_free(struct slubx_kmem_cache *s, void *x)
{
	slubx_error(s, "double free of object 0x%p, nothing freed", x);
}

static noinline void report_null(struct slubx_kmem_cache *s,
				 unsigned long caller)
{
	slubx_error(s, "free of NULL by %pS", (void *)caller);
}

/* @x is not of @s. It keeps its memory: what else holds it can't be known. */
static noinline void report_wrong_cache(struct slubx_kmem_cache *s, void *x)
{
	struct slubx_slab *slab = slubx_virt_to_slab(x);

	if (slab)
		slubx_error(s, "object 0x%p is from cache '%s', not freed", x,
			    slab->slab_cache->name);
	else
		slubx_error(s, "0x%p is no object of slubx, not freed", x);
}

/* ---- The slow path -------------------------------------------------------*/

/*
 * A destroyed cache lives on until its last object is freed. All of it happens
 * in one read-side section, which the reaper waits for.
 */
static noinline void free_to_zombie(struct slubx_kmem_cache *s,
				    struct slubx_slab *slab, void *head,
				    void *tail, unsigned int count)
{
	rcu_read_lock();
	slubx_node_free(s, slab, head, tail, count);
	rcu_read_unlock();
}

/* The state that @fc becomes when @count objects from @head on are freed. */
static __always_inline union slubx_freelist_counters
freed(union slubx_freelist_counters fc, void *head, unsigned int count)
{
	fc.freelist = head;
	fc.counters.inuse -= count;
	return fc;
}

/* Would this change put the slab on its node's list, or take it off? */
static __always_inline bool moves_slab(union slubx_freelist_counters old,
				       union slubx_freelist_counters new)
{
	return !old.counters.frozen && (!old.freelist || !new.counters.inuse);
}

/*
 * Frees to a slab that is not this cpu's:
 *   frozen                its owner collects the objects one day
 *   partial, stays so     it is on the right list already
 *   was full              this cpu freezes it, for its own partial list
 *   otherwise             the node must move it, under its lock
 */
static noinline void free_slow(struct slubx_kmem_cache *s,
			       struct slubx_slab *slab, void *head, void *tail,
			       unsigned int count)
{
	union slubx_freelist_counters old, new;
	bool freeze;

	if (unlikely(in_nmi())) {
		slubx_defer_free(s, head);
		return;
	}
	slubx_stat(s, FREE_SLOWPATH);
	if (unlikely(slubx_is_cold(s))) {
		free_to_zombie(s, slab, head, tail, count);
		return;
	}
	do {
		old = slubx_pair_read(slab);
		if (SLUBX_HARDENED && unlikely(old.counters.inuse < count)) {
			report_double_free(s, tail);
			return;
		}
		new = freed(old, head, count);
		freeze = !old.freelist && !old.counters.frozen &&
			 slubx_has_cpu_partial(s);
		if (freeze) {
			new.counters.frozen = 1;
		} else if (moves_slab(old, new)) {
			slubx_node_free(s, slab, head, tail, count);
			return;
		}
		slubx_freelist_link(s, tail, old.freelist);
	} while (!slubx_pair_update(s, slab, old, new));

	if (freeze)
		slubx_cpu_partial_put(s, slab);
	else if (old.counters.frozen)
		slubx_stat(s, FREE_FROZEN);
}

/*
 * Frees @count objects of one slab, chained from @head to @tail. In NMI only
 * one at a time. The objects' hooks have run.
 */
static __always_inline void free_run(struct slubx_kmem_cache *s,
				     struct slubx_slab *slab, void *head,
				     void *tail, unsigned int count)
{
	if (likely(slubx_cpu_push(s, slab, head, tail)))
		slubx_stat(s, FREE_FASTPATH);
	else
		free_slow(s, slab, head, tail, count);
}

/* What defer.c does with an object that an NMI left to it. */
void slubx_free_deferred(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			 void *x)
{
	free_run(s, slab, x, x, 1);
}

/* ---- The public function -------------------------------------------------*/

/**
 * slubx_kmem_cache_free() - free an object
 * @s: the cache it was allocated from
 * @x: the object
 *
 * NULL is reported and nothing is freed. In a hardened build, the default, so
 * are an object of another cache, other memory of the direct map, and an object
 * that is free already; a second free goes unseen only if the object was
 * written to in between, where it links to the next free one. After
 * kmem_cache_free(), with 7.2's meaning of a wrong cache.
 *
 * A cache that was destroyed with objects in use still takes them back here.
 *
 * Context: Any. Does not sleep. In NMI the object may be freed a little later,
 *	by an irq_work.
 */
void slubx_kmem_cache_free(struct slubx_kmem_cache *s, void *x)
{
	struct slubx_slab *slab;

	if (unlikely(!x)) {
		report_null(s, _RET_IP_);
		return;
	}
	slab = slubx_slab_around(x);
	if (SLUBX_HARDENED && unlikely(slab->slab_cache != s)) {
		report_wrong_cache(s, x);
		return;
	}
	if (SLUBX_HARDENED && unlikely(slubx_freelist_has(s, x))) {
		report_double_free(s, x);
		return;
	}
	slubx_before_free(s, x);
	free_run(s, slab, x, x, 1);
}
EXPORT_SYMBOL_GPL(slubx_kmem_cache_free);
