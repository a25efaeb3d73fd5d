// SPDX-License-Identifier: GPL-2.0
/*
 * pair_test.c - two words change together or not at all, by either of the ways.
 *
 * The ways must not be mixed on one slab: each case goes one of them.
 */
#include <linux/processor.h>
#include <linux/bit_spinlock.h>
#include <linux/delay.h>

#include "scene.h"

typedef bool update_fn(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		       union slubx_freelist_counters old,
		       union slubx_freelist_counters new);

static bool update(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		   union slubx_freelist_counters old,
		   union slubx_freelist_counters new)
{
	return slubx_pair_update(s, slab, old, new);
}

static bool update_locked(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			  union slubx_freelist_counters old,
			  union slubx_freelist_counters new)
{
	return slubx_pair_update_locked(slab, old, new);
}

/* A slab whose pair may say anything until put_back(). */
struct bed {
	struct slubx_kmem_cache *s;
	struct slubx_slab *slab;
	union slubx_freelist_counters before;
	unsigned long flags;
};

static unsigned long *flags_of(struct slubx_slab *slab)
{
	return slubx_page_flags(slubx_slab_page(slab));
}

static struct bed *make_bed(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	bed->s = slubx_scene_cache(test, 256, 0);
	bed->slab = slubx_scene_slab(test, bed->s, NUMA_NO_NODE, 0, NULL);
	bed->before = slubx_pair_read(bed->slab);
	bed->flags = *flags_of(bed->slab);
	slubx_stat_clear(bed->s);
	return bed;
}

/* Neither the lock bit nor any other of the page may have changed. */
static void put_back(struct kunit *test, struct bed *bed)
{
	KUNIT_EXPECT_FALSE(test, test_bit(PG_locked, flags_of(bed->slab)));
	KUNIT_EXPECT_EQ(test, *flags_of(bed->slab), bed->flags);
	bed->slab->fc = bed->before;
	EXPECT_VALID(test, slab, bed->slab);
	slubx_slab_free(bed->s, bed->slab);
}

static void expect_pair(struct kunit *test, struct bed *bed,
			union slubx_freelist_counters fc)
{
	union slubx_freelist_counters now = slubx_pair_read(bed->slab);

	KUNIT_EXPECT_PTR_EQ(test, now.freelist, fc.freelist);
	KUNIT_EXPECT_EQ(test, now.counters.word, fc.counters.word);
}

/* The words that a change starts from, both, one or none of them right. */
static void try_all(struct kunit *test, update_fn *fn)
{
	struct bed *bed = make_bed(test);
	union slubx_freelist_counters old, new;
	unsigned int wrong;

	for (wrong = 1; wrong < 4; wrong++) {
		old = bed->before;
		new.freelist = (void *)0x10;
		new.counters.word = 0x20;
		old.freelist += wrong & 1 ? 8 : 0;
		old.counters.word ^= wrong & 2 ? 1UL << 63 : 0;
		KUNIT_EXPECT_FALSE(test, fn(bed->s, bed->slab, old, new));
		expect_pair(test, bed, bed->before);
	}
	KUNIT_EXPECT_TRUE(test, fn(bed->s, bed->slab, bed->before, new));
	expect_pair(test, bed, new);
	/* What was right a moment ago is not any more. */
	KUNIT_EXPECT_FALSE(test, fn(bed->s, bed->slab, bed->before, new));
	expect_pair(test, bed, new);
	KUNIT_EXPECT_TRUE(test, fn(bed->s, bed->slab, new, new));
	expect_pair(test, bed, new);
	EXPECT_EVENTS(test, bed->s,
		      { CMPXCHG_DOUBLE_FAIL, fn == update ? 4 : 0 });
	put_back(test, bed);
}

static void update_if_both_match(struct kunit *test)
{
	try_all(test, update);
}

static void locked_if_both_match(struct kunit *test)
{
	try_all(test, update_locked);
}

/* Interrupts are as they were, whichever way they were. */
static void locked_keeps_irq_state(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	bool on, off;

	slubx_pair_update_locked(bed->slab, bed->before, bed->before);
	on = !irqs_disabled();
	local_irq_disable();
	slubx_pair_update_locked(bed->slab, bed->before, bed->before);
	off = irqs_disabled();
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, on);
	KUNIT_EXPECT_TRUE(test, off);
	put_back(test, bed);
}

/* ---- Contention ----------------------------------------------------------*/

#define STEPS 5000

struct race {
	struct kunit *test;
	struct bed *bed;
	update_fn *fn;
	atomic_t ready;
	atomic_long_t failures;
	atomic_long_t torn;
};

