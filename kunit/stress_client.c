// SPDX-License-Identifier: GPL-2.0
/*
 * stress_client.c - a client that never rests: threads make caches, use them
 * and destroy them, and pass objects of one common cache to each other, until
 * the module is removed. For the shell tests, which do the rest around it.
 *
 * /sys/module/slubx_stress_client/parameters tells how many caches there were
 * and how many objects were not as they had been left.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <slubx/slubx.h>

#include "stress_object.h"

#define THREADS_MAX 16
#define OBJECTS 48
#define SLOTS 128

static unsigned int threads = 4;
module_param(threads, uint, 0444);
MODULE_PARM_DESC(threads, "that make and destroy caches (default 4)");

static unsigned int caches, wrongs;
module_param(caches, uint, 0444);
MODULE_PARM_DESC(caches, "made so far (read it)");
module_param(wrongs, uint, 0444);
MODULE_PARM_DESC(wrongs, "objects that were not as they had been left");

static struct slubx_kmem_cache *common;
static void *slots[SLOTS];	/* objects of it, by xchg() */
#define COMMON_SIZE 192
#define COMMON_ID 0xff

static struct task_struct *task[THREADS_MAX];

struct worker {
	unsigned int nr;
	u32 serial;
	struct rnd_state random;
	void *x[OBJECTS];
	u64 word[OBJECTS];
};

static struct worker workers[THREADS_MAX];

static u32 random_below(struct worker *worker, u32 bound)
{
	return ((u64)prandom_u32_state(&worker->random) * bound) >> 32;
}

static void *make_object(struct worker *worker, struct slubx_kmem_cache *s,
			 unsigned int size, u32 id, u64 *word)
{
	void *x = slubx_kmem_cache_alloc(s, GFP_KERNEL | __GFP_NOWARN);

	if (!x)
		return NULL;
	*word = stress_word(id, x, ++worker->serial << 4 | worker->nr);
	stress_fill(x, size, *word);
	return x;
}

/* What is not as it was left may be in other hands, and is not freed. */
static void free_object(struct slubx_kmem_cache *s, void *x, unsigned int size,
			u64 word)
{
	if (stress_give_up(x, size, word))
		slubx_kmem_cache_free(s, x);
	else
		WRITE_ONCE(wrongs, wrongs + 1);
}

/* ---- A cache of one's own ------------------------------------------------*/

static void use_cache(struct worker *worker, struct slubx_kmem_cache *s,
		      unsigned int size)
{
	unsigned int i;

	for (i = 0; i < OBJECTS; i++)
		worker->x[i] = make_object(worker, s, size, worker->nr,
					   &worker->word[i]);
	cond_resched();
	if (!random_below(worker, 4))
		slubx_kmem_cache_shrink(s);
	for (i = 0; i < OBJECTS; i++)
		if (worker->x[i])
			free_object(s, worker->x[i], size, worker->word[i]);
}

static void cache_comes_and_goes(struct worker *worker)
{
	unsigned int size = 8 * (1 + random_below(worker, 300));
	slubx_flags_t flags = random_below(worker, 2) ? SLUBX_NO_MERGE : 0;
	struct slubx_kmem_cache *s;
	char name[32];

	if (!random_below(worker, 8))
		flags |= SLUBX_TYPESAFE_BY_RCU;
	snprintf(name, sizeof(name), "client-%u-%u", worker->nr,
		 random_below(worker, 4));
	s = slubx_kmem_cache_create(name, size, 0, flags, NULL);
	if (!s) {
		WRITE_ONCE(wrongs, wrongs + 1);
		return;
	}
	WRITE_ONCE(caches, caches + 1);
	use_cache(worker, s, size);
	slubx_kmem_cache_destroy(s);
}

/* ---- The common one ------------------------------------------------------*/

static void free_received(void *x)
{
	u64 word = READ_ONCE(*(u64 *)x);

	if (word != stress_word(COMMON_ID, x, (u32)word))
		WRITE_ONCE(wrongs, wrongs + 1);
	else
		free_object(common, x, COMMON_SIZE, word);
}

static void pass_objects(struct worker *worker)
{
	unsigned int count = random_below(worker, 400);
	void **slot, *x;
	u64 word;

	while (count--) {
		slot = &slots[random_below(worker, SLOTS)];
		x = NULL;
		if (random_below(worker, 2))
			x = make_object(worker, common, COMMON_SIZE, COMMON_ID,
					&word);
		x = xchg(slot, x);
		if (x)
			free_received(x);
	}
}

static int work(void *data)
{
	struct worker *worker = data;

	while (!kthread_should_stop()) {
		cache_comes_and_goes(worker);
		pass_objects(worker);
		cond_resched();
	}
	return 0;
}

/* ---- The module ----------------------------------------------------------*/

static void stop_all(void)
{
	unsigned int i;
	void *x;

	for (i = 0; i < threads; i++)
		if (!IS_ERR_OR_NULL(task[i]))
			kthread_stop(task[i]);
	for (i = 0; i < SLOTS; i++) {
		x = xchg(&slots[i], NULL);
		if (x)
			free_received(x);
	}
	slubx_kmem_cache_destroy(common);
	pr_info("slubx_stress_client: %u caches, %u wrong\n", caches, wrongs);
}

static int __init start_all(void)
{
	unsigned int i;

	threads = clamp(threads, 1U, (unsigned int)THREADS_MAX);
	common = slubx_kmem_cache_create("client-common", COMMON_SIZE, 0,
					 SLUBX_NO_MERGE, NULL);
	if (!common)
		return -ENOMEM;
	for (i = 0; i < threads; i++) {
		workers[i].nr = i;
		prandom_seed_state(&workers[i].random, get_random_u64());
		task[i] = kthread_run(work, &workers[i], "slubx_client/%u", i);
		if (IS_ERR(task[i])) {
			stop_all();
			return PTR_ERR(task[i]);
		}
	}
	return 0;
}

module_init(start_all);
module_exit(stop_all);

MODULE_DESCRIPTION("A restless client of slubx, for tests");
MODULE_LICENSE("GPL");
