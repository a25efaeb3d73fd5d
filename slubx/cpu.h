/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cpu.h - the objects that one cpu holds ready, and the fast paths over them.
 *
 * Floor 5. A front-end of slubx answers five calls; this is the one that works
 * as SLUB 6.1 does, a freelist and a transaction id swapped as one:
 *   pop, push   an object, or several at once, without a lock (here, inline)
 *   refill      from what the cpu owns; NULL if the nodes must help
 *   install     a slab that they gave
 *   flush       everything back to the nodes (flush.h for other cpus)
 *
 * Why the fast paths are safe without disabling anything: the tid is read
 * first. Whatever happens in between - an interrupt, an NMI, another task, a
 * move to another cpu, whose tids are never equal to ours - changes the tid
 * that the exchange then meets, and it starts over.
 */
#ifndef _SLUBX_CPU_H
#define _SLUBX_CPU_H

#include <linux/log2.h>
#include <linux/preempt.h>
#include <linux/percpu.h>

#include "freelist.h"
#include "node.h"
#include "pair.h"
#include "stat.h"

/*
 * A tid starts out as its cpu's number and grows in steps over the number of
 * cpus, so no two cpus ever have the same one. Without preemption nobody moves
 * between reading it and the exchange, and 1 will do.
 */
#define SLUBX_TID_STEP                                                     \
	(IS_ENABLED(CONFIG_PREEMPTION) ? roundup_pow_of_two(CONFIG_NR_CPUS) : 1)

int slubx_cpu_open(struct slubx_kmem_cache *s);
void slubx_cpu_close(struct slubx_kmem_cache *s);
void *slubx_cpu_refill(struct slubx_kmem_cache *s, gfp_t gfp, int node);
void *slubx_cpu_install(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			void *freelist);
bool slubx_cpu_push_locked(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			   void *head, void *tail);
void slubx_cpu_flush_this(struct slubx_kmem_cache *s);
void slubx_cpu_flush_dead(struct slubx_kmem_cache *s, int cpu);
bool slubx_cpu_holds(struct slubx_kmem_cache *s, int cpu);
bool slubx_cpu_valid(struct slubx_kmem_cache *s, int cpu);

/* cpu_partial.c */
void slubx_cpu_partial_set(struct slubx_kmem_cache *s, unsigned int objects);
unsigned int slubx_cpu_partial_default(const struct slubx_kmem_cache *s);
struct slubx_slab *slubx_cpu_partial_pop_locked(struct slubx_kmem_cache_cpu *c);
void slubx_cpu_partial_put(struct slubx_kmem_cache *s, struct slubx_slab *slab);
void slubx_cpu_partial_put_chain(struct slubx_kmem_cache *s,
				 struct slubx_slab *chain);

static __always_inline bool slubx_cpu_swap(struct slubx_kmem_cache *s,
					   struct slubx_pair old,
					   struct slubx_pair new)
{
	return slubx_cpu_cmpxchg_pair(&s->cpu_slab->pair, old, new);
}

/*
 * Takes an object from the cpu's freelist. NULL if there is none, or none on
 * @node, or no lockless path here.
 */
static __always_inline void *slubx_cpu_pop(struct slubx_kmem_cache *s, int node)
{
	struct slubx_kmem_cache_cpu *c;
	struct slubx_pair old, new;

	if (!slubx_lockless())
		return NULL;
	do {
		c = raw_cpu_ptr(s->cpu_slab);
		old.word = READ_ONCE(c->tid);
		barrier();
		old.ptr = READ_ONCE(c->freelist);
		if (unlikely(!old.ptr))
			return NULL;
		if (node != NUMA_NO_NODE) {
			struct slubx_slab *slab = READ_ONCE(c->slab);

			if (unlikely(!slab || slubx_slab_nid(slab) != node))
				return NULL;
		}
		new.ptr = slubx_freelist_peek(s, old.ptr);
		new.word = old.word + SLUBX_TID_STEP;
	} while (unlikely(!slubx_cpu_swap(s, old, new)));
	return old.ptr;
}

/*
 * Takes up to @count objects, which is not 0, off the cpu's freelist into @p,
 * in one exchange, and returns how many. 0 if there is none or no lockless path
 * here.
 *
 * A link is followed only if the tid is still the same after it was read: then
 * it led to an object that was free, and that can be looked at whatever becomes
 * of it meanwhile. As in slubx_cpu_pop(), only the exchange tells whether what
 * was seen is true.
 */
static __always_inline size_t slubx_cpu_pop_many(struct slubx_kmem_cache *s,
						 size_t count, void **p)
{
	struct slubx_kmem_cache_cpu *c;
	struct slubx_pair old, new;
	size_t taken;

	if (!slubx_lockless())
		return 0;
	do {
		c = raw_cpu_ptr(s->cpu_slab);
		old.word = READ_ONCE(c->tid);
		barrier();
		old.ptr = READ_ONCE(c->freelist);
		if (unlikely(!old.ptr))
			return 0;
		new.ptr = old.ptr;
		taken = 0;
		do {
			p[taken++] = new.ptr;
			new.ptr = slubx_freelist_peek(s, new.ptr);
			/* On another cpu by now: the link before its tid. */
			smp_rmb();
		} while (READ_ONCE(c->tid) == old.word && new.ptr &&
			 taken != count);
		new.word = old.word + SLUBX_TID_STEP;
	} while (unlikely(!slubx_cpu_swap(s, old, new)));
	return taken;
}

/*
 * Puts the objects @head to @tail, all of @slab, on the cpu's freelist. False
 * if this cpu does not own the slab.
 */
static __always_inline bool slubx_cpu_push(struct slubx_kmem_cache *s,
					   struct slubx_slab *slab, void *head,
					   void *tail)
{
	struct slubx_kmem_cache_cpu *c;
	struct slubx_pair old, new;

	if (!slubx_lockless())
		return !in_nmi() && slubx_cpu_push_locked(s, slab, head, tail);
	do {
		c = raw_cpu_ptr(s->cpu_slab);
		old.word = READ_ONCE(c->tid);
		barrier();
		if (unlikely(slab != READ_ONCE(c->slab)))
			return false;
		old.ptr = READ_ONCE(c->freelist);
		slubx_freelist_link(s, tail, old.ptr);
		new.ptr = head;
		new.word = old.word + SLUBX_TID_STEP;
	} while (unlikely(!slubx_cpu_swap(s, old, new)));
	return true;
}

#endif /* _SLUBX_CPU_H */
