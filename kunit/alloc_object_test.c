// SPDX-License-Identifier: GPL-2.0
/*
 * alloc_object_test.c - what a new object holds, and objects given out and
 * taken back in interrupts.
 */
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/smp.h>

#include "scene.h"

#define SIZE 256
#define FILL 0xa5

/* ---- Zeroes --------------------------------------------------------------*/

static bool all_are(const void *x, int byte, unsigned int size)
{
	return !memchr_inv(x, byte, size);
}

/* All bytes but the free pointer's, which lies inside of this kind. */
static bool still_filled(struct slubx_kmem_cache *s, const void *x)
{
	unsigned int size = s->layout.object_size;
	unsigned int offset = s->layout.offset;

	if (offset >= size)
		return all_are(x, FILL, size);
	return all_are(x, FILL, offset) &&
	       all_are(x + offset + sizeof(void *), FILL,
		       size - offset - sizeof(void *));
}

static bool kernel_zeroes(gfp_t gfp)
{
	return want_init_on_alloc(gfp) || want_init_on_free();
}

/* Fills an object, frees it, and gets it again with @gfp. */
static void *get_used(struct kunit *test, struct slubx_kmem_cache *s, gfp_t gfp)
{
	void *x = slubx_scene_alloc(test, s), *again;

	memset(x, FILL, s->layout.object_size);
	slubx_kmem_cache_free(s, x);
	again = slubx_kmem_cache_alloc(s, gfp);
	KUNIT_EXPECT_PTR_EQ(test, again, x);
	return again;
}

static void zeroed_if_asked(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 8, 20, 256, 5000 };
	struct slubx_kmem_cache *s;
	unsigned int i, size;
	void *x, *y, *z;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		s = slubx_scene_cache(test, sizes[i], 0);
		size = s->layout.object_size;
		y = slubx_scene_alloc(test, s);
		z = slubx_scene_alloc(test, s);
		memset(y, FILL, size);
		memset(z, FILL, size);
		x = get_used(test, s, GFP_KERNEL | __GFP_ZERO);
		KUNIT_EXPECT_TRUE(test, all_are(x, 0, size));
		/* Its neighbours are nobody's to zero. */
		KUNIT_EXPECT_TRUE(test, all_are(y, FILL, size));
		KUNIT_EXPECT_TRUE(test, all_are(z, FILL, size));
		slubx_scene_free_all(test, s);
	}
}

/* By the slow path: the object comes with a slab that was in use before. */
static void zeroed_by_the_slow_path(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	void *x = slubx_scene_alloc(test, s), *y = slubx_scene_alloc(test, s);

	memset(x, FILL, SIZE);
	slubx_kmem_cache_free(s, x);
	slubx_cpu_flush_this(s);
	slubx_stat_clear(s);
	KUNIT_EXPECT_PTR_EQ(test, slubx_kmem_cache_zalloc(s, GFP_KERNEL), x);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 },
		      { ALLOC_FROM_PARTIAL, 1 });
	KUNIT_EXPECT_TRUE(test, all_are(x, 0, SIZE));
	slubx_kmem_cache_free(s, y);
	slubx_kmem_cache_free(s, x);
}

static void unasked_as_the_kernel_is_set(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	void *x = get_used(test, s, GFP_KERNEL);

	if (kernel_zeroes(GFP_KERNEL))
		KUNIT_EXPECT_TRUE(test, all_are(x, 0, SIZE));
	else
		KUNIT_EXPECT_TRUE(test, still_filled(s, x));
	slubx_kmem_cache_free(s, x);
}

/* Readers may look at it still, whatever the kernel is set to. */
static void typesafe_is_kept_unless_asked(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_scene_cache(test, SIZE, SLUBX_TYPESAFE_BY_RCU);
	void *x = get_used(test, s, GFP_KERNEL);

	KUNIT_EXPECT_TRUE(test, all_are(x, FILL, SIZE));
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_TRUE(test, all_are(x, FILL, SIZE));
	x = get_used(test, s, GFP_KERNEL | __GFP_ZERO);
	KUNIT_EXPECT_TRUE(test, all_are(x, 0, SIZE));
	slubx_kmem_cache_free(s, x);
}

