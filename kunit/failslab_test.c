// SPDX-License-Identifier: GPL-2.0
/*
 * failslab_test.c - which allocations fail: each setting does what the kernel's of
 * that name does, to the number, and a seed gives the same again.
 */
#include <linux/bitops.h>
#include <linux/sched.h>

#include "census.h"
#include "common.h"
#include "debug_scene.h"
#include "files.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/failslab.h"
#include "../slubx/stat.h"
#include "../slubx/switch.h"

#define SIZE 64
#define TRIES 64
#define QUICK (GFP_NOWAIT | __GFP_NOWARN)

/* Nobody else's allocations fail. */
static struct slubx_kmem_cache *make(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, SIZE, SLUBX_FAILSLAB);

	slubx_test_stay();
	slubx_failslab_filters.cache = true;
	slubx_failslab_set(SLUBX_FAILSLAB_VERBOSE, 0);
	return s;
}

static void set(long probability, long interval, long times, long space)
{
	slubx_failslab_set(SLUBX_FAILSLAB_INTERVAL, interval);
	slubx_failslab_set(SLUBX_FAILSLAB_TIMES, times);
	slubx_failslab_set(SLUBX_FAILSLAB_SPACE, space);
	slubx_failslab_set(SLUBX_FAILSLAB_PROBABILITY, probability);
}

static bool fails(struct slubx_kmem_cache *s, gfp_t gfp)
{
	void *x = slubx_kmem_cache_alloc(s, gfp);

	if (x)
		slubx_kmem_cache_free(s, x);
	return !x;
}

/* A bit for each of some allocations, the first the lowest: did it fail? */
static u64 pattern(struct slubx_kmem_cache *s)
{
	u64 bits = 0;
	int i;

	for (i = 0; i < TRIES; i++)
		if (fails(s, QUICK))
			bits |= BIT_ULL(i);
	return bits;
}

/* ---- The numbers ---------------------------------------------------------*/

/* By the kernel's code, where it has it, and by ours. */
static void numbers_mean_what_they_say(struct kunit *test)
{
	static const struct {
		long probability, interval, times, space;
		u64 failed;
	} ways[] = {
		{ 0, 1, -1, 0, 0 },
		{ 100, 1, -1, 0, ~0ULL },
		{ 100, 0, -1, 0, ~0ULL },
		{ 100, 1, 0, 0, 0 },
		{ 100, 1, 3, 0, 0x7 },
		{ 100, 4, -1, 0, 0x8888888888888888 },
		{ 100, 4, 2, 0, 0x88 },
		{ 100, 2, -1, 0, 0xaaaaaaaaaaaaaaaa },
		{ 100, 1, -1, 200, ~0x7ULL },
		{ 100, 1, 2, 64, 0x3 },
		{ 100, 1, 2, 65, 0x6 },
		{ 100, 3, 2, 200, 0x120 },
	};
	struct slubx_kmem_cache *s = make(test);
	unsigned int i, seed;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		for (seed = 0; seed < 2; seed++) {
			slubx_failslab_set(SLUBX_FAILSLAB_SEED, seed);
			set(ways[i].probability, ways[i].interval,
			    ways[i].times, ways[i].space);
			KUNIT_EXPECT_EQ_MSG(test, pattern(s), ways[i].failed,
					    "way %u, seed %u", i, seed);
		}
	}
	set(100, 1, 3, 0);
	pattern(s);
	KUNIT_EXPECT_EQ(test, slubx_failslab_get(SLUBX_FAILSLAB_TIMES), 0L);
}

static u64 with_seed(struct slubx_kmem_cache *s, long seed)
{
	slubx_failslab_set(SLUBX_FAILSLAB_SEED, seed);
	return pattern(s);
}

static void a_seed_gives_the_same_again(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	u64 bits;

	set(50, 1, -1, 0);
	bits = with_seed(s, 1234);
	KUNIT_EXPECT_EQ(test, with_seed(s, 1234), bits);
	KUNIT_EXPECT_NE(test, with_seed(s, 1235), bits);
	KUNIT_EXPECT_EQ(test, with_seed(s, 1234), bits);
	KUNIT_EXPECT_NE(test, pattern(s), bits);
	KUNIT_EXPECT_GT(test, hweight64(bits), 12UL);
	KUNIT_EXPECT_LT(test, hweight64(bits), 52UL);
	KUNIT_EXPECT_NE(test, with_seed(s, 0), with_seed(s, 0));
	set(10, 1, -1, 0);
	KUNIT_EXPECT_LT(test, hweight64(with_seed(s, 5)), 20UL);
	/* With an interval, too, from its beginning. */
	set(50, 3, -1, 0);
	bits = with_seed(s, 99);
	KUNIT_EXPECT_EQ(test, with_seed(s, 99), bits);
}