/* Both words count; what was swapped was a state that somebody had made. */
static void count_up(void *data)
{
	struct race *race = data;
	struct slubx_slab *slab = race->bed->slab;
	union slubx_freelist_counters old, new;
	long failures = -STEPS, torn = 0;
	unsigned int i;

	atomic_inc(&race->ready);
	slubx_scene_wait(&race->ready, num_online_cpus());
	for (i = 0; i < STEPS; i++) {
		do {
			old = slubx_pair_read(slab);
			new.freelist = old.freelist + 1;
			new.counters.word = old.counters.word + 3;
			failures++;
		} while (!race->fn(race->bed->s, slab, old, new));
		if (3 * (unsigned long)old.freelist != old.counters.word)
			torn++;
	}
	atomic_long_add(failures, &race->failures);
	atomic_long_add(torn, &race->torn);
}

static void contend(struct kunit *test, update_fn *fn)
{
	struct race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	unsigned long steps = STEPS * num_online_cpus();
	union slubx_freelist_counters *fc;

	KUNIT_ASSERT_NOT_NULL(test, race);
	race->test = test;
	race->bed = make_bed(test);
	race->fn = fn;
	fc = &race->bed->slab->fc;
	fc->freelist = NULL;
	fc->counters.word = 0;

	slubx_test_on_cpus(test, cpu_online_mask, count_up, race);

	KUNIT_EXPECT_EQ(test, (unsigned long)fc->freelist, steps);
	KUNIT_EXPECT_EQ(test, fc->counters.word, 3 * steps);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&race->torn), 0L);
	KUNIT_EXPECT_EQ(test,
			slubx_stat_sum(race->bed->s, CMPXCHG_DOUBLE_FAIL) + 0L,
			fn == update ? atomic_long_read(&race->failures) : 0L);
	put_back(test, race->bed);
}

static void update_counts_all(struct kunit *test)
{
	contend(test, update);
}

static void locked_counts_all(struct kunit *test)
{
	contend(test, update_locked);
}

/* ---- The lock bit --------------------------------------------------------*/

struct waiter {
	struct bed *bed;
	int holder; /* the cpu that has the lock */
	atomic_t held;
	atomic_t done;
	bool early;
};

/* One cpu holds the bit for a while, the other wants to change the pair. */
static void hold_or_wait(void *data)
{
	struct waiter *w = data;
	struct slubx_slab *slab = w->bed->slab;

	if (raw_smp_processor_id() != w->holder) {
		slubx_scene_wait(&w->held, 1);
		slubx_pair_update_locked(slab, w->bed->before, w->bed->before);
		atomic_set(&w->done, 1);
		return;
	}
	bit_spin_lock(PG_locked, flags_of(slab));
	atomic_set(&w->held, 1);
	mdelay(20);
	w->early = atomic_read(&w->done);
	bit_spin_unlock(PG_locked, flags_of(slab));
}

static void locked_waits_for_lock(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct cpumask *cpus = kunit_kzalloc(test, cpumask_size(), GFP_KERNEL);
	struct waiter w = { .holder = raw_smp_processor_id() };

	KUNIT_ASSERT_NOT_NULL(test, cpus);
	cpumask_set_cpu(w.holder, cpus);
	cpumask_set_cpu(other, cpus);
	w.bed = make_bed(test);
	slubx_test_on_cpus(test, cpus, hold_or_wait, &w);
	KUNIT_EXPECT_FALSE(test, w.early);
	KUNIT_EXPECT_EQ(test, atomic_read(&w.done), 1);
	put_back(test, w.bed);
}

/* With a 16-byte exchange nobody waits for the bit. */
static void update_takes_no_lock(struct kunit *test)
{
	struct bed *bed;
	bool done;

	if (!static_branch_likely(&slubx_cx16))
		kunit_skip(test, "the 16-byte exchange is off");
	bed = make_bed(test);
	bit_spin_lock(PG_locked, flags_of(bed->slab));
	done = slubx_pair_update(bed->s, bed->slab, bed->before, bed->before);
	bit_spin_unlock(PG_locked, flags_of(bed->slab));
	KUNIT_EXPECT_TRUE(test, done);
	put_back(test, bed);
}

static void read_finds_both(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	union slubx_freelist_counters fc = {
		.freelist = (void *)0x1234567890abcdefUL,
		.counters.word = 0xfedcba0987654321UL,
	};

	bed->slab->fc = fc;
	expect_pair(test, bed, fc);
	put_back(test, bed);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(read_finds_both),
	KUNIT_CASE(update_if_both_match),
	KUNIT_CASE(update_takes_no_lock),
	KUNIT_CASE(update_counts_all),
	KUNIT_CASE(locked_if_both_match),
	KUNIT_CASE(locked_keeps_irq_state),
	KUNIT_CASE(locked_counts_all),
	KUNIT_CASE(locked_waits_for_lock),
	{},
};

SLUBX_SCENE_SUITE(pair, cases);
