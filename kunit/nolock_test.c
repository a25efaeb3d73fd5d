// SPDX-License-Identifier: GPL-2.0
/*
 * nolock_test.c - memory is allocated and freed where any lock may be held: the
 * ones of slubx itself, in a function that is stopped anywhere, in an NMI.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "nmi.h"
#include "scene.h"
#include "stress_step.h"
#include "../slubx/kmalloc.h"
#include "../slubx/large.h"
#include "../slubx/path.h"

#define SIZE	  512
#define NEXT_SIZE 1024

static struct slubx_kmem_cache *cache_of(const void *x)
{
	struct slubx_slab *slab = x ? slubx_virt_to_slab(x) : NULL;

	return slab ? slab->slab_cache : NULL;
}

/*
 * The one caller in this suite, who must not leave by a jump: where copies of
 * caches are chosen by caller it is always the same copy.
 */
static noinline void *take_as(size_t size, gfp_t gfp, int node)
{
	void *x = slubx_kmalloc_nolock(size, gfp, node);

	barrier();
	return x;
}

/* What is there, if anything. */
static void *take(size_t size)
{
	return take_as(size, __GFP_NOWARN, NUMA_NO_NODE);
}

/* The cache that take() takes from, which depends on its place in the code. */
static struct slubx_kmem_cache *cache_for(struct kunit *test, size_t size)
{
	struct slubx_kmem_cache *s = NULL;
	unsigned int tries;
	void *x;

	if (!slubx_lockless())
		kunit_skip(test, "without a lockless path there is nothing");
	for (tries = 0; tries < 10 && !s; tries++) {
		x = take(size);
		s = cache_of(x);
		if (s && s->layout.object_size != size)
			s = NULL;
		slubx_kfree(x);
		slubx_nolock_flush();
	}
	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}

/* This cpu has objects of @s ready, or none. Without interrupts it stays so. */
static void have_ready(struct slubx_kmem_cache *s)
{
	slubx_kmem_cache_free(s, slubx_kmem_cache_alloc(s, GFP_KERNEL));
}

static void have_none(struct slubx_kmem_cache *s)
{
	unsigned long flags;

	local_irq_save(flags);
	slubx_cpu_flush_this(s);
	local_irq_restore(flags);
}

/* ---- Allocation ----------------------------------------------------------*/

static void gives_what_is_at_hand(struct kunit *test)
{
	struct slubx_kmem_cache *s = cache_for(test, SIZE);
	void *x;

	have_ready(s);
	slubx_stat_clear(s);
	x = take(SIZE);
	KUNIT_EXPECT_PTR_EQ(test, cache_of(x), s);
	EXPECT_EVENTS(test, s, { ALLOC_FASTPATH, 1 });
	memset(x, 0xa5, SIZE);
	slubx_kfree_nolock(x);
	EXPECT_EVENTS(test, s, { FREE_FASTPATH, 1 });
	x = take(SIZE);
	memset(x, 0xa5, SIZE);
	slubx_kfree(x);
	EXPECT_VALID(test, cache, s);
}

static void zeroed_when_asked(struct kunit *test)
{
	struct slubx_kmem_cache *s = cache_for(test, SIZE);
	unsigned int pass;
	void *x;

	for (pass = 0; pass < 2; pass++) {
		have_ready(s);
		x = take_as(SIZE, __GFP_ZERO | __GFP_NOMEMALLOC, NUMA_NO_NODE);
		KUNIT_ASSERT_NOT_NULL(test, x);
		KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, SIZE));
		memset(x, 0xa5, SIZE);
		slubx_kfree_nolock(x);
	}
}

/* Nothing of the class: of the next one; nothing of both: NULL, but only now. */
static void from_the_next_class_or_later(struct kunit *test)
{
	struct slubx_kmem_cache *s = cache_for(test, SIZE);
	struct slubx_kmem_cache *next = cache_for(test, NEXT_SIZE);
	unsigned long flags;
	void *x[2];

	have_ready(next);
	local_irq_save(flags);
	slubx_cpu_flush_this(s);
	x[0] = take(SIZE);
	slubx_cpu_flush_this(next);
	x[1] = take(SIZE);
	local_irq_restore(flags);
	KUNIT_EXPECT_PTR_EQ(test, cache_of(x[0]), next);
	KUNIT_EXPECT_NULL(test, x[1]);
	slubx_kfree(x[0]);

	slubx_nolock_flush();
	x[0] = take(SIZE);
	KUNIT_EXPECT_PTR_EQ(test, cache_of(x[0]), s);
	slubx_kfree_nolock(x[0]);
	slubx_defer_flush();
}

