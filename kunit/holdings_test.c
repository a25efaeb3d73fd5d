// SPDX-License-Identifier: GPL-2.0
/*
 * holdings_test.c - what cpus hold ready is counted to the object, wherever it
 * lies, and nothing else is.
 *
 * A case is on the first cpu. Figures of a cache are compared with what is known
 * of it by how it came about, not with what slubx counts elsewhere.
 */
#include <linux/cpu.h>

#include "scene.h"
#include "../slubx/flush.h"
#include "../slubx/holdings.h"
#include "../slubx/iface/iface.h"

struct expected {
	unsigned long here;	/* free objects that this cpu holds */
	unsigned long other;	/* that all others do */
	unsigned long used;	/* objects in clients' hands */
};

static void expect(struct kunit *test, struct slubx_kmem_cache *s, int line,
		   struct expected e)
{
	int this = raw_smp_processor_id();
	unsigned long here;

	cpus_read_lock();
	here = slubx_holdings_of_cpu(s, this, NUMA_NO_NODE);
	cpus_read_unlock();
	KUNIT_EXPECT_EQ_MSG(test, slubx_holdings_here(s, NUMA_NO_NODE), e.here,
			    "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, here, e.here, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, slubx_holdings_of_all(s, NUMA_NO_NODE),
			    e.here + e.other, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, slubx_count_all(s, SLUBX_COUNT_IN_USE),
			    e.used, "line %d", line);
}

#define EXPECT(test, s, here_, other_, used_)                              \
	expect(test, s, __LINE__,                                          \
	       (struct expected){                                          \
		       .here = (here_), .other = (other_), .used = (used_) })

/* ---- Where objects lie ---------------------------------------------------*/

static void nothing_is_held_at_first(struct kunit *test)
{
	EXPECT(test, slubx_scene_cache(test, 256, 0), 0, 0, 0);
}

/* Step by step: taken, given back, all flushed. */
static void freelist_of_the_cpu(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	unsigned int i, objects = s->layout.oo.objects;
	void *x[8];

	for (i = 1; i <= ARRAY_SIZE(x); i++) {
		x[i - 1] = slubx_scene_alloc(test, s);
		EXPECT(test, s, objects - i, 0, i);
	}
	slubx_scene_free_many(s, x, 3);
	EXPECT(test, s, objects - 5, 0, 5);
	slubx_flush_all(s);
	EXPECT(test, s, 0, 0, 5);
	slubx_scene_free_many(s, x + 3, 5);
	EXPECT(test, s, 0, 0, 0);
}

/* What others free to the cpu slab lies on its own freelist. */
static void own_freelist_of_the_cpu_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	unsigned int objects = s->layout.oo.objects;
	int other = slubx_scene_other_cpu(test);
	void *x[8];

	slubx_scene_alloc_many(test, s, x, 8);
	slubx_scene_free_on(test, other, s, x, 3);
	EXPECT_COUNTERS(test, slubx_scene_this_cpu(s)->slab, objects - 3, 1);
	EXPECT(test, s, objects - 5, 0, 5);
	slubx_scene_free_many(s, x + 3, 5);
	EXPECT(test, s, objects, 0, 0);
}

/* All objects of a slab taken: the cpu has it no more, or it holds none. */
static void full_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 1024, 0);
	unsigned int i, objects = s->layout.oo.objects;

	for (i = 0; i < objects; i++)
		slubx_scene_alloc(test, s);
	EXPECT(test, s, 0, 0, objects);
	/* With its first free object it is frozen, for this cpu's list. */
	slubx_scene_free_all(test, s);
	EXPECT(test, s, slubx_has_cpu_partial(s) ? objects : 0, 0, 0);
}

/* Full slabs that this cpu or another frees to are on that one's list. */
static void partial_lists(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 1024, 0);
	unsigned int objects = s->layout.oo.objects;
	int other = slubx_scene_other_cpu(test);
	void **x;

	if (!slubx_has_cpu_partial(s))
		kunit_skip(test, "built without cpu partial lists");
	x = kunit_kcalloc(test, 2 * objects, sizeof(*x), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	slubx_scene_listed(test, s, NUMA_NO_NODE, objects, x);
	slubx_scene_listed(test, s, NUMA_NO_NODE, objects, x + objects);
	EXPECT(test, s, 0, 0, 2 * objects);

	slubx_scene_free_many(s, x, 2);
	EXPECT(test, s, 2, 0, 2 * objects - 2);
	slubx_scene_free_on(test, other, s, x + objects, 3);
	EXPECT(test, s, 2, 3, 2 * objects - 5);
	slubx_scene_free_many(s, x + 2, 1);
	EXPECT(test, s, 3, 3, 2 * objects - 6);
	slubx_flush_all(s);
	EXPECT(test, s, 0, 0, 2 * objects - 6);
	slubx_scene_free_all(test, s);
}

