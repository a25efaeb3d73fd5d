// SPDX-License-Identifier: GPL-2.0
/*
 * kvmalloc_test.c - memory of one piece where that is easily had, of pages where
 * it is not; both get new sizes and are freed.
 */
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "scene.h"
#include "../slubx/fault.h"
#include "../slubx/large.h"
#include "../slubx/slab.h"

#define ALWAYS UINT_MAX

/* What no one piece can hold, and what one piece can, if it is there. */
#define HUGE   (SLUBX_KMALLOC_MAX_SIZE + PAGE_SIZE)
#define MIDDLE (5 * PAGE_SIZE)

static void kvmalloc_exit(struct kunit *test)
{
	slubx_fault_disarm();
	slubx_test_exit(test);
}

static size_t hide(size_t size)
{
	OPTIMIZER_HIDE_VAR(size);
	return size;
}

static void expect_filled(struct kunit *test, const void *x, int c, size_t size)
{
	KUNIT_EXPECT_NULL(test, memchr_inv(x, c, size));
}

/* ---- Which of both -------------------------------------------------------*/

static void little_is_of_a_cache(struct kunit *test)
{
	size_t size;
	void *x;

	for (size = 1; size <= PAGE_SIZE; size *= 2) {
		x = slubx_kvmalloc(size, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, x);
		KUNIT_EXPECT_NOT_NULL(test, slubx_virt_to_slab(x));
		memset(x, 0x11, size);
		slubx_kvfree(x);
	}
	KUNIT_EXPECT_PTR_EQ(test, slubx_kvmalloc(hide(0), GFP_KERNEL),
			    ZERO_SIZE_PTR);
}

/* A page is not worth a mapping: with no slab to be had there is nothing. */
static void a_page_is_never_of_pieces(struct kunit *test)
{
	unsigned int i, count = 0;
	void **x = kunit_kcalloc(test, 1000, sizeof(*x), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, ALWAYS);
	slubx_fault_arm(SLUBX_FAULT_PAGE_MIN, 0, ALWAYS);
	while (count < 1000) {
		x[count] = slubx_kvmalloc(PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN);
		if (!x[count])
			break;
		KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(x[count++]));
	}
	KUNIT_EXPECT_LT(test, count, 1000U);
	for (i = 0; i < count; i++)
		slubx_kvfree(x[i]);
}

static void much_is_of_pieces(struct kunit *test)
{
	long large = slubx_large_count();
	void *x;

	EXPECT_ERRORS(test, 0, x = slubx_kvmalloc(HUGE, GFP_KERNEL));
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(x));
	memset(x, 0x22, HUGE);
	slubx_kvfree(x);
	KUNIT_EXPECT_EQ(test, slubx_large_count(), large);
}

static void pieces_when_one_is_not_there(struct kunit *test)
{
	static const gfp_t gfps[] = { GFP_KERNEL, GFP_KERNEL | __GFP_NOFAIL,
				      GFP_KERNEL | __GFP_RETRY_MAYFAIL,
				      GFP_NOFS };
	unsigned int i;
	void *x;

	for (i = 0; i < ARRAY_SIZE(gfps); i++) {
		slubx_fault_arm(SLUBX_FAULT_PAGE_LARGE, 0, 1);
		x = slubx_kvmalloc(MIDDLE, gfps[i]);
		KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_PAGE_LARGE),
				1U);
		KUNIT_ASSERT_NOT_NULL(test, x);
		KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(x));
		memset(x, 0x33, MIDDLE);
		slubx_kvfree(x);
	}
}

/* vmalloc() may sleep, whatever its flags. */
static void no_pieces_for_who_must_not_sleep(struct kunit *test)
{
	slubx_fault_arm(SLUBX_FAULT_PAGE_LARGE, 0, ALWAYS);
	KUNIT_EXPECT_NULL(test, slubx_kvmalloc(MIDDLE, GFP_NOWAIT));
	KUNIT_EXPECT_NULL(test, slubx_kvmalloc(MIDDLE, GFP_ATOMIC));
	KUNIT_EXPECT_NULL(test, slubx_kvmalloc(HUGE, GFP_ATOMIC));
}

