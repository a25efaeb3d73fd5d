// SPDX-License-Identifier: GPL-2.0
/*
 * kmalloc_fault_test.c - no page is to be had, at every function of the
 * kmalloc family: NULL, nothing said of a fault, nothing lost; and with pages
 * again all is as before.
 */
#include <linux/slab.h>

#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/fault.h"
#include "../slubx/large.h"
#include "../slubx/slab.h"

#define GFP (GFP_KERNEL | __GFP_NOWARN)

static void kmalloc_fault_exit(struct kunit *test)
{
	slubx_fault_disarm();
	slubx_test_exit(test);
}

static void no_pages(void)
{
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, UINT_MAX / 2);
	slubx_fault_arm(SLUBX_FAULT_PAGE_MIN, 0, UINT_MAX / 2);
	slubx_fault_arm(SLUBX_FAULT_PAGE_LARGE, 0, UINT_MAX / 2);
}

/* ---- Every function that gives memory ------------------------------------*/

static void *by_kmalloc(size_t size)
{
	return slubx_kmalloc(size, GFP);
}

static void *by_kzalloc(size_t size)
{
	return slubx_kzalloc(size, GFP);
}

static void *by_kmalloc_node(size_t size)
{
	return slubx_kmalloc_node(size, GFP, numa_mem_id());
}

static void *by_kzalloc_node(size_t size)
{
	return slubx_kzalloc_node(size, GFP | __GFP_THISNODE, numa_mem_id());
}

static void *by_kmalloc_array(size_t size)
{
	return slubx_kmalloc_array(size, 1, GFP);
}

static void *by_kcalloc(size_t size)
{
	return slubx_kcalloc(1, size, GFP);
}

static void *by_kmalloc_array_node(size_t size)
{
	return slubx_kmalloc_array_node(size, 1, GFP, numa_mem_id());
}

static void *by_kcalloc_node(size_t size)
{
	return slubx_kcalloc_node(1, size, GFP, NUMA_NO_NODE);
}

static void *by_track_caller(size_t size)
{
	return slubx_kmalloc_track_caller(size, GFP);
}

static void *by_node_track_caller(size_t size)
{
	return slubx_kmalloc_node_track_caller(size, GFP, numa_mem_id());
}

static void *by_krealloc(size_t size)
{
	return slubx_krealloc(NULL, size, GFP);
}

static void *by_krealloc_array(size_t size)
{
	return slubx_krealloc_array(NULL, size, 1, GFP);
}

static void *by_large(size_t size)
{
	return slubx_kmalloc_large(size, GFP);
}

static void *by_large_node(size_t size)
{
	return slubx_kmalloc_large_node(size, GFP, numa_mem_id());
}

typedef void *(*alloc_fn)(size_t size);

static const alloc_fn ways[] = {
	by_kmalloc,
	by_kzalloc,
	by_kmalloc_node,
	by_kzalloc_node,
	by_kmalloc_array,
	by_kcalloc,
	by_kmalloc_array_node,
	by_kcalloc_node,
	by_track_caller,
	by_node_track_caller,
	by_krealloc,
	by_krealloc_array,
	by_large,
	by_large_node,
};

/* The last two give pages, whatever the size. */
#define SMALL_WAYS (ARRAY_SIZE(ways) - 2)

/*
 * The one caller of all ways, who must not leave by a jump: where copies of caches
 * are chosen by caller, a way leads to the same copy each time.
 */
static noinline void *take(unsigned int way, size_t size)
{
	void *x = ways[way](size);

	barrier();
	return x;
}

/* ---- All that a class has ------------------------------------------------*/

/* Objects of all copies of a class, linked through themselves. */
struct hoard {
	void *first;
	unsigned long count;
};

/* Takes what is left of a class until there is no more, by each way. */
static void drain(struct hoard *hoard, size_t size)
{
	unsigned int way = 0, failed = 0;
	void *x;

	while (failed < SMALL_WAYS) {
		x = take(way, size);
		way = (way + 1) % SMALL_WAYS;
		failed++;
		if (!x)
			continue;
		failed = 0;
		*(void **)x = hoard->first;
		hoard->first = x;
		hoard->count++;
	}
}

static void give_back(struct hoard *hoard)
{
	void *x = hoard->first, *next;

	for (; x; x = next) {
		next = *(void **)x;
		slubx_kfree(x);
	}
}

static struct slubx_kmem_cache *class(size_t size)
{
	return slubx_kmalloc_caches[SLUBX_KMALLOC_NORMAL]
				   [slubx_kmalloc_index(size)];
}

static void expect_all_fail(struct kunit *test, size_t size)
{
	unsigned int way;

	for (way = 0; way < ARRAY_SIZE(ways); way++)
		EXPECT_ERRORS(test, 0, {
			void *x = take(way, size);

			KUNIT_EXPECT_NULL_MSG(test, x, "way %u, size %zu", way,
					      size);
			slubx_kfree(x);
		});
}