/* Each object is counted on its node, and none twice. */
static void nodes(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 1024, 0);
	int near = numa_mem_id(), far = slubx_scene_other_node(test);
	unsigned int objects = s->layout.oo.objects;
	void *x;

	x = slubx_kmem_cache_alloc_node(s, GFP_KERNEL | __GFP_THISNODE, far);
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, slubx_holdings_here(s, near), 0UL);
	KUNIT_EXPECT_EQ(test, slubx_holdings_here(s, far), objects - 1UL);
	KUNIT_EXPECT_EQ(test, slubx_holdings_of_all(s, far), objects - 1UL);
	KUNIT_EXPECT_EQ(test, slubx_count_node(s, SLUBX_COUNT_IN_USE, far),
			1UL);
	KUNIT_EXPECT_EQ(test, slubx_count_node(s, SLUBX_COUNT_IN_USE, near),
			0UL);
	slubx_kmem_cache_free(s, x);
}

/* ---- Long lists ----------------------------------------------------------*/

/* Puts @count slabs with @used objects in use each on this cpu's list. */
static void put_slabs(struct kunit *test, struct slubx_kmem_cache *s,
		      unsigned int count, unsigned int used)
{
	struct slubx_slab *slab, *chain = NULL;

	while (count--) {
		slab = slubx_scene_slab(test, s, NUMA_NO_NODE, used, NULL);
		slab->next = chain;
		chain = slab;
	}
	slubx_cpu_partial_put_chain(s, chain);
}

/* Exact up to the limit, and beyond for a list whose slabs are alike. */
static void long_partial_list(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	unsigned long free = s->layout.oo.objects - 1;
	unsigned long slabs = SLUBX_HOLDINGS_MAX;

	if (!slubx_has_cpu_partial(s))
		kunit_skip(test, "built without cpu partial lists");
	put_slabs(test, s, slabs, 1);
	EXPECT(test, s, slabs * free, 0, slabs);
	put_slabs(test, s, 7, 1);
	EXPECT(test, s, (slabs + 7) * free, 0, slabs + 7);

	/* Of what stands first in the list the rest is judged. */
	put_slabs(test, s, 1, 0);
	KUNIT_EXPECT_GE(test, slubx_holdings_here(s, NUMA_NO_NODE),
			(slabs + 8) * free);
	KUNIT_EXPECT_LE(test, slubx_holdings_here(s, NUMA_NO_NODE),
			(slabs + 8) * free + 2);
	slubx_scene_free_all(test, s);
}

/* ---- While others work ---------------------------------------------------*/

struct busy {
	struct slubx_kmem_cache *s;
	unsigned long limit;
	atomic_t left;
	atomic_t asked;
	atomic_t wrong;
};

#define BUSY_HELD 8

/* Holds from none to BUSY_HELD objects at any time. */
static void allocate_and_free(void *data)
{
	struct busy *busy = data;
	unsigned int i, held;
	void *x[BUSY_HELD];

	while (!atomic_read(&busy->asked)) {
		for (held = 0; held < BUSY_HELD; held++)
			x[held] = slubx_kmem_cache_alloc(busy->s, GFP_KERNEL);
		for (i = 0; i < held; i++)
			if (x[i])
				slubx_kmem_cache_free(busy->s, x[i]);
		cond_resched();
	}
	atomic_dec(&busy->left);
}

/* No figure is more than there can be, whatever goes on. */
static void ask(struct busy *busy)
{
	unsigned int i;

	for (i = 0; i < 300; i++) {
		if (slubx_holdings_of_all(busy->s, NUMA_NO_NODE) > busy->limit)
			atomic_inc(&busy->wrong);
		if (slubx_count_all(busy->s, SLUBX_COUNT_IN_USE) > busy->limit)
			atomic_inc(&busy->wrong);
		cond_resched();
	}
	atomic_inc(&busy->asked);
}

static void work_or_ask(void *data)
{
	struct busy *busy = data;

	if (raw_smp_processor_id() == cpumask_first(cpu_online_mask))
		ask(busy);
	else
		allocate_and_free(busy);
}

static void asked_while_others_allocate(struct kunit *test)
{
	struct busy *busy = kunit_kzalloc(test, sizeof(*busy), GFP_KERNEL);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);

	KUNIT_ASSERT_NOT_NULL(test, busy);
	slubx_scene_other_cpu(test);
	busy->s = s;
	/* Slabs that each cpu may own, have in hand, and leave to the nodes. */
	busy->limit = num_online_cpus() *
		      (2UL * s->cpu_partial_slabs + 2 * s->min_partial +
		       2 * BUSY_HELD) *
		      s->layout.oo.objects;
	slubx_test_on_cpus(test, cpu_online_mask, work_or_ask, busy);
	KUNIT_EXPECT_EQ(test, atomic_read(&busy->wrong), 0);
	KUNIT_EXPECT_EQ(test, slubx_count_all(s, SLUBX_COUNT_IN_USE), 0UL);
	EXPECT_VALID(test, cache, s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nothing_is_held_at_first),
	KUNIT_CASE(freelist_of_the_cpu),
	KUNIT_CASE(own_freelist_of_the_cpu_slab),
	KUNIT_CASE(full_slab),
	KUNIT_CASE(partial_lists),
	KUNIT_CASE(nodes),
	KUNIT_CASE(long_partial_list),
	KUNIT_CASE(asked_while_others_allocate),
	{},
};

SLUBX_SCENE_SUITE(holdings, cases);
