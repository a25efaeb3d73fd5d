// SPDX-License-Identifier: GPL-2.0
/*
 * shrink_test.c - what is empty goes, the rest stays, the fullest first.
 */
#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/cpu.h"
#include "../slubx/node.h"

static struct slubx_kmem_cache *make(struct kunit *test, unsigned int size)
{
	return slubx_test_keep(test,
			       slubx_kmem_cache_create("shrink_test", size, 0,
						       SLUBX_NO_MERGE, NULL));
}

static void expect_shrink(struct kunit *test, struct slubx_kmem_cache *s,
			  int result, unsigned long slabs)
{
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), result);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), slabs);
	EXPECT_VALID(test, cache, s);
}

static void shrink_unused(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 64);

	expect_shrink(test, s, 0, 0);
	expect_shrink(test, s, 0, 0);
}

/* Also the empty slabs that a node would keep. */
static void shrink_all_free(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 1000);
	struct slubx_test_herd *herd;

	herd = slubx_test_full_slabs(test, s, s->min_partial + 3);
	expect_shrink(test, s, 1, s->min_partial + 3);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	slubx_test_herd_free_all(herd);
	KUNIT_EXPECT_GT(test, slubx_cache_slabs(s), 0UL);
	expect_shrink(test, s, 0, 0);
}

/* One object is enough to hold a slab, and it holds that one only. */
static void shrink_in_use(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 500);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 6);
	struct slubx_slab *slab[6];
	unsigned int i;

	for (i = 0; i < 6; i++) {
		slab[i] = slubx_test_herd_slab(herd, i);
		KUNIT_ASSERT_NOT_NULL(test, slab[i]);
	}
	for (i = 0; i < 6; i++)
		slubx_test_herd_thin(herd, slab[i], i % 3);
	expect_shrink(test, s, 1, 4);
	KUNIT_EXPECT_EQ(test, herd->live, 6U);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 6UL);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	slubx_test_herd_free_all(herd);
	expect_shrink(test, s, 0, 0);
}

static void alloc_and_free(void *data)
{
	struct slubx_kmem_cache *s = data;

	slubx_kmem_cache_free(s, slubx_kmem_cache_alloc(s, GFP_KERNEL));
}

static unsigned int holders(struct slubx_kmem_cache *s)
{
	unsigned int count = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		count += slubx_cpu_holds(s, cpu);
	return count;
}

static void shrink_takes_from_cpus(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 200);

	slubx_test_on_cpus(test, cpu_online_mask, alloc_and_free, s);
	KUNIT_EXPECT_EQ(test, holders(s), num_online_cpus());
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s),
			(unsigned long)num_online_cpus());
	expect_shrink(test, s, 0, 0);
	KUNIT_EXPECT_EQ(test, holders(s), 0U);
}

/* ---- Order ---------------------------------------------------------------*/

/* Free objects to leave in each slab; of 64, those over 32 are not sorted. */
static const unsigned int wanted_free[] = { 20, 40, 1, 32, 3, 50, 33, 2 };
static const unsigned int sorted_free[] = { 1, 2, 3, 20, 32 };

#define SLABS ARRAY_SIZE(wanted_free)

static unsigned int free_of(const struct slubx_slab *slab)
{
	return slab->fc.counters.objects - slab->fc.counters.inuse;
}

static unsigned int free_of_nth(struct slubx_kmem_cache_node *n,
				unsigned int nth)
{
	struct slubx_slab *slab;

	list_for_each_entry(slab, &n->partial, slab_list)
		if (!nth--)
			return free_of(slab);
	return 0;
}

static void shrink_sorts(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 64);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, SLABS);
	struct slubx_kmem_cache_node *n;
	unsigned int objects = s->layout.oo.objects;
	struct slubx_slab *slab[SLABS];
	unsigned int i;
	void *x;

	if (objects <= 50)
		kunit_skip(test, "slabs of %u objects are too small", objects);
	for (i = 0; i < SLABS; i++)
		slab[i] = slubx_test_herd_slab(herd, i);
	KUNIT_ASSERT_NOT_NULL(test, slab[SLABS - 1]);
	n = s->node[slubx_slab_nid(slab[0])];
	for (i = 0; i < SLABS; i++)
		slubx_test_herd_thin(herd, slab[i], objects - wanted_free[i]);

	expect_shrink(test, s, 1, SLABS);
	KUNIT_EXPECT_EQ(test, n->nr_partial, SLABS);
	for (i = 0; i < ARRAY_SIZE(sorted_free); i++)
		KUNIT_EXPECT_EQ(test, free_of_nth(n, i), sorted_free[i]);
	for (; i < SLABS; i++)
		KUNIT_EXPECT_GT(test, free_of_nth(n, i), 32U);

	/* Who allocates now fills the fullest. */
	x = slubx_kmem_cache_alloc_node(s, GFP_KERNEL, slubx_slab_nid(slab[0]));
	KUNIT_EXPECT_PTR_EQ(test, slubx_virt_to_slab(x), slab[2]);
	slubx_kmem_cache_free(s, x);
	slubx_test_herd_free_all(herd);
	expect_shrink(test, s, 0, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(shrink_unused), KUNIT_CASE(shrink_all_free),
	KUNIT_CASE(shrink_in_use), KUNIT_CASE(shrink_takes_from_cpus),
	KUNIT_CASE(shrink_sorts),  {},
};

SLUBX_SUITE(shrink, cases);
