// SPDX-License-Identifier: GPL-2.0
/*
 * buckets_test.c - sets of kmalloc caches of one's own; allocation by type.
 */
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "common.h"
#include "../slubx/fault.h"
#include "../slubx/slab.h"

#define NAME   "buckets_test"
#define ALWAYS UINT_MAX

static void buckets_exit(struct kunit *test)
{
	slubx_fault_disarm();
	slubx_test_exit(test);
}

static const struct slubx_kmem_cache *cache_of(const void *x)
{
	struct slubx_slab *slab = slubx_virt_to_slab(x);

	return slab ? slab->slab_cache : NULL;
}

static slubx_kmem_buckets *new_set(struct kunit *test, unsigned int offset,
				   unsigned int window, void (*ctor)(void *))
{
	slubx_kmem_buckets *b =
		slubx_kmem_buckets_create(NAME, 0, offset, window, ctor);

	KUNIT_ASSERT_NOT_NULL(test, b);
	return b;
}

static void expect_class(struct kunit *test, void *x, const char *name)
{
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_ASSERT_NOT_NULL(test, cache_of(x));
	KUNIT_EXPECT_STREQ(test, cache_of(x)->name, name);
	slubx_kfree(x);
}

/* ---- Sets ----------------------------------------------------------------*/

static void class_of_each_size(struct kunit *test)
{
	slubx_kmem_buckets *b = new_set(test, 0, 0, NULL);

	expect_class(test, slubx_kmem_buckets_alloc(b, 1, GFP_KERNEL),
		     NAME "-8");
	expect_class(test, slubx_kmem_buckets_alloc(b, 65, GFP_KERNEL),
		     NAME "-96");
	expect_class(test,
		     slubx_kmem_buckets_alloc_track_caller(b, 513, GFP_KERNEL),
		     NAME "-1k");
	expect_class(test, slubx_kmem_buckets_valloc(b, 8192, GFP_KERNEL),
		     NAME "-8k");
	/* The set decides, not the flags. */
	expect_class(test, slubx_kmem_buckets_alloc(b, 64, GFP_KERNEL_ACCOUNT),
		     NAME "-64");
	EXPECT_ERRORS(test, 0, slubx_kmem_buckets_destroy(b));
}

static void sizes_without_a_class(struct kunit *test)
{
	slubx_kmem_buckets *b = new_set(test, 0, 0, NULL);
	void *x;

	KUNIT_EXPECT_PTR_EQ(test, slubx_kmem_buckets_alloc(b, 0, GFP_KERNEL),
			    ZERO_SIZE_PTR);
	x = slubx_kmem_buckets_alloc(b, 8193, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, slubx_ksize(x), (size_t)16384);
	slubx_kfree(x);
	x = slubx_kmem_buckets_valloc(b, SLUBX_KMALLOC_MAX_SIZE + 1,
				      GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(x));
	slubx_kvfree(x);
	/* Without a set: as kmalloc(). */
	x = slubx_kmem_buckets_alloc(NULL, 64, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, slubx_ksize(x), (size_t)64);
	slubx_kfree(x);
	slubx_kmem_buckets_destroy(b);
}

static void apart_and_aligned(struct kunit *test)
{
	slubx_kmem_buckets *b = new_set(test, 0, 0, NULL);
	slubx_kmem_buckets *other = new_set(test, 0, 0, NULL);
	size_t size;

	for (size = 8; size <= 8192; size *= 2) {
		void *x = slubx_kmem_buckets_alloc(b, size, GFP_KERNEL);
		void *y = slubx_kmem_buckets_alloc(other, size, GFP_KERNEL);
		void *z = slubx_kmalloc(size, GFP_KERNEL);

		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)x, size));
		KUNIT_EXPECT_PTR_NE(test, cache_of(x), cache_of(y));
		KUNIT_EXPECT_PTR_NE(test, cache_of(x), cache_of(z));
		slubx_kfree(x);
		slubx_kfree(y);
		slubx_kfree(z);
	}
	slubx_kmem_buckets_destroy(other);
	slubx_kmem_buckets_destroy(b);
}

static void expect_window(struct kunit *test, slubx_kmem_buckets *b,
			  size_t size, unsigned int offset, unsigned int bytes)
{
	void *x = slubx_kmem_buckets_alloc(b, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, cache_of(x)->useroffset, offset);
	KUNIT_EXPECT_EQ(test, cache_of(x)->usersize, bytes);
	slubx_kfree(x);
}

static void windows_within_objects(struct kunit *test)
{
	slubx_kmem_buckets *b = new_set(test, 16, 100, NULL);
	slubx_kmem_buckets *all = new_set(test, 0, INT_MAX, NULL);

	EXPECT_ERRORS(test, 0, expect_window(test, b, 8, 0, 0));
	expect_window(test, b, 16, 0, 0);
	expect_window(test, b, 32, 16, 16);
	expect_window(test, b, 256, 16, 100);
	expect_window(test, all, 8, 0, 8);
	expect_window(test, all, 8192, 0, 8192);
	slubx_kmem_buckets_destroy(all);
	slubx_kmem_buckets_destroy(b);
}

static void construct(void *x)
{
	memset(x, 0x5a, 8);
}

static void constructed(struct kunit *test)
{
	slubx_kmem_buckets *b = new_set(test, 0, 0, construct);
	void *x = slubx_kmem_buckets_alloc(b, 500, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0x5a, 8));
	slubx_kfree(x);
	slubx_kmem_buckets_destroy(b);
}

