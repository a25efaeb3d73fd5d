// SPDX-License-Identifier: GPL-2.0
/*
 * layout_test.c - objects are cut as Documentation/layout.rst says.
 *
 * By a table of literal layouts, by the specification slubx_layout_valid() over
 * many inputs, and by breaking valid layouts, which it must notice. How slabs
 * are cut is compared with the host's SLUB in layout_host_test.c.
 */
#include <linux/cache.h>

#include "common.h"
#include "../slubx/layout.h"

struct expected {
	struct slubx_layout_request request;
	unsigned int size, inuse, offset, align, red_left_pad;
};

/* clang-format off */
static const struct expected table[] = {
	/* size, align, flags, ctor -> size, inuse, offset, align, left zone */
	{ { 1 },				8, 8, 0, 8, 0 },
	{ { 7 },				8, 8, 0, 8, 0 },
	{ { 8 },				8, 8, 0, 8, 0 },
	{ { 9 },				16, 16, 0, 8, 0 },
	{ { 16 },				16, 16, 8, 8, 0 },
	{ { 24 },				24, 24, 8, 8, 0 },
	{ { 64 },				64, 64, 32, 8, 0 },
	{ { 100 },				104, 104, 48, 8, 0 },
	{ { 8192 },				8192, 8192, 4096, 8, 0 },
	{ { 4194304 },			4194304, 4194304, 2097152, 8, 0 },
	/* Alignment: below a word there is none, above it moves the next. */
	{ { 24, 1 },				24, 24, 8, 8, 0 },
	{ { 24, 16 },				32, 24, 8, 16, 0 },
	{ { 100, 4096 },			4096, 104, 48, 4096, 0 },
	/* The free pointer outside. */
	{ { 64, 0, 0, true },			72, 64, 64, 8, 0 },
	{ { 64, 0, SLUBX_TYPESAFE_BY_RCU },	72, 64, 64, 8, 0 },
	{ { 64, 0, SLUBX_POISON },		72, 64, 64, 8, 0 },
	{ { 60, 64, 0, true },			128, 64, 64, 64, 0 },
	/* Where the client says, inside. */
	{ { 64, 0, 0, true, true, 0 },		64, 64, 0, 8, 0 },
	{ { 64, 0, SLUBX_TYPESAFE_BY_RCU, false, true, 56 }, 64, 64, 56, 8, 0 },
	{ { 60, 0, SLUBX_TYPESAFE_BY_RCU, true, true, 56 }, 64, 64, 56, 8, 0 },
	{ { 1, 0, SLUBX_TYPESAFE_BY_RCU, false, true, 0 }, 8, 8, 0, 8, 0 },
	{ { 64, 64, 0, true, true, 8 },		64, 64, 8, 64, 0 },
	/* Not so if that is poisoned, or in the red zone. */
	{ { 64, 0, SLUBX_POISON, true, true, 8 }, 72, 64, 64, 8, 0 },
	{ { 60, 0, SLUBX_RED_ZONE, true, true, 56 }, 88, 64, 64, 8, 8 },
	{ { 60, 0, SLUBX_RED_ZONE, true, true, 48 }, 80, 64, 48, 8, 8 },
	/* Red zones: never empty on the right, as wide as align on the left. */
	{ { 64, 0, SLUBX_RED_ZONE },		88, 72, 32, 8, 8 },
	{ { 60, 0, SLUBX_RED_ZONE },		80, 64, 24, 8, 8 },
	{ { 8, 0, SLUBX_RED_ZONE },		32, 16, 0, 8, 8 },
	{ { 4, 0, SLUBX_RED_ZONE },		32, 8, 8, 8, 8 },
	{ { 64, 64, SLUBX_RED_ZONE },		192, 72, 32, 64, 64 },
	{ { 64, 0, SLUBX_RED_ZONE, true },	96, 72, 72, 8, 8 },
	{ { 64, 0, SLUBX_RED_ZONE | SLUBX_POISON }, 96, 72, 72, 8, 8 },
	{ { 64, 32, SLUBX_RED_ZONE | SLUBX_POISON }, 128, 72, 72, 32, 32 },
	/* Two tracks of 32 bytes behind all that, and what was asked for. */
	{ { 64, 0, SLUBX_STORE_USER },		128, 64, 32, 8, 0 },
	{ { 64, 0, SLUBX_STORE_USER | SLUBX_POISON }, 136, 64, 64, 8, 0 },
	{ { 64, 0, SLUBX_STORE_USER | SLUBX_RED_ZONE }, 152, 72, 32, 8, 8 },
	{ { 64, 0, SLUBX_STORE_USER | SLUBX_KMALLOC }, 136, 64, 32, 8, 0 },
	{ { 64, 0, SLUBX_RED_ZONE | SLUBX_KMALLOC }, 88, 72, 32, 8, 8 },
	/* The zone may begin before the middle: the pointer goes outside. */
	{ { 64, 64, SLUBX_STORE_USER | SLUBX_RED_ZONE | SLUBX_KMALLOC },
						256, 72, 72, 64, 64 },
};

