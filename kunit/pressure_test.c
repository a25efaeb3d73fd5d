// SPDX-License-Identifier: GPL-2.0
/*
 * pressure_test.c - when memory is short, empty slabs go back, of all caches,
 * and nothing else does.
 */
#include "scene.h"
#include "../slubx/pressure.h"
#include "../slubx/registry.h"

#define SIZE 512
#define ALL  100000

/* All caches, also slubx's own, have given back what was empty. */
static void settle(struct kunit *test)
{
	int node;

	for_each_node_state(node, N_NORMAL_MEMORY) {
		slubx_pressure_release(node, ALL);
		KUNIT_EXPECT_EQ(test, slubx_pressure_count(node), 0UL);
	}
}

static void list_empty_slabs(struct kunit *test, struct slubx_kmem_cache *s,
			     int node, unsigned int slabs)
{
	while (slabs--)
		slubx_scene_listed(test, s, node, 0, NULL);
}

static void empty_slabs_go_back(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	int node = numa_mem_id();
	void *x[2];

	settle(test);
	list_empty_slabs(test, s, node, 3);
	slubx_scene_listed(test, s, node, 1, &x[0]);
	slubx_scene_listed(test, s, node, s->layout.oo.objects - 1, NULL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_count(node), 3UL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_release(node, ALL), 3UL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_count(node), 0UL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_release(node, ALL), 0UL);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 2UL);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_all(test, s);
}

/* Not more than are wanted, by whole caches. */
static void enough_is_enough(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	struct slubx_kmem_cache *t = slubx_scene_cache(test, SIZE, 0);
	int node = numa_mem_id();

	settle(test);
	list_empty_slabs(test, s, node, 2);
	list_empty_slabs(test, t, node, 2);
	KUNIT_EXPECT_EQ(test, slubx_pressure_count(node), 4UL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_release(node, 1), 2UL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_count(node), 2UL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_release(node, 1), 2UL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_count(node), 0UL);
}

static void other_nodes_are_left_alone(struct kunit *test)
{
	int other = slubx_scene_other_node(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);

	settle(test);
	list_empty_slabs(test, s, other, 2);
	KUNIT_EXPECT_EQ(test, slubx_pressure_count(numa_mem_id()), 0UL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_release(numa_mem_id(), ALL), 0UL);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 2UL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_release(other, ALL), 2UL);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

/* Of cpus, what the one that is here holds. */
static void empty_slabs_of_this_cpu(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int count = 3 * s->layout.oo.objects;
	void **x = kunit_kcalloc(test, count, sizeof(*x), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	slubx_scene_alloc_many(test, s, x, count);
	slubx_scene_free_many(s, x, count - 1);
	slubx_pressure_release(numa_mem_id(), ALL);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 1UL);
	EXPECT_VALID(test, cache, s);
	slubx_kmem_cache_free(s, x[count - 1]);
	slubx_pressure_release(numa_mem_id(), ALL);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

/* Who holds the list may be the one who waits for memory. */
static void never_waits_for_the_list(struct kunit *test)
{
	mutex_lock(&slubx_mutex);
	KUNIT_EXPECT_EQ(test, slubx_pressure_count(numa_mem_id()), 0UL);
	KUNIT_EXPECT_EQ(test, slubx_pressure_release(numa_mem_id(), ALL),
			SHRINK_STOP);
	mutex_unlock(&slubx_mutex);
}

struct churn {
	int reclaimer; /* the cpu that reclaims; others make caches */
	atomic_t left;
	atomic_long_t slabs;
	atomic_t failed;
};

static void make_and_destroy(struct churn *churn)
{
	struct slubx_kmem_cache *s;
	unsigned int i;
	void *x[30];

	s = slubx_kmem_cache_create("pressure_churn", SIZE, NULL,
				    SLUBX_NO_MERGE);
	if (!s || !slubx_kmem_cache_alloc_bulk(s, GFP_KERNEL, ARRAY_SIZE(x), x))
		atomic_inc(&churn->failed);
	else
		for (i = 0; i < ARRAY_SIZE(x); i++)
			slubx_kmem_cache_free(s, x[i]);
	slubx_kmem_cache_destroy(s);
}

static void churn_or_reclaim(void *data)
{
	struct churn *churn = data;
	unsigned long slabs;
	unsigned int i;

	if (raw_smp_processor_id() != churn->reclaimer) {
		for (i = 0; i < 50; i++)
			make_and_destroy(churn);
		atomic_dec(&churn->left);
		return;
	}
	while (atomic_read(&churn->left)) {
		slabs = slubx_pressure_release(first_online_node, ALL);
		if (slabs != SHRINK_STOP)
			atomic_long_add(slabs, &churn->slabs);
		cond_resched();
	}
}

static void while_caches_come_and_go(struct kunit *test)
{
	struct churn churn = { .reclaimer = slubx_scene_other_cpu(test) };

	atomic_set(&churn.left, num_online_cpus() - 1);
	EXPECT_ERRORS(test, 0,
		      slubx_test_on_cpus(test, cpu_online_mask,
					 churn_or_reclaim, &churn));
	KUNIT_EXPECT_EQ(test, atomic_read(&churn.failed), 0);
	kunit_info(test, "%ld slabs\n", atomic_long_read(&churn.slabs));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(empty_slabs_go_back),
	KUNIT_CASE(enough_is_enough),
	KUNIT_CASE(other_nodes_are_left_alone),
	KUNIT_CASE(empty_slabs_of_this_cpu),
	KUNIT_CASE(never_waits_for_the_list),
	KUNIT_CASE(while_caches_come_and_go),
	{},
};

SLUBX_SCENE_SUITE(pressure, cases);
