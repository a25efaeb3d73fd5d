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
#include "large.h"
#include "path.h"
#include "trace.h"

/* Is there a cache with more than one mode, or has there been? */
DEFINE_STATIC_KEY_FALSE(slubx_has_modes);
EXPORT_SYMBOL_SLUBX(slubx_has_modes);

/* ---- Frees that can't be right -------------------------------------------*/

noinline void slubx_report_double_free(struct slubx_kmem_cache *s, void *x)
{
	if (slubx_inspect_refuse(s, slubx_slab_around(x), x,
				 SLUBX_BAD_DOUBLE_FREE))
		return;
	slubx_error(s, "double free of object 0x%p, nothing freed", x);
}

noinline void slubx_report_null(struct slubx_kmem_cache *s,
				unsigned long caller)
{
	slubx_error(s, "free of NULL by %pS", (void *)caller);
}

/* @x is not of @s. It keeps its memory: what else holds it can't be known. */
static void report_wrong_cache(struct slubx_kmem_cache *s,
			       struct slubx_slab *slab, void *x)
{
	if (slab && slubx_inspect_refuse(s, slab, x, SLUBX_BAD_CACHE))
		return;
	if (slab)
		slubx_error(s, "object 0x%p is from cache '%s', not freed", x,
			    slab->slab_cache->name);
	else
		slubx_error(s, "0x%p is no object of slubx, not freed", x);
}

static noinline void report_inside(struct slubx_slab *slab, void *x,
				   unsigned long caller)
{
	if (slubx_inspect_refuse(slab->slab_cache, slab, x, SLUBX_BAD_POINTER))
		return;
	slubx_error(
		slab->slab_cache,
		"kfree of 0x%p by %pS: no object starts there, nothing freed",
		x, (void *)caller);
}

/* ---- The slow path -------------------------------------------------------*/

/* By way of the node, which looks at the slab under its lock. */
static void free_to_node(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			 void *head, void *tail, unsigned int count)
{
	if (unlikely(!slubx_node_free(s, slab, head, tail, count)))
		slubx_report_double_free(s, tail);
}

/* To a debugged cache, where every object is looked at. */
static void free_debugged(struct slubx_slab *slab, void *x,
			  unsigned long caller)
{
	const struct slubx_user user =
		slubx_track_user(slab->slab_cache, caller, 0);

	slubx_node_free_one(slab, x, &user);
}

/*
 * To a cache that has no cpu slabs. One that was destroyed lives on until its
 * last object is freed. All of it happens in one read-side section, which the
 * reaper waits for. Of a debugged cache objects come one by one (bulk.c).
 */
static noinline void free_cold(struct slubx_kmem_cache *s,
			       struct slubx_slab *slab, void *head, void *tail,
			       unsigned int count, unsigned long caller)
{
	rcu_read_lock();
	if (slubx_is_debugged(s))
		free_debugged(slab, head, caller);
	else
		free_to_node(s, slab, head, tail, count);
	rcu_read_unlock();
}

