// SPDX-License-Identifier: GPL-2.0
/*
 * objects_test.c - objects in use are listed by age: which of too many, in which
 * order, and the text of it.
 *
 * Ages are set here. That the file is there, and what becomes of it when the cache
 * goes, is a matter of qemu/tests/31-debugfs.sh.
 */
#include <linux/mm.h>

#include "census.h"
#include "debug_scene.h"
#include "seq_reader.h"
#include "../slubx/cache.h"
#include "../slubx/debug/oldest.h"
#include "../slubx/iface/objects.h"
#include "../slubx/registry.h"
#include "../slubx/slab.h"

static struct slubx_kmem_cache *make(struct kunit *test, unsigned int size)
{
	return slubx_test_debug_cache(test, size, SLUBX_STORE_USER);
}

static void alloc_many(struct kunit *test, struct slubx_kmem_cache *s, void **x,
		       unsigned int count)
{
	while (count--)
		x[count] = slubx_test_debug_alloc(test, s);
}

static void set_age(struct slubx_kmem_cache *s, void *x, unsigned long age)
{
	slubx_object_track(s, x, SLUBX_TRACK_ALLOC)->when = jiffies - age;
}

static struct slubx_oldest *
collect(struct kunit *test, struct slubx_kmem_cache *s, unsigned int room)
{
	struct slubx_oldest *oldest =
		kunit_kzalloc(test, sizeof(*oldest), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, oldest);
	oldest->room = room;
	oldest->object =
		kunit_kcalloc(test, room, sizeof(*oldest->object), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, oldest->object);
	slubx_oldest_collect(s, oldest);
	return oldest;
}

static bool is_object(const struct slubx_old_object *object, const void *x)
{
	const struct slubx_slab *slab = slubx_virt_to_slab(x);

	return object->pfn == page_to_pfn(slubx_slab_page(slab)) &&
	       object->index == slubx_slab_index(slab, x);
}

/* ---- Which, in which order -----------------------------------------------*/

#define MANY 100

/* More hours than any case takes, so that none is as old as another. */
static unsigned long hours(unsigned int n)
{
	return n * 3600UL * HZ;
}

/* @x[i] is i + 1 hours old, and they lie in no order. */
static struct slubx_kmem_cache *make_ages(struct kunit *test, void **x,
					  unsigned int count)
{
	struct slubx_kmem_cache *s = make(test, 100);
	unsigned int i, other;

	alloc_many(test, s, x, count);
	for (i = 0; i < count; i++) {
		other = slubx_test_random(test, count);
		swap(x[i], x[other]);
	}
	for (i = 0; i < count; i++)
		set_age(s, x[i], hours(i + 1));
	return s;
}

/* For less room than objects, and for more. */
static void oldest_first(struct kunit *test)
{
	static const unsigned int rooms[] = { 1,	2,    3,	57,
					      MANY - 1, MANY, MANY + 1, 1000 };
	struct slubx_kmem_cache *s;
	struct slubx_oldest *oldest;
	unsigned int r, i, count;
	void *x[MANY];

	s = make_ages(test, x, MANY);
	for (r = 0; r < ARRAY_SIZE(rooms); r++) {
		count = min_t(unsigned int, rooms[r], MANY);
		oldest = collect(test, s, rooms[r]);
		KUNIT_EXPECT_EQ(test, oldest->count, count);
		KUNIT_EXPECT_EQ(test, oldest->lost, MANY - count + 0UL);
		for (i = 0; i < oldest->count; i++) {
			KUNIT_EXPECT_TRUE(test, is_object(&oldest->object[i],
							  x[MANY - 1 - i]));
			KUNIT_EXPECT_EQ(test, oldest->object[i].age / hours(1),
					MANY - i + 0UL);
		}
	}
	slubx_kmem_cache_free_bulk(s, MANY, x);
}

