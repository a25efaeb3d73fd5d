// SPDX-License-Identifier: GPL-2.0
/*
 * free_test.c - what becomes of a slab when an object of it is freed on this
 * cpu, and frees that can't be right.
 */
#include <linux/slab.h>

#include "scene.h"

#define SIZE 256

struct bed {
	struct slubx_kmem_cache *s;
	struct slubx_kmem_cache_cpu *c;
	struct slubx_kmem_cache_node *n;
	unsigned int objects; /* of a slab */
	void **x;	      /* room for so many */
};

static struct bed *make_bed(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	bed->s = slubx_scene_cache(test, SIZE, 0);
	bed->c = slubx_scene_this_cpu(bed->s);
	bed->n = bed->s->node[numa_mem_id()];
	bed->objects = bed->s->layout.oo.objects;
	bed->x = kunit_kcalloc(test, bed->objects, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bed->x);
	return bed;
}

/* A slab of this node with @used objects in use, these in @bed->x. */
static struct slubx_slab *listed(struct kunit *test, struct bed *bed,
				 unsigned int used)
{
	struct slubx_slab *slab =
		slubx_scene_listed(test, bed->s, numa_mem_id(), used, bed->x);

	slubx_stat_clear(bed->s);
	return slab;
}

/* ---- What becomes of the slab --------------------------------------------*/

static void to_the_cpu_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab;
	unsigned int i;

	slubx_scene_alloc_many(test, bed->s, bed->x, bed->objects);
	slab = bed->c->slab;
	slubx_stat_clear(bed->s);
	for (i = 0; i < bed->objects; i++) {
		slubx_kmem_cache_free(bed->s, bed->x[i]);
		KUNIT_EXPECT_PTR_EQ(test, bed->c->freelist, bed->x[i]);
		EXPECT_EVENTS(test, bed->s, { FREE_FASTPATH, 1 });
		/* Of the cpu's freelist the slab itself knows nothing. */
		EXPECT_COUNTERS(test, slab, bed->objects, 1);
		EXPECT_VALID(test, cache, bed->s);
	}
	KUNIT_EXPECT_EQ(test, slubx_scene_length(bed->s, bed->c->freelist),
			bed->objects);
}

/* Last in, first out. */
static void freed_last_is_given_out_first(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i;

	slubx_scene_alloc_many(test, bed->s, bed->x, 4);
	slubx_scene_free_many(bed->s, bed->x, 4);
	for (i = 4; i--;)
		KUNIT_EXPECT_PTR_EQ(test, slubx_scene_alloc(test, bed->s),
				    bed->x[i]);
	slubx_scene_free_many(bed->s, bed->x, 4);
}

static void to_a_listed_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab = listed(test, bed, 3);

	slubx_kmem_cache_free(bed->s, bed->x[0]);
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, 1 });
	EXPECT_COUNTERS(test, slab, 2, 0);
	KUNIT_EXPECT_PTR_EQ(test, slab->fc.freelist, bed->x[0]);
	EXPECT_LIST(test, bed->n, slab);
	EXPECT_VALID(test, cache, bed->s);

	/* Its last objects: the node keeps an empty slab or two. */
	slubx_kmem_cache_free(bed->s, bed->x[1]);
	slubx_kmem_cache_free(bed->s, bed->x[2]);
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, 2 });
	EXPECT_COUNTERS(test, slab, 0, 0);
	EXPECT_LIST(test, bed->n, slab);
	EXPECT_VALID(test, cache, bed->s);
}

static void last_of_a_listed_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	WRITE_ONCE(bed->s->min_partial, 0);
	listed(test, bed, 2);
	slubx_kmem_cache_free(bed->s, bed->x[0]);
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, 1 });
	slubx_kmem_cache_free(bed->s, bed->x[1]);
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, 1 },
		      { FREE_REMOVE_PARTIAL, 1 }, { FREE_SLAB, 1 });
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(bed->s), 0UL);
	KUNIT_EXPECT_EQ(test, bed->n->nr_partial, 0UL);
	EXPECT_VALID(test, cache, bed->s);
}

