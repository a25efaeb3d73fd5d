// SPDX-License-Identifier: GPL-2.0
/*
 * holdings.c - how many free objects cpus hold ready, exactly.
 *
 * Floor 5. Takes the cpu's lock (3a). What a cpu holds can be counted only by
 * itself: from elsewhere its slabs may go while they are looked at, and its
 * freelist is never the same twice. So each is asked, by a work item, and the
 * paths that allocate and free know nothing of it.
 *
 * Of a cpu each figure is of one moment; two cpus are of two. Objects on their
 * way from a node to a cpu or back belong to neither and count as in use.
 */
#include <linux/cpu.h>
#include <linux/math64.h>
#include <linux/workqueue.h>

#include "cpu.h"
#include "holdings.h"

static bool is_on(const struct slubx_slab *slab, int node)
{
	return node == NUMA_NO_NODE || slubx_slab_nid(slab) == node;
}

/* Others free to the slab meanwhile, so this is one read. */
static unsigned int on_own_freelist(const struct slubx_slab *slab)
{
	union slubx_counters counters = {
		.word = READ_ONCE(slab->fc.counters.word),
	};

	return counters.objects - counters.inuse;
}

/*
 * Objects on the freelist of this cpu. With its lock held only NMIs come in
 * between; they change the tid.
 */
static unsigned int ready_locked(const struct slubx_kmem_cache_cpu *c)
{
	unsigned int count;
	unsigned long tid;

	do {
		tid = READ_ONCE(c->tid);
		barrier();
		count = slubx_slab_chain(c->slab->slab_cache, c->slab,
					 READ_ONCE(c->freelist), NULL);
		barrier();
	} while (READ_ONCE(c->tid) != tid);
	return count;
}

static unsigned long partial_locked(const struct slubx_kmem_cache_cpu *c,
				    int node)
{
	unsigned long seen = 0, count = 0;
	const struct slubx_slab *slab;

	for (slab = c->partial; slab; slab = slab->next) {
		if (seen++ == SLUBX_HOLDINGS_MAX)
			return mult_frac(count,
					 (unsigned long)c->partial->slabs,
					 seen - 1);
		if (is_on(slab, node))
			count += on_own_freelist(slab);
	}
	return count;
}

static unsigned long free_locked(const struct slubx_kmem_cache_cpu *c, int node)
{
	unsigned long count = partial_locked(c, node);

	if (c->slab && is_on(c->slab, node))
		count += on_own_freelist(c->slab) + ready_locked(c);
	return count;
}

/* Free objects on @node, or all, that this cpu holds of @s. */
unsigned long slubx_holdings_here(struct slubx_kmem_cache *s, int node)
{
	struct slubx_kmem_cache *m;
	unsigned long irq, count = 0;

	slubx_for_each_mode(s, m) {
		local_lock_irqsave(&m->cpu_slab->lock, irq);
		count += free_locked(this_cpu_ptr(m->cpu_slab), node);
		local_unlock_irqrestore(&m->cpu_slab->lock, irq);
	}
	return count;
}
EXPORT_SYMBOL_SLUBX(slubx_holdings_here);

static bool holds(struct slubx_kmem_cache *s, int cpu)
{
	struct slubx_kmem_cache *m;

	slubx_for_each_mode(s, m)
		if (slubx_cpu_holds(m, cpu))
			return true;
	return false;
}

struct question {
	struct slubx_kmem_cache *s;
	int node;
};

static long answer(void *arg)
{
	const struct question *question = arg;

	return slubx_holdings_here(question->s, question->node);
}

/*
 * The same for any cpu; the caller holds cpus_read_lock. May sleep. A cpu that
 * holds nothing at a glance is not disturbed, and one that is off has given
 * all back (hotplug.c).
 */
unsigned long slubx_holdings_of_cpu(struct slubx_kmem_cache *s, int cpu,
				    int node)
{
	struct question question = { .s = s, .node = node };

	if (!cpu_online(cpu) || !holds(s, cpu))
		return 0;
	return work_on_cpu(cpu, answer, &question);
}
EXPORT_SYMBOL_SLUBX(slubx_holdings_of_cpu);

/* The same for all cpus. */
unsigned long slubx_holdings_of_all(struct slubx_kmem_cache *s, int node)
{
	unsigned long count = 0;
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu)
		count += slubx_holdings_of_cpu(s, cpu, node);
	cpus_read_unlock();
	return count;
}
EXPORT_SYMBOL_SLUBX(slubx_holdings_of_all);