/* With cache lines of 64 bytes. */
static const struct expected hwcache_table[] = {
	{ { 8, 0, SLUBX_HWCACHE_ALIGN },	8, 8, 0, 8, 0 },
	{ { 20, 0, SLUBX_HWCACHE_ALIGN },	32, 24, 8, 32, 0 },
	{ { 32, 0, SLUBX_HWCACHE_ALIGN },	32, 32, 16, 32, 0 },
	{ { 33, 0, SLUBX_HWCACHE_ALIGN },	64, 40, 16, 64, 0 },
	{ { 100, 0, SLUBX_HWCACHE_ALIGN },	128, 104, 48, 64, 0 },
	{ { 100, 256, SLUBX_HWCACHE_ALIGN },	256, 104, 48, 256, 0 },
	{ { 20, 8, SLUBX_HWCACHE_ALIGN, true },	32, 24, 24, 32, 0 },
	{ { 100, 0, SLUBX_HWCACHE_ALIGN | SLUBX_RED_ZONE }, 192, 104, 48, 64, 64 },
};

/* clang-format on */

#define EXPECT_FIELD(field)                                                \
	KUNIT_EXPECT_EQ_MSG(test, l.field, e->field, "size %u flags %#x",  \
			    request->object_size,                          \
			    (__force unsigned int)request->flags)

static void expect_layout(struct kunit *test, const struct expected *e)
{
	const struct slubx_layout_request *request = &e->request;
	struct slubx_layout l;
	int err = slubx_layout_compute(&l, request);

	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, l.object_size, request->object_size);
	EXPECT_FIELD(size);
	EXPECT_FIELD(inuse);
	EXPECT_FIELD(offset);
	EXPECT_FIELD(align);
	EXPECT_FIELD(red_left_pad);
	EXPECT_VALID(test, layout, &l);
}

static void compute_table(struct kunit *test)
{
	unsigned int i;

	if (SLUBX_MAX_SIZE < 4194304 || arch_slab_minalign() > 8)
		kunit_skip(test, "the table is for other pages and words");
	for (i = 0; i < ARRAY_SIZE(table); i++)
		expect_layout(test, &table[i]);
}

static void compute_hwcache_table(struct kunit *test)
{
	unsigned int i;

	if (cache_line_size() != 64)
		kunit_skip(test, "the table is for cache lines of 64 bytes");
	for (i = 0; i < ARRAY_SIZE(hwcache_table); i++)
		expect_layout(test, &hwcache_table[i]);
}

static int compute(unsigned int size, unsigned int align, slubx_flags_t flags,
		   bool ctor)
{
	struct slubx_layout_request request = { size, align, flags, ctor };
	struct slubx_layout layout;

	return slubx_layout_compute(&layout, &request);
}

