// SPDX-License-Identifier: GPL-2.0
/*
 * large_test.c - memory too large for a cache: which pages it gets, what the
 * rest of the kernel sees of them, how they go back; frees that are wrong.
 */
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/pfn.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#include "herd.h"
#include "scene.h"
#include "../slubx/fault.h"
#include "../slubx/large.h"
#include "../slubx/slab.h"

#define SIZE  40000
#define ORDER 4
static_assert(SIZE > PAGE_SIZE << (ORDER - 1) && SIZE <= PAGE_SIZE << ORDER);

/* All of the pages may be looked at; the compiler would think of @size only. */
static void *large(struct kunit *test, size_t size, gfp_t gfp)
{
	void *x = __slubx_kmalloc(size, gfp);

	KUNIT_ASSERT_NOT_NULL(test, x);
	OPTIMIZER_HIDE_VAR(x);
	return x;
}

/* All of it can be used; freed rightly it is gone, and nothing is said. */
static void expect_works(struct kunit *test, void *x, size_t size)
{
	long count = slubx_large_count();

	KUNIT_EXPECT_GE(test, slubx_ksize(x), size);
	slubx_test_brand(x, slubx_ksize(x));
	KUNIT_EXPECT_TRUE(test, slubx_test_branded(x, slubx_ksize(x)));
	EXPECT_ERRORS(test, 0, slubx_kfree(x));
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count - 1);
}

/* ---- Which pages ---------------------------------------------------------*/

/* From the first size that no cache has, a byte to each side of each order. */
static void pages_by_size(struct kunit *test)
{
	long count = slubx_large_count();
	unsigned int order;
	size_t size;
	int step;

	for (order = 1; order <= get_order(SLUBX_KMALLOC_MAX_SIZE); order++) {
		for (step = -1; step <= 1; step++) {
			void *x;

			size = (PAGE_SIZE << order) + step;
			if (size <= SLUBX_KMALLOC_MAX_CACHE_SIZE ||
			    size > SLUBX_KMALLOC_MAX_SIZE)
				continue;
			x = __slubx_kmalloc(size, GFP_KERNEL | __GFP_NOWARN);
			/* So many pages at once are not always there. */
			if (!x && order > PAGE_ALLOC_COSTLY_ORDER)
				continue;
			KUNIT_ASSERT_NOT_NULL(test, x);
			KUNIT_EXPECT_EQ(test, compound_order(virt_to_page(x)),
					(unsigned int)get_order(size));
			KUNIT_EXPECT_PTR_EQ(test, page_address(virt_to_page(x)),
					    x);
			KUNIT_EXPECT_EQ(test, slubx_ksize(x),
					PAGE_SIZE << get_order(size));
			KUNIT_EXPECT_EQ(test, slubx_large_count(), count + 1);
			expect_works(test, x, size);
		}
	}
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count);
}

/* kmalloc() has an address for no bytes, but that is none of a page. */
static void no_pages_for_no_size(struct kunit *test)
{
	void *x;

	EXPECT_ERRORS(test, 2, {
		x = slubx_kmalloc_large(0, GFP_KERNEL);
		KUNIT_EXPECT_NULL(test, x);
		x = slubx_kmalloc_large_node(0, GFP_KERNEL, 0);
		KUNIT_EXPECT_NULL(test, x);
	});
}

/* A size that a cache would have: who asks for pages gets them. */
static void few_bytes(struct kunit *test)
{
	void *x = slubx_kmalloc_large(1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, slubx_ksize(x), PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, !!slubx_virt_to_slab(x));
	expect_works(test, x, 1);
}

/* Dirty pages of that size are surely about. */
static void zeroed_when_asked(struct kunit *test)
{
	unsigned int i, pass;
	void *x[4];

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < ARRAY_SIZE(x); i++) {
			x[i] = large(test, SIZE, GFP_KERNEL | __GFP_ZERO);
			KUNIT_EXPECT_NULL(test, memchr_inv(x[i], 0,
							   slubx_ksize(x[i])));
			memset(x[i], 0xd1, slubx_ksize(x[i]));
		}
		for (i = 0; i < ARRAY_SIZE(x); i++)
			slubx_kfree(x[i]);
	}
}

