// SPDX-License-Identifier: GPL-2.0
/*
 * fault_test.c - whatever slubx asks for may be refused, and nothing is lost.
 *
 * Each request of a creation fails once, the first, the second ... until none
 * is left: so their number is known, too.
 */
#include <linux/nodemask.h>

#include "census.h"
#include "files.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/failslab.h"
#include "../slubx/fault.h"
#include "../slubx/registry.h"
#include "../slubx/slab.h"
#include "../slubx/stat.h"

static void fault_exit(struct kunit *test)
{
	slubx_fault_disarm();
	slubx_test_exit(test);
}

#define NAME "fault_test"
#define SIZE 3400

static struct slubx_kmem_cache *create(slubx_flags_t flags)
{
	return slubx_kmem_cache_create(NAME, SIZE, 0, flags, NULL);
}

/* A cache works if an object of it can be had, written, and given back. */
static void expect_works(struct kunit *test, struct slubx_kmem_cache *s)
{
	struct slubx_test_herd *herd =
		slubx_test_herd(test, s, 3, NUMA_NO_NODE);

	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	EXPECT_VALID(test, cache, s);
	slubx_test_herd_free_all(herd);
}

/* ---- Creation ------------------------------------------------------------ */

/* One request fails for good: there is no cache, and no trace of one. */
static void expect_no_cache(struct kunit *test, enum slubx_fault_site site,
			    unsigned int skip, slubx_flags_t flags)
{
	struct slubx_kmem_cache *s = NULL;

	EXPECT_ERRORS(test, 1, s = create(flags));
	slubx_fault_disarm();
	KUNIT_EXPECT_NULL_MSG(test, s, "site %d, skip %u", site, skip);
	if (s)
		slubx_kmem_cache_destroy(s);
}

/* No directory, or no link: the cache can't be seen, that is all. */
static void expect_hidden_cache(struct kunit *test, slubx_flags_t flags)
{
	struct slubx_kmem_cache *s = NULL;

	EXPECT_ERRORS(test, 1, s = create(flags));
	slubx_fault_disarm();
	slubx_test_keep(test, s);
	KUNIT_EXPECT_PTR_EQ(test, slubx_test_find(NAME), s);
	KUNIT_EXPECT_FALSE(test, slubx_test_mode(NAME));
	expect_works(test, s);
	EXPECT_ERRORS(test, 0, slubx_test_destroy(test, s));
}

static bool passes(enum slubx_fault_site site, unsigned int skip,
		   slubx_flags_t flags)
{
	struct slubx_kmem_cache *s;

	slubx_fault_arm(site, skip, 1);
	s = create(flags);
	slubx_fault_disarm();
	slubx_kmem_cache_destroy(s);
	return !slubx_fault_hits(site);
}

static void fail_each(struct kunit *test, enum slubx_fault_site site,
		      unsigned int requests, slubx_flags_t flags)
{
	struct slubx_test_census before;
	unsigned int skip;

	slubx_test_census(test, &before);
	for (skip = 0; skip < requests; skip++) {
		slubx_fault_arm(site, skip, 1);
		if (site == SLUBX_FAULT_SYSFS)
			expect_hidden_cache(test, flags);
		else
			expect_no_cache(test, site, skip, flags);
		KUNIT_EXPECT_EQ_MSG(test, slubx_fault_hits(site), 1U,
				    "site %d, skip %u", site, skip);
		EXPECT_UNCHANGED(test, &before);
	}
	KUNIT_EXPECT_TRUE(test, passes(site, requests, flags));
	EXPECT_UNCHANGED(test, &before);
}

static void create_fails_at_each_site(struct kunit *test)
{
	fail_each(test, SLUBX_FAULT_CACHE, 1, SLUBX_NO_MERGE);
	fail_each(test, SLUBX_FAULT_STAT, 1, SLUBX_NO_MERGE);
	fail_each(test, SLUBX_FAULT_PERCPU, 1, SLUBX_NO_MERGE);
	fail_each(test, SLUBX_FAULT_NODE, num_possible_nodes(), SLUBX_NO_MERGE);
	fail_each(test, SLUBX_FAULT_ALIAS, 0, SLUBX_NO_MERGE);
}

/* One that is called after its client has a directory, else also a link. */
static void create_without_sysfs(struct kunit *test)
{
	fail_each(test, SLUBX_FAULT_SYSFS, 1, SLUBX_NO_MERGE);
	if (!slubx_nomerge)
		fail_each(test, SLUBX_FAULT_SYSFS, 2, 0);
}

