// SPDX-License-Identifier: GPL-2.0
/*
 * leaks_test.c - each object in use is found, and no other, wherever it is.
 */
#include <linux/bitmap.h>

#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/flush.h"
#include "../slubx/leaks.h"
#include "../slubx/registry.h"
#include "../slubx/slab.h"
#include "../slubx/walk.h"

static struct slubx_kmem_cache *make(struct kunit *test, unsigned int size,
				     slubx_flags_t flags)
{
	return slubx_test_keep(
		test, slubx_kmem_cache_create("leaks_test", size, 0,
					      flags | SLUBX_NO_MERGE, NULL));
}

/* As destroy does it, before it looks for leaks. */
static unsigned long report(struct slubx_kmem_cache *s)
{
	slubx_flush_all(s);
	return slubx_cache_report_leaks(s);
}

static void report_of_nothing(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 64, 0);
	void *x;

	KUNIT_EXPECT_EQ(test, report(s), 0UL);
	x = slubx_kmem_cache_alloc(s, GFP_KERNEL);
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_EQ(test, report(s), 0UL);
}

/* Around the eight that the log has on a line, and over the edge of a slab. */
static void report_counts_each(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 256, 0);
	unsigned int objects = s->layout.oo.objects;
	unsigned int wanted[] = { 1,  2,       7,	    8,		9,
				  16, objects, objects - 1, objects + 1 };
	struct slubx_test_herd *herd;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		herd = slubx_test_herd(test, s, wanted[i], NUMA_NO_NODE);
		KUNIT_EXPECT_EQ(test, report(s), (unsigned long)wanted[i]);
		KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
		slubx_test_herd_free_all(herd);
		EXPECT_VALID(test, cache, s);
	}
}

/* Full slabs, which are on no list; partial ones; and those of cpus. */
static void report_in_all_states(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 200, 0);
	struct slubx_test_herd *full = slubx_test_full_slabs(test, s, 3);
	struct slubx_test_herd *partial = slubx_test_full_slabs(test, s, 3);
	struct slubx_test_herd *cpu;
	struct slubx_slab *slab;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		slab = slubx_test_herd_slab(partial, i);
		slubx_test_herd_thin(partial, slab, 1 + i);
	}
	KUNIT_EXPECT_EQ(test, partial->live, 6U);
	cpu = slubx_test_herd(test, s, 5, NUMA_NO_NODE);
	KUNIT_EXPECT_EQ(test, report(s), full->live + 6UL + 5UL);

	slubx_test_herd_free_all(full);
	KUNIT_EXPECT_EQ(test, report(s), 11UL);
	slubx_test_herd_free_all(cpu);
	KUNIT_EXPECT_EQ(test, report(s), 6UL);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(partial));
	slubx_test_herd_free_all(partial);
	KUNIT_EXPECT_EQ(test, report(s), 0UL);
	EXPECT_VALID(test, cache, s);
}

struct own_objects {
	struct slubx_kmem_cache *s;
	void *x[NR_CPUS];
};

static void alloc_own(void *data)
{
	struct own_objects *own = data;

	own->x[raw_smp_processor_id()] =
		slubx_kmem_cache_alloc(own->s, GFP_KERNEL);
}

static void report_on_all_cpus(struct kunit *test)
{
	struct own_objects *own = kunit_kzalloc(test, sizeof(*own), GFP_KERNEL);
	int cpu;

	KUNIT_ASSERT_NOT_NULL(test, own);
	own->s = make(test, 96, 0);
	slubx_test_on_cpus(test, cpu_online_mask, alloc_own, own);
	KUNIT_EXPECT_EQ(test, report(own->s), num_online_cpus() + 0UL);
	for_each_online_cpu(cpu)
		slubx_kmem_cache_free(own->s, own->x[cpu]);
	KUNIT_EXPECT_EQ(test, report(own->s), 0UL);
}

/* ---- Which ones ---------------------------------------------------------- */

struct bits {
	struct kunit *test;
	DECLARE_BITMAP(free, SLUBX_MAX_OBJS_PER_SLAB);
	DECLARE_BITMAP(live, SLUBX_MAX_OBJS_PER_SLAB);
	const struct slubx_test_herd *herd;
};

static void compare_bits(struct slubx_slab *slab, void *data)
{
	unsigned int i, objects = slab->fc.counters.objects;
	struct bits *bits = data;

	bitmap_zero(bits->free, objects);
	bitmap_fill(bits->live, objects);
	slubx_slab_free_objects(slab->slab_cache, slab, bits->free);
	for (i = 0; i < bits->herd->count; i++) {
		void *x = bits->herd->x[i];

		if (x && slubx_virt_to_slab(x) == slab)
			__clear_bit(slubx_slab_index(slab, x), bits->live);
	}
	KUNIT_EXPECT_TRUE(bits->test,
			  bitmap_equal(bits->free, bits->live, objects));
}

