// SPDX-License-Identifier: GPL-2.0
/*
 * debug_object_test.c - the bytes around and in a debugged object: filled as
 * Documentation/layout.rst says, and each of them found when it is changed.
 *
 * On memory of the test's own, by layouts of every kind: no cache is needed.
 */
#include "common.h"
#include "../slubx/debug/object.h"
#include "../slubx/layout.h"

#define OBJECTS 3
#define ROOM 2048

struct bench {
	struct slubx_kmem_cache *s; /* only flags, layout and ctor */
	u8 *base;
	u8 *x; /* the object in the middle */
	size_t bytes;
};

static void no_work(void *object)
{
}

static struct bench set_up(struct kunit *test, unsigned int size,
			   slubx_flags_t flags, bool ctor)
{
	const struct slubx_layout_request request = {
		.object_size = size,
		.flags = flags,
		.ctor = ctor,
	};
	struct bench b = {};

	b.s = kunit_kzalloc(test, sizeof(*b.s), GFP_KERNEL);
	b.base = kunit_kzalloc(test, ROOM, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, b.s);
	KUNIT_ASSERT_NOT_NULL(test, b.base);
	b.s->flags = flags;
	b.s->ctor = ctor ? no_work : NULL;
	KUNIT_ASSERT_EQ(test, slubx_layout_compute(&b.s->layout, &request), 0);
	b.bytes = OBJECTS * b.s->layout.size + 24;
	KUNIT_ASSERT_LE(test, b.bytes, (size_t)ROOM);
	slubx_object_fill_slab(b.s, b.base, b.bytes, OBJECTS);
	b.x = b.base + slubx_layout_at(&b.s->layout, 1);
	return b;
}

/* What each byte of an object is for, by the words of Documentation/layout.rst. */
static enum slubx_verdict_kind owner_of(const struct bench *b, int at, u8 red,
					unsigned int asked)
{
	const struct slubx_layout *l = &b->s->layout;
	bool zones = b->s->flags & SLUBX_RED_ZONE;
	int meta = l->offset == l->inuse ? l->inuse + 8 : l->inuse;
	int last = l->object_size - 1;

	if (b->s->flags & SLUBX_STORE_USER)
		meta += 64;
	if (slubx_object_keeps_size(b->s))
		meta += 8;
	if (at < 0)
		return SLUBX_BAD_LEFT_ZONE;
	if (at <= last && red == SLUBX_RED_FREE && slubx_object_poisoned(b->s))
		return at < last ? SLUBX_BAD_POISON : SLUBX_BAD_POISON_END;
	if (at <= last)
		return zones && red == SLUBX_RED_IN_USE && at >= (int)asked ?
			       SLUBX_BAD_TAIL :
			       SLUBX_GOOD;
	if (at < (int)l->inuse && zones)
		return SLUBX_BAD_RIGHT_ZONE;
	if (!(b->s->flags & SLUBX_POISON))
		return SLUBX_GOOD;
	if (at < (int)l->inuse)
		return SLUBX_BAD_ALIGNMENT;
	return at < meta ? SLUBX_GOOD : SLUBX_BAD_OBJECT_PADDING;
}

/* Changes each byte from zone to zone, one at a time: the exact verdict. */
static void flip_each_byte(struct kunit *test, const struct bench *b, u8 red,
			   unsigned int asked)
{
	const struct slubx_layout *l = &b->s->layout;
	int at, end = l->size - l->red_left_pad;
	int size_at = (u8 *)slubx_object_size_word(b->s, b->x) - b->x;
	struct slubx_verdict v;
	u8 was;

	v = slubx_object_check(b->s, b->x, red);
	KUNIT_ASSERT_EQ(test, v.kind, SLUBX_GOOD);
	for (at = -(int)l->red_left_pad; at < end; at++) {
		enum slubx_verdict_kind kind = owner_of(b, at, red, asked);

		/* What was asked for is believed, whatever it is. */
		if (slubx_object_keeps_size(b->s) && at / 8 == size_at / 8 &&
		    at >= 0)
			continue;
		was = b->x[at];
		b->x[at] = was ^ 0x11;
		v = slubx_object_check(b->s, b->x, red);
		b->x[at] = was;
		KUNIT_ASSERT_EQ_MSG(test, v.kind, kind, "byte %d", at);
		if (kind == SLUBX_GOOD)
			continue;
		KUNIT_EXPECT_PTR_EQ(test, v.where, (void *)&b->x[at]);
		KUNIT_EXPECT_EQ(test, v.length, 1U);
		KUNIT_EXPECT_EQ(test, v.expected, (unsigned long)was);
		KUNIT_EXPECT_EQ(test, v.found, (unsigned long)(was ^ 0x11));
	}
}

static slubx_flags_t some_flags(unsigned int bits)
{
	slubx_flags_t flags = 0;

	if (bits & 1)
		flags |= SLUBX_RED_ZONE;
	if (bits & 2)
		flags |= SLUBX_POISON;
	if (bits & 4)
		flags |= SLUBX_STORE_USER;
	if (bits & 8)
		flags |= SLUBX_TYPESAFE_BY_RCU;
	return flags;
}

