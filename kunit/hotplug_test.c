// SPDX-License-Identifier: GPL-2.0
/*
 * hotplug_test.c - cpus go and come back, and no object is lost on the way.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/cpu.h"
#include "../slubx/registry.h"

static struct slubx_kmem_cache *make(struct kunit *test, unsigned int size)
{
	return slubx_test_keep(test,
			       slubx_kmem_cache_create("hotplug_test", size, 0,
						       SLUBX_NO_MERGE, NULL));
}

static int victim = -1;

/* A cpu that can go is online again after the case, whatever happens. */
static void hotplug_exit(struct kunit *test)
{
	if (victim >= 0 && !cpu_online(victim) && !slubx_test_add_cpu(victim))
		kunit_err(test, "cpu %d does not come back\n", victim);
	slubx_test_exit(test);
}

/* The last cpu, unless that is this one; our thread stays on another. */
static int pick_victim(struct kunit *test)
{
	int cpu, last = -1;

	slubx_test_stay();
	for_each_online_cpu(cpu)
		if (cpu != raw_smp_processor_id())
			last = cpu;
	if (last < 0)
		kunit_skip(test, "there is one cpu only");
	victim = last;
	return last;
}

static void take_down(struct kunit *test, int cpu)
{
	int err = remove_cpu(cpu);

	if (err)
		kunit_skip(test, "cpu %d does not go: %d", cpu, err);
}

static void bring_up(struct kunit *test, int cpu)
{
	KUNIT_ASSERT_TRUE(test, slubx_test_add_cpu(cpu));
}

/* ---- At rest ------------------------------------------------------------- */

/*
 * Work of a cpu that leaves it with a cpu slab, and with slabs of its partial
 * list: full ones that were freed to.
 */
struct errand {
	struct slubx_kmem_cache *s;
	void **x;
	unsigned int count;
};

static void spread(void *data)
{
	struct errand *errand = data;
	unsigned int i, objects = errand->s->layout.oo.objects;

	for (i = 0; i < errand->count; i++) {
		errand->x[i] = slubx_kmem_cache_alloc(errand->s, GFP_KERNEL);
		if (errand->x[i])
			slubx_test_brand(errand->x[i], 64);
	}
	for (i = 0; i < errand->count; i += objects) {
		slubx_kmem_cache_free(errand->s, errand->x[i]);
		errand->x[i] = NULL;
	}
}

static unsigned int live_and_branded(const struct errand *errand)
{
	unsigned int i, live = 0;

	for (i = 0; i < errand->count; i++)
		live += errand->x[i] && slubx_test_branded(errand->x[i], 64);
	return live;
}

static void free_rest(struct errand *errand)
{
	unsigned int i;

	for (i = 0; i < errand->count; i++)
		if (errand->x[i])
			slubx_kmem_cache_free(errand->s, errand->x[i]);
}

#define SLABS 4

static struct errand *spread_on(struct kunit *test, struct slubx_kmem_cache *s,
				int cpu)
{
	struct errand *errand =
		kunit_kzalloc(test, sizeof(*errand), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, errand);
	errand->s = s;
	errand->count = SLABS * s->layout.oo.objects;
	errand->x =
		kunit_kcalloc(test, errand->count, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, errand->x);
	slubx_test_on_cpu(test, cpu, spread, errand);
	KUNIT_EXPECT_TRUE(test, slubx_cpu_holds(s, cpu));
	return errand;
}

static void dead_cpu_holds_nothing(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 256);
	int cpu = pick_victim(test);
	struct errand *errand = spread_on(test, s, cpu);
	unsigned int live = errand->count - SLABS;

	EXPECT_VALID(test, cache, s);
	take_down(test, cpu);
	/* Before anybody flushes: its death alone did it. */
	KUNIT_EXPECT_FALSE(test, slubx_cpu_holds(s, cpu));
	KUNIT_EXPECT_NULL(test, per_cpu_ptr(s->cpu_slab, cpu)->freelist);
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), live + 0UL);
	KUNIT_EXPECT_EQ(test, live_and_branded(errand), live);

	/* What it allocated is freed by others. */
	free_rest(errand);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
	EXPECT_VALID(test, cache, s);
	bring_up(test, cpu);
}

/* What was left on it is found again when it is back, and fits its cpu. */
static void cpu_works_again(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 256);
	int cpu = pick_victim(test);
	struct errand *before = spread_on(test, s, cpu), *after;

	take_down(test, cpu);
	bring_up(test, cpu);
	EXPECT_VALID(test, cache, s);
	after = spread_on(test, s, cpu);
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s),
			2UL * (before->count - SLABS));
	KUNIT_EXPECT_EQ(test, live_and_branded(before), before->count - SLABS);
	KUNIT_EXPECT_EQ(test, live_and_branded(after), after->count - SLABS);
	free_rest(before);
	free_rest(after);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
}

