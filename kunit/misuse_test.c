// SPDX-License-Identifier: GPL-2.0
/*
 * misuse_test.c - what no client should do. Each is told once and does no
 * harm: nothing is lost, and the next request works.
 *
 * Not here: SLUBX_PANIC of a cache that can't be made, which ends the machine;
 * that it does no harm otherwise is.
 */
#include <linux/irq_work.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/registry.h"

static struct slubx_kmem_cache *make(struct kunit *test, unsigned int size)
{
	return slubx_test_keep(test,
			       slubx_kmem_cache_create("misuse_test", size, 0,
						       SLUBX_NO_MERGE, NULL));
}

/* ---- Creation ------------------------------------------------------------ */

static void ctor(void *x)
{
	memset(x, 0xc7, 64);
}

struct wish {
	const char *name;
	unsigned int size;
	unsigned int align;
	slubx_flags_t flags;
	void (*ctor)(void *object);
};

static const struct wish refused[] = {
	{ NULL, 64 },
	{ "", 64 },
	{ "  ", 64 },
	{ "\t\n", 64 },
	{ "size", 0 },
	{ "size", SLUBX_MAX_SIZE + 1 },
	{ "size", UINT_MAX },
	{ "size", UINT_MAX - 7 },
	/* It fits a slab, but not together with the free pointer outside. */
	{ "size", SLUBX_MAX_SIZE, .ctor = ctor },
	{ "size", SLUBX_MAX_SIZE, .flags = SLUBX_TYPESAFE_BY_RCU },
	{ "align", 64, 3 },
	{ "align", 64, 8192 },
	{ "align", 64, 1U << 31 },
	{ "align", 64, UINT_MAX },
	{ "flags", 64, 0, SLUBX_FLAG(1) },
	{ "flags", 64, 0, SLUBX_KEEPS_CONTENT },
	{ "flags", 64, 0, SLUBX_ZOMBIE },
	{ "flags", 64, 0, SLUBX_HWCACHE_ALIGN | SLUBX_FLAG(0x20) },
	{ NULL, 0, 3, SLUBX_FLAG(1) },
};

static struct slubx_kmem_cache *create(const struct wish *wish)
{
	return slubx_kmem_cache_create(wish->name, wish->size, wish->align,
				       wish->flags, wish->ctor);
}

static void create_refused(struct kunit *test)
{
	struct slubx_test_census before;
	struct slubx_kmem_cache *s = NULL;
	unsigned int i;

	slubx_test_census(test, &before);
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		EXPECT_ERRORS(test, 1, s = create(&refused[i]));
		KUNIT_EXPECT_NULL_MSG(test, s, "wish %u", i);
	}
	EXPECT_UNCHANGED(test, &before);
}

/* The last that is still possible. */
static const struct wish granted[] = {
	{ "n", 1 },
	{ "size", SLUBX_MAX_SIZE },
	{ "size", SLUBX_MAX_SIZE - 8, .ctor = ctor },
	{ "align", 64, 4096 },
	{ "align", 64, 1 },
	{ "align", 4096, 4096 },
	{ "flags", 64, 0, SLUBX_FLAGS_PERMITTED & ~SLUBX_DEBUG_FLAGS },
	{ "panic", 64, 0, SLUBX_PANIC },
};

static void create_granted(struct kunit *test)
{
	struct slubx_test_census before;
	struct slubx_kmem_cache *s = NULL;
	unsigned int i;

	slubx_test_census(test, &before);
	for (i = 0; i < ARRAY_SIZE(granted); i++) {
		EXPECT_ERRORS(test, 0, s = create(&granted[i]));
		slubx_test_keep(test, s);
		EXPECT_VALID(test, cache, s);
		slubx_test_destroy(test, s);
	}
	EXPECT_UNCHANGED(test, &before);
}

struct attempt {
	struct irq_work work;
	struct slubx_kmem_cache *s;
};

