// SPDX-License-Identifier: GPL-2.0
/*
 * kfree_rcu.c - memory waits for a grace period, much of it for the same one.
 *
 * Floor 9. Each cpu has a queue, which goes round by round:
 *
 *   empty --first object--> collecting --a while, or many--> waiting, for a
 *   grace period --> freeing, and again if more was collected meanwhile
 *
 * Objects are collected in arrays. An array is never allocated where an object
 * is handed in, which may be under any lock: rounds leave spare ones behind.
 * With none at hand objects are chained through their own rcu_head.
 *
 * A queue is of the cpu that objects are handed in on, but its rounds go on
 * wherever there is a cpu: one that dies leaves nothing behind.
 *
 * Lock: queue->lock (5), a raw spinlock, over a few stores; nothing is taken
 * under it. Grace periods: queue_rcu_work(), whose callback runs no code of ours.
 */
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "fault.h"
#include "kfree_rcu.h"
#include "registry.h"

/* An array of this many bytes, header included. */
#define ARRAY_BYTES 2048

struct array {
	struct array *next;
	unsigned int count;
	void *x[];
};

#define ARRAY_MAX                               \
	((ARRAY_BYTES - sizeof(struct array)) / \
	 sizeof_field(struct array, x[0]))

/* Objects that wait for the same grace period. */
struct round {
	struct array *arrays;	/* the first has room, if one has */
	struct rcu_head *chain; /* func is the object, next the next */
	unsigned long count;
};

struct queue {
	raw_spinlock_t lock;
	/* Under lock: */
	struct round collected;
	struct array *spare;
	unsigned int spares;
	bool short_of_arrays;  /* had to chain objects */
	unsigned long started; /* rounds that wait or waited */
	unsigned long ended;   /* started, or one less; reads racy ok */
	unsigned long wanted;  /* round for which somebody waits */

	struct round waiting; /* of the round that goes on: its work's */
	struct delayed_work start;
	struct rcu_work end;
};

static struct queue __percpu *queues;
static struct slubx_kmem_cache *array_cache;
static struct workqueue_struct *wq;
static DECLARE_WAIT_QUEUE_HEAD(round_ended);

/* How long objects are collected: until many of them share a grace period. */
#define COLLECT_JIFFIES max(1, HZ / 20)
/* So many do without the wait. */
#define COLLECT_MAX (2 * ARRAY_MAX)
/* Arrays that a queue keeps ready. */
#define SPARES_MAX 8

/* ---- Arrays --------------------------------------------------------------*/

static struct array *new_array(gfp_t gfp)
{
	struct array *array;

	if (slubx_should_fail(SLUBX_FAULT_RCU_ARRAY))
		return NULL;
	array = slubx_kmem_cache_alloc(array_cache, gfp | __GFP_NOWARN);
	if (array)
		array->count = 0;
	return array;
}

