// SPDX-License-Identifier: GPL-2.0
/*
 * krealloc_test.c - memory that gets another size: where it is afterwards, what
 * it holds, what becomes of the old; and memory that has none.
 */
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/slab.h>

#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/fault.h"
#include "../slubx/large.h"
#include "../slubx/slab.h"

/* Some of each class, of none, and of pages. */
static const size_t sizes[] = { 1,    8,    9,	  32,	48,   64,    65,
				96,   128,  150,  192,	256,  500,   1024,
				2000, 4096, 8000, 8192, 8193, 20000, 100000 };

static struct slubx_kmem_cache *cache_of(const void *x)
{
	struct slubx_slab *slab = slubx_virt_to_slab(x);

	return slab ? slab->slab_cache : NULL;
}

/* Bytes that tell their place, for sizes that are no whole words. */
static void fill(u8 *x, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		x[i] = 1 + i % 251;
}

static bool is_filled(const u8 *x, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (x[i] != 1 + i % 251)
			return false;
	return true;
}

static u8 *filled(struct kunit *test, size_t size, gfp_t gfp)
{
	u8 *x = __slubx_kmalloc(size, gfp);

	KUNIT_ASSERT_NOT_NULL(test, x);
	OPTIMIZER_HIDE_VAR(x);
	fill(x, size);
	return x;
}

/* What is in use of the class for @size, or of large memory. */
static unsigned long in_use(size_t size)
{
	unsigned int copy, index = slubx_kmalloc_index(size);
	unsigned long objects;

	if (size > SLUBX_KMALLOC_MAX_CACHE_SIZE)
		return slubx_large_count();
	objects = slubx_test_in_use(slubx_kmalloc_caches[0][index]);
	for (copy = 0; SLUBX_RANDOM_KMALLOC && copy < 15; copy++)
		objects += slubx_test_in_use(
			slubx_kmalloc_caches[SLUBX_KMALLOC_COPY + copy][index]);
	return objects;
}

/* ---- Nothing before, nothing after ---------------------------------------*/

static void of_nothing_is_kmalloc(struct kunit *test)
{
	static const void *const nothing[] = { NULL, ZERO_SIZE_PTR };
	unsigned int i, n;
	void *x;

	for (i = 0; i < ARRAY_SIZE(nothing); i++) {
		for (n = 0; n < ARRAY_SIZE(sizes); n++) {
			EXPECT_ERRORS(test, 0,
				      x = slubx_krealloc(nothing[i], sizes[n],
							 GFP_KERNEL |
								 __GFP_ZERO));
			KUNIT_ASSERT_NOT_NULL(test, x);
			/* The compiler would think of the size asked for. */
			OPTIMIZER_HIDE_VAR(x);
			KUNIT_EXPECT_EQ(test, slubx_ksize(x),
					slubx_kmalloc_size_roundup(sizes[n]));
			KUNIT_EXPECT_NULL(test,
					  memchr_inv(x, 0, slubx_ksize(x)));
			slubx_kfree(x);
		}
	}
	x = slubx_krealloc(NULL, 64, GFP_KERNEL_ACCOUNT);
	KUNIT_EXPECT_PTR_EQ(test, cache_of(x),
			    slubx_kmalloc_caches[SLUBX_KMALLOC_CGROUP][6]);
	slubx_kfree(x);
}

static void to_nothing_is_kfree(struct kunit *test)
{
	unsigned long before;
	unsigned int n;
	void *x;

	for (n = 0; n < ARRAY_SIZE(sizes); n++) {
		before = in_use(sizes[n]);
		x = filled(test, sizes[n], GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, in_use(sizes[n]), before + 1);
		EXPECT_ERRORS(test, 0, x = slubx_krealloc(x, 0, GFP_KERNEL));
		KUNIT_EXPECT_PTR_EQ(test, x, ZERO_SIZE_PTR);
		KUNIT_EXPECT_EQ(test, in_use(sizes[n]), before);
	}
	EXPECT_ERRORS(test, 0, {
		x = slubx_krealloc(NULL, 0, GFP_KERNEL);
		KUNIT_EXPECT_PTR_EQ(test, x, ZERO_SIZE_PTR);
		x = slubx_krealloc(ZERO_SIZE_PTR, 0, GFP_KERNEL);
		KUNIT_EXPECT_PTR_EQ(test, x, ZERO_SIZE_PTR);
	});
}

/* ---- Where it is, and what it holds --------------------------------------*/

