// SPDX-License-Identifier: GPL-2.0
/*
 * stress_test.c - many at once do anything, everywhere, and nothing is lost.
 *
 * Each case runs for the module's parameter stress_seconds.
 */
#include <linux/delay.h>
#include <linux/kernel.h>

#include "../slubx/fault.h"
#include "../slubx/kfree_rcu.h"
#include "../slubx/registry.h"
#include "common.h"
#include "stress.h"

/* Many objects a slab, some, four, one; and the special kinds. */
static const struct stress_kind kinds[] = {
	{ .name = "stress-8", .size = 8 },
	{ .name = "stress-ctor", .size = 96, .ctor = true },
	{ .name = "stress-rcu", .size = 256, .flags = SLUBX_TYPESAFE_BY_RCU },
	{ .name = "stress-8192", .size = 8192 },
	{ .name = "stress-32768", .size = 32768 },
};

/* ---- Chores of the case's own thread -------------------------------------*/

static void shrink_one(struct stress *stress)
{
	u32 nr = slubx_test_random(stress->test, stress->nr_caches);

	slubx_kmem_cache_shrink(stress->cache[nr].s);
}

#define OTHER_OBJECTS 40

/* Another cache comes, is used and goes. */
static void make_other(struct stress *stress)
{
	unsigned int size = 8 + slubx_test_random(stress->test, 2000);
	void *x[OTHER_OBJECTS];
	struct slubx_kmem_cache *s;
	unsigned int i;

	s = slubx_kmem_cache_create("stress-other", size, 0, 0, NULL);
	if (!s) {
		KUNIT_FAIL(stress->test, "no cache of %u bytes", size);
		return;
	}
	for (i = 0; i < OTHER_OBJECTS; i++)
		x[i] = slubx_kmem_cache_zalloc(s, GFP_KERNEL);
	for (i = 0; i < OTHER_OBJECTS; i++)
		if (x[i])
			slubx_kmem_cache_free(s, x[i]);
	slubx_kmem_cache_destroy(s);
}

static void shrink_and_make(struct stress *stress)
{
	if (slubx_test_random(stress->test, 2))
		shrink_one(stress);
	else
		make_other(stress);
}

/* Some requests for pages fail, of either order, again and again. */
static void fail_pages(struct stress *stress)
{
	struct kunit *test = stress->test;

	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, slubx_test_random(test, 20),
			slubx_test_random(test, 60));
	if (!slubx_test_random(test, 3))
		slubx_fault_arm(SLUBX_FAULT_PAGE_MIN,
				slubx_test_random(test, 20),
				slubx_test_random(test, 30));
	if (!slubx_test_random(test, 4))
		shrink_one(stress);
}

/* ---- Cases ---------------------------------------------------------------*/

static void stress_kinds(struct kunit *test, const struct stress_plan *plan)
{
	unsigned long zombies = slubx_reap_zombies();

	stress_run(stress_begin(test, kinds, ARRAY_SIZE(kinds)), plan);
	KUNIT_EXPECT_EQ(test, slubx_reap_zombies(), zombies);
}

static void threads(struct kunit *test)
{
	stress_kinds(test, &(struct stress_plan){
				   .pinned = 1,
				   .roaming = 6,
				   .chore = shrink_one,
			   });
}

static void threads_and_interrupts(struct kunit *test)
{
	stress_kinds(test, &(struct stress_plan){
				   .pinned = 2,
				   .roaming = 3,
				   .soft = true,
				   .hard = true,
				   .timers = true,
				   .chore = shrink_and_make,
			   });
}

static void pages_that_fail(struct kunit *test)
{
	stress_kinds(test, &(struct stress_plan){
				   .pinned = 1,
				   .roaming = 3,
				   .soft = true,
				   .timers = true,
				   .chore = fail_pages,
			   });
	slubx_fault_disarm();
	KUNIT_EXPECT_GT(test,
			slubx_fault_hits(SLUBX_FAULT_PAGE_PREFERRED) +
				slubx_fault_hits(SLUBX_FAULT_PAGE_MIN),
			0);
}

/* ---- Every way to allocate and to free -----------------------------------*/

