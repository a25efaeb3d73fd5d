// SPDX-License-Identifier: GPL-2.0
/*
 * freelist_test.c - what is linked is found again, and is not to be read.
 *
 * No cache is needed: the codec looks at a secret and an offset only.
 */
#include "common.h"
#include "../slubx/freelist.h"

#define OBJECTS 16
#define SIZE 64

struct bed {
	struct slubx_kmem_cache s;
	u8 object[OBJECTS][SIZE] __aligned(8);
};

static struct bed *make_bed(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	bed->s.random = 0x1234567890abcdefUL;
	bed->s.layout.offset = 32;
	return bed;
}

static unsigned long random_word(struct kunit *test)
{
	unsigned long high = slubx_test_random(test, U32_MAX);

	return high << 32 | slubx_test_random(test, U32_MAX);
}

/* The word that stands in memory for @next after object 0. */
static unsigned long stored(struct bed *bed, void *next)
{
	void *x = bed->object[0];

	slubx_freelist_link(&bed->s, x, next);
	return *(unsigned long *)(x + bed->s.layout.offset);
}

static void code_is_its_inverse(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		void *ptr = (void *)random_word(test);
		unsigned long place = random_word(test);
		void *coded;

		bed->s.random = random_word(test);
		coded = slubx_freelist_code(&bed->s, ptr, place);
		KUNIT_ASSERT_PTR_EQ(test, ptr,
				    slubx_freelist_code(&bed->s, coded, place));
	}
}

static void link_next_and_peek_agree(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	void *x = bed->object[0], *next;
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		next = (void *)random_word(test);
		bed->s.layout.offset = slubx_test_random(test, SIZE / 8) * 8;
		slubx_freelist_link(&bed->s, x, next);
		KUNIT_ASSERT_PTR_EQ(test, slubx_freelist_next(&bed->s, x),
				    next);
		KUNIT_ASSERT_PTR_EQ(test, slubx_freelist_peek(&bed->s, x),
				    next);
	}
}

static void link_end(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	void *x = bed->object[3];

	slubx_freelist_link(&bed->s, x, NULL);
	KUNIT_EXPECT_NULL(test, slubx_freelist_next(&bed->s, x));
	KUNIT_EXPECT_NULL(test, slubx_freelist_peek(&bed->s, x));
}

/* Nothing else of the object changes. */
static void link_at_offset(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	u8 *byte, *first = (u8 *)bed->object, *x = bed->object[1];

	memset(bed->object, 0xaa, sizeof(bed->object));
	slubx_freelist_link(&bed->s, x, bed->object[2]);
	for (byte = first; byte < first + sizeof(bed->object); byte++) {
		if (byte < x + 32 || byte >= x + 40)
			KUNIT_ASSERT_EQ_MSG(test, *byte, 0xaa, "byte %td",
					    byte - first);
	}
}

/* 0, 5, 10, ... through all 16, as 5 and 16 have no common divisor. */
static void *nth(struct bed *bed, unsigned int i)
{
	return bed->object[i * 5 % OBJECTS];
}

static void next_walks_a_chain(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i;
	void *x;

	for (i = 0; i < OBJECTS; i++)
		slubx_freelist_link(&bed->s, nth(bed, i), nth(bed, i + 1));
	slubx_freelist_link(&bed->s, nth(bed, OBJECTS - 1), NULL);

	x = nth(bed, 0);
	for (i = 0; i < OBJECTS; i++) {
		KUNIT_ASSERT_PTR_EQ(test, x, nth(bed, i));
		x = slubx_freelist_next(&bed->s, x);
	}
	KUNIT_EXPECT_NULL(test, x);
}

static void code_hides_pointer(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	void *next = bed->object[1];

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	KUNIT_EXPECT_NE(test, stored(bed, next), (unsigned long)next);
	KUNIT_EXPECT_NE(test, stored(bed, NULL), 0UL);
	/* Its place alone, which an attacker may know, doesn't tell it. */
	KUNIT_EXPECT_NE(test, stored(bed, NULL),
			swab((unsigned long)bed->object[0] + 32));
}

static void code_depends_on_secret_and_place(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	void *next = bed->object[1];
	unsigned long word = stored(bed, next);

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	bed->s.random++;
	KUNIT_EXPECT_NE(test, stored(bed, next), word);
	bed->s.random--;
	KUNIT_EXPECT_EQ(test, stored(bed, next), word);
	bed->s.layout.offset += 8;
	KUNIT_EXPECT_NE(test, stored(bed, next), word);
}

static void code_plain_without_hardening(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	if (SLUBX_HARDENED)
		kunit_skip(test, "built with SLUBX_HARDENED");
	KUNIT_EXPECT_EQ(test, stored(bed, bed->object[1]),
			(unsigned long)bed->object[1]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(code_is_its_inverse),
	KUNIT_CASE(link_next_and_peek_agree),
	KUNIT_CASE(link_end),
	KUNIT_CASE(link_at_offset),
	KUNIT_CASE(next_walks_a_chain),
	KUNIT_CASE(code_hides_pointer),
	KUNIT_CASE(code_depends_on_secret_and_place),
	KUNIT_CASE(code_plain_without_hardening),
	{},
};

SLUBX_SUITE(freelist, cases);
