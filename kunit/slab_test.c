// SPDX-License-Identifier: GPL-2.0
/*
 * slab_test.c - a new slab: its fields, objects, order and place. What becomes
 * of its pages is in slab_page_test.c.
 */
#include <linux/bitmap.h>

#include "scene.h"
#include "../slubx/fault.h"

/* A size whose slabs are of order 1 or more, but need not be. */
#define SIZE_WITH_FALLBACK 512

static struct slubx_slab *new_slab(struct kunit *test,
				   struct slubx_kmem_cache *s)
{
	return slubx_scene_slab(test, s, NUMA_NO_NODE, 0, NULL);
}

static void expect_slabs(struct kunit *test, struct slubx_kmem_cache *s,
			 int node, long slabs, long objects)
{
	struct slubx_kmem_cache_node *n = s->node[node];

	KUNIT_EXPECT_EQ(test, atomic_long_read(&n->nr_slabs), slabs);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&n->total_objects), objects);
	KUNIT_EXPECT_EQ(test, n->nr_partial, 0UL);
}

static void new_fields(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	unsigned int objects = s->layout.oo.objects;
	struct slubx_slab *slab = new_slab(test, s);
	int node = slubx_slab_nid(slab);

	EXPECT_VALID(test, slab, slab);
	KUNIT_EXPECT_EQ(test, slab->__page_mark, SLUBX_PAGE_MARK);
	KUNIT_EXPECT_TRUE(test, slubx_slab_is_ours(slab));
	KUNIT_EXPECT_PTR_EQ(test, slab->slab_cache, s);
	EXPECT_COUNTERS(test, slab, 0, 1);
	KUNIT_EXPECT_EQ(test, slab->fc.counters.objects + 0U, objects);
	KUNIT_EXPECT_EQ(test, slab->fc.counters.pfmemalloc + 0U, 0U);
	KUNIT_EXPECT_EQ(test, slubx_scene_length(s, slab->fc.freelist),
			objects);
	KUNIT_EXPECT_EQ(test, slubx_slab_order(slab), s->layout.oo.order);
	expect_slabs(test, s, node, 1, objects);
	EXPECT_EVENTS(test, s, { ALLOC_SLAB, 1 });

	slubx_slab_free(s, slab);
	expect_slabs(test, s, node, 0, 0);
	EXPECT_EVENTS(test, s, { FREE_SLAB, 1 });
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

/* ---- Objects -------------------------------------------------------------*/

static void expect_objects(struct kunit *test, struct slubx_kmem_cache *s,
			   struct slubx_slab *slab, unsigned long *map)
{
	unsigned int i, objects = slab->fc.counters.objects, length = 0;
	void *base = slubx_slab_address(slab);
	void *end = base + (PAGE_SIZE << slubx_slab_order(slab));
	void *x = slab->fc.freelist;

	bitmap_zero(map, objects);
	for (; x && length < objects; x = slubx_freelist_next(s, x)) {
		length++;
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)x,
						   s->layout.align));
		KUNIT_EXPECT_TRUE(test, x >= base && x + s->layout.size <= end);
		i = slubx_slab_index(slab, x);
		KUNIT_ASSERT_LT(test, i, objects);
		KUNIT_EXPECT_PTR_EQ(test, slubx_slab_object(slab, i), x);
		KUNIT_EXPECT_PTR_EQ(test, slubx_virt_to_slab(x), slab);
		KUNIT_EXPECT_FALSE(test, __test_and_set_bit(i, map));
	}
	KUNIT_EXPECT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, length, objects);
	KUNIT_EXPECT_TRUE(test, bitmap_full(map, objects));
}

static void new_objects_distinct_and_in_bounds(struct kunit *test)
{
	static const struct {
		unsigned int size, align;
	} cuts[] = { { 1, 0 },	  { 8, 0 },	 { 24, 0 },    { 100, 64 },
		     { 192, 0 },  { 256, 4096 }, { 1000, 0 },  { 2048, 2048 },
		     { 4096, 0 }, { 20000, 16 }, { 100000, 0 } };
	unsigned long *map =
		kunit_kcalloc(test, BITS_TO_LONGS(SLUBX_MAX_OBJS_PER_SLAB),
			      sizeof(long), GFP_KERNEL);
	struct slubx_kmem_cache *s;
	struct slubx_slab *slab;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, map);
	for (i = 0; i < ARRAY_SIZE(cuts); i++) {
		s = slubx_test_keep(test, slubx_kmem_cache_create(
						  "slubx_scene", cuts[i].size,
						  cuts[i].align, SLUBX_NO_MERGE,
						  NULL));
		slab = new_slab(test, s);
		EXPECT_VALID(test, slab, slab);
		expect_objects(test, s, slab, map);
		slubx_slab_free(s, slab);
	}
}

