// SPDX-License-Identifier: GPL-2.0
/*
 * kmalloc_test.c - which cache a size comes from, what it holds and where it
 * lies; sizes that no cache has; new sizes for old memory: krealloc_test.c.
 */
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/slab.h>

#include "common.h"
#include "../slubx/fault.h"
#include "../slubx/large.h"
#include "../slubx/slab.h"

static struct slubx_kmem_cache *cache_of(const void *x)
{
	struct slubx_slab *slab = slubx_virt_to_slab(x);

	return slab ? slab->slab_cache : NULL;
}

static const char *name_of(const void *x)
{
	struct slubx_kmem_cache *s = cache_of(x);

	return s ? s->name : "none";
}

/* The size as a number at run time, whatever the compiler might know. */
static size_t hide(size_t size)
{
	OPTIMIZER_HIDE_VAR(size);
	return size;
}

/* ---- Classes -------------------------------------------------------------*/

struct example {
	size_t size;
	const char *name;
};

/* Each class by its smallest and its largest size. */
static const struct example classes[] = {
	{ 1, "slubx-kmalloc-8" },	{ 8, "slubx-kmalloc-8" },
	{ 9, "slubx-kmalloc-16" },	{ 16, "slubx-kmalloc-16" },
	{ 17, "slubx-kmalloc-32" },	{ 32, "slubx-kmalloc-32" },
	{ 33, "slubx-kmalloc-64" },	{ 64, "slubx-kmalloc-64" },
	{ 65, "slubx-kmalloc-96" },	{ 96, "slubx-kmalloc-96" },
	{ 97, "slubx-kmalloc-128" },	{ 128, "slubx-kmalloc-128" },
	{ 129, "slubx-kmalloc-192" },	{ 192, "slubx-kmalloc-192" },
	{ 193, "slubx-kmalloc-256" },	{ 256, "slubx-kmalloc-256" },
	{ 257, "slubx-kmalloc-512" },	{ 512, "slubx-kmalloc-512" },
	{ 513, "slubx-kmalloc-1k" },	{ 1024, "slubx-kmalloc-1k" },
	{ 1025, "slubx-kmalloc-2k" },	{ 2048, "slubx-kmalloc-2k" },
	{ 2049, "slubx-kmalloc-4k" },	{ 4096, "slubx-kmalloc-4k" },
	{ 4097, "slubx-kmalloc-8k" },	{ 8192, "slubx-kmalloc-8k" },
};

static void class_of_each_size(struct kunit *test)
{
	const struct example *c;
	void *x;

	if (SLUBX_RANDOM_KMALLOC)
		kunit_skip(test, "which copy of a class is chance");
	for (c = classes; c < classes + ARRAY_SIZE(classes); c++) {
		x = slubx_kmalloc(hide(c->size), GFP_KERNEL);
		KUNIT_EXPECT_STREQ(test, name_of(x), c->name);
		slubx_kfree(x);
		x = slubx_kmalloc_node(hide(c->size), GFP_KERNEL,
				       numa_mem_id());
		KUNIT_EXPECT_STREQ(test, name_of(x), c->name);
		slubx_kfree(x);
	}
}

#define EXPECT_CLASS(test, size, gfp, name)                                \
	do {                                                               \
		void *__x = slubx_kmalloc(size, gfp);                      \
									   \
		KUNIT_EXPECT_STREQ(test, name_of(__x), name);              \
		slubx_kfree(__x);                                          \
		__x = slubx_kmalloc_node(size, gfp, NUMA_NO_NODE);         \
		KUNIT_EXPECT_STREQ(test, name_of(__x), name);              \
		slubx_kfree(__x);                                          \
	} while (0)

