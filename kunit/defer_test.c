// SPDX-License-Identifier: GPL-2.0
/*
 * defer_test.c - objects freed where no lock may be taken: put aside, and freed
 * by the next hard interrupt. In NMIs too, real ones, that come in the middle
 * of anything.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "nmi.h"
#include "scene.h"
#include "../slubx/path.h"

#define SIZE 256

/* ---- As NMIs do, but in a task -------------------------------------------*/

static void deferred_is_freed_in_interrupt(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int i, objects = s->layout.oo.objects;
	void **x = kunit_kcalloc(test, objects, sizeof(*x), GFP_KERNEL);
	unsigned int waiting;

	KUNIT_ASSERT_NOT_NULL(test, x);
	slubx_scene_alloc_many(test, s, x, objects);
	slubx_stat_clear(s);
	local_irq_disable();
	for (i = 0; i < objects; i++)
		slubx_defer_free(s, x[i]);
	waiting = slubx_stat_sum(s, FREE_FASTPATH);
	local_irq_enable();
	slubx_defer_flush();
	/* Not before interrupts were on again. */
	KUNIT_EXPECT_EQ(test, waiting, 0U);
	EXPECT_EVENTS(test, s, { FREE_FASTPATH, objects });
	KUNIT_EXPECT_EQ(
		test, slubx_scene_length(s, slubx_scene_this_cpu(s)->freelist),
		objects);
	EXPECT_VALID(test, cache, s);
}

static void flush_of_nothing(struct kunit *test)
{
	slubx_defer_flush();
	slubx_defer_flush();
	KUNIT_SUCCEED(test);
}

/* The link must spare what readers and constructors rely on. */
static void deferred_object_keeps_its_content(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_scene_cache(test, SIZE, SLUBX_TYPESAFE_BY_RCU);
	void *x = slubx_scene_alloc(test, s);

	memset(x, 0x5a, SIZE);
	slubx_defer_free(s, x);
	slubx_defer_flush();
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0x5a, SIZE));
	KUNIT_EXPECT_PTR_EQ(test, slubx_scene_alloc(test, s), x);
	slubx_kmem_cache_free(s, x);
}

struct crowd {
	struct slubx_kmem_cache *s;
	struct slubx_kmem_cache *t;
	atomic_t objects;
};

/* Of two caches in turn, as one list may hold any. */
static void defer_some(void *data)
{
	struct crowd *crowd = data;
	struct slubx_kmem_cache *s;
	unsigned int i;
	void *x;

	for (i = 0; i < 100; i++) {
		s = i & 1 ? crowd->s : crowd->t;
		x = slubx_kmem_cache_alloc(s, GFP_KERNEL);
		if (!x)
			continue;
		preempt_disable();
		slubx_defer_free(s, x);
		preempt_enable();
		atomic_inc(&crowd->objects);
	}
}

static void deferred_on_all_cpus(struct kunit *test)
{
	struct crowd crowd = {
		.s = slubx_scene_cache(test, SIZE, 0),
		.t = slubx_scene_cache(test, 64, 0),
	};
	unsigned long freed;

	slubx_test_on_cpus(test, cpu_online_mask, defer_some, &crowd);
	slubx_defer_flush();
	freed = slubx_stat_sum(crowd.s, FREE_FASTPATH) +
		slubx_stat_sum(crowd.s, FREE_SLOWPATH) +
		slubx_stat_sum(crowd.t, FREE_FASTPATH) +
		slubx_stat_sum(crowd.t, FREE_SLOWPATH);
	KUNIT_EXPECT_EQ(test, atomic_read(&crowd.objects) + 0U,
			100 * num_online_cpus());
	KUNIT_EXPECT_EQ(test, freed, 100UL * num_online_cpus());
	EXPECT_VALID(test, cache, crowd.s);
	EXPECT_VALID(test, cache, crowd.t);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(crowd.s), 0);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(crowd.t), 0);
}

/* ---- In NMIs -------------------------------------------------------------*/

static struct {
	struct slubx_kmem_cache *s;
	int cpu;    /* the one that NMIs are sent to */
	void *give; /* to be freed */
	void *got;  /* allocated */
	bool alloc;
	bool in_nmi;
	unsigned long tid_before;
	unsigned long tid_freed;
	atomic_t sent;
	atomic_t done;
} nmi;

