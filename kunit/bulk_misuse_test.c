// SPDX-License-Identifier: GPL-2.0
/*
 * bulk_misuse_test.c - arrays in which some entries can't be right: those are
 * reported and left alone, all others are freed. And bulk calls where little may
 * be done: with interrupts off, in an interrupt, in an NMI.
 */
#include <linux/irq_work.h>
#include <linux/jiffies.h>

#include "nmi.h"
#include "scene.h"
#include "../slubx/large.h"
#include "../slubx/path.h"

#define SIZE  128
#define COUNT 100

struct bed {
	struct slubx_kmem_cache *s;
	void *x[COUNT + 4];
};

static struct bed *make_bed(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	bed->s = slubx_scene_cache(test, SIZE, 0);
	KUNIT_ASSERT_TRUE(test, slubx_kmem_cache_alloc_bulk(bed->s, GFP_KERNEL,
							    COUNT, bed->x));
	return bed;
}

static void expect_unused(struct kunit *test, struct bed *bed)
{
	EXPECT_VALID(test, cache, bed->s);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(bed->s), 0);
}

static void needs_checks(struct kunit *test)
{
	if (!SLUBX_HARDENED)
		kunit_skip(test, "built without SLUBX_HARDENED");
}

/* ---- Entries that can't be right -----------------------------------------*/

/* @bad among good ones, at any place: reported once, and no more. */
static void expect_left_out(struct kunit *test, void *bad)
{
	static const unsigned int places[] = { 0,	  1,	     2,
					       COUNT / 2, COUNT - 1, COUNT };
	unsigned int i, place;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		struct bed *bed = make_bed(test);

		place = places[i];
		memmove(bed->x + place + 1, bed->x + place,
			(COUNT - place) * sizeof(void *));
		bed->x[place] = bad;
		EXPECT_ERRORS(test, 1,
			      slubx_kmem_cache_free_bulk(bed->s, COUNT + 1,
							 bed->x));
		KUNIT_EXPECT_EQ(test, atomic_read(&bed->s->errors), 1);
		expect_unused(test, bed);
	}
}

static void null_is_left_out(struct kunit *test)
{
	expect_left_out(test, NULL);
}

static void other_caches_object_is_left_out(struct kunit *test)
{
	struct slubx_kmem_cache *other = slubx_scene_cache(test, SIZE, 0);
	u8 *x = slubx_scene_alloc(test, other);

	needs_checks(test);
	memset(x, 0x5a, SIZE);
	expect_left_out(test, x);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0x5a, SIZE));
	slubx_kmem_cache_free(other, x);
	EXPECT_VALID(test, cache, other);
}

static void foreign_memory_is_left_out(struct kunit *test)
{
	void *x = kunit_kzalloc(test, SIZE, GFP_KERNEL);

	needs_checks(test);
	KUNIT_ASSERT_NOT_NULL(test, x);
	expect_left_out(test, x);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, SIZE));
}

/* Free already when the call comes. */
static void free_object_is_left_out(struct kunit *test)
{
	static const unsigned int places[] = { 0, 1, COUNT / 2, COUNT - 1 };
	unsigned int i;

	needs_checks(test);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		struct bed *bed = make_bed(test);

		slubx_kmem_cache_free(bed->s, bed->x[places[i]]);
		EXPECT_ERRORS(test, 1,
			      slubx_kmem_cache_free_bulk(bed->s, COUNT,
							 bed->x));
		expect_unused(test, bed);
	}
}

/* Twice in the array, next to each other or as far apart as can be. */
static void object_given_twice_is_freed_once(struct kunit *test)
{
	static const unsigned int pairs[][2] = {
		{ 0, 1 },	  { 0, COUNT },		{ COUNT - 1, COUNT },
		{ 1, COUNT / 2 }, { COUNT / 2, COUNT }, { 7, 11 },
	};
	unsigned int i;

	needs_checks(test);
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct bed *bed = make_bed(test);
		unsigned int from = pairs[i][0], to = pairs[i][1];

		memmove(bed->x + to + 1, bed->x + to,
			(COUNT - to) * sizeof(void *));
		bed->x[to] = bed->x[from];
		EXPECT_ERRORS(test, 1,
			      slubx_kmem_cache_free_bulk(bed->s, COUNT + 1,
							 bed->x));
		expect_unused(test, bed);
	}
}