static void create_now(struct irq_work *work)
{
	struct attempt *attempt = container_of(work, struct attempt, work);

	attempt->s = slubx_kmem_cache_create("in_interrupt", 64, 0, 0, NULL);
}

static void create_in_interrupt(struct kunit *test)
{
	struct attempt *attempt =
		kunit_kzalloc(test, sizeof(*attempt), GFP_KERNEL);
	struct slubx_test_census before;

	KUNIT_ASSERT_NOT_NULL(test, attempt);
	slubx_test_census(test, &before);
	/* Hard also on PREEMPT_RT, where irq_work may run in a thread. */
	attempt->work = IRQ_WORK_INIT_HARD(create_now);
	attempt->s = (void *)attempt;
	EXPECT_ERRORS(test, 1, {
		irq_work_queue(&attempt->work);
		irq_work_sync(&attempt->work);
	});
	KUNIT_EXPECT_NULL(test, attempt->s);

	if (!IS_ENABLED(CONFIG_PREEMPT_RT)) {
		local_bh_disable();
		EXPECT_ERRORS(test, 1, create_now(&attempt->work));
		local_bh_enable();
		KUNIT_EXPECT_NULL(test, attempt->s);
	}
	EXPECT_UNCHANGED(test, &before);
}

/* ---- Destruction --------------------------------------------------------- */

static void destroy_null(struct kunit *test)
{
	struct slubx_test_census before;

	slubx_test_census(test, &before);
	EXPECT_ERRORS(test, 0, slubx_kmem_cache_destroy(NULL));
	EXPECT_UNCHANGED(test, &before);
}

static void destroy_twice(struct kunit *test)
{
	struct slubx_test_census before;
	struct slubx_kmem_cache *s, *heir;

	slubx_test_census(test, &before);
	s = make(test, 64);
	slubx_test_destroy(test, s);
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_destroy(s));
	EXPECT_UNCHANGED(test, &before);

	/* With others around it is no different. */
	heir = make(test, 72);
	if (heir != s)
		EXPECT_ERRORS(test, 1, slubx_kmem_cache_destroy(s));
	KUNIT_EXPECT_TRUE(test, slubx_test_listed(heir));
	EXPECT_VALID(test, cache, heir);
}

static void destroy_garbage(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 64);
	struct slubx_test_census before;
	void *unmapped = vmalloc(PAGE_SIZE);
	unsigned long on_stack = 0;
	void *object = slubx_kmem_cache_alloc(s, GFP_KERNEL);
	void *garbage[] = {
		(void *)0x123,
		(void *)-1,
		(void *)0xdead000000000100UL,
		unmapped,
		&on_stack,
		THIS_MODULE,
		object,
		(void *)s + 8,
		&slubx_caches,
		create,
		(void *)s->kobj.name,
	};
	unsigned int i;

	vfree(unmapped);
	slubx_test_census(test, &before);
	for (i = 0; i < ARRAY_SIZE(garbage); i++)
		EXPECT_ERRORS(test, 1, slubx_kmem_cache_destroy(garbage[i]));
	EXPECT_UNCHANGED(test, &before);
	slubx_kmem_cache_free(s, object);
	EXPECT_VALID(test, cache, s);
}

static void destroy_own_caches(struct kunit *test)
{
	static const char *const own[] = { "slubx_kmem_cache",
					   "slubx_kmem_cache_node",
					   "slubx_alias" };
	struct slubx_test_census before;
	unsigned int i;

	slubx_test_census(test, &before);
	for (i = 0; i < ARRAY_SIZE(own); i++)
		EXPECT_ERRORS(
			test, 1,
			slubx_kmem_cache_destroy(slubx_test_find(own[i])));
	EXPECT_UNCHANGED(test, &before);
	make(test, 64);
}

/* ---- Objects ------------------------------------------------------------- */

static void free_null(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 64);

	EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(s, NULL));
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
	EXPECT_VALID(test, cache, s);
}