/* No name, flags that there are not; any of the caches fails. */
static void no_set(struct kunit *test)
{
	slubx_kmem_buckets *b;
	unsigned int skip = 0;

	EXPECT_ERRORS(test, 1,
		      b = slubx_kmem_buckets_create(NULL, 0, 0, 0, NULL));
	KUNIT_EXPECT_NULL(test, b);
	EXPECT_ERRORS(test, 1,
		      b = slubx_kmem_buckets_create("", 0, 0, 0, NULL));
	KUNIT_EXPECT_NULL(test, b);
	EXPECT_ERRORS(test, 1,
		      b = slubx_kmem_buckets_create(NAME, SLUBX_FLAG(1), 0, 0,
						    NULL));
	KUNIT_EXPECT_NULL(test, b);
	EXPECT_ERRORS(test, 0, slubx_kmem_buckets_destroy(NULL));

	for (; skip < 20; skip++) {
		slubx_fault_arm(SLUBX_FAULT_CACHE, skip, 1);
		b = slubx_kmem_buckets_create(NAME, 0, 0, 0, NULL);
		slubx_fault_disarm();
		if (b)
			break;
	}
	slubx_kmem_buckets_destroy(b);
	KUNIT_EXPECT_EQ(test, skip, 13U);
}

static void no_memory_in_a_set(struct kunit *test)
{
	slubx_kmem_buckets *b = new_set(test, 0, 0, NULL);

	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, ALWAYS);
	slubx_fault_arm(SLUBX_FAULT_PAGE_MIN, 0, ALWAYS);
	KUNIT_EXPECT_NULL(test, slubx_kmem_buckets_alloc(
					b, 100, GFP_KERNEL | __GFP_NOWARN));
	slubx_fault_disarm();
	slubx_kmem_buckets_destroy(b);
}

/* ---- By type -------------------------------------------------------------*/

/* Two that are of one piece, two that may be of many. */
static void free_four(void *x, void *y, void *z, void *v)
{
	slubx_kfree(x);
	slubx_kfree(y);
	slubx_kvfree(z);
	slubx_kvfree(v);
}

struct thing {
	u64 number;
	struct thing *next;
	u32 more[];
};

static void objects_by_type(struct kunit *test)
{
	struct thing *x = slubx_kmalloc_obj(*x);
	struct thing *y = slubx_kzalloc_obj(struct thing, GFP_KERNEL);
	u64 *z = slubx_kvzalloc_obj(*z, GFP_ATOMIC);
	u64 *v = slubx_kvmalloc_obj(u64);

	KUNIT_EXPECT_EQ(test, slubx_ksize(x), (size_t)16);
	KUNIT_EXPECT_EQ(test, slubx_ksize(y), (size_t)16);
	KUNIT_EXPECT_NULL(test, memchr_inv(y, 0, sizeof(*y)));
	KUNIT_EXPECT_EQ(test, slubx_ksize(z), (size_t)8);
	KUNIT_EXPECT_EQ(test, *z, 0ULL);
	free_four(x, y, z, v);
}

static void arrays_by_type(struct kunit *test)
{
	size_t n = SIZE_MAX / 4;
	u64 *x = slubx_kmalloc_objs(*x, 10);
	u64 *y = slubx_kzalloc_objs(*y, 12, GFP_KERNEL);
	u64 *z = slubx_kvmalloc_objs(u64, 600000, GFP_KERNEL);
	u64 *v = slubx_kvzalloc_objs(u64, 4);

	OPTIMIZER_HIDE_VAR(n);
	KUNIT_EXPECT_EQ(test, slubx_ksize(x), (size_t)96);
	KUNIT_EXPECT_EQ(test, slubx_ksize(y), (size_t)96);
	KUNIT_EXPECT_NULL(test, memchr_inv(y, 0, 96));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(z));
	KUNIT_EXPECT_NULL(test, memchr_inv(v, 0, 32));
	free_four(x, y, z, v);
	KUNIT_EXPECT_NULL(test, slubx_kmalloc_objs(u64, n,
						   GFP_KERNEL | __GFP_NOWARN));
}

static void with_an_array_behind(struct kunit *test)
{
	size_t n = SIZE_MAX / 2;
	struct thing *x = slubx_kmalloc_flex(*x, more, 5);
	struct thing *y = slubx_kzalloc_flex(*y, more, 12, GFP_KERNEL);
	struct thing *z = slubx_kvmalloc_flex(*z, more, 2000000);
	struct thing *v = slubx_kvzalloc_flex(*v, more, 4);

	OPTIMIZER_HIDE_VAR(n);
	/* 16 and 20 bytes, 16 and 48. */
	KUNIT_EXPECT_EQ(test, slubx_ksize(x), (size_t)64);
	KUNIT_EXPECT_EQ(test, slubx_ksize(y), (size_t)64);
	KUNIT_EXPECT_NULL(test, memchr_inv(y, 0, 64));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(z));
	KUNIT_EXPECT_NULL(test, memchr_inv(v, 0, 32));
	free_four(x, y, z, v);
	x = slubx_kmalloc_flex(*x, more, n, GFP_KERNEL | __GFP_NOWARN);
	KUNIT_EXPECT_NULL(test, x);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(class_of_each_size),
	KUNIT_CASE(sizes_without_a_class),
	KUNIT_CASE(apart_and_aligned),
	KUNIT_CASE(windows_within_objects),
	KUNIT_CASE(constructed),
	KUNIT_CASE(no_set),
	KUNIT_CASE(no_memory_in_a_set),
	KUNIT_CASE(objects_by_type),
	KUNIT_CASE(arrays_by_type),
	KUNIT_CASE(with_an_array_behind),
	{},
};

struct kunit_suite slubx_buckets_suite = {
	.name = "slubx_buckets",
	.init = slubx_test_init,
	.exit = buckets_exit,
	.test_cases = cases,
};