static void a_node_is_a_wish(struct kunit *test)
{
	struct slubx_kmem_cache *s = cache_for(test, SIZE);
	int node;
	void *x;

	for_each_online_node(node) {
		have_ready(s);
		x = take_as(SIZE, 0, node);
		KUNIT_EXPECT_PTR_EQ(test, cache_of(x), s);
		slubx_kfree_nolock(x);
	}
}

static void sizes_without_a_class(struct kunit *test)
{
	EXPECT_ERRORS(test, 0,
		      KUNIT_EXPECT_PTR_EQ(test, take(0), ZERO_SIZE_PTR));
	EXPECT_ERRORS(test, 0, KUNIT_EXPECT_NULL(test, take(8193)));
	EXPECT_ERRORS(test, 0, KUNIT_EXPECT_NULL(test, take(SIZE_MAX)));
}

static void flags_without_sense(struct kunit *test)
{
	void *x = NULL;

	have_ready(cache_for(test, SIZE));
	EXPECT_ERRORS(test, 1, x = take_as(SIZE, GFP_KERNEL, NUMA_NO_NODE));
	KUNIT_EXPECT_NOT_NULL(test, x);
	EXPECT_ERRORS(test, 0, slubx_kfree_nolock(x));
}

/* ---- Under locks ---------------------------------------------------------*/

/* Takes and gives back what is at hand, and gives back @other besides. */
static void take_and_give(struct kunit *test, void *other)
{
	void *x = take(SIZE);

	slubx_kfree_nolock(x);
	slubx_kfree_nolock(other);
	KUNIT_EXPECT_NOT_NULL(test, x);
}

/* An object of another slab than this cpu's, from the node's list. */
static void *of_another_slab(struct kunit *test, struct slubx_kmem_cache *s)
{
	void *x = slubx_kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	have_none(s);
	slubx_kmem_cache_shrink(s);
	slubx_test_on_cpu(test, slubx_scene_other_cpu(test),
			  (void (*)(void *))have_ready, s);
	return x;
}

static void under_locks_of_slubx(struct kunit *test)
{
	struct slubx_kmem_cache *s = cache_for(test, SIZE);
	struct slubx_kmem_cache_node *n;
	unsigned long flags;
	void *x;
	int node;

	slubx_for_each_node(s, node, n) {
		x = of_another_slab(test, s);
		have_ready(s);
		spin_lock_irqsave(&n->list_lock, flags);
		take_and_give(test, x);
		spin_unlock_irqrestore(&n->list_lock, flags);
		slubx_defer_flush();
	}
	x = of_another_slab(test, s);
	have_ready(s);
	local_lock_irqsave(&s->cpu_slab->lock, flags);
	take_and_give(test, x);
	local_unlock_irqrestore(&s->cpu_slab->lock, flags);
	slubx_defer_flush();
	EXPECT_VALID(test, cache, s);
}

/* ---- In the middle of slubx ----------------------------------------------*/

struct stopped {
	struct slubx_kmem_cache *s;
	void *mine, *theirs, *before;
	unsigned int taken, same;
};

static void alloc_and_free(void *data)
{
	struct stopped *stopped = data;

	stopped->mine =
		slubx_kmem_cache_alloc(stopped->s, GFP_NOWAIT | __GFP_NOWARN);
	if (stopped->before)
		slubx_kmem_cache_free(stopped->s, stopped->before);
	stopped->before = NULL;
}

/* Takes one, gives it back or keeps it; what it kept before goes back. */
static void come_in_between(void *data)
{
	struct stopped *stopped = data;

	slubx_kfree_nolock(stopped->theirs);
	stopped->theirs = take(SIZE);
	stopped->taken += !!stopped->theirs;
}

/* Both kinds of path: with a slab at hand, and up the whole ladder. */
static void all_places(struct stopped *stopped, bool ready)
{
	unsigned int at = 0, steps;

	do {
		stopped->before =
			slubx_kmem_cache_alloc(stopped->s, GFP_KERNEL);
		if (ready)
			have_ready(stopped->s);
		else
			have_none(stopped->s);
		steps = stress_step(at, alloc_and_free, come_in_between,
				    stopped);
		stopped->same += stopped->mine &&
				 stopped->mine == stopped->theirs;
		if (stopped->mine)
			slubx_kmem_cache_free(stopped->s, stopped->mine);
		at += ready ? 1 : 7;
	} while (at < steps && at < 6000);
}

static void between_any_two_instructions(struct kunit *test)
{
	struct stopped stopped = { .s = cache_for(test, SIZE) };

	if (!STRESS_CAN_STEP)
		kunit_skip(test, "nothing can be stepped here");
	KUNIT_ASSERT_EQ(test, stress_step_init(), 0);
	all_places(&stopped, true);
	all_places(&stopped, false);
	stress_step_exit();
	slubx_kfree_nolock(stopped.theirs);
	slubx_defer_flush();
	slubx_nolock_flush();
	KUNIT_EXPECT_GT(test, stopped.taken, 0U);
	KUNIT_EXPECT_EQ(test, stopped.same, 0U);
	EXPECT_VALID(test, cache, stopped.s);
}