/* What the memory has room for anyway is no reason to move. */
static void expect_resized(struct kunit *test, size_t from, size_t to)
{
	u8 *x = filled(test, from, GFP_KERNEL), *y = NULL;
	size_t room = slubx_ksize(x);

	EXPECT_ERRORS(test, 0, y = slubx_krealloc(x, to, GFP_KERNEL));
	KUNIT_ASSERT_NOT_NULL(test, y);
	KUNIT_EXPECT_EQ_MSG(test, x == y, to <= room, "from %zu to %zu", from,
			    to);
	KUNIT_EXPECT_GE(test, slubx_ksize(y), to);
	KUNIT_EXPECT_TRUE_MSG(test, is_filled(y, min(from, to)),
			      "from %zu to %zu", from, to);
	slubx_kfree(y);
}

static void from_each_size_to_each(struct kunit *test)
{
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (n = 0; n < ARRAY_SIZE(sizes); n++)
			expect_resized(test, sizes[i], sizes[n]);
}

/* Old memory that was left is freed; the neighbours of both stay whole. */
static void old_memory_is_freed(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i + 1 < ARRAY_SIZE(sizes); i++) {
		size_t from = sizes[i],
		       to = slubx_kmalloc_size_roundup(from) + 1;
		unsigned long olds = in_use(from), news = in_use(to);
		u8 *x = filled(test, from, GFP_KERNEL);
		u8 *near = filled(test, from, GFP_KERNEL);

		x = slubx_krealloc(x, to, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, x);
		if (from <= SLUBX_KMALLOC_MAX_CACHE_SIZE) {
			KUNIT_EXPECT_EQ(test, in_use(from), olds + 1);
			KUNIT_EXPECT_EQ(test, in_use(to), news + 1);
		}
		KUNIT_EXPECT_TRUE(test, is_filled(near, from));
		slubx_kfree(near);
		slubx_kfree(x);
		KUNIT_EXPECT_EQ(test, in_use(from), olds);
		KUNIT_EXPECT_EQ(test, in_use(to), news);
	}
}

/* An object of any cache can be given a size; then it is of kmalloc(). */
static void of_a_caches_object(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(
		test, slubx_kmem_cache_create("krealloc_test", 100, 0,
					      SLUBX_NO_MERGE, NULL));
	u8 *x = slubx_kmem_cache_alloc(s, GFP_KERNEL), *y;

	KUNIT_ASSERT_NOT_NULL(test, x);
	fill(x, 100);
	KUNIT_EXPECT_PTR_EQ(test, slubx_krealloc(x, 100, GFP_KERNEL),
			    (void *)x);
	y = slubx_krealloc(x, 300, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, y);
	KUNIT_EXPECT_TRUE(test, is_filled(y, 100));
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 0UL);
	slubx_kfree(y);
}

/* ---- __GFP_ZERO ----------------------------------------------------------*/

#define ROOM 20000

/* A client's memory, and what should be in it. */
struct chain {
	u8 *x;
	u8 *should;
	size_t size;
};

static size_t random_size(struct kunit *test)
{
	static const u32 bounds[] = { 16, 200, 1000, 9000, ROOM };
	u32 bound = bounds[slubx_test_random(test, ARRAY_SIZE(bounds))];

	return 1 + slubx_test_random(test, bound);
}

/* Writes somewhere; what the size has cut off may be written to no more. */
static void scribble(struct kunit *test, struct chain *c)
{
	size_t at = slubx_test_random(test, c->size);
	size_t count = 1 + slubx_test_random(test, c->size - at);

	memset(c->x + at, 0xab, count);
	memset(c->should + at, 0xab, count);
}

static bool resize(struct kunit *test, struct chain *c)
{
	size_t size = random_size(test);
	u8 *x = slubx_krealloc(c->x, size, GFP_KERNEL | __GFP_ZERO);

	KUNIT_EXPECT_NOT_NULL(test, x);
	if (!x)
		return false;
	c->x = x;
	c->size = size;
	memset(c->should + size, 0, ROOM + 1 - size);
	if (memcmp(x, c->should, size)) {
		KUNIT_FAIL(test, "differs after a size of %zu", size);
		return false;
	}
	return true;
}

/*
 * With the flag in each call what was never written is zero, whatever was
 * there in between: cut off and given back, or left in the tail of a class.
 */
static void zero_all_along(struct kunit *test)
{
	struct chain c = { .should =
				   kunit_kzalloc(test, ROOM + 1, GFP_KERNEL) };
	unsigned int i, round;

	KUNIT_ASSERT_NOT_NULL(test, c.should);
	for (round = 0; round < 20; round++) {
		c.x = NULL;
		memset(c.should, 0, ROOM + 1);
		for (i = 0; i < 60; i++) {
			if (!resize(test, &c))
				break;
			scribble(test, &c);
		}
		slubx_kfree(c.x);
	}
}