static void one_object_over_and_over(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int i;

	needs_checks(test);
	slubx_kmem_cache_free_bulk(bed->s, COUNT - 1, bed->x + 1);
	for (i = 1; i < 10; i++)
		bed->x[i] = bed->x[0];
	EXPECT_ERRORS(test, 9, slubx_kmem_cache_free_bulk(bed->s, 10, bed->x));
	expect_unused(test, bed);
}

/* Only such: nothing is freed at all. */
static void all_left_out(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	void *x[5] = {};

	slubx_stat_clear(bed->s);
	EXPECT_ERRORS(test, 5, slubx_kmem_cache_free_bulk(bed->s, 5, x));
	EXPECT_NO_EVENTS(test, bed->s);
	slubx_kmem_cache_free_bulk(bed->s, COUNT, bed->x);
	expect_unused(test, bed);
}

/* A run goes back to a cache that was destroyed meanwhile. */
static void run_of_a_zombie(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, bed->s));
	EXPECT_ERRORS(test, 1, {
		void *x[2];

		KUNIT_EXPECT_FALSE(test, slubx_kmem_cache_alloc_bulk(
						 bed->s, GFP_KERNEL, 2, x));
	});
	EXPECT_ERRORS(test, 0,
		      slubx_kmem_cache_free_bulk(bed->s, COUNT, bed->x));
}

/* ---- Memory of any size --------------------------------------------------*/

/* All sizes, some large, some nothing; shuffled, or neighbours side by side. */
static void memory_of_any_size(struct kunit *test)
{
	long large = slubx_large_count();
	unsigned int round, i;
	void *x[COUNT];
	size_t size;

	for (round = 0; round < 10; round++) {
		for (i = 0; i < COUNT; i++) {
			size = round & 1 ? 100 + i / 10 * 50 :
					   slubx_test_random(test, 9000);
			x[i] = slubx_kmalloc(i % 25 ? size : i * 1000,
					     GFP_KERNEL);
		}
		slubx_kfree(x[COUNT / 3]);
		x[COUNT / 3] = NULL;
		EXPECT_ERRORS(test, 0, slubx_kfree_bulk(COUNT, x));
		KUNIT_EXPECT_EQ(test, slubx_large_count(), large);
	}
}

static void objects_of_any_cache(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	slubx_stat_clear(bed->s);
	EXPECT_ERRORS(test, 0, slubx_kfree_bulk(COUNT, bed->x));
	KUNIT_EXPECT_EQ(test,
			slubx_stat_sum(bed->s, FREE_FASTPATH) +
				slubx_stat_sum(bed->s, FREE_SLOWPATH),
			COUNT + 0UL);
	expect_unused(test, bed);
}

/* Inside an object, of the kernel's, twice: the others are freed. */
static void bad_memory_is_left_out(struct kunit *test)
{
	void *foreign = kunit_kzalloc(test, SIZE, GFP_KERNEL);
	struct bed *bed = make_bed(test);
	void *x = bed->x[3];

	needs_checks(test);
	KUNIT_ASSERT_NOT_NULL(test, foreign);
	bed->x[COUNT] = bed->x[COUNT - 1] + 8;
	bed->x[COUNT + 1] = foreign;
	bed->x[COUNT + 2] = bed->x[5];
	bed->x[3] += 16;
	EXPECT_ERRORS(test, 4, slubx_kfree_bulk(COUNT + 3, bed->x));
	slubx_kfree(x);
	expect_unused(test, bed);
}

/* ---- Where little may be done --------------------------------------------*/

static void alloc_and_free(struct bed *bed, bool *done)
{
	*done = slubx_kmem_cache_alloc_bulk(bed->s, GFP_ATOMIC, COUNT, bed->x);
	if (*done)
		slubx_kmem_cache_free_bulk(bed->s, COUNT, bed->x);
}

static void needs_atomic(struct kunit *test)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		kunit_skip(test, "local locks sleep on PREEMPT_RT");
}

static void with_interrupts_off(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	bool done, off;

	needs_atomic(test);
	slubx_kmem_cache_free_bulk(bed->s, COUNT, bed->x);
	local_irq_disable();
	alloc_and_free(bed, &done);
	off = irqs_disabled();
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, done);
	KUNIT_EXPECT_TRUE(test, off);
	alloc_and_free(bed, &done);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	expect_unused(test, bed);
}

struct call {
	struct irq_work work;
	struct bed *bed;
	bool done;
};

static void on_call(struct irq_work *work)
{
	struct call *call = container_of(work, struct call, work);

	alloc_and_free(call->bed, &call->done);
}