/* A second client of a cache needs a record, and a link. */
static void alias_fails_at_each_site(struct kunit *test)
{
	struct slubx_kmem_cache *s, *first;
	struct slubx_test_census before;

	if (slubx_nomerge)
		kunit_skip(test, "merging is off");
	first = slubx_test_keep(test, slubx_kmem_cache_create("first", SIZE, 0,
							      0, NULL));
	slubx_test_census(test, &before);
	slubx_fault_arm(SLUBX_FAULT_ALIAS, 0, 1);
	expect_no_cache(test, SLUBX_FAULT_ALIAS, 0, 0);
	KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_ALIAS), 1U);
	EXPECT_UNCHANGED(test, &before);
	KUNIT_EXPECT_EQ(test, first->refcount, 1);

	slubx_fault_arm(SLUBX_FAULT_SYSFS, 0, 1);
	EXPECT_ERRORS(test, 1, s = create(0));
	slubx_fault_disarm();
	slubx_test_keep(test, s);
	KUNIT_EXPECT_PTR_EQ(test, s, first);
	KUNIT_EXPECT_EQ(test, first->refcount, 2);
	KUNIT_EXPECT_FALSE(test, slubx_test_mode(NAME));
	expect_works(test, s);

	/* Nothing else is asked for. */
	KUNIT_EXPECT_TRUE(test, passes(SLUBX_FAULT_CACHE, 0, 0));
	KUNIT_EXPECT_TRUE(test, passes(SLUBX_FAULT_STAT, 0, 0));
	KUNIT_EXPECT_TRUE(test, passes(SLUBX_FAULT_PERCPU, 0, 0));
	KUNIT_EXPECT_TRUE(test, passes(SLUBX_FAULT_NODE, 0, 0));
	KUNIT_EXPECT_EQ(test, first->refcount, 2);
}

/* Of the kernel's percpu memory, in kB; -1 if it doesn't tell. */
static long percpu_kb(struct kunit *test)
{
	const char *at =
		strstr(slubx_test_read_pieces(test, "/proc/meminfo", PAGE_SIZE),
		       "Percpu:");
	long kb;

	return at && sscanf(at, "Percpu: %ld", &kb) == 1 ? kb : -1;
}

#define TIMES 200

/* Percpu memory is in no cache of ours, but the kernel counts it. */
static void create_fails_leaves_no_percpu(struct kunit *test)
{
	static const enum slubx_fault_site sites[] = {
		SLUBX_FAULT_STAT,
		SLUBX_FAULT_PERCPU,
		SLUBX_FAULT_NODE,
	};
	long before = percpu_kb(test);
	unsigned int i, times;

	if (before < 0)
		kunit_skip(test, "/proc/meminfo tells nothing of it");
	for (i = 0; i < ARRAY_SIZE(sites); i++) {
		slubx_fault_arm(sites[i], 0, TIMES);
		for (times = 0; times < TIMES; times++)
			KUNIT_EXPECT_NULL(test, create(SLUBX_NO_MERGE));
		slubx_fault_disarm();
	}
	/* 200 lost ones would be 10 kB on each cpu, or 20 of counters. */
	KUNIT_EXPECT_LT(test, percpu_kb(test) - before,
			8L * num_possible_cpus());
}

/* ---- Slabs of slubx's own ------------------------------------------------ */

#define MANY 256

/*
 * Without pages slubx lives on what its own slabs have left, then creations
 * fail; with pages again they don't.
 */
static void create_without_pages(struct kunit *test)
{
	struct slubx_kmem_cache **s;
	struct slubx_test_census before, now;
	unsigned int i, count = 0;

	s = kunit_kcalloc(test, MANY, sizeof(*s), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	slubx_test_census(test, &before);
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, UINT_MAX / 2);
	slubx_fault_arm(SLUBX_FAULT_PAGE_MIN, 0, UINT_MAX / 2);
	while (count < MANY) {
		s[count] = create(SLUBX_NO_MERGE);
		if (!s[count])
			break;
		count++;
	}
	KUNIT_EXPECT_LT(test, count, MANY);
	KUNIT_EXPECT_GT(test, slubx_fault_hits(SLUBX_FAULT_PAGE_MIN), 0U);
	/* A census looks for structs that belong to nobody. */
	slubx_test_census(test, &now);
	KUNIT_EXPECT_EQ(test, now.caches, before.caches + count);

	slubx_fault_disarm();
	EXPECT_ERRORS(test, 0, s[count] = create(SLUBX_NO_MERGE));
	KUNIT_EXPECT_NOT_NULL(test, s[count]);
	for (i = 0; i <= count && i < MANY; i++)
		slubx_kmem_cache_destroy(s[i]);
	EXPECT_UNCHANGED(test, &before);
}

/* ---- Allocation ---------------------------------------------------------- */

/* A size whose slabs are rather larger than they must be. */
static struct slubx_kmem_cache *make(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(
		test,
		slubx_kmem_cache_create(NAME, 700, 0, SLUBX_NO_MERGE, NULL));

	if (s->layout.oo.order == s->layout.min.order)
		kunit_skip(test, "slabs of one order only");
	return s;
}

