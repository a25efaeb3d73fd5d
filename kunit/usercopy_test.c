// SPDX-License-Identifier: GPL-2.0
/*
 * usercopy_test.c - which bytes may go to user space, and what is told of an
 * address.
 */
#include <linux/slab.h>

#include "scene.h"

#define SIZE 200

static struct slubx_kmem_cache *make(struct kunit *test, unsigned int offset,
				     unsigned int size)
{
	struct slubx_kmem_cache_args args = {
		.useroffset = offset,
		.usersize = size,
	};

	return slubx_test_keep(test,
			       slubx_kmem_cache_create("usercopy_test", SIZE,
						       &args, SLUBX_NO_MERGE));
}

/* Each copy of an object, against the plain meaning of the window. */
static void every_copy_of_an_object(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 40, 24);
	void *x[2] = { slubx_scene_alloc(test, s), slubx_scene_alloc(test, s) };
	unsigned int i, from, bytes, wrong = 0;
	bool inside;

	for (i = 0; i < 2; i++) {
		for (from = 0; from < SIZE; from += 4) {
			for (bytes = 0; from + bytes <= SIZE; bytes += 4) {
				inside = !bytes ||
					 (from >= 40 && from + bytes <= 64);
				wrong += slubx_usercopy_ok(x[i] + from, bytes,
							   i) != inside;
			}
		}
		slubx_kmem_cache_free(s, x[i]);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	/* Over the end of the object, and of all memory. */
	EXPECT_ERRORS(test, 2, {
		KUNIT_EXPECT_FALSE(test,
				   slubx_usercopy_ok(x[0] + 40, 25, true));
		KUNIT_EXPECT_FALSE(test, slubx_usercopy_ok(x[0] + 40, ULONG_MAX,
							   false));
	});
}

static void caches_with_and_without(struct kunit *test)
{
	struct slubx_kmem_cache *none = make(test, 0, 0);
	struct slubx_kmem_cache *all = make(test, 0, SIZE);
	void *x = slubx_scene_alloc(test, none);
	void *y = slubx_scene_alloc(test, all);

	EXPECT_ERRORS(test, 2, {
		KUNIT_EXPECT_FALSE(test, slubx_usercopy_ok(x, 1, true));
		KUNIT_EXPECT_FALSE(test, slubx_usercopy_ok(y, SIZE + 1, false));
	});
	EXPECT_ERRORS(test, 0, {
		KUNIT_EXPECT_TRUE(test, slubx_usercopy_ok(x, 0, true));
		KUNIT_EXPECT_TRUE(test, slubx_usercopy_ok(y, SIZE, false));
	});
	slubx_kmem_cache_free(none, x);
	slubx_kmem_cache_free(all, y);
}

/* All of it is open; of what is not ours nothing is said. */
static void memory_of_any_size(struct kunit *test)
{
	static const unsigned int sizes[] = { 8, 96, 1024, 8192, 100000 };
	void *foreign = kunit_kzalloc(test, 64, GFP_KERNEL);
	unsigned int i;
	void *x;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		x = slubx_kmalloc(sizes[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, x);
		EXPECT_ERRORS(test, 0, {
			KUNIT_EXPECT_TRUE(test,
					  slubx_usercopy_ok(x, sizes[i], true));
			KUNIT_EXPECT_TRUE(test,
					  slubx_usercopy_ok(x + sizes[i] - 1, 1,
							    false));
		});
		slubx_kfree(x);
	}
	x = slubx_kmalloc(64, GFP_KERNEL);
	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_FALSE(test,
					 slubx_usercopy_ok(x + 8, 57, true)));
	slubx_kfree(x);
	KUNIT_EXPECT_TRUE(test, slubx_usercopy_ok(foreign, 64, true));
	KUNIT_EXPECT_TRUE(test, slubx_usercopy_ok(&i, sizeof(i), true));
	KUNIT_EXPECT_TRUE(test, slubx_usercopy_ok(NULL, 8, true));
}

/* Behind the last object of a slab. */
static void waste_of_a_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 0, SIZE);
	void *x = slubx_scene_alloc(test, s);
	struct slubx_slab *slab = slubx_virt_to_slab(x);
	void *end = slubx_slab_object(slab, slab->fc.counters.objects);
	unsigned long bytes = PAGE_SIZE << slubx_slab_order(slab);

	if (end >= slubx_slab_address(slab) + bytes)
		kunit_skip(test, "no waste");
	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_FALSE(test,
					 slubx_usercopy_ok(end, 1, true)));
	KUNIT_EXPECT_TRUE(test, slubx_kmem_dump_obj(end));
	slubx_kmem_cache_free(s, x);
}

/* ---- What is told of an address ------------------------------------------*/

static void dump_of_an_object(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 0, 0);
	void *x = slubx_scene_alloc(test, s);
	void *y = slubx_kmalloc(100, GFP_KERNEL);

	kunit_info(test, "dumps:");
	KUNIT_EXPECT_TRUE(test, slubx_kmem_dump_obj(x));
	KUNIT_EXPECT_TRUE(test, slubx_kmem_dump_obj(x + 17));
	KUNIT_EXPECT_TRUE(test, slubx_kmem_dump_obj(y));
	slubx_kmem_cache_free(s, x);
	/* Free or not, it is there. */
	KUNIT_EXPECT_TRUE(test, slubx_kmem_dump_obj(x));
	slubx_kfree(y);
}

static void dump_of_nothing_of_ours(struct kunit *test)
{
	void *foreign = kunit_kzalloc(test, 64, GFP_KERNEL);
	void *large = slubx_kmalloc(100000, GFP_KERNEL);

	KUNIT_EXPECT_FALSE(test, slubx_kmem_dump_obj(foreign));
	KUNIT_EXPECT_FALSE(test, slubx_kmem_dump_obj(large));
	KUNIT_EXPECT_FALSE(test, slubx_kmem_dump_obj(NULL));
	KUNIT_EXPECT_FALSE(test, slubx_kmem_dump_obj(ZERO_SIZE_PTR));
	KUNIT_EXPECT_FALSE(test, slubx_kmem_dump_obj((void *)-1L));
	KUNIT_EXPECT_FALSE(test, slubx_kmem_dump_obj(&large));
	slubx_kfree(large);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_copy_of_an_object),
	KUNIT_CASE(caches_with_and_without),
	KUNIT_CASE(memory_of_any_size),
	KUNIT_CASE(waste_of_a_slab),
	KUNIT_CASE(dump_of_an_object),
	KUNIT_CASE(dump_of_nothing_of_ours),
	{},
};

SLUBX_SCENE_SUITE(usercopy, cases);
