// SPDX-License-Identifier: GPL-2.0
/*
 * cpu_partial.c - the frozen slabs that a cpu keeps beside its cpu slab.
 *
 * Floor 5. A stack of slabs with at least one free object each, under the
 * cpu's lock (3a). When it has grown over cpu_partial_slabs, all of it goes
 * back to the nodes in one go, outside the lock.
 */
#include "cpu.h"

/* Free objects that a cpu should hold: SLUB's table, by the size of one. */
unsigned int slubx_cpu_partial_default(const struct slubx_kmem_cache *s)
{
	if (!slubx_has_cpu_partial(s))
		return 0;
	if (s->layout.size >= PAGE_SIZE)
		return 6;
	if (s->layout.size >= 1024)
		return 24;
	if (s->layout.size >= 256)
		return 52;
	return 120;
}
EXPORT_SYMBOL_SLUBX(slubx_cpu_partial_default);

/*
 * The limit is kept in slabs, because counting objects would touch every slab
 * of the list: slabs are taken to be half full.
 */
void slubx_cpu_partial_set(struct slubx_kmem_cache *s, unsigned int objects)
{
	WRITE_ONCE(s->cpu_partial, objects);
	WRITE_ONCE(s->cpu_partial_slabs,
		   DIV_ROUND_UP(min(objects, UINT_MAX / 4) * 2,
				s->layout.oo.objects));
}
EXPORT_SYMBOL_SLUBX(slubx_cpu_partial_set);

struct slubx_slab *slubx_cpu_partial_pop_locked(struct slubx_kmem_cache_cpu *c)
{
	struct slubx_slab *slab = c->partial;

	if (slab)
		WRITE_ONCE(c->partial, slab->next);
	return slab;
}

static void push_locked(struct slubx_kmem_cache_cpu *c, struct slubx_slab *slab)
{
	struct slubx_slab *below = c->partial;

	slab->next = below;
	slab->slabs = below ? below->slabs + 1 : 1;
	slab->cpu = smp_processor_id();
	WRITE_ONCE(c->partial, slab);
}

static struct slubx_slab *put_locked(struct slubx_kmem_cache *s,
				     struct slubx_slab *slab)
{
	struct slubx_kmem_cache_cpu *c = this_cpu_ptr(s->cpu_slab);
	struct slubx_slab *drained = NULL;

	/* Destroyed or switched meanwhile: the flush may have been here already. */
	if (unlikely(slubx_is_cold(s))) {
		slab->next = NULL;
		return slab;
	}
	if (c->partial &&
	    c->partial->slabs >= READ_ONCE(s->cpu_partial_slabs)) {
		drained = c->partial;
		WRITE_ONCE(c->partial, NULL);
		slubx_stat(s, CPU_PARTIAL_DRAIN);
	}
	push_locked(c, slab);
	slubx_stat(s, CPU_PARTIAL_FREE);
	return drained;
}

/*
 * Puts a slab on this cpu's list that a free has just frozen, and gives the
 * list to the nodes if it is long enough.
 */
void slubx_cpu_partial_put(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	struct slubx_slab *drained;
	unsigned long irq;

	local_lock_irqsave(&s->cpu_slab->lock, irq);
	drained = put_locked(s, slab);
	local_unlock_irqrestore(&s->cpu_slab->lock, irq);
	slubx_node_put_chain(s, drained);
}

/* Puts slabs on this cpu's list that were taken from a node. */
void slubx_cpu_partial_put_chain(struct slubx_kmem_cache *s,
				 struct slubx_slab *chain)
{
	struct slubx_slab *slab;
	unsigned long irq;

	if (!chain)
		return;
	local_lock_irqsave(&s->cpu_slab->lock, irq);
	/* See put_locked(). */
	while (!slubx_is_cold(s) && (slab = chain)) {
		chain = slab->next;
		push_locked(this_cpu_ptr(s->cpu_slab), slab);
	}
	local_unlock_irqrestore(&s->cpu_slab->lock, irq);
	slubx_node_put_chain(s, chain);
}
EXPORT_SYMBOL_SLUBX(slubx_cpu_partial_put_chain);
