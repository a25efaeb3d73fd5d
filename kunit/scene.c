// SPDX-License-Identifier: GPL-2.0
/*
 * scene.c - see scene.h.
 */
#include <linux/bitmap.h>
#include <linux/sched.h>
#include <linux/static_key.h>

#include "scene.h"
#include "../slubx/failslab.h"
#include "../slubx/fault.h"
#include "../slubx/flush.h"
#include "../slubx/walk.h"

/* The thread of a case is its own, so it stays where it is put. */
int slubx_scene_init(struct kunit *test)
{
	int err = slubx_test_init(test);

	if (err)
		return err;
	slubx_stat_switch(true);
	return set_cpus_allowed_ptr(current,
				    cpumask_of(cpumask_first(cpu_online_mask)));
}

/* Nothing is left behind by a case that went well. */
void slubx_scene_exit(struct kunit *test)
{
	bool good = READ_ONCE(test->status) != KUNIT_FAILURE;
	long errors = atomic_long_read(&slubx_error_count);

	slubx_fault_disarm();
	slubx_test_exit(test);
	if (good)
		KUNIT_EXPECT_EQ(test, atomic_long_read(&slubx_error_count),
				errors);
	slubx_stat_switch(false);
}

struct slubx_kmem_cache *
slubx_scene_cache(struct kunit *test, unsigned int size, slubx_flags_t flags)
{
	struct slubx_kmem_cache *s;

	s = slubx_test_keep(
		test, slubx_kmem_cache_create("slubx_scene", size, 0,
					      flags | SLUBX_NO_MERGE, NULL));
	s->remote_node_defrag_ratio = 0;
	return s;
}

int slubx_scene_other_cpu(struct kunit *test)
{
	unsigned int cpu =
		cpumask_any_but(cpu_online_mask, raw_smp_processor_id());

	if (cpu >= nr_cpu_ids)
		kunit_skip(test, "needs two cpus");
	return cpu;
}

int slubx_scene_other_node(struct kunit *test)
{
	int node;

	for_each_node_state(node, N_NORMAL_MEMORY)
		if (node != numa_mem_id())
			return node;
	kunit_skip(test, "needs two nodes with memory");
	return NUMA_NO_NODE;
}

/* ---- Objects -------------------------------------------------------------*/

void *slubx_scene_alloc(struct kunit *test, struct slubx_kmem_cache *s)
{
	void *x = slubx_kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	return x;
}

void slubx_scene_alloc_many(struct kunit *test, struct slubx_kmem_cache *s,
			    void **x, unsigned int count)
{
	while (count--)
		x[count] = slubx_scene_alloc(test, s);
}

void slubx_scene_free_many(struct slubx_kmem_cache *s, void **x,
			   unsigned int count)
{
	while (count--)
		slubx_kmem_cache_free(s, *x++);
}

struct frees {
	struct slubx_kmem_cache *s;
	void **x;
	unsigned int count;
};

static void free_here(void *data)
{
	struct frees *frees = data;

	slubx_scene_free_many(frees->s, frees->x, frees->count);
}

void slubx_scene_free_on(struct kunit *test, int cpu,
			 struct slubx_kmem_cache *s, void **x,
			 unsigned int count)
{
	struct frees frees = { .s = s, .x = x, .count = count };

	slubx_test_on_cpu(test, cpu, free_here, &frees);
}

/* ---- Slabs ---------------------------------------------------------------*/

struct slubx_slab *slubx_scene_slab(struct kunit *test,
				    struct slubx_kmem_cache *s, int node,
				    unsigned int used, void **x)
{
	struct slubx_slab *slab = slubx_slab_new(s, GFP_KERNEL, node);
	void *taken;

	KUNIT_ASSERT_NOT_NULL(test, slab);
	KUNIT_ASSERT_LE(test, used, slab->fc.counters.objects + 0U);
	while (used--) {
		taken = slab->fc.freelist;
		slab->fc.freelist = slubx_freelist_next(s, taken);
		slab->fc.counters.inuse++;
		slubx_freelist_forget(s, taken);
		if (x)
			*x++ = taken;
	}
	return slab;
}

struct slubx_slab *slubx_scene_listed(struct kunit *test,
				      struct slubx_kmem_cache *s, int node,
				      unsigned int used, void **x)
{
	struct slubx_slab *slab = slubx_scene_slab(test, s, node, used, x);

	slubx_node_put(s, slab, NULL);
	return slab;
}

void *slubx_scene_own(struct slubx_slab *slab)
{
	void *freelist = slab->fc.freelist;

	slab->fc.freelist = NULL;
	slab->fc.counters.inuse = slab->fc.counters.objects;
	return freelist;
}

struct used {
	struct slubx_kmem_cache *s;
	unsigned long *map;
	void **x;
	unsigned long count;
};