/* A cache's whole life while a cpu is away. */
static void life_without_a_cpu(struct kunit *test)
{
	int cpu = pick_victim(test);
	struct slubx_test_census before;
	struct slubx_kmem_cache *s, *young;
	struct errand *errand;
	void *x;

	slubx_test_census(test, &before);
	s = make(test, 256);
	errand = spread_on(test, s, cpu);
	take_down(test, cpu);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 1);
	young = make(test, 320);
	x = slubx_kmem_cache_alloc(young, GFP_KERNEL);
	free_rest(errand);
	EXPECT_ERRORS(test, 0, slubx_test_destroy(test, s));
	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, young));
	slubx_kmem_cache_free(young, x);
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));

	/* One that was born now works on the cpu that was not there. */
	young = make(test, 320);
	bring_up(test, cpu);
	errand = spread_on(test, young, cpu);
	EXPECT_VALID(test, cache, young);
	free_rest(errand);
	slubx_test_destroy(test, young);
	EXPECT_UNCHANGED(test, &before);
}

/* ---- Under load ---------------------------------------------------------- */

#define HANDS	8
#define POCKETS 200
#define ROUNDS	6

struct load {
	struct slubx_kmem_cache *s;
	atomic_t wrong;
	struct hand {
		struct load *load;
		struct task_struct *thread;
		u32 random;
		unsigned long changes;
		void *x[POCKETS];
	} hand[HANDS];
};

static void change_one(struct load *load, struct hand *hand)
{
	unsigned int i = hand->random % POCKETS;

	hand->random = hand->random * 1664525 + 1013904223;
	hand->changes++;
	if (hand->x[i]) {
		if (!slubx_test_branded(hand->x[i], 64))
			atomic_inc(&load->wrong);
		slubx_kmem_cache_free(load->s, hand->x[i]);
		hand->x[i] = NULL;
		return;
	}
	hand->x[i] = slubx_kmem_cache_alloc(load->s, GFP_KERNEL);
	if (hand->x[i])
		slubx_test_brand(hand->x[i], 64);
}

/* Not bound: it runs wherever there is a cpu, and objects travel with it. */
static int juggle(void *data)
{
	struct hand *hand = data;
	unsigned int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < 100; i++)
			change_one(hand->load, hand);
		cond_resched();
	}
	return 0;
}

static void start(struct kunit *test, struct load *load, unsigned int i)
{
	struct hand *hand = &load->hand[i];

	hand->load = load;
	hand->random = slubx_test_random(test, U32_MAX);
	hand->thread = kthread_run(juggle, hand, "slubx_hand/%u", i);
}

static unsigned long stop(struct kunit *test, struct load *load)
{
	unsigned long live = 0;
	unsigned int i, p;

	for (i = 0; i < HANDS; i++) {
		struct hand *hand = &load->hand[i];

		if (IS_ERR(hand->thread))
			continue;
		kthread_stop(hand->thread);
		KUNIT_EXPECT_GT(test, hand->changes, 0UL);
		for (p = 0; p < POCKETS; p++)
			live += hand->x[p] &&
				slubx_test_branded(hand->x[p], 64);
	}
	return live;
}

static unsigned long filled(const struct load *load)
{
	unsigned long count = 0;
	unsigned int i, p;

	for (i = 0; i < HANDS; i++)
		for (p = 0; p < POCKETS; p++)
			count += !!load->hand[i].x[p];
	return count;
}

static void drop_all(struct load *load)
{
	unsigned int i, p;

	for (i = 0; i < HANDS; i++)
		for (p = 0; p < POCKETS; p++)
			if (load->hand[i].x[p])
				slubx_kmem_cache_free(load->s,
						      load->hand[i].x[p]);
}

static void cpu_goes_and_comes_under_load(struct kunit *test)
{
	struct load *load = kunit_kzalloc(test, sizeof(*load), GFP_KERNEL);
	int cpu = pick_victim(test);
	unsigned int i, went = 0;
	unsigned long live;

	KUNIT_ASSERT_NOT_NULL(test, load);
	load->s = make(test, 256);
	for (i = 0; i < HANDS; i++)
		start(test, load, i);
	for (i = 0; i < ROUNDS; i++) {
		if (remove_cpu(cpu))
			continue;
		went++;
		KUNIT_EXPECT_FALSE(test, slubx_cpu_holds(load->s, cpu));
		msleep(20);
		KUNIT_EXPECT_FALSE(test, slubx_cpu_holds(load->s, cpu));
		KUNIT_EXPECT_TRUE(test, slubx_test_add_cpu(cpu));
		msleep(20);
	}
	live = stop(test, load);

	KUNIT_EXPECT_EQ(test, atomic_read(&load->wrong), 0);
	KUNIT_EXPECT_EQ(test, live, filled(load));
	EXPECT_VALID(test, cache, load->s);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(load->s), live);
	EXPECT_VALID(test, cache, load->s);
	drop_all(load);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(load->s), 0);
	if (!went)
		kunit_skip(test, "cpu %d does not go", cpu);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(dead_cpu_holds_nothing),
	KUNIT_CASE(cpu_works_again),
	KUNIT_CASE(life_without_a_cpu),
	KUNIT_CASE_SLOW(cpu_goes_and_comes_under_load),
	{},
};

struct kunit_suite slubx_hotplug_suite = {
	.name = "slubx_hotplug",
	.init = slubx_test_init_zombies,
	.exit = hotplug_exit,
	.test_cases = cases,
};