/* Keeps @array for later, or frees it if there are enough. */
static void keep_or_free(struct queue *q, struct array *array)
{
	unsigned long flags;
	bool keep;

	array->count = 0;
	raw_spin_lock_irqsave(&q->lock, flags);
	keep = q->spares < SPARES_MAX;
	if (keep) {
		array->next = q->spare;
		q->spare = array;
		q->spares++;
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (!keep)
		slubx_kmem_cache_free(array_cache, array);
}

static void free_spares(struct queue *q)
{
	struct array *array, *next;
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	array = q->spare;
	q->spare = NULL;
	q->spares = 0;
	raw_spin_unlock_irqrestore(&q->lock, flags);
	for (; array; array = next) {
		next = array->next;
		slubx_kmem_cache_free(array_cache, array);
	}
}

/* Who had to chain objects shall find arrays the next time. */
static void refill_spares(struct queue *q)
{
	struct array *array;

	if (!READ_ONCE(q->short_of_arrays))
		return;
	WRITE_ONCE(q->short_of_arrays, false);
	while (READ_ONCE(q->spares) < SPARES_MAX) {
		array = new_array(GFP_NOWAIT);
		if (!array)
			return;
		keep_or_free(q, array);
	}
}

/* ---- Collecting ----------------------------------------------------------*/

/* The array that has room, or a spare one. */
static struct array *array_with_room_locked(struct queue *q)
{
	struct array *array = q->collected.arrays;

	if (array && array->count < ARRAY_MAX)
		return array;
	array = q->spare;
	if (!array)
		return NULL;
	q->spare = array->next;
	q->spares--;
	array->next = q->collected.arrays;
	q->collected.arrays = array;
	return array;
}

static bool add_locked(struct queue *q, struct rcu_head *head, void *x)
{
	struct array *array = array_with_room_locked(q);

	if (array) {
		array->x[array->count++] = x;
	} else {
		WRITE_ONCE(q->short_of_arrays, true);
		if (!head)
			return false;
		head->func = (rcu_callback_t)x;
		head->next = q->collected.chain;
		q->collected.chain = head;
	}
	q->collected.count++;
	return true;
}

static bool is_going_on(const struct queue *q)
{
	return q->started != q->ended;
}

/*
 * Sees to it that a round starts, after the object that made it @count. Not at
 * once: that would wake up a worker, under whatever lock our caller holds.
 */
static void start_later(struct queue *q, unsigned long count)
{
	if (count == 1)
		queue_delayed_work(wq, &q->start, COLLECT_JIFFIES);
	else if (count == COLLECT_MAX)
		mod_delayed_work(wq, &q->start, 1);
}

/* False if there is no array and @head, room in the object, is NULL. */
static bool add(struct rcu_head *head, void *x)
{
	struct queue *q = raw_cpu_ptr(queues);
	unsigned long flags, count;
	bool added, going_on;

	raw_spin_lock_irqsave(&q->lock, flags);
	added = add_locked(q, head, x);
	count = q->collected.count;
	going_on = is_going_on(q);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	/* The end of a round starts the next one. */
	if (added && !going_on)
		start_later(q, count);
	return added;
}

/* The same for a caller who may sleep, so that the queue gets an array. */
static bool add_with_new_array(void *x)
{
	struct array *array =
		new_array(GFP_KERNEL | __GFP_NORETRY | __GFP_NOMEMALLOC);

	if (!array)
		return false;
	keep_or_free(raw_cpu_ptr(queues), array);
	return add(NULL, x);
}

/* ---- A round -------------------------------------------------------------*/

/* One by one what vmalloc() gave, the rest in runs of objects of a slab. */
static void free_array(struct array *array)
{
	unsigned int i, rest = 0;

	for (i = 0; i < array->count; i++) {
		if (is_vmalloc_addr(array->x[i]))
			vfree(array->x[i]);
		else
			array->x[rest++] = array->x[i];
	}
	slubx_kmem_cache_free_bulk(NULL, rest, array->x);
}

static void free_round(struct queue *q, struct round *round)
{
	struct array *array, *next_array;
	struct rcu_head *head, *next;

	for (array = round->arrays; array; array = next_array) {
		next_array = array->next;
		free_array(array);
		keep_or_free(q, array);
		cond_resched();
	}
	for (head = round->chain; head; head = next) {
		next = head->next;
		slubx_kvfree((void *)head->func);
		cond_resched();
	}
	memset(round, 0, sizeof(*round));
}

static void start_round(struct work_struct *work)
{
	struct queue *q = container_of(work, struct queue, start.work);
	bool start;

	raw_spin_lock_irq(&q->lock);
	start = q->collected.count && !is_going_on(q);
	if (start) {
		q->waiting = q->collected;
		memset(&q->collected, 0, sizeof(q->collected));
		q->started++;
	}
	raw_spin_unlock_irq(&q->lock);
	if (start)
		queue_rcu_work(wq, &q->end);
	refill_spares(q);
}

/* A grace period has passed since the round started. */
static void end_round(struct work_struct *work)
{
	struct queue *q = container_of(to_rcu_work(work), struct queue, end);
	unsigned long count;
	bool wanted;

	free_round(q, &q->waiting);
	raw_spin_lock_irq(&q->lock);
	WRITE_ONCE(q->ended, q->ended + 1);
	count = q->collected.count;
	wanted = (long)(q->wanted - q->started) > 0;
	raw_spin_unlock_irq(&q->lock);
	wake_up_all(&round_ended);
	if (wanted || count >= COLLECT_MAX)
		mod_delayed_work(wq, &q->start, 0);
	else if (count)
		queue_delayed_work(wq, &q->start, COLLECT_JIFFIES);
}

/* ---- Waiting -------------------------------------------------------------*/

/* The round that frees what was handed in so far shall start soon. */
static void hurry(struct queue *q)
{
	unsigned long flags, round;
	bool start;

	raw_spin_lock_irqsave(&q->lock, flags);
	round = q->started + !!q->collected.count;
	start = q->collected.count && !is_going_on(q);
	WRITE_ONCE(q->wanted, round);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (start)
		mod_delayed_work(wq, &q->start, 0);
}

static bool has_ended(const struct queue *q, unsigned long round)
{
	return (long)(READ_ONCE(q->ended) - round) >= 0;
}

/**
 * slubx_kvfree_rcu_barrier() - wait until memory that waits is freed
 *
 * Everything that was given to slubx_kfree_rcu() and its like before is freed
 * when this returns. After kvfree_rcu_barrier().
 *
 * Context: Process context. May sleep, for a grace period or two if something
 *	waits at all. Not in an RCU read-side section.
 */
void slubx_kvfree_rcu_barrier(void)
{
	unsigned long round;
	struct queue *q;
	int cpu;

	might_sleep();
	/* All start before the first is waited for: one grace period for all. */
	for_each_possible_cpu(cpu)
		hurry(per_cpu_ptr(queues, cpu));
	for_each_possible_cpu(cpu) {
		q = per_cpu_ptr(queues, cpu);
		/* Now: who comes later may want a later one. */
		round = READ_ONCE(q->wanted);
		wait_event(round_ended, has_ended(q, round));
	}
}
EXPORT_SYMBOL_GPL(slubx_kvfree_rcu_barrier);

/**
 * slubx_kvfree_rcu_barrier_on_cache() - wait until objects of a cache are freed
 * @s: the cache
 *
 * Waits for everybody's, as slubx_kvfree_rcu_barrier() does: whose objects wait
 * is known when they are freed. slubx_kmem_cache_destroy() calls it. After
 * kvfree_rcu_barrier_on_cache().
 *
 * Context: as slubx_kvfree_rcu_barrier().
 */
void slubx_kvfree_rcu_barrier_on_cache(struct slubx_kmem_cache *s)
{
	slubx_kvfree_rcu_barrier();
}
EXPORT_SYMBOL_GPL(slubx_kvfree_rcu_barrier_on_cache);

/*
 * Memory is short: what waits need not wait for company, and nothing is kept.
 * Does not sleep.
 */
void slubx_kfree_rcu_hurry(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		hurry(per_cpu_ptr(queues, cpu));
		free_spares(per_cpu_ptr(queues, cpu));
	}
}
EXPORT_SYMBOL_SLUBX(slubx_kfree_rcu_hurry);

