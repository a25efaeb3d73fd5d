// SPDX-License-Identifier: GPL-2.0
/*
 * cpu.c - what a cpu owns of a cache: its slab, refilled, replaced, let go.
 *
 * Floor 5. Takes the cpu's lock (3a); slabs are handed to node.c only after it
 * is dropped. The lock keeps everything out but NMIs, whose fast paths may
 * come between any two of our stores. Hence two rules for its holder:
 *   - the freelist and tid change only as one (exchange_locked());
 *   - before the freelist is emptied or the slab given up, c->slab becomes
 *     NULL. Then nothing can be pushed any more, only taken.
 * And whoever changed c->slab changes the tid before the lock is dropped.
 */
#include "cpu.h"
#include "fault.h"
#include "trace.h"

/* ---- The freelist, with the lock held ------------------------------------*/

/* Replaces the freelist of this cpu and returns the one that stood there. */
static void *exchange_locked(struct slubx_kmem_cache *s, void *freelist)
{
	struct slubx_kmem_cache_cpu *c = this_cpu_ptr(s->cpu_slab);
	struct slubx_pair old, new;

	lockdep_assert_held(this_cpu_ptr(&s->cpu_slab->lock));
	do {
		old.word = READ_ONCE(c->tid);
		barrier();
		old.ptr = READ_ONCE(c->freelist);
		new.ptr = freelist;
		new.word = old.word + SLUBX_TID_STEP;
		if (!slubx_lockless()) {
			c->pair = new;
			break;
		}
	} while (!slubx_cpu_swap(s, old, new));
	return old.ptr;
}

/* Takes the first object, from under the noses of NMIs. */
static void *pop_locked(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache_cpu *c = this_cpu_ptr(s->cpu_slab);
	void *x;

	if (slubx_lockless())
		return slubx_cpu_pop(s, NUMA_NO_NODE);
	x = c->freelist;
	if (x)
		exchange_locked(s, slubx_freelist_next(s, x));
	return x;
}

/* ---- The cpu slab --------------------------------------------------------*/

/* A slab that left a cpu with what the cpu's freelist held of it. */
struct detached {
	struct slubx_slab *slab;
	void *freelist;
};

static struct detached detach_locked(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache_cpu *c = this_cpu_ptr(s->cpu_slab);
	struct detached detached = { .slab = c->slab };

	WRITE_ONCE(c->slab, NULL);
	barrier();
	detached.freelist = exchange_locked(s, NULL);
	return detached;
}

static void put_detached(struct slubx_kmem_cache *s, struct detached detached)
{
	if (detached.slab)
		slubx_node_put(s, detached.slab, detached.freelist);
}

/*
 * Takes all free objects of the cpu slab: what others freed to it. If there
 * are none the slab is full, and no longer the cpu's (DEACTIVATE_BYPASS).
 */
static void *collect_or_let_go(struct slubx_kmem_cache *s,
			       struct slubx_slab *slab)
{
	union slubx_freelist_counters old, new;

	do {
		old = slubx_pair_read(slab);
		new = old;
		new.freelist = NULL;
		new.counters.inuse = new.counters.objects;
		new.counters.frozen = !!old.freelist;
	} while (!slubx_pair_update(s, slab, old, new));
	return old.freelist;
}

/* An object of the cpu slab, or NULL, and then it is the cpu's no more. */
static void *take_from_cpu_slab_locked(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache_cpu *c = this_cpu_ptr(s->cpu_slab);
	struct slubx_slab *slab = c->slab;
	void *x;

	WRITE_ONCE(c->slab, NULL);
	barrier();
	x = pop_locked(s);
	if (!x) {
		x = collect_or_let_go(s, slab);
		exchange_locked(s, x ? slubx_freelist_next(s, x) : NULL);
		slubx_stat(s, x ? ALLOC_REFILL : DEACTIVATE_BYPASS);
	}
	if (x) {
		barrier();
		WRITE_ONCE(c->slab, slab);
	}
	return x;
}

static bool suits(const struct slubx_slab *slab, gfp_t gfp, int node)
{
	return (node == NUMA_NO_NODE || slubx_slab_nid(slab) == node) &&
	       slubx_slab_fits(slab, gfp);
}