static void new_shuffles(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 8, 0);
	unsigned int i, objects = s->layout.oo.objects, steps = 0;
	struct slubx_slab *slab = new_slab(test, s);
	void *x = slab->fc.freelist, *next;

	if (!SLUBX_RANDOM) {
		slubx_slab_free(s, slab);
		kunit_skip(test, "built without SLUBX_RANDOM");
	}
	for (i = 1; i < objects; i++, x = next) {
		next = slubx_freelist_next(s, x);
		steps += next == x + s->layout.size;
	}
	/* In order it would be objects - 1. */
	KUNIT_EXPECT_LT(test, steps, objects / 4);
	slubx_slab_free(s, slab);
}

#define MAGIC 0x5ab5ab5ab5ab5abUL

static unsigned int constructed;

static void construct(void *x)
{
	constructed++;
	*(unsigned long *)x += MAGIC;
}

/* Runs over all objects, free ones too: their pointer is behind the object. */
static void expect_magic(struct kunit *test, struct slubx_slab *slab,
			 unsigned long magic)
{
	unsigned int i;

	for (i = 0; i < slab->fc.counters.objects; i++)
		KUNIT_EXPECT_EQ(test,
				*(unsigned long *)slubx_slab_object(slab, i),
				magic);
}

static void ctor_once_a_slab_life(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(
		test, slubx_kmem_cache_create("slubx_scene", 64, 0,
					      SLUBX_NO_MERGE, construct));
	unsigned int i, objects = s->layout.oo.objects;
	struct slubx_slab *slab;
	void *x;

	constructed = 0;
	slab = new_slab(test, s);
	KUNIT_EXPECT_EQ(test, constructed, objects);
	for (i = 0; i < objects; i++)
		*(unsigned long *)slubx_slab_object(slab, i) = MAGIC;
	slubx_node_put(s, slab, NULL);
	for (i = 0; i < 3 * objects; i++) {
		x = slubx_scene_alloc(test, s);
		KUNIT_EXPECT_EQ(test, *(unsigned long *)x, MAGIC);
		slubx_kmem_cache_free(s, x);
	}
	KUNIT_EXPECT_EQ(test, constructed, objects);
	expect_magic(test, slab, MAGIC);
	EXPECT_VALID(test, cache, s);

	slubx_kmem_cache_shrink(s);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
	slab = new_slab(test, s);
	KUNIT_EXPECT_EQ(test, constructed, 2 * objects);
	slubx_slab_free(s, slab);
}

/* ---- Order and memory ----------------------------------------------------*/

static void order_falls_back(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_scene_cache(test, SIZE_WITH_FALLBACK, 0);
	struct slubx_slab *small, *slab;

	if (s->layout.min.order == s->layout.oo.order)
		kunit_skip(test, "orders are all alike here");
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, 1);
	small = new_slab(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_SLAB, 1 }, { ORDER_FALLBACK, 1 });
	KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_PAGE_PREFERRED), 1U);
	KUNIT_EXPECT_EQ(test, slubx_slab_order(small), s->layout.min.order);
	KUNIT_EXPECT_EQ(test, small->fc.counters.objects + 0U,
			s->layout.min.objects);
	KUNIT_EXPECT_EQ(test, page_ref_count(slubx_slab_page(small)),
			(int)s->layout.min.objects + 1);
	EXPECT_VALID(test, slab, small);

	slab = new_slab(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_SLAB, 1 });
	KUNIT_EXPECT_EQ(test, slubx_slab_order(slab), s->layout.oo.order);
	slubx_slab_free(s, slab);
	slubx_slab_free(s, small);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

static void no_memory_changes_nothing(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	int node;

	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, 1);
	slubx_fault_arm(SLUBX_FAULT_PAGE_MIN, 0, 1);
	EXPECT_ERRORS(test, 0,
		      KUNIT_EXPECT_NULL(test, slubx_slab_new(s, GFP_KERNEL,
							     NUMA_NO_NODE)));
	KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_PAGE_PREFERRED), 1U);
	KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_PAGE_MIN), 1U);
	EXPECT_NO_EVENTS(test, s);
	for_each_node_state(node, N_NORMAL_MEMORY)
		expect_slabs(test, s, node, 0, 0);
	EXPECT_VALID(test, cache, s);
}

/* Orders beyond what the page allocator has at hand: no line in the log. */
static void new_on_each_node(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	struct slubx_slab *slab;
	int node;

	for_each_node_state(node, N_NORMAL_MEMORY) {
		slab = slubx_slab_new(s, GFP_KERNEL | __GFP_THISNODE, node);
		KUNIT_ASSERT_NOT_NULL(test, slab);
		KUNIT_EXPECT_EQ(test, slubx_slab_nid(slab), node);
		expect_slabs(test, s, node, 1, s->layout.oo.objects);
		slubx_slab_free(s, slab);
		expect_slabs(test, s, node, 0, 0);
	}
}

/* ---- Flags ---------------------------------------------------------------*/

