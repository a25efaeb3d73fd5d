// SPDX-License-Identifier: GPL-2.0
/*
 * bulk_test.c - many objects at once: all or none, in as few steps as slabs, and
 * what must not be freed is left out.
 */
#include <linux/sort.h>

#include "scene.h"
#include "../slubx/fault.h"

#define SIZE  256
#define SLABS 5

struct bed {
	struct slubx_kmem_cache *s;
	struct slubx_kmem_cache_cpu *c;
	struct slubx_kmem_cache_node *n;
	unsigned int objects; /* of a slab */
	unsigned int count;   /* of SLABS slabs */
	void **x;	      /* room for so many, and one */
	void **copy;
};

static struct bed *make_bed_of(struct kunit *test, struct slubx_kmem_cache *s)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	bed->s = s;
	bed->c = slubx_scene_this_cpu(s);
	bed->n = s->node[numa_mem_id()];
	bed->objects = s->layout.oo.objects;
	bed->count = SLABS * bed->objects;
	bed->x =
		kunit_kcalloc(test, bed->count + 1, sizeof(void *), GFP_KERNEL);
	bed->copy =
		kunit_kcalloc(test, bed->count + 1, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bed->x);
	KUNIT_ASSERT_NOT_NULL(test, bed->copy);
	return bed;
}

static struct bed *make_bed(struct kunit *test)
{
	return make_bed_of(test, slubx_scene_cache(test, SIZE, 0));
}

/* Nobody has an object of the cache. */
static void expect_unused(struct kunit *test, struct bed *bed)
{
	EXPECT_VALID(test, cache, bed->s);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(bed->s), 0);
}

static void get(struct kunit *test, struct bed *bed, unsigned int count)
{
	KUNIT_ASSERT_TRUE(test, slubx_kmem_cache_alloc_bulk(bed->s, GFP_KERNEL,
							    count, bed->x));
	memcpy(bed->copy, bed->x, count * sizeof(void *));
	slubx_stat_clear(bed->s);
}

static int by_address(const void *a, const void *b)
{
	void *const *x = a, *const *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* So many objects of the cache, and none of them twice. */
static void expect_distinct(struct kunit *test, struct bed *bed,
			    unsigned int count)
{
	unsigned int i;

	memcpy(bed->copy, bed->x, count * sizeof(void *));
	sort(bed->copy, count, sizeof(void *), by_address, NULL);
	for (i = 0; i < count; i++) {
		struct slubx_slab *slab = slubx_virt_to_slab(bed->copy[i]);

		KUNIT_ASSERT_NOT_NULL(test, slab);
		KUNIT_EXPECT_PTR_EQ(test, slab->slab_cache, bed->s);
		KUNIT_EXPECT_PTR_EQ(
			test, bed->copy[i],
			slubx_slab_object(
				slab, slubx_slab_index(slab, bed->copy[i])));
		if (i)
			KUNIT_EXPECT_PTR_NE(test, bed->copy[i],
					    bed->copy[i - 1]);
	}
}

/* ---- Allocation ----------------------------------------------------------*/

static void alloc_of_none(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	KUNIT_EXPECT_FALSE(test, slubx_kmem_cache_alloc_bulk(bed->s, GFP_KERNEL,
							     0, bed->x));
	slubx_kmem_cache_free_bulk(bed->s, 0, bed->x);
	slubx_kmem_cache_free_bulk(bed->s, 0, NULL);
	EXPECT_NO_EVENTS(test, bed->s);
	KUNIT_EXPECT_NULL(test, bed->x[0]);
}

/* What the cpu has is given in its order, in one step. */
static void alloc_from_the_cpu_freelist(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i, count = bed->objects - 2;
	unsigned long tid;
	void *x;

	slubx_kmem_cache_free(bed->s, slubx_scene_alloc(test, bed->s));
	slubx_stat_clear(bed->s);
	for (i = 0, x = bed->c->freelist; i < count; i++) {
		bed->copy[i] = x;
		x = slubx_freelist_next(bed->s, x);
	}
	tid = bed->c->tid;
	KUNIT_EXPECT_TRUE(test, slubx_kmem_cache_alloc_bulk(bed->s, GFP_KERNEL,
							    count, bed->x));
	if (slubx_lockless())
		KUNIT_EXPECT_EQ(test, bed->c->tid, tid + SLUBX_TID_STEP);
	EXPECT_EVENTS(test, bed->s, { ALLOC_FASTPATH, count });
	for (i = 0; i < count; i++)
		KUNIT_EXPECT_PTR_EQ(test, bed->x[i], bed->copy[i]);
	KUNIT_EXPECT_PTR_EQ(test, bed->c->freelist, x);
	EXPECT_VALID(test, cache, bed->s);
	slubx_kmem_cache_free_bulk(bed->s, count, bed->x);
	expect_unused(test, bed);
}

static void alloc_of_many_slabs(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	KUNIT_EXPECT_TRUE(test,
			  slubx_kmem_cache_alloc_bulk(bed->s, GFP_KERNEL,
						      bed->count, bed->x));
	/* A slab is full when the next one comes. */
	EXPECT_EVENTS(test, bed->s, { ALLOC_SLOWPATH, SLABS },
		      { ALLOC_FASTPATH, bed->count - SLABS },
		      { ALLOC_SLAB, SLABS }, { DEACTIVATE_BYPASS, SLABS - 1 });
	expect_distinct(test, bed, bed->count);
	EXPECT_VALID(test, cache, bed->s);
	slubx_kmem_cache_free_bulk(bed->s, bed->count, bed->x);
	expect_unused(test, bed);
}

/* All rungs: the cpu slab, what others freed to it, listed slabs, new ones. */
static void alloc_climbs_the_ladder(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int first = bed->objects / 2;

	slubx_scene_listed(test, bed->s, numa_mem_id(), 1, bed->x + first);
	first++;
	slubx_scene_alloc_many(test, bed->s, bed->x, bed->objects / 2);
	slubx_stat_clear(bed->s);
	KUNIT_EXPECT_TRUE(test, slubx_kmem_cache_alloc_bulk(bed->s, GFP_KERNEL,
							    bed->count - first,
							    bed->x + first));
	expect_distinct(test, bed, bed->count);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(bed->s), SLABS + 0UL);
	EXPECT_VALID(test, cache, bed->s);
	slubx_kmem_cache_free_bulk(bed->s, bed->count, bed->x);
	expect_unused(test, bed);
}