/*
 * The two rungs that need no node: the cpu slab, then those of the cpu's
 * partial list. A slab that doesn't suit the request is detached on the way.
 */
static void *refill_locked(struct slubx_kmem_cache *s, gfp_t gfp, int node,
			   struct detached *unsuited)
{
	struct slubx_kmem_cache_cpu *c = this_cpu_ptr(s->cpu_slab);
	void *x;

	for (;;) {
		if (!c->slab) {
			struct slubx_slab *slab =
				slubx_cpu_partial_pop_locked(c);

			if (!slab)
				return NULL;
			WRITE_ONCE(c->slab, slab);
			slubx_stat(s, CPU_PARTIAL_ALLOC);
		}
		if (unlikely(!suits(c->slab, gfp, node))) {
			*unsuited = detach_locked(s);
			slubx_stat(s, ALLOC_NODE_MISMATCH);
			return NULL;
		}
		x = take_from_cpu_slab_locked(s);
		if (x)
			return x;
	}
}

/*
 * An object from what this cpu owns, on @node unless that is NUMA_NO_NODE.
 * NULL if it owns none: then it has no slab any more.
 */
void *slubx_cpu_refill(struct slubx_kmem_cache *s, gfp_t gfp, int node)
{
	struct detached unsuited;
	unsigned long irq;
	void *x;

	do {
		unsuited = (struct detached){};
		local_lock_irqsave(&s->cpu_slab->lock, irq);
		x = refill_locked(s, gfp, node, &unsuited);
		local_unlock_irqrestore(&s->cpu_slab->lock, irq);
		put_detached(s, unsuited);
	} while (unsuited.slab);
	return x;
}
EXPORT_SYMBOL_SLUBX(slubx_cpu_refill);

/* Destroyed or switched meanwhile, and the flush may have been here already. */
static void *keep_one(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		      void *freelist)
{
	slubx_node_put(s, slab, slubx_freelist_next(s, freelist));
	return freelist;
}

/*
 * Makes @slab, frozen and with all its free objects in @freelist, the slab of
 * whatever cpu this is now, and returns an object of it. A slab that got there
 * first goes back to its node.
 */
void *slubx_cpu_install(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			void *freelist)
{
	struct detached before;
	unsigned long irq;

	local_lock_irqsave(&s->cpu_slab->lock, irq);
	if (unlikely(slubx_is_cold(s))) {
		local_unlock_irqrestore(&s->cpu_slab->lock, irq);
		return keep_one(s, slab, freelist);
	}
	before = detach_locked(s);
	if (before.slab)
		slubx_stat(s, CPUSLAB_FLUSH);
	slab->cpu = smp_processor_id();
	exchange_locked(s, slubx_freelist_next(s, freelist));
	barrier();
	WRITE_ONCE(this_cpu_ptr(s->cpu_slab)->slab, slab);
	local_unlock_irqrestore(&s->cpu_slab->lock, irq);
	put_detached(s, before);
	return freelist;
}
EXPORT_SYMBOL_SLUBX(slubx_cpu_install);

/* The push of cpu.h where it can't be lockless. */
bool slubx_cpu_push_locked(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			   void *head, void *tail)
{
	struct slubx_kmem_cache_cpu *c;
	unsigned long irq;
	bool ours;

	local_lock_irqsave(&s->cpu_slab->lock, irq);
	c = this_cpu_ptr(s->cpu_slab);
	ours = c->slab == slab;
	if (ours) {
		slubx_freelist_link(s, tail, c->freelist);
		exchange_locked(s, head);
	}
	local_unlock_irqrestore(&s->cpu_slab->lock, irq);
	return ours;
}
EXPORT_SYMBOL_SLUBX(slubx_cpu_push_locked);

/* ---- Flushing ------------------------------------------------------------*/