/* The compiler chooses as slubx does at run time. */
static void class_of_constant_sizes(struct kunit *test)
{
	if (SLUBX_RANDOM_KMALLOC)
		kunit_skip(test, "which copy of a class is chance");
	EXPECT_CLASS(test, 1, GFP_KERNEL, "slubx-kmalloc-8");
	EXPECT_CLASS(test, 8, GFP_KERNEL, "slubx-kmalloc-8");
	EXPECT_CLASS(test, 17, GFP_KERNEL, "slubx-kmalloc-32");
	EXPECT_CLASS(test, 64, GFP_KERNEL, "slubx-kmalloc-64");
	EXPECT_CLASS(test, 96, GFP_KERNEL, "slubx-kmalloc-96");
	EXPECT_CLASS(test, 192, GFP_KERNEL, "slubx-kmalloc-192");
	EXPECT_CLASS(test, 193, GFP_KERNEL, "slubx-kmalloc-256");
	EXPECT_CLASS(test, 4097, GFP_KERNEL, "slubx-kmalloc-8k");
	EXPECT_CLASS(test, 8192, GFP_KERNEL, "slubx-kmalloc-8k");
}

/* The first of DMA, RECLAIMABLE, ACCOUNT decides. */
static void type_of_each_flag(struct kunit *test)
{
	EXPECT_CLASS(test, 64, GFP_KERNEL_ACCOUNT, "slubx-kmalloc-cg-64");
	EXPECT_CLASS(test, 64, GFP_KERNEL | __GFP_RECLAIMABLE,
		     "slubx-kmalloc-rcl-64");
	EXPECT_CLASS(test, 64, GFP_KERNEL | GFP_DMA, "slubx-dma-kmalloc-64");
	EXPECT_CLASS(test, hide(64), GFP_KERNEL | GFP_DMA,
		     "slubx-dma-kmalloc-64");
	EXPECT_CLASS(test, 64, GFP_KERNEL_ACCOUNT | __GFP_RECLAIMABLE,
		     "slubx-kmalloc-rcl-64");
	EXPECT_CLASS(test, 2048,
		     GFP_KERNEL_ACCOUNT | GFP_DMA | __GFP_RECLAIMABLE,
		     "slubx-dma-kmalloc-2k");
}

static void caches_are_as_their_type(struct kunit *test)
{
	unsigned int type, i;

	for (type = 0; type < SLUBX_KMALLOC_COPY; type++) {
		for (i = 0; i < SLUBX_KMALLOC_INDICES; i++) {
			struct slubx_kmem_cache *s =
				slubx_kmalloc_caches[type][i];

			if (!s)
				continue;
			KUNIT_EXPECT_EQ(test, !!(s->flags & SLUBX_CACHE_DMA),
					type == SLUBX_KMALLOC_DMA);
			KUNIT_EXPECT_EQ(test,
					!!(s->flags & SLUBX_RECLAIM_ACCOUNT),
					type == SLUBX_KMALLOC_RECLAIM);
			KUNIT_EXPECT_EQ(test, !!(s->flags & SLUBX_ACCOUNT),
					type == SLUBX_KMALLOC_CGROUP);
			KUNIT_EXPECT_EQ(test, s->usersize,
					s->layout.object_size);
			EXPECT_VALID(test, layout, &s->layout);
		}
	}
}

/* Nobody's objects come between those of kmalloc(), and nobody can end it. */
static void caches_are_ours_alone(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(
		test, slubx_kmem_cache_create("slubx_test_64", 64, 0, 0, NULL));
	void *x = slubx_kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_PTR_NE(test, cache_of(x), s);
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_destroy(cache_of(x)));
	slubx_kfree(x);
}

/* ---- Copies --------------------------------------------------------------*/

/* The place that counts is where this was called. */
static noinline void *call(void)
{
	return slubx_kmalloc(64, GFP_KERNEL);
}

