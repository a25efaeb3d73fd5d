// SPDX-License-Identifier: GPL-2.0
/*
 * args_test.c - caches created by struct slubx_kmem_cache_args, and the free
 * pointer at a place that the client chose.
 */
#include "scene.h"

#define SIZE 128

typedef struct slubx_kmem_cache_args args_t;

static struct slubx_kmem_cache *make(struct kunit *test, slubx_flags_t flags,
				     const args_t *args)
{
	return slubx_test_keep(test, slubx_kmem_cache_create("args_test", SIZE,
							     args, flags));
}

/* ---- Both forms ----------------------------------------------------------*/

static void fill(void *x)
{
	memset(x, 0xc7, SIZE);
}

static void every_form_makes_a_cache(struct kunit *test)
{
	args_t args = { .align = 64 };
	const args_t *same = &args;
	struct slubx_kmem_cache *s[6];
	unsigned int i;

	s[0] = slubx_kmem_cache_create("args_test", SIZE, &args, 0);
	s[1] = slubx_kmem_cache_create("args_test", SIZE, same, 0);
	s[2] = slubx_kmem_cache_create("args_test", SIZE, NULL, 0);
	s[3] = slubx_kmem_cache_create("args_test", SIZE, 64, 0, NULL);
	s[4] = slubx_kmem_cache_create("args_test", SIZE, 0, 0, fill);
	s[5] = slubx_kmem_cache_create("args_test", SIZE, sizeof(long), 0,
				       NULL);
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		slubx_test_keep(test, s[i]);
		KUNIT_EXPECT_EQ(test, slubx_kmem_cache_size(s[i]), SIZE + 0U);
		EXPECT_VALID(test, cache, s[i]);
	}
	KUNIT_EXPECT_TRUE(test, s[4]->ctor == fill);
}

static void all_wishes_are_kept(struct kunit *test)
{
	static const args_t args = {
		.align = 256,
		.useroffset = 16,
		.usersize = 24,
		.ctor = fill,
		.use_freeptr_offset = true,
		.freeptr_offset = 40,
	};
	struct slubx_kmem_cache *s = make(test, 0, &args);

	KUNIT_EXPECT_EQ(test, s->layout.align, 256U);
	KUNIT_EXPECT_EQ(test, s->useroffset, 16U);
	KUNIT_EXPECT_EQ(test, s->usersize, 24U);
	KUNIT_EXPECT_TRUE(test, s->ctor == fill);
	KUNIT_EXPECT_EQ(test, s->layout.offset, 40U);
	EXPECT_VALID(test, cache, s);
}

static void sheaves_forbid_merging(struct kunit *test)
{
	static const args_t plain = {}, sheaves = { .sheaf_capacity = 32 };
	struct slubx_kmem_cache *s = make(test, 0, &plain);

	KUNIT_EXPECT_PTR_NE(test, make(test, 0, &sheaves), s);
	KUNIT_EXPECT_PTR_NE(test, make(test, 0, &sheaves),
			    make(test, 0, &sheaves));
}

struct refusal {
	unsigned int size;
	slubx_flags_t flags;
	args_t args;
};

static const struct refusal refusals[] = {
	{ SIZE, 0, { .align = 3 } },
	{ SIZE, 0, { .align = 8192 } },
	{ 0, 0, { .align = 8 } },
	/* The free pointer: for no reason, outside, not aligned. */
	{ SIZE, 0, { .use_freeptr_offset = true } },
	{ SIZE, 0, { .use_freeptr_offset = true, .freeptr_offset = 8 } },
	{ SIZE,
	  0,
	  { .use_freeptr_offset = true, .freeptr_offset = SIZE, .ctor = fill } },
	{ SIZE,
	  SLUBX_TYPESAFE_BY_RCU,
	  { .use_freeptr_offset = true, .freeptr_offset = SIZE + 8 } },
	{ SIZE,
	  SLUBX_TYPESAFE_BY_RCU,
	  { .use_freeptr_offset = true, .freeptr_offset = UINT_MAX - 7 } },
	{ SIZE,
	  SLUBX_TYPESAFE_BY_RCU,
	  { .use_freeptr_offset = true, .freeptr_offset = 4 } },
	{ SIZE,
	  0,
	  { .use_freeptr_offset = true, .freeptr_offset = 1, .ctor = fill } },
};