static const unsigned int sizes[] = { 1, 7, 8, 20, 64, 100 };

static void each_byte_of_a_free_object(struct kunit *test)
{
	unsigned int bits, i;
	struct bench b;

	for (bits = 0; bits < 32; bits++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			b = set_up(test, sizes[i], some_flags(bits), bits & 16);
			flip_each_byte(test, &b, SLUBX_RED_FREE, sizes[i]);
		}
	}
}

static void each_byte_of_an_object_in_use(struct kunit *test)
{
	unsigned int bits, i;
	struct bench b;

	for (bits = 0; bits < 32; bits++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			b = set_up(test, sizes[i], some_flags(bits), bits & 16);
			slubx_object_mark_in_use(b.s, b.x, sizes[i]);
			memset(b.x, 0x77, sizes[i]);
			flip_each_byte(test, &b, SLUBX_RED_IN_USE, sizes[i]);
		}
	}
}

/* What kmalloc() gives beyond what was asked for is red zone. */
static void each_byte_of_a_tail(struct kunit *test)
{
	slubx_flags_t flags = SLUBX_STORE_USER | SLUBX_KMALLOC;
	unsigned int asked, zones;
	struct bench b;

	for (zones = 0; zones < 4; zones++) {
		b = set_up(test, 64, flags | some_flags(zones), false);
		for (asked = 1; asked <= 64; asked++) {
			slubx_object_mark_in_use(b.s, b.x, asked);
			KUNIT_EXPECT_EQ(test, slubx_object_asked(b.s, b.x),
					(size_t)asked);
			memset(b.x, 0x77, asked);
			flip_each_byte(test, &b, SLUBX_RED_IN_USE, asked);
		}
	}
}

/* Who asks for the size may use it all, and finds zeroes there. */
static void tail_ends(struct kunit *test)
{
	struct bench b = set_up(
		test, 64, SLUBX_STORE_USER | SLUBX_KMALLOC | SLUBX_RED_ZONE,
		false);
	struct slubx_verdict v;

	slubx_object_mark_in_use(b.s, b.x, 10);
	memset(b.x, 0x77, 10);
	slubx_object_end_tail(b.s, b.x);
	KUNIT_EXPECT_EQ(test, slubx_object_asked(b.s, b.x), (size_t)64);
	KUNIT_EXPECT_EQ(test, b.x[9], (u8)0x77);
	KUNIT_EXPECT_NULL(test, memchr_inv(b.x + 10, 0, 54));
	slubx_object_set_asked(b.s, b.x, 63);
	b.x[63] = 0;
	v = slubx_object_check(b.s, b.x, SLUBX_RED_IN_USE);
	KUNIT_EXPECT_EQ(test, v.kind, SLUBX_BAD_TAIL);
	/* A size that can't be is taken for all. */
	*slubx_object_size_word(b.s, b.x) = 1000;
	KUNIT_EXPECT_EQ(test, slubx_object_asked(b.s, b.x), (size_t)64);
}

/* A verdict spans from the first wrong byte to the last. */
static void several_bytes(struct kunit *test)
{
	struct bench b = set_up(test, 64, SLUBX_POISON, false);
	struct slubx_verdict v;

	b.x[7] = 0;
	b.x[20] = 1;
	b.x[40] = 2;
	v = slubx_object_check(b.s, b.x, SLUBX_RED_FREE);
	KUNIT_EXPECT_EQ(test, v.kind, SLUBX_BAD_POISON);
	KUNIT_EXPECT_PTR_EQ(test, v.where, (void *)&b.x[7]);
	KUNIT_EXPECT_EQ(test, v.length, 34U);
	KUNIT_EXPECT_EQ(test, v.found, 0UL);
	KUNIT_EXPECT_EQ(test, v.expected, 0x6bUL);
}

/* Neighbours and the end of the slab are no part of an object. */
static void nothing_else(struct kunit *test)
{
	struct bench b = set_up(test, 64, SLUBX_POISON | SLUBX_RED_ZONE, false);
	const struct slubx_layout *l = &b.s->layout;
	struct slubx_verdict v;

	KUNIT_EXPECT_NULL(test, memchr_inv(b.base + OBJECTS * l->size, 0x5a,
					   b.bytes - OBJECTS * l->size));
	memset(b.base, 0, l->size);
	memset(b.base + 2 * l->size, 0, b.bytes - 2 * l->size);
	v = slubx_object_check(b.s, b.x, SLUBX_RED_FREE);
	KUNIT_EXPECT_EQ(test, v.kind, SLUBX_GOOD);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_byte_of_a_free_object),
	KUNIT_CASE(each_byte_of_an_object_in_use),
	KUNIT_CASE(each_byte_of_a_tail),
	KUNIT_CASE(tail_ends),
	KUNIT_CASE(several_bytes),
	KUNIT_CASE(nothing_else),
	{},
};

SLUBX_SUITE(debug_object, cases);