/* Of a build with copies 16 callers hardly all use the same one. */
static void copies_by_caller(struct kunit *test)
{
	void *x[] = {
		call(), call(), call(), call(), call(), call(), call(), call(),
		call(), call(), call(), call(), call(), call(), call(), call(),
	};
	unsigned int i, others = 0;

	for (i = 0; i < ARRAY_SIZE(x); i++) {
		KUNIT_EXPECT_NOT_NULL(test, x[i]);
		others += cache_of(x[i]) != cache_of(x[0]);
		slubx_kfree(x[i]);
	}
	KUNIT_EXPECT_EQ(test, others > 0, SLUBX_RANDOM_KMALLOC);
}

/* Also a client that knows nothing of copies, or of none, finds its cache. */
static void copies_are_there(struct kunit *test)
{
	unsigned int type, i;

	for (type = SLUBX_KMALLOC_COPY; type < SLUBX_KMALLOC_TYPES; type++) {
		for (i = 0; i < SLUBX_KMALLOC_INDICES; i++) {
			struct slubx_kmem_cache *normal =
				slubx_kmalloc_caches[SLUBX_KMALLOC_NORMAL][i];
			struct slubx_kmem_cache *s =
				slubx_kmalloc_caches[type][i];

			KUNIT_EXPECT_EQ(test, !s, !normal);
			if (s)
				KUNIT_EXPECT_EQ(test, s->layout.object_size,
						normal->layout.object_size);
		}
	}
}

/* ---- Contents and places -------------------------------------------------*/

static void aligned_by_size(struct kunit *test)
{
	unsigned int i, n;
	size_t size, align;
	void *x[8];

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		size = slubx_kmalloc_size_roundup(classes[i].size);
		align = max_t(size_t, size & -size, ARCH_KMALLOC_MINALIGN);
		for (n = 0; n < ARRAY_SIZE(x); n++) {
			x[n] = slubx_kmalloc(hide(size), GFP_KERNEL);
			KUNIT_EXPECT_NOT_NULL(test, x[n]);
			KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)x[n],
							   align));
		}
		for (n = 0; n < ARRAY_SIZE(x); n++)
			slubx_kfree(x[n]);
	}
}

/* Twice: the second time it gets what was written to. */
static void zeroed_when_asked(struct kunit *test)
{
	unsigned int i, pass;
	size_t size;
	void *x;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		size = slubx_kmalloc_size_roundup(classes[i].size);
		for (pass = 0; pass < 2; pass++) {
			x = slubx_kzalloc(hide(size), GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, x);
			KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, size));
			memset(x, 0xa5, size);
			slubx_kfree(x);
		}
	}
	x = slubx_kcalloc(7, 11, GFP_KERNEL);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, 77));
	slubx_kfree(x);
}

static void on_the_node_asked_for(struct kunit *test)
{
	static const size_t sizes[] = { 64, 4096, 40000 };
	unsigned int i;
	int node;
	void *x;

	for_each_node_state(node, N_MEMORY) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			x = slubx_kmalloc_node(hide(sizes[i]),
					       GFP_KERNEL | __GFP_THISNODE,
					       node);
			KUNIT_ASSERT_NOT_NULL(test, x);
			KUNIT_EXPECT_EQ(test, page_to_nid(virt_to_page(x)),
					node);
			slubx_kfree(x);
			x = slubx_kcalloc_node(3, sizes[i] / 3,
					       GFP_KERNEL | __GFP_THISNODE,
					       node);
			KUNIT_ASSERT_NOT_NULL(test, x);
			KUNIT_EXPECT_EQ(test, page_to_nid(virt_to_page(x)),
					node);
			KUNIT_EXPECT_NULL(test,
					  memchr_inv(x, 0, sizes[i] / 3 * 3));
			slubx_kfree(x);
		}
	}
}

/* ---- Sizes that no cache has ---------------------------------------------*/

static void size_zero(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, slubx_kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, slubx_kmalloc(hide(0), GFP_KERNEL),
			    ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, slubx_kmalloc_node(hide(0), GFP_KERNEL, 0),
			    ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, slubx_kmalloc_array(hide(0), 8, GFP_KERNEL),
			    ZERO_SIZE_PTR);
	EXPECT_ERRORS(test, 0, slubx_kfree(ZERO_SIZE_PTR));
	EXPECT_ERRORS(test, 0, slubx_kfree(NULL));
}

