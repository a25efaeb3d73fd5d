// SPDX-License-Identifier: GPL-2.0
/*
 * cpu_partial_test.c - the slabs that a cpu keeps beside its cpu slab, and the
 * way of all that it holds back to the nodes.
 */
#include "scene.h"
#include "../slubx/flush.h"

#define SIZE 256

/* A full slab that is nobody's, one of its objects in @x. */
static struct slubx_slab *
full_slab(struct kunit *test, struct slubx_kmem_cache *s, int node, void **x)
{
	unsigned int objects = s->layout.oo.objects;
	void **all = kunit_kcalloc(test, objects, sizeof(*all), GFP_KERNEL);
	struct slubx_slab *slab;

	KUNIT_ASSERT_NOT_NULL(test, all);
	slab = slubx_scene_listed(test, s, node, objects, all);
	*x = all[0];
	slubx_stat_clear(s);
	return slab;
}

/* This cpu gets @count partial slabs by freeing to full ones. */
static void hold_partials(struct kunit *test, struct slubx_kmem_cache *s,
			  struct slubx_slab **slabs, unsigned int count)
{
	unsigned int i;
	void *x;

	if (!slubx_has_cpu_partial(s))
		kunit_skip(test, "built without cpu partial lists");
	for (i = 0; i < count; i++) {
		slabs[i] = full_slab(test, s, numa_mem_id(), &x);
		slubx_kmem_cache_free(s, x);
		EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 },
			      { CPU_PARTIAL_FREE, 1 });
		EXPECT_COUNTERS(test, slabs[i], s->layout.oo.objects - 1, 1);
		KUNIT_EXPECT_EQ(test, slabs[i]->slabs, 1 + i);
		EXPECT_VALID(test, cache, s);
	}
}

/* ---- The limit -----------------------------------------------------------*/

static void default_by_size(struct kunit *test)
{
	static const struct {
		unsigned int size, objects;
	} expected[] = { { 8, 120 },	   { 248, 120 }, { 256, 52 },
			 { 1016, 52 },	   { 1024, 24 }, { PAGE_SIZE - 8, 24 },
			 { PAGE_SIZE, 6 }, { 100000, 6 } };
	struct slubx_kmem_cache *s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		s = slubx_scene_cache(test, expected[i].size, 0);
		if (!slubx_has_cpu_partial(s))
			kunit_skip(test, "built without cpu partial lists");
		KUNIT_EXPECT_EQ(test, slubx_cpu_partial_default(s),
				expected[i].objects);
		KUNIT_EXPECT_EQ(test, s->cpu_partial, expected[i].objects);
		KUNIT_EXPECT_EQ(test, s->cpu_partial_slabs,
				DIV_ROUND_UP(2 * expected[i].objects,
					     s->layout.oo.objects));
	}
}

/* In slabs that are half full, rounded up. */
static void set_counts_in_slabs(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int objects = s->layout.oo.objects;

	KUNIT_ASSERT_EQ(test, objects % 2, 0U);
	slubx_cpu_partial_set(s, 0);
	KUNIT_EXPECT_EQ(test, s->cpu_partial_slabs, 0U);
	slubx_cpu_partial_set(s, 1);
	KUNIT_EXPECT_EQ(test, s->cpu_partial_slabs, 1U);
	slubx_cpu_partial_set(s, objects / 2);
	KUNIT_EXPECT_EQ(test, s->cpu_partial_slabs, 1U);
	slubx_cpu_partial_set(s, objects / 2 + 1);
	KUNIT_EXPECT_EQ(test, s->cpu_partial_slabs, 2U);
	slubx_cpu_partial_set(s, 5 * objects);
	KUNIT_EXPECT_EQ(test, s->cpu_partial_slabs, 10U);
	KUNIT_EXPECT_EQ(test, s->cpu_partial, 5 * objects);
}

/* ---- The list ------------------------------------------------------------*/

static void pop_in_reverse(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_kmem_cache_cpu *c = slubx_scene_this_cpu(s);
	struct slubx_slab *slabs[2];
	int i;

	hold_partials(test, s, slabs, 2);
	for (i = 1; i >= 0; i--) {
		KUNIT_EXPECT_PTR_EQ(test, c->partial, slabs[i]);
		KUNIT_EXPECT_PTR_EQ(
			test, slubx_virt_to_slab(slubx_scene_alloc(test, s)),
			slabs[i]);
		EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 },
			      { CPU_PARTIAL_ALLOC, 1 }, { ALLOC_REFILL, 1 },
			      { DEACTIVATE_BYPASS, i ? 0 : 1 });
		KUNIT_EXPECT_PTR_EQ(test, c->slab, slabs[i]);
		EXPECT_COUNTERS(test, slabs[i], s->layout.oo.objects, 1);
		EXPECT_VALID(test, cache, s);
	}
	KUNIT_EXPECT_NULL(test, c->partial);
	slubx_scene_free_all(test, s);
}