static void from_the_dma_zone(struct kunit *test)
{
	void *x;

	if (!IS_ENABLED(CONFIG_ZONE_DMA))
		kunit_skip(test, "there is no ZONE_DMA");
	x = large(test, SIZE, GFP_KERNEL | GFP_DMA);
	KUNIT_EXPECT_LE(test, page_to_pfn(virt_to_page(x)) + (1UL << ORDER),
			PFN_DOWN(SZ_16M) + 0UL);
	expect_works(test, x, SIZE);
}

static void from_the_node_asked_for(struct kunit *test)
{
	int node;
	void *x;

	for_each_node_state(node, N_MEMORY) {
		x = slubx_kmalloc_large_node(SIZE, GFP_KERNEL | __GFP_THISNODE,
					     node);
		KUNIT_ASSERT_NOT_NULL(test, x);
		KUNIT_EXPECT_EQ(test, page_to_nid(virt_to_page(x)), node);
		expect_works(test, x, SIZE);
	}
}

/* A number that no node has is reported, and any node will do. */
static void from_no_node(struct kunit *test)
{
	static const int nodes[] = { 999, -7, INT_MAX, INT_MIN, -2 };
	unsigned int i;
	void *x = NULL;
	int node;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		EXPECT_ERRORS(test, 1,
			      x = __slubx_kmalloc_node(SIZE, GFP_KERNEL,
						       nodes[i]));
		KUNIT_ASSERT_NOT_NULL(test, x);
		expect_works(test, x, SIZE);
	}
	/* One that can exist, but may have no memory. */
	for_each_node_state(node, N_POSSIBLE) {
		EXPECT_ERRORS(test, 0,
			      x = __slubx_kmalloc_node(SIZE, GFP_KERNEL, node));
		KUNIT_ASSERT_NOT_NULL(test, x);
		expect_works(test, x, SIZE);
	}
}

/* ---- Flags ---------------------------------------------------------------*/

struct request {
	gfp_t gfp;
	unsigned int errors;
};

static const struct request requests[] = {
	{ GFP_KERNEL | __GFP_HIGHMEM, 1 },
	{ GFP_KERNEL | __GFP_DMA32, 1 },
	{ GFP_KERNEL | __GFP_HIGHMEM | __GFP_DMA32, 1 },
	{ GFP_KERNEL | (__force gfp_t)(1U << 31), 1 },
	{ GFP_HIGHUSER_MOVABLE, 1 },
	{ GFP_KERNEL | __GFP_MOVABLE, 0 },
	{ GFP_KERNEL_ACCOUNT, 0 },
	{ GFP_KERNEL | __GFP_RECLAIMABLE, 0 },
	{ GFP_ATOMIC, 0 },
	{ GFP_NOWAIT, 0 },
	{ GFP_NOFS | __GFP_COMP | __GFP_WRITE, 0 },
};

static void flags_that_make_no_sense(struct kunit *test)
{
	unsigned int i;
	void *x = NULL;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		EXPECT_ERRORS(test, requests[i].errors,
			      x = __slubx_kmalloc(SIZE, requests[i].gfp));
		KUNIT_ASSERT_NOT_NULL(test, x);
		expect_works(test, x, SIZE);
	}
}

/* No page is the kernel's fault, not the client's: nothing of ours is said. */
static void without_pages(struct kunit *test)
{
	long count = slubx_large_count();

	slubx_fault_arm(SLUBX_FAULT_PAGE_LARGE, 0, 2);
	EXPECT_ERRORS(test, 0, {
		KUNIT_EXPECT_NULL(test, __slubx_kmalloc(SIZE, GFP_KERNEL));
		KUNIT_EXPECT_NULL(test,
				  __slubx_kmalloc_node(SIZE, GFP_KERNEL, 0));
	});
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count);
	expect_works(test, large(test, SIZE, GFP_KERNEL), SIZE);
	slubx_fault_disarm();
}

/* ---- What the rest of the kernel sees ------------------------------------*/

static void pages_are_marked(struct kunit *test)
{
	void *x = large(test, SIZE, GFP_KERNEL);
	struct page *page = virt_to_page(x);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, *slubx_page_mark(page), SLUBX_LARGE_MARK);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 2);
	KUNIT_EXPECT_NULL(test, page->mapping);
	for (i = 0; i < 1U << ORDER; i++) {
		KUNIT_EXPECT_FALSE(test, PageSlab(page + i));
		KUNIT_EXPECT_FALSE(test, PageLRU(page + i));
		KUNIT_EXPECT_PTR_EQ(test, compound_head(page + i), page);
		if (i)
			KUNIT_EXPECT_EQ(test, *slubx_page_mark(page + i),
					SLUBX_PAGE_NO_MARK);
	}
	slubx_kfree(x);
}

