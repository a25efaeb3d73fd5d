/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stress.h - caches that many actors use at once, and the books kept on them.
 *
 *   stress    the caches, what went wrong, when to stop       stress.c
 *   actor     holds objects, does one random thing at a time  stress_actor.c
 *   crew      threads, tasklets, timers, irq works that act   stress_crew.c
 *   balance   what must be true when all is quiet             stress_balance.c
 *
 * What goes wrong is noted, not printed: actors run in any context. The first
 * of it is told at the end, and where it was.
 */
#ifndef _SLUBX_KUNIT_STRESS_H
#define _SLUBX_KUNIT_STRESS_H

#include <kunit/test.h>
#include <linux/hrtimer.h>
#include <linux/prandom.h>

#include "../slubx/types.h"
#include "stress_object.h"

#define STRESS_CACHES 6
#define STRESS_SLOTS 64

/* Of the classes of kmalloc() those of which no random copies are made. */
#define STRESS_KMALLOC __GFP_ACCOUNT

struct stress_kind {
	const char *name;
	unsigned int size;
	slubx_flags_t flags;
	bool ctor;
	bool kmalloc;		/* a class of kmalloc()'s, not a cache of ours */
	bool all_ways;		/* freed by kfree_rcu(), kfree_nolock(), too */
};

struct stress_cache {
	const struct stress_kind *kind;
	struct slubx_kmem_cache *s;
	u32 id;
	atomic_long_t live;
	void *slots[STRESS_SLOTS];	/* objects handed over, by xchg() */
};

enum stress_wrong {
	STRESS_RIGHT,
	STRESS_OVERWRITTEN,	/* not what its owner wrote, or freed twice */
	STRESS_UNPROVEN,	/* handed over, and the word proves nothing */
	STRESS_UNCONSTRUCTED,
	STRESS_NOT_ZEROED,
	STRESS_FOREIGN,		/* memory of something else */
	STRESS_BAD_SLAB,
};

struct stress {
	struct kunit *test;
	unsigned int nr_caches;
	struct stress_cache cache[STRESS_CACHES];
	bool stop;
	unsigned long end;		/* in jiffies */
	long errors;			/* of slubx, when it began */

	atomic_long_t allocated, freed, refused, interrupts;
	atomic_t wrongs;
	enum stress_wrong first;	/* of the wrongs; the rest is its */
	const char *first_cache;
	const void *first_x;
	u64 first_word;
};

/* ---- stress.c ------------------------------------------------------------*/

struct stress *stress_begin(struct kunit *test, const struct stress_kind *kinds,
			    unsigned int nr_kinds);
void stress_end(struct stress *stress);
bool stress_goes_on(struct stress *stress);
void stress_wrong(struct stress *stress, enum stress_wrong wrong,
		  const struct stress_cache *c, const void *x, u64 word);
unsigned int stress_seconds_now(void);

/* ---- stress_actor.c ------------------------------------------------------*/

#define STRESS_HELD 256

struct stress_held {
	struct stress_cache *c;
	void *x;
	u64 word;
};

/* One at a time acts as it; a ring, so that both ends can be taken from. */
struct stress_actor {
	struct stress *stress;
	struct rnd_state random;
	u32 who;
	gfp_t gfp;
	unsigned int limit;	/* of what it holds */
	unsigned int first, count;
	struct stress_held held[STRESS_HELD];
};

void stress_actor_init(struct stress_actor *actor, struct stress *stress,
		       gfp_t gfp, unsigned int limit);
u32 stress_random(struct stress_actor *actor, u32 bound);
bool stress_take(struct stress_actor *actor, struct stress_cache *c);
void stress_return(struct stress_actor *actor);
void stress_return_oldest(struct stress_actor *actor);
void stress_return_last_but_one(struct stress_actor *actor);
void stress_act(struct stress_actor *actor);
void stress_drain(struct stress_actor *actor);
void stress_drain_slots(struct stress *stress);

/* ---- stress_crew.c -------------------------------------------------------*/

struct stress_plan {
	unsigned int pinned;	/* threads on each cpu */
	unsigned int roaming;	/* threads on any */
	bool soft;		/* pinned threads set off tasklets... */
	bool hard;		/* ... irq works... */
	bool timers;		/* ... and timers that expire soon */
	unsigned int shooters;	/* threads that interrupt other cpus' threads */
	/* What pinned threads and interrupted cpus do, if not stress_act(). */
	void (*thread)(struct stress_actor *actor);
	void (*shot)(struct stress_actor *actor);
	/* Again and again in the case's own thread. */
	void (*chore)(struct stress *stress);
};

struct stress_crew;

struct stress_crew *stress_crew_start(struct stress *stress,
				      const struct stress_plan *plan);
void stress_crew_stop(struct stress_crew *crew);
void stress_crew_drain(struct stress_crew *crew);
void stress_run(struct stress *stress, const struct stress_plan *plan);

/* ---- stress_balance.c ----------------------------------------------------*/

void stress_balance(struct stress *stress);
void stress_balance_empty(struct stress *stress);

/* hrtimer_init() became hrtimer_setup() in 6.13 (commit 908a1d775422). */
static inline void
stress_timer_setup(struct hrtimer *timer,
		   enum hrtimer_restart (*function)(struct hrtimer *))
{
#ifdef SLUBX_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED);
	timer->function = function;
#endif
}

#endif /* _SLUBX_KUNIT_STRESS_H */