/* What was freed is not there, and what comes again is young. */
static void only_what_is_in_use(struct kunit *test)
{
	struct slubx_oldest *oldest;
	struct slubx_kmem_cache *s;
	unsigned int i;
	void *x[MANY];

	s = make_ages(test, x, MANY);
	slubx_kmem_cache_free_bulk(s, MANY - 3, x + 3);
	oldest = collect(test, s, MANY);
	KUNIT_EXPECT_EQ(test, oldest->count, 3U);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test,
				  is_object(&oldest->object[i], x[2 - i]));
	alloc_many(test, s, x + 3, 1);
	oldest = collect(test, s, MANY);
	KUNIT_EXPECT_EQ(test, oldest->count, 4U);
	KUNIT_EXPECT_TRUE(test, is_object(&oldest->object[3], x[3]));
	KUNIT_EXPECT_LT(test, oldest->object[3].age, hours(1));
	slubx_kmem_cache_free_bulk(s, 4, x);
	KUNIT_EXPECT_EQ(test, collect(test, s, MANY)->count, 0U);
}

/* An object that is allocated after the collection began is of no age. */
static void none_is_of_tomorrow(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 100);
	void *x = slubx_test_debug_alloc(test, s);

	set_age(s, x, -hours(1));
	KUNIT_EXPECT_EQ(test, collect(test, s, 1)->object[0].age, 0UL);
	slubx_kmem_cache_free(s, x);
}

/* What stands in an isolated slab may be anything. */
static void not_of_isolated_slabs(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 1000);
	void *x = slubx_test_debug_alloc(test, s);
	struct slubx_slab *slab = slubx_virt_to_slab(x);

	slab->fc.counters.frozen = 1;
	KUNIT_EXPECT_EQ(test, collect(test, s, 1)->count, 0U);
	slab->fc.counters.frozen = 0;
	KUNIT_EXPECT_EQ(test, collect(test, s, 1)->count, 1U);
	slubx_kmem_cache_free(s, x);
}

/* ---- The text ------------------------------------------------------------*/

#define HEAD                                                               \
	"# slubx objects 1\n"                                              \
	"# name debug_test object_size 100\n"                              \
	"# <age> <slab> <index> <node> <cpu> <pid> <size> <site> < <caller> < ...\n"

static char *text_of(struct kunit *test, struct slubx_kmem_cache *s,
		     size_t piece)
{
	return slubx_test_read_all(test, &slubx_objects_fops, s, piece);
}

static int print_place(char *text, const void *x)
{
	const struct slubx_slab *slab = slubx_virt_to_slab(x);

	return sprintf(text, "0x%lx %d %u", page_to_pfn(slubx_slab_page(slab)),
		       slubx_slab_index(slab, x), slubx_slab_nid(slab));
}

/* The track of an object says what the line must. */
static void show_lines(struct kunit *test)
{
	struct slubx_track known = { .addr = (unsigned long)show_lines,
				     .cpu = 3,
				     .pid = 77 };
	struct slubx_kmem_cache *s = make(test, 100);
	char place[2][40], *expected, *text = NULL;
	unsigned int tries;
	void *x[2];

	alloc_many(test, s, x, 2);
	*slubx_object_track(s, x[0], SLUBX_TRACK_ALLOC) = known;
	known.addr = 0;
	*slubx_object_track(s, x[1], SLUBX_TRACK_ALLOC) = known;
	print_place(place[0], x[0]);
	print_place(place[1], x[1]);
	expected = kunit_kzalloc(test, 1024, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, expected);
	sprintf(expected,
		HEAD "7776000.000 %s 3 77 100 <not-available>\n"
		     "5.500 %s 3 77 100 %pS\n# end\n",
		place[1], place[0], (void *)show_lines);
	/* A tick may pass in between, on a busy host many times. */
	for (tries = 0; tries < 100; tries++) {
		set_age(s, x[0], 5 * HZ + HZ / 2);
		set_age(s, x[1], 86400UL * 90 * HZ);
		text = text_of(test, s, PAGE_SIZE);
		if (!strcmp(text, expected))
			break;
	}
	KUNIT_EXPECT_STREQ(test, text, expected);
	slubx_kmem_cache_free_bulk(s, 2, x);
}

