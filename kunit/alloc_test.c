// SPDX-License-Identifier: GPL-2.0
/*
 * alloc_test.c - each rung of the ladder is reached, in the right order, and
 * nodes are heeded. What objects hold, and contexts: alloc_object_test.c.
 */
#include <linux/kmsg_dump.h>

#include "scene.h"
#include "../slubx/fault.h"

#define SIZE   256
#define ALWAYS 1023 /* remote_node_defrag_ratio: of 1024, no luck needed */

/* A new slab (rung 5), its objects (fast path), what came back (rung 1). */
static void rungs_of_one_slab(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int objects = s->layout.oo.objects;
	void **x = kunit_kcalloc(test, objects, sizeof(*x), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	x[0] = slubx_scene_alloc(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { ALLOC_SLAB, 1 });
	slubx_scene_alloc_many(test, s, x + 1, objects - 1);
	EXPECT_EVENTS(test, s, { ALLOC_FASTPATH, objects - 1 });
	slubx_scene_free_on(test, other, s, x, 2);
	EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 2 }, { FREE_FROZEN, 2 });
	x[0] = slubx_scene_alloc(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { ALLOC_REFILL, 1 });
	x[1] = slubx_scene_alloc(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_FASTPATH, 1 });
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 1UL);
	slubx_scene_free_many(s, x, objects);
	EXPECT_EVENTS(test, s, { FREE_FASTPATH, objects });
	EXPECT_VALID(test, cache, s);
}

/* Rung 2 before 3 before 5: each cheaper than the next. */
static void rungs_in_order(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int i, objects = s->layout.oo.objects;
	void **x = kunit_kcalloc(test, objects, sizeof(*x), GFP_KERNEL);
	struct slubx_slab *held, *listed;

	KUNIT_ASSERT_NOT_NULL(test, x);
	if (!slubx_has_cpu_partial(s))
		kunit_skip(test, "built without cpu partial lists");
	listed = slubx_scene_listed(test, s, numa_mem_id(), objects - 1, NULL);
	held = slubx_scene_listed(test, s, numa_mem_id(), objects, x);
	slubx_kmem_cache_free(s, x[0]);
	slubx_stat_clear(s);

	x[0] = slubx_scene_alloc(test, s);
	KUNIT_EXPECT_PTR_EQ(test, slubx_virt_to_slab(x[0]), held);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { CPU_PARTIAL_ALLOC, 1 },
		      { ALLOC_REFILL, 1 });
	x[1] = slubx_scene_alloc(test, s);
	KUNIT_EXPECT_PTR_EQ(test, slubx_virt_to_slab(x[1]), listed);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { DEACTIVATE_BYPASS, 1 },
		      { ALLOC_FROM_PARTIAL, 1 });
	slubx_scene_alloc(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { DEACTIVATE_BYPASS, 1 },
		      { ALLOC_SLAB, 1 });
	for (i = 1; i < objects; i++)
		slubx_scene_alloc(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_FASTPATH, objects - 1 });
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

/* Rung 3 takes more than it needs: the rest is rung 2 of the next. */
static void node_gives_a_batch(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int i, objects = s->layout.oo.objects;

	if (!slubx_has_cpu_partial(s))
		kunit_skip(test, "built without cpu partial lists");
	slubx_cpu_partial_set(s, objects);
	KUNIT_ASSERT_EQ(test, s->cpu_partial_slabs, 2U);
	for (i = 0; i < 4; i++)
		slubx_scene_listed(test, s, numa_mem_id(), objects - 1, NULL);
	slubx_stat_clear(s);
	slubx_scene_alloc(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { ALLOC_FROM_PARTIAL, 1 },
		      { CPU_PARTIAL_NODE, 2 });
	KUNIT_EXPECT_EQ(test, s->node[numa_mem_id()]->nr_partial, 1UL);
	KUNIT_EXPECT_EQ(test, slubx_scene_this_cpu(s)->partial->slabs, 2U);
	EXPECT_VALID(test, cache, s);
	for (i = 0; i < 2; i++) {
		slubx_scene_alloc(test, s);
		EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 },
			      { DEACTIVATE_BYPASS, 1 },
			      { CPU_PARTIAL_ALLOC, 1 }, { ALLOC_REFILL, 1 });
	}
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

