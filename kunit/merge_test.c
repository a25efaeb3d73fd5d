// SPDX-License-Identifier: GPL-2.0
/*
 * merge_test.c - who shares slabs with whom, by SLUB's rules, and what sharing
 * means for its clients.
 */
#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/registry.h"

static bool nomerge_before;

static int merge_init(struct kunit *test)
{
	nomerge_before = slubx_nomerge;
	slubx_nomerge = false;
	return slubx_test_init_zombies(test);
}

static void merge_exit(struct kunit *test)
{
	slubx_nomerge = nomerge_before;
	slubx_test_exit(test);
}

static void ctor(void *x)
{
}

struct kind {
	unsigned int size;
	unsigned int align;
	slubx_flags_t flags;
	unsigned int usersize;
	void (*ctor)(void *object);
};

static struct slubx_kmem_cache *create(const struct kind *kind)
{
	return slubx_kmem_cache_create_usercopy("merge_test", kind->size,
						kind->align, kind->flags, 0,
						kind->usersize, kind->ctor);
}

/* ---- Who with whom ------------------------------------------------------- */

/* Sizes above 3000, which no cache of slubx's own has. */
struct pair {
	struct kind first, second;
	bool share;
};

static const struct pair pairs[] = {
	/* Sizes: the second must fit and waste less than a word. */
	{ { 3000 }, { 3000 }, true },
	{ { 3000 }, { 2993 }, true },
	{ { 3000 }, { 2992 }, false },
	{ { 3000 }, { 3001 }, false },
	{ { 2993 }, { 3000 }, true },
	{ { 2992 }, { 3000 }, false },
	/* Alignment: the stride of the first must be a multiple. */
	{ { 3072 }, { 3072, 1024 }, true },
	{ { 3072, 1024 }, { 3072 }, true },
	{ { 3072 }, { 3072, 2048 }, false },
	{ { 3000, 1024 }, { 3072 }, true },
	{ { 3000, 1024 }, { 3000 }, false },
	{ { 3000 }, { 3000, 1024 }, false },
	{ { 3072 }, { 3000, 1024 }, true },
	{ { 3008 }, { 3008, 0, SLUBX_HWCACHE_ALIGN }, true },
	{ { 3016 }, { 3016, 0, SLUBX_HWCACHE_ALIGN }, false },
	/* These must agree. */
	{ { 3000 }, { 3000, 0, SLUBX_RECLAIM_ACCOUNT }, false },
	{ { 3000, 0, SLUBX_RECLAIM_ACCOUNT }, { 3000 }, false },
	{ { 3000, 0, SLUBX_RECLAIM_ACCOUNT },
	  { 3000, 0, SLUBX_RECLAIM_ACCOUNT },
	  true },
	{ { 3000 }, { 3000, 0, SLUBX_ACCOUNT }, false },
	{ { 3000, 0, SLUBX_ACCOUNT }, { 3000, 0, SLUBX_ACCOUNT }, true },
	{ { 3000 }, { 3000, 0, SLUBX_CACHE_DMA }, false },
	{ { 3000, 0, SLUBX_CACHE_DMA }, { 3000, 0, SLUBX_CACHE_DMA }, true },
	{ { 3000, 0, SLUBX_CACHE_DMA }, { 3000, 0, SLUBX_CACHE_DMA32 }, false },
	{ { 3000, 0, SLUBX_CACHE_DMA32 }, { 3000, 0, SLUBX_CACHE_DMA32 }, true },
	/* These are alone, first or second, even with their like. */
	{ { 3000, 0, SLUBX_NO_MERGE }, { 3000 }, false },
	{ { 3000 }, { 3000, 0, SLUBX_NO_MERGE }, false },
	{ { 3000, 0, SLUBX_TYPESAFE_BY_RCU }, { 3000 }, false },
	{ { 3000, 0, SLUBX_TYPESAFE_BY_RCU },
	  { 3000, 0, SLUBX_TYPESAFE_BY_RCU },
	  false },
	{ { 3000 }, { 3000, 0, SLUBX_NOLEAKTRACE }, false },
	{ { 3000, 0, SLUBX_NOLEAKTRACE },
	  { 3000, 0, SLUBX_NOLEAKTRACE },
	  false },
	{ { 3000, .ctor = ctor }, { 3000 }, false },
	{ { 3000 }, { 3000, .ctor = ctor }, false },
	{ { 3000, .ctor = ctor }, { 3000, .ctor = ctor }, false },
	{ { 3000, .usersize = 8 }, { 3000 }, false },
	{ { 3000 }, { 3000, .usersize = 8 }, false },
	{ { 3000, .usersize = 8 }, { 3000, .usersize = 8 }, false },
	/* These don't matter. */
	{ { 3000 }, { 3000, 0, SLUBX_PANIC }, true },
	{ { 3000, 0, SLUBX_NO_USER_FLAGS }, { 3000 }, true },
};

static void expect_pair(struct kunit *test, const struct pair *p, bool share)
{
	struct slubx_kmem_cache *a = slubx_test_keep(test, create(&p->first));
	struct slubx_kmem_cache *b = slubx_test_keep(test, create(&p->second));
	unsigned int i = p - pairs;

	KUNIT_EXPECT_EQ_MSG(test, a == b, share, "pair %u", i);
	KUNIT_EXPECT_EQ_MSG(test, a->refcount, 1 + share, "pair %u", i);
	KUNIT_EXPECT_EQ_MSG(test, a->layout.object_size,
			    share ? max(p->first.size, p->second.size) :
				    p->first.size,
			    "pair %u", i);
	EXPECT_VALID(test, cache, a);
	EXPECT_VALID(test, cache, b);
	slubx_test_destroy(test, b);
	slubx_test_destroy(test, a);
}

