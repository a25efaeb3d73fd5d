// SPDX-License-Identifier: GPL-2.0
/*
 * node_list_test.c - a node's whole list: sorted, emptied, counted, checked.
 */
#include "scene.h"
#include "../slubx/fault.h"

static struct slubx_slab *listed(struct kunit *test, struct slubx_kmem_cache *s,
				 unsigned int used)
{
	return slubx_scene_listed(test, s, numa_mem_id(), used, NULL);
}

static struct slubx_kmem_cache_node *here(struct slubx_kmem_cache *s)
{
	return s->node[numa_mem_id()];
}

/* Fullest first; those with the same number stay as they were. */
static void shrink_sorts(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	unsigned int i, objects = s->layout.oo.objects;
	static const unsigned int free[] = { 3, 1, 5, 1, 2 };
	struct slubx_slab *slabs[ARRAY_SIZE(free)];

	KUNIT_ASSERT_GT(test, objects, 5);
	for (i = 0; i < ARRAY_SIZE(free); i++)
		slabs[i] = listed(test, s, objects - free[i]);
	EXPECT_LIST(test, here(s), slabs[0], slabs[1], slabs[2], slabs[3],
		    slabs[4]);
	slubx_stat_clear(s);
	slubx_node_shrink(s, here(s));
	EXPECT_NO_EVENTS(test, s);
	/* Each bucket is a stack, so the equal ones turn round. */
	EXPECT_LIST(test, here(s), slabs[3], slabs[1], slabs[4], slabs[0],
		    slabs[2]);
	EXPECT_VALID(test, node, s, here(s));
	slubx_scene_free_all(test, s);
}

static void shrink_frees_empty(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	unsigned int objects = s->layout.oo.objects;
	struct slubx_slab *slabs[4];

	slabs[0] = listed(test, s, 0);
	slabs[1] = listed(test, s, 1);
	slabs[2] = listed(test, s, 0);
	slabs[3] = listed(test, s, objects - 1);
	slubx_stat_clear(s);
	slubx_node_shrink(s, here(s));
	EXPECT_EVENTS(test, s, { FREE_SLAB, 2 });
	EXPECT_LIST(test, here(s), slabs[3], slabs[1]);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 2UL);
	EXPECT_VALID(test, node, s, here(s));
	slubx_scene_free_all(test, s);
}

/* Slabs with more than 32 free objects are not sorted and stand behind. */
static void shrink_sorts_up_to_32_free(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 64, 0);
	unsigned int objects = s->layout.oo.objects;
	struct slubx_slab *slabs[5];

	KUNIT_ASSERT_GT(test, objects, 40);
	slabs[0] = listed(test, s, objects - 40);
	slabs[1] = listed(test, s, objects - 33);
	slabs[2] = listed(test, s, objects - 32);
	slabs[3] = listed(test, s, objects - 39);
	slabs[4] = listed(test, s, objects - 1);
	slubx_node_shrink(s, here(s));
	EXPECT_LIST(test, here(s), slabs[4], slabs[2], slabs[0], slabs[1],
		    slabs[3]);
	EXPECT_VALID(test, node, s, here(s));
	slubx_scene_free_all(test, s);
}