static void neither_is_there(struct kunit *test)
{
	slubx_fault_arm(SLUBX_FAULT_PAGE_LARGE, 0, ALWAYS);
	slubx_fault_arm(SLUBX_FAULT_VMALLOC, 0, ALWAYS);
	KUNIT_EXPECT_NULL(test, slubx_kvmalloc(MIDDLE, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, slubx_kvzalloc(HUGE, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_VMALLOC), 2U);
}

static void over_the_limit(struct kunit *test)
{
	size_t size = hide((size_t)INT_MAX + 1);
	size_t n = hide(SIZE_MAX / 8 + 2);
	gfp_t quiet = GFP_KERNEL | __GFP_NOWARN;

	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_NULL(test,
					slubx_kvmalloc(size, GFP_KERNEL)));
	EXPECT_ERRORS(test, 0,
		      KUNIT_EXPECT_NULL(test, slubx_kvmalloc(size, quiet)));
	KUNIT_EXPECT_NULL(test, slubx_kvmalloc_array(n, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, slubx_kvcalloc(n, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, slubx_kvmalloc_array_node(n, 8, GFP_KERNEL, 0));
	KUNIT_EXPECT_NULL(test, slubx_kvcalloc_node(n, 8, GFP_KERNEL, 0));
}

/* ---- Contents and places -------------------------------------------------*/

static void zeroed_when_asked(struct kunit *test)
{
	static const size_t sizes[] = { 100, MIDDLE, HUGE };
	unsigned int i, pass;
	void *x;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (pass = 0; pass < 2; pass++) {
			x = slubx_kvzalloc(sizes[i], GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, x);
			expect_filled(test, x, 0, sizes[i]);
			memset(x, 0xa5, sizes[i]);
			slubx_kvfree(x);
			x = slubx_kvcalloc_node(sizes[i] / 4, 4, GFP_KERNEL,
						first_memory_node);
			KUNIT_ASSERT_NOT_NULL(test, x);
			expect_filled(test, x, 0, sizes[i] / 4 * 4);
			slubx_kvfree(x);
		}
	}
}

static void expect_node(struct kunit *test, const void *x, size_t size,
			int node)
{
	size_t at;

	for (at = 0; at < size; at += PAGE_SIZE) {
		struct page *page = is_vmalloc_addr(x) ?
					    vmalloc_to_page(x + at) :
					    virt_to_page(x + at);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_ASSERT_EQ(test, page_to_nid(page), node);
	}
}

static void on_the_node_asked_for(struct kunit *test)
{
	static const size_t sizes[] = { 100, MIDDLE, HUGE };
	gfp_t gfp = GFP_KERNEL | __GFP_THISNODE;
	unsigned int i;
	int node;
	void *x;

	for_each_node_state(node, N_MEMORY) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			x = slubx_kvmalloc_node(sizes[i], gfp, node);
			KUNIT_ASSERT_NOT_NULL(test, x);
			expect_node(test, x, sizes[i], node);
			slubx_kvfree(x);
		}
	}
}

static void aligned_or_none(struct kunit *test)
{
	size_t align = 16 * PAGE_SIZE;
	unsigned int i;
	void *x;

	for (i = 0; i < 40; i++) {
		x = slubx_kvmalloc_node_align(HUGE, align, GFP_KERNEL,
					      NUMA_NO_NODE);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)x, align));
		slubx_kvfree(x);
	}
}

/* ---- A new size ----------------------------------------------------------*/

/* Up through all kinds of memory, and down again. */
static void grows_and_shrinks(struct kunit *test)
{
	static const size_t sizes[] = { 8,	60,	   64,
					3000,	PAGE_SIZE, 8192,
					MIDDLE, HUGE,	   HUGE + 2 * PAGE_SIZE,
					HUGE,	MIDDLE,	   8192,
					100,	8 };
	size_t filled = 0;
	void *x = NULL, *to;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		to = slubx_kvrealloc(x, sizes[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, to);
		expect_filled(test, to, 0x44, min(filled, sizes[i]));
		memset(to, 0x44, sizes[i]);
		filled = sizes[i];
		x = to;
	}
	slubx_kvfree(x);
}