static void construct(void *x)
{
	memset(x, FILL, SIZE);
}

/* A constructor's work is never undone; who asks for that is told so. */
static void ctor_wins_over_zero(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(
		test, slubx_kmem_cache_create("slubx_scene", SIZE, 0,
					      SLUBX_NO_MERGE, construct));
	void *x, *y;

	EXPECT_ERRORS(test, 1, x = slubx_kmem_cache_zalloc(s, GFP_KERNEL));
	/* The fast path, where there is one, looks at no flags. */
	EXPECT_ERRORS(test, slubx_lockless() ? 0 : 1,
		      y = slubx_kmem_cache_zalloc(s, GFP_KERNEL));
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_ASSERT_NOT_NULL(test, y);
	KUNIT_EXPECT_TRUE(test, all_are(x, FILL, SIZE));
	KUNIT_EXPECT_TRUE(test, all_are(y, FILL, SIZE));
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_TRUE(test, all_are(x, FILL, SIZE));
	EXPECT_ERRORS(test, 0, x = slubx_scene_alloc(test, s));
	KUNIT_EXPECT_TRUE(test, all_are(x, FILL, SIZE));
	slubx_kmem_cache_free(s, x);
	slubx_kmem_cache_free(s, y);
}

/* ---- Interrupts ----------------------------------------------------------*/

/* What an interrupt is to do; there it can't EXPECT. */
struct duty {
	struct slubx_kmem_cache *s;
	void **x;
	unsigned int count; /* objects to get */
	unsigned int got;
	unsigned int context; /* in which it was done, as a bit */
	struct irq_work work;
	struct tasklet_struct tasklet;
};

#define IN_HARDIRQ BIT(0)
#define IN_SOFTIRQ BIT(1)

/* Gets objects and gives every other one back. */
static void do_duty(struct duty *duty)
{
	unsigned int i;
	void *x;

	duty->context = (in_hardirq() ? IN_HARDIRQ : 0) |
			(in_serving_softirq() ? IN_SOFTIRQ : 0);
	for (i = 0; i < duty->count; i++) {
		x = slubx_kmem_cache_zalloc(duty->s, GFP_ATOMIC);
		if (!x)
			continue;
		if (i & 1)
			slubx_kmem_cache_free(duty->s, x);
		else
			duty->x[duty->got++] = x;
	}
}

static void call_duty(void *data)
{
	do_duty(data);
}

static void irq_work_duty(struct irq_work *work)
{
	do_duty(container_of(work, struct duty, work));
}

static void tasklet_duty(struct tasklet_struct *tasklet)
{
	do_duty(container_of(tasklet, struct duty, tasklet));
}

/* So many that a second slab is needed. */
static struct duty *make_duty(struct kunit *test)
{
	struct duty *duty = kunit_kzalloc(test, sizeof(*duty), GFP_KERNEL);

	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		kunit_skip(test, "no allocation in interrupts on PREEMPT_RT");
	KUNIT_ASSERT_NOT_NULL(test, duty);
	duty->s = slubx_scene_cache(test, SIZE, 0);
	duty->count = 2 * (duty->s->layout.oo.objects + 1);
	duty->x = kunit_kcalloc(test, duty->count, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, duty->x);
	return duty;
}

static void expect_done(struct kunit *test, struct duty *duty,
			unsigned int context)
{
	unsigned int objects = duty->s->layout.oo.objects;

	/* A hard interrupt may well have come in the middle of a soft one. */
	KUNIT_EXPECT_EQ(test, duty->context & context, context);
	KUNIT_EXPECT_EQ(test, duty->got, objects + 1);
	/*
	 * The last of the first slab is not given back, so the next one starts
	 * another slab, and is given back to that.
	 */
	EXPECT_EVENTS(test, duty->s, { ALLOC_SLOWPATH, 2 }, { ALLOC_SLAB, 2 },
		      { DEACTIVATE_BYPASS, 1 }, { ALLOC_FASTPATH, 2 * objects },
		      { FREE_FASTPATH, objects + 1 });
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(duty->s), 2UL);
	EXPECT_VALID(test, cache, duty->s);
	slubx_scene_free_many(duty->s, duty->x, duty->got);
	EXPECT_VALID(test, cache, duty->s);
}