static void alloc_falls_back_to_the_smallest(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	unsigned int objects = s->layout.min.objects;
	bool counting = static_key_enabled(&slubx_stats_on);
	struct slubx_test_herd *herd;
	unsigned int i;

	slubx_stat_switch(true);
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, 3);
	herd = slubx_test_herd(test, s, 3 * objects, NUMA_NO_NODE);
	slubx_fault_disarm();
	KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_PAGE_PREFERRED), 3U);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 3UL);
	KUNIT_EXPECT_EQ(test, slubx_stat_sum(s, ORDER_FALLBACK), 3UL);
	for (i = 0; i < 3; i++) {
		struct slubx_slab *slab = slubx_test_herd_slab(herd, i);

		KUNIT_ASSERT_NOT_NULL(test, slab);
		KUNIT_EXPECT_EQ(test, slubx_slab_order(slab),
				s->layout.min.order);
		KUNIT_EXPECT_EQ(test, slab->fc.counters.objects + 0U, objects);
	}
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	EXPECT_VALID(test, cache, s);
	slubx_test_herd_free_all(herd);
	EXPECT_VALID(test, cache, s);
	if (!counting)
		slubx_stat_switch(false);
}

static void no_pages(unsigned int skip, unsigned int times)
{
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, skip, times);
	slubx_fault_arm(SLUBX_FAULT_PAGE_MIN, 0, times);
}

/* It is no fault of the client's: not counted as one. */
static void alloc_without_pages(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	void *x;

	no_pages(0, 3);
	EXPECT_ERRORS(test, 0, {
		x = slubx_kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_EXPECT_NULL(test, x);
		x = slubx_kmem_cache_alloc(s, GFP_ATOMIC | __GFP_NOWARN);
		KUNIT_EXPECT_NULL(test, x);
		x = slubx_kmem_cache_zalloc(s, GFP_NOWAIT | __GFP_NOWARN);
		KUNIT_EXPECT_NULL(test, x);
	});
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
	EXPECT_VALID(test, cache, s);
	expect_works(test, s);
	slubx_fault_disarm();
}

/* With the caller's own node there are two tries, the second anywhere. */
static void alloc_node_without_pages(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	int node = numa_mem_id();
	void *x;

	no_pages(0, 2);
	KUNIT_EXPECT_NULL(test, slubx_kmem_cache_alloc_node(
					s, GFP_KERNEL | __GFP_NOWARN, node));
	KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_PAGE_MIN), 2U);
	no_pages(0, 1);
	x = slubx_kmem_cache_alloc_node(s, GFP_KERNEL, node);
	KUNIT_EXPECT_NOT_NULL(test, x);
	slubx_kmem_cache_free(s, x);
	no_pages(0, 1);
	slubx_kmem_cache_shrink(s);
	KUNIT_EXPECT_NULL(test, slubx_kmem_cache_alloc_node(
					s, GFP_NOWAIT | __GFP_THISNODE, node));
	EXPECT_VALID(test, cache, s);
}

/* What is there is given out to the last object, and comes back. */
static void alloc_runs_dry(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 3);
	unsigned int i, again = 0;

	for (i = 0; i < herd->count; i += 3)
		slubx_test_herd_free(herd, i);
	no_pages(0, UINT_MAX / 2);
	for (i = 0; i < herd->count; i++) {
		if (herd->x[i])
			continue;
		herd->x[i] =
			slubx_kmem_cache_alloc(s, GFP_NOWAIT | __GFP_NOWARN);
		if (!herd->x[i])
			break;
		slubx_test_brand(herd->x[i], herd->size);
		herd->live++;
		again++;
	}
	KUNIT_EXPECT_EQ(test, herd->live, herd->count);
	KUNIT_EXPECT_EQ(test, again, DIV_ROUND_UP(herd->count, 3));
	KUNIT_EXPECT_NULL(test,
			  slubx_kmem_cache_alloc(s, GFP_NOWAIT | __GFP_NOWARN));
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	EXPECT_VALID(test, cache, s);
	slubx_fault_disarm();
	slubx_test_herd_free_all(herd);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(create_fails_at_each_site),
	KUNIT_CASE(create_without_sysfs),
	KUNIT_CASE(alias_fails_at_each_site),
	KUNIT_CASE(create_fails_leaves_no_percpu),
	KUNIT_CASE(create_without_pages),
	KUNIT_CASE(alloc_falls_back_to_the_smallest),
	KUNIT_CASE(alloc_without_pages),
	KUNIT_CASE(alloc_node_without_pages),
	KUNIT_CASE(alloc_runs_dry),
	{},
};

struct kunit_suite slubx_fault_suite = {
	.name = "slubx_fault",
	.init = slubx_test_init,
	.exit = fault_exit,
	.test_cases = cases,
};
