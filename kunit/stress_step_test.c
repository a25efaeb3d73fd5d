// SPDX-License-Identifier: GPL-2.0
/*
 * stress_step_test.c - something else is allocated and freed between any two
 * instructions of an allocation or a free, as an NMI may do it.
 *
 * The worst that can happen in between leaves the freelist with the same object
 * first but not the same second: who was about to take the first, and to leave
 * the second, must notice (the tid's task).
 */
#include <linux/delay.h>

#include "../slubx/cache.h"
#include "../slubx/cpu.h"
#include "common.h"
#include "stress_step.h"

#define READY 80	/* objects that are there to be allocated: of 3 slabs */
#define HELD_MAX 4
#define MANY 5		/* objects of a bulk call */

/* Instructions at which something happens, at most; spread over all. */
#define PLACES_MAX 500

struct bed {
	struct kunit *test;
	struct slubx_kmem_cache *s;
	void *ready[READY];
	void *mine;			/* allocated or freed step by step */
	void *many[MANY];		/* the same, of a bulk call */
	void *held[HELD_MAX];		/* what the interruption holds */
	unsigned int nr_held, interrupted;
	void (*prepare)(struct bed *bed);
	void (*run)(void *data);
	void (*act)(void *data);
};

/* ---- What is run, and what comes in between ------------------------------*/

static void alloc_mine(void *data)
{
	struct bed *bed = data;

	bed->mine = slubx_kmem_cache_alloc(bed->s, GFP_ATOMIC | __GFP_NOWARN);
}

static void free_mine(void *data)
{
	struct bed *bed = data;

	slubx_kmem_cache_free(bed->s, bed->mine);
	bed->mine = NULL;
}

static void alloc_many(void *data)
{
	struct bed *bed = data;

	if (!slubx_kmem_cache_alloc_bulk(bed->s, GFP_ATOMIC | __GFP_NOWARN,
					 MANY, bed->many))
		memset(bed->many, 0, sizeof(bed->many));
}

/* What the array holds afterwards is no object any more. */
static void free_many(void *data)
{
	struct bed *bed = data;

	slubx_kmem_cache_free_bulk(bed->s, MANY, bed->many);
	memset(bed->many, 0, sizeof(bed->many));
}

static void hold(struct bed *bed, void *x)
{
	if (x)
		bed->held[bed->nr_held++] = x;
}

/* Takes two and returns the first: it is first again, with another behind. */
static void change_second(void *data)
{
	struct bed *bed = data;
	void *x = slubx_kmem_cache_alloc(bed->s, GFP_NOWAIT | __GFP_NOWARN);

	hold(bed, slubx_kmem_cache_alloc(bed->s, GFP_NOWAIT | __GFP_NOWARN));
	if (x)
		slubx_kmem_cache_free(bed->s, x);
	bed->interrupted++;
}

/* Returns one that was taken before, and takes one. */
static void return_and_take(void *data)
{
	struct bed *bed = data;

	if (bed->nr_held)
		slubx_kmem_cache_free(bed->s, bed->held[--bed->nr_held]);
	hold(bed, slubx_kmem_cache_alloc(bed->s, GFP_NOWAIT | __GFP_NOWARN));
	bed->interrupted++;
}

/* ---- Before --------------------------------------------------------------*/

static void free_ready(struct bed *bed, unsigned int first, unsigned int step)
{
	unsigned int i;

	for (i = first; i < READY; i += step) {
		if (bed->ready[i])
			slubx_kmem_cache_free(bed->s, bed->ready[i]);
		bed->ready[i] = NULL;
	}
}

static void take_ready(struct bed *bed)
{
	unsigned int i;

	for (i = 0; i < READY; i++)
		bed->ready[i] = slubx_kmem_cache_alloc(bed->s, GFP_KERNEL);
}

/* The cpu's freelist has objects. */
static void prepare_fast(struct bed *bed)
{
	take_ready(bed);
	free_ready(bed, 0, 1);
}