static void shrink_touches_its_node_only(struct kunit *test)
{
	int other = slubx_scene_other_node(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	struct slubx_slab *slab = slubx_scene_listed(test, s, other, 0, NULL);

	slubx_node_shrink(s, here(s));
	EXPECT_LIST(test, s->node[other], slab);
	slubx_node_shrink(s, s->node[other]);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

static void drop_empty_keeps_order(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	struct slubx_slab *slabs[5];
	unsigned int i;

	for (i = 0; i < 5; i++)
		slabs[i] = listed(test, s, i & 1 ? 5 - i : 0);
	slubx_stat_clear(s);
	slubx_node_drop_empty(s, here(s));
	EXPECT_EVENTS(test, s, { FREE_SLAB, 3 });
	EXPECT_LIST(test, here(s), slabs[1], slabs[3]);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 2UL);
	EXPECT_VALID(test, node, s, here(s));
	slubx_scene_free_all(test, s);
}

/* ---- Counting ------------------------------------------------------------*/

static void expect_counts(struct kunit *test, struct slubx_kmem_cache_node *n,
			  unsigned long slabs, unsigned long objects,
			  unsigned long inuse)
{
	KUNIT_EXPECT_EQ(test, slubx_node_count_partial(n, SLUBX_PARTIAL_SLABS),
			slabs);
	KUNIT_EXPECT_EQ(test,
			slubx_node_count_partial(n, SLUBX_PARTIAL_OBJECTS),
			objects);
	KUNIT_EXPECT_EQ(test, slubx_node_count_partial(n, SLUBX_PARTIAL_INUSE),
			inuse);
	KUNIT_EXPECT_EQ(test, slubx_node_count_partial(n, SLUBX_PARTIAL_FREE),
			objects - inuse);
}

static void count_partial_is_exact(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 512, 0);
	unsigned int objects = s->layout.oo.objects;
	unsigned int min = s->layout.min.objects;

	expect_counts(test, here(s), 0, 0, 0);
	listed(test, s, 0);
	expect_counts(test, here(s), 1, objects, 0);
	listed(test, s, 3);
	listed(test, s, objects - 1);
	/* A full one is no partial one. */
	listed(test, s, objects);
	expect_counts(test, here(s), 3, 3 * objects, objects + 2);
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, 1);
	listed(test, s, 2);
	expect_counts(test, here(s), 4, 3 * objects + min, objects + 4);
	slubx_scene_free_all(test, s);
}

#define EXACT 10000
#define MORE  100

/* Slabs of one page with two objects: cheap enough to make so many. */
static void count_partial_extrapolates(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 2048, 0);
	unsigned int i;

	if (s->layout.min.objects != 2)
		kunit_skip(test, "a page holds other than two objects");
	WRITE_ONCE(s->min_partial, EXACT + MORE);
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, UINT_MAX / 2);
	for (i = 1; i < EXACT; i++)
		listed(test, s, 1);
	KUNIT_EXPECT_EQ(test, here(s)->nr_partial, EXACT - 1UL);
	expect_counts(test, here(s), EXACT - 1, 2 * (EXACT - 1), EXACT - 1);
	listed(test, s, 1);
	expect_counts(test, here(s), EXACT, 2 * EXACT, EXACT);
	/* The head is taken for the whole: 100 empty ones count as half full. */
	for (i = 0; i < MORE; i++)
		listed(test, s, 0);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), EXACT + MORE + 0UL);
	expect_counts(test, here(s), EXACT + MORE, 2 * (EXACT + MORE),
		      EXACT + MORE);
	slubx_node_drop_empty(s, here(s));
	expect_counts(test, here(s), EXACT, 2 * EXACT, EXACT);
	WRITE_ONCE(s->min_partial, 0);
	slubx_fault_disarm();
	slubx_scene_free_all(test, s);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

/* ---- The invariant -------------------------------------------------------*/

static void valid_finds_faults(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	struct slubx_kmem_cache_node *n = here(s);
	struct slubx_slab *slab = listed(test, s, 1);

	EXPECT_VALID(test, node, s, n);
	n->nr_partial++;
	KUNIT_EXPECT_FALSE(test, slubx_node_valid(s, n));
	n->nr_partial--;
	slab->fc.counters.frozen = 1;
	KUNIT_EXPECT_FALSE(test, slubx_node_valid(s, n));
	slab->fc.counters.frozen = 0;
	atomic_long_set(&n->nr_slabs, 0);
	KUNIT_EXPECT_FALSE(test, slubx_node_valid(s, n));
	atomic_long_set(&n->nr_slabs, 1);
	slab->fc.counters.inuse++;
	KUNIT_EXPECT_FALSE(test, slubx_node_valid(s, n));
	KUNIT_EXPECT_FALSE(test, slubx_cache_valid(s));
	slab->fc.counters.inuse--;
	EXPECT_VALID(test, node, s, n);
	slubx_scene_free_all(test, s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(shrink_sorts),
	KUNIT_CASE(shrink_frees_empty),
	KUNIT_CASE(shrink_sorts_up_to_32_free),
	KUNIT_CASE(shrink_touches_its_node_only),
	KUNIT_CASE(drop_empty_keeps_order),
	KUNIT_CASE(count_partial_is_exact),
	KUNIT_CASE_SLOW(count_partial_extrapolates),
	KUNIT_CASE(valid_finds_faults),
	{},
};

SLUBX_SCENE_SUITE(node_list, cases);
