// SPDX-License-Identifier: GPL-2.0
/*
 * kfree_rcu_storm_test.c - memory handed in for a grace period from anywhere:
 * under a lock, from all cpus, from one that dies, of a cache that goes; and
 * what should not have been handed in.
 */
#include <linux/cpu.h>
#include <linux/slab.h>

#include "rcu_item.h"
#include "../slubx/registry.h"

/* ---- From anywhere -------------------------------------------------------*/

static DEFINE_RAW_SPINLOCK(any_lock);

static void under_a_raw_lock(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);
	struct item **item;
	unsigned long flags;

	item = kunit_kcalloc(test, ITEMS, sizeof(*item), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, item);
	make_items(test, s, item, ITEMS);
	raw_spin_lock_irqsave(&any_lock, flags);
	hand_in(item, ITEMS);
	raw_spin_unlock_irqrestore(&any_lock, flags);
	slubx_kvfree_rcu_barrier();
	expect_all_freed(test, s);
}

struct storm {
	struct slubx_kmem_cache *s;
	atomic_t given;
};

static void storm_here(void *data)
{
	struct storm *storm = data;
	struct item *item;
	unsigned int i;

	for (i = 0; i < 5000; i++) {
		item = i % 4 ? new_item(storm->s) :
			       slubx_kzalloc(sizeof(*item), GFP_KERNEL);
		if (!item)
			continue;
		if (i % 16 == 7)
			slubx_kfree_rcu_mightsleep(item);
		else
			slubx_kfree_rcu(item, rcu);
		atomic_inc(&storm->given);
		if (i % 1000 == 999)
			slubx_kvfree_rcu_barrier();
	}
}

static void run_storm(struct kunit *test)
{
	struct storm storm = { .s = item_cache(test) };

	EXPECT_ERRORS(test, 0,
		      slubx_test_on_cpus(test, cpu_online_mask, storm_here,
					 &storm));
	slubx_kvfree_rcu_barrier();
	slubx_fault_disarm();
	KUNIT_EXPECT_GT(test, atomic_read(&storm.given), 0);
	expect_all_freed(test, storm.s);
}

static void storm_on_all_cpus(struct kunit *test)
{
	run_storm(test);
	KUNIT_EXPECT_EQ(test, slubx_kfree_rcu_pending(), 0UL);
}

static void storm_without_memory(struct kunit *test)
{
	slubx_fault_arm(SLUBX_FAULT_RCU_ARRAY, 3, ALWAYS);
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 10, ALWAYS);
	slubx_fault_arm(SLUBX_FAULT_PAGE_MIN, 3, ALWAYS);
	slubx_kfree_rcu_hurry();
	run_storm(test);
}

static void hand_in_all(void *data)
{
	hand_in(data, ITEMS);
}

static void a_cpu_dies(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);
	struct item **item;
	int cpu;

	slubx_test_stay();
	cpu = cpumask_last(cpu_online_mask);
	if (cpu == raw_smp_processor_id())
		kunit_skip(test, "no cpu can go but this");
	item = kunit_kcalloc(test, ITEMS, sizeof(*item), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, item);
	make_items(test, s, item, ITEMS);
	slubx_test_on_cpu(test, cpu, hand_in_all, item);
	if (remove_cpu(cpu))
		kunit_skip(test, "cpu %d does not go", cpu);
	slubx_kvfree_rcu_barrier();
	expect_all_freed(test, s);
	KUNIT_EXPECT_TRUE(test, slubx_test_add_cpu(cpu));
}

/* ---- The end of a cache --------------------------------------------------*/

static void destroyed_straight_after(struct kunit *test)
{
	unsigned long zombies = slubx_reap_zombies();
	struct slubx_kmem_cache *s;
	struct item **item;

	item = kunit_kcalloc(test, ITEMS, sizeof(*item), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, item);
	s = slubx_kmem_cache_create("kfree_rcu_end", sizeof(**item), 0,
				    SLUBX_NO_MERGE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	make_items(test, s, item, ITEMS);
	hand_in(item, ITEMS);
	EXPECT_ERRORS(test, 0, slubx_kmem_cache_destroy(s));
	KUNIT_EXPECT_EQ(test, slubx_reap_zombies(), zombies);
}

static void barrier_of_one_cache(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);
	struct item *item[2];

	make_items(test, s, item, 2);
	hand_in(item, 2);
	slubx_kvfree_rcu_barrier_on_cache(s);
	expect_all_freed(test, s);
}

/* ---- What can't be right -------------------------------------------------*/

static void handed_in_twice(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);
	struct item *item;

	item = new_item(s);
	KUNIT_ASSERT_NOT_NULL(test, item);
	slubx_kfree_rcu_mightsleep(item);
	slubx_kfree_rcu_mightsleep(item);
	EXPECT_ERRORS(test, 1, slubx_kvfree_rcu_barrier());
	expect_all_freed(test, s);
}

/* Known when it would be freed, and then left alone. */
static void of_a_stranger(struct kunit *test)
{
	struct item *item = kzalloc(sizeof(*item), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, item);
	slubx_kvfree_rcu_barrier();
	slubx_kfree_rcu(item, rcu);
	EXPECT_ERRORS(test, 1, slubx_kvfree_rcu_barrier());
	kfree(item);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(under_a_raw_lock),
	KUNIT_CASE(storm_on_all_cpus),
	KUNIT_CASE(storm_without_memory),
	KUNIT_CASE(a_cpu_dies),
	KUNIT_CASE(destroyed_straight_after),
	KUNIT_CASE(barrier_of_one_cache),
	KUNIT_CASE(handed_in_twice),
	KUNIT_CASE(of_a_stranger),
	{},
};

struct kunit_suite slubx_kfree_rcu_storm_suite = {
	.name = "slubx_kfree_rcu_storm",
	.init = slubx_test_init,
	.exit = rcu_item_exit,
	.test_cases = cases,
};
