// SPDX-License-Identifier: GPL-2.0
/*
 * defer.c - memory freed where no lock may be taken waits for the next irq_work.
 *
 * Floor 6. An NMI may have come in the middle of any lock, and callers of
 * slubx_kfree_nolock() may hold any: the memory, which is free to use now,
 * becomes the link of a lock-free list of this cpu, and an irq_work empties
 * that list.
 */
#include <linux/irq_work.h>
#include <linux/llist.h>

#include "errors.h"
#include "large.h"
#include "path.h"
#include "slab.h"

struct deferred {
	struct llist_head objects;
	struct irq_work work;
};

static struct deferred __percpu *deferred;

/* How an object is freed is known above (free.c), which calls us. */
static slubx_free_fn free_object;

/* The link lies where the free pointer would: a constructor's work is safe. */
static struct llist_node *to_link(const struct slubx_kmem_cache *s, void *x)
{
	return x + s->layout.offset;
}

static void *to_object(const struct slubx_kmem_cache *s,
		       struct llist_node *link)
{
	return (void *)link - s->layout.offset;
}

static void free_link(struct llist_node *link)
{
	struct slubx_slab *slab = slubx_slab_around(link);
	struct slubx_kmem_cache *s;

	if (!slubx_slab_is_ours(slab)) {
		slubx_large_release(link);
		return;
	}
	s = slab->slab_cache;
	free_object(s, slab, to_object(s, link));
}

/*
 * Memory that waits is not free yet, so that freeing it once more goes unseen,
 * and writes over the link. Is this still one?
 */
static bool is_link(struct llist_node *link)
{
	struct slubx_slab *slab;

	if (!virt_addr_valid(link))
		return false;
	slab = slubx_slab_around(link);
	if (!slubx_slab_is_ours(slab))
		return slubx_large_waits(link);
	return slubx_slab_object_at(slab, to_object(slab->slab_cache, link));
}

static void empty_list(struct irq_work *work)
{
	struct deferred *d = container_of(work, struct deferred, work);
	struct llist_node *link = llist_del_all(&d->objects), *next;

	for (; link; link = next) {
		if (unlikely(!is_link(link))) {
			slubx_error(
				NULL,
				"memory whose free was put off was freed again or written to; what was put off before it is lost");
			return;
		}
		next = link->next;
		free_link(link);
	}
}

/*
 * The work is queued by everybody, not only by who found the list empty: that one
 * may be interrupted before he does, and slubx_defer_flush() would not wait for
 * what others have added since. Always on the list's own cpu: a work that runs
 * on two at once is over for irq_work_sync() when the first has ended.
 */
static void defer(struct llist_node *link)
{
	struct deferred *d;

	preempt_disable();
	d = this_cpu_ptr(deferred);
	llist_add(link, &d->objects);
	irq_work_queue(&d->work);
	preempt_enable();
}

/* Frees @x soon. For any context; its hooks have run. */
void slubx_defer_free(struct slubx_kmem_cache *s, void *x)
{
	defer(to_link(s, x));
}
EXPORT_SYMBOL_SLUBX(slubx_defer_free);

/* The same for large memory that was disowned (large.c). */
void slubx_defer_large(void *x)
{
	defer(x);
}

/* Waits until all that was deferred before is freed. May sleep. */
void slubx_defer_flush(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(deferred, cpu)->work);
}
EXPORT_SYMBOL_SLUBX(slubx_defer_flush);

/* From now on deferred objects are freed by @free, from an irq_work. */
int slubx_defer_init(slubx_free_fn free)
{
	int cpu;

	free_object = free;
	deferred = alloc_percpu(struct deferred);
	if (!deferred)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		init_llist_head(&per_cpu_ptr(deferred, cpu)->objects);
		init_irq_work(&per_cpu_ptr(deferred, cpu)->work, empty_list);
	}
	return 0;
}

void slubx_defer_exit(void)
{
	slubx_defer_flush();
	free_percpu(deferred);
}