static void prepare_fast_free(struct bed *bed)
{
	prepare_fast(bed);
	bed->mine = slubx_kmem_cache_alloc(bed->s, GFP_KERNEL);
	/* For return_and_take(). */
	hold(bed, slubx_kmem_cache_alloc(bed->s, GFP_KERNEL));
}

static void prepare_fast_free_many(struct bed *bed)
{
	prepare_fast(bed);
	alloc_many(bed);
	hold(bed, slubx_kmem_cache_alloc(bed->s, GFP_KERNEL));
}

/* Takes what the cpu's freelist has, and no more. */
static void empty_freelist(struct bed *bed)
{
	struct slubx_kmem_cache_cpu *c = get_cpu_ptr(bed->s->cpu_slab);
	unsigned int i;

	for (i = 0; i < READY && READ_ONCE(c->freelist); i++)
		if (!bed->ready[i])
			bed->ready[i] = slubx_kmem_cache_alloc(
				bed->s, GFP_ATOMIC | __GFP_NOWARN);
	put_cpu_ptr(bed->s->cpu_slab);
}

/* It has none, but the cpu's partial list has slabs. */
static void prepare_slow(struct bed *bed)
{
	take_ready(bed);
	/* For return_and_take(): of the cpu's slab. */
	hold(bed, slubx_kmem_cache_alloc(bed->s, GFP_KERNEL));
	free_ready(bed, 0, 3);
	empty_freelist(bed);
}

/* A free to a slab that the cpu does not own. */
static void prepare_slow_free(struct bed *bed)
{
	prepare_slow(bed);
	bed->mine = bed->ready[1];
	bed->ready[1] = NULL;
}

/* ---- After ---------------------------------------------------------------*/

static bool is_held(struct bed *bed, const void *x)
{
	unsigned int i;

	for (i = 0; i < bed->nr_held; i++)
		if (bed->held[i] == x)
			return true;
	for (i = 0; i < MANY; i++)
		if (bed->many[i] == x)
			return true;
	return x == bed->mine;
}

static bool is_ready(struct bed *bed, const void *x)
{
	unsigned int i;

	for (i = 0; i < READY; i++)
		if (bed->ready[i] == x)
			return true;
	return false;
}

/* How many objects are given out now that somebody has already. */
static unsigned int count_twice(struct bed *bed)
{
	unsigned int i, twice = 0;
	void *x;

	for (i = 0; i < READY; i++) {
		if (bed->ready[i])
			continue;
		x = slubx_kmem_cache_alloc(bed->s, GFP_KERNEL);
		twice += is_held(bed, x) || is_ready(bed, x);
		bed->ready[i] = x;
	}
	return twice;
}

/* How many of the bulk call's objects somebody else holds as well. */
static unsigned int count_shared(struct bed *bed)
{
	unsigned int i, j, shared = 0;

	for (i = 0; i < MANY && bed->many[0]; i++) {
		shared += is_ready(bed, bed->many[i]);
		for (j = 0; j < bed->nr_held; j++)
			shared += bed->held[j] == bed->many[i];
	}
	return shared;
}

/* If something is wrong, what is held stays held: freeing it is worse. */
static bool clean_up(struct bed *bed, unsigned int at)
{
	unsigned int twice = count_shared(bed) + count_twice(bed);

	KUNIT_EXPECT_EQ_MSG(bed->test, twice, 0, "interrupted at %u", at);
	if (twice)
		return false;
	free_ready(bed, 0, 1);
	while (bed->nr_held)
		slubx_kmem_cache_free(bed->s, bed->held[--bed->nr_held]);
	if (bed->mine)
		slubx_kmem_cache_free(bed->s, bed->mine);
	bed->mine = NULL;
	if (bed->many[0])
		free_many(bed);
	return true;
}

/* ---- All places ----------------------------------------------------------*/

