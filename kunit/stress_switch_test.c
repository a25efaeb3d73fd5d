// SPDX-License-Identifier: GPL-2.0
/*
 * stress_switch_test.c - debugging goes on and off, a hundred times, while many
 * allocate and free everywhere: nothing is lost, and nothing is found.
 */
#include <linux/delay.h>

#include "common.h"
#include "debug_scene.h"
#include "stress.h"
#include "../slubx/cache.h"
#include "../slubx/kmalloc.h"
#include "../slubx/switch.h"

/* On and off, of each cache. */
#define TIMES 100
#define SECONDS_MAX 200

static const struct stress_kind kinds[] = {
	{ .name = "stress-24", .size = 24 },
	{ .name = "stress-ctor", .size = 96, .ctor = true },
	{ .name = "stress-rcu", .size = 256, .flags = SLUBX_TYPESAFE_BY_RCU },
	{ .name = "stress-2000", .size = 2000 },
};

static const struct stress_kind kmalloc_kinds[] = {
	{ .name = "kmalloc-64", .size = 64, .kmalloc = true, .all_ways = true },
	{ .name = "kmalloc-1k",
	  .size = 1024,
	  .kmalloc = true,
	  .all_ways = true },
};

static const slubx_flags_t ways[] = {
	SLUBX_TEST_FZPU,
	SLUBX_CONSISTENCY_CHECKS,
	SLUBX_CONSISTENCY_CHECKS | SLUBX_RED_ZONE,
	SLUBX_CONSISTENCY_CHECKS | SLUBX_POISON,
};

static unsigned int switches[STRESS_CACHES];

static void switch_one(struct stress *stress, unsigned int nr)
{
	slubx_flags_t flags = 0;
	int err;

	if (!(switches[nr] & 1))
		flags = ways[slubx_test_random(stress->test, ARRAY_SIZE(ways))];
	err = slubx_switch_debugging(stress->cache[nr].s, flags);
	if (!err)
		switches[nr]++;
	else if (err != -EAGAIN)
		KUNIT_FAIL(stress->test, "error %d", err);
}

/* The chore: all caches, each its turn, until each has been off for good. */
static void switch_all(struct stress *stress)
{
	bool done = true;
	unsigned int nr;

	for (nr = 0; nr < stress->nr_caches; nr++) {
		if (switches[nr] < 2 * TIMES)
			switch_one(stress, nr);
		done &= switches[nr] >= 2 * TIMES;
		if (!slubx_test_random(stress->test, 16))
			slubx_cache_validate(stress->cache[nr].s);
	}
	if (done)
		WRITE_ONCE(stress->stop, true);
}

static void stress_switches(struct kunit *test, const struct stress_kind *all,
			    unsigned int count)
{
	struct stress *stress = stress_begin(test, all, count);
	unsigned int nr;

	memset(switches, 0, sizeof(switches));
	stress->end = jiffies + SECONDS_MAX * HZ;
	stress_run(stress, &(struct stress_plan){
				   .pinned = 1,
				   .roaming = 3,
				   .soft = true,
				   .hard = true,
				   .timers = true,
				   .chore = switch_all,
			   });
	for (nr = 0; nr < count; nr++)
		KUNIT_EXPECT_EQ(test, switches[nr], 2U * TIMES);
	KUNIT_EXPECT_EQ(test, slubx_test_heard_count(), 0U);
}

static void a_hundred_times(struct kunit *test)
{
	stress_switches(test, kinds, ARRAY_SIZE(kinds));
}

static void a_hundred_times_kmalloc(struct kunit *test)
{
	stress_switches(test, kmalloc_kinds, ARRAY_SIZE(kmalloc_kinds));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(a_hundred_times),
	KUNIT_CASE_SLOW(a_hundred_times_kmalloc),
	{},
};

struct kunit_suite slubx_stress_switch_suite = {
	.name = "slubx_stress_switch",
	.init = slubx_test_debug_init,
	.exit = slubx_test_debug_exit,
	.test_cases = cases,
};
