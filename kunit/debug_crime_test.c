// SPDX-License-Identifier: GPL-2.0
/*
 * debug_crime_test.c - every crime that a client of a debugged cache can commit:
 * the exact verdict, where, and what became of it. The cache works on.
 *
 * What has been repaired is as it was, so an object that was not freed can be.
 */
#include <linux/slab.h>

#include "debug_scene.h"
#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/freelist.h"
#include "../slubx/slab.h"

#define SIZE 60U

static struct slubx_kmem_cache *make(struct kunit *test)
{
	return slubx_test_debug_cache(test, SIZE, SLUBX_TEST_FZPU);
}

/* The cache is whole, and all that is in use is freed without a word. */
static void free_cleanly(struct kunit *test, struct slubx_kmem_cache *s,
			 void *x)
{
	EXPECT_FOUND(test, s, 0U, 0, slubx_kmem_cache_free(s, x));
	EXPECT_FOUND(test, s, 0U, 0, slubx_cache_validate(s));
	EXPECT_VALID(test, cache, s);
}

/* ---- Writes beyond an object in use --------------------------------------*/

struct overrun {
	int at;
	enum slubx_verdict_kind kind;
};

/* Of 60 bytes: 4 of right zone, link, 64 of tracks, 8 spare, and before 8. */
static const struct overrun overruns[] = {
	{ -1, SLUBX_BAD_LEFT_ZONE },
	{ -8, SLUBX_BAD_LEFT_ZONE },
	{ SIZE, SLUBX_BAD_RIGHT_ZONE },
	{ SIZE + 3, SLUBX_BAD_RIGHT_ZONE },
	{ SIZE + 4 + 8 + 64, SLUBX_BAD_OBJECT_PADDING },
	{ SIZE + 4 + 8 + 64 + 7, SLUBX_BAD_OBJECT_PADDING },
};

/* Found when the object is freed, which it is not then. */
static void overrun_then_free(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	const struct overrun *o;
	u8 *x;

	for (o = overruns; o < overruns + ARRAY_SIZE(overruns); o++) {
		x = slubx_test_debug_alloc(test, s);
		x[o->at] = 0x12;
		EXPECT_FOUND(test, s, 1U, 2, slubx_kmem_cache_free(s, x));
		EXPECT_HEARD(test, 0, o->kind, x, x + o->at);
		KUNIT_EXPECT_EQ(test, slubx_test_heard[0].verdict.length, 1U);
		KUNIT_EXPECT_EQ(test, slubx_test_heard[0].verdict.found,
				0x12UL);
		KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 1UL);
		free_cleanly(test, s, x);
	}
}

/* Found by validation, before anybody frees it. */
static void overrun_then_validate(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	const struct overrun *o;
	u8 *x = slubx_test_debug_alloc(test, s);

	for (o = overruns; o < overruns + ARRAY_SIZE(overruns); o++) {
		x[o->at] = 0x12;
		EXPECT_FOUND(test, s, 1U, 1,
			     KUNIT_EXPECT_EQ(test, slubx_cache_validate(s),
					     1U));
		EXPECT_HEARD(test, 0, o->kind, x, x + o->at);
	}
	free_cleanly(test, s, x);
}

/* Both zones and the padding at once: three faults, none hides another. */
static void overrun_on_all_sides(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	u8 *x = slubx_test_debug_alloc(test, s);

	x[-3] = 0;
	x[SIZE] = 0;
	x[SIZE + 4 + 8 + 64] = 0;
	EXPECT_FOUND(test, s, 3U, 4, slubx_kmem_cache_free(s, x));
	EXPECT_HEARD(test, 0, SLUBX_BAD_LEFT_ZONE, x, x - 3);
	EXPECT_HEARD(test, 1, SLUBX_BAD_RIGHT_ZONE, x, x + SIZE);
	EXPECT_HEARD(test, 2, SLUBX_BAD_OBJECT_PADDING, x,
		     x + SIZE + 4 + 8 + 64);
	free_cleanly(test, s, x);
}