/* ---- In NMIs -------------------------------------------------------------*/

static struct {
	int cpu;
	void *give, *got;
	size_t size;
	bool kfree;
	long large; /* not freed yet when the NMI was over */
	atomic_t sent, done;
} nmi;

static bool answer(void)
{
	if (raw_smp_processor_id() != nmi.cpu ||
	    atomic_read(&nmi.done) == atomic_read(&nmi.sent))
		return false;
	if (nmi.kfree)
		slubx_kfree(nmi.give);
	else
		slubx_kfree_nolock(nmi.give);
	nmi.got = take(nmi.size);
	nmi.large = slubx_large_count();
	atomic_inc(&nmi.done);
	return true;
}

static void send(struct kunit *test, void *give, size_t size, bool kfree)
{
	unsigned long limit = jiffies + 20 * HZ;
	int sent;

	nmi.give = give;
	nmi.size = size;
	nmi.kfree = kfree;
	sent = atomic_inc_return(&nmi.sent);
	slubx_nmi_send(nmi.cpu);
	while (atomic_read(&nmi.done) != sent && time_before(jiffies, limit))
		cond_resched();
	KUNIT_EXPECT_EQ(test, atomic_read(&nmi.done), sent);
	slubx_defer_flush();
}

static void listen(struct kunit *test)
{
	memset(&nmi, 0, sizeof(nmi));
	nmi.cpu = slubx_scene_other_cpu(test);
	if (slubx_nmi_listen(answer))
		kunit_skip(test, "a module can send no NMIs here");
}

static void in_nmi_taken_and_given(struct kunit *test)
{
	struct slubx_kmem_cache *s = cache_for(test, SIZE);
	unsigned int i, got = 0;
	void *x = NULL;

	listen(test);
	slubx_test_on_cpu(test, nmi.cpu, (void (*)(void *))have_ready, s);
	for (i = 0; i < 50; i++) {
		send(test, x, SIZE, i & 1);
		slubx_nolock_flush();
		x = nmi.got;
		got += !!x;
	}
	slubx_nmi_deafen();
	slubx_kfree(x);
	KUNIT_EXPECT_GT(test, got, 40U);
	EXPECT_VALID(test, cache, s);
}

/* The page allocator has locks that an NMI may have come in the middle of. */
static void in_nmi_large_memory_is_put_off(struct kunit *test)
{
	long large = slubx_large_count();
	unsigned int i;

	listen(test);
	for (i = 0; i < 4; i++) {
		void *x = slubx_kmalloc(5 * PAGE_SIZE, GFP_KERNEL);

		KUNIT_EXPECT_NOT_NULL(test, x);
		EXPECT_ERRORS(test, 0, send(test, x, 0, i & 1));
		KUNIT_EXPECT_EQ(test, nmi.large, large + 1);
		KUNIT_EXPECT_EQ(test, slubx_large_count(), large);
	}
	slubx_nmi_deafen();
}

static void large_memory_waits_for_an_interrupt(struct kunit *test)
{
	long large = slubx_large_count();
	void *x = slubx_kmalloc(5 * PAGE_SIZE, GFP_KERNEL);
	long waiting;

	KUNIT_ASSERT_NOT_NULL(test, x);
	local_irq_disable();
	slubx_kfree_nolock(x);
	waiting = slubx_large_count();
	/* It is free already for whoever frees it again. */
	EXPECT_ERRORS(test, 2, slubx_kfree(x); slubx_kfree_nolock(x));
	local_irq_enable();
	slubx_defer_flush();
	KUNIT_EXPECT_EQ(test, waiting, large + 1);
	KUNIT_EXPECT_EQ(test, slubx_large_count(), large);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(gives_what_is_at_hand),
	KUNIT_CASE(zeroed_when_asked),
	KUNIT_CASE(from_the_next_class_or_later),
	KUNIT_CASE(a_node_is_a_wish),
	KUNIT_CASE(sizes_without_a_class),
	KUNIT_CASE(flags_without_sense),
	KUNIT_CASE(under_locks_of_slubx),
	KUNIT_CASE(between_any_two_instructions),
	KUNIT_CASE(in_nmi_taken_and_given),
	KUNIT_CASE(in_nmi_large_memory_is_put_off),
	KUNIT_CASE(large_memory_waits_for_an_interrupt),
	{},
};

SLUBX_SCENE_SUITE(nolock, cases);
