// SPDX-License-Identifier: GPL-2.0
/*
 * failslab.c - which allocations of clients fail.
 *
 * Floor 0. The kernel decides (should_fail()) where it was built with fault
 * injection and no seed is given; else we do, by the same rules, under a lock of
 * our own, so that a seed gives the same sequence again and limits are exact.
 */
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "failslab.h"
#include "stat.h"

/* The kernel's own beginning: ready to fail one, but with no probability. */
static struct slubx_fault_attr attr = SLUBX_FAULT_ATTR_INITIALIZER;

/* What only we have, or tell. Under decision_lock. */
static DEFINE_RAW_SPINLOCK(decision_lock);
static struct rnd_state sequence;
static u32 seed;
static pid_t task;
static unsigned long verbose = 2;

struct slubx_failslab_filters slubx_failslab_filters = {
	.ignore_gfp_wait = true,
	.task = &attr.task_filter,
};
EXPORT_SYMBOL_SLUBX(slubx_failslab_filters);

/* ---- Who watches ---------------------------------------------------------*/

DEFINE_STATIC_KEY_FALSE(slubx_alloc_watched);
EXPORT_SYMBOL_SLUBX(slubx_alloc_watched);

/* Which of them want the key. Under watch_lock. */
static DEFINE_MUTEX(watch_lock);
static bool stats, failing;

static void watch(bool *who, bool on)
{
	mutex_lock(&watch_lock);
	*who = on;
	if (stats || failing)
		static_branch_enable(&slubx_alloc_watched);
	else
		static_branch_disable(&slubx_alloc_watched);
	mutex_unlock(&watch_lock);
}

/* Events are counted from now on, or no more. May sleep. */
void slubx_stat_switch(bool on)
{
	if (on)
		static_branch_enable(&slubx_stats_on);
	else
		static_branch_disable(&slubx_stats_on);
	watch(&stats, on);
}
EXPORT_SYMBOL_SLUBX(slubx_stat_switch);

/* ---- The decision --------------------------------------------------------*/

/* Tasks are marked by /proc/<pid>/make-it-fail, where there is one, or by pid. */
static bool is_meant(void)
{
	if (!attr.task_filter)
		return true;
	return in_task() &&
	       (slubx_made_to_fail(current) || (task && task == current->tgid));
}

static unsigned int roll(void)
{
	u32 number = seed ? prandom_u32_state(&sequence) : get_random_u32();

	return number % 100;
}

/* The rules of should_fail(), in its order. */
static bool decide_locked(unsigned int size)
{
	int times = atomic_read(&attr.times);

	if (!attr.probability || !is_meant() || !times)
		return false;
	if (atomic_read(&attr.space) > (int)size) {
		atomic_sub(size, &attr.space);
		return false;
	}
	if (attr.interval > 1 && ++attr.count % attr.interval)
		return false;
	if (attr.probability <= roll())
		return false;
	if (times > 0)
		atomic_dec(&attr.times);
	return true;
}

static bool decide(unsigned int size)
{
	unsigned long irq;
	bool fail;

	if (IS_ENABLED(CONFIG_FAULT_INJECTION) && !READ_ONCE(seed) &&
	    !READ_ONCE(task))
		return slubx_host_should_fail(&attr, size);
	raw_spin_lock_irqsave(&decision_lock, irq);
	fail = decide_locked(size);
	raw_spin_unlock_irqrestore(&decision_lock, irq);
	return fail;
}

static void tell(const struct slubx_kmem_cache *s)
{
	if (verbose > 0)
		pr_notice(
			"FAULT_INJECTION: forcing a failure.\nname failslab of slubx, cache %s, interval %lu, probability %lu, space %d, times %d\n",
			s->name, attr.interval, attr.probability,
			atomic_read(&attr.space), atomic_read(&attr.times));
	if (verbose > 1)
		dump_stack();
}

/* Not of what slubx itself is made of, as SLUB spares its kmem_cache. */
static bool is_spared(const struct slubx_kmem_cache *s, gfp_t gfp)
{
	const struct slubx_failslab_filters *filters = &slubx_failslab_filters;

	if ((gfp & __GFP_NOFAIL) || in_nmi())
		return true;
	if (filters->ignore_gfp_wait && (gfp & __GFP_DIRECT_RECLAIM))
		return true;
	if (filters->cache && !(s->flags & SLUBX_FAILSLAB))
		return true;
	return s->internal && !(s->flags & SLUBX_KMALLOC);
}

