// SPDX-License-Identifier: GPL-2.0
/*
 * mempool_test.c - the kernel's memory pools over slubx, also when there is no
 * memory but the pool's; variables that free what they point to; and objects
 * for a list_lru.
 */
#include "scene.h"
#include "../slubx/fault.h"
#include "../slubx/large.h"

#define SIZE	300
#define LAST	200 /* objects that the cache has, or more */
#define RESERVE 8

static void fill_and_empty(struct kunit *test, mempool_t *pool, void **x)
{
	unsigned int i;

	for (i = 0; i < RESERVE; i++) {
		x[i] = mempool_alloc(pool, GFP_NOWAIT | __GFP_NOWARN);
		KUNIT_EXPECT_NOT_NULL(test, x[i]);
	}
	for (i = 0; i < RESERVE; i++)
		if (x[i])
			mempool_free(x[i], pool);
}

static void fail_all_pages(void)
{
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, UINT_MAX);
	slubx_fault_arm(SLUBX_FAULT_PAGE_MIN, 0, UINT_MAX);
}

static void pool_of_a_cache(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	void **last = kunit_kcalloc(test, LAST, sizeof(void *), GFP_KERNEL);
	void *x[RESERVE];
	unsigned int i, count = 0;
	mempool_t *pool;

	KUNIT_ASSERT_NOT_NULL(test, last);
	pool = slubx_mempool_create_slab_pool(RESERVE, s);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	fill_and_empty(test, pool, x);
	/* The cache is used up; the pool has some yet. */
	fail_all_pages();
	while (count < LAST && (last[count] = slubx_kmem_cache_alloc(
					s, GFP_NOWAIT | __GFP_NOWARN)))
		count++;
	fill_and_empty(test, pool, x);
	for (i = 0; i < RESERVE; i++)
		KUNIT_EXPECT_PTR_EQ(test, slubx_virt_to_slab(x[i])->slab_cache,
				    s);
	slubx_fault_disarm();
	slubx_kmem_cache_free_bulk(s, count, last);
	mempool_destroy(pool);
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
}

static void pool_that_can_not_be_filled(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	mempool_t pool = {};

	fail_all_pages();
	KUNIT_EXPECT_NULL(test, slubx_mempool_create_slab_pool(RESERVE, s));
	KUNIT_EXPECT_EQ(test, slubx_mempool_init_slab_pool(&pool, RESERVE, s),
			-ENOMEM);
	slubx_fault_disarm();
	KUNIT_EXPECT_EQ(test, slubx_mempool_init_slab_pool(&pool, RESERVE, s),
			0);
	mempool_exit(&pool);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
}

static void pools_of_a_size(struct kunit *test)
{
	long large = slubx_large_count();
	mempool_t here = {}, *pool;
	void *x[RESERVE];
	unsigned int i;

	pool = slubx_mempool_create_kmalloc_pool(RESERVE, SIZE);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	fill_and_empty(test, pool, x);
	mempool_destroy(pool);
	for (i = 0; SLUBX_HARDENED && i < RESERVE; i++)
		EXPECT_ERRORS(test, 1, slubx_kfree(x[i]));
	KUNIT_ASSERT_EQ(test,
			slubx_mempool_init_kmalloc_pool(&here, RESERVE, 20000),
			0);
	EXPECT_ERRORS(test, 0, fill_and_empty(test, &here, x));
	mempool_exit(&here);
	KUNIT_EXPECT_EQ(test, slubx_large_count(), large);
}

static void objects_for_a_list_lru(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	u8 *x = slubx_kmem_cache_alloc_lru(s, NULL, GFP_KERNEL | __GFP_ZERO);

	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, SIZE));
	slubx_kmem_cache_free(s, x);
}

/* ---- Variables that free -------------------------------------------------*/

static int leave_early(struct kunit *test, void **kept, bool keep)
{
	void *x __free(slubx_kfree) = slubx_kmalloc(100, GFP_KERNEL);
	void *y __free(slubx_kfree_sensitive) = slubx_kmalloc(64, GFP_KERNEL);
	void *none __free(slubx_kfree) = NULL;
	void *error __free(slubx_kfree) = ERR_PTR(-EIO);

	KUNIT_EXPECT_NULL(test, none);
	KUNIT_EXPECT_TRUE(test, IS_ERR(error));
	if (!x || !y)
		return -ENOMEM;
	*kept = x;
	if (keep)
		*kept = no_free_ptr(x);
	return 0;
}

static void variables_free_what_they_point_to(struct kunit *test)
{
	void *x;

	KUNIT_ASSERT_EQ(test, leave_early(test, &x, false), 0);
	if (SLUBX_HARDENED)
		EXPECT_ERRORS(test, 1, slubx_kfree(x));
	KUNIT_ASSERT_EQ(test, leave_early(test, &x, true), 0);
	EXPECT_ERRORS(test, 0, slubx_kfree(x));
}

static struct slubx_kmem_cache *make_and_leave(void)
{
	struct slubx_kmem_cache *s __free(slubx_kmem_cache_destroy) =
		slubx_kmem_cache_create("mempool_test", SIZE, NULL,
					SLUBX_NO_MERGE);

	return s;
}

static void variables_destroy_caches(struct kunit *test)
{
	struct slubx_kmem_cache *s = make_and_leave();

	/* It is no more, so this is reported. */
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_destroy(s));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pool_of_a_cache),
	KUNIT_CASE(pool_that_can_not_be_filled),
	KUNIT_CASE(pools_of_a_size),
	KUNIT_CASE(objects_for_a_list_lru),
	KUNIT_CASE(variables_free_what_they_point_to),
	KUNIT_CASE(variables_destroy_caches),
	{},
};

SLUBX_SCENE_SUITE(mempool, cases);