static unsigned int one_place(struct bed *bed, unsigned int at)
{
	bed->prepare(bed);
	return stress_step(at, bed->run, bed->act, bed);
}

/* Stays on one cpu. */
static void all_places(void *data)
{
	struct bed *bed = data;
	unsigned int at = 0, steps, stride;

	steps = one_place(bed, UINT_MAX);
	if (!clean_up(bed, UINT_MAX))
		return;
	stride = steps / PLACES_MAX + 1;
	for (at = 0; at < steps; at += stride) {
		one_place(bed, at);
		if (!clean_up(bed, at))
			return;
		cond_resched();
	}
	kunit_info(bed->test, "%u instructions, interrupted at %u\n", steps,
		   bed->interrupted);
}

static void interrupt_all(struct kunit *test, struct bed *bed)
{
	if (!STRESS_CAN_STEP)
		kunit_skip(test, "no single steps on this machine");
	bed->test = test;
	bed->s = slubx_test_keep(
		test,
		slubx_kmem_cache_create("stress-step", 1024, 0,
					SLUBX_NO_MERGE | SLUBX_NOLEAKTRACE |
						SLUBX_TYPESAFE_BY_RCU,
					NULL));
	KUNIT_ASSERT_EQ(test, stress_step_init(), 0);
	EXPECT_ERRORS(test, 0, slubx_test_on_cpu(test, 0, all_places, bed));
	stress_step_exit();
	KUNIT_EXPECT_GT(test, bed->interrupted, 0);
	/* What was freed in between may be freed a little later. */
	msleep(20);
	KUNIT_EXPECT_TRUE(test, slubx_cache_valid(bed->s));
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(bed->s), 0);
}

static struct bed *new_bed(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	return bed;
}

static void interrupted_alloc(struct kunit *test)
{
	struct bed *bed = new_bed(test);

	bed->prepare = prepare_fast;
	bed->run = alloc_mine;
	bed->act = change_second;
	interrupt_all(test, bed);
}

static void interrupted_free(struct kunit *test)
{
	struct bed *bed = new_bed(test);

	bed->prepare = prepare_fast_free;
	bed->run = free_mine;
	bed->act = change_second;
	interrupt_all(test, bed);
}

static void free_interrupted_by_free(struct kunit *test)
{
	struct bed *bed = new_bed(test);

	bed->prepare = prepare_fast_free;
	bed->run = free_mine;
	bed->act = return_and_take;
	interrupt_all(test, bed);
}

static void interrupted_slow_alloc(struct kunit *test)
{
	struct bed *bed = new_bed(test);

	bed->prepare = prepare_slow;
	bed->run = alloc_mine;
	bed->act = return_and_take;
	interrupt_all(test, bed);
}

static void interrupted_slow_free(struct kunit *test)
{
	struct bed *bed = new_bed(test);

	bed->prepare = prepare_slow_free;
	bed->run = free_mine;
	bed->act = return_and_take;
	interrupt_all(test, bed);
}

static void interrupted_bulk_alloc(struct kunit *test)
{
	struct bed *bed = new_bed(test);

	bed->prepare = prepare_fast;
	bed->run = alloc_many;
	bed->act = change_second;
	interrupt_all(test, bed);
}

static void interrupted_bulk_free(struct kunit *test)
{
	struct bed *bed = new_bed(test);

	bed->prepare = prepare_fast_free_many;
	bed->run = free_many;
	bed->act = return_and_take;
	interrupt_all(test, bed);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(interrupted_alloc),
	KUNIT_CASE(interrupted_free),
	KUNIT_CASE(free_interrupted_by_free),
	KUNIT_CASE(interrupted_slow_alloc),
	KUNIT_CASE(interrupted_slow_free),
	KUNIT_CASE(interrupted_bulk_alloc),
	KUNIT_CASE(interrupted_bulk_free),
	{},
};

SLUBX_SUITE(stress_step, cases);