/* Objects of a slab that is nobody's, if they are on no freelist. */
static void collect_used(struct slubx_slab *slab, void *arg)
{
	unsigned int i, objects = slab->fc.counters.objects;
	struct used *used = arg;

	bitmap_zero(used->map, objects);
	slubx_slab_free_objects(slab->slab_cache, slab, used->map);
	for_each_clear_bit(i, used->map, objects) {
		used->x[used->count] = slubx_slab_object(slab, i);
		slubx_freelist_forget(used->s, used->x[used->count++]);
	}
}

void slubx_scene_free_all(struct kunit *test, struct slubx_kmem_cache *s)
{
	unsigned long objects = slubx_cache_slabs(s) * s->layout.oo.objects;
	struct used used = { .s = s };

	used.map = kunit_kcalloc(test, BITS_TO_LONGS(SLUBX_MAX_OBJS_PER_SLAB),
				 sizeof(long), GFP_KERNEL);
	used.x = kunit_kcalloc(test, objects + 1, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, used.map);
	KUNIT_ASSERT_NOT_NULL(test, used.x);
	slubx_flush_all(s);
	slubx_walk_slabs(s, collect_used, &used);
	slubx_scene_free_many(s, used.x, used.count);
	EXPECT_VALID(test, cache, s);
}

void slubx_scene_expect_list(struct kunit *test,
			     struct slubx_kmem_cache_node *n, int line,
			     struct slubx_slab *const *slabs,
			     unsigned int count)
{
	struct slubx_slab *slab;
	unsigned int i = 0;

	KUNIT_EXPECT_EQ_MSG(test, n->nr_partial, count + 0UL, "line %d", line);
	list_for_each_entry(slab, &n->partial, slab_list) {
		if (i < count)
			KUNIT_EXPECT_PTR_EQ_MSG(test, slab, slabs[i],
						"line %d: slab %u", line, i);
		if (++i > n->nr_partial)
			break;
	}
	KUNIT_EXPECT_EQ_MSG(test, i, count, "line %d", line);
}

/* ---- Events --------------------------------------------------------------*/

static const char *const names[NR_SLUBX_STAT_ITEMS] = {
	[ALLOC_FASTPATH] = "ALLOC_FASTPATH",
	[ALLOC_SLOWPATH] = "ALLOC_SLOWPATH",
	[FREE_FASTPATH] = "FREE_FASTPATH",
	[FREE_SLOWPATH] = "FREE_SLOWPATH",
	[FREE_FROZEN] = "FREE_FROZEN",
	[FREE_ADD_PARTIAL] = "FREE_ADD_PARTIAL",
	[FREE_REMOVE_PARTIAL] = "FREE_REMOVE_PARTIAL",
	[ALLOC_FROM_PARTIAL] = "ALLOC_FROM_PARTIAL",
	[ALLOC_SLAB] = "ALLOC_SLAB",
	[ALLOC_REFILL] = "ALLOC_REFILL",
	[ALLOC_NODE_MISMATCH] = "ALLOC_NODE_MISMATCH",
	[FREE_SLAB] = "FREE_SLAB",
	[CPUSLAB_FLUSH] = "CPUSLAB_FLUSH",
	[DEACTIVATE_FULL] = "DEACTIVATE_FULL",
	[DEACTIVATE_EMPTY] = "DEACTIVATE_EMPTY",
	[DEACTIVATE_TO_HEAD] = "DEACTIVATE_TO_HEAD",
	[DEACTIVATE_TO_TAIL] = "DEACTIVATE_TO_TAIL",
	[DEACTIVATE_REMOTE_FREES] = "DEACTIVATE_REMOTE_FREES",
	[DEACTIVATE_BYPASS] = "DEACTIVATE_BYPASS",
	[ORDER_FALLBACK] = "ORDER_FALLBACK",
	[CMPXCHG_DOUBLE_CPU_FAIL] = "CMPXCHG_DOUBLE_CPU_FAIL",
	[CMPXCHG_DOUBLE_FAIL] = "CMPXCHG_DOUBLE_FAIL",
	[CPU_PARTIAL_ALLOC] = "CPU_PARTIAL_ALLOC",
	[CPU_PARTIAL_FREE] = "CPU_PARTIAL_FREE",
	[CPU_PARTIAL_NODE] = "CPU_PARTIAL_NODE",
	[CPU_PARTIAL_DRAIN] = "CPU_PARTIAL_DRAIN",
};

void slubx_scene_expect_events(struct kunit *test, struct slubx_kmem_cache *s,
			       int line, const struct slubx_event *events,
			       unsigned int count)
{
	unsigned long expected[NR_SLUBX_STAT_ITEMS] = {};
	int item;

	while (count--)
		expected[events[count].item] += events[count].count;
	if (!slubx_lockless()) {
		expected[ALLOC_SLOWPATH] += expected[ALLOC_FASTPATH];
		expected[ALLOC_FASTPATH] = 0;
	}
	for (item = 0; item < NR_SLUBX_STAT_ITEMS; item++)
		KUNIT_EXPECT_EQ_MSG(test, slubx_stat_sum(s, item),
				    expected[item], "line %d: %s", line,
				    names[item]);
	slubx_stat_clear(s);
}
