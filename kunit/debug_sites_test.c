// SPDX-License-Identifier: GPL-2.0
/*
 * debug_sites_test.c - objects in use are sorted by who allocated them: every one
 * is counted, and by the right place.
 */
#include "census.h"
#include "debug_scene.h"
#include "../slubx/cache.h"
#include "../slubx/debug/sites.h"

#define ROOM 8

static struct slubx_sites *make_sites(struct kunit *test, unsigned int room)
{
	struct slubx_sites *sites =
		kunit_kzalloc(test, sizeof(*sites), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sites);
	sites->memory =
		kunit_kzalloc(test, ROOM * slubx_site_size(), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sites->memory);
	sites->room = room;
	return sites;
}

static noinline void *from_here(struct slubx_kmem_cache *s)
{
	void *x = slubx_kmem_cache_alloc(s, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(x);
	return x;
}

/* Not the same, or the compiler makes one function of both. */
static noinline void *from_there(struct slubx_kmem_cache *s)
{
	void *x = slubx_kmem_cache_zalloc(s, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(x);
	return x;
}

static void sites_are_told_apart(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, 100, SLUBX_STORE_USER);
	struct slubx_sites *sites = make_sites(test, ROOM);
	const struct slubx_site *most, *few;
	void *x[63];
	unsigned int i, total = ARRAY_SIZE(x);

	if (!IS_ENABLED(CONFIG_STACKTRACE))
		kunit_skip(test, "no stacks here");
	/* Loops that the compiler unrolls are several places. */
	OPTIMIZER_HIDE_VAR(total);
	for (i = 0; i < total - 3; i++)
		x[i] = from_here(s);
	for (; i < total; i++)
		x[i] = from_there(s);
	slubx_sites_collect(s, sites, SLUBX_TRACK_ALLOC);
	KUNIT_EXPECT_EQ(test, sites->count, 2U);
	KUNIT_EXPECT_EQ(test, sites->lost, 0UL);
	most = slubx_site(sites, 0);
	few = slubx_site(sites, 1);
	KUNIT_EXPECT_EQ(test, most->count, 60UL);
	KUNIT_EXPECT_EQ(test, few->count, 3UL);
	KUNIT_EXPECT_NE(test, most->addr, few->addr);
	KUNIT_EXPECT_TRUE(test, within_module(most->addr, THIS_MODULE));
	KUNIT_EXPECT_EQ(test, most->min_pid, current->pid);
	KUNIT_EXPECT_EQ(test, most->max_pid, current->pid);
	KUNIT_EXPECT_EQ(test, most->waste, (size_t)0);
	KUNIT_EXPECT_LE(test, most->min_age, most->max_age);
	KUNIT_EXPECT_FALSE(test, bitmap_empty(most->cpus, nr_cpu_ids));
	slubx_kmem_cache_free_bulk(s, 63, x);
}

/* What has no entry is not forgotten. */
static void sites_without_room(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, 100, SLUBX_STORE_USER);
	struct slubx_sites *sites = make_sites(test, 1);
	void *x[6];
	unsigned int i;

	for (i = 0; i < 6; i++)
		x[i] = i < 4 ? from_here(s) : from_there(s);
	slubx_sites_collect(s, sites, SLUBX_TRACK_ALLOC);
	KUNIT_EXPECT_EQ(test, sites->count, 1U);
	KUNIT_EXPECT_EQ(test, slubx_site(sites, 0)->count + sites->lost, 6UL);
	slubx_kmem_cache_free_bulk(s, 6, x);
}

/* Objects that were never freed are of an unknown place; freed ones are of none. */
static void sites_of_frees(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, 100, SLUBX_STORE_USER);
	struct slubx_sites *sites = make_sites(test, ROOM);
	void *x = from_here(s);

	slubx_sites_collect(s, sites, SLUBX_TRACK_FREE);
	KUNIT_EXPECT_EQ(test, sites->count, 1U);
	KUNIT_EXPECT_EQ(test, slubx_site(sites, 0)->addr, 0UL);
	slubx_kmem_cache_free(s, x);
	sites = make_sites(test, ROOM);
	slubx_sites_collect(s, sites, SLUBX_TRACK_ALLOC);
	KUNIT_EXPECT_EQ(test, sites->count, 0U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sites_are_told_apart),
	KUNIT_CASE(sites_without_room),
	KUNIT_CASE(sites_of_frees),
	{},
};

struct kunit_suite slubx_debug_sites_suite = {
	.name = "slubx_debug_sites",
	.init = slubx_test_debug_init,
	.exit = slubx_test_debug_exit,
	.test_cases = cases,
};