/* Whichever page is missing: nothing is given, and nothing kept. */
static void alloc_of_all_or_none(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i;

	for (i = 0; i < SLABS; i++) {
		slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, i, SLABS);
		slubx_fault_arm(SLUBX_FAULT_PAGE_MIN, 0, SLABS);
		KUNIT_EXPECT_FALSE(test,
				   slubx_kmem_cache_alloc_bulk(
					   bed->s, GFP_KERNEL | __GFP_NOWARN,
					   bed->count, bed->x));
		slubx_fault_disarm();
		EXPECT_VALID(test, cache, bed->s);
		KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(bed->s), 0);
	}
	get(test, bed, bed->count);
	slubx_kmem_cache_free_bulk(bed->s, bed->count, bed->x);
	expect_unused(test, bed);
}

static unsigned int constructed;

static void construct(void *x)
{
	memset(x, 0xc7, SIZE);
	constructed++;
}

static unsigned int count_filled(struct bed *bed, int byte)
{
	unsigned int i, filled = 0;

	for (i = 0; i < bed->count; i++)
		filled += !memchr_inv(bed->x[i], byte, SIZE);
	return filled;
}

static void alloc_zeroed(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i, round;

	for (round = 0; round < 2; round++) {
		KUNIT_ASSERT_TRUE(test, slubx_kmem_cache_alloc_bulk(
						bed->s, GFP_KERNEL | __GFP_ZERO,
						bed->count, bed->x));
		KUNIT_EXPECT_EQ(test, count_filled(bed, 0), bed->count);
		for (i = 0; i < bed->count; i++)
			memset(bed->x[i], 0xa5, SIZE);
		slubx_kmem_cache_free_bulk(bed->s, bed->count, bed->x);
	}
	expect_unused(test, bed);
}

/* A constructor's work survives a free and an allocation. */
static void alloc_constructed(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(
		test, slubx_kmem_cache_create("slubx_bulk_ctor", SIZE, 0,
					      SLUBX_NO_MERGE, construct));
	struct bed *bed = make_bed_of(test, s);
	unsigned int round;

	constructed = 0;
	for (round = 0; round < 3; round++) {
		get(test, bed, bed->count);
		KUNIT_EXPECT_EQ(test, count_filled(bed, 0xc7), bed->count);
		slubx_kmem_cache_free_bulk(s, bed->count, bed->x);
	}
	KUNIT_EXPECT_GE(test, constructed, bed->count);
	expect_unused(test, bed);
}

/* ---- Frees ---------------------------------------------------------------*/

static void free_to_the_cpu_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned long tid;

	get(test, bed, bed->objects - 1);
	tid = bed->c->tid;
	slubx_kmem_cache_free_bulk(bed->s, bed->objects - 1, bed->x);
	KUNIT_EXPECT_EQ(test, bed->c->tid, tid + SLUBX_TID_STEP);
	EXPECT_EVENTS(test, bed->s, { FREE_FASTPATH, bed->objects - 1 });
	/* Freed last, first out: as one by one, from the end. */
	KUNIT_EXPECT_PTR_EQ(test, bed->c->freelist, bed->copy[0]);
	KUNIT_EXPECT_EQ(test, slubx_scene_length(bed->s, bed->c->freelist),
			bed->objects);
	expect_unused(test, bed);
}

static void free_to_a_listed_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int used = bed->objects - 1;
	struct slubx_slab *slab;

	slab = slubx_scene_listed(test, bed->s, numa_mem_id(), used, bed->x);
	slubx_stat_clear(bed->s);
	slubx_kmem_cache_free_bulk(bed->s, used - 1, bed->x);
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, used - 1 });
	EXPECT_COUNTERS(test, slab, 1, 0);
	EXPECT_LIST(test, bed->n, slab);
	EXPECT_VALID(test, cache, bed->s);
	slubx_kmem_cache_free(bed->s, bed->x[used - 1]);
	expect_unused(test, bed);
}

