// SPDX-License-Identifier: GPL-2.0
/*
 * stress_look_test.c - something happens between any two instructions of who
 * only looks, or changes a flag: what is seen was true before it or after it,
 * and no flag is lost.
 */
#include "../slubx/cache.h"
#include "../slubx/holdings.h"
#include "common.h"
#include "stress_step.h"

#define OBJECTS 6

struct bed {
	struct slubx_kmem_cache *s;
	void *x[OBJECTS];
	unsigned int nr;
	unsigned long seen;
	bool acted;
};

static struct bed *new_bed(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	if (!STRESS_CAN_STEP)
		kunit_skip(test, "no single steps on this machine");
	KUNIT_ASSERT_NOT_NULL(test, bed);
	bed->s = slubx_test_keep(
		test, slubx_kmem_cache_create(
			      "stress-look", 256, 0,
			      SLUBX_NO_MERGE | SLUBX_NOLEAKTRACE, NULL));
	KUNIT_ASSERT_EQ(test, stress_step_init(), 0);
	return bed;
}

/* ---- Counting ------------------------------------------------------------*/

static void count(void *data)
{
	struct bed *bed = data;

	bed->seen = slubx_holdings_here(bed->s, NUMA_NO_NODE);
}

/* Takes an object, and leaves nothing in it that could be a link. */
static void take_and_fill(void *data)
{
	struct bed *bed = data;
	void *x = slubx_kmem_cache_alloc(bed->s, GFP_NOWAIT | __GFP_NOWARN);

	if (!x)
		return;
	memset(x, 0xff, bed->s->layout.object_size);
	bed->x[bed->nr++] = x;
	bed->acted = true;
}

static void put_back(void *data)
{
	struct bed *bed = data;

	if (!bed->nr)
		return;
	slubx_kmem_cache_free(bed->s, bed->x[--bed->nr]);
	bed->acted = true;
}

/* Three objects are held, whatever was done in between. */
static void settle(struct bed *bed)
{
	while (bed->nr < 3)
		take_and_fill(bed);
	while (bed->nr > 3)
		put_back(bed);
	bed->acted = false;
}

struct errand {
	struct kunit *test;
	struct bed *bed;
	void (*act)(void *data);
	long change;
	unsigned int interrupted;
};

/* Stays on one cpu. */
static void count_at_all_places(void *data)
{
	struct errand *errand = data;
	struct bed *bed = errand->bed;
	unsigned int at, steps = 1;
	unsigned long before;

	for (at = 0; at < steps; at++) {
		settle(bed);
		before = slubx_holdings_here(bed->s, NUMA_NO_NODE);
		steps = max(steps, stress_step(at, count, errand->act, bed));
		errand->interrupted += bed->acted;
		if (bed->seen == before ||
		    (bed->acted && bed->seen == before + errand->change))
			continue;
		KUNIT_FAIL(errand->test, "at %u: %lu seen, %lu before", at,
			   bed->seen, before);
		break;
	}
	while (bed->nr)
		put_back(bed);
}

static void interrupt_count(struct kunit *test, void (*act)(void *data),
			    long change)
{
	struct errand errand = {
		.test = test,
		.bed = new_bed(test),
		.act = act,
		.change = change,
	};

	EXPECT_ERRORS(test, 0,
		      slubx_test_on_cpu(test, 0, count_at_all_places, &errand));
	stress_step_exit();
	KUNIT_EXPECT_GT(test, errand.interrupted, 0U);
	EXPECT_VALID(test, cache, errand.bed->s);
}

static void count_interrupted_by_alloc(struct kunit *test)
{
	interrupt_count(test, take_and_fill, -1);
}

static void count_interrupted_by_free(struct kunit *test)
{
	interrupt_count(test, put_back, 1);
}

/* ---- Flags ---------------------------------------------------------------*/

static void set_one(void *data)
{
	struct bed *bed = data;

	slubx_cache_set_flag(bed->s, SLUBX_RECLAIM_ACCOUNT, true);
}

static void clear_another(void *data)
{
	struct bed *bed = data;

	slubx_cache_set_flag(bed->s, SLUBX_CACHE_DMA, false);
	bed->acted = true;
}

/* The cache is never used, so its flags may be anything. */
static void set_flag_loses_no_other(struct kunit *test)
{
	struct bed *bed = new_bed(test);
	slubx_flags_t flags = bed->s->flags;
	unsigned int at, steps = 1, interrupted = 0;

	for (at = 0; at < steps; at++) {
		bed->s->flags = flags | SLUBX_CACHE_DMA;
		bed->acted = false;
		steps = max(steps,
			    stress_step(at, set_one, clear_another, bed));
		interrupted += bed->acted;
		KUNIT_EXPECT_TRUE_MSG(
			test,
			bed->s->flags == ((bed->acted ? 0 : SLUBX_CACHE_DMA) |
					  flags | SLUBX_RECLAIM_ACCOUNT),
			"at %u", at);
	}
	bed->s->flags = flags;
	stress_step_exit();
	KUNIT_EXPECT_GT(test, interrupted, 0U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(count_interrupted_by_alloc),
	KUNIT_CASE(count_interrupted_by_free),
	KUNIT_CASE(set_flag_loses_no_other),
	{},
};

SLUBX_SUITE(stress_look, cases);