static void make_surplus(struct kunit *test, struct slubx_kmem_cache *s,
			 int node)
{
	unsigned int i;

	slubx_cpu_partial_set(s, 0);
	for (i = 0; i <= s->min_partial; i++)
		slubx_scene_listed(test, s, node, 1, NULL);
	s->remote_node_defrag_ratio = ALWAYS;
	slubx_stat_clear(s);
}

/* Rung 4. */
static void other_node_gives_its_surplus(struct kunit *test)
{
	int other = slubx_scene_other_node(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int rest = slubx_has_cpu_partial(s) ? 1 : 0;
	void *x;

	make_surplus(test, s, other);
	x = slubx_scene_alloc(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { ALLOC_FROM_PARTIAL, 1 },
		      { CPU_PARTIAL_NODE, rest });
	KUNIT_EXPECT_EQ(test, slubx_slab_nid(slubx_virt_to_slab(x)), other);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

/* ---- Nodes ---------------------------------------------------------------*/

static void objects_of_the_node_asked_for(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int i, objects = s->layout.oo.objects;
	struct slubx_slab *slab;
	int node;
	void *x;

	for (i = 0; i < 2 * objects; i++) {
		for_each_node_state(node, N_NORMAL_MEMORY) {
			x = slubx_kmem_cache_alloc_node(
				s,
				i & 1 ? GFP_KERNEL | __GFP_THISNODE :
					GFP_KERNEL,
				node);
			slab = slubx_virt_to_slab(x);
			KUNIT_ASSERT_NOT_NULL(test, slab);
			KUNIT_EXPECT_EQ(test, slubx_slab_nid(slab), node);
		}
	}
	for_each_node_state(node, N_NORMAL_MEMORY)
		KUNIT_EXPECT_EQ(test,
				atomic_long_read(&s->node[node]->nr_slabs), 2L);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

/* One failure at each site: the first new slab is not to be had. */
static void fail_once(void)
{
	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, 1);
	slubx_fault_arm(SLUBX_FAULT_PAGE_MIN, 0, 1);
}

/* A hint is worth a new slab there; then comes what others have. */
static void hint_before_others_surplus(struct kunit *test)
{
	int other = slubx_scene_other_node(test), here = numa_mem_id();
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int rest = slubx_has_cpu_partial(s) ? 1 : 0;
	void *x;

	make_surplus(test, s, here);
	x = slubx_kmem_cache_alloc_node(s, GFP_KERNEL, other);
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, slubx_slab_nid(slubx_virt_to_slab(x)), other);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { ALLOC_SLAB, 1 });
	slubx_kmem_cache_free(s, x);
	slubx_kmem_cache_shrink(s);
	slubx_stat_clear(s);

	fail_once();
	x = slubx_kmem_cache_alloc_node(s, GFP_KERNEL, other);
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, slubx_slab_nid(slubx_virt_to_slab(x)), here);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { ALLOC_FROM_PARTIAL, 1 },
		      { CPU_PARTIAL_NODE, rest });
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

static void thisnode_or_nothing(struct kunit *test)
{
	int other = slubx_scene_other_node(test), here = numa_mem_id();
	gfp_t gfp = GFP_KERNEL | __GFP_THISNODE | __GFP_NOWARN;
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);

	make_surplus(test, s, here);
	fail_once();
	KUNIT_EXPECT_NULL(test, slubx_kmem_cache_alloc_node(s, gfp, other));
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 });
	KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_PAGE_MIN), 1U);
	KUNIT_EXPECT_EQ(test, s->node[here]->nr_partial, s->min_partial + 1);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

