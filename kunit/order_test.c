// SPDX-License-Identifier: GPL-2.0
/*
 * order_test.c - the orders that SLUB chooses, by both of its sets of rules.
 *
 * The expected values are literal: taken from SLUB of 6.1 and of 6.12, whose
 * functions ran in a program for that (the 7.2 ones are the same).
 */
#include "common.h"
#include "../slubx/order.h"

struct expected {
	unsigned int size;
	int old16, new16;	/* 16 objects wanted */
	int old4, new4;		/* 4 objects wanted */
};

/* With 4 KiB pages and the default bounds 0..3. */
static const struct expected table[] = {
	/* clang-format off */
	{ 8, 0, 0, 0, 0 },	{ 24, 0, 0, 0, 0 },
	{ 192, 0, 0, 0, 0 },	{ 256, 0, 0, 0, 0 },
	{ 272, 1, 1, 0, 0 },	{ 424, 1, 1, 1, 1 },
	{ 512, 1, 1, 0, 0 },	{ 704, 2, 2, 1, 1 },
	{ 1000, 2, 2, 0, 0 },	{ 1088, 3, 3, 2, 2 },
	{ 1360, 3, 3, 1, 1 },	{ 1864, 3, 3, 3, 3 },
	{ 2048, 3, 3, 1, 1 },	{ 2056, 3, 3, 3, 3 },
	{ 3000, 3, 3, 2, 2 },	{ 4096, 3, 3, 2, 2 },
	{ 8192, 3, 3, 3, 3 },	{ 10928, 2, 3, 2, 3 },
	{ 16384, 3, 3, 3, 3 },	{ 16392, 3, 3, 3, 3 },
	{ 32768, 3, 3, 3, 3 },	{ 32776, 4, 4, 4, 4 },
	{ 100000, 5, 5, 5, 5 },	{ 1048576, 8, 8, 8, 8 },
	/* clang-format on */
};

static int order_of(bool rules_6_8, unsigned int objects, unsigned int size)
{
	struct slubx_order_rules rules = {
		.max_order = 3,
		.min_objects = objects,
		.rules_6_8 = rules_6_8,
	};

	return slubx_order_calculate(&rules, size);
}

static void calculate_is_slubs(struct kunit *test)
{
	const struct expected *e;

	if (PAGE_SIZE != 4096)
		kunit_skip(test, "the table is for pages of 4096 bytes");
	for (e = table; e < table + ARRAY_SIZE(table); e++) {
		KUNIT_EXPECT_EQ_MSG(test, order_of(false, 16, e->size),
				    e->old16, "size %u", e->size);
		KUNIT_EXPECT_EQ_MSG(test, order_of(true, 16, e->size), e->new16,
				    "size %u", e->size);
		KUNIT_EXPECT_EQ_MSG(test, order_of(false, 4, e->size), e->old4,
				    "size %u", e->size);
		KUNIT_EXPECT_EQ_MSG(test, order_of(true, 4, e->size), e->new4,
				    "size %u", e->size);
	}
}

static void calculate_no_size(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, order_of(false, 16, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, order_of(true, 16, 0), -EINVAL);
}

static void calculate_largest_size(struct kunit *test)
{
	unsigned int rules_6_8;

	for (rules_6_8 = 0; rules_6_8 < 2; rules_6_8++) {
		KUNIT_EXPECT_EQ(test, order_of(rules_6_8, 16, SLUBX_MAX_SIZE),
				(int)SLUBX_MAX_PAGE_ORDER);
		KUNIT_EXPECT_EQ(test,
				order_of(rules_6_8, 16, SLUBX_MAX_SIZE + 1),
				-E2BIG);
		KUNIT_EXPECT_EQ(test, order_of(rules_6_8, 16, UINT_MAX),
				-E2BIG);
	}
}

/* Whatever the tunables are, a slab can count its objects. */
static void calculate_too_many_objects(struct kunit *test)
{
	static const unsigned int wanted[] = { 1, 16, 32767, 32768, UINT_MAX };
	struct slubx_order_rules rules;
	unsigned int i, size;
	int order;

	for (i = 0; i < 4 * ARRAY_SIZE(wanted); i++) {
		rules.rules_6_8 = i & 1;
		rules.min_order = i & 2 ? SLUBX_MAX_PAGE_ORDER : 0;
		rules.max_order = SLUBX_MAX_PAGE_ORDER;
		rules.min_objects = wanted[i / 4];
		for (size = 8; size <= 256; size += 8) {
			order = slubx_order_calculate(&rules, size);
			KUNIT_ASSERT_GE(test, order, 0);
			KUNIT_ASSERT_LE_MSG(test, (PAGE_SIZE << order) / size,
					    SLUBX_MAX_OBJS_PER_SLAB + 0UL,
					    "size %u, order %d", size, order);
		}
	}
}

static void calculate_min_order(struct kunit *test)
{
	struct slubx_order_rules rules = { .min_objects = 16, .max_order = 3 };

	if (PAGE_SIZE != 4096)
		kunit_skip(test, "literal values are for pages of 4096 bytes");
	rules.min_order = 2;
	KUNIT_EXPECT_EQ(test, slubx_order_calculate(&rules, 8), 2);
	rules.rules_6_8 = true;
	KUNIT_EXPECT_EQ(test, slubx_order_calculate(&rules, 8), 2);

	/* 2^7 pages would hold more objects of 8 bytes than a slab counts. */
	rules.min_order = 7;
	rules.max_order = 7;
	KUNIT_EXPECT_EQ(test, slubx_order_calculate(&rules, 8), 5);
	rules.rules_6_8 = false;
	KUNIT_EXPECT_EQ(test, slubx_order_calculate(&rules, 8), 5);
}

static void objects_at_limits(struct kunit *test)
{
	unsigned int max = SLUBX_MAX_PAGE_ORDER;

	KUNIT_EXPECT_EQ(test, slubx_order_objects(0, 8), PAGE_SIZE / 8);
	KUNIT_EXPECT_EQ(test, slubx_order_objects(0, PAGE_SIZE), 1);
	KUNIT_EXPECT_EQ(test, slubx_order_objects(0, PAGE_SIZE + 1), 0);
	KUNIT_EXPECT_EQ(test, slubx_order_objects(1, PAGE_SIZE + 1), 1);
	KUNIT_EXPECT_EQ(test, slubx_order_objects(max, SLUBX_MAX_SIZE), 1);
	KUNIT_EXPECT_EQ(test, slubx_order_objects(max, 8),
			SLUBX_MAX_OBJS_PER_SLAB);
}

static void current_rules_in_bounds(struct kunit *test)
{
	struct slubx_order_rules rules = slubx_order_current_rules();

	KUNIT_EXPECT_LE(test, rules.min_order, rules.max_order);
	KUNIT_EXPECT_LE(test, rules.max_order, SLUBX_MAX_PAGE_ORDER);
	KUNIT_EXPECT_GE(test, rules.min_objects, 1);
	KUNIT_EXPECT_EQ(test, rules.rules_6_8, SLUBX_ORDER_RULES_6_8);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(calculate_is_slubs),
	KUNIT_CASE(calculate_no_size),
	KUNIT_CASE(calculate_largest_size),
	KUNIT_CASE(calculate_too_many_objects),
	KUNIT_CASE(calculate_min_order),
	KUNIT_CASE(objects_at_limits),
	KUNIT_CASE(current_rules_in_bounds),
	{},
};

SLUBX_SUITE(order, cases);
