// SPDX-License-Identifier: GPL-2.0
/*
 * kfree_test.c - slubx_kfree() and slubx_kfree_sensitive() of what they take,
 * and of everything that can be wrong: one line in the log, and all is as it
 * was before. Pages of their own: large_test.c.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/freelist.h"
#include "../slubx/large.h"
#include "../slubx/slab.h"

typedef void (*free_fn)(const void *x);

static const free_fn frees[] = { slubx_kfree, slubx_kfree_sensitive };

/* Objects of the class for @size, as slubx_kmalloc() would give them. */
static struct slubx_test_herd *class_herd(struct kunit *test, size_t size,
					  unsigned int count)
{
	unsigned int index = slubx_kmalloc_index(size);

	return slubx_test_herd(
		test, slubx_kmalloc_caches[SLUBX_KMALLOC_NORMAL][index], count,
		NUMA_NO_NODE);
}

static void need_hardened(struct kunit *test)
{
	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
}

/* Neither function frees what starts at @x; both say so. */
static void expect_refused(struct kunit *test, const void *x)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frees); i++)
		EXPECT_ERRORS(test, 1, frees[i](x));
}

/* After wrong frees: the herd is whole, and can be freed in the right way. */
static void expect_unharmed(struct kunit *test, struct slubx_test_herd *herd,
			    unsigned long in_use)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, slubx_test_in_use(herd->s), in_use);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	EXPECT_VALID(test, cache, herd->s);
	for (i = 0; i < herd->count; i++) {
		if (!herd->x[i])
			continue;
		EXPECT_ERRORS(test, 0, slubx_kfree(herd->x[i]));
		herd->x[i] = NULL;
		herd->live--;
		in_use--;
	}
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(herd->s), in_use);
	EXPECT_VALID(test, cache, herd->s);
}

/* ---- What is right -------------------------------------------------------*/

static const gfp_t types[] = {
	GFP_KERNEL,
	GFP_KERNEL_ACCOUNT,
	GFP_KERNEL | __GFP_RECLAIMABLE,
	GFP_KERNEL | GFP_DMA,
};

static void all_of_the_family(struct kunit *test)
{
	unsigned int type, index, way = 0;
	struct slubx_kmem_cache *s;
	unsigned long in_use;
	void *x;

	for (type = 0; type < ARRAY_SIZE(types); type++) {
		for (index = 0; index < SLUBX_KMALLOC_INDICES; index++) {
			if (!slubx_kmalloc_caches[0][index])
				continue;
			x = slubx_kmalloc(slubx_kmalloc_caches[0][index]
						  ->layout.object_size,
					  types[type]);
			KUNIT_ASSERT_NOT_NULL(test, x);
			s = slubx_virt_to_slab(x)->slab_cache;
			in_use = slubx_test_in_use(s);
			EXPECT_ERRORS(test, 0, frees[way++ % 2](x));
			KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), in_use - 1);
			EXPECT_VALID(test, cache, s);
		}
	}
}

static void ctor(void *x)
{
	memset(x, 0x5c, 8);
}

static const struct kind {
	slubx_flags_t flags;
	void (*ctor)(void *x);
} kinds[] = {
	{ SLUBX_NO_MERGE },
	{ SLUBX_NO_MERGE | SLUBX_HWCACHE_ALIGN },
	{ SLUBX_TYPESAFE_BY_RCU },
	{ 0, ctor },
};

/* Objects know their cache, so kfree() needs no telling. */
static void objects_of_any_cache(struct kunit *test)
{
	struct slubx_kmem_cache *s;
	unsigned int i, n;
	void *x[5];

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		s = slubx_test_keep(test,
				    slubx_kmem_cache_create("kfree_test", 200,
							    0, kinds[i].flags,
							    kinds[i].ctor));
		for (n = 0; n < ARRAY_SIZE(x); n++)
			x[n] = slubx_kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 5UL);
		for (n = 0; n < ARRAY_SIZE(x); n++)
			EXPECT_ERRORS(test, 0, slubx_kfree(x[n]));
		KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 0UL);
		expect_refused(test, x[2]);
		EXPECT_VALID(test, cache, s);
	}
}

static void nothing(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frees); i++) {
		EXPECT_ERRORS(test, 0, frees[i](NULL));
		EXPECT_ERRORS(test, 0, frees[i](ZERO_SIZE_PTR));
	}
}

/* ---- Where nothing starts ------------------------------------------------*/

/* Every address of an object but its first, while it has neighbours. */
static void inside_an_object(struct kunit *test)
{
	static const size_t sizes[] = { 64, 96, 8192 };
	struct slubx_test_herd *herd;
	unsigned long in_use;
	unsigned int i;
	size_t offset;

	need_hardened(test);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		herd = class_herd(test, sizes[i], 3);
		in_use = slubx_test_in_use(herd->s);
		for (offset = 1; offset < sizes[i]; offset++)
			expect_refused(test, herd->x[1] + offset);
		expect_unharmed(test, herd, in_use);
	}
}