static void in_hard_interrupt(struct kunit *test)
{
	struct duty *duty = make_duty(test);

	init_irq_work(&duty->work, irq_work_duty);
	irq_work_queue(&duty->work);
	irq_work_sync(&duty->work);
	expect_done(test, duty, IN_HARDIRQ);
}

static void in_soft_interrupt(struct kunit *test)
{
	struct duty *duty = make_duty(test);

	tasklet_setup(&duty->tasklet, tasklet_duty);
	tasklet_schedule(&duty->tasklet);
	tasklet_kill(&duty->tasklet);
	expect_done(test, duty, IN_SOFTIRQ);
}

static void in_another_cpus_interrupt(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct duty *duty = make_duty(test);

	KUNIT_EXPECT_EQ(test,
			smp_call_function_single(other, call_duty, duty, true),
			0);
	expect_done(test, duty, IN_HARDIRQ);
}

#define CALLS 300

struct interruption {
	struct duty *duty;
	int busy; /* the cpu that is interrupted */
	atomic_t ready;
	atomic_t over;
	unsigned long objects; /* allocated by the busy one */
};

/* One cpu allocates and frees, the other makes it do the same in interrupts. */
static void be_busy_or_interrupt(void *data)
{
	struct interruption *in = data;
	struct duty *duty = in->duty;
	unsigned int i;
	void *x, *y;

	atomic_inc(&in->ready);
	slubx_scene_wait(&in->ready, 2);
	if (raw_smp_processor_id() == in->busy) {
		while (!atomic_read(&in->over)) {
			x = slubx_kmem_cache_alloc(duty->s, GFP_KERNEL);
			y = slubx_kmem_cache_alloc(duty->s, GFP_KERNEL);
			in->objects += !!x + !!y;
			if (x)
				slubx_kmem_cache_free(duty->s, x);
			if (y)
				slubx_kmem_cache_free(duty->s, y);
			cond_resched();
		}
		return;
	}
	for (i = 0; i < CALLS; i++) {
		duty->got = 0;
		smp_call_function_single(in->busy, call_duty, duty, true);
		slubx_scene_free_many(duty->s, duty->x, duty->got);
	}
	atomic_set(&in->over, 1);
}

/* An interrupt between any two steps of the paths: nothing is lost or twice. */
static void interrupts_between_steps(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct cpumask *cpus = kunit_kzalloc(test, cpumask_size(), GFP_KERNEL);
	struct interruption in = { .busy = raw_smp_processor_id() };
	struct slubx_kmem_cache *s;

	KUNIT_ASSERT_NOT_NULL(test, cpus);
	cpumask_set_cpu(in.busy, cpus);
	cpumask_set_cpu(other, cpus);
	in.duty = make_duty(test);
	s = in.duty->s;
	slubx_test_on_cpus(test, cpus, be_busy_or_interrupt, &in);
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_EQ(test,
			slubx_stat_sum(s, ALLOC_FASTPATH) +
				slubx_stat_sum(s, ALLOC_SLOWPATH),
			in.objects + CALLS * in.duty->count);
	KUNIT_EXPECT_EQ(test,
			slubx_stat_sum(s, FREE_FASTPATH) +
				slubx_stat_sum(s, FREE_SLOWPATH),
			in.objects + CALLS * in.duty->count);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(zeroed_if_asked),
	KUNIT_CASE(zeroed_by_the_slow_path),
	KUNIT_CASE(unasked_as_the_kernel_is_set),
	KUNIT_CASE(typesafe_is_kept_unless_asked),
	KUNIT_CASE(ctor_wins_over_zero),
	KUNIT_CASE(in_hard_interrupt),
	KUNIT_CASE(in_soft_interrupt),
	KUNIT_CASE(in_another_cpus_interrupt),
	KUNIT_CASE(interrupts_between_steps),
	{},
};

SLUBX_SCENE_SUITE(alloc_object, cases);