/* As the page allocator wants it; our own reference keeps it in sight. */
static void expect_restored(struct kunit *test, struct page *page)
{
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_EQ(test, *slubx_page_mark(page), SLUBX_PAGE_NO_MARK);
	KUNIT_EXPECT_EQ(test, atomic_read(&page->_mapcount), -1);
	KUNIT_EXPECT_NULL(test, page->mapping);
	KUNIT_EXPECT_EQ(
		test, *slubx_page_flags(page) & PAGE_FLAGS_CHECK_AT_FREE, 0UL);
}

static void pages_are_restored(struct kunit *test)
{
	void *x = large(test, SIZE, GFP_KERNEL);
	struct page *page = virt_to_page(x);

	get_page(page);
	EXPECT_ERRORS(test, 0, slubx_kfree(x));
	expect_restored(test, page);
	put_page(page);
}

#define MANY 256

/* Each cpu keeps up to 125 pages to itself, and the rest of the kernel lives. */
#define NOISE (128L * num_online_cpus() + 256)

static long unreclaimable(void)
{
	return global_node_page_state_pages(NR_SLAB_UNRECLAIMABLE_B);
}

static void pages_are_accounted(struct kunit *test)
{
	long before = unreclaimable(), pages = (long)MANY << ORDER;
	long count = slubx_large_count();
	void **x = kunit_kcalloc(test, MANY, sizeof(*x), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_ASSERT_GT(test, pages, 2 * NOISE);
	for (i = 0; i < MANY; i++)
		x[i] = large(test, SIZE, GFP_KERNEL);
	KUNIT_EXPECT_LE(test, abs(unreclaimable() - before - pages), NOISE);
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count + MANY);
	for (i = 0; i < MANY; i++)
		slubx_kfree(x[i]);
	KUNIT_EXPECT_LE(test, abs(unreclaimable() - before), NOISE);
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count);
}

/* ---- Wrong frees ---------------------------------------------------------*/

static void expect_refused(struct kunit *test, const void *x)
{
	EXPECT_ERRORS(test, 1, slubx_kfree(x));
	EXPECT_ERRORS(test, 1, slubx_kfree_sensitive(x));
}

static void freed_from_inside(struct kunit *test)
{
	static const unsigned int offsets[] = {
		1,
		8,
		17,
		PAGE_SIZE - 1,
		PAGE_SIZE,
		PAGE_SIZE + 8,
		2 * PAGE_SIZE,
		8 * PAGE_SIZE,
		(PAGE_SIZE << ORDER) - 1,
	};
	void *x = large(test, SIZE, GFP_KERNEL);
	unsigned int i;

	slubx_test_brand(x, SIZE);
	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		expect_refused(test, x + offsets[i]);
	KUNIT_EXPECT_TRUE(test, slubx_test_branded(x, SIZE));
	KUNIT_EXPECT_EQ(test, page_ref_count(virt_to_page(x)), 2);
	expect_works(test, x, SIZE);
}

static void freed_twice(struct kunit *test)
{
	void *x = large(test, SIZE, GFP_KERNEL);
	struct page *page = virt_to_page(x);
	unsigned long count;

	get_page(page);
	slubx_kfree(x);
	count = slubx_large_count();
	slubx_test_brand(x, SIZE);
	expect_refused(test, x);
	KUNIT_EXPECT_TRUE(test, slubx_test_branded(x, SIZE));
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count);
	expect_restored(test, page);
	put_page(page);
	expect_refused(test, x);
}

struct race {
	void *x;
	atomic_t here;
};

static void free_now(void *data)
{
	struct race *race = data;

	atomic_inc(&race->here);
	slubx_scene_wait(&race->here, num_online_cpus());
	slubx_kfree(race->x);
}

/* Of all cpus at once, one frees it. */
static void freed_by_all_at_once(struct kunit *test)
{
	long count = slubx_large_count();
	unsigned int i;

	for (i = 0; i < 200; i++) {
		struct race race = { .x = large(test, SIZE, GFP_KERNEL) };
		struct page *page = virt_to_page(race.x);

		get_page(page);
		EXPECT_ERRORS(test, num_online_cpus() - 1,
			      slubx_test_on_cpus(test, cpu_online_mask,
						 free_now, &race));
		KUNIT_ASSERT_EQ(test, page_ref_count(page), 1);
		put_page(page);
	}
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count);
}