static unsigned long tid_here(void)
{
	return raw_cpu_ptr(nmi.s->cpu_slab)->tid;
}

/* Each NMI that was sent is answered once, however many there are. */
static bool answer(void)
{
	if (raw_smp_processor_id() != nmi.cpu ||
	    atomic_read(&nmi.done) == atomic_read(&nmi.sent))
		return false;
	nmi.in_nmi = in_nmi();
	nmi.tid_before = tid_here();
	if (nmi.give)
		slubx_kmem_cache_free(nmi.s, nmi.give);
	nmi.tid_freed = tid_here();
	nmi.got = NULL;
	if (nmi.alloc)
		nmi.got = slubx_kmem_cache_alloc(nmi.s, GFP_NOWAIT);
	atomic_inc(&nmi.done);
	return true;
}

static void listen(struct kunit *test, struct slubx_kmem_cache *s, int cpu)
{
	memset(&nmi, 0, sizeof(nmi));
	nmi.s = s;
	nmi.cpu = cpu;
	if (slubx_nmi_listen(answer))
		kunit_skip(test, "a module can send no NMIs here");
}

/* Sends one to another cpu than this and waits until it is answered. */
static bool send(void)
{
	unsigned long limit = jiffies + 20 * HZ;
	int sent = atomic_inc_return(&nmi.sent);

	slubx_nmi_send(nmi.cpu);
	while (atomic_read(&nmi.done) != sent) {
		if (time_after(jiffies, limit))
			return false;
		cond_resched();
	}
	return true;
}

/* One NMI, with an object to free and perhaps one to get. */
static void expect_nmi(struct kunit *test, void *give, bool alloc)
{
	nmi.give = give;
	nmi.alloc = alloc;
	KUNIT_EXPECT_TRUE(test, send());
	KUNIT_EXPECT_TRUE(test, nmi.in_nmi);
	slubx_defer_flush();
}

/* An object of another's slab: put aside in NMI, freed on that cpu later. */
static void nmi_frees_to_no_slab_of_its_cpu(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	void *x[2];

	listen(test, s, other);
	slubx_scene_alloc_many(test, s, x, 2);
	slubx_stat_clear(s);
	expect_nmi(test, x[0], false);
	slubx_nmi_deafen();
	EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 }, { FREE_FROZEN, 1 });
	KUNIT_EXPECT_EQ(test, nmi.tid_freed, nmi.tid_before);
	KUNIT_EXPECT_PTR_EQ(test, slubx_scene_this_cpu(s)->slab->fc.freelist,
			    x[0]);
	EXPECT_VALID(test, cache, s);
	slubx_kmem_cache_free(s, x[1]);
}

static void alloc_two(void *data)
{
	void **x = data;

	x[0] = slubx_kmem_cache_alloc(nmi.s, GFP_KERNEL);
	x[1] = slubx_kmem_cache_alloc(nmi.s, GFP_KERNEL);
}

/*
 * An object of its own cpu's slab: at once where no lock is needed for that,
 * else later. Then what the cpu has at hand is given out, where that is so.
 */
static void nmi_frees_to_its_cpu_slab(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	void *x[2];

	listen(test, s, other);
	slubx_test_on_cpu(test, other, alloc_two, x);
	slubx_stat_clear(s);
	expect_nmi(test, x[0], false);
	EXPECT_EVENTS(test, s, { FREE_FASTPATH, 1 });
	KUNIT_EXPECT_EQ(test, nmi.tid_freed - nmi.tid_before,
			slubx_lockless() ? SLUBX_TID_STEP + 0UL : 0UL);
	EXPECT_VALID(test, cache, s);

	expect_nmi(test, NULL, true);
	KUNIT_EXPECT_PTR_EQ(test, nmi.got, slubx_lockless() ? x[0] : NULL);
	KUNIT_EXPECT_EQ(test, slubx_stat_sum(s, ALLOC_FASTPATH),
			slubx_lockless() ? 1UL : 0UL);
	KUNIT_EXPECT_EQ(test, slubx_stat_sum(s, ALLOC_SLOWPATH), 0UL);
	EXPECT_VALID(test, cache, s);
	slubx_nmi_deafen();
	if (nmi.got)
		slubx_kmem_cache_free(s, nmi.got);
	slubx_kmem_cache_free(s, x[1]);
}