static void shrink_or_wait(struct stress *stress)
{
	if (slubx_test_random(stress->test, 3))
		shrink_one(stress);
	else
		slubx_kvfree_rcu_barrier();
}

/* One by one and in bulk, without locks, after a grace period. */
static void all_ways(struct kunit *test)
{
	static const struct stress_kind kind[] = {
		{ .name = "kmalloc-64",
		  .size = 64,
		  .kmalloc = true,
		  .all_ways = true },
		{ .name = "kmalloc-1k",
		  .size = 1024,
		  .kmalloc = true,
		  .all_ways = true },
		{ .name = "kmalloc-8k",
		  .size = 8192,
		  .kmalloc = true,
		  .all_ways = true },
		{ .name = "stress-200", .size = 200, .all_ways = true },
	};
	unsigned long rounds = slubx_kfree_rcu_rounds();

	stress_run(stress_begin(test, kind, ARRAY_SIZE(kind)),
		   &(struct stress_plan){
			   .pinned = 2,
			   .roaming = 2,
			   .soft = true,
			   .hard = true,
			   .timers = true,
			   .chore = shrink_or_wait,
		   });
	KUNIT_EXPECT_GT(test, slubx_kfree_rcu_rounds(), rounds);
}

/* ---- Between two steps of a fast path ------------------------------------*/

/*
 * Much of its time is between the first look at the freelist and the swap, for
 * objects of such a cache are not zeroed.
 */
static void take_and_return(struct stress_actor *actor)
{
	struct slubx_kmem_cache *s = actor->stress->cache[0].s;
	const gfp_t gfp = GFP_KERNEL | __GFP_NOFAIL;
	unsigned int i;
	u64 *x, *y;

	for (i = 0; i < 500; i++) {
		x = slubx_kmem_cache_alloc(s, gfp);
		y = slubx_kmem_cache_alloc(s, gfp);
		WRITE_ONCE(*x, i);
		WRITE_ONCE(*y, i);
		slubx_kmem_cache_free(s, y);
		slubx_kmem_cache_free(s, x);
	}
	stress_act(actor);
}

/*
 * Leaves the freelist with the same object first, but not the same second: who
 * was about to take the first, and to leave the second, must notice.
 */
static void change_second(struct stress_actor *actor)
{
	struct stress_cache *c = &actor->stress->cache[0];

	if (actor->count + 2 > actor->limit) {
		stress_drain(actor);
		return;
	}
	if (!stress_take(actor, c) || !stress_take(actor, c))
		return;
	stress_return_last_but_one(actor);
}

static void interrupts_between_two_steps(struct kunit *test)
{
	static const struct stress_kind kind[] = {
		{ .name = "stress-aba",
		  .size = 64,
		  .flags = SLUBX_TYPESAFE_BY_RCU },
	};
	struct stress_plan plan = {
		.pinned = 1,
		.roaming = 1,
		.shooters = 2,
		.timers = true,
		.thread = take_and_return,
		.shot = change_second,
	};

	stress_run(stress_begin(test, kind, 1), &plan);
}

/* ---- The last object of a slab -------------------------------------------*/

/*
 * Slabs of two objects that no node keeps empty and no cpu keeps partial: each
 * free moves a slab onto the list or off it, each allocation takes one away.
 */
static void first_and_last_objects(struct kunit *test)
{
	static const struct stress_kind kind[] = {
		{ .name = "stress-pair", .size = 16384 },
	};
	struct stress *stress = stress_begin(test, kind, 1);
	struct slubx_kmem_cache *s = stress->cache[0].s;

	WRITE_ONCE(s->min_partial, 0);
	WRITE_ONCE(s->cpu_partial_slabs, 0);
	stress_run(stress, &(struct stress_plan){
				   .pinned = 1,
				   .roaming = 3,
				   .timers = true,
			   });
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(threads),
	KUNIT_CASE_SLOW(threads_and_interrupts),
	KUNIT_CASE_SLOW(pages_that_fail),
	KUNIT_CASE_SLOW(all_ways),
	KUNIT_CASE_SLOW(interrupts_between_two_steps),
	KUNIT_CASE_SLOW(first_and_last_objects),
	{},
};

SLUBX_SUITE(stress, cases);