static void senseless_wishes_are_refused(struct kunit *test)
{
	const struct refusal *refusal;
	void *unknown = test;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		refusal = &refusals[i];
		EXPECT_ERRORS(test, 1,
			      KUNIT_EXPECT_NULL(test, slubx_kmem_cache_create(
							      "args_refused",
							      refusal->size,
							      &refusal->args,
							      refusal->flags)));
	}
	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_NULL(
			      test, slubx_kmem_cache_create("args_refused",
							    SIZE, unknown, 0)));
}

/* Without use_ the place says nothing. */
static void freeptr_offset_alone_is_no_wish(struct kunit *test)
{
	static const args_t args = { .freeptr_offset = SIZE + 3 };
	struct slubx_kmem_cache *s = make(test, SLUBX_TYPESAFE_BY_RCU, &args);

	KUNIT_EXPECT_EQ(test, s->layout.offset, SIZE + 0U);
}

/* ---- The free pointer inside ---------------------------------------------*/

struct record {
	u64 key;
	slubx_freeptr_t free;
	u8 rest[SIZE - 16];
};

static_assert(sizeof(struct record) == SIZE);

static const args_t inside = {
	.use_freeptr_offset = true,
	.freeptr_offset = offsetof(struct record, free),
};

/* All of a free object stays what it was, but the field that was given away. */
static void freed_object_keeps_the_rest(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, SLUBX_TYPESAFE_BY_RCU, &inside);
	struct record *x = slubx_scene_alloc(test, s);

	KUNIT_EXPECT_EQ(test, s->layout.size, SIZE + 0U);
	memset(x, 0x5a, SIZE);
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_EQ(test, x->key, 0x5a5a5a5a5a5a5a5aULL);
	KUNIT_EXPECT_NULL(test, memchr_inv(x->rest, 0x5a, sizeof(x->rest)));
	KUNIT_EXPECT_NE(test, x->free.v, 0x5a5a5a5a5a5a5a5aUL);
	KUNIT_EXPECT_PTR_EQ(test, slubx_scene_alloc(test, s), x);
	KUNIT_EXPECT_EQ(test, x->key, 0x5a5a5a5a5a5a5a5aULL);
	KUNIT_EXPECT_EQ(test, x->free.v, 0UL);
	slubx_kmem_cache_free(s, x);
}

static void constructed_object_keeps_the_rest(struct kunit *test)
{
	args_t args = inside;
	struct slubx_kmem_cache *s;
	struct record *x[40];
	unsigned int round, i;

	args.ctor = fill;
	s = make(test, 0, &args);
	for (round = 0; round < 3; round++) {
		KUNIT_ASSERT_TRUE(test, slubx_kmem_cache_alloc_bulk(
						s, GFP_KERNEL, ARRAY_SIZE(x),
						(void **)x));
		for (i = 0; i < ARRAY_SIZE(x); i++) {
			KUNIT_EXPECT_EQ(test, (u8)x[i]->key, 0xc7);
			KUNIT_EXPECT_NULL(test, memchr_inv(x[i]->rest, 0xc7,
							   sizeof(x[i]->rest)));
		}
		slubx_kmem_cache_free_bulk(s, ARRAY_SIZE(x), (void **)x);
	}
	EXPECT_VALID(test, cache, s);
}

/* It is seen; and nothing that a client writes there is taken for it. */
static void double_free_is_seen_inside(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, SLUBX_TYPESAFE_BY_RCU, &inside);
	struct record *x = slubx_scene_alloc(test, s);
	struct record *y = slubx_scene_alloc(test, s);
	unsigned int i;

	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
	slubx_kmem_cache_free(s, x);
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(s, x));
	for (i = 0; i < 300; i++) {
		y->free.v = i < 256 ? i * 0x0101010101010101UL :
				      (unsigned long)y + i * 8 - 2200;
		EXPECT_ERRORS(test, 0, slubx_kmem_cache_free(s, y));
		KUNIT_ASSERT_PTR_EQ(test, slubx_scene_alloc(test, s), y);
	}
	slubx_kmem_cache_free(s, y);
	EXPECT_VALID(test, cache, s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_form_makes_a_cache),
	KUNIT_CASE(all_wishes_are_kept),
	KUNIT_CASE(sheaves_forbid_merging),
	KUNIT_CASE(senseless_wishes_are_refused),
	KUNIT_CASE(freeptr_offset_alone_is_no_wish),
	KUNIT_CASE(freed_object_keeps_the_rest),
	KUNIT_CASE(constructed_object_keeps_the_rest),
	KUNIT_CASE(double_free_is_seen_inside),
	{},
};

SLUBX_SCENE_SUITE(args, cases);