/* The exact edge: the byte behind the size, up to the end of the class. */
static void zero_behind_the_size(struct kunit *test)
{
	size_t size;
	u8 *x;

	for (size = 64; size > 0; size--) {
		x = filled(test, 64, GFP_KERNEL);
		x = slubx_krealloc(x, size, GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, x);
		OPTIMIZER_HIDE_VAR(x);
		KUNIT_EXPECT_TRUE(test, is_filled(x, size));
		KUNIT_EXPECT_NULL(test, memchr_inv(x + size, 0, 64 - size));
		slubx_kfree(x);
	}
}

/* ---- Alignment and node --------------------------------------------------*/

/* Two of 96 bytes: one of them is on no multiple of 64. */
static void moves_for_alignment(struct kunit *test)
{
	u8 *x[2] = { filled(test, 96, GFP_KERNEL),
		     filled(test, 96, GFP_KERNEL) };
	unsigned int i;
	void *y;

	for (i = 0; i < ARRAY_SIZE(x); i++) {
		bool fits = IS_ALIGNED((unsigned long)x[i], 128);

		y = slubx_krealloc_node_align(x[i], 90, 32, GFP_KERNEL,
					      NUMA_NO_NODE);
		KUNIT_EXPECT_PTR_EQ(test, y, (void *)x[i]);
		y = slubx_krealloc_node_align(x[i], 90, 128, GFP_KERNEL,
					      NUMA_NO_NODE);
		KUNIT_ASSERT_NOT_NULL(test, y);
		KUNIT_EXPECT_EQ(test, y == x[i], fits);
		KUNIT_EXPECT_TRUE(test, is_filled(y, 90));
		x[i] = y;
	}
	for (i = 0; i < ARRAY_SIZE(x); i++)
		slubx_kfree(x[i]);
}

static void expect_follows(struct kunit *test, size_t size, int from, int to)
{
	u8 *x = __slubx_kmalloc_node(size, GFP_KERNEL | __GFP_THISNODE, from);
	void *y;

	KUNIT_ASSERT_NOT_NULL(test, x);
	fill(x, size);
	y = slubx_krealloc_node(x, size, GFP_KERNEL, to);
	KUNIT_EXPECT_PTR_EQ(test, y, (void *)x);
	y = slubx_krealloc_node(x, size, GFP_KERNEL | __GFP_THISNODE, from);
	KUNIT_EXPECT_PTR_EQ(test, y, (void *)x);
	y = slubx_krealloc_node(x, size, GFP_KERNEL | __GFP_THISNODE,
				NUMA_NO_NODE);
	KUNIT_EXPECT_PTR_EQ(test, y, (void *)x);
	y = slubx_krealloc_node(x, size, GFP_KERNEL | __GFP_THISNODE, to);
	KUNIT_ASSERT_NOT_NULL(test, y);
	KUNIT_EXPECT_EQ(test, page_to_nid(virt_to_page(y)), to);
	KUNIT_EXPECT_EQ(test, y == x, from == to);
	KUNIT_EXPECT_TRUE(test, is_filled(y, size));
	slubx_kfree(y);
}

/* Only who insists on a node makes memory move there. */
static void moves_to_the_node_asked_for(struct kunit *test)
{
	int from, to;

	for_each_node_state(from, N_MEMORY) {
		for_each_node_state(to, N_MEMORY) {
			expect_follows(test, 64, from, to);
			expect_follows(test, 5000, from, to);
			expect_follows(test, 40000, from, to);
		}
	}
}

/* ---- Refused -------------------------------------------------------------*/

static void array_that_wraps(struct kunit *test)
{
	u8 *x = filled(test, 64, GFP_KERNEL);
	size_t n = SIZE_MAX / 8 + 2;
	void *y;

	OPTIMIZER_HIDE_VAR(n);
	EXPECT_ERRORS(test, 0, {
		y = slubx_krealloc_array(x, n, 8, GFP_KERNEL);
		KUNIT_EXPECT_NULL(test, y);
		y = slubx_krealloc_array(NULL, n, 8, GFP_KERNEL);
		KUNIT_EXPECT_NULL(test, y);
	});
	KUNIT_EXPECT_TRUE(test, is_filled(x, 64));
	y = slubx_krealloc_array(x, 30, 10, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, y);
	KUNIT_EXPECT_TRUE(test, is_filled(y, 64));
	y = slubx_krealloc_array(y, 0, 10, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, y, ZERO_SIZE_PTR);
}