/* ---- Handing in ----------------------------------------------------------*/

/**
 * slubx_kvfree_call_rcu() - what slubx_kfree_rcu() is
 * @head: room for us in the memory, or NULL: then this may sleep
 * @x: the memory
 *
 * Context: as slubx_kfree_rcu(), or, without @head, as
 *	slubx_kfree_rcu_mightsleep().
 */
void slubx_kvfree_call_rcu(struct rcu_head *head, void *x)
{
	if (!head)
		might_sleep();
	if (likely(add(head, x)) || add_with_new_array(x))
		return;
	synchronize_rcu();
	slubx_kvfree(x);
}
EXPORT_SYMBOL_GPL(slubx_kvfree_call_rcu);

/* ---- Numbers -------------------------------------------------------------*/

/* Objects that no round has taken up yet; a stale number does no harm. */
unsigned long slubx_kfree_rcu_pending(void)
{
	unsigned long count = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		count += READ_ONCE(per_cpu_ptr(queues, cpu)->collected.count);
	return count;
}
EXPORT_SYMBOL_SLUBX(slubx_kfree_rcu_pending);

/* Rounds that have ended, of all cpus: so often somebody waited for RCU. */
unsigned long slubx_kfree_rcu_rounds(void)
{
	unsigned long count = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		count += READ_ONCE(per_cpu_ptr(queues, cpu)->ended);
	return count;
}
EXPORT_SYMBOL_SLUBX(slubx_kfree_rcu_rounds);

/* ---- Up and down ---------------------------------------------------------*/

static void init_queue(struct queue *q)
{
	raw_spin_lock_init(&q->lock);
	INIT_DELAYED_WORK(&q->start, start_round);
	INIT_RCU_WORK(&q->end, end_round);
}

static int open_array_cache(void)
{
	const struct slubx_cache_request request = {
		.name = "slubx_rcu_array",
		.size = ARRAY_BYTES,
		.flags = SLUBX_NO_MERGE,
	};

	array_cache = slubx_internal_open(&request);
	return PTR_ERR_OR_ZERO(array_cache);
}

int slubx_kfree_rcu_init(void)
{
	int cpu, err;

	queues = alloc_percpu(struct queue);
	if (!queues)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		init_queue(per_cpu_ptr(queues, cpu));
	/* It frees memory that somebody may wait for: a rescuer. */
	wq = alloc_workqueue("slubx_rcu", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!wq) {
		free_percpu(queues);
		return -ENOMEM;
	}
	err = open_array_cache();
	if (err) {
		destroy_workqueue(wq);
		free_percpu(queues);
	}
	return err;
}

/* Nobody hands anything in any more. May sleep. */
void slubx_kfree_rcu_exit(void)
{
	int cpu;

	slubx_kvfree_rcu_barrier();
	for_each_possible_cpu(cpu) {
		cancel_delayed_work_sync(&per_cpu_ptr(queues, cpu)->start);
		flush_rcu_work(&per_cpu_ptr(queues, cpu)->end);
		free_spares(per_cpu_ptr(queues, cpu));
	}
	destroy_workqueue(wq);
	slubx_internal_close(array_cache);
	free_percpu(queues);
}