/* The one that is too many takes the place of all others. */
static void drain_over_the_limit(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_kmem_cache_cpu *c = slubx_scene_this_cpu(s);
	struct slubx_slab *slabs[2], *third;
	void *x;

	slubx_cpu_partial_set(s, s->layout.oo.objects);
	KUNIT_ASSERT_EQ(test, s->cpu_partial_slabs, 2U);
	hold_partials(test, s, slabs, 2);
	third = full_slab(test, s, numa_mem_id(), &x);
	slubx_kmem_cache_free(s, x);
	EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 }, { CPU_PARTIAL_FREE, 1 },
		      { CPU_PARTIAL_DRAIN, 1 }, { FREE_ADD_PARTIAL, 2 });
	KUNIT_EXPECT_PTR_EQ(test, c->partial, third);
	KUNIT_EXPECT_EQ(test, third->slabs, 1U);
	KUNIT_EXPECT_NULL(test, third->next);
	EXPECT_LIST(test, s->node[numa_mem_id()], slabs[1], slabs[0]);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

/* With a limit of none still one is held, as in SLUB. */
static void drain_with_limit_zero(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_slab *slabs[1], *next;
	void *x;

	slubx_cpu_partial_set(s, 0);
	hold_partials(test, s, slabs, 1);
	next = full_slab(test, s, numa_mem_id(), &x);
	slubx_kmem_cache_free(s, x);
	EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 }, { CPU_PARTIAL_FREE, 1 },
		      { CPU_PARTIAL_DRAIN, 1 }, { FREE_ADD_PARTIAL, 1 });
	KUNIT_EXPECT_PTR_EQ(test, slubx_scene_this_cpu(s)->partial, next);
	EXPECT_LIST(test, s->node[numa_mem_id()], slabs[0]);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

/* Frees go on to slabs of the list; empty ones are freed with the drain. */
static void drain_frees_empty(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 100000, 0);
	struct slubx_slab *slabs[2];
	void *x;

	if (s->layout.oo.objects != 1)
		kunit_skip(test, "a slab holds more than one object");
	WRITE_ONCE(s->min_partial, 0);
	slubx_cpu_partial_set(s, 1);
	KUNIT_ASSERT_EQ(test, s->cpu_partial_slabs, 2U);
	hold_partials(test, s, slabs, 2);
	full_slab(test, s, numa_mem_id(), &x);
	slubx_kmem_cache_free(s, x);
	EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 }, { CPU_PARTIAL_FREE, 1 },
		      { CPU_PARTIAL_DRAIN, 1 }, { DEACTIVATE_EMPTY, 2 },
		      { FREE_SLAB, 2 });
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 1UL);
	EXPECT_VALID(test, cache, s);
}