/* The first free object of a full slab makes it this cpu's. */
static void first_of_a_full_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab;

	if (!slubx_has_cpu_partial(bed->s))
		kunit_skip(test, "built without cpu partial lists");
	slab = listed(test, bed, bed->objects);
	slubx_kmem_cache_free(bed->s, bed->x[0]);
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, 1 },
		      { CPU_PARTIAL_FREE, 1 });
	EXPECT_COUNTERS(test, slab, bed->objects - 1, 1);
	KUNIT_EXPECT_PTR_EQ(test, bed->c->partial, slab);
	KUNIT_EXPECT_NULL(test, bed->c->slab);
	KUNIT_EXPECT_EQ(test, bed->n->nr_partial, 0UL);
	EXPECT_VALID(test, cache, bed->s);

	/* All others, and it stays where it is. */
	slubx_scene_free_many(bed->s, bed->x + 1, bed->objects - 1);
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, bed->objects - 1 },
		      { FREE_FROZEN, bed->objects - 1 });
	EXPECT_COUNTERS(test, slab, 0, 1);
	KUNIT_EXPECT_PTR_EQ(test, bed->c->partial, slab);
	EXPECT_VALID(test, cache, bed->s);
}

/* The same where cpus hold no partial slabs: the node lists it. */
static void first_of_a_full_slab_without_cpu_partial(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab;

	if (slubx_has_cpu_partial(bed->s))
		kunit_skip(test, "built with cpu partial lists");
	slab = listed(test, bed, bed->objects);
	slubx_kmem_cache_free(bed->s, bed->x[0]);
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, 1 },
		      { FREE_ADD_PARTIAL, 1 });
	EXPECT_COUNTERS(test, slab, bed->objects - 1, 0);
	EXPECT_LIST(test, bed->n, slab);
	EXPECT_VALID(test, cache, bed->s);
	slubx_scene_free_all(test, bed->s);
}

/* The only object of a slab: it is full, and then it is empty. */
static void only_object_of_a_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 100000, 0);
	struct slubx_slab *slab;
	void *x;

	if (s->layout.oo.objects != 1 || !slubx_has_cpu_partial(s))
		kunit_skip(test, "needs cpu partial lists and 1 object a slab");
	slab = slubx_scene_listed(test, s, numa_mem_id(), 1, &x);
	slubx_stat_clear(s);
	slubx_kmem_cache_free(s, x);
	EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 }, { CPU_PARTIAL_FREE, 1 });
	EXPECT_COUNTERS(test, slab, 0, 1);
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_PTR_EQ(test, slubx_scene_alloc(test, s), x);
	EXPECT_VALID(test, cache, s);
	slubx_kmem_cache_free(s, x);
}

/* ---- Frees that can't be right -------------------------------------------*/

/* Reported, and nothing else happens. */
static void expect_refused(struct kunit *test, struct slubx_kmem_cache *s,
			   void *x)
{
	slubx_stat_clear(s);
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(s, x));
	EXPECT_NO_EVENTS(test, s);
	EXPECT_VALID(test, cache, s);
}

static void null_is_refused(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	expect_refused(test, bed->s, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&bed->s->errors), 1);
}

static void wrong_cache_is_refused(struct kunit *test)
{
	struct bed *bed = make_bed(test), *other = make_bed(test);
	void *x;

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	x = slubx_scene_alloc(test, other->s);
	slubx_scene_alloc_many(test, bed->s, bed->x, 1);
	expect_refused(test, bed->s, x);
	EXPECT_VALID(test, cache, other->s);
	KUNIT_EXPECT_EQ(test, atomic_read(&bed->s->errors), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&other->s->errors), 0);
	slubx_kmem_cache_free(other->s, x);
	slubx_kmem_cache_free(bed->s, bed->x[0]);
}

static void foreign_memory_is_refused(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned long page;
	void *x;

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	x = kunit_kzalloc(test, 64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	expect_refused(test, bed->s, x);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, 64));
	x = kunit_kzalloc(test, 64 << 10, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	expect_refused(test, bed->s, x);
	page = __get_free_page(GFP_KERNEL);
	KUNIT_ASSERT_NE(test, page, 0UL);
	expect_refused(test, bed->s, (void *)page);
	free_page(page);
}

/* Its slab has gone back to the page allocator meanwhile. */
static void object_of_a_gone_slab_is_refused(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	WRITE_ONCE(bed->s->min_partial, 0);
	listed(test, bed, 1);
	slubx_kmem_cache_free(bed->s, bed->x[0]);
	KUNIT_ASSERT_EQ(test, slubx_cache_slabs(bed->s), 0UL);
	expect_refused(test, bed->s, bed->x[0]);
}

