// SPDX-License-Identifier: GPL-2.0
/*
 * nolock_misuse_test.c - memory freed where any lock may be held that can't be
 * freed, or is not left alone until it is.
 */
#include <linux/slab.h>

#include "scene.h"
#include "../slubx/large.h"
#include "../slubx/path.h"

#define SIZE 512

static void frees_that_cant_be_right(struct kunit *test)
{
	void *x = slubx_kmalloc(SIZE, GFP_KERNEL);
	void *strange = kmalloc(SIZE, GFP_KERNEL);

	EXPECT_ERRORS(test, 0, slubx_kfree_nolock(NULL));
	EXPECT_ERRORS(test, 0, slubx_kfree_nolock(ZERO_SIZE_PTR));
	EXPECT_ERRORS(test, 1, slubx_kfree_nolock(x + 8));
	EXPECT_ERRORS(test, 1, slubx_kfree_nolock(strange));
	slubx_kfree_nolock(x);
	EXPECT_ERRORS(test, 1, slubx_kfree_nolock(x));
	kfree(strange);
	EXPECT_VALID(test, cache, slubx_virt_to_slab(x)->slab_cache);
}

/*
 * What waits is not free yet, so nobody sees that it is freed again, until it is
 * to be freed; then all is right but for what the list has lost.
 */
static void freed_again_while_it_waits(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	void *y = slubx_scene_alloc(test, s), *x;
	unsigned int pass;

	if (!SLUBX_HARDENED)
		kunit_skip(test, "only a hardened build can tell");
	for (pass = 0; pass < 2; pass++) {
		long errors = atomic_long_read(&slubx_error_count);
		unsigned long irq;

		x = slubx_scene_alloc(test, s);
		local_irq_save(irq);
		slubx_cpu_flush_this(s);
		local_irq_restore(irq);
		local_irq_disable();
		slubx_kfree_nolock(x);
		EXPECT_ERRORS(test, 0,
			      pass ? slubx_kfree_nolock(x) : slubx_kfree(x));
		local_irq_enable();
		slubx_defer_flush();
		/* Of the object, and of its link. */
		KUNIT_EXPECT_EQ(test, atomic_long_read(&slubx_error_count),
				errors + 2);
		EXPECT_VALID(test, cache, s);
	}
	slubx_kmem_cache_free(s, y);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
}

/*
 * The first word of what waits is a link. Where it leads, if a client writes to
 * it, is not memory of slubx, and keeps what it has.
 */
static void written_to_while_it_waits(struct kunit *test)
{
	void **x = slubx_kmalloc(5 * PAGE_SIZE, GFP_KERNEL);
	long large = slubx_large_count(), errors;
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_ASSERT_NOT_NULL(test, page);
	page_ref_add(page, 3);
	errors = atomic_long_read(&slubx_error_count);
	local_irq_disable();
	slubx_kfree_nolock(x);
	*x = page_address(page);
	local_irq_enable();
	/* The interrupt may have come at once. */
	slubx_defer_flush();
	KUNIT_EXPECT_EQ(test, atomic_long_read(&slubx_error_count), errors + 1);
	KUNIT_EXPECT_EQ(test, slubx_large_count(), large - 1);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 4);
	page_ref_sub(page, 3);
	__free_page(page);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(frees_that_cant_be_right),
	KUNIT_CASE(freed_again_while_it_waits),
	KUNIT_CASE(written_to_while_it_waits),
	{},
};

SLUBX_SCENE_SUITE(nolock_misuse, cases);
