// SPDX-License-Identifier: GPL-2.0
/*
 * debug_slab_test.c - what slubx keeps for itself is damaged: freelists, counters,
 * lists. Found, and repaired or isolated, and the cache works on.
 */
#include "census.h"
#include "debug_scene.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/debug/check.h"
#include "../slubx/freelist.h"
#include "../slubx/node.h"

/* A slab of a debugged cache, with some objects in use and some free. */
struct bed {
	struct slubx_kmem_cache *s;
	struct slubx_test_herd *herd;
	struct slubx_slab *slab;
	unsigned int objects;
};

/* @free of the slab's objects are free. */
static struct bed make_bed(struct kunit *test, slubx_flags_t flags,
			   unsigned int free)
{
	struct bed bed;
	unsigned int i;

	bed.s = slubx_test_debug_cache(test, 60, flags);
	bed.herd = slubx_test_full_slabs(test, bed.s, 1);
	bed.slab = slubx_test_herd_slab(bed.herd, 0);
	bed.objects = bed.slab->fc.counters.objects;
	for (i = 0; i < free; i++)
		slubx_test_herd_free(bed.herd, i);
	return bed;
}

/* A macro can't ask for the type of a bit field. */
static unsigned int inuse(const struct bed *bed)
{
	return bed->slab->fc.counters.inuse;
}

/* What is in use can be freed, and nothing more is found. */
static void check_out(struct kunit *test, struct bed *bed)
{
	EXPECT_FOUND(test, bed->s, 0U, 0, slubx_cache_validate(bed->s));
	EXPECT_VALID(test, cache, bed->s);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(bed->herd));
	EXPECT_FOUND(test, bed->s, 0U, 0, slubx_test_herd_free_all(bed->herd));
}

/*
 * An object that a damaged freelist lost is in use by all accounts, but for a
 * link in it that a hardened build takes for that of a free one.
 */
static void free_lost(struct bed *bed, void *x)
{
	slubx_freelist_forget(bed->s, x);
	slubx_kmem_cache_free(bed->s, x);
}

#define EXPECT_COUNTS(test, nth, found_, expected_)                        \
	do {                                                               \
		KUNIT_EXPECT_EQ(test, slubx_test_heard[nth].verdict.found, \
				(unsigned long)(found_));                  \
		KUNIT_EXPECT_EQ(test, slubx_test_heard[nth].verdict.expected, \
				(unsigned long)(expected_));               \
	} while (0)

/* ---- The freelist --------------------------------------------------------*/

/* A link that leads out of the slab; what was behind it is lost. */
static void link_overwritten(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 3);
	void *first = bed.slab->fc.freelist;
	void *lost[2];

	lost[0] = slubx_freelist_next(bed.s, first);
	lost[1] = slubx_freelist_next(bed.s, lost[0]);
	*(unsigned long *)(first + bed.s->layout.offset) ^= 1UL << 60;
	EXPECT_FOUND(test, bed.s, 2U + 4, 1 + 4, slubx_cache_validate(bed.s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_CHAIN, NULL, first);
	EXPECT_HEARD(test, 1, SLUBX_BAD_INUSE_FOUND, NULL, NULL);
	EXPECT_COUNTS(test, 1, bed.objects - 3, bed.objects - 1);
	/* They look like freed ones, and are taken for ones in use. */
	KUNIT_EXPECT_FALSE(test, slubx_check_is_free(bed.slab, lost[0]));
	KUNIT_EXPECT_EQ(test, inuse(&bed), bed.objects - 1);
	free_lost(&bed, lost[0]);
	free_lost(&bed, lost[1]);
	check_out(test, &bed);
}

