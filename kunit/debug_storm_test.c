// SPDX-License-Identifier: GPL-2.0
/*
 * debug_storm_test.c - all cpus allocate and free objects of a debugged cache, also
 * each other's, while it is validated: nothing is found, nothing is lost.
 */
#include <linux/delay.h>
#include <linux/prandom.h>

#include "census.h"
#include "debug_scene.h"
#include "../slubx/cache.h"

#define SLOTS 256
#define ROUNDS 4000

struct storm {
	struct slubx_kmem_cache *s;
	void *slot[SLOTS]; /* whoever takes an object out frees it */
	atomic_t working;
	atomic_t failed;
};

static void work(void *data)
{
	struct storm *storm = data;
	struct rnd_state random;
	unsigned int i;
	void *x;

	prandom_seed_state(&random, raw_smp_processor_id());
	for (i = 0; i < ROUNDS; i++) {
		x = slubx_kmem_cache_alloc(storm->s, GFP_KERNEL);
		if (!x) {
			atomic_inc(&storm->failed);
			continue;
		}
		memset(x, i, storm->s->layout.object_size);
		x = xchg(&storm->slot[prandom_u32_state(&random) % SLOTS], x);
		if (x)
			slubx_kmem_cache_free(storm->s, x);
		if (!(i % 64))
			cond_resched();
	}
	atomic_dec(&storm->working);
}

/* On one cpu of them: validates until the others are done. */
static void work_or_validate(void *data)
{
	struct storm *storm = data;

	if (raw_smp_processor_id() != (int)cpumask_first(cpu_online_mask)) {
		work(data);
		return;
	}
	while (atomic_read(&storm->working)) {
		slubx_cache_validate(storm->s);
		slubx_kmem_cache_shrink(storm->s);
		msleep(20);
	}
}

static void storm(struct kunit *test, slubx_flags_t flags)
{
	struct storm *storm = kunit_kzalloc(test, sizeof(*storm), GFP_KERNEL);
	struct slubx_kmem_cache *s = slubx_test_debug_cache(test, 100, flags);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, storm);
	storm->s = s;
	atomic_set(&storm->working, num_online_cpus() - 1);
	EXPECT_FOUND(test, s, 0U, 0, {
		slubx_test_on_cpus(test, cpu_online_mask, work_or_validate,
				   storm);
		for (i = 0; i < SLOTS; i++)
			if (storm->slot[i])
				slubx_kmem_cache_free(s, storm->slot[i]);
		slubx_cache_validate(s);
	});
	KUNIT_EXPECT_EQ(test, atomic_read(&storm->failed), 0);
	EXPECT_VALID(test, cache, s);
	slubx_kmem_cache_shrink(s);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

static void storm_with_all_checks(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "for two cpus and more");
	storm(test, SLUBX_TEST_FZPU);
}

static void storm_with_each_check(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "for two cpus and more");
	storm(test, SLUBX_CONSISTENCY_CHECKS);
	storm(test, SLUBX_RED_ZONE);
	storm(test, SLUBX_POISON);
	storm(test, SLUBX_STORE_USER);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(storm_with_all_checks),
	KUNIT_CASE_SLOW(storm_with_each_check),
	{},
};

struct kunit_suite slubx_debug_storm_suite = {
	.name = "slubx_debug_storm",
	.init = slubx_test_debug_init,
	.exit = slubx_test_debug_exit,
	.test_cases = cases,
};