/* A slab of 96 bytes has 64 bytes left over behind its last object. */
static void in_the_waste_of_a_slab(struct kunit *test)
{
	struct slubx_test_herd *herd = class_herd(test, 96, 3);
	unsigned long in_use = slubx_test_in_use(herd->s);
	struct slubx_slab *slab = slubx_virt_to_slab(herd->x[0]);
	unsigned int offset, end = PAGE_SIZE << slubx_slab_order(slab);

	need_hardened(test);
	offset = slubx_layout_at(&herd->s->layout, slab->fc.counters.objects);
	KUNIT_ASSERT_LT(test, offset, end);
	for (; offset < end; offset++)
		expect_refused(test, slubx_slab_address(slab) + offset);
	expect_unharmed(test, herd, in_use);
}

/* ---- Twice ---------------------------------------------------------------*/

/* First, middle and last of the freelist, in every order. */
static void twice(struct kunit *test)
{
	static const size_t sizes[] = { 8, 64, 96, 2048, 8192 };
	struct slubx_test_herd *herd;
	unsigned int i, n;
	unsigned long in_use;

	need_hardened(test);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		void *x[3];

		herd = class_herd(test, sizes[i], 5);
		in_use = slubx_test_in_use(herd->s) - 3;
		for (n = 0; n < 3; n++) {
			x[n] = herd->x[n];
			slubx_kfree(x[n]);
			herd->x[n] = NULL;
			herd->live--;
		}
		for (n = 0; n < 6; n++)
			expect_refused(test, x[n % 3]);
		/* Again, now that the cpus gave the slab up. */
		KUNIT_EXPECT_EQ(test, slubx_test_in_use(herd->s), in_use);
		for (n = 0; n < 6; n++)
			expect_refused(test, x[2 - n % 3]);
		expect_unharmed(test, herd, in_use);
	}
}

/* The pages are not slubx's any more: nothing there may even be read. */
static void twice_after_its_slab_went(struct kunit *test)
{
	struct slubx_test_herd *herd;
	void *x[64];
	unsigned int i;

	herd = class_herd(test, 1024, ARRAY_SIZE(x));
	KUNIT_ASSERT_EQ(test, herd->count, (unsigned int)ARRAY_SIZE(x));
	memcpy(x, herd->x, sizeof(x));
	slubx_test_herd_free_all(herd);
	KUNIT_ASSERT_EQ(test, slubx_kmem_cache_shrink(herd->s), 0);
	for (i = 0; i < ARRAY_SIZE(x); i++)
		expect_refused(test, x[i]);
	EXPECT_VALID(test, cache, herd->s);
}

/* ---- What is not slubx's -------------------------------------------------*/

static char module_data[64];

/* Numbers that somebody might take for addresses. */
static void garbage(struct kunit *test)
{
	const void *const x[] = {
		(void *)17,
		(void *)0x1000,
		(void *)0x7f0012345678UL,
		(void *)0x00007fffffffffffUL,
		(void *)0x0000800000000000UL,
		(void *)0x8000000000000000UL,
		(void *)0xdead000000000100UL,
		(void *)PAGE_OFFSET - 1,
		(void *)PAGE_OFFSET - PAGE_SIZE,
		high_memory,
		high_memory + PAGE_SIZE,
		ERR_PTR(-ENOMEM),
		ERR_PTR(-MAX_ERRNO),
		(void *)-1,
		(void *)-8,
		(void *)-PAGE_SIZE,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(x); i++)
		expect_refused(test, x[i]);
}

static void expect_stays(struct kunit *test, void *x, size_t size)
{
	slubx_test_brand(x, size);
	expect_refused(test, x);
	expect_refused(test, x + size / 2);
	expect_refused(test, x + size - 1);
	KUNIT_EXPECT_TRUE(test, slubx_test_branded(x, size));
}

static void kernels_kmalloc(struct kunit *test)
{
	static const size_t sizes[] = { 8, 64, 96, 4096, 8192, 40000, 300000 };
	unsigned int i;
	void *x;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		x = kmalloc(sizes[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, x);
		expect_stays(test, x, sizes[i]);
		kfree(x);
	}
}

static void kernels_pages(struct kunit *test)
{
	struct page *page;
	unsigned int order;

	for (order = 0; order < 4; order++) {
		page = alloc_pages(GFP_KERNEL | __GFP_COMP, order);
		KUNIT_ASSERT_NOT_NULL(test, page);
		expect_stays(test, page_address(page), PAGE_SIZE << order);
		KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
		__free_pages(page, order);
	}
	page = alloc_pages(GFP_KERNEL, 2);
	KUNIT_ASSERT_NOT_NULL(test, page);
	expect_stays(test, page_address(page), PAGE_SIZE * 4);
	__free_pages(page, 2);
}