static void head_overwritten(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 1);
	void *lost = bed.slab->fc.freelist;

	bed.slab->fc.freelist = lost + 4;
	EXPECT_FOUND(test, bed.s, 1U + 2, 1 + 2, slubx_cache_validate(bed.s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_HEAD, NULL, NULL);
	KUNIT_EXPECT_EQ(test, slubx_test_heard[0].verdict.found,
			(unsigned long)lost + 4);
	KUNIT_EXPECT_EQ(test, inuse(&bed), bed.objects);
	free_lost(&bed, lost);
	check_out(test, &bed);
}

/* Without a freelist the slab looks full. */
static void head_cleared(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 1);
	void *lost = bed.slab->fc.freelist;

	bed.slab->fc.freelist = NULL;
	EXPECT_FOUND(test, bed.s, 1U + 2, 1 + 2, slubx_cache_validate(bed.s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_INUSE_FOUND, NULL, NULL);
	EXPECT_COUNTS(test, 0, bed.objects - 1, bed.objects);
	EXPECT_VALID(test, cache, bed.s);
	free_lost(&bed, lost);
	check_out(test, &bed);
}

static void freelist_in_a_circle(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 2);
	void *first = bed.slab->fc.freelist;
	void *second = slubx_freelist_next(bed.s, first);

	slubx_freelist_link(bed.s, second, first);
	EXPECT_FOUND(test, bed.s, 1U + 4, 1 + 4, slubx_cache_validate(bed.s));
	KUNIT_EXPECT_EQ(test, slubx_test_heard[0].verdict.kind,
			SLUBX_BAD_CYCLE);
	KUNIT_EXPECT_EQ(test, inuse(&bed), bed.objects);
	free_lost(&bed, first);
	free_lost(&bed, second);
	check_out(test, &bed);
}

/* The same found by a free, which is all right itself. */
static void circle_met_by_a_free(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 1);
	void *first = bed.slab->fc.freelist;

	slubx_freelist_link(bed.s, first, first);
	EXPECT_FOUND(test, bed.s, 1U, 1, slubx_test_herd_free(bed.herd, 5));
	KUNIT_EXPECT_EQ(test, slubx_test_heard[0].verdict.kind,
			SLUBX_BAD_CYCLE);
	KUNIT_EXPECT_EQ(test, inuse(&bed), bed.objects - 1);
	EXPECT_FOUND(test, bed.s, 2U, 2, slubx_cache_validate(bed.s));
	free_lost(&bed, first);
	check_out(test, &bed);
}

/* ---- When something is to be given out -----------------------------------*/

/* A new object comes of another slab; this one is out of use. */
static void expect_isolated(struct kunit *test, struct bed *bed,
			    enum slubx_verdict_kind kind)
{
	void *y = NULL;

	EXPECT_FOUND(test, bed->s, 1U, 1,
		     y = slubx_test_debug_alloc(test, bed->s));
	KUNIT_EXPECT_EQ(test, slubx_test_heard[0].verdict.kind, kind);
	KUNIT_EXPECT_PTR_NE(test, slubx_virt_to_slab(y), bed->slab);
	KUNIT_EXPECT_TRUE(test, bed->slab->fc.counters.frozen);
	KUNIT_EXPECT_EQ(test, inuse(bed), bed->objects);
	KUNIT_EXPECT_NULL(test, bed->slab->fc.freelist);
	EXPECT_VALID(test, cache, bed->s);
	slubx_kmem_cache_free(bed->s, y);
	/* Its slab is given up when the cache goes; that is told. */
	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, bed->s));
	KUNIT_EXPECT_EQ(test, slubx_test_zombies(), 0UL);
}

/* Also where nothing else is checked: it would be a wild pointer. */
static void alloc_from_a_bad_head(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_RED_ZONE, 1);

	bed.slab->fc.freelist += 8;
	expect_isolated(test, &bed, SLUBX_BAD_FREE_HEAD);
}

static void alloc_from_too_many_in_use(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 1);

	bed.slab->fc.counters.inuse = bed.objects + 1;
	expect_isolated(test, &bed, SLUBX_BAD_INUSE);
}