static void merge_table(struct kunit *test)
{
	struct slubx_test_census before;
	const struct pair *p;

	slubx_test_census(test, &before);
	for (p = pairs; p < pairs + ARRAY_SIZE(pairs); p++)
		expect_pair(test, p, p->share);
	EXPECT_UNCHANGED(test, &before);
}

static void nomerge_table(struct kunit *test)
{
	const struct pair *p;

	slubx_nomerge = true;
	for (p = pairs; p < pairs + ARRAY_SIZE(pairs); p++)
		expect_pair(test, p, false);
}

/* A small object shares as a large one does. */
static void merge_small(struct kunit *test)
{
	const struct pair small[] = {
		{ { 8 }, { 1 }, true },
		{ { 1 }, { 8 }, true },
		{ { 8 }, { 9 }, false },
		{ { 32 }, { 32, 0, SLUBX_HWCACHE_ALIGN }, true },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(small); i++) {
		struct slubx_kmem_cache *a, *b;

		a = slubx_test_keep(test, create(&small[i].first));
		b = slubx_test_keep(test, create(&small[i].second));
		KUNIT_EXPECT_EQ(test, a == b, small[i].share);
		slubx_test_destroy(test, b);
		slubx_test_destroy(test, a);
	}
}

/* A client of such a size would be given slubx's own structs to free. */
static void merge_never_with_own_caches(struct kunit *test)
{
	static const char *const own[] = { "slubx_kmem_cache",
					   "slubx_kmem_cache_node",
					   "slubx_alias" };
	struct slubx_kmem_cache *s, *mine;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(own); i++) {
		s = slubx_test_find(own[i]);
		KUNIT_ASSERT_NOT_NULL(test, s);
		mine = slubx_test_keep(
			test, slubx_kmem_cache_create(
				      "mine", s->layout.size, 0,
				      s->flags & SLUBX_HWCACHE_ALIGN, NULL));
		KUNIT_EXPECT_PTR_NE(test, mine, s);
		slubx_test_destroy(test, mine);
	}
}

static void merge_never_with_a_zombie(struct kunit *test)
{
	const struct kind kind = { 3000 };
	struct slubx_kmem_cache *s = slubx_test_keep(test, create(&kind));
	void *x = slubx_kmem_cache_alloc(s, GFP_KERNEL);
	struct slubx_kmem_cache *heir;

	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
	heir = slubx_test_keep(test, create(&kind));
	KUNIT_EXPECT_PTR_NE(test, heir, s);
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
}

/* ---- What sharing means -------------------------------------------------- */

/* Objects of all clients are as large, and zeroed, as the largest asks. */
static void sharing_takes_the_largest(struct kunit *test)
{
	const struct kind kinds[] = { { 2994 }, { 3000 }, { 2997 }, { 2993 } };
	const unsigned int largest[] = { 2994, 3000, 3000, 3000 };
	struct slubx_kmem_cache *s, *first = NULL;
	unsigned int i, byte, set;
	u8 *x;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		s = slubx_test_keep(test, create(&kinds[i]));
		first = first ?: s;
		KUNIT_ASSERT_PTR_EQ(test, s, first);
		KUNIT_EXPECT_EQ(test, slubx_kmem_cache_size(s), largest[i]);
		EXPECT_VALID(test, cache, s);

		x = slubx_kmem_cache_alloc(s, GFP_KERNEL);
		memset(x, 0xff, largest[i]);
		slubx_kmem_cache_free(s, x);
		x = slubx_kmem_cache_zalloc(s, GFP_KERNEL);
		for (byte = 0, set = 0; byte < largest[i]; byte++)
			set += !!x[byte];
		KUNIT_EXPECT_EQ(test, set, 0U);
		slubx_kmem_cache_free(s, x);
	}
}

/* An object that was there before the others came is left alone. */
static void sharing_keeps_objects(struct kunit *test)
{
	const struct kind kinds[] = { { 2994 }, { 3000 }, { 2993 } };
	struct slubx_kmem_cache *s = slubx_test_keep(test, create(&kinds[0]));
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 2);
	struct slubx_test_census before;
	unsigned int i;

	slubx_test_census(test, &before);
	for (i = 1; i < 3; i++)
		KUNIT_EXPECT_PTR_EQ(
			test, slubx_test_keep(test, create(&kinds[i])), s);
	KUNIT_EXPECT_EQ(test, s->refcount, 3);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));

	/* Whoever destroys first: to slubx they are all the same. */
	for (i = 1; i < 3; i++) {
		EXPECT_ERRORS(test, 0, slubx_test_destroy(test, s));
		KUNIT_EXPECT_EQ(test, s->refcount, 3 - (int)i);
		KUNIT_EXPECT_TRUE(test, slubx_test_listed(s));
		KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
		EXPECT_VALID(test, cache, s);
	}
	slubx_test_herd_free_all(herd);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(merge_table),
	KUNIT_CASE(nomerge_table),
	KUNIT_CASE(merge_small),
	KUNIT_CASE(merge_never_with_own_caches),
	KUNIT_CASE(merge_never_with_a_zombie),
	KUNIT_CASE(sharing_takes_the_largest),
	KUNIT_CASE(sharing_keeps_objects),
	{},
};

struct kunit_suite slubx_merge_suite = {
	.name = "slubx_merge",
	.init = merge_init,
	.exit = merge_exit,
	.test_cases = cases,
};