static void compute_impossible(struct kunit *test)
{
	unsigned int max = SLUBX_MAX_SIZE;

	KUNIT_EXPECT_EQ(test, compute(0, 0, 0, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, compute(64, 3, 0, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, compute(64, 24, 0, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, compute(max, 0, 0, false), 0);
	KUNIT_EXPECT_EQ(test, compute(max + 1, 0, 0, false), -E2BIG);
	KUNIT_EXPECT_EQ(test, compute(UINT_MAX, 0, 0, false), -E2BIG);
	KUNIT_EXPECT_EQ(test, compute(UINT_MAX - 6, 0, 0, true), -E2BIG);
	/* The object fits, but not what we add. */
	KUNIT_EXPECT_EQ(test, compute(max, 0, 0, true), -E2BIG);
	KUNIT_EXPECT_EQ(test, compute(max, 0, SLUBX_RED_ZONE, false), -E2BIG);
	KUNIT_EXPECT_EQ(test, compute(max - 8, 0, 0, true), 0);
	KUNIT_EXPECT_EQ(test, compute(64, max, 0, false), 0);
	KUNIT_EXPECT_EQ(test, compute(64, max, SLUBX_RED_ZONE, false), -E2BIG);
	KUNIT_EXPECT_EQ(test, compute(64, 2 * max, 0, false), -E2BIG);
	/* In 32 bits, object and left zone of this alignment make zero. */
	KUNIT_EXPECT_EQ(test, compute(64, 1U << 31, SLUBX_RED_ZONE, false),
			-E2BIG);
}

static int compute_freeptr(slubx_flags_t flags, bool ctor, unsigned int offset)
{
	struct slubx_layout_request request = {
		60, 0, flags, ctor, true, offset
	};
	struct slubx_layout layout;

	return slubx_layout_compute(&layout, &request);
}

static void compute_impossible_freeptr(struct kunit *test)
{
	slubx_flags_t rcu = SLUBX_TYPESAFE_BY_RCU;

	KUNIT_EXPECT_EQ(test, compute_freeptr(rcu, false, 56), 0);
	KUNIT_EXPECT_EQ(test, compute_freeptr(0, true, 0), 0);
	KUNIT_EXPECT_EQ(test, compute_freeptr(0, false, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, compute_freeptr(SLUBX_POISON, false, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, compute_freeptr(rcu, false, 60), -EINVAL);
	KUNIT_EXPECT_EQ(test, compute_freeptr(rcu, false, 64), -EINVAL);
	KUNIT_EXPECT_EQ(test, compute_freeptr(rcu, true, UINT_MAX - 7),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, compute_freeptr(rcu, false, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, compute_freeptr(0, true, 1), -EINVAL);
}

static void align_twice_is_once(struct kunit *test)
{
	unsigned int size, align, once;

	for (size = 1; size <= 1024; size++) {
		for (align = 1; align <= 4096; align *= 2) {
			once = slubx_layout_align(SLUBX_HWCACHE_ALIGN, align,
						  size);
			KUNIT_ASSERT_GE(test, once, align);
			KUNIT_ASSERT_EQ(test, once,
					slubx_layout_align(SLUBX_HWCACHE_ALIGN,
							   once, size));
		}
	}
}

/* What the layout alone doesn't tell: that it is the one asked for. */
static bool is_as_asked(const struct slubx_layout *l,
			const struct slubx_layout_request *request)
{
	slubx_flags_t keep = SLUBX_TYPESAFE_BY_RCU | SLUBX_POISON;
	bool outside = request->ctor || (request->flags & keep);
	bool red = request->flags & SLUBX_RED_ZONE;

	if (request->use_freeptr_offset && !red &&
	    !(request->flags & SLUBX_POISON))
		return l->offset == request->freeptr_offset;
	if (request->use_freeptr_offset)
		outside = l->offset != request->freeptr_offset;

	return l->object_size == request->object_size &&
	       l->align >= request->align && red == !!l->red_left_pad &&
	       (!outside || l->offset == l->inuse);
}

static void expect_good(struct kunit *test,
			const struct slubx_layout_request *request)
{
	struct slubx_layout l;
	int err = slubx_layout_compute(&l, request);
	bool good = !err && is_as_asked(&l, request) && slubx_layout_valid(&l);

	KUNIT_ASSERT_TRUE_MSG(test, good, "size %u align %u flags %#x ctor %d",
			      request->object_size, request->align,
			      (__force unsigned int)request->flags,
			      request->ctor);
}

/* Bits of a number choose flags. */
static slubx_flags_t some_flags(unsigned int bits)
{
	slubx_flags_t flags = 0;

	if (bits & 1)
		flags |= SLUBX_RED_ZONE;
	if (bits & 2)
		flags |= SLUBX_POISON;
	if (bits & 4)
		flags |= SLUBX_TYPESAFE_BY_RCU;
	if (bits & 8)
		flags |= SLUBX_HWCACHE_ALIGN;
	if (bits & 32)
		flags |= SLUBX_STORE_USER;
	return flags;
}

static void compute_valid_8_to_8192(struct kunit *test)
{
	struct slubx_layout_request request = {};
	unsigned int size, bits;

	for (size = 8; size <= 8192; size++) {
		for (bits = 0; bits < 64; bits++) {
			request.object_size = size;
			request.flags = some_flags(bits);
			request.ctor = bits & 16;
			expect_good(test, &request);
		}
	}
}

/* Small sizes are as likely as large ones, and all fit with what is added. */
static void compute_valid_random(struct kunit *test)
{
	struct slubx_layout_request request = {};
	unsigned int i, bits;

	for (i = 0; i < 100000; i++) {
		bits = slubx_test_random(test, 20);
		request.object_size = 1 + slubx_test_random(test, 1U << bits);
		request.align = 1U << slubx_test_random(test, 19) >> 1;
		request.flags = some_flags(slubx_test_random(test, 16));
		request.ctor = slubx_test_random(test, 2);
		request.use_freeptr_offset =
			(request.ctor ||
			 (request.flags & SLUBX_TYPESAFE_BY_RCU)) &&
			slubx_test_random(test, 2);
		request.freeptr_offset =
			slubx_test_random(test, request.object_size) & ~7;
		expect_good(test, &request);
	}
}

/* A change of @field that slubx_layout_valid() must notice. */
#define EXPECT_NOTICED(test, layout, change)                               \
	do {                                                               \
		struct slubx_layout l = *(layout);                         \
									   \
		l.change;                                                  \
		KUNIT_EXPECT_FALSE_MSG(test, slubx_layout_valid(&l),       \
				       "left zone %u",                     \
				       (layout)->red_left_pad);            \
	} while (0)

static void expect_object_noticed(struct kunit *test,
				  const struct slubx_layout *good)
{
	EXPECT_NOTICED(test, good, object_size = 0);
	EXPECT_NOTICED(test, good, object_size += 16);
	EXPECT_NOTICED(test, good, object_size -= 16);
	EXPECT_NOTICED(test, good, inuse += 1);
	EXPECT_NOTICED(test, good, inuse += 16);
	EXPECT_NOTICED(test, good, offset += 1);
	EXPECT_NOTICED(test, good, offset = good->inuse + 8);
	EXPECT_NOTICED(test, good, offset = good->size);
	EXPECT_NOTICED(test, good, align = 0);
	EXPECT_NOTICED(test, good, align = 4);
	EXPECT_NOTICED(test, good, align += 1);
	EXPECT_NOTICED(test, good, red_left_pad += 1);
	EXPECT_NOTICED(test, good, red_left_pad = good->size);
}

static void expect_slab_noticed(struct kunit *test,
				const struct slubx_layout *good)
{
	EXPECT_NOTICED(test, good, size += 1);
	EXPECT_NOTICED(test, good, size += good->align);
	EXPECT_NOTICED(test, good, oo.objects -= 1);
	EXPECT_NOTICED(test, good, oo.objects += 1);
	EXPECT_NOTICED(test, good, oo.objects = 0);
	EXPECT_NOTICED(test, good, oo.order += 1);
	EXPECT_NOTICED(test, good, oo.order = SLUBX_MAX_PAGE_ORDER + 1);
	EXPECT_NOTICED(test, good, min.objects += 1);
	EXPECT_NOTICED(test, good, min.order += 1);
	EXPECT_NOTICED(test, good, min = ((struct slubx_geometry){ 9, 1 }));
	EXPECT_NOTICED(test, good, reciprocal = reciprocal_value(l.size + 1));
	EXPECT_NOTICED(test, good, reciprocal = reciprocal_value(l.size - 1));
}

static void valid_notices_change(struct kunit *test)
{
	struct slubx_layout_request request = { .object_size = 192 };
	struct slubx_layout good;
	unsigned int bits;

	for (bits = 0; bits < 16; bits++) {
		request.flags = some_flags(bits);
		KUNIT_ASSERT_EQ(test, slubx_layout_compute(&good, &request), 0);
		expect_object_noticed(test, &good);
		expect_slab_noticed(test, &good);
	}
}

/* The pointer may use the padding behind an object, but never a red zone. */
static void valid_pointer_in_red_zone(struct kunit *test)
{
	struct slubx_layout_request request = { .object_size = 60 };
	struct slubx_layout l;

	KUNIT_ASSERT_EQ(test, slubx_layout_compute(&l, &request), 0);
	l.offset = 56;
	KUNIT_EXPECT_TRUE(test, slubx_layout_valid(&l));

	request.flags = SLUBX_RED_ZONE;
	KUNIT_ASSERT_EQ(test, slubx_layout_compute(&l, &request), 0);
	l.offset = 56;
	KUNIT_EXPECT_FALSE(test, slubx_layout_valid(&l));
}

/* From each byte of an object back to its number. */
static void index_of_each_byte(struct kunit *test)
{
	struct slubx_layout_request request = { .object_size = 100 };
	unsigned int bits, i, at;
	struct slubx_layout l;

	for (bits = 0; bits < 2; bits++) {
		request.flags = some_flags(bits);
		KUNIT_ASSERT_EQ(test, slubx_layout_compute(&l, &request), 0);
		for (i = 0; i < l.oo.objects * l.size; i++) {
			at = i + l.red_left_pad;
			KUNIT_ASSERT_EQ(test, slubx_layout_index(&l, at),
					i / l.size);
		}
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(compute_table),
	KUNIT_CASE(compute_hwcache_table),
	KUNIT_CASE(compute_impossible),
	KUNIT_CASE(compute_impossible_freeptr),
	KUNIT_CASE(align_twice_is_once),
	KUNIT_CASE(compute_valid_8_to_8192),
	KUNIT_CASE(compute_valid_random),
	KUNIT_CASE(valid_notices_change),
	KUNIT_CASE(valid_pointer_in_red_zone),
	KUNIT_CASE(index_of_each_byte),
	{},
};

SLUBX_SUITE(layout, cases);