/* From full to empty in one step: the cpu's, or nobody's. */
static void free_of_a_whole_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab;

	slab = slubx_scene_listed(test, bed->s, numa_mem_id(), bed->objects,
				  bed->x);
	slubx_stat_clear(bed->s);
	slubx_kmem_cache_free_bulk(bed->s, bed->objects, bed->x);
	if (slubx_has_cpu_partial(bed->s)) {
		EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, bed->objects },
			      { CPU_PARTIAL_FREE, 1 });
		EXPECT_COUNTERS(test, slab, 0, 1);
		KUNIT_EXPECT_PTR_EQ(test, bed->c->partial, slab);
	} else {
		EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, bed->objects },
			      { FREE_ADD_PARTIAL, 1 });
		EXPECT_LIST(test, bed->n, slab);
	}
	expect_unused(test, bed);
}

static void free_of_the_rest_of_a_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	WRITE_ONCE(bed->s->min_partial, 0);
	slubx_scene_listed(test, bed->s, numa_mem_id(), 3, bed->x);
	slubx_stat_clear(bed->s);
	slubx_kmem_cache_free_bulk(bed->s, 3, bed->x);
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, 3 },
		      { FREE_REMOVE_PARTIAL, 1 }, { FREE_SLAB, 1 });
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(bed->s), 0UL);
	EXPECT_VALID(test, cache, bed->s);
}

/*
 * Of the cpu's slab and of another, in turn: what lies between is passed over,
 * so that each exchange takes four or more.
 */
static void free_of_slabs_in_turn(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i, used = bed->objects - 1;
	struct slubx_slab *slab;
	unsigned long tid;

	get(test, bed, used);
	slab = slubx_scene_listed(test, bed->s, numa_mem_id(), used,
				  bed->copy + used);
	for (i = 0; i < 2 * used; i++)
		bed->x[i] = bed->copy[i % 2 * used + i / 2];
	slubx_stat_clear(bed->s);
	tid = bed->c->tid;
	slubx_kmem_cache_free_bulk(bed->s, 2 * used, bed->x);
	EXPECT_EVENTS(test, bed->s, { FREE_FASTPATH, used },
		      { FREE_SLOWPATH, used });
	KUNIT_EXPECT_LE(test, bed->c->tid - tid,
			DIV_ROUND_UP(used, 4) * (unsigned long)SLUBX_TID_STEP);
	EXPECT_COUNTERS(test, slab, 0, 0);
	expect_unused(test, bed);
}

static void shuffle(struct kunit *test, void **x, unsigned int count)
{
	while (count > 1) {
		u32 other = slubx_test_random(test, count--);

		swap(x[other], x[count]);
	}
}

static void free_in_any_order(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int round, done, count;

	for (round = 0; round < 20; round++) {
		get(test, bed, bed->count);
		shuffle(test, bed->x, bed->count);
		for (done = 0; done < bed->count; done += count) {
			count = 1 + slubx_test_random(test, bed->count - done);
			slubx_kmem_cache_free_bulk(bed->s, count,
						   bed->x + done);
			EXPECT_VALID(test, cache, bed->s);
		}
		KUNIT_EXPECT_EQ(test,
				slubx_stat_sum(bed->s, FREE_FASTPATH) +
					slubx_stat_sum(bed->s, FREE_SLOWPATH),
				bed->count + 0UL);
	}
	expect_unused(test, bed);
}

static void free_all(void *data)
{
	struct bed *bed = data;

	slubx_kmem_cache_free_bulk(bed->s, bed->count, bed->x);
}

static void free_on_another_cpu(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct bed *bed = make_bed(test);

	get(test, bed, bed->count);
	slubx_test_on_cpu(test, other, free_all, bed);
	KUNIT_EXPECT_EQ(test, slubx_stat_sum(bed->s, FREE_SLOWPATH),
			bed->count + 0UL);
	EXPECT_VALID(test, cache, bed->s);
	/* The slab that is this cpu's is so still. */
	EXPECT_COUNTERS(test, bed->c->slab, 0, 1);
	expect_unused(test, bed);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(alloc_of_none),
	KUNIT_CASE(alloc_from_the_cpu_freelist),
	KUNIT_CASE(alloc_of_many_slabs),
	KUNIT_CASE(alloc_climbs_the_ladder),
	KUNIT_CASE(alloc_of_all_or_none),
	KUNIT_CASE(alloc_zeroed),
	KUNIT_CASE(alloc_constructed),
	KUNIT_CASE(free_to_the_cpu_slab),
	KUNIT_CASE(free_to_a_listed_slab),
	KUNIT_CASE(free_of_a_whole_slab),
	KUNIT_CASE(free_of_the_rest_of_a_slab),
	KUNIT_CASE(free_of_slabs_in_turn),
	KUNIT_CASE(free_in_any_order),
	KUNIT_CASE(free_on_another_cpu),
	{},
};

SLUBX_SCENE_SUITE(bulk, cases);