static void show_none(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 100);

	KUNIT_EXPECT_STREQ(test, text_of(test, s, PAGE_SIZE), HEAD "# end\n");
	KUNIT_EXPECT_STREQ(test, text_of(test, s, 1), HEAD "# end\n");
}

static noinline void *alloc_here(struct kunit *test, struct slubx_kmem_cache *s)
{
	void *x = slubx_test_debug_alloc(test, s);

	OPTIMIZER_HIDE_VAR(x);
	return x;
}

/* Who allocates stands before who called him. */
static void show_stack(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 100);
	void *x = alloc_here(test, s);
	char *text = text_of(test, s, PAGE_SIZE), *site, *caller;

	if (!slubx_object_track(s, x, SLUBX_TRACK_ALLOC)->stack)
		kunit_skip(test, "no stacks here");
	site = strstr(text, " slubx_test_debug_alloc+0x");
	caller = strstr(text, " < alloc_here+0x");
	KUNIT_EXPECT_NOT_NULL(test, site);
	KUNIT_EXPECT_NOT_NULL(test, caller);
	KUNIT_EXPECT_TRUE(test, site < caller);
	KUNIT_EXPECT_NULL(test, strstr(text, "[slubx]"));
	slubx_kmem_cache_free(s, x);
}

/* Of kmalloc it is known what was asked for. */
static void show_asked(struct kunit *test)
{
	const struct slubx_cache_request request = {
		.name = "debug_test_kmalloc",
		.size = 100,
		.flags = SLUBX_STORE_USER | SLUBX_KMALLOC | SLUBX_NO_USER_FLAGS,
	};
	struct slubx_kmem_cache *s = slubx_internal_open(&request);
	void *x;

	KUNIT_ASSERT_FALSE(test, IS_ERR(s));
	x = slubx_kmalloc_trace(s, GFP_KERNEL, 61);
	KUNIT_EXPECT_NOT_NULL(test, x);
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(text_of(test, s, PAGE_SIZE), " 61 "));
	slubx_kmem_cache_free(s, x);
	slubx_internal_close(s);
}

#define SLABS 10007

static unsigned long lines_of(struct kunit *test, struct slubx_kmem_cache *s)
{
	struct slubx_test_reader *reader =
		slubx_test_open(test, &slubx_objects_fops, s);
	unsigned long lines = slubx_test_count_lines(test, reader);

	slubx_test_close(reader);
	return lines;
}

/* All, then one in each slab; the head has three lines, the end one. */
static void show_many(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 1000);
	unsigned int per, i, total;
	void **x;

	s->layout.oo = s->layout.min;
	per = s->layout.oo.objects;
	total = SLABS * per;
	x = slubx_kvmalloc(total * sizeof(*x), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	alloc_many(test, s, x, total);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), SLABS + 0UL);
	KUNIT_EXPECT_EQ(test, lines_of(test, s), total + 4UL);
	for (i = 0; i < total; i++)
		if (i % per)
			slubx_kmem_cache_free(s, x[i]);
	KUNIT_EXPECT_EQ(test, lines_of(test, s), SLABS + 4UL);
	for (i = 0; i < total; i += per)
		slubx_kmem_cache_free(s, x[i]);
	slubx_kvfree(x);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(oldest_first),	 KUNIT_CASE(only_what_is_in_use),
	KUNIT_CASE(none_is_of_tomorrow), KUNIT_CASE(not_of_isolated_slabs),
	KUNIT_CASE(show_lines),		 KUNIT_CASE(show_none),
	KUNIT_CASE(show_stack),		 KUNIT_CASE(show_asked),
	KUNIT_CASE(show_many),		 {},
};

struct kunit_suite slubx_objects_suite = {
	.name = "slubx_objects",
	.init = slubx_test_debug_init,
	.exit = slubx_test_debug_exit,
	.test_cases = cases,
};