static void in_interrupt_context(struct kunit *test)
{
	struct call *call = kunit_kzalloc(test, sizeof(*call), GFP_KERNEL);

	needs_atomic(test);
	KUNIT_ASSERT_NOT_NULL(test, call);
	call->bed = make_bed(test);
	slubx_kmem_cache_free_bulk(call->bed->s, COUNT, call->bed->x);
	init_irq_work(&call->work, on_call);
	irq_work_queue(&call->work);
	irq_work_sync(&call->work);
	KUNIT_EXPECT_TRUE(test, call->done);
	expect_unused(test, call->bed);
}

/* ---- In an NMI -----------------------------------------------------------*/

static struct {
	struct bed *bed;
	int cpu;
	unsigned int give; /* objects to free... */
	unsigned int want; /* ... and to get */
	bool got, in_nmi;
	atomic_t sent, done;
} nmi;

static bool answer(void)
{
	struct bed *bed = nmi.bed;

	if (raw_smp_processor_id() != nmi.cpu ||
	    atomic_read(&nmi.done) == atomic_read(&nmi.sent))
		return false;
	nmi.in_nmi = in_nmi();
	slubx_kmem_cache_free_bulk(bed->s, nmi.give, bed->x);
	nmi.got = slubx_kmem_cache_alloc_bulk(bed->s, GFP_NOWAIT, nmi.want,
					      bed->x);
	atomic_inc(&nmi.done);
	return true;
}

/* One NMI at another cpu, which frees so many and then wants so many. */
static void expect_nmi(struct kunit *test, unsigned int give, unsigned int want)
{
	unsigned long limit = jiffies + 20 * HZ;

	nmi.give = give;
	nmi.want = want;
	atomic_inc(&nmi.sent);
	slubx_nmi_send(nmi.cpu);
	while (atomic_read(&nmi.done) != atomic_read(&nmi.sent) &&
	       time_before(jiffies, limit))
		cond_resched();
	KUNIT_EXPECT_EQ(test, atomic_read(&nmi.done), atomic_read(&nmi.sent));
	KUNIT_EXPECT_TRUE(test, nmi.in_nmi);
	slubx_defer_flush();
}

static void refill_there(void *data)
{
	struct bed *bed = data;

	slubx_kmem_cache_free(bed->s,
			      slubx_kmem_cache_alloc(bed->s, GFP_KERNEL));
}

/* It frees anything, and gets what the cpu has at hand, or nothing at all. */
static void in_nmi_context(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct bed *bed = make_bed(test);

	memset(&nmi, 0, sizeof(nmi));
	nmi.bed = bed;
	nmi.cpu = other;
	if (slubx_nmi_listen(answer))
		kunit_skip(test, "a module can send no NMIs here");
	expect_nmi(test, COUNT, 0);
	KUNIT_EXPECT_FALSE(test, nmi.got);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(bed->s), 0);

	slubx_test_on_cpu(test, other, refill_there, bed);
	expect_nmi(test, 0, bed->s->layout.oo.objects);
	KUNIT_EXPECT_EQ(test, nmi.got, slubx_lockless());
	if (nmi.got)
		slubx_kmem_cache_free_bulk(bed->s, bed->s->layout.oo.objects,
					   bed->x);
	/* More than there are: what it had got goes back. */
	slubx_test_on_cpu(test, other, refill_there, bed);
	expect_nmi(test, 0, COUNT);
	KUNIT_EXPECT_FALSE(test, nmi.got);
	slubx_nmi_deafen();
	expect_unused(test, bed);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(null_is_left_out),
	KUNIT_CASE(other_caches_object_is_left_out),
	KUNIT_CASE(foreign_memory_is_left_out),
	KUNIT_CASE(free_object_is_left_out),
	KUNIT_CASE(object_given_twice_is_freed_once),
	KUNIT_CASE(one_object_over_and_over),
	KUNIT_CASE(all_left_out),
	KUNIT_CASE(run_of_a_zombie),
	KUNIT_CASE(memory_of_any_size),
	KUNIT_CASE(objects_of_any_cache),
	KUNIT_CASE(bad_memory_is_left_out),
	KUNIT_CASE(with_interrupts_off),
	KUNIT_CASE(in_interrupt_context),
	KUNIT_CASE(in_nmi_context),
	{},
};

SLUBX_SCENE_SUITE(bulk_misuse, cases);