/* What a slab with @gfp makes of it: @errors reports, and a slab like any. */
static void expect_gfp(struct kunit *test, struct slubx_kmem_cache *s,
		       gfp_t gfp, int errors)
{
	struct slubx_slab *slab;

	EXPECT_ERRORS(test, errors,
		      slab = slubx_slab_new(s, gfp, NUMA_NO_NODE));
	KUNIT_ASSERT_NOT_NULL(test, slab);
	EXPECT_VALID(test, slab, slab);
	KUNIT_EXPECT_EQ(test, slubx_slab_order(slab), s->layout.oo.order);
	slubx_slab_free(s, slab);
}

/* The page allocator of a debug kernel would complain of some of these. */
static void gfp_not_for_pages_is_dropped(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 512, 0);

	expect_gfp(test, s, GFP_KERNEL | __GFP_ACCOUNT, 0);
	expect_gfp(test, s, GFP_KERNEL | __GFP_ZERO, 0);
	expect_gfp(test, s, GFP_KERNEL | __GFP_MOVABLE, 0);
	expect_gfp(test, s, GFP_ATOMIC, 0);
	expect_gfp(test, s, GFP_KERNEL | __GFP_NOFAIL, 0);
	EXPECT_EVENTS(test, s, { ALLOC_SLAB, 5 }, { FREE_SLAB, 5 });
}

static void gfp_senseless_is_reported(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 512, 0);

	expect_gfp(test, s, GFP_KERNEL | __GFP_HIGHMEM, 1);
	expect_gfp(test, s, GFP_KERNEL | __GFP_DMA32, 1);
	expect_gfp(test, s, GFP_KERNEL | (__force gfp_t)BIT(31), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&s->errors), 3);
}

static void zone_is_the_caches(struct kunit *test)
{
	struct slubx_kmem_cache *s;
	struct slubx_slab *slab;

	s = slubx_scene_cache(test, 256, SLUBX_CACHE_DMA32);
	slab = new_slab(test, s);
	KUNIT_EXPECT_LT(test, page_to_pfn(slubx_slab_page(slab)),
			1UL << (32 - PAGE_SHIFT));
	slubx_slab_free(s, slab);
	if (!IS_ENABLED(CONFIG_ZONE_DMA))
		return;
	s = slubx_scene_cache(test, 256, SLUBX_CACHE_DMA);
	slab = new_slab(test, s);
	KUNIT_EXPECT_LT(test, page_to_pfn(slubx_slab_page(slab)),
			1UL << (24 - PAGE_SHIFT));
	slubx_slab_free(s, slab);
}

/* ---- The invariant -------------------------------------------------------*/

/* Each of these must not go unseen by the checks of all other cases. */
static void valid_finds_faults(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	struct slubx_slab *slab = new_slab(test, s);
	void *x = slab->fc.freelist, *next = slubx_freelist_next(s, x);

	EXPECT_VALID(test, slab, slab);
	slab->fc.counters.inuse = 1;
	KUNIT_EXPECT_FALSE(test, slubx_slab_valid(slab));
	slab->fc.counters.inuse = 0;

	slubx_freelist_link(s, x, x); /* a loop has as many steps as objects */
	slab->fc.counters.inuse = 1;
	KUNIT_EXPECT_FALSE(test, slubx_slab_valid(slab));
	slab->fc.counters.inuse = 0;

	slubx_freelist_link(s, x, NULL);
	KUNIT_EXPECT_FALSE(test, slubx_slab_valid(slab));
	slubx_freelist_link(s, x, slubx_slab_address(slab) - 8);
	KUNIT_EXPECT_FALSE(test, slubx_slab_valid(slab));
	slubx_freelist_link(s, x, next);

	slab->__page_mark = SLUBX_PAGE_NO_MARK;
	KUNIT_EXPECT_FALSE(test, slubx_slab_valid(slab));
	slab->__page_mark = SLUBX_PAGE_MARK;
	page_ref_dec(slubx_slab_page(slab));
	KUNIT_EXPECT_FALSE(test, slubx_slab_valid(slab));
	page_ref_inc(slubx_slab_page(slab));
	EXPECT_VALID(test, slab, slab);
	slubx_slab_free(s, slab);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(new_fields),
	KUNIT_CASE(new_objects_distinct_and_in_bounds),
	KUNIT_CASE(new_shuffles),
	KUNIT_CASE(ctor_once_a_slab_life),
	KUNIT_CASE(order_falls_back),
	KUNIT_CASE(no_memory_changes_nothing),
	KUNIT_CASE(new_on_each_node),
	KUNIT_CASE(gfp_not_for_pages_is_dropped),
	KUNIT_CASE(gfp_senseless_is_reported),
	KUNIT_CASE(zone_is_the_caches),
	KUNIT_CASE(valid_finds_faults),
	{},
};

SLUBX_SCENE_SUITE(slab, cases);