/* Of the slab, behind its last object. */
static void overrun_of_the_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	u8 *x = slubx_test_debug_alloc(test, s);
	struct slubx_slab *slab = slubx_virt_to_slab(x);
	u8 *end = slubx_slab_address(slab) +
		  (PAGE_SIZE << slubx_slab_order(slab));

	KUNIT_ASSERT_NE(test, PAGE_SIZE % s->layout.size, 0UL);
	end[-1] = 0x12;
	EXPECT_FOUND(test, s, 1U, 1, slubx_cache_validate(s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_SLAB_PADDING, NULL, end - 1);
	/* It is nobody's object, so one can be freed all the same. */
	end[-2] = 0x12;
	EXPECT_FOUND(test, s, 1U, 1, slubx_kmem_cache_free(s, x));
	EXPECT_HEARD(test, 0, SLUBX_BAD_SLAB_PADDING, NULL, end - 2);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 0UL);
}

/* ---- Writes to a free object ---------------------------------------------*/

static const struct overrun late_writes[] = {
	{ 0, SLUBX_BAD_POISON },	{ SIZE / 2, SLUBX_BAD_POISON },
	{ SIZE - 2, SLUBX_BAD_POISON }, { SIZE - 1, SLUBX_BAD_POISON_END },
	{ -1, SLUBX_BAD_LEFT_ZONE },	{ SIZE, SLUBX_BAD_RIGHT_ZONE },
};

static void use_after_free_then_validate(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	u8 *other = slubx_test_debug_alloc(test, s);
	u8 *x = slubx_test_debug_alloc(test, s);
	const struct overrun *o;

	slubx_kmem_cache_free(s, x);
	for (o = late_writes; o < late_writes + ARRAY_SIZE(late_writes); o++) {
		x[o->at] = 0x12;
		EXPECT_FOUND(test, s, 1U, 1, slubx_cache_validate(s));
		EXPECT_HEARD(test, 0, o->kind, x, x + o->at);
	}
	free_cleanly(test, s, other);
}

/* Whoever would have got it gets another, of another slab. */
static void use_after_free_then_alloc(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	u8 *other = slubx_test_debug_alloc(test, s);
	u8 *x = slubx_test_debug_alloc(test, s), *y = NULL;
	struct slubx_slab *slab = slubx_virt_to_slab(x);

	slubx_kmem_cache_free(s, x);
	x[1] = 0x12;
	EXPECT_FOUND(test, s, 1U, 2, y = slubx_test_debug_alloc(test, s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_POISON, x, x + 1);
	KUNIT_EXPECT_PTR_NE(test, slubx_virt_to_slab(y), slab);
	free_cleanly(test, s, y);

	/* The slab is out of use, whoever still has objects of it. */
	KUNIT_EXPECT_TRUE(test, slab->fc.counters.frozen);
	EXPECT_FOUND(test, s, 1U, 1, slubx_kmem_cache_free(s, other));
	EXPECT_HEARD(test, 0, SLUBX_BAD_ISOLATED, NULL, NULL);
	EXPECT_FOUND(test, s, 0U, 0, slubx_cache_validate(s));
	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
}

/* Of a slab that goes: last chance. */
static void use_after_free_then_shrink(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	u8 *x = slubx_test_debug_alloc(test, s);

	slubx_kmem_cache_free(s, x);
	x[SIZE - 1] = 0x12;
	EXPECT_FOUND(test, s, 1U, 1, slubx_kmem_cache_shrink(s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_POISON_END, x, x + SIZE - 1);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

/* ---- Frees ---------------------------------------------------------------*/

static void double_free_at_once(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	void *x = slubx_test_debug_alloc(test, s);

	slubx_kmem_cache_free(s, x);
	EXPECT_FOUND(test, s, 1U, 1, slubx_kmem_cache_free(s, x));
	EXPECT_HEARD(test, 0, SLUBX_BAD_DOUBLE_FREE, x, x);
	EXPECT_FOUND(test, s, 1U, 1, slubx_kfree(x));
	EXPECT_HEARD(test, 0, SLUBX_BAD_DOUBLE_FREE, x, x);
	EXPECT_FOUND(test, s, 0U, 0, slubx_cache_validate(s));
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 0UL);
}

static void double_free_later(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	struct slubx_test_herd *herd =
		slubx_test_herd(test, s, 10, NUMA_NO_NODE);
	void *x = herd->x[3];
	unsigned int i;

	for (i = 0; i < 10; i += 3)
		slubx_test_herd_free(herd, i);
	EXPECT_FOUND(test, s, 1U, 1, slubx_kmem_cache_free(s, x));
	EXPECT_HEARD(test, 0, SLUBX_BAD_DOUBLE_FREE, x, x);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	slubx_test_herd_free_all(herd);
	EXPECT_FOUND(test, s, 0U, 0, slubx_cache_validate(s));
}

/* What the fast path would see is gone: the freelist itself is searched. */
static void double_free_with_a_broken_link(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 1);
	void *x = herd->x[0];

	slubx_test_herd_free(herd, 0);
	*(unsigned long *)(x + s->layout.offset) ^= 0x1234500000000000UL;
	EXPECT_FOUND(test, s, 2U, 1, slubx_kmem_cache_free(s, x));
	EXPECT_HEARD(test, 0, SLUBX_BAD_CHAIN, NULL, x);
	EXPECT_HEARD(test, 1, SLUBX_BAD_DOUBLE_FREE, x, x);
	slubx_test_herd_free_all(herd);
	EXPECT_FOUND(test, s, 0U, 0, slubx_cache_validate(s));
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 0UL);
}

