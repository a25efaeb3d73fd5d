// SPDX-License-Identifier: GPL-2.0
/*
 * bulk.c - many objects at once: one exchange for all that lie in one slab.
 *
 * Floor 6. Takes no lock of its own. What an allocation costs beyond its
 * hooks is paid once for each slab that it takes objects from; what a free
 * costs, once for each run of objects of one slab.
 */
#include "cpu.h"
#include "failslab.h"
#include "hooks.h"
#include "path.h"
#include "trace.h"

/* ---- Runs ----------------------------------------------------------------*/

/* Objects that are freed together: of one slab, chained from head to tail. */
struct run {
	struct slubx_slab *slab;
	unsigned long bytes;	/* of the slab, which lies on a multiple of it */
	void *head;
	void *tail;
	unsigned int count;
	unsigned long caller;	/* who frees them */
};

/* Is @x, which may be anything, of the run's slab? */
static __always_inline bool in_slab(const struct run *run, const void *x)
{
	return ((unsigned long)x ^ (unsigned long)run->head) < run->bytes;
}

/*
 * Is @x free already? As slubx_freelist_has(), with the slab at hand. That it
 * finds an object which was added before is why each is linked at once.
 */
static __always_inline bool is_free(const struct run *run,
				    struct slubx_kmem_cache *s, const void *x)
{
	void *next = slubx_freelist_next(s, x);

	return !next || in_slab(run, next);
}

/*
 * Puts @x before the objects that are there, unless it is free; or, if it may
 * be an address @anywhere, inside of an object.
 */
static __always_inline void add(struct run *run, struct slubx_kmem_cache *s,
				void *x, bool anywhere)
{
	if (SLUBX_HARDENED && anywhere &&
	    unlikely(!slubx_slab_object_at(run->slab, x))) {
		slubx_kfree(x);
		return;
	}
	if (SLUBX_HARDENED && unlikely(is_free(run, s, x))) {
		slubx_report_double_free(s, x);
		return;
	}
	trace_slubx_free(s, x, run->caller);
	slubx_before_free(s, x);
	slubx_freelist_link(s, x, run->head);
	run->head = x;
	run->count++;
}

/* A run of @x alone, an object of @slab. False if it is free. */
static __always_inline bool begin(struct run *run, struct slubx_kmem_cache *s,
				  struct slubx_slab *slab, void *x)
{
	if (SLUBX_HARDENED && unlikely(slubx_freelist_has(s, x))) {
		slubx_report_double_free(s, x);
		return false;
	}
	trace_slubx_free(s, x, run->caller);
	slubx_before_free(s, x);
	slubx_freelist_link(s, x, NULL);
	run->slab = slab;
	run->bytes = PAGE_SIZE << slubx_slab_order(slab);
	run->head = x;
	run->tail = x;
	run->count = 1;
	return true;
}

/* Objects of other slabs that may lie between two of a run. */
#define LOOK_AHEAD 3

/*
 * The last of the @count objects in @p is not of the run's slab: changes places
 * with one that is, if there is such a one near by.
 */
static bool bring_up(const struct run *run, size_t count, void **p)
{
	void **last = p + count - 1;
	size_t i;

	for (i = 1; i <= LOOK_AHEAD && i < count; i++) {
		if (in_slab(run, last[-i])) {
			swap(*last, last[-i]);
			return true;
		}
	}
	return false;
}

/*
 * Takes objects of the run's slab from the end of the @count objects in @p.
 * Returns how many objects are left.
 */
static __always_inline size_t gather(struct run *run,
				     struct slubx_kmem_cache *s, size_t count,
				     void **p, bool anywhere)
{
	while (count) {
		if (!in_slab(run, p[count - 1]) && !bring_up(run, count, p))
			break;
		add(run, s, p[--count], anywhere);
	}
	return count;
}

/*
 * Frees the last of the @count objects in @p, which is of @slab of @s, and with
 * it others of that slab. Returns how many are left.
 */
static __always_inline size_t free_some(struct slubx_kmem_cache *s,
					struct slubx_slab *slab, size_t count,
					void **p, bool anywhere,
					unsigned long caller)
{
	struct run run;

	run.caller = caller;
	if (unlikely(!begin(&run, s, slab, p[--count])))
		return count;
	count = gather(&run, s, count, p, anywhere);
	slubx_free_run(s, slab, run.head, run.tail, run.count, caller);
	return count;
}

/* Objects of any caches; what starts in no slab is slubx_kfree()'s business. */
static noinline void free_mixed(size_t count, void **p, unsigned long caller)
{
	struct slubx_slab *slab;
	void *x;

	while (count) {
		x = p[count - 1];
		slab = slubx_virt_to_slab(x);
		if (!slab || !slubx_slab_object_at(slab, x)) {
			slubx_kfree(x);
			count--;
		} else if (slubx_is_cold(slab->slab_cache)) {
			slubx_free_cold(slab->slab_cache, slab, x, caller);
			count--;
		} else {
			count = free_some(slab->slab_cache, slab, count, p,
					  true, caller);
		}
	}
}

