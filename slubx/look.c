// SPDX-License-Identifier: GPL-2.0
/*
 * look.c - takes a picture of a slab: whose it is, and which objects are free.
 *
 * Floor 5. Takes the lock under which nobody can take objects of the slab away,
 * so that what was seen of it is true of one moment: the cpu's (3a), on that
 * cpu, or the node's (3b). Others may free to the slab meanwhile; that puts
 * links before those that are looked at.
 *
 * The slab need not be one any more: its struct page tells, and of its memory
 * nothing is read before the lock is held that keeps it.
 */
#include <linux/bitmap.h>
#include <linux/cpu.h>
#include <linux/workqueue.h>

#include "cpu.h"
#include "look.h"

/* Slabs of a cpu's list that are looked through; what is behind is MOVING. */
#define LIST_MAX 10000

/* Owners that a slab may have, one after the other, while it is looked for. */
#define OWNERS_MAX 4

static union slubx_counters counters_of(const struct slubx_slab *slab)
{
	return (union slubx_counters){ .word = READ_ONCE(
					       slab->fc.counters.word) };
}

/* Both maps are known. An object is in one of them, unless links are damaged. */
static void set_state(struct slubx_look *look, enum slubx_slab_state state,
		      int cpu)
{
	unsigned int free;

	bitmap_andnot(look->ready, look->ready, look->own, look->objects);
	free = bitmap_weight(look->own, look->objects) +
	       bitmap_weight(look->ready, look->objects);
	look->state = state;
	look->cpu = cpu;
	look->inuse = look->objects - free;
}

/* ---- Slabs that a cpu owns -----------------------------------------------*/

/* With the cpu's lock held only NMIs change the freelist; the tid tells. */
static void look_at_ready_locked(const struct slubx_kmem_cache_cpu *c,
				 struct slubx_look *look)
{
	unsigned long tid;

	do {
		tid = READ_ONCE(c->tid);
		barrier();
		bitmap_zero(look->ready, look->objects);
		slubx_slab_chain(c->slab->slab_cache, c->slab,
				 READ_ONCE(c->freelist), look->ready);
		barrier();
	} while (READ_ONCE(c->tid) != tid);
}

static bool on_list_locked(const struct slubx_kmem_cache_cpu *c,
			   const struct slubx_slab *slab)
{
	const struct slubx_slab *other = c->partial;
	unsigned int i;

	for (i = 0; other && i < LIST_MAX; i++) {
		if (other == slab)
			return true;
		other = other->next;
	}
	return false;
}

/* False, and nothing seen, if the slab is not this cpu's. */
static bool look_locked(const struct slubx_kmem_cache_cpu *c,
			const struct slubx_slab *slab, struct slubx_look *look)
{
	bool current_slab = c->slab == slab;

	if (!current_slab && !on_list_locked(c, slab))
		return false;
	look->objects = counters_of(slab).objects;
	slubx_slab_free_objects(slab->slab_cache, slab, look->own);
	if (current_slab)
		look_at_ready_locked(c, look);
	set_state(look, current_slab ? SLUBX_SLAB_CPU : SLUBX_SLAB_CPU_PARTIAL,
		  smp_processor_id());
	return true;
}

struct question {
	struct slubx_kmem_cache *s;
	const struct slubx_slab *slab;
	struct slubx_look *look;
};

static long answer(void *arg)
{
	const struct question *q = arg;
	unsigned long irq;
	bool seen;

	local_lock_irqsave(&q->s->cpu_slab->lock, irq);
	seen = look_locked(this_cpu_ptr(q->s->cpu_slab), q->slab, q->look);
	local_unlock_irqrestore(&q->s->cpu_slab->lock, irq);
	return seen;
}

/* Asks the cpu that had the slab last, if it has it still. */
static bool ask_owner(struct slubx_kmem_cache *s, const struct slubx_slab *slab,
		      struct slubx_look *look)
{
	struct question question = { .s = s, .slab = slab, .look = look };
	unsigned int cpu = READ_ONCE(slab->cpu);
	bool seen;

	if (cpu >= nr_cpu_ids)
		return false;
	cpus_read_lock();
	seen = cpu_online(cpu) && work_on_cpu(cpu, answer, &question);
	cpus_read_unlock();
	return seen;
}

/* ---- Slabs that no cpu owns ----------------------------------------------*/

/* Partial under the lock means listed: it can't go, nor lose free objects. */
static bool look_at_listed(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			   struct slubx_look *look)
{
	if (!slubx_node_map_free(s, slab, look->own))
		return false;
	set_state(look, SLUBX_SLAB_PARTIAL, -1);
	return true;
}

/* Of these the counters say all: every object is in use, or none. */
static bool look_at_uniform(struct slubx_look *look, bool free)
{
	if (free)
		bitmap_set(look->own, 0, look->objects);
	set_state(look, free ? SLUBX_SLAB_EMPTY : SLUBX_SLAB_FULL, -1);
	return true;
}

/* ---- Any slab ------------------------------------------------------------*/

static bool look_once(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		      union slubx_counters counters, struct slubx_look *look)
{
	bitmap_zero(look->own, look->objects);
	bitmap_zero(look->ready, look->objects);
	if (counters.frozen)
		return ask_owner(s, slab, look);
	if (counters.inuse && counters.inuse < counters.objects)
		return look_at_listed(s, slab, look);
	return look_at_uniform(look, !counters.inuse);
}

/*
 * Takes a picture of @slab. False if it is no slab of @s (any more), or has more
 * objects than there is room for. May sleep.
 */
bool slubx_look_at(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		   struct slubx_look *look)
{
	union slubx_counters counters;
	struct slubx_kmem_cache *m;
	unsigned int i;

	for (i = 0; i < OWNERS_MAX; i++) {
		counters = counters_of(slab);
		m = READ_ONCE(slab->slab_cache);
		if (!slubx_slab_is_ours(slab) || !slubx_is_mode_of(s, m) ||
		    counters.objects > look->room)
			return false;
		look->objects = counters.objects;
		if (look_once(m, slab, counters, look))
			return true;
	}
	look->state = SLUBX_SLAB_MOVING;
	look->cpu = -1;
	look->inuse = counters.inuse;
	return true;
}
EXPORT_SYMBOL_SLUBX(slubx_look_at);
