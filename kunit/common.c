// SPDX-License-Identifier: GPL-2.0
/*
 * common.c - the fixture of every case; see common.h.
 *
 * It hangs on test->priv and lives in memory that KUnit frees after the case,
 * which is after slubx_test_exit().
 */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "common.h"

static u64 seed;
module_param(seed, ullong, 0444);
MODULE_PARM_DESC(seed, "of the random numbers in tests (default: a new one)");

#define CACHES_MAX 32

struct fixture {
	struct rnd_state random;
	unsigned int nr_caches;
	struct slubx_kmem_cache *cache[CACHES_MAX];
};

/*
 * KUnit of 6.1 runs suites before the module's parameters are parsed, but the
 * text of them is there.
 */
static u64 this_seed(void)
{
	const char *given = strstr(THIS_MODULE->args ?: "", "seed=");

	if (!seed && given && sscanf(given, "seed=%llu", &seed) != 1)
		pr_warn("slubx_kunit: seed wants a number\n");
	if (!seed)
		seed = get_random_u64();
	return seed;
}

int slubx_test_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	prandom_seed_state(&f->random, this_seed());
	test->priv = f;
	return 0;
}

void slubx_test_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	while (f->nr_caches)
		slubx_kmem_cache_destroy(f->cache[--f->nr_caches]);
	if (READ_ONCE(test->status) == KUNIT_FAILURE)
		kunit_info(test, "again with: seed=%llu\n", seed);
}

struct slubx_kmem_cache *slubx_test_keep(struct kunit *test,
					 struct slubx_kmem_cache *s)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_LT(test, f->nr_caches, CACHES_MAX);
	f->cache[f->nr_caches++] = s;
	return s;
}

/*
 * Other caches keep their order of age. Caches that were merged are one pointer
 * kept several times, of which one goes.
 */
void slubx_test_destroy(struct kunit *test, struct slubx_kmem_cache *s)
{
	struct fixture *f = test->priv;
	unsigned int i, kept = 0;
	bool gone = false;

	for (i = 0; i < f->nr_caches; i++) {
		if (f->cache[i] != s || gone)
			f->cache[kept++] = f->cache[i];
		else
			gone = true;
	}
	KUNIT_EXPECT_EQ(test, kept + 1, f->nr_caches);
	f->nr_caches = kept;
	slubx_kmem_cache_destroy(s);
}

struct errand {
	void (*fn)(void *data);
	void *data;
	struct completion done;
};

static int run_errand(void *data)
{
	struct errand *errand = data;

	errand->fn(errand->data);
	kthread_complete_and_exit(&errand->done, 0);
}

/* What can't be started counts as done, so that nobody waits for it. */
static void start_errand(struct kunit *test, struct errand *errand, int cpu)
{
	struct task_struct *thread;

	init_completion(&errand->done);
	thread = kthread_create(run_errand, errand, "slubx_kunit/%d", cpu);
	if (IS_ERR(thread)) {
		KUNIT_FAIL(test, "no thread for cpu %d", cpu);
		complete(&errand->done);
		return;
	}
	kthread_bind(thread, cpu);
	wake_up_process(thread);
}

void slubx_test_on_cpus(struct kunit *test, const struct cpumask *cpus,
			void (*fn)(void *data), void *data)
{
	struct errand *errands;
	int cpu;

	errands = kunit_kmalloc_array(test, nr_cpu_ids, sizeof(*errands),
				      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, errands);
	for_each_cpu(cpu, cpus) {
		errands[cpu].fn = fn;
		errands[cpu].data = data;
		start_errand(test, &errands[cpu], cpu);
	}
	for_each_cpu(cpu, cpus)
		wait_for_completion(&errands[cpu].done);
}

bool slubx_test_add_cpu(unsigned int cpu)
{
	unsigned int attempts = 5;

	while (attempts--)
		if (!add_cpu(cpu))
			return true;
	return false;
}

u32 slubx_test_random(struct kunit *test, u32 bound)
{
	struct fixture *f = test->priv;

	return ((u64)prandom_u32_state(&f->random) * bound) >> 32;
}