/* Everything that this cpu owns goes back to the nodes. */
void slubx_cpu_flush_this(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache_cpu *c;
	struct slubx_slab *partial;
	struct detached detached;
	unsigned long irq;

	local_lock_irqsave(&s->cpu_slab->lock, irq);
	c = this_cpu_ptr(s->cpu_slab);
	detached = detach_locked(s);
	partial = c->partial;
	WRITE_ONCE(c->partial, NULL);
	local_unlock_irqrestore(&s->cpu_slab->lock, irq);

	trace_slubx_cpu_flush(s, raw_smp_processor_id());
	if (detached.slab)
		slubx_stat(s, CPUSLAB_FLUSH);
	put_detached(s, detached);
	slubx_node_put_chain(s, partial);
}
EXPORT_SYMBOL_SLUBX(slubx_cpu_flush_this);

/* The same for a cpu that runs no more, or will not touch @s again. */
void slubx_cpu_flush_dead(struct slubx_kmem_cache *s, int cpu)
{
	struct slubx_kmem_cache_cpu *c = per_cpu_ptr(s->cpu_slab, cpu);
	struct slubx_slab *partial = c->partial;
	struct detached detached = {
		.slab = c->slab,
		.freelist = c->freelist,
	};

	WRITE_ONCE(c->slab, NULL);
	c->freelist = NULL;
	c->tid += SLUBX_TID_STEP;
	WRITE_ONCE(c->partial, NULL);
	trace_slubx_cpu_flush(s, cpu);
	if (detached.slab)
		slubx_stat(s, CPUSLAB_FLUSH);
	put_detached(s, detached);
	slubx_node_put_chain(s, partial);
}
EXPORT_SYMBOL_SLUBX(slubx_cpu_flush_dead);

/* Racy: does @cpu own slabs of @s? */
bool slubx_cpu_holds(struct slubx_kmem_cache *s, int cpu)
{
	struct slubx_kmem_cache_cpu *c = per_cpu_ptr(s->cpu_slab, cpu);

	return READ_ONCE(c->slab) || READ_ONCE(c->partial);
}
EXPORT_SYMBOL_SLUBX(slubx_cpu_holds);

/* ---- Opening and closing -------------------------------------------------*/

/* Gives @s its per-cpu part. May sleep. 0 or -ENOMEM. */
int slubx_cpu_open(struct slubx_kmem_cache *s)
{
	int cpu;

	if (slubx_should_fail(SLUBX_FAULT_PERCPU))
		return -ENOMEM;
	/* The pair needs the alignment of its size, which is the type's. */
	s->cpu_slab = alloc_percpu(struct slubx_kmem_cache_cpu);
	if (!s->cpu_slab)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct slubx_kmem_cache_cpu *c = per_cpu_ptr(s->cpu_slab, cpu);

		local_lock_init(&c->lock);
		c->tid = cpu;
	}
	return 0;
}

void slubx_cpu_close(struct slubx_kmem_cache *s)
{
	free_percpu(s->cpu_slab);
	s->cpu_slab = NULL;
}

/* ---- The invariant -------------------------------------------------------*/

static bool freelist_of_slab_valid(struct slubx_kmem_cache *s,
				   struct slubx_kmem_cache_cpu *c)
{
	unsigned int count = 0;
	void *x;

	for (x = c->freelist; x; x = slubx_freelist_next(s, x))
		if (slubx_virt_to_slab(x) != c->slab ||
		    ++count > c->slab->fc.counters.objects)
			return false;
	return true;
}

static bool owned_slab_valid(struct slubx_kmem_cache *s,
			     struct slubx_slab *slab)
{
	return slab->slab_cache == s && slab->fc.counters.frozen &&
	       slubx_slab_valid(slab);
}

/* Holds while @cpu is out of the slow paths and nobody frees to the cache. */
bool slubx_cpu_valid(struct slubx_kmem_cache *s, int cpu)
{
	struct slubx_kmem_cache_cpu *c = per_cpu_ptr(s->cpu_slab, cpu);
	struct slubx_slab *slab;

	if (c->tid % SLUBX_TID_STEP != (unsigned int)cpu % SLUBX_TID_STEP)
		return false;
	if (!c->slab && c->freelist)
		return false;
	if (c->slab &&
	    (!owned_slab_valid(s, c->slab) || !freelist_of_slab_valid(s, c)))
		return false;
	for (slab = c->partial; slab; slab = slab->next)
		if (!owned_slab_valid(s, slab) || !slab->fc.freelist)
			return false;
	return true;
}
EXPORT_SYMBOL_SLUBX(slubx_cpu_valid);
