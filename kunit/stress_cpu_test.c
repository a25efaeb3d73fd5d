// SPDX-License-Identifier: GPL-2.0
/*
 * stress_cpu_test.c - cpus die and come back while others go on: what a dead
 * cpu owned is not lost with it.
 */
#include <linux/cpu.h>
#include <linux/delay.h>

#include "../slubx/cache.h"
#include "../slubx/cpu.h"
#include "common.h"
#include "stress.h"

static const struct stress_kind kinds[] = {
	{ .name = "stress-cpu-8", .size = 8 },
	{ .name = "stress-cpu-256", .size = 256 },
	{ .name = "stress-cpu-8192", .size = 8192 },
};

#define USED 200

static void free_every_second(struct slubx_kmem_cache *s, void **x,
			      unsigned int first)
{
	unsigned int i;

	for (i = first; i < USED; i += 2)
		if (x[i])
			slubx_kmem_cache_free(s, x[i]);
}

/* Leaves the cpu that it runs on with a slab of its own and partial ones. */
static void use_cpu(void *data)
{
	struct stress *stress = data;
	static void *x[USED];
	unsigned int i, nr;

	for (nr = 0; nr < stress->nr_caches; nr++) {
		struct slubx_kmem_cache *s = stress->cache[nr].s;

		for (i = 0; i < USED; i++)
			x[i] = slubx_kmem_cache_alloc(s, GFP_KERNEL);
		free_every_second(s, x, 0);
		free_every_second(s, x, 1);
	}
}

static int some_cpu(struct kunit *test)
{
	int cpu, nth = slubx_test_random(test, num_online_cpus() - 1);

	for_each_online_cpu(cpu)
		if (cpu && !nth--)
			return cpu;
	return 0;
}

static unsigned int count_held(struct stress *stress, int cpu)
{
	unsigned int nr, held = 0;

	for (nr = 0; nr < stress->nr_caches; nr++)
		held += slubx_cpu_holds(stress->cache[nr].s, cpu);
	return held;
}

/* False if this machine's cpus stay. */
static bool kill_one(struct stress *stress, int cpu)
{
	if (remove_cpu(cpu))
		return false;
	KUNIT_EXPECT_EQ_MSG(stress->test, count_held(stress, cpu), 0, "cpu %d",
			    cpu);
	return true;
}

static void need_cpus(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_HOTPLUG_CPU) || num_online_cpus() < 2)
		kunit_skip(test, "no cpu can go");
}

/* ---- Cases ---------------------------------------------------------------*/

/* While nobody else uses them: shrinking leaves nothing, dead cpu or not. */
static void dead_cpu_keeps_nothing(struct kunit *test)
{
	struct stress *stress;
	unsigned int nr;
	int cpu;

	need_cpus(test);
	stress = stress_begin(test, kinds, ARRAY_SIZE(kinds));
	cpu = some_cpu(test);
	slubx_test_on_cpu(test, cpu, use_cpu, stress);
	KUNIT_EXPECT_EQ(test, count_held(stress, cpu), stress->nr_caches);
	if (!kill_one(stress, cpu))
		kunit_skip(test, "cpu %d does not go", cpu);
	for (nr = 0; nr < stress->nr_caches; nr++) {
		struct slubx_kmem_cache *s = stress->cache[nr].s;

		KUNIT_EXPECT_TRUE(test, slubx_cache_valid(s));
		KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
	}
	KUNIT_EXPECT_TRUE(test, slubx_test_add_cpu(cpu));
}

static void toggle_one(struct stress *stress)
{
	int cpu = some_cpu(stress->test);

	slubx_test_on_cpu(stress->test, cpu, use_cpu, stress);
	if (!kill_one(stress, cpu)) {
		kunit_warn(stress->test, "cpu %d does not go\n", cpu);
		WRITE_ONCE(stress->stop, true);
		return;
	}
	slubx_kmem_cache_shrink(stress->cache[0].s);
	msleep(20);
	KUNIT_EXPECT_TRUE(stress->test, slubx_test_add_cpu(cpu));
}

static void cpus_die_and_come_back(struct kunit *test)
{
	need_cpus(test);
	stress_run(stress_begin(test, kinds, ARRAY_SIZE(kinds)),
		   &(struct stress_plan){
			   .roaming = 6,
			   .chore = toggle_one,
		   });
}

static struct kunit_case cases[] = {
	KUNIT_CASE(dead_cpu_keeps_nothing),
	KUNIT_CASE_SLOW(cpus_die_and_come_back),
	{},
};

SLUBX_SUITE(stress_cpu, cases);