static void free_foreign(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 64), *other = make(test, 128);
	struct slubx_test_herd *herd =
		slubx_test_herd(test, other, 3, NUMA_NO_NODE);
	void *kernels = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, kernels);
	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(s, herd->x[1]));
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(s, kernels));
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(other), 3UL);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 0UL);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	EXPECT_VALID(test, cache, s);
	EXPECT_VALID(test, cache, other);
	slubx_test_herd_free_all(herd);
	kfree(kernels);
}

static void alloc_from_no_node(struct kunit *test)
{
	static const int nodes[] = { 999, -7, INT_MAX, INT_MIN, -2 };
	struct slubx_kmem_cache *s = make(test, 64);
	void *x = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		EXPECT_ERRORS(test, 1,
			      x = slubx_kmem_cache_alloc_node(s, GFP_KERNEL,
							      nodes[i]));
		KUNIT_EXPECT_NOT_NULL(test, x);
		slubx_kmem_cache_free(s, x);
		EXPECT_VALID(test, cache, s);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&s->errors), (int)ARRAY_SIZE(nodes));
	EXPECT_ERRORS(test, 0,
		      x = slubx_kmem_cache_alloc_node(s, GFP_KERNEL,
						      nr_node_ids - 1));
	KUNIT_EXPECT_NOT_NULL(test, x);
	slubx_kmem_cache_free(s, x);
}

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
	/* Of no use for a slab, but harmless. */
	{ GFP_KERNEL | __GFP_MOVABLE, 0 },
	{ GFP_KERNEL | __GFP_ACCOUNT, 0 },
	{ GFP_KERNEL | __GFP_COMP, 0 },
	{ GFP_KERNEL | __GFP_ZERO, 0 },
	{ GFP_USER | __GFP_RECLAIMABLE | __GFP_WRITE, 0 },
};

/* Flags count when a slab is made, so each needs a cache without one. */
static void alloc_with_junk_flags(struct kunit *test)
{
	struct slubx_kmem_cache *s;
	unsigned int i;
	void *x = NULL;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		s = make(test, 64);
		EXPECT_ERRORS(test, requests[i].errors,
			      x = slubx_kmem_cache_alloc(s, requests[i].gfp));
		KUNIT_EXPECT_NOT_NULL(test, x);
		EXPECT_VALID(test, cache, s);
		slubx_kmem_cache_free(s, x);
		slubx_test_destroy(test, s);
	}
}

static unsigned int bytes_not(const u8 *x, u8 value, unsigned int size)
{
	unsigned int count = 0;

	while (size--)
		count += *x++ != value;
	return count;
}

/* The constructor's work stays; that the flag is ignored is told. */
static void zero_and_ctor(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(
		test, slubx_kmem_cache_create("misuse_test", 64, 0, 0, ctor));
	u8 *x = NULL, *y;

	EXPECT_ERRORS(test, 1, x = slubx_kmem_cache_zalloc(s, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, bytes_not(x, 0xc7, 64), 0U);
	y = slubx_kmem_cache_zalloc(s, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, bytes_not(y, 0xc7, 64), 0U);
	slubx_kmem_cache_free(s, x);
	slubx_kmem_cache_free(s, y);
	EXPECT_VALID(test, cache, s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(create_refused),
	KUNIT_CASE(create_granted),
	KUNIT_CASE(create_in_interrupt),
	KUNIT_CASE(destroy_null),
	KUNIT_CASE(destroy_twice),
	KUNIT_CASE(destroy_garbage),
	KUNIT_CASE(destroy_own_caches),
	KUNIT_CASE(free_null),
	KUNIT_CASE(free_foreign),
	KUNIT_CASE(alloc_from_no_node),
	KUNIT_CASE(alloc_with_junk_flags),
	KUNIT_CASE(zero_and_ctor),
	{},
};

SLUBX_SUITE(misuse, cases);
