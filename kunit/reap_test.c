// SPDX-License-Identifier: GPL-2.0
/*
 * reap_test.c - a cache that was destroyed too early lives until its last
 * object comes back, from wherever, and then it is gone without a trace.
 */
#include <linux/irq_work.h>

#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/cpu.h"
#include "../slubx/registry.h"
#include "../slubx/slab.h"

#define NAME "reap_test"

static struct slubx_kmem_cache *make(struct kunit *test, unsigned int size,
				     slubx_flags_t flags)
{
	return slubx_test_keep(test, slubx_kmem_cache_create(NAME, size, 0,
							     flags, NULL));
}

/* ---- What a zombie is ---------------------------------------------------- */

static void expect_zombie(struct kunit *test, struct slubx_kmem_cache *s)
{
	KUNIT_EXPECT_EQ(test, slubx_test_zombies(), 1UL);
	KUNIT_EXPECT_FALSE(test, slubx_test_listed(s));
	KUNIT_EXPECT_NULL(test, slubx_test_find(NAME));
	KUNIT_EXPECT_FALSE(test, s->kobj.state_in_sysfs);
	EXPECT_VALID(test, cache, s);

	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_NULL(test,
					slubx_kmem_cache_alloc(s, GFP_KERNEL)));
	EXPECT_ERRORS(test, 2, {
		KUNIT_EXPECT_NULL(test, slubx_kmem_cache_zalloc(s, GFP_ATOMIC));
		KUNIT_EXPECT_NULL(
			test, slubx_kmem_cache_alloc_node(s, GFP_KERNEL, 0));
	});
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_destroy(s));
	KUNIT_EXPECT_EQ(test, slubx_test_zombies(), 1UL);
}

/* Freed one by one it lasts until the very last. */
static void free_to_the_last(struct kunit *test, struct slubx_test_herd *herd)
{
	while (herd->live > 1) {
		unsigned int i = slubx_test_random(test, herd->count);

		slubx_test_herd_free(herd, i);
		KUNIT_ASSERT_EQ(test, slubx_test_zombies(), 1UL);
	}
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	EXPECT_VALID(test, cache, herd->s);
	slubx_test_herd_free_all(herd);
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
}

static void live_and_die(struct kunit *test, slubx_flags_t flags)
{
	struct slubx_test_census before;
	struct slubx_kmem_cache *s;
	struct slubx_test_herd *herd;
	int refs;

	slubx_test_census(test, &before);
	refs = slubx_test_module_refs();
	s = make(test, 300, flags);
	herd = slubx_test_full_slabs(test, s, 2);
	KUNIT_EXPECT_EQ(test, slubx_test_module_refs(), refs + 1);
	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
	expect_zombie(test, s);
	KUNIT_EXPECT_EQ(test, slubx_test_module_refs(), refs + 1);
	EXPECT_ERRORS(test, 0, free_to_the_last(test, herd));
	EXPECT_UNCHANGED(test, &before);
	KUNIT_EXPECT_EQ(test, slubx_test_module_refs(), refs);
}

static void zombie_lives_to_the_last_free(struct kunit *test)
{
	live_and_die(test, SLUBX_NO_MERGE);
}

static void zombie_typesafe(struct kunit *test)
{
	live_and_die(test, SLUBX_TYPESAFE_BY_RCU);
}

static void zombie_reclaimable(struct kunit *test)
{
	live_and_die(test, SLUBX_NO_MERGE | SLUBX_RECLAIM_ACCOUNT);
}

/* Clients that share it only give up a reference, until the last one leaks. */
static void zombie_with_aliases(struct kunit *test)
{
	struct slubx_test_census before;
	struct slubx_test_herd *herd;
	struct slubx_kmem_cache *s;

	slubx_test_census(test, &before);
	s = make(test, 3000, 0);
	if (slubx_merge_never(s))
		kunit_skip(test, "merging is off");
	KUNIT_EXPECT_PTR_EQ(test, make(test, 3000, 0), s);
	KUNIT_EXPECT_EQ(test, s->refcount, 2);
	herd = slubx_test_full_slabs(test, s, 1);
	EXPECT_ERRORS(test, 0, slubx_test_destroy(test, s));
	KUNIT_EXPECT_EQ(test, slubx_test_zombies(), 0UL);
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_destroy(s));
	expect_zombie(test, s);
	free_to_the_last(test, herd);
	EXPECT_UNCHANGED(test, &before);
}

/* ---- Names --------------------------------------------------------------- */

static void name_is_free_at_once(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 128, SLUBX_NO_MERGE);
	void *x = slubx_kmem_cache_alloc(s, GFP_KERNEL), *y;
	struct slubx_kmem_cache *heir;

	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
	heir = make(test, 128, 0);
	KUNIT_EXPECT_PTR_NE(test, heir, s);
	KUNIT_EXPECT_STREQ(test, heir->name, NAME);
	KUNIT_EXPECT_TRUE(test, heir->kobj.state_in_sysfs);

	/* Objects don't change hands. */
	y = slubx_kmem_cache_alloc(heir, GFP_KERNEL);
	if (SLUBX_HARDENED) {
		EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(heir, x));
		EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(s, y));
	}
	slubx_kmem_cache_free(s, x);
	slubx_kmem_cache_free(heir, y);
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
	EXPECT_VALID(test, cache, heir);
}

