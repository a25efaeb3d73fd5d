// SPDX-License-Identifier: GPL-2.0
/*
 * nolock.c - an allocation whatever lock is held: what the cpu has at hand, or
 * nothing.
 *
 * Floor 9. Takes no lock, and must not: it may be called, by a probe, in the
 * middle of slubx itself. What the cpu has at hand is taken by one exchange
 * (cpu.h), as safe there as in an NMI. When there was nothing, an irq_work sees
 * to it that there is something the next time.
 */
#include <linux/export.h>
#include <linux/irq_work.h>
#include <linux/percpu.h>

#include "cpu.h"
#include "errors.h"
#include "hooks.h"
#include "kmalloc.h"
#include "trace.h"

/* ---- When there was nothing ----------------------------------------------*/

struct refill {
	struct slubx_kmem_cache *s; /* NULL or what to refill; cmpxchg() */
	struct irq_work work;
};

static struct refill __percpu *refills;

/* An allocation leaves the rest of its slab at hand. */
static void refill(struct irq_work *work)
{
	struct refill *r = container_of(work, struct refill, work);
	struct slubx_kmem_cache *s = xchg(&r->s, NULL);
	void *x;

	if (!s)
		return;
	x = slubx_kmem_cache_alloc(s, GFP_NOWAIT | __GFP_NOWARN);
	if (x)
		slubx_kmem_cache_free(s, x);
}

/*
 * One cache at a time: others come when they fail again. On this cpu, see defer()
 * in defer.c.
 */
static void refill_soon(struct slubx_kmem_cache *s)
{
	struct refill *r;

	preempt_disable();
	r = this_cpu_ptr(refills);
	if (!cmpxchg(&r->s, NULL, s))
		irq_work_queue(&r->work);
	preempt_enable();
}

int slubx_nolock_init(void)
{
	int cpu;

	refills = alloc_percpu(struct refill);
	if (!refills)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		init_irq_work(&per_cpu_ptr(refills, cpu)->work, refill);
	return 0;
}

/* Waits for what was asked for before. May sleep. */
void slubx_nolock_flush(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(refills, cpu)->work);
}
EXPORT_SYMBOL_SLUBX(slubx_nolock_flush);

/* Nobody allocates any more. */
void slubx_nolock_exit(void)
{
	slubx_nolock_flush();
	free_percpu(refills);
}

/* ---- Allocation ----------------------------------------------------------*/

#define GFP_USEFUL \
	(__GFP_ACCOUNT | __GFP_ZERO | __GFP_NOWARN | __GFP_NOMEMALLOC)

static gfp_t useful(gfp_t gfp)
{
	gfp_t bad = gfp & ~GFP_USEFUL;

	if (unlikely(bad))
		slubx_error(
			NULL,
			"kmalloc_nolock: gfp flags %#x (%pGg) make no sense there, dropped",
			(__force unsigned int)bad, &bad);
	return gfp & GFP_USEFUL;
}

/* On @node rather than not, as it is no order. Not told to kmemleak: locks. */
static void *pop(struct slubx_kmem_cache *s, gfp_t gfp, int node)
{
	void *x = slubx_cpu_pop(s, node);

	if (!x && node != NUMA_NO_NODE)
		x = slubx_cpu_pop(s, NUMA_NO_NODE);
	if (!x)
		return NULL;
	slubx_stat(s, ALLOC_FASTPATH);
	slubx_freelist_forget(s, x);
	if (slubx_wants_zero(s, gfp))
		memset(x, 0, s->layout.object_size);
	return x;
}

/**
 * slubx_kmalloc_nolock() - allocate memory, whatever lock is held
 * @size: bytes; 0 gives ZERO_SIZE_PTR, more than SLUBX_KMALLOC_MAX_CACHE_SIZE
 *	nothing
 * @gfp: __GFP_ZERO and __GFP_ACCOUNT mean what they always do; __GFP_NOWARN and
 *	__GFP_NOMEMALLOC are understood. Others are reported and dropped
 * @node: the node to prefer, or NUMA_NO_NODE
 *
 * Gives what this cpu has at hand of the class of @size, or else of the next
 * larger one. Be prepared for NULL: the next time there may be something. To be
 * freed by slubx_kfree_nolock() or slubx_kfree(). After kmalloc_nolock() of 7.2.
 *
 * Context: Any, NMI and any lock held included. Does not sleep, takes no lock.
 * Return: the memory, or NULL; always NULL on PREEMPT_RT and on machines that
 *	can't swap 16 bytes.
 */
void *slubx_kmalloc_nolock(size_t size, gfp_t gfp, int node)
{
	struct slubx_kmem_cache *s;
	size_t wanted = size;
	unsigned int tries;
	void *x;

	gfp = useful(gfp);
	if (unlikely(!size))
		return ZERO_SIZE_PTR;
	if (unlikely(!slubx_lockless()))
		return NULL;
	for (tries = 0; tries < 2; tries++) {
		if (wanted > SLUBX_KMALLOC_MAX_CACHE_SIZE)
			return NULL;
		s = slubx_kmalloc_cache(wanted, gfp, _RET_IP_);
		x = pop(s, gfp, node);
		if (likely(x)) {
			trace_slubx_alloc(s, x, gfp, node, _RET_IP_);
			return x;
		}
		refill_soon(s);
		wanted = s->layout.object_size + 1;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(slubx_kmalloc_nolock);
