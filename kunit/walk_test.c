// SPDX-License-Identifier: GPL-2.0
/*
 * walk_test.c - every slab of a cache is found once, whatever its state, and
 * none of another.
 */
#include "scene.h"
#include "../slubx/walk.h"

#define SLABS_MAX 64

struct seen {
	struct slubx_slab *slab[SLABS_MAX];
	unsigned int count;
};

static void note(struct slubx_slab *slab, void *arg)
{
	struct seen *seen = arg;

	if (seen->count < SLABS_MAX)
		seen->slab[seen->count] = slab;
	seen->count++;
}

static unsigned int times_seen(const struct seen *seen,
			       const struct slubx_slab *slab)
{
	unsigned int i, times = 0;

	for (i = 0; i < min_t(unsigned int, seen->count, SLABS_MAX); i++)
		times += seen->slab[i] == slab;
	return times;
}

/* Each of these slabs is found once, and no other. */
static void expect_walk(struct kunit *test, struct slubx_kmem_cache *s,
			struct slubx_slab *const *slabs, unsigned int count)
{
	struct seen *seen = kunit_kzalloc(test, sizeof(*seen), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	KUNIT_EXPECT_EQ(test, slubx_walk_slabs(s, note, seen), count + 0UL);
	KUNIT_EXPECT_EQ(test, seen->count, count);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), count + 0UL);
	for (i = 0; i < count; i++)
		KUNIT_EXPECT_EQ_MSG(test, times_seen(seen, slabs[i]), 1U,
				    "slab %u", i);
}

static void walk_without_slabs(struct kunit *test)
{
	expect_walk(test, slubx_scene_cache(test, 256, 0), NULL, 0);
}

/* A slab of each state: full, listed, kept empty, a cpu's, a cpu's partial. */
static void walk_finds_all_states(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 1024, 0);
	struct slubx_kmem_cache *t = slubx_scene_cache(test, 1024, 0);
	unsigned int objects = s->layout.oo.objects;
	struct slubx_slab *slabs[5];
	void **x;

	if (!slubx_has_cpu_partial(s))
		kunit_skip(test, "built without cpu partial lists");
	x = kunit_kcalloc(test, objects, sizeof(*x), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	slabs[0] = slubx_scene_listed(test, s, NUMA_NO_NODE, objects, NULL);
	slabs[1] = slubx_virt_to_slab(slubx_scene_alloc(test, s));
	slabs[2] = slubx_scene_listed(test, s, NUMA_NO_NODE, 1, NULL);
	slabs[3] = slubx_scene_listed(test, s, NUMA_NO_NODE, 0, NULL);
	slabs[4] = slubx_scene_listed(test, s, NUMA_NO_NODE, objects, x);
	slubx_kmem_cache_free(s, x[0]);
	KUNIT_EXPECT_PTR_EQ(test, slubx_scene_this_cpu(s)->slab, slabs[1]);
	KUNIT_EXPECT_PTR_EQ(test, slubx_scene_this_cpu(s)->partial, slabs[4]);

	slubx_scene_alloc(test, t);
	expect_walk(test, s, slabs, ARRAY_SIZE(slabs));
	slubx_scene_free_all(test, s);
	slubx_scene_free_all(test, t);
}

/* Of both orders, on all nodes. */
static void walk_finds_all_orders_and_nodes(struct kunit *test)
{
	static const unsigned int sizes[] = { 64, 512, 4096, 100000 };
	struct slubx_slab *slabs[SLABS_MAX];
	struct slubx_kmem_cache *s;
	unsigned int i, count;
	int node;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		s = slubx_scene_cache(test, sizes[i], 0);
		count = 0;
		for_each_node_state(node, N_NORMAL_MEMORY) {
			if (count > SLABS_MAX - 3)
				break;
			slabs[count++] =
				slubx_scene_listed(test, s, node, 0, NULL);
			slabs[count++] =
				slubx_scene_listed(test, s, node, 1, NULL);
			slabs[count++] = slubx_scene_listed(
				test, s, node, s->layout.oo.objects, NULL);
		}
		expect_walk(test, s, slabs, count);
		slubx_scene_free_all(test, s);
		slubx_kmem_cache_shrink(s);
		expect_walk(test, s, NULL, 0);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(walk_without_slabs),
	KUNIT_CASE(walk_finds_all_states),
	KUNIT_CASE(walk_finds_all_orders_and_nodes),
	{},
};

SLUBX_SCENE_SUITE(walk, cases);