static void nonsense_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, slubx_failslab_set(SLUBX_FAILSLAB_TIMES, -2),
			-EINVAL);
	KUNIT_EXPECT_EQ(test,
			slubx_failslab_set(SLUBX_FAILSLAB_PROBABILITY, -1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test,
			slubx_failslab_set(SLUBX_FAILSLAB_INTERVAL,
					   (long)INT_MAX + 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, slubx_failslab_get(SLUBX_FAILSLAB_INTERVAL), 1L);
}

/* ---- Who is meant --------------------------------------------------------*/

static void filters(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	struct slubx_kmem_cache *other = slubx_test_debug_cache(test, SIZE, 0);

	set(100, 1, -1, 0);
	KUNIT_EXPECT_TRUE(test, fails(s, QUICK));
	KUNIT_EXPECT_FALSE(test, fails(other, QUICK));
	KUNIT_EXPECT_FALSE(test, fails(s, GFP_KERNEL));
	slubx_failslab_filters.ignore_gfp_wait = false;
	KUNIT_EXPECT_TRUE(test, fails(s, GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, fails(s, GFP_KERNEL | __GFP_NOFAIL));
	slubx_failslab_filters.cache = false;
	KUNIT_EXPECT_TRUE(test, fails(other, QUICK));
	slubx_failslab_filters.cache = true;
	*slubx_failslab_filters.task = true;
	KUNIT_EXPECT_FALSE(test, fails(s, QUICK));
	slubx_failslab_set(SLUBX_FAILSLAB_TASK, current->tgid + 1);
	KUNIT_EXPECT_FALSE(test, fails(s, QUICK));
	slubx_failslab_set(SLUBX_FAILSLAB_TASK, current->tgid);
	KUNIT_EXPECT_TRUE(test, fails(s, QUICK));
}

/* What slubx is made of is spared, so that caches can still be made. */
static void slubx_itself_is_spared(struct kunit *test)
{
	make(test);
	slubx_failslab_filters.cache = false;
	slubx_failslab_filters.ignore_gfp_wait = false;
	set(100, 1, -1, 0);
	slubx_test_debug_cache(test, SIZE, 0);
	KUNIT_EXPECT_NULL(test, slubx_kmalloc(64, GFP_KERNEL | __GFP_NOWARN));
	set(0, 1, -1, 0);
}

static void letter_a_is_switched(struct kunit *test)
{
	struct slubx_kmem_cache *s;

	make(test);
	s = slubx_test_debug_cache(test, SIZE, 0);
	set(100, 1, -1, 0);
	KUNIT_EXPECT_FALSE(test, fails(s, QUICK));
	KUNIT_EXPECT_EQ(test, slubx_switch_failslab(s, true), 0);
	KUNIT_EXPECT_TRUE(test, fails(s, QUICK));
	/* In any mode. */
	KUNIT_EXPECT_EQ(test, slubx_switch_debugging(s, SLUBX_TEST_FZPU), 0);
	KUNIT_EXPECT_TRUE(test, fails(s, QUICK));
	KUNIT_EXPECT_EQ(test, slubx_switch_failslab(s, false), 0);
	KUNIT_EXPECT_FALSE(test, fails(s, QUICK));
}

/* ---- The paths -----------------------------------------------------------*/

/* What failed on any path leaves the cache as it was. */
static void nothing_is_lost(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	struct slubx_test_herd *herd;
	void *many[20], *x;

	set(100, 1, -1, 0);
	KUNIT_EXPECT_TRUE(test, fails(s, QUICK));
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
	set(0, 1, -1, 0);
	herd = slubx_test_full_slabs(test, s, 2);
	slubx_test_herd_free(herd, herd->count - 1);
	x = slubx_kmem_cache_alloc(s, QUICK);
	slubx_kmem_cache_free(s, x);
	set(100, 1, -1, 0);
	KUNIT_EXPECT_EQ(test, pattern(s), ~0ULL);
	KUNIT_EXPECT_FALSE(test,
			   slubx_kmem_cache_alloc_bulk(s, QUICK, 20, many));
	KUNIT_EXPECT_NULL(test,
			  slubx_kmem_cache_alloc_node(s, QUICK, numa_mem_id()));
	set(0, 1, -1, 0);
	/* It is the first again. */
	KUNIT_EXPECT_PTR_EQ(test, slubx_kmem_cache_alloc(s, QUICK), x);
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), (unsigned long)herd->live);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	EXPECT_VALID(test, cache, s);
	slubx_test_herd_free_all(herd);
}

/* Nothing is asked on the fast path while nothing is to fail, or counted. */
static void off_is_off(struct kunit *test)
{
	bool counting = static_key_enabled(&slubx_stats_on);

	make(test);
	KUNIT_EXPECT_EQ(test, static_key_enabled(&slubx_alloc_watched),
			counting);
	set(1, 1, 0, 0);
	KUNIT_EXPECT_TRUE(test, static_key_enabled(&slubx_alloc_watched));
	slubx_stat_switch(true);
	set(0, 1, 0, 0);
	KUNIT_EXPECT_TRUE(test, static_key_enabled(&slubx_alloc_watched));
	slubx_stat_switch(false);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&slubx_alloc_watched));
	slubx_stat_switch(counting);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(numbers_mean_what_they_say),
	KUNIT_CASE(a_seed_gives_the_same_again),
	KUNIT_CASE(nonsense_is_refused),
	KUNIT_CASE(filters),
	KUNIT_CASE(slubx_itself_is_spared),
	KUNIT_CASE(letter_a_is_switched),
	KUNIT_CASE(nothing_is_lost),
	KUNIT_CASE(off_is_off),
	{},
};

static void end(struct kunit *test)
{
	slubx_failslab_reset();
	slubx_test_exit(test);
}

struct kunit_suite slubx_failslab_suite = {
	.name = "slubx_failslab",
	.init = slubx_test_init,
	.exit = end,
	.test_cases = cases,
};