static void alloc_from_too_many_objects(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 1);

	bed.slab->fc.counters.objects = bed.objects + 1;
	expect_isolated(test, &bed, SLUBX_BAD_OBJECTS);
}

static void alloc_of_a_bad_link(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 2);
	void *first = bed.slab->fc.freelist;

	*(unsigned long *)(first + bed.s->layout.offset) ^= 1UL << 60;
	expect_isolated(test, &bed, SLUBX_BAD_LINK);
}

/* ---- Counters ------------------------------------------------------------*/

static void inuse_wrong(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 2);

	bed.slab->fc.counters.inuse--;
	EXPECT_FOUND(test, bed.s, 1U, 1, slubx_cache_validate(bed.s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_INUSE_FOUND, NULL, NULL);
	EXPECT_COUNTS(test, 0, bed.objects - 3, bed.objects - 2);
	bed.slab->fc.counters.inuse++;
	EXPECT_FOUND(test, bed.s, 1U, 1, slubx_test_herd_free(bed.herd, 7));
	EXPECT_HEARD(test, 0, SLUBX_BAD_INUSE_FOUND, NULL, NULL);
	check_out(test, &bed);
}

static void objects_wrong(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 2);

	bed.slab->fc.counters.objects--;
	EXPECT_FOUND(test, bed.s, 1U, 1, slubx_cache_validate(bed.s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_OBJECTS_FOUND, NULL, NULL);
	EXPECT_COUNTS(test, 0, bed.objects - 1, bed.objects);
	check_out(test, &bed);
}

/* Told, and nothing else: what it should be can't be known. */
static void counters_impossible(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 2);

	bed.slab->fc.counters.inuse = bed.objects + 5;
	EXPECT_FOUND(test, bed.s, 1U, 0, slubx_cache_validate(bed.s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_INUSE, NULL, NULL);
	EXPECT_COUNTS(test, 0, bed.objects + 5, bed.objects);
	EXPECT_FOUND(test, bed.s, 1U, 1,
		     slubx_kmem_cache_free(bed.s, bed.herd->x[9]));
	bed.slab->fc.counters.inuse = bed.objects - 2;
	bed.slab->fc.counters.objects = bed.objects + 1;
	EXPECT_FOUND(test, bed.s, 1U, 0, slubx_cache_validate(bed.s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_OBJECTS, NULL, NULL);
	bed.slab->fc.counters.objects = bed.objects;
	check_out(test, &bed);
}

static void nr_partial_wrong(struct kunit *test)
{
	struct bed bed = make_bed(test, SLUBX_TEST_FZPU, 2);
	struct slubx_kmem_cache_node *n = bed.s->node[slubx_slab_nid(bed.slab)];

	n->nr_partial += 3;
	EXPECT_FOUND(test, bed.s, 1U, 0, slubx_cache_validate(bed.s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_NR_PARTIAL, NULL, &n->nr_partial);
	EXPECT_COUNTS(test, 0, 4, 1);
	check_out(test, &bed);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(link_overwritten),
	KUNIT_CASE(head_overwritten),
	KUNIT_CASE(head_cleared),
	KUNIT_CASE(freelist_in_a_circle),
	KUNIT_CASE(circle_met_by_a_free),
	KUNIT_CASE(alloc_from_a_bad_head),
	KUNIT_CASE(alloc_from_too_many_in_use),
	KUNIT_CASE(alloc_from_too_many_objects),
	KUNIT_CASE(alloc_of_a_bad_link),
	KUNIT_CASE(inuse_wrong),
	KUNIT_CASE(objects_wrong),
	KUNIT_CASE(counters_impossible),
	KUNIT_CASE(nr_partial_wrong),
	{},
};

struct kunit_suite slubx_debug_slab_suite = {
	.name = "slubx_debug_slab",
	.init = slubx_test_debug_init,
	.exit = slubx_test_debug_exit,
	.test_cases = cases,
};