/* Whichever object it is, and however often. */
static void double_free_to_the_cpu_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i;

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	slubx_scene_alloc_many(test, bed->s, bed->x, 3);
	slubx_scene_free_many(bed->s, bed->x, 2);
	for (i = 0; i < 4; i++)
		expect_refused(test, bed->s, bed->x[i % 2]);
	KUNIT_EXPECT_EQ(test, slubx_scene_length(bed->s, bed->c->freelist),
			bed->objects - 1);
	KUNIT_EXPECT_PTR_EQ(test, slubx_scene_alloc(test, bed->s), bed->x[1]);
	KUNIT_EXPECT_PTR_EQ(test, slubx_scene_alloc(test, bed->s), bed->x[0]);
	slubx_scene_free_many(bed->s, bed->x, 3);
	EXPECT_VALID(test, cache, bed->s);
}

/* One that is the end of its freelist looks like no other. */
static void double_free_of_the_last_object(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	slubx_scene_alloc_many(test, bed->s, bed->x, bed->objects);
	slubx_kmem_cache_free(bed->s, bed->x[0]);
	KUNIT_ASSERT_NULL(test, slubx_freelist_next(bed->s, bed->x[0]));
	expect_refused(test, bed->s, bed->x[0]);
	slubx_scene_free_many(bed->s, bed->x + 1, bed->objects - 1);
	expect_refused(test, bed->s, bed->x[0]);
}

static void double_free_to_a_listed_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab;
	unsigned int i;

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	slab = listed(test, bed, 3);
	slubx_scene_free_many(bed->s, bed->x, 2);
	for (i = 0; i < 4; i++)
		expect_refused(test, bed->s, bed->x[i % 2]);
	EXPECT_COUNTERS(test, slab, 1, 0);
	slubx_kmem_cache_free(bed->s, bed->x[2]);
}

/*
 * Written to since it was freed, an object looks like one in use; but a slab
 * without objects in use takes none back.
 */
static void double_free_to_an_empty_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab;
	unsigned long *place, word;

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	slab = listed(test, bed, 3);
	slubx_scene_free_many(bed->s, bed->x, 3);
	slubx_stat_clear(bed->s);
	place = bed->x[1] + bed->s->layout.offset;
	word = *place;
	*place = 0;
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(bed->s, bed->x[1]));
	*place = word;
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, 1 });
	EXPECT_COUNTERS(test, slab, 0, 0);
	EXPECT_LIST(test, bed->n, slab);
	EXPECT_VALID(test, cache, bed->s);
}

/* What a client leaves in an object never makes it look free. */
static void any_content_may_be_freed(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i;
	u8 *x;

	for (i = 0; i < 256; i++) {
		x = slubx_scene_alloc(test, bed->s);
		memset(x, i, SIZE);
		EXPECT_ERRORS(test, 0, slubx_kmem_cache_free(bed->s, x));
	}
	for (i = 0; i < 256; i++) {
		x = slubx_scene_alloc(test, bed->s);
		/* Pointers to itself and its neighbours. */
		memset64((u64 *)x, (u64)x + 8 * i - 1024, SIZE / 8);
		EXPECT_ERRORS(test, 0, slubx_kmem_cache_free(bed->s, x));
	}
	EXPECT_VALID(test, cache, bed->s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(to_the_cpu_slab),
	KUNIT_CASE(freed_last_is_given_out_first),
	KUNIT_CASE(to_a_listed_slab),
	KUNIT_CASE(last_of_a_listed_slab),
	KUNIT_CASE(first_of_a_full_slab),
	KUNIT_CASE(first_of_a_full_slab_without_cpu_partial),
	KUNIT_CASE(only_object_of_a_slab),
	KUNIT_CASE(null_is_refused),
	KUNIT_CASE(wrong_cache_is_refused),
	KUNIT_CASE(foreign_memory_is_refused),
	KUNIT_CASE(object_of_a_gone_slab_is_refused),
	KUNIT_CASE(double_free_to_the_cpu_slab),
	KUNIT_CASE(double_free_of_the_last_object),
	KUNIT_CASE(double_free_to_a_listed_slab),
	KUNIT_CASE(double_free_to_an_empty_slab),
	KUNIT_CASE(any_content_may_be_freed),
	{},
};

SLUBX_SCENE_SUITE(free, cases);