static noinline void defer_run(struct slubx_kmem_cache *s, void *head,
			       unsigned int count)
{
	void *next;

	while (count--) {
		next = slubx_freelist_next(s, head);
		slubx_defer_free(s, head);
		head = next;
	}
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

static enum slubx_freed_to freed_to(union slubx_freelist_counters old,
				    bool freeze)
{
	if (freeze)
		return SLUBX_FREED_TO_CPU_PARTIAL;
	return old.counters.frozen ? SLUBX_FREED_TO_FROZEN :
				     SLUBX_FREED_TO_PARTIAL;
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
			       unsigned int count, unsigned long caller)
{
	union slubx_freelist_counters old, new;
	bool freeze;

	if (unlikely(in_nmi())) {
		defer_run(s, head, count);
		return;
	}
	slubx_stat_add(s, FREE_SLOWPATH, count);
	if (unlikely(slubx_is_cold(s))) {
		free_cold(s, slab, head, tail, count, caller);
		return;
	}
	do {
		old = slubx_pair_read(slab);
		if (SLUBX_HARDENED && unlikely(old.counters.inuse < count)) {
			slubx_report_double_free(s, tail);
			return;
		}
		new = freed(old, head, count);
		freeze = !old.freelist && !old.counters.frozen &&
			 slubx_has_cpu_partial(s);
		if (freeze) {
			new.counters.frozen = 1;
		} else if (moves_slab(old, new)) {
			trace_slubx_free_slow(s, head, count,
					      SLUBX_FREED_TO_NODE);
			free_to_node(s, slab, head, tail, count);
			return;
		}
		slubx_freelist_link(s, tail, old.freelist);
	} while (!slubx_pair_update(s, slab, old, new));

	trace_slubx_free_slow(s, head, count, freed_to(old, freeze));
	if (freeze)
		slubx_cpu_partial_put(s, slab);
	else if (old.counters.frozen)
		slubx_stat_add(s, FREE_FROZEN, count);
}

/*
 * Frees @count objects of one slab, chained from @head on, for @caller, or 0 for
 * whoever called the function that this is part of; hooks have run.
 */
static __always_inline void free_run(struct slubx_kmem_cache *s,
				     struct slubx_slab *slab, void *head,
				     void *tail, unsigned int count,
				     unsigned long caller)
{
	if (likely(slubx_cpu_push(s, slab, head, tail)))
		slubx_stat_add(s, FREE_FASTPATH, count);
	else
		free_slow(s, slab, head, tail, count,
			  slubx_on_behalf_of(caller));
}

/*
 * The same for others: one exchange for all of them. The link of @tail is
 * written here.
 */
void slubx_free_run(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		    void *head, void *tail, unsigned int count,
		    unsigned long caller)
{
	free_run(s, slab, head, tail, count, caller);
}

/* What defer.c does with an object that an NMI left to it. */
void slubx_free_deferred(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			 void *x)
{
	if (SLUBX_HARDENED && unlikely(slubx_freelist_has(s, x)))
		slubx_report_double_free(s, x);
	else
		free_run(s, slab, x, x, 1, 0);
}

/* How to free: nothing out of the ordinary, or some of these. */
#define WIPE   BIT(0) /* what was in there must go */
#define NOLOCK BIT(1) /* the caller may hold any lock */

/* Memory of no slab: pages of its own, or none of ours. */
static noinline void free_other(void *x, unsigned int how, unsigned long caller)
{
	if (how & WIPE)
		memzero_explicit(x, slubx_large_size(x));
	if (unlikely(!slubx_large_disown(x)))
		slubx_error(
			NULL,
			"kfree of 0x%p by %pS: no memory of slubx starts there, nothing freed",
			x, (void *)caller);
	else if (in_nmi() || (how & NOLOCK))
		slubx_defer_large(x);
	else
		slubx_large_release(x);
}

/* What no exchange can do is put off. */
static __always_inline void free_nolock(struct slubx_kmem_cache *s,
					struct slubx_slab *slab, void *x)
{
	slubx_wipe_free(s, x);
	if (slubx_lockless() && slubx_cpu_push(s, slab, x, x))
		slubx_stat(s, FREE_FASTPATH);
	else
		slubx_defer_free(s, x);
}

/* Not inline: the event's arguments would take the fast path's registers. */
static noinline void note_free(struct slubx_kmem_cache *s, void *x,
			       unsigned long caller)
{
	trace_slubx_free(s, x, caller);
}

/*
 * Frees an object that is of @slab, if it is not free already. _RET_IP_ is the
 * caller of the public function that this is inlined into.
 */
static __always_inline void free_object(struct slubx_kmem_cache *s,
					struct slubx_slab *slab, void *x,
					unsigned int how)
{
	if (SLUBX_HARDENED && unlikely(slubx_freelist_has(s, x))) {
		slubx_report_double_free(s, x);
		return;
	}
	if (trace_slubx_free_enabled())
		note_free(s, x, _RET_IP_);
	if (how & NOLOCK) {
		free_nolock(s, slab, x);
		return;
	}
	if (how & WIPE)
		memzero_explicit(x, slubx_object_client_bytes(s, x));
	slubx_before_free(s, x);
	free_run(s, slab, x, x, 1, 0);
}

/* Frees whatever starts at @x, if it is ours. */
static __always_inline void free_any(void *x, unsigned int how)
{
	struct slubx_slab *slab;

	if (unlikely(ZERO_OR_NULL_PTR(x)))
		return;
	/* Elsewhere not even the struct page may be looked at. */
	if (unlikely(!slubx_in_direct_map(x))) {
		free_other(x, how, _RET_IP_);
		return;
	}
	slab = slubx_slab_around(x);
	if (unlikely(!slubx_slab_is_ours(slab))) {
		free_other(x, how, _RET_IP_);
		return;
	}
	if (SLUBX_HARDENED && unlikely(!slubx_slab_object_at(slab, x))) {
		report_inside(slab, x, _RET_IP_);
		return;
	}
	free_object(slab->slab_cache, slab, x, how);
}

/*
 * Frees @x, one of many objects of a cache without cpu slabs, which is checked
 * before it is written to. It is put down to @caller.
 */
void slubx_free_cold(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		     void *x, unsigned long caller)
{
	if (SLUBX_HARDENED && unlikely(slubx_freelist_has(s, x))) {
		slubx_report_double_free(s, x);
		return;
	}
	trace_slubx_free(s, x, caller);
	slubx_before_free(s, x);
	if (unlikely(in_nmi())) {
		slubx_defer_free(s, x);
		return;
	}
	slubx_stat(s, FREE_SLOWPATH);
	free_cold(s, slab, x, x, 1, caller);
}

/* Of a mode that has cpu slabs, though the cache that clients know has none. */
static void free_in_mode(struct slubx_kmem_cache *m, struct slubx_slab *slab,
			 void *x, unsigned long caller)
{
	if (SLUBX_HARDENED && unlikely(slubx_freelist_has(m, x))) {
		slubx_report_double_free(m, x);
		return;
	}
	trace_slubx_free(m, x, caller);
	slubx_before_free(m, x);
	free_run(m, slab, x, x, 1, caller);
}

/* Frees @x, whose slab is not of @s, if it is of another mode of it. */
noinline void slubx_free_strange(struct slubx_kmem_cache *s, void *x,
				 unsigned long caller)
{
	struct slubx_slab *slab = slubx_virt_to_slab(x);
	struct slubx_kmem_cache *m = slab ? slab->slab_cache : NULL;

	if (!slab || !slubx_is_mode_of(s, m))
		report_wrong_cache(s, slab, x);
	else if (slubx_is_cold(m))
		slubx_free_cold(m, slab, x, caller);
	else
		free_in_mode(m, slab, x, caller);
}

/* ---- The public functions ------------------------------------------------*/

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
 * Context: Any; on PREEMPT_RT not with interrupts or preemption off. Does not
 *	sleep. In NMI the object may be freed a little later, by an irq_work.
 */
void slubx_kmem_cache_free(struct slubx_kmem_cache *s, void *x)
{
	struct slubx_slab *slab;

	if (unlikely(!x)) {
		slubx_report_null(s, _RET_IP_);
		return;
	}
	slab = slubx_slab_around(x);
	if (slubx_is_strange(s, slab)) {
		slubx_free_strange(s, x, _RET_IP_);
		return;
	}
	free_object(s, slab, x, 0);
}
EXPORT_SYMBOL_GPL(slubx_kmem_cache_free);

/**
 * slubx_kfree() - free memory
 * @x: what slubx_kmalloc() or another function of its family gave, or an object
 *	of any cache of slubx; NULL and ZERO_SIZE_PTR are fine
 *
 * Anything else is reported and left alone: memory that slubx did not hand out,
 * the kernel's own kmalloc() included; an address inside an object; memory that
 * is free already, see slubx_kmem_cache_free(). After kfree().
 *
 * Context: Any; on PREEMPT_RT not with interrupts or preemption off. Does not
 *	sleep. In NMI memory may be freed a little later, by an irq_work.
 */
void slubx_kfree(const void *x)
{
	free_any((void *)x, 0);
}
EXPORT_SYMBOL_GPL(slubx_kfree);

/**
 * slubx_kfree_sensitive() - free memory that nobody may read any more
 * @x: as for slubx_kfree()
 *
 * It is zeroed before, unless it is none of ours or free already. After
 * kfree_sensitive().
 *
 * Context: as slubx_kfree().
 */
void slubx_kfree_sensitive(const void *x)
{
	free_any((void *)x, WIPE);
}
EXPORT_SYMBOL_GPL(slubx_kfree_sensitive);

/**
 * slubx_kfree_nolock() - free memory, whatever lock is held
 * @x: what slubx_kmalloc_nolock() gave; NULL and ZERO_SIZE_PTR are fine. Other
 *	memory of slubx too, but on a kernel with kmemleak, which would not get
 *	to know of it
 *
 * Memory that is not of the slab from which this cpu allocates is freed a
 * little later, by an irq_work. What can't be right is reported as by
 * slubx_kfree(): by printk(), which may wake somebody up. After kfree_nolock() of
 * 7.2.
 *
 * Context: Any, NMI and any lock held included. Does not sleep, takes no lock.
 */
void slubx_kfree_nolock(const void *x)
{
	free_any((void *)x, NOLOCK);
}
EXPORT_SYMBOL_GPL(slubx_kfree_nolock);