/* No memory: the old is as it was. */
static void without_memory(struct kunit *test)
{
	static const size_t from[] = { 64, 8192, 20000 };
	unsigned int i;
	u8 *x;

	for (i = 0; i < ARRAY_SIZE(from); i++) {
		x = filled(test, from[i], GFP_KERNEL);
		slubx_fault_arm(SLUBX_FAULT_PAGE_LARGE, 0, 1);
		EXPECT_ERRORS(test, 0,
			      KUNIT_EXPECT_NULL(test,
						slubx_krealloc(x, 200000,
							       GFP_KERNEL)));
		KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_PAGE_LARGE),
				1U);
		slubx_fault_disarm();
		EXPECT_ERRORS(test, 1,
			      KUNIT_EXPECT_NULL(
				      test,
				      slubx_krealloc(x,
						     SLUBX_KMALLOC_MAX_SIZE + 1,
						     GFP_KERNEL)));
		KUNIT_EXPECT_TRUE(test, is_filled(x, from[i]));
		EXPECT_ERRORS(test, 0, slubx_kfree(x));
	}
}

/* To more, to less, to the same: always one line, and nothing is done. */
static void expect_refused(struct kunit *test, const void *x)
{
	static const size_t to[] = { 1, 64, 9000, 40000 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(to); i++)
		EXPECT_ERRORS(test, 1,
			      KUNIT_EXPECT_NULL(
				      test,
				      slubx_krealloc(x, to[i],
						     GFP_KERNEL | __GFP_ZERO)));
	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_PTR_EQ(test,
					  slubx_krealloc(x, 0, GFP_KERNEL),
					  ZERO_SIZE_PTR));
}

static void of_what_is_not_slubxs(struct kunit *test)
{
	u8 *x = kmalloc(100, GFP_KERNEL), *large = kmalloc(20000, GFP_KERNEL);
	u8 stack[64];

	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_ASSERT_NOT_NULL(test, large);
	fill(x, 100);
	fill(large, 20000);
	fill(stack, sizeof(stack));
	expect_refused(test, x);
	expect_refused(test, large);
	expect_refused(test, stack);
	expect_refused(test, sizes);
	expect_refused(test, ERR_PTR(-ENOMEM));
	expect_refused(test, (void *)0x7f0012345678UL);
	KUNIT_EXPECT_TRUE(test, is_filled(x, 100));
	KUNIT_EXPECT_TRUE(test, is_filled(large, 20000));
	KUNIT_EXPECT_TRUE(test, is_filled(stack, sizeof(stack)));
	kfree(x);
	kfree(large);
}

static void of_the_middle_of_something(struct kunit *test)
{
	static const size_t from[] = { 64, 96, 8192, 40000 };
	unsigned int i;
	u8 *x;

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	for (i = 0; i < ARRAY_SIZE(from); i++) {
		x = filled(test, from[i], GFP_KERNEL);
		expect_refused(test, x + 1);
		expect_refused(test, x + 8);
		expect_refused(test, x + from[i] / 2);
		KUNIT_EXPECT_TRUE(test, is_filled(x, from[i]));
		EXPECT_ERRORS(test, 0, slubx_kfree(x));
	}
}

/* In place the rest would be zeroed: over the link to the next free object. */
static void of_freed_memory(struct kunit *test)
{
	static const size_t from[] = { 8, 64, 8192, 40000 };
	struct slubx_kmem_cache *s;
	unsigned int i;
	u8 *x;

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	for (i = 0; i < ARRAY_SIZE(from); i++) {
		x = filled(test, from[i], GFP_KERNEL);
		s = cache_of(x);
		slubx_kfree(x);
		expect_refused(test, x);
		EXPECT_ERRORS(test, 1, {
			KUNIT_EXPECT_EQ(test, slubx_ksize(x), (size_t)0);
		});
		if (s)
			EXPECT_VALID(test, cache, s);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(of_nothing_is_kmalloc),
	KUNIT_CASE(to_nothing_is_kfree),
	KUNIT_CASE(from_each_size_to_each),
	KUNIT_CASE(old_memory_is_freed),
	KUNIT_CASE(of_a_caches_object),
	KUNIT_CASE(zero_all_along),
	KUNIT_CASE(zero_behind_the_size),
	KUNIT_CASE(moves_for_alignment),
	KUNIT_CASE(moves_to_the_node_asked_for),
	KUNIT_CASE(array_that_wraps),
	KUNIT_CASE(without_memory),
	KUNIT_CASE(of_what_is_not_slubxs),
	KUNIT_CASE(of_the_middle_of_something),
	KUNIT_CASE(of_freed_memory),
	{},
};

SLUBX_SUITE(krealloc, cases);
