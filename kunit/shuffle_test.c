// SPDX-License-Identifier: GPL-2.0
/*
 * shuffle_test.c - a walk visits each object once, in an order that differs.
 */
#include <linux/bitmap.h>

#include "common.h"
#include "../slubx/shuffle.h"

#define OBJECTS_MAX 4096

struct bed {
	struct slubx_shuffle shuffle;
	DECLARE_BITMAP(seen, OBJECTS_MAX);
};

static struct bed *make_bed(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	return bed;
}

static bool walk_is_permutation(struct bed *bed, unsigned int count)
{
	struct slubx_shuffle_walk walk =
		slubx_shuffle_begin(&bed->shuffle, count);
	unsigned int i, index;

	bitmap_zero(bed->seen, OBJECTS_MAX);
	for (i = 0; i < count; i++) {
		index = slubx_shuffle_next(&walk);
		if (index >= count || __test_and_set_bit(index, bed->seen))
			return false;
	}
	return true;
}

static void next_visits_each_object_once(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int count, round;

	for (count = 1; count <= 600; count++) {
		slubx_shuffle_init(&bed->shuffle, count);
		for (round = 0; round < 8; round++)
			KUNIT_ASSERT_TRUE_MSG(test,
					      walk_is_permutation(bed, count),
					      "%u objects", count);
	}
	slubx_shuffle_init(&bed->shuffle, OBJECTS_MAX);
	for (round = 0; round < 50; round++)
		KUNIT_ASSERT_TRUE(test, walk_is_permutation(bed, OBJECTS_MAX));
}

/* When memory is short, slabs are smaller than the cache likes them. */
static void next_in_a_smaller_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int liked, count;

	for (liked = 2; liked <= 1024; liked *= 2) {
		slubx_shuffle_init(&bed->shuffle, liked);
		for (count = 1; count < liked; count += 1 + count / 16)
			KUNIT_ASSERT_TRUE_MSG(test,
					      walk_is_permutation(bed, count),
					      "%u of %u objects", count, liked);
	}
}

static unsigned int first_of_walk(struct bed *bed, unsigned int count)
{
	struct slubx_shuffle_walk walk =
		slubx_shuffle_begin(&bed->shuffle, count);

	return slubx_shuffle_next(&walk);
}

/* By chance alone this fails once in 64^63 runs. */
static void begin_differs(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i, first;
	bool differs = false;

	slubx_shuffle_init(&bed->shuffle, 64);
	first = first_of_walk(bed, 64);
	for (i = 0; i < 63; i++)
		differs |= first_of_walk(bed, 64) != first;
	KUNIT_EXPECT_TRUE(test, differs);
}

/* Each of the 16 blocks, the short one too, is where some walk begins. */
static void begin_in_any_block(struct kunit *test)
{
	const unsigned int count = OBJECTS_MAX - 100;
	struct bed *bed = make_bed(test);
	unsigned int i;

	slubx_shuffle_init(&bed->shuffle, count);
	for (i = 0; i < 1000; i++)
		__set_bit(first_of_walk(bed, count) / SLUBX_SHUFFLE_MAX,
			  bed->seen);
	KUNIT_EXPECT_EQ(test, bitmap_weight(bed->seen, OBJECTS_MAX), 16);
}

/* Any object may come first: also the first and the last step. */
static void begin_at_any_step(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i;

	slubx_shuffle_init(&bed->shuffle, 8);
	for (i = 0; i < 1000; i++)
		__set_bit(first_of_walk(bed, 8), bed->seen);
	KUNIT_EXPECT_EQ(test, bitmap_weight(bed->seen, OBJECTS_MAX), 8);
}

/*
 * All 24 orders of four are equally likely: 200 of 4800 each, and a count that
 * is seven standard deviations off is no chance.
 */
static void init_draws_all_orders_alike(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	const u8 *step = bed->shuffle.step;
	unsigned int i, orders = 0;
	unsigned int *seen;

	seen = kunit_kzalloc(test, 256 * sizeof(*seen), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (i = 0; i < 4800; i++) {
		slubx_shuffle_init(&bed->shuffle, 4);
		seen[step[0] << 6 | step[1] << 4 | step[2] << 2 | step[3]]++;
	}
	for (i = 0; i < 256; i++) {
		if (!seen[i])
			continue;
		orders++;
		KUNIT_EXPECT_GT_MSG(test, seen[i], 100, "order %#x", i);
		KUNIT_EXPECT_LT_MSG(test, seen[i], 300, "order %#x", i);
	}
	KUNIT_EXPECT_EQ(test, orders, 24);
}

static void init_too_few_objects(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_shuffle_walk walk;
	unsigned int objects, i;

	for (objects = 0; objects < 2; objects++) {
		slubx_shuffle_init(&bed->shuffle, objects);
		KUNIT_EXPECT_EQ(test, bed->shuffle.count, 0);
		walk = slubx_shuffle_begin(&bed->shuffle, 5);
		for (i = 0; i < 5; i++)
			KUNIT_EXPECT_EQ(test, slubx_shuffle_next(&walk), i);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(next_visits_each_object_once),
	KUNIT_CASE(next_in_a_smaller_slab),
	KUNIT_CASE(begin_differs),
	KUNIT_CASE(begin_in_any_block),
	KUNIT_CASE(begin_at_any_step),
	KUNIT_CASE(init_draws_all_orders_alike),
	KUNIT_CASE(init_too_few_objects),
	{},
};

SLUBX_SUITE(shuffle, cases);