/* Outside of the direct map: its struct page must not even be looked for. */
static void vmalloc_and_stack(struct kunit *test)
{
	unsigned long stack[8];
	void *x = vmalloc(3 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, x);
	expect_stays(test, x, 3 * PAGE_SIZE);
	vfree(x);
	expect_refused(test, x);
	expect_stays(test, stack, sizeof(stack));
}

static void static_data(struct kunit *test)
{
	expect_stays(test, module_data, sizeof(module_data));
	expect_refused(test, THIS_MODULE);
	expect_refused(test, static_data);
	expect_refused(test, (void *)jiffies_to_msecs);
	expect_refused(test, slubx_kmalloc_caches);
	expect_refused(test, ZERO_PAGE(0));
	expect_refused(test, page_address(ZERO_PAGE(0)));
}

/* ---- Objects of a destroyed cache ----------------------------------------*/

static void zombies_objects(struct kunit *test)
{
	struct slubx_test_census before;
	struct slubx_kmem_cache *s;
	struct slubx_test_herd *herd;

	slubx_test_census(test, &before);
	s = slubx_kmem_cache_create("kfree_test", 1000, 0, SLUBX_NO_MERGE,
				    NULL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	herd = slubx_test_herd(test, s, 3, NUMA_NO_NODE);
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_destroy(s));
	EXPECT_ERRORS(test, 0, slubx_kfree(herd->x[0]));
	if (SLUBX_HARDENED) {
		expect_refused(test, herd->x[0]);
		expect_refused(test, herd->x[1] + 8);
	}
	KUNIT_EXPECT_TRUE(test, slubx_test_branded(herd->x[1], 1000));
	EXPECT_ERRORS(test, 0, slubx_kfree_sensitive(herd->x[1]));
	EXPECT_ERRORS(test, 0, slubx_kfree(herd->x[2]));
	EXPECT_UNCHANGED(test, &before);
	expect_refused(test, herd->x[2]);
}

/* ---- Sensitive -----------------------------------------------------------*/

/* All but the link to the next free object, which has its place inside. */
static bool is_wiped(const struct slubx_kmem_cache *s, const u8 *x)
{
	unsigned int link = s->layout.offset, end = link + sizeof(void *);

	return !memchr_inv(x, 0, link) &&
	       !memchr_inv(x + end, 0, s->layout.object_size - end);
}

static void sensitive_wipes_the_object(struct kunit *test)
{
	static const size_t sizes[] = { 8, 64, 96, 1024, 8192 };
	struct slubx_test_herd *herd;
	unsigned int i;
	void *x;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		herd = class_herd(test, sizes[i], 3);
		x = herd->x[1];
		memset(x, 0x66, sizes[i]);
		EXPECT_ERRORS(test, 0, slubx_kfree_sensitive(x));
		KUNIT_EXPECT_TRUE(test, is_wiped(herd->s, x));
		herd->x[1] = NULL;
		herd->live--;
		expect_unharmed(test, herd, slubx_test_in_use(herd->s));
	}
}

/* Wiped, a free object would lose its link, and all objects after it. */
static void sensitive_spares_free_objects(struct kunit *test)
{
	struct slubx_test_herd *herd = class_herd(test, 64, 6);
	unsigned int i;
	void *x[4], *y;

	need_hardened(test);
	for (i = 0; i < 4; i++) {
		x[i] = herd->x[i];
		slubx_kfree(x[i]);
		herd->x[i] = NULL;
		herd->live--;
	}
	for (i = 0; i < 4; i++)
		EXPECT_ERRORS(test, 1, slubx_kfree_sensitive(x[i]));
	/* What was freed last is given out first, so the links are whole. */
	for (i = 4; i-- > 0;) {
		y = slubx_kmem_cache_alloc(herd->s, GFP_KERNEL);
		KUNIT_EXPECT_PTR_EQ(test, y, x[i]);
		slubx_test_brand(y, 64);
		herd->x[i] = y;
		herd->live++;
	}
	expect_unharmed(test, herd, slubx_test_in_use(herd->s));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(all_of_the_family),
	KUNIT_CASE(objects_of_any_cache),
	KUNIT_CASE(nothing),
	KUNIT_CASE(inside_an_object),
	KUNIT_CASE(in_the_waste_of_a_slab),
	KUNIT_CASE(twice),
	KUNIT_CASE(twice_after_its_slab_went),
	KUNIT_CASE(garbage),
	KUNIT_CASE(kernels_kmalloc),
	KUNIT_CASE(kernels_pages),
	KUNIT_CASE(vmalloc_and_stack),
	KUNIT_CASE(static_data),
	KUNIT_CASE(zombies_objects),
	KUNIT_CASE(sensitive_wipes_the_object),
	KUNIT_CASE(sensitive_spares_free_objects),
	{},
};

SLUBX_SUITE(kfree, cases);