static void free_inside(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	u8 *x = slubx_test_debug_alloc(test, s);

	EXPECT_FOUND(test, s, 1U, 1, slubx_kmem_cache_free(s, x + 8));
	EXPECT_HEARD(test, 0, SLUBX_BAD_POINTER, NULL, x + 8);
	EXPECT_FOUND(test, s, 1U, 1, slubx_kmem_cache_free(s, x - 8));
	EXPECT_HEARD(test, 0, SLUBX_BAD_POINTER, NULL, x - 8);
	EXPECT_FOUND(test, s, 1U, 1, slubx_kfree(x + 16));
	EXPECT_HEARD(test, 0, SLUBX_BAD_POINTER, NULL, x + 16);
	free_cleanly(test, s, x);
}

static void free_to_another_cache(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test), *other = make(test);
	void *x = slubx_test_debug_alloc(test, other);

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	EXPECT_FOUND(test, s, 1U, 1, slubx_kmem_cache_free(s, x));
	EXPECT_HEARD(test, 0, SLUBX_BAD_CACHE, x, x);
	free_cleanly(test, other, x);
}

static void free_foreign_memory(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	void *kernels = kmalloc(SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, kernels);
	if (SLUBX_HARDENED)
		EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(s, kernels));
	kfree(kernels);
	EXPECT_FOUND(test, s, 0U, 0, slubx_cache_validate(s));
}

/* One of each kind among good ones, which are freed. */
static void bulk_free_with_bad_members(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	void *p[8], *x[8];

	KUNIT_ASSERT_TRUE(test,
			  slubx_kmem_cache_alloc_bulk(s, GFP_KERNEL, 8, p));
	memcpy(x, p, sizeof(p));
	slubx_kmem_cache_free(s, p[2]);
	p[4] += 8;
	((u8 *)p[6])[SIZE] = 0;
	EXPECT_FOUND(test, s, 3U, 4, slubx_kmem_cache_free_bulk(s, 8, p));
	EXPECT_HEARD(test, 0, SLUBX_BAD_RIGHT_ZONE, x[6], x[6] + SIZE);
	EXPECT_HEARD(test, 1, SLUBX_BAD_POINTER, NULL, x[4] + 8);
	EXPECT_HEARD(test, 2, SLUBX_BAD_DOUBLE_FREE, x[2], x[2]);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 2UL);
	slubx_kmem_cache_free(s, x[4]);
	/* Of any cache, as kfree_bulk() takes them. */
	p[0] = x[6];
	p[1] = x[6];
	EXPECT_FOUND(test, s, 1U, 1, slubx_kfree_bulk(2, p));
	EXPECT_HEARD(test, 0, SLUBX_BAD_DOUBLE_FREE, x[6], x[6]);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 0UL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(overrun_then_free),
	KUNIT_CASE(overrun_then_validate),
	KUNIT_CASE(overrun_on_all_sides),
	KUNIT_CASE(overrun_of_the_slab),
	KUNIT_CASE(use_after_free_then_validate),
	KUNIT_CASE(use_after_free_then_alloc),
	KUNIT_CASE(use_after_free_then_shrink),
	KUNIT_CASE(double_free_at_once),
	KUNIT_CASE(double_free_later),
	KUNIT_CASE(double_free_with_a_broken_link),
	KUNIT_CASE(free_inside),
	KUNIT_CASE(free_to_another_cache),
	KUNIT_CASE(free_foreign_memory),
	KUNIT_CASE(bulk_free_with_bad_members),
	{},
};

struct kunit_suite slubx_debug_crime_suite = {
	.name = "slubx_debug_crime",
	.init = slubx_test_debug_init,
	.exit = slubx_test_debug_exit,
	.test_cases = cases,
};