static void bad_nodes_are_reported_and_served(struct kunit *test)
{
	static const int nodes[] = { 999, -5, INT_MAX, INT_MIN };
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int i;
	void *x;

	slubx_kmem_cache_free(s, slubx_scene_alloc(test, s));
	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		EXPECT_ERRORS(test, 1,
			      x = slubx_kmem_cache_alloc_node(s, GFP_KERNEL,
							      nodes[i]));
		KUNIT_ASSERT_NOT_NULL(test, x);
		KUNIT_EXPECT_PTR_EQ(test, slubx_virt_to_slab(x)->slab_cache, s);
		slubx_kmem_cache_free(s, x);
		EXPECT_VALID(test, cache, s);
	}
	EXPECT_ERRORS(test, 0,
		      x = slubx_kmem_cache_alloc_node(s, GFP_KERNEL,
						      NUMA_NO_NODE));
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 1UL);
}

/* ---- No memory -----------------------------------------------------------*/

/* Lines of the kernel's log that hold @text. */
static unsigned int log_lines(const char *text)
{
	struct kmsg_dump_iter iter;
	unsigned int count = 0;
	static char line[256];
	size_t length;

	kmsg_dump_rewind(&iter);
	while (kmsg_dump_get_line(&iter, false, line, sizeof(line) - 1,
				  &length)) {
		line[length] = '\0';
		count += !!strstr(line, text);
	}
	return count;
}

#define COMPLAINT "slubx: Unable to allocate memory"

static void expect_none(struct kunit *test, struct slubx_kmem_cache *s,
			gfp_t gfp, unsigned int complaints)
{
	struct slubx_kmem_cache_cpu *c = slubx_scene_this_cpu(s), before = *c;
	unsigned int lines = log_lines(COMPLAINT);

	fail_once();
	EXPECT_ERRORS(test, 0,
		      KUNIT_EXPECT_NULL(test, slubx_kmem_cache_alloc(s, gfp)));
	KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_PAGE_MIN), 1U);
	KUNIT_EXPECT_EQ(test, log_lines(COMPLAINT), lines + complaints);
	KUNIT_EXPECT_PTR_EQ(test, c->slab, before.slab);
	KUNIT_EXPECT_PTR_EQ(test, c->freelist, before.freelist);
	KUNIT_EXPECT_PTR_EQ(test, c->partial, before.partial);
	KUNIT_EXPECT_EQ(test, c->tid, before.tid);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 });
	EXPECT_VALID(test, cache, s);
}

static void no_memory_is_null(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);

	expect_none(test, s, GFP_KERNEL | __GFP_NOWARN, 0);
	expect_none(test, s, GFP_ATOMIC | __GFP_NOWARN, 0);
	expect_none(test, s, GFP_KERNEL, 1);
	expect_none(test, s, GFP_ATOMIC, 1);
	/* And then there is some. */
	slubx_kmem_cache_free(s, slubx_scene_alloc(test, s));
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { ALLOC_SLAB, 1 },
		      { FREE_FASTPATH, 1 });
}

/* A smaller slab than the cache likes, and all its objects can be had. */
static void objects_of_a_smaller_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 512, 0);
	unsigned int i;

	slubx_fault_arm(SLUBX_FAULT_PAGE_PREFERRED, 0, 1);
	for (i = 0; i < s->layout.min.objects; i++)
		slubx_scene_alloc(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { ALLOC_SLAB, 1 },
		      { ORDER_FALLBACK, 1 },
		      { ALLOC_FASTPATH, s->layout.min.objects - 1 });
	slubx_scene_alloc(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { DEACTIVATE_BYPASS, 1 },
		      { ALLOC_SLAB, 1 });
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rungs_of_one_slab),
	KUNIT_CASE(rungs_in_order),
	KUNIT_CASE(node_gives_a_batch),
	KUNIT_CASE(other_node_gives_its_surplus),
	KUNIT_CASE(objects_of_the_node_asked_for),
	KUNIT_CASE(hint_before_others_surplus),
	KUNIT_CASE(thisnode_or_nothing),
	KUNIT_CASE(bad_nodes_are_reported_and_served),
	KUNIT_CASE(no_memory_is_null),
	KUNIT_CASE(objects_of_a_smaller_slab),
	{},
};

SLUBX_SCENE_SUITE(alloc, cases);