/* What the report calls free is all that is not live, object by object. */
static void free_objects_are_the_others(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 136, 0);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 4);
	struct bits *bits = kunit_kzalloc(test, sizeof(*bits), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, bits);
	bits->test = test;
	bits->herd = herd;
	for (i = 0; i < herd->count; i++)
		if (slubx_test_random(test, 2))
			slubx_test_herd_free(herd, i);
	slubx_flush_all(s);
	KUNIT_EXPECT_EQ(test, slubx_walk_slabs(s, compare_bits, bits),
			slubx_cache_slabs(s));
	KUNIT_EXPECT_EQ(test, slubx_cache_report_leaks(s), herd->live + 0UL);
	slubx_test_herd_free_all(herd);
}

/* ---- Whose ---------------------------------------------------------------*/

static struct slubx_leaks *find(struct kunit *test, struct slubx_kmem_cache *s,
				unsigned int objects, unsigned int sites)
{
	struct slubx_leaks *leaks =
		kunit_kzalloc(test, sizeof(*leaks), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, leaks);
	leaks->oldest.room = objects;
	leaks->oldest.object = kunit_kcalloc(
		test, objects + 1, sizeof(*leaks->oldest.object), GFP_KERNEL);
	leaks->sites.room = sites;
	leaks->sites.memory =
		kunit_kcalloc(test, sites + 1, slubx_site_size(), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, leaks->oldest.object);
	KUNIT_ASSERT_NOT_NULL(test, leaks->sites.memory);
	slubx_leaks_find(s, leaks);
	return leaks;
}

static noinline void *another(struct slubx_kmem_cache *s)
{
	void *x = slubx_kmem_cache_zalloc(s, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(x);
	return x;
}

/* Of a tracked cache all are counted, the oldest listed, and by their places. */
static void report_of_users(struct kunit *test)
{
	struct slubx_test_herd *herd;
	struct slubx_kmem_cache *s;
	struct slubx_leaks *leaks;
	void *x;

	if (!SLUBX_DEBUG)
		kunit_skip(test, "built without SLUBX_DEBUG");
	s = make(test, 200, SLUBX_STORE_USER);
	x = another(s);
	KUNIT_ASSERT_NOT_NULL(test, x);
	slubx_object_track(s, x, SLUBX_TRACK_ALLOC)->when -= 1000UL * HZ;
	herd = slubx_test_herd(test, s, 50, NUMA_NO_NODE);
	KUNIT_EXPECT_EQ(test, report(s), 51UL);
	leaks = find(test, s, 3, 8);
	KUNIT_EXPECT_EQ(test, leaks->oldest.count, 3U);
	KUNIT_EXPECT_EQ(test, leaks->oldest.lost, 48UL);
	KUNIT_EXPECT_EQ(test, leaks->oldest.object[0].index,
			slubx_slab_index(slubx_virt_to_slab(x), x));
	KUNIT_EXPECT_GE(test, leaks->oldest.object[0].age, 1000UL * HZ);
	KUNIT_EXPECT_GE(test, leaks->sites.count, 2U);
	leaks = find(test, s, 0, 0);
	KUNIT_EXPECT_EQ(test, leaks->oldest.count, 0U);
	KUNIT_EXPECT_EQ(test, leaks->sites.count, 0U);
	slubx_test_herd_free_all(herd);
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_EQ(test, report(s), 0UL);
}

/* More slabs than the log gets lines: all are counted all the same. */
static void report_of_many(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 512, 0);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 50);

	KUNIT_EXPECT_EQ(test, report(s), herd->live + 0UL);
	slubx_test_herd_free_all(herd);
}

/* ---- Destruction --------------------------------------------------------- */

static void destroy_reports_once(struct kunit *test, slubx_flags_t flags)
{
	struct slubx_kmem_cache *s = make(test, 200, flags);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 3);
	struct slubx_test_census before;
	struct slubx_slab *slab;

	slab = slubx_test_herd_slab(herd, 1);
	slubx_test_herd_thin(herd, slab, 3);
	slab = slubx_test_herd_slab(herd, 2);
	slubx_test_herd_thin(herd, slab, 0);
	KUNIT_EXPECT_EQ(test, herd->live, s->layout.oo.objects + 3);

	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
	KUNIT_EXPECT_EQ(test, slubx_test_zombies(), 1UL);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 2UL);
	EXPECT_ERRORS(test, 0,
		      KUNIT_EXPECT_EQ(test, slubx_cache_report_leaks(s),
				      herd->live + 0UL));
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	EXPECT_ERRORS(test, 0, slubx_test_herd_free_all(herd));
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
	slubx_test_census(test, &before);
}

static void destroy_reports(struct kunit *test)
{
	destroy_reports_once(test, 0);
}

static void destroy_reports_typesafe(struct kunit *test)
{
	destroy_reports_once(test, SLUBX_TYPESAFE_BY_RCU);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(report_of_users),
	KUNIT_CASE(report_of_many),
	KUNIT_CASE(report_of_nothing),
	KUNIT_CASE(report_counts_each),
	KUNIT_CASE(report_in_all_states),
	KUNIT_CASE(report_on_all_cpus),
	KUNIT_CASE(free_objects_are_the_others),
	KUNIT_CASE(destroy_reports),
	KUNIT_CASE(destroy_reports_typesafe),
	{},
};

struct kunit_suite slubx_leaks_suite = {
	.name = "slubx_leaks",
	.init = slubx_test_init_zombies,
	.exit = slubx_test_exit,
	.test_cases = cases,
};