/* The slab of @x, or NULL if that is none of @s; then @x is dealt with. */
static __always_inline struct slubx_slab *slab_of(struct slubx_kmem_cache *s,
						  void *x, unsigned long caller)
{
	struct slubx_slab *slab;

	if (unlikely(!x)) {
		slubx_report_null(s, caller);
		return NULL;
	}
	slab = slubx_slab_around(x);
	if (!slubx_is_strange(s, slab))
		return slab;
	slubx_free_strange(s, x, caller);
	return NULL;
}

/*
 * Objects of a cache without cpu slabs, one by one: a chain of them would be
 * written to before they are looked at.
 */
static noinline void free_each(struct slubx_kmem_cache *s, size_t count,
			       void **p, unsigned long caller)
{
	struct slubx_slab *slab;

	while (count--) {
		slab = slab_of(s, p[count], caller);
		if (slab)
			slubx_free_cold(s, slab, p[count], caller);
	}
}

/*
 * Objects of one cache. A function of its own, since a compiler may cut one in
 * two, and in the second half _RET_IP_ is the first.
 */
static noinline void free_all(struct slubx_kmem_cache *s, size_t count,
			      void **p, unsigned long caller)
{
	struct slubx_slab *slab;

	while (count) {
		slab = slab_of(s, p[count - 1], caller);
		if (likely(slab))
			count = free_some(s, slab, count, p, false, caller);
		else
			count--;
	}
}

/* ---- The public functions ------------------------------------------------*/

/**
 * slubx_kmem_cache_free_bulk() - free many objects
 * @s: the cache they were allocated from; NULL for memory of any size and any
 *	cache, each as slubx_kfree() would free it
 * @count: how many; 0 is fine
 * @p: the objects, in any order. What the array holds afterwards is undefined
 *
 * Cheaper than as many calls of slubx_kmem_cache_free() if objects that lie
 * close to each other in the array are of the same slab, as they are if they
 * were allocated together. Each object that can't be right is reported and
 * left alone, as there, and the others are freed. After kmem_cache_free_bulk().
 *
 * Context: as slubx_kmem_cache_free().
 */
void slubx_kmem_cache_free_bulk(struct slubx_kmem_cache *s, size_t count,
				void **p)
{
	if (unlikely(!s))
		free_mixed(count, p, _RET_IP_);
	else if (unlikely(slubx_is_cold(s)))
		free_each(s, count, p, _RET_IP_);
	else
		free_all(s, count, p, _RET_IP_);
}
EXPORT_SYMBOL_GPL(slubx_kmem_cache_free_bulk);

/* Objects whose hooks are still to run. Returns how many there are. */
static __always_inline size_t take(struct slubx_kmem_cache *s, gfp_t gfp,
				   size_t count, void **p)
{
	size_t taken = slubx_cpu_pop_many(s, count, p);

	slubx_stat_add(s, ALLOC_FASTPATH, taken);
	return taken;
}

/* An object of another mode than the others: its hooks are its own. */
static noinline void *made_ready(struct slubx_kmem_cache *m, gfp_t gfp, void *x)
{
	slubx_after_alloc(m, gfp, x, m->layout.object_size);
	return x;
}

static noinline void trace_all(struct slubx_kmem_cache *s, gfp_t gfp,
			       size_t count, void **p, unsigned long caller)
{
	while (count--)
		trace_slubx_alloc(s, *p++, gfp, NUMA_NO_NODE, caller);
}

/**
 * slubx_kmem_cache_alloc_bulk() - allocate many objects at once
 * @s: the cache
 * @gfp: allocation flags, see slubx_kmem_cache_alloc()
 * @count: how many
 * @p: where their addresses go, room for @count of them. If there is not
 *	memory for all, what it holds is undefined
 *
 * All of them are allocated or none is. The objects are as those of
 * slubx_kmem_cache_alloc(). After kmem_cache_alloc_bulk(), with 7.2's return
 * value.
 *
 * Context: as slubx_kmem_cache_alloc(); interrupts may be on or off.
 * Return: true if @p holds @count objects; false if there is no memory for
 *	them, or @count is 0.
 */
bool slubx_kmem_cache_alloc_bulk(struct slubx_kmem_cache *s, gfp_t gfp,
				 size_t count, void **p)
{
	size_t taken = 0, end = count;
	struct slubx_kmem_cache *m;
	void *x;

	if (unlikely(!count) || slubx_failslab(s, gfp))
		return false;
	slubx_before_alloc(gfp);
	for (;;) {
		taken += take(s, gfp, end - taken, p + taken);
		if (taken == end)
			break;
		x = slubx_alloc_slow(s, gfp, NUMA_NO_NODE, _RET_IP_, SIZE_MAX);
		if (unlikely(!x))
			break;
		m = slubx_slab_around(x)->slab_cache;
		if (likely(m == s))
			p[taken++] = x;
		else
			p[--end] = made_ready(m, gfp, x);
		if (taken == end)
			break;
	}
	slubx_after_alloc_bulk(s, gfp, taken, p);
	if (trace_slubx_alloc_enabled()) {
		trace_all(s, gfp, taken, p, _RET_IP_);
		trace_all(s, gfp, count - end, p + end, _RET_IP_);
	}
	if (likely(taken == end))
		return true;
	slubx_kmem_cache_free_bulk(s, taken, p);
	slubx_kmem_cache_free_bulk(s, count - end, p + end);
	return false;
}
EXPORT_SYMBOL_GPL(slubx_kmem_cache_alloc_bulk);
