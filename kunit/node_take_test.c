// SPDX-License-Identifier: GPL-2.0
/*
 * node_take_test.c - slabs are taken from nodes: how many, which, and from
 * which node. Beside it, what happens when frees come meanwhile.
 */
#include <linux/sched/mm.h>

#include "scene.h"

#define SIZE   256
#define ALWAYS 1023 /* remote_node_defrag_ratio: of 1024, no luck needed */

static bool take(struct slubx_kmem_cache *s, gfp_t gfp, int node,
		 struct slubx_taken *taken)
{
	*taken = (struct slubx_taken){};
	return slubx_node_take(s, gfp, node, taken);
}

static void give_back(struct slubx_kmem_cache *s, struct slubx_taken *taken)
{
	slubx_node_put(s, taken->slab, taken->freelist);
	slubx_node_put_chain(s, taken->rest);
}

static unsigned int chain_length(struct slubx_slab *slab)
{
	unsigned int count = 0;

	for (; slab; slab = slab->next)
		count++;
	return count;
}

/* @count listed slabs, the nth with n + 1 objects in use. */
static void list_slabs(struct kunit *test, struct slubx_kmem_cache *s, int node,
		       struct slubx_slab **slabs, unsigned int count)
{
	unsigned int i, objects = s->layout.oo.objects;
	struct slubx_slab *slab;

	/* The youngest stands behind all others: what was freed to it. */
	for (i = 0; i < count; i++) {
		slab = slubx_scene_listed(test, s, node, 1 + i % (objects - 1),
					  NULL);
		if (slabs)
			slabs[i] = slab;
	}
	slubx_stat_clear(s);
}

static void take_without_slabs(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_taken taken;

	KUNIT_EXPECT_FALSE(test, take(s, GFP_KERNEL, NUMA_NO_NODE, &taken));
	KUNIT_EXPECT_NULL(test, taken.slab);
	KUNIT_EXPECT_NULL(test, taken.rest);
	EXPECT_NO_EVENTS(test, s);
	EXPECT_VALID(test, cache, s);
}

/* The first for the cpu slab, emptied; half the limit more, as they are. */
static void take_a_batch(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	int node = numa_mem_id();
	struct slubx_kmem_cache_node *n = s->node[node];
	struct slubx_slab *slabs[6], *slab;
	unsigned int i, rest;
	struct slubx_taken taken;

	if (!slubx_has_cpu_partial(s))
		kunit_skip(test, "built without cpu partial lists");
	slubx_cpu_partial_set(s, s->layout.oo.objects * 2);
	KUNIT_ASSERT_EQ(test, s->cpu_partial_slabs, 4U);
	rest = 4 / 2 + 1;
	list_slabs(test, s, node, slabs, 6);
	KUNIT_ASSERT_TRUE(test, take(s, GFP_KERNEL, node, &taken));
	EXPECT_EVENTS(test, s, { ALLOC_FROM_PARTIAL, 1 },
		      { CPU_PARTIAL_NODE, rest });

	KUNIT_EXPECT_PTR_EQ(test, taken.slab, slabs[0]);
	EXPECT_COUNTERS(test, taken.slab, s->layout.oo.objects, 1);
	KUNIT_EXPECT_NULL(test, taken.slab->fc.freelist);
	KUNIT_EXPECT_EQ(test, slubx_scene_length(s, taken.freelist),
			s->layout.oo.objects - 1);
	KUNIT_EXPECT_EQ(test, chain_length(taken.rest), rest);
	/* A stack: the last that was taken is on top. */
	for (slab = taken.rest, i = rest; slab; slab = slab->next, i--) {
		KUNIT_EXPECT_PTR_EQ(test, slab, slabs[i]);
		EXPECT_COUNTERS(test, slab, 1 + i, 1);
		EXPECT_VALID(test, slab, slab);
	}
	EXPECT_LIST(test, n, slabs[4], slabs[5]);
	EXPECT_VALID(test, node, s, n);

	give_back(s, &taken);
	EXPECT_LIST(test, n, slabs[0], slabs[4], slabs[5], slabs[3], slabs[2],
		    slabs[1]);
	slubx_scene_free_all(test, s);
}

static void take_fewer_than_a_batch(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int rest = slubx_has_cpu_partial(s) ? 1 : 0;
	int node = numa_mem_id();
	struct slubx_slab *slabs[2];
	struct slubx_taken taken;

	list_slabs(test, s, node, slabs, 1 + rest);
	KUNIT_ASSERT_TRUE(test, take(s, GFP_KERNEL, node, &taken));
	EXPECT_EVENTS(test, s, { ALLOC_FROM_PARTIAL, 1 },
		      { CPU_PARTIAL_NODE, rest });
	KUNIT_EXPECT_PTR_EQ(test, taken.slab, slabs[0]);
	KUNIT_EXPECT_EQ(test, chain_length(taken.rest), rest);
	KUNIT_EXPECT_EQ(test, s->node[node]->nr_partial, 0UL);
	give_back(s, &taken);
	slubx_scene_free_all(test, s);
}