/* See slubx_failslab(). */
bool slubx_failslab_hit(const struct slubx_kmem_cache *s, gfp_t gfp)
{
	if (!READ_ONCE(failing) || is_spared(s, gfp) ||
	    !decide(s->layout.object_size))
		return false;
	if (!(gfp & __GFP_NOWARN))
		tell(s);
	return true;
}
EXPORT_SYMBOL_SLUBX(slubx_failslab_hit);

/* ---- The settings --------------------------------------------------------*/

static bool makes_sense(enum slubx_failslab_knob knob, long value)
{
	if (knob == SLUBX_FAILSLAB_TIMES)
		return value >= -1 && value <= INT_MAX;
	return value >= 0 && value <= INT_MAX;
}

static void set_locked(enum slubx_failslab_knob knob, long value)
{
	switch (knob) {
	case SLUBX_FAILSLAB_PROBABILITY:
		/* The kernel's code does not know the cache: we tell (tell()). */
		attr.verbose = 0;
		attr.probability = value;
		break;
	case SLUBX_FAILSLAB_INTERVAL:
		attr.interval = value;
		break;
	case SLUBX_FAILSLAB_TIMES:
		atomic_set(&attr.times, value);
		break;
	case SLUBX_FAILSLAB_SPACE:
		atomic_set(&attr.space, value);
		break;
	case SLUBX_FAILSLAB_VERBOSE:
		verbose = value;
		break;
	case SLUBX_FAILSLAB_SEED:
		/* From the beginning, also of the interval. */
		prandom_seed_state(&sequence, value);
		attr.count = 0;
		WRITE_ONCE(seed, value);
		break;
	case SLUBX_FAILSLAB_TASK:
		WRITE_ONCE(task, value);
		break;
	}
}

/* 0, or -EINVAL for a value that makes no sense. May sleep. */
int slubx_failslab_set(enum slubx_failslab_knob knob, long value)
{
	unsigned long irq;

	if (!makes_sense(knob, value))
		return -EINVAL;
	raw_spin_lock_irqsave(&decision_lock, irq);
	set_locked(knob, value);
	raw_spin_unlock_irqrestore(&decision_lock, irq);
	if (knob == SLUBX_FAILSLAB_PROBABILITY)
		watch(&failing, value);
	return 0;
}
EXPORT_SYMBOL_SLUBX(slubx_failslab_set);

long slubx_failslab_get(enum slubx_failslab_knob knob)
{
	switch (knob) {
	case SLUBX_FAILSLAB_PROBABILITY:
		return attr.probability;
	case SLUBX_FAILSLAB_INTERVAL:
		return attr.interval;
	case SLUBX_FAILSLAB_TIMES:
		return atomic_read(&attr.times);
	case SLUBX_FAILSLAB_SPACE:
		return atomic_read(&attr.space);
	case SLUBX_FAILSLAB_VERBOSE:
		return verbose;
	case SLUBX_FAILSLAB_SEED:
		return seed;
	default:
		return task;
	}
}
EXPORT_SYMBOL_SLUBX(slubx_failslab_get);

/* All as it was when slubx was loaded. May sleep. */
void slubx_failslab_reset(void)
{
	slubx_failslab_set(SLUBX_FAILSLAB_PROBABILITY, 0);
	slubx_failslab_set(SLUBX_FAILSLAB_INTERVAL, 1);
	slubx_failslab_set(SLUBX_FAILSLAB_TIMES, 1);
	slubx_failslab_set(SLUBX_FAILSLAB_SPACE, 0);
	slubx_failslab_set(SLUBX_FAILSLAB_VERBOSE, 2);
	slubx_failslab_set(SLUBX_FAILSLAB_SEED, 0);
	slubx_failslab_set(SLUBX_FAILSLAB_TASK, 0);
	slubx_failslab_filters.cache = false;
	slubx_failslab_filters.ignore_gfp_wait = true;
	*slubx_failslab_filters.task = false;
}
EXPORT_SYMBOL_SLUBX(slubx_failslab_reset);