/* It was freed all the same, and what it held is gone. */
static void sensitive_wipes_all_pages(struct kunit *test)
{
	void *x = large(test, SIZE, GFP_KERNEL);
	struct page *page = virt_to_page(x);

	memset(x, 0x66, PAGE_SIZE << ORDER);
	get_page(page);
	EXPECT_ERRORS(test, 0, slubx_kfree_sensitive(x));
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, PAGE_SIZE << ORDER));
	expect_restored(test, page);
	put_page(page);
}

/* ---- Strangers' references -----------------------------------------------*/

/* Somebody looks at the page for a moment: no fault. */
static void walkers_reference_is_no_fault(struct kunit *test)
{
	void *x = large(test, SIZE, GFP_KERNEL);

	get_page(virt_to_page(x));
	EXPECT_ERRORS(test, 0, slubx_kfree(x));
	put_page(virt_to_page(x));
}

/* A reference dropped that was ours: found at the free, the pages stay. */
static void stray_put_is_reported(struct kunit *test)
{
	void *x = large(test, SIZE, GFP_KERNEL);
	long count = slubx_large_count();

	slubx_test_brand(x, SIZE);
	put_page(virt_to_page(x));
	KUNIT_EXPECT_EQ(test, page_ref_count(virt_to_page(x)), 1);
	KUNIT_EXPECT_TRUE(test, slubx_test_branded(x, SIZE));
	EXPECT_ERRORS(test, 1, slubx_kfree(x));
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count - 1);
	expect_refused(test, x);
}

/* Both references gone, the pages are somebody else's: slubx lets go. */
static void lost_pages_are_let_go(struct kunit *test)
{
	void *x = large(test, SIZE, GFP_KERNEL);
	struct page *page = virt_to_page(x);
	long count = slubx_large_count();

	page_ref_sub(page, 2);
	EXPECT_ERRORS(test, 1, slubx_kfree(x));
	KUNIT_EXPECT_EQ(test, slubx_large_count(), count - 1);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 0);
	set_page_count(page, 1);
	expect_restored(test, page);
	__free_pages(page, ORDER);
}

/* The kernel's kfree() took any page for its own, until 6.15. */
static void kernels_kfree_frees_nothing(struct kunit *test)
{
	struct page *page;
	void *x;

	if (__is_defined(SLUBX_HAVE_LARGE_KMALLOC_TYPE))
		kunit_skip(test, "this kernel's kfree() knows its pages");
	x = large(test, SIZE, GFP_KERNEL);
	page = virt_to_page(x);
	slubx_test_brand(x, SIZE);
	kfree(x);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_TRUE(test, slubx_test_branded(x, SIZE));
	EXPECT_ERRORS(test, 1, slubx_kfree(x));
	/* It also took the pages off the kernel's account, as slubx did. */
	mod_node_page_state(page_pgdat(page), NR_SLAB_UNRECLAIMABLE_B,
			    PAGE_SIZE << ORDER);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pages_by_size),
	KUNIT_CASE(no_pages_for_no_size),
	KUNIT_CASE(few_bytes),
	KUNIT_CASE(zeroed_when_asked),
	KUNIT_CASE(from_the_dma_zone),
	KUNIT_CASE(from_the_node_asked_for),
	KUNIT_CASE(from_no_node),
	KUNIT_CASE(flags_that_make_no_sense),
	KUNIT_CASE(without_pages),
	KUNIT_CASE(pages_are_marked),
	KUNIT_CASE(pages_are_restored),
	KUNIT_CASE(pages_are_accounted),
	KUNIT_CASE(freed_from_inside),
	KUNIT_CASE(freed_twice),
	KUNIT_CASE(freed_by_all_at_once),
	KUNIT_CASE(sensitive_wipes_all_pages),
	KUNIT_CASE(walkers_reference_is_no_fault),
	KUNIT_CASE(stray_put_is_reported),
	KUNIT_CASE(lost_pages_are_let_go),
	KUNIT_CASE(kernels_kfree_frees_nothing),
	{},
};

SLUBX_SUITE(large, cases);