/* ---- Who frees ----------------------------------------------------------- */

struct share {
	struct slubx_test_herd *herd;
	atomic_t next;
};

static void free_a_share(void *data)
{
	struct share *share = data;
	unsigned int i;

	/* herd->live is not for several; the objects are. */
	while ((i = atomic_fetch_inc(&share->next)) < share->herd->count)
		slubx_kmem_cache_free(share->herd->s, share->herd->x[i]);
}

static void last_free_on_any_cpu(struct kunit *test)
{
	struct share *share = kunit_kzalloc(test, sizeof(*share), GFP_KERNEL);
	struct slubx_test_census before;
	struct slubx_kmem_cache *s;
	unsigned int round;

	KUNIT_ASSERT_NOT_NULL(test, share);
	slubx_test_census(test, &before);
	for (round = 0; round < 10; round++) {
		s = make(test, 300, SLUBX_NO_MERGE);
		share->herd = slubx_test_full_slabs(test, s, 4);
		atomic_set(&share->next, 0);
		EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
		EXPECT_ERRORS(test, 0,
			      slubx_test_on_cpus(test, cpu_online_mask,
						 free_a_share, share));
		KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
	}
	EXPECT_UNCHANGED(test, &before);
}

struct late {
	struct irq_work work;
	struct slubx_kmem_cache *s;
	void *x;
};

static void free_late(struct irq_work *work)
{
	struct late *late = container_of(work, struct late, work);

	slubx_kmem_cache_free(late->s, late->x);
}

static void last_free_in_interrupt(struct kunit *test)
{
	struct late *late = kunit_kzalloc(test, sizeof(*late), GFP_KERNEL);
	struct slubx_test_census before;

	KUNIT_ASSERT_NOT_NULL(test, late);
	slubx_test_census(test, &before);
	late->s = make(test, 300, SLUBX_NO_MERGE);
	late->x = slubx_kmem_cache_alloc(late->s, GFP_KERNEL);
	init_irq_work(&late->work, free_late);
	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, late->s));
	KUNIT_EXPECT_EQ(test, slubx_test_zombies(), 1UL);
	irq_work_queue(&late->work);
	irq_work_sync(&late->work);
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
	EXPECT_UNCHANGED(test, &before);
}

/* What a cpu has at hand of a zombie would never come back: nothing. */
static void late_frees_stay_on_no_cpu(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 300, SLUBX_NO_MERGE);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 3);
	unsigned int i;
	int cpu;

	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
	for (i = 0; i + 1 < herd->count; i++)
		slubx_test_herd_free(herd, i);
	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_FALSE(test, slubx_cpu_holds(s, cpu));
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 1UL);
	slubx_test_herd_free_all(herd);
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
}

/*
 * The last slab of a zombie is still there, for a grace period, and its object
 * is freed again, with another content than it was given then.
 */
static void second_last_free_is_refused(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 300, SLUBX_TYPESAFE_BY_RCU);
	void *x = slubx_kmem_cache_alloc(s, GFP_KERNEL);
	struct slubx_slab *slab = slubx_virt_to_slab(x);

	if (!SLUBX_HARDENED)
		kunit_skip(test, "not hardened");
	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
	rcu_read_lock();
	EXPECT_ERRORS(test, 0, slubx_kmem_cache_free(s, x));
	memset(x, 0x5a, s->layout.size);
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(s, x));
	KUNIT_EXPECT_EQ(test, slab->fc.counters.inuse + 0U, 0U);
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
}

/* ---- Many ---------------------------------------------------------------- */

#define MANY 8

static void many_zombies(struct kunit *test)
{
	struct slubx_test_census before;
	struct slubx_kmem_cache *s[MANY];
	void *x[MANY];
	unsigned int i;

	slubx_test_census(test, &before);
	for (i = 0; i < MANY; i++) {
		s[i] = make(test, 64 << (i % 4), SLUBX_NO_MERGE);
		x[i] = slubx_kmem_cache_alloc(s[i], GFP_KERNEL);
	}
	EXPECT_ERRORS(test, MANY, {
		for (i = 0; i < MANY; i++)
			slubx_test_destroy(test, s[i]);
	});
	KUNIT_EXPECT_EQ(test, slubx_test_zombies(), (unsigned long)MANY);
	for (i = 0; i < MANY; i += 2)
		slubx_kmem_cache_free(s[i], x[i]);
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(MANY / 2));
	for (i = 1; i < MANY; i += 2)
		slubx_kmem_cache_free(s[i], x[i]);
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
	EXPECT_UNCHANGED(test, &before);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(zombie_lives_to_the_last_free),
	KUNIT_CASE(zombie_typesafe),
	KUNIT_CASE(zombie_reclaimable),
	KUNIT_CASE(zombie_with_aliases),
	KUNIT_CASE(name_is_free_at_once),
	KUNIT_CASE(last_free_on_any_cpu),
	KUNIT_CASE(last_free_in_interrupt),
	KUNIT_CASE(late_frees_stay_on_no_cpu),
	KUNIT_CASE(second_last_free_is_refused),
	KUNIT_CASE(many_zombies),
	{},
};

struct kunit_suite slubx_reap_suite = {
	.name = "slubx_reap",
	.init = slubx_test_init_zombies,
	.exit = slubx_test_exit,
	.test_cases = cases,
};