static void expect_all_work(struct kunit *test, size_t size)
{
	unsigned int way;

	for (way = 0; way < ARRAY_SIZE(ways); way++)
		EXPECT_ERRORS(test, 0, {
			void *x = take(way, size);

			KUNIT_EXPECT_NOT_NULL_MSG(test, x, "way %u, size %zu",
						  way, size);
			slubx_kfree(x);
		});
}

/* What is there is given out to the last object, and comes back. */
static void without_pages(struct kunit *test, size_t size)
{
	struct slubx_kmem_cache *s = class(size);
	unsigned long in_use = slubx_test_in_use(s);
	struct hoard hoard = {};

	no_pages();
	EXPECT_ERRORS(test, 0, drain(&hoard, size));
	expect_all_fail(test, size);
	if (!SLUBX_RANDOM_KMALLOC)
		KUNIT_EXPECT_EQ(test, slubx_test_in_use(s),
				in_use + hoard.count);
	EXPECT_VALID(test, cache, s);
	EXPECT_ERRORS(test, 0, give_back(&hoard));
	slubx_fault_disarm();
	expect_all_work(test, size);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), in_use);
	EXPECT_VALID(test, cache, s);
}

static void each_function_without_pages(struct kunit *test)
{
	static const size_t sizes[] = { 8, 64, 96, 1024, 8192 };
	unsigned int i;

	slubx_test_stay();
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		without_pages(test, sizes[i]);
}

static void each_function_without_large_pages(struct kunit *test)
{
	long count = slubx_large_count();

	no_pages();
	expect_all_fail(test, 8193);
	expect_all_fail(test, 100000);
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count);
	slubx_fault_disarm();
	expect_all_work(test, 8193);
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count);
}

/* Where the slab that is liked can't be had, a smaller one does. */
static void smaller_slabs_do(struct kunit *test)
{
	struct slubx_kmem_cache *s = class(1024);
	struct hoard hoard = {};
	unsigned int i;
	void *x;

	if (SLUBX_RANDOM_KMALLOC)
		kunit_skip(test, "which copy of a class is chance");
	if (s->layout.oo.order == s->layout.min.order)
		kunit_skip(test, "slabs of one order only");
	slubx_test_stay();
	no_pages();
	drain(&hoard, 1024);
	slubx_fault_disarm();
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, 2);
	for (i = 0; i < 2 * s->layout.min.objects; i++) {
		x = by_kmalloc(1024);
		KUNIT_ASSERT_NOT_NULL(test, x);
		KUNIT_EXPECT_EQ(test, slubx_slab_order(slubx_virt_to_slab(x)),
				s->layout.min.order);
		*(void **)x = hoard.first;
		hoard.first = x;
	}
	KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_PAGE_PREFERRED), 2U);
	slubx_fault_disarm();
	EXPECT_ERRORS(test, 0, give_back(&hoard));
	EXPECT_VALID(test, cache, s);
}

/* The old memory stays, in place or not; with pages again it can grow. */
static void krealloc_without_pages(struct kunit *test)
{
	struct hoard hoard = {};
	void *x, *y;

	slubx_test_stay();
	x = slubx_kmalloc(64, GFP);
	KUNIT_ASSERT_NOT_NULL(test, x);
	slubx_test_brand(x, 64);
	no_pages();
	drain(&hoard, 1024);
	EXPECT_ERRORS(test, 0, {
		y = slubx_krealloc(x, 1000, GFP);
		KUNIT_EXPECT_NULL(test, y);
		y = slubx_krealloc_array(x, 10, 100, GFP | __GFP_ZERO);
		KUNIT_EXPECT_NULL(test, y);
		y = slubx_krealloc(x, 10000, GFP);
		KUNIT_EXPECT_NULL(test, y);
		y = slubx_krealloc(x, 60, GFP);
		KUNIT_EXPECT_PTR_EQ(test, y, x);
	});
	KUNIT_EXPECT_TRUE(test, slubx_test_branded(x, 56));
	give_back(&hoard);
	slubx_fault_disarm();
	y = slubx_krealloc(x, 1000, GFP);
	KUNIT_ASSERT_NOT_NULL(test, y);
	slubx_kfree(y);
	EXPECT_VALID(test, cache, class(1024));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_function_without_pages),
	KUNIT_CASE(each_function_without_large_pages),
	KUNIT_CASE(smaller_slabs_do),
	KUNIT_CASE(krealloc_without_pages),
	{},
};

struct kunit_suite slubx_kmalloc_fault_suite = {
	.name = "slubx_kmalloc_fault",
	.init = slubx_test_init,
	.exit = kmalloc_fault_exit,
	.test_cases = cases,
};
