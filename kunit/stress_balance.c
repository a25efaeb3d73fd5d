// SPDX-License-Identifier: GPL-2.0
/*
 * stress_balance.c - nothing is lost: objects in use and free objects are all
 * that the slabs of a cache hold, and those in use are those that are held.
 */
#include <linux/rcupdate.h>

#include "../slubx/cache.h"
#include "../slubx/flush.h"
#include "../slubx/kmalloc.h"
#include "../slubx/pair.h"
#include "../slubx/path.h"
#include "../slubx/slab.h"
#include "../slubx/walk.h"
#include "common.h"
#include "stress.h"

struct sum {
	unsigned long inuse, objects, bad;
};

static void add_slab(struct slubx_slab *slab, void *arg)
{
	union slubx_counters counters = slubx_pair_read(slab).counters;
	struct sum *sum = arg;

	sum->inuse += counters.inuse;
	sum->objects += counters.objects;
	sum->bad += counters.frozen || !slubx_slab_valid(slab);
}

static unsigned long counted_objects(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache_node *n;
	struct slubx_kmem_cache *m;
	unsigned long objects = 0;
	int node;

	slubx_for_each_mode(s, m)
		slubx_for_each_node(m, node, n)
			objects += atomic_long_read(&n->total_objects);
	return objects;
}

/*
 * Every slab is looked at, the full ones too, which are on no list. Those that
 * readers may still look at must have gone first.
 */
static void balance_cache(struct kunit *test, struct stress_cache *c)
{
	const char *name = c->kind->name;
	struct slubx_kmem_cache *m;
	struct sum sum = {};
	unsigned long slabs;

	KUNIT_EXPECT_TRUE_MSG(test, slubx_cache_valid(c->s), "%s, before",
			      name);
	slubx_for_each_mode(c->s, m)
		slubx_flush_all(m);
	KUNIT_EXPECT_TRUE_MSG(test, slubx_cache_valid(c->s), "%s, flushed",
			      name);
	if (c->kind->flags & SLUBX_TYPESAFE_BY_RCU)
		rcu_barrier();
	slabs = slubx_walk_slabs(c->s, add_slab, &sum);
	KUNIT_EXPECT_EQ_MSG(test, sum.inuse, atomic_long_read(&c->live), "%s",
			    name);
	KUNIT_EXPECT_EQ_MSG(test, slabs, slubx_cache_slabs(c->s), "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, sum.objects, counted_objects(c->s), "%s",
			    name);
	KUNIT_EXPECT_EQ_MSG(test, sum.bad, 0, "%s", name);
}

/* What was freed is free, though not at once. */
static void wait_for_the_late(void)
{
	slubx_kvfree_rcu_barrier();
	slubx_defer_flush();
	slubx_nolock_flush();
}

/* Holds while all is quiet. */
void stress_balance(struct stress *stress)
{
	unsigned int i;

	wait_for_the_late();
	for (i = 0; i < stress->nr_caches; i++)
		balance_cache(stress->test, &stress->cache[i]);
}

/* The same when all is freed; then shrinking leaves nothing. */
void stress_balance_empty(struct stress *stress)
{
	struct kunit *test = stress->test;
	struct stress_cache *c;

	wait_for_the_late();
	for (c = stress->cache; c < stress->cache + stress->nr_caches; c++) {
		KUNIT_EXPECT_EQ_MSG(test, atomic_long_read(&c->live), 0, "%s",
				    c->kind->name);
		balance_cache(test, c);
		KUNIT_EXPECT_EQ_MSG(test, slubx_kmem_cache_shrink(c->s), 0,
				    "%s", c->kind->name);
		KUNIT_EXPECT_EQ_MSG(test, slubx_cache_slabs(c->s), 0, "%s",
				    c->kind->name);
	}
}