/* Nothing at hand: an NMI goes up no ladder. */
static void nmi_allocates_no_slab(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);

	listen(test, s, other);
	expect_nmi(test, NULL, true);
	slubx_nmi_deafen();
	KUNIT_EXPECT_NULL(test, nmi.got);
	EXPECT_NO_EVENTS(test, s);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
	EXPECT_VALID(test, cache, s);
}

/* ---- In the middle of anything -------------------------------------------*/

/* Enough for every path; a storm of 1000 once killed an emulated 7.2 kernel. */
#define NMIS 100
#define HELD 40

struct storm {
	atomic_t ready;
	atomic_t over;
	bool lost;		 /* an NMI was not answered */
	unsigned long allocated; /* by the busy cpu */
	unsigned long given;	 /* objects freed in NMI... */
	unsigned long got;	 /* ... and allocated there */
};

/* Goes up the whole ladder over and over: more objects than slabs hold. */
static void be_busy(struct storm *storm)
{
	void *x[HELD];
	unsigned int i;

	while (!atomic_read(&storm->over)) {
		for (i = 0; i < HELD; i++) {
			x[i] = slubx_kmem_cache_alloc(nmi.s, GFP_KERNEL);
			storm->allocated += !!x[i];
		}
		for (i = 0; i < HELD; i++)
			if (x[i])
				slubx_kmem_cache_free(nmi.s, x[i]);
		slubx_cpu_flush_this(nmi.s);
		cond_resched();
	}
}

static void send_all(struct storm *storm)
{
	unsigned int i;

	for (i = 0; i < NMIS && !storm->lost; i++) {
		nmi.give = slubx_kmem_cache_alloc(nmi.s, GFP_KERNEL);
		nmi.alloc = true;
		storm->given += !!nmi.give;
		storm->lost = !send();
		if (nmi.got) {
			storm->got++;
			slubx_kmem_cache_free(nmi.s, nmi.got);
		}
	}
	atomic_set(&storm->over, 1);
}

static void be_busy_or_send(void *data)
{
	struct storm *storm = data;

	atomic_inc(&storm->ready);
	slubx_scene_wait(&storm->ready, 2);
	if (raw_smp_processor_id() == nmi.cpu)
		be_busy(storm);
	else
		send_all(storm);
}

static void nmis_between_steps(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct cpumask *cpus = kunit_kzalloc(test, cpumask_size(), GFP_KERNEL);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct storm storm = {};
	unsigned long total;

	KUNIT_ASSERT_NOT_NULL(test, cpus);
	cpumask_set_cpu(raw_smp_processor_id(), cpus);
	cpumask_set_cpu(other, cpus);
	listen(test, s, other);
	slubx_test_on_cpus(test, cpus, be_busy_or_send, &storm);
	slubx_nmi_deafen();
	slubx_defer_flush();

	KUNIT_EXPECT_FALSE(test, storm.lost);
	KUNIT_EXPECT_EQ(test, storm.given, NMIS + 0UL);
	total = storm.allocated + storm.given + storm.got;
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_EQ(test,
			slubx_stat_sum(s, ALLOC_FASTPATH) +
				slubx_stat_sum(s, ALLOC_SLOWPATH),
			total);
	KUNIT_EXPECT_EQ(test,
			slubx_stat_sum(s, FREE_FASTPATH) +
				slubx_stat_sum(s, FREE_SLOWPATH),
			total);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(deferred_is_freed_in_interrupt),
	KUNIT_CASE(flush_of_nothing),
	KUNIT_CASE(deferred_object_keeps_its_content),
	KUNIT_CASE(deferred_on_all_cpus),
	KUNIT_CASE(nmi_frees_to_no_slab_of_its_cpu),
	KUNIT_CASE(nmi_frees_to_its_cpu_slab),
	KUNIT_CASE(nmi_allocates_no_slab),
	KUNIT_CASE(nmis_between_steps),
	{},
};

SLUBX_SCENE_SUITE(defer, cases);
