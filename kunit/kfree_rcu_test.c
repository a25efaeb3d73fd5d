// SPDX-License-Identifier: GPL-2.0
/*
 * kfree_rcu_test.c - memory handed in for a grace period: intact until readers
 * leave, freed after, many at a time.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/vmalloc.h>

#include "rcu_item.h"
#include "scene.h"
#include "../slubx/large.h"
#include "../slubx/pressure.h"

/* Leaves this cpu's queue with arrays at hand. The caller stays here. */
static void get_arrays(struct kunit *test, struct slubx_kmem_cache *s)
{
	struct item *item = new_item(s);

	KUNIT_ASSERT_NOT_NULL(test, item);
	slubx_kfree_rcu(item, rcu);
	slubx_kvfree_rcu_barrier();
}

/* Objects must do without arrays from now on. */
static void take_arrays_away(void)
{
	slubx_kvfree_rcu_barrier();
	slubx_fault_arm(SLUBX_FAULT_RCU_ARRAY, 0, ALWAYS);
	slubx_kfree_rcu_hurry();
}

/* ---- Each kind of memory -------------------------------------------------*/

static void objects_of_a_cache(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);
	struct item *item[3];

	make_items(test, s, item, 3);
	slubx_kfree_rcu(item[0], rcu);
	slubx_kvfree_rcu(item[1], rcu);
	slubx_kfree_rcu_mightsleep(item[2]);
	EXPECT_ERRORS(test, 0, slubx_kvfree_rcu_barrier());
	expect_all_freed(test, s);
}

static void memory_of_any_size(struct kunit *test)
{
	static const size_t sizes[] = { sizeof(struct item), 1000, 8192, 20000,
					SLUBX_KMALLOC_MAX_SIZE + PAGE_SIZE };
	long large = slubx_large_count();
	struct item *x;
	unsigned int i;

	for (i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		x = slubx_kvmalloc(sizes[i / 2], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, x);
		if (i & 1)
			slubx_kvfree_rcu(x, rcu);
		else
			slubx_kvfree_rcu_mightsleep(x);
	}
	x = vmalloc(sizeof(*x));
	slubx_kvfree_rcu(x, rcu);
	EXPECT_ERRORS(test, 0, slubx_kvfree_rcu_barrier());
	KUNIT_EXPECT_EQ(test, slubx_large_count(), large);
}

static void one_argument(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);
	struct item *item[2];

	make_items(test, s, item, 2);
	slubx_kfree_rcu(item[0]);
	slubx_kvfree_rcu(item[1]);
	EXPECT_ERRORS(test, 0, slubx_kvfree_rcu_barrier());
	expect_all_freed(test, s);
}

static void nothing(struct kunit *test)
{
	unsigned long rounds;
	struct item *item = NULL;

	slubx_kvfree_rcu_barrier();
	rounds = slubx_kfree_rcu_rounds();
	slubx_kfree_rcu(item, rcu);
	slubx_kvfree_rcu(item, rcu);
	slubx_kfree_rcu_mightsleep(item);
	slubx_kvfree_rcu_mightsleep(item);
	KUNIT_EXPECT_EQ(test, slubx_kfree_rcu_pending(), 0UL);
	slubx_kvfree_rcu_barrier();
	slubx_kfree_rcu_hurry();
	KUNIT_EXPECT_EQ(test, slubx_kfree_rcu_rounds(), rounds);
}

/* ---- Readers -------------------------------------------------------------*/

/* A reader on a cpu of its own, and somebody who waits for the barrier. */
struct reading {
	struct item **item;
	bool looking, leave;
	unsigned int damaged;
	struct completion left;
	bool passed;
	struct completion done;
};

static int read_items(void *data)
{
	struct reading *reading = data;
	unsigned long end = jiffies + 10 * HZ;
	unsigned int i;

	rcu_read_lock();
	WRITE_ONCE(reading->looking, true);
	while (!READ_ONCE(reading->leave) && time_before(jiffies, end))
		cpu_relax();
	for (i = 0; i < ITEMS; i++)
		reading->damaged += !is_intact(reading->item[i]);
	rcu_read_unlock();
	kthread_complete_and_exit(&reading->left, 0);
}

static int pass_barrier(void *data)
{
	struct reading *reading = data;

	slubx_kvfree_rcu_barrier();
	WRITE_ONCE(reading->passed, true);
	kthread_complete_and_exit(&reading->done, 0);
}

static void intact_until_readers_leave(struct kunit *test, bool arrays)
{
	struct slubx_kmem_cache *s = item_cache(test);
	struct reading reading = {};
	unsigned int i, cpu;
	bool passed;

	cpu = slubx_scene_other_cpu(test);
	reading.item = kunit_kcalloc(test, ITEMS, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, reading.item);
	init_completion(&reading.left);
	init_completion(&reading.done);
	slubx_test_stay();
	if (arrays)
		get_arrays(test, s);
	else
		take_arrays_away();
	make_items(test, s, reading.item, ITEMS);

	kthread_run_on_cpu(read_items, &reading, cpu, "slubx_reader/%u");
	while (!READ_ONCE(reading.looking))
		usleep_range(500, 1000);
	for (i = 0; i < ITEMS; i++) {
		if (arrays && i % 2)
			slubx_kfree_rcu_mightsleep(reading.item[i]);
		else
			slubx_kfree_rcu(reading.item[i], rcu);
	}
	kthread_run(pass_barrier, &reading, "slubx_barrier");
	msleep(200);
	passed = READ_ONCE(reading.passed);
	/* A reader that had to wait for a cpu all the time has given up. */
	if (!completion_done(&reading.left))
		KUNIT_EXPECT_FALSE(test, passed);
	WRITE_ONCE(reading.leave, true);
	wait_for_completion(&reading.left);
	wait_for_completion(&reading.done);
	KUNIT_EXPECT_EQ(test, reading.damaged, 0U);
	expect_all_freed(test, s);
}