static void grows_with_zeroes(struct kunit *test)
{
	static const size_t sizes[] = {
		30,	  64,	  20,		64,
		300,	  MIDDLE, MIDDLE - 100, MIDDLE,
		HUGE - 9, HUGE,	  PAGE_SIZE,	HUGE + PAGE_SIZE
	};
	size_t written = 0;
	void *x = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		x = slubx_kvrealloc(x, sizes[i], GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, x);
		written = min(written, sizes[i]);
		expect_filled(test, x, 0x55, written);
		expect_filled(test, x + written, 0, sizes[i] - written);
		written = max(written, sizes[i] - sizes[i] / 3);
		memset(x, 0x55, written);
	}
	slubx_kvfree(x);
}

static void stays_where_it_fits(struct kunit *test)
{
	void *x = slubx_kvmalloc(HUGE - 100, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	slubx_fault_arm(SLUBX_FAULT_VMALLOC, 0, ALWAYS);
	KUNIT_EXPECT_PTR_EQ(test, slubx_kvrealloc(x, HUGE, GFP_KERNEL), x);
	KUNIT_EXPECT_PTR_EQ(test, slubx_kvrealloc(x, 1, GFP_KERNEL), x);
	/* One byte over the last page. */
	KUNIT_EXPECT_NULL(test, slubx_kvrealloc(x, HUGE + 1, GFP_KERNEL));
	slubx_kvfree(x);
}

static void a_failure_leaves_the_old(struct kunit *test)
{
	void *x = slubx_kvmalloc(100, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	memset(x, 0x66, 100);
	slubx_fault_arm(SLUBX_FAULT_PAGE_LARGE, 0, ALWAYS);
	slubx_fault_arm(SLUBX_FAULT_VMALLOC, 0, ALWAYS);
	KUNIT_EXPECT_NULL(test, slubx_kvrealloc(x, MIDDLE, GFP_KERNEL));
	slubx_fault_disarm();
	expect_filled(test, x, 0x66, 100);
	x = slubx_kvrealloc(x, MIDDLE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	expect_filled(test, x, 0x66, 100);
	slubx_kvfree(x);
}

static void to_no_size_and_from_nothing(struct kunit *test)
{
	void *x = slubx_kvrealloc(NULL, MIDDLE, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, x);
	x = slubx_kvrealloc(x, hide(0), GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, x, ZERO_SIZE_PTR);
	x = slubx_kvrealloc(x, HUGE, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, x);
	KUNIT_EXPECT_PTR_EQ(test, slubx_kvrealloc(x, hide(0), GFP_KERNEL),
			    ZERO_SIZE_PTR);
}

/* Memory of the kernel's kmalloc() is none of ours. */
static void of_a_stranger(struct kunit *test)
{
	void *x = kmalloc(100, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_NULL(test,
					slubx_kvrealloc(x, 200, GFP_KERNEL)));
	EXPECT_ERRORS(test, 1, slubx_kvfree(x));
	kfree(x);
}

/* ---- Freeing -------------------------------------------------------------*/

static void frees_what_vmalloc_gave(struct kunit *test)
{
	EXPECT_ERRORS(test, 0, slubx_kvfree(vmalloc(100)));
	EXPECT_ERRORS(test, 0, slubx_kvfree(NULL));
	EXPECT_ERRORS(test, 0, slubx_kvfree(ZERO_SIZE_PTR));
	EXPECT_ERRORS(test, 0, slubx_kvfree_atomic(NULL));
	EXPECT_ERRORS(test, 0, slubx_kvfree_atomic(ZERO_SIZE_PTR));
	EXPECT_ERRORS(test, 0, slubx_kvfree_sensitive(NULL, 8));
	EXPECT_ERRORS(test, 0, slubx_kvfree_sensitive(ZERO_SIZE_PTR, 8));
}

/* That nothing is left shows when slubx goes, and in the machine's balance. */
static void freed_where_nobody_sleeps(struct kunit *test)
{
	long large = slubx_large_count();
	unsigned int i;
	void *x[6];

	for (i = 0; i < ARRAY_SIZE(x); i++) {
		x[i] = slubx_kvmalloc(i < 4 ? HUGE : MIDDLE, GFP_KERNEL);
		KUNIT_EXPECT_NOT_NULL(test, x[i]);
	}
	local_irq_disable();
	for (i = 0; i < ARRAY_SIZE(x); i++)
		slubx_kvfree_atomic(x[i]);
	local_irq_enable();
	KUNIT_EXPECT_EQ(test, slubx_large_count(), large);
}

static u8 *object_with_dirt_behind(struct slubx_kmem_cache *s)
{
	u8 *x = slubx_kmem_cache_alloc(s, GFP_KERNEL);

	if (!x)
		return NULL;
	memset(x, 0x77, s->layout.size);
	memset(x, 0, s->layout.object_size);
	return x;
}

/* A cache's objects may have room behind them that was never zeroed. */
static void grows_with_zeroes_beyond_an_object(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_scene_cache(test, 100, SLUBX_HWCACHE_ALIGN);
	static const size_t sizes[] = { 120, 200 };
	unsigned int i;
	u8 *x;

	for (i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		size_t size = sizes[i / 2];

		x = object_with_dirt_behind(s);
		KUNIT_ASSERT_NOT_NULL(test, x);
		x = i % 2 ? slubx_krealloc(x, size, GFP_KERNEL | __GFP_ZERO) :
			    slubx_kvrealloc(x, size, GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, x);
		OPTIMIZER_HIDE_VAR(x);
		KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, size));
		slubx_kfree(x);
	}
}

/* In a freed object only the link to the next one is not zero. */
static void wiped_before_it_is_freed(struct kunit *test)
{
	unsigned int i, left = 0;
	u8 *x = slubx_kvmalloc(128, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	memset(x, 0x77, 128);
	slubx_kvfree_sensitive(x, 128);
	for (i = 0; i < 128; i++)
		left += READ_ONCE(x[i]) != 0;
	KUNIT_EXPECT_LE(test, left, sizeof(void *) + 0U);
}

/* What is not ours to free, or not any more, is not ours to wipe. */
static void wiped_only_if_it_can_be_freed(struct kunit *test)
{
	u8 *foreign = kmalloc(128, GFP_KERNEL);
	u8 *x = slubx_kvmalloc(128, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, foreign);
	KUNIT_ASSERT_NOT_NULL(test, x);
	memset(foreign, 0x77, 128);
	EXPECT_ERRORS(test, 1, slubx_kvfree_sensitive(foreign, 128));
	KUNIT_EXPECT_NULL(test, memchr_inv(foreign, 0x77, 128));
	kfree(foreign);
	slubx_kvfree_sensitive(x, 128);
	if (SLUBX_HARDENED) {
		EXPECT_ERRORS(test, 1, slubx_kvfree_sensitive(x, 128));
		EXPECT_ERRORS(test, 1, slubx_kvfree_sensitive(x, 128));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(little_is_of_a_cache),
	KUNIT_CASE(a_page_is_never_of_pieces),
	KUNIT_CASE(much_is_of_pieces),
	KUNIT_CASE(pieces_when_one_is_not_there),
	KUNIT_CASE(no_pieces_for_who_must_not_sleep),
	KUNIT_CASE(neither_is_there),
	KUNIT_CASE(over_the_limit),
	KUNIT_CASE(zeroed_when_asked),
	KUNIT_CASE(on_the_node_asked_for),
	KUNIT_CASE(aligned_or_none),
	KUNIT_CASE(grows_and_shrinks),
	KUNIT_CASE(grows_with_zeroes),
	KUNIT_CASE(grows_with_zeroes_beyond_an_object),
	KUNIT_CASE(stays_where_it_fits),
	KUNIT_CASE(a_failure_leaves_the_old),
	KUNIT_CASE(to_no_size_and_from_nothing),
	KUNIT_CASE(of_a_stranger),
	KUNIT_CASE(frees_what_vmalloc_gave),
	KUNIT_CASE(freed_where_nobody_sleeps),
	KUNIT_CASE(wiped_before_it_is_freed),
	KUNIT_CASE(wiped_only_if_it_can_be_freed),
	{},
};

struct kunit_suite slubx_kvmalloc_suite = {
	.name = "slubx_kvmalloc",
	.init = slubx_test_init,
	.exit = kvmalloc_exit,
	.test_cases = cases,
};