/* A limit of no slabs: still one beside the cpu slab, as SLUB does. */
static void take_with_limit_zero(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_taken taken;

	if (!slubx_has_cpu_partial(s))
		kunit_skip(test, "built without cpu partial lists");
	slubx_cpu_partial_set(s, 0);
	list_slabs(test, s, numa_mem_id(), NULL, 5);
	KUNIT_ASSERT_TRUE(test, take(s, GFP_KERNEL, NUMA_NO_NODE, &taken));
	EXPECT_EVENTS(test, s, { ALLOC_FROM_PARTIAL, 1 },
		      { CPU_PARTIAL_NODE, 1 });
	KUNIT_EXPECT_EQ(test, chain_length(taken.rest), 1U);
	give_back(s, &taken);
	slubx_scene_free_all(test, s);
}

/* ---- Reserves ------------------------------------------------------------*/

static void reserves_are_for_the_few(struct kunit *test)
{
	unsigned int saved;

	KUNIT_EXPECT_FALSE(test, slubx_may_use_reserves(GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, slubx_may_use_reserves(GFP_ATOMIC));
	KUNIT_EXPECT_TRUE(test,
			  slubx_may_use_reserves(GFP_KERNEL | __GFP_MEMALLOC));
	KUNIT_EXPECT_FALSE(test,
			   slubx_may_use_reserves(GFP_KERNEL | __GFP_MEMALLOC |
						  __GFP_NOMEMALLOC));
	saved = memalloc_noreclaim_save();
	KUNIT_EXPECT_TRUE(test, slubx_may_use_reserves(GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, slubx_may_use_reserves(GFP_KERNEL |
							__GFP_NOMEMALLOC));
	memalloc_noreclaim_restore(saved);
	KUNIT_EXPECT_FALSE(test, slubx_may_use_reserves(GFP_KERNEL));
}

static void take_passes_over_reserves(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	int node = numa_mem_id();
	struct slubx_kmem_cache_node *n = s->node[node];
	struct slubx_slab *slabs[2];
	struct slubx_taken taken;

	list_slabs(test, s, node, slabs, 2);
	slabs[0]->fc.counters.pfmemalloc = 1;
	KUNIT_ASSERT_TRUE(test, take(s, GFP_KERNEL, node, &taken));
	KUNIT_EXPECT_PTR_EQ(test, taken.slab, slabs[1]);
	KUNIT_EXPECT_NULL(test, taken.rest);
	EXPECT_LIST(test, n, slabs[0]);
	slubx_stat_clear(s);

	/* Now there is nothing else. */
	give_back(s, &taken);
	slabs[1]->fc.counters.pfmemalloc = 1;
	slubx_stat_clear(s);
	KUNIT_EXPECT_FALSE(test, take(s, GFP_KERNEL, node, &taken));
	EXPECT_NO_EVENTS(test, s);
	EXPECT_LIST(test, n, slabs[1], slabs[0]);

	KUNIT_ASSERT_TRUE(test,
			  take(s, GFP_KERNEL | __GFP_MEMALLOC, node, &taken));
	KUNIT_EXPECT_PTR_EQ(test, taken.slab, slabs[1]);
	KUNIT_EXPECT_EQ(test, taken.slab->fc.counters.pfmemalloc + 0U, 1U);
	give_back(s, &taken);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

/* ---- Other nodes ---------------------------------------------------------*/

/* May a request for @node have slabs of @other, which has @slabs of them? */
static bool take_remote(struct kunit *test, struct slubx_kmem_cache *s,
			gfp_t gfp, int node, unsigned int ratio)
{
	unsigned int rest = 0;
	struct slubx_taken taken;
	bool got;

	s->remote_node_defrag_ratio = ratio;
	slubx_stat_clear(s);
	got = take(s, gfp, node, &taken);
	s->remote_node_defrag_ratio = 0;
	if (!got) {
		EXPECT_NO_EVENTS(test, s);
		return false;
	}
	rest = chain_length(taken.rest);
	EXPECT_EVENTS(test, s, { ALLOC_FROM_PARTIAL, 1 },
		      { CPU_PARTIAL_NODE, rest });
	give_back(s, &taken);
	EXPECT_VALID(test, cache, s);
	return true;
}

static void take_remote_surplus(struct kunit *test)
{
	int other = slubx_scene_other_node(test), here = numa_mem_id();
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_kmem_cache_node *n = s->node[other];

	list_slabs(test, s, other, NULL, s->min_partial);
	KUNIT_ASSERT_EQ(test, n->nr_partial, s->min_partial);
	KUNIT_EXPECT_FALSE(test,
			   take_remote(test, s, GFP_KERNEL, here, ALWAYS));
	list_slabs(test, s, other, NULL, 1);
	KUNIT_EXPECT_TRUE(test, take_remote(test, s, GFP_KERNEL, here, ALWAYS));
	KUNIT_EXPECT_TRUE(test, take_remote(test, s, GFP_KERNEL, NUMA_NO_NODE,
					    ALWAYS));
	KUNIT_EXPECT_FALSE(test, take_remote(test, s, GFP_KERNEL, here, 0));
	KUNIT_EXPECT_FALSE(test,
			   take_remote(test, s, GFP_KERNEL | __GFP_THISNODE,
				       here, ALWAYS));
	/* No node was named, so there is none to insist on. */
	KUNIT_EXPECT_TRUE(test,
			  take_remote(test, s, GFP_KERNEL | __GFP_THISNODE,
				      NUMA_NO_NODE, ALWAYS));
	/* Its own surplus a node gives to the last slab. */
	KUNIT_EXPECT_TRUE(test,
			  take_remote(test, s, GFP_KERNEL | __GFP_THISNODE,
				      other, 0));
	slubx_scene_free_all(test, s);
}

static void take_local_first(struct kunit *test)
{
	int other = slubx_scene_other_node(test), here = numa_mem_id();
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_slab *slab;
	struct slubx_taken taken;

	list_slabs(test, s, other, NULL, s->min_partial + 1);
	list_slabs(test, s, here, &slab, 1);
	s->remote_node_defrag_ratio = ALWAYS;
	KUNIT_ASSERT_TRUE(test, take(s, GFP_KERNEL, NUMA_NO_NODE, &taken));
	KUNIT_EXPECT_PTR_EQ(test, taken.slab, slab);
	KUNIT_EXPECT_NULL(test, taken.rest);
	give_back(s, &taken);
	slubx_scene_free_all(test, s);
}

/* ---- Frees meanwhile -----------------------------------------------------*/

#define ROUNDS 500

struct race {
	struct slubx_kmem_cache *s;
	int owner; /* the cpu that puts slabs */
	struct slubx_slab *slab;
	void **x;
	unsigned int objects;
	atomic_t ready; /* who stands at the line */
};

static void at_the_line(struct race *race, int round)
{
	atomic_inc(&race->ready);
	slubx_scene_wait(&race->ready, 2 * round);
}

/*
 * The owner puts a slab of which it holds every third object, while the others
 * are freed: whoever comes last lists it, or leaves it to be freed.
 */
static void own_one_round(struct race *race, int round)
{
	struct slubx_kmem_cache *s = race->s;
	struct slubx_slab *slab = slubx_slab_new(s, GFP_KERNEL, NUMA_NO_NODE);
	void *x = slubx_scene_own(slab), *mine = NULL, *next;
	unsigned int i;

	race->objects = 0;
	for (i = 0; x; x = next, i++) {
		next = slubx_freelist_next(s, x);
		if (i % 3 || round % 2) {
			race->x[race->objects++] = x;
		} else {
			slubx_freelist_link(s, x, mine);
			mine = x;
		}
	}
	race->slab = slab;
	at_the_line(race, 2 * round - 1);
	slubx_node_put(s, slab, mine);
	at_the_line(race, 2 * round);
}

static void put_or_free(void *data)
{
	struct race *race = data;
	int round;
	unsigned int i;
	void *x;

	for (round = 1; round <= ROUNDS; round++) {
		if (raw_smp_processor_id() == race->owner) {
			own_one_round(race, round);
			continue;
		}
		at_the_line(race, 2 * round - 1);
		for (i = 0; i < race->objects; i++) {
			x = race->x[i];
			slubx_node_free(race->s, race->slab, x, x, 1);
		}
		at_the_line(race, 2 * round);
	}
}

static void put_and_free_at_once(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct cpumask *cpus = kunit_kzalloc(test, cpumask_size(), GFP_KERNEL);
	struct race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);

	KUNIT_ASSERT_NOT_NULL(test, cpus);
	KUNIT_ASSERT_NOT_NULL(test, race);
	race->s = s;
	race->owner = raw_smp_processor_id();
	race->x = kunit_kcalloc(test, s->layout.oo.objects, sizeof(void *),
				GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, race->x);
	cpumask_set_cpu(race->owner, cpus);
	cpumask_set_cpu(other, cpus);
	slubx_test_on_cpus(test, cpus, put_or_free, race);

	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_EQ(test, slubx_stat_sum(s, ALLOC_SLAB), ROUNDS + 0UL);
	KUNIT_EXPECT_EQ(test, slubx_stat_sum(s, FREE_SLAB),
			ROUNDS - slubx_cache_slabs(s));
	slubx_kmem_cache_shrink(s);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(take_without_slabs),
	KUNIT_CASE(take_a_batch),
	KUNIT_CASE(take_fewer_than_a_batch),
	KUNIT_CASE(take_with_limit_zero),
	KUNIT_CASE(reserves_are_for_the_few),
	KUNIT_CASE(take_passes_over_reserves),
	KUNIT_CASE(take_remote_surplus),
	KUNIT_CASE(take_local_first),
	KUNIT_CASE(put_and_free_at_once),
	{},
};

SLUBX_SCENE_SUITE(node_take, cases);