static void intact_in_arrays(struct kunit *test)
{
	intact_until_readers_leave(test, true);
}

static void intact_in_a_chain(struct kunit *test)
{
	intact_until_readers_leave(test, false);
}

/* ---- Many at a time ------------------------------------------------------*/

static void many_wait_for_one_grace_period(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);
	struct item **item;
	unsigned long rounds, begin;

	item = kunit_kcalloc(test, ITEMS, sizeof(*item), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, item);
	slubx_test_stay();
	get_arrays(test, s);
	make_items(test, s, item, ITEMS);
	rounds = slubx_kfree_rcu_rounds();
	begin = jiffies;
	hand_in(item, ITEMS);
	slubx_kvfree_rcu_barrier();
	rounds = slubx_kfree_rcu_rounds() - rounds;
	/* One begins at most each 50 ms while items are handed in. */
	KUNIT_EXPECT_GE(test, rounds, 1UL);
	KUNIT_EXPECT_LE(test, rounds,
			3 + jiffies_to_msecs(jiffies - begin) / 50UL);
	expect_all_freed(test, s);
}

/* The word in the object that would be a chain's: was an array used? */
static bool is_chained(struct slubx_kmem_cache *s)
{
	struct item *item = new_item(s);
	bool chained;

	rcu_read_lock();
	slubx_kfree_rcu(item, rcu);
	chained = READ_ONCE(item->rcu.func);
	rcu_read_unlock();
	return chained;
}

static void arrays_come_when_they_were_short(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);

	slubx_test_stay();
	take_arrays_away();
	KUNIT_EXPECT_TRUE(test, is_chained(s));
	slubx_kvfree_rcu_barrier();
	KUNIT_EXPECT_GT(test, slubx_fault_hits(SLUBX_FAULT_RCU_ARRAY), 0U);
	KUNIT_EXPECT_TRUE(test, is_chained(s));
	slubx_fault_disarm();
	slubx_kvfree_rcu_barrier();
	KUNIT_EXPECT_FALSE(test, is_chained(s));
	slubx_kvfree_rcu_barrier();
	/* Those of the last round are kept. */
	KUNIT_EXPECT_FALSE(test, is_chained(s));
	slubx_kvfree_rcu_barrier();
	expect_all_freed(test, s);
}

/* Memory is short: what a queue keeps ready goes back. */
static void arrays_go_under_pressure(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);

	slubx_test_stay();
	get_arrays(test, s);
	KUNIT_EXPECT_FALSE(test, is_chained(s));
	slubx_kvfree_rcu_barrier();
	slubx_fault_arm(SLUBX_FAULT_RCU_ARRAY, 0, ALWAYS);
	slubx_pressure_release(numa_mem_id(), 1);
	KUNIT_EXPECT_TRUE(test, is_chained(s));
	slubx_kvfree_rcu_barrier();
	slubx_fault_disarm();
	expect_all_freed(test, s);
}

/* Nowhere to put it: the caller waits for the grace period himself. */
static void no_array_and_no_field(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);
	struct item *item = new_item(s);
	unsigned long rounds;

	KUNIT_ASSERT_NOT_NULL(test, item);
	take_arrays_away();
	rounds = slubx_kfree_rcu_rounds();
	slubx_kfree_rcu_mightsleep(item);
	KUNIT_EXPECT_GT(test, slubx_fault_hits(SLUBX_FAULT_RCU_ARRAY), 0U);
	expect_all_freed(test, s);
	KUNIT_EXPECT_EQ(test, slubx_kfree_rcu_rounds(), rounds);
}

static void freed_without_being_waited_for(struct kunit *test)
{
	struct slubx_kmem_cache *s = item_cache(test);
	unsigned long rounds, end = jiffies + 20 * HZ;
	struct item *item[5];

	slubx_kvfree_rcu_barrier();
	make_items(test, s, item, ARRAY_SIZE(item));
	rounds = slubx_kfree_rcu_rounds();
	hand_in(item, ARRAY_SIZE(item));
	while (slubx_kfree_rcu_rounds() == rounds && time_before(jiffies, end))
		msleep(20);
	KUNIT_EXPECT_GT(test, slubx_kfree_rcu_rounds(), rounds);
	KUNIT_EXPECT_EQ(test, slubx_kfree_rcu_pending(), 0UL);
	expect_all_freed(test, s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(objects_of_a_cache),
	KUNIT_CASE(memory_of_any_size),
	KUNIT_CASE(one_argument),
	KUNIT_CASE(nothing),
	KUNIT_CASE(intact_in_arrays),
	KUNIT_CASE(intact_in_a_chain),
	KUNIT_CASE(many_wait_for_one_grace_period),
	KUNIT_CASE(arrays_come_when_they_were_short),
	KUNIT_CASE(arrays_go_under_pressure),
	KUNIT_CASE(no_array_and_no_field),
	KUNIT_CASE(freed_without_being_waited_for),
	{},
};

struct kunit_suite slubx_kfree_rcu_suite = {
	.name = "slubx_kfree_rcu",
	.init = slubx_test_init,
	.exit = rcu_item_exit,
	.test_cases = cases,
};