static void put_chain_stacks_without_drain(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_kmem_cache_cpu *c = slubx_scene_this_cpu(s);
	struct slubx_slab *slabs[3];
	unsigned int i;

	slubx_cpu_partial_set(s, 1);
	for (i = 0; i < 3; i++) {
		slabs[i] = slubx_scene_slab(test, s, NUMA_NO_NODE, 1, NULL);
		slabs[i]->next = i ? slabs[i - 1] : NULL;
	}
	slubx_stat_clear(s);
	slubx_cpu_partial_put_chain(s, NULL);
	slubx_cpu_partial_put_chain(s, slabs[2]);
	EXPECT_NO_EVENTS(test, s);
	KUNIT_EXPECT_PTR_EQ(test, c->partial, slabs[0]);
	KUNIT_EXPECT_EQ(test, slabs[0]->slabs, 3U);
	KUNIT_EXPECT_EQ(test, slabs[1]->slabs, 2U);
	KUNIT_EXPECT_EQ(test, slabs[2]->slabs, 1U);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

/* None of what this cpu holds is of the node that is asked for. */
static void partials_of_another_node_go_back(struct kunit *test)
{
	int other = slubx_scene_other_node(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_slab *slabs[2], *slab;
	void *x = slubx_scene_alloc(test, s);

	slab = slubx_virt_to_slab(x);
	slubx_stat_clear(s);
	hold_partials(test, s, slabs, 2);
	x = slubx_kmem_cache_alloc_node(s, GFP_KERNEL, other);
	KUNIT_ASSERT_NOT_NULL(test, x);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 },
		      { ALLOC_NODE_MISMATCH, 3 }, { CPU_PARTIAL_ALLOC, 2 },
		      { DEACTIVATE_TO_HEAD, 1 }, { DEACTIVATE_TO_TAIL, 2 },
		      { DEACTIVATE_REMOTE_FREES, 2 }, { ALLOC_SLAB, 1 });
	EXPECT_LIST(test, s->node[numa_mem_id()], slab, slabs[1], slabs[0]);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

/* ---- Flushing ------------------------------------------------------------*/

static void flush_this_gives_all_back(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_kmem_cache_cpu *c = slubx_scene_this_cpu(s);
	struct slubx_slab *slabs[2], *slab;
	unsigned long tid;

	slab = slubx_virt_to_slab(slubx_scene_alloc(test, s));
	slubx_stat_clear(s);
	hold_partials(test, s, slabs, 2);
	tid = c->tid;
	slubx_cpu_flush_this(s);
	EXPECT_EVENTS(test, s, { CPUSLAB_FLUSH, 1 }, { DEACTIVATE_TO_HEAD, 1 },
		      { FREE_ADD_PARTIAL, 2 });
	KUNIT_EXPECT_NULL(test, c->slab);
	KUNIT_EXPECT_NULL(test, c->freelist);
	KUNIT_EXPECT_NULL(test, c->partial);
	KUNIT_EXPECT_NE(test, c->tid, tid);
	EXPECT_COUNTERS(test, slab, 1, 0);
	EXPECT_LIST(test, s->node[numa_mem_id()], slab, slabs[1], slabs[0]);
	EXPECT_VALID(test, cache, s);

	slubx_cpu_flush_this(s);
	EXPECT_NO_EVENTS(test, s);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

static void alloc_one(void *data)
{
	slubx_kmem_cache_alloc(data, GFP_KERNEL);
}

static void flush_dead_from_outside(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_kmem_cache_cpu *c = per_cpu_ptr(s->cpu_slab, other);
	struct slubx_slab *slab, *partial = NULL;
	unsigned int partials = slubx_has_cpu_partial(s) ? 1 : 0;
	unsigned long tid;
	void *x;

	slubx_test_on_cpu(test, other, alloc_one, s);
	slab = c->slab;
	KUNIT_ASSERT_NOT_NULL(test, slab);
	partial = full_slab(test, s, slubx_slab_nid(slab), &x);
	slubx_scene_free_on(test, other, s, &x, 1);
	KUNIT_EXPECT_TRUE(test, slubx_cpu_holds(s, other));
	if (partials)
		KUNIT_EXPECT_PTR_EQ(test, c->partial, partial);
	slubx_stat_clear(s);
	tid = c->tid;

	slubx_cpu_flush_dead(s, other);
	EXPECT_EVENTS(test, s, { CPUSLAB_FLUSH, 1 }, { DEACTIVATE_TO_HEAD, 1 },
		      { FREE_ADD_PARTIAL, partials });
	KUNIT_EXPECT_FALSE(test, slubx_cpu_holds(s, other));
	KUNIT_EXPECT_NULL(test, c->freelist);
	KUNIT_EXPECT_EQ(test, c->tid, tid + SLUBX_TID_STEP);
	EXPECT_LIST(test, slubx_scene_node_of(s, slab), slab, partial);
	EXPECT_VALID(test, cache, s);

	slubx_cpu_flush_dead(s, other);
	EXPECT_NO_EVENTS(test, s);
	slubx_scene_free_all(test, s);
}

static void flush_all_cpus(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int cpus = num_online_cpus();
	int cpu;

	slubx_test_on_cpus(test, cpu_online_mask, alloc_one, s);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, cpus }, { ALLOC_SLAB, cpus });
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_TRUE(test, slubx_cpu_holds(s, cpu));
	slubx_flush_all(s);
	EXPECT_EVENTS(test, s, { CPUSLAB_FLUSH, cpus },
		      { DEACTIVATE_TO_HEAD, cpus });
	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_FALSE(test, slubx_cpu_holds(s, cpu));
	EXPECT_VALID(test, cache, s);
	slubx_flush_all(s);
	EXPECT_NO_EVENTS(test, s);
	slubx_scene_free_all(test, s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(default_by_size),
	KUNIT_CASE(set_counts_in_slabs),
	KUNIT_CASE(pop_in_reverse),
	KUNIT_CASE(drain_over_the_limit),
	KUNIT_CASE(drain_with_limit_zero),
	KUNIT_CASE(drain_frees_empty),
	KUNIT_CASE(put_chain_stacks_without_drain),
	KUNIT_CASE(partials_of_another_node_go_back),
	KUNIT_CASE(flush_this_gives_all_back),
	KUNIT_CASE(flush_dead_from_outside),
	KUNIT_CASE(flush_all_cpus),
	{},
};

SLUBX_SCENE_SUITE(cpu_partial, cases);