/* What would wrap around is none, not little. */
static void array_too_long(struct kunit *test)
{
	size_t n = hide(SIZE_MAX / 8 + 2);

	KUNIT_EXPECT_NULL(test, slubx_kmalloc_array(n, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, slubx_kcalloc(n, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, slubx_kmalloc_array_node(n, 8, GFP_KERNEL, 0));
	KUNIT_EXPECT_NULL(test, slubx_kcalloc_node(n, 8, GFP_KERNEL, 0));
}

/* One line for what is too much, unless it is not wanted; no memory. */
static void over_the_limit(struct kunit *test)
{
	static const size_t sizes[] = { SLUBX_KMALLOC_MAX_SIZE + 1, SIZE_MAX };
	gfp_t quiet = GFP_KERNEL | __GFP_NOWARN;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t size = hide(sizes[i]);

		EXPECT_ERRORS(test, 1,
			      KUNIT_EXPECT_NULL(
				      test, slubx_kmalloc(size, GFP_KERNEL)));
		EXPECT_ERRORS(test, 0,
			      KUNIT_EXPECT_NULL(test,
						slubx_kmalloc(size, quiet)));
	}
}

static void rounded_up(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, slubx_kmalloc_size_roundup(0), (size_t)0);
	KUNIT_EXPECT_EQ(test, slubx_kmalloc_size_roundup(1), (size_t)8);
	KUNIT_EXPECT_EQ(test, slubx_kmalloc_size_roundup(65), (size_t)96);
	KUNIT_EXPECT_EQ(test, slubx_kmalloc_size_roundup(8192), (size_t)8192);
	KUNIT_EXPECT_EQ(test, slubx_kmalloc_size_roundup(8193), (size_t)16384);
	KUNIT_EXPECT_EQ(test,
			slubx_kmalloc_size_roundup(SLUBX_KMALLOC_MAX_SIZE),
			(size_t)SLUBX_KMALLOC_MAX_SIZE);
	KUNIT_EXPECT_EQ(test,
			slubx_kmalloc_size_roundup(SLUBX_KMALLOC_MAX_SIZE + 1),
			(size_t)SLUBX_KMALLOC_MAX_SIZE + 1);
	KUNIT_EXPECT_EQ(test, slubx_kmalloc_size_roundup(SIZE_MAX), SIZE_MAX);
}

/* What is promised is there, and what is there was promised. */
static void ksize_is_the_rounded_size(struct kunit *test)
{
	size_t size;
	void *x;

	for (size = 1; size < 70000; size += 1 + size / 7) {
		x = slubx_kmalloc(size, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, x);
		KUNIT_EXPECT_EQ(test, slubx_ksize(x),
				slubx_kmalloc_size_roundup(size));
		slubx_kfree(x);
	}
	KUNIT_EXPECT_EQ(test, slubx_ksize(NULL), (size_t)0);
	KUNIT_EXPECT_EQ(test, slubx_ksize(ZERO_SIZE_PTR), (size_t)0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(class_of_each_size),
	KUNIT_CASE(class_of_constant_sizes),
	KUNIT_CASE(type_of_each_flag),
	KUNIT_CASE(caches_are_as_their_type),
	KUNIT_CASE(caches_are_ours_alone),
	KUNIT_CASE(copies_by_caller),
	KUNIT_CASE(copies_are_there),
	KUNIT_CASE(aligned_by_size),
	KUNIT_CASE(zeroed_when_asked),
	KUNIT_CASE(on_the_node_asked_for),
	KUNIT_CASE(size_zero),
	KUNIT_CASE(array_too_long),
	KUNIT_CASE(over_the_limit),
	KUNIT_CASE(rounded_up),
	KUNIT_CASE(ksize_is_the_rounded_size),
	{},
};

SLUBX_SUITE(kmalloc, cases);
