// SPDX-License-Identifier: GPL-2.0
/*
 * cpu_test.c - a cpu's slab: its fast paths and tid, refilled, replaced, given
 * up for another node's. What a cpu holds beside it, and how it all goes back,
 * is in cpu_partial_test.c.
 */
#include "scene.h"

#define SIZE 256

struct bed {
	struct slubx_kmem_cache *s;
	struct slubx_kmem_cache_cpu *c;
	unsigned int objects; /* of a slab */
	void **x;	      /* room for so many */
};

static struct bed *make_bed(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	bed->s = slubx_scene_cache(test, SIZE, 0);
	bed->c = slubx_scene_this_cpu(bed->s);
	bed->objects = bed->s->layout.oo.objects;
	bed->x = kunit_kcalloc(test, bed->objects, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bed->x);
	return bed;
}

/* The cpu slab with all its objects in @bed->x. */
static struct slubx_slab *use_up(struct kunit *test, struct bed *bed)
{
	slubx_scene_alloc_many(test, bed->s, bed->x, bed->objects);
	KUNIT_ASSERT_NULL(test, bed->c->freelist);
	KUNIT_ASSERT_NOT_NULL(test, bed->c->slab);
	EXPECT_COUNTERS(test, bed->c->slab, bed->objects, 1);
	EXPECT_VALID(test, cache, bed->s);
	slubx_stat_clear(bed->s);
	return bed->c->slab;
}

/* ---- tid and freelist ----------------------------------------------------*/

static void tids_begin_apart(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	int cpu;

	if (IS_ENABLED(CONFIG_PREEMPTION))
		KUNIT_EXPECT_GE(test, SLUBX_TID_STEP + 0UL, nr_cpu_ids + 0UL);
	for_each_possible_cpu(cpu) {
		KUNIT_EXPECT_EQ(test, per_cpu_ptr(s->cpu_slab, cpu)->tid,
				cpu + 0UL);
		KUNIT_EXPECT_FALSE(test, slubx_cpu_holds(s, cpu));
		EXPECT_VALID(test, cpu, s, cpu);
	}
}

static void tid_moves_with_every_change(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	void *x = slubx_scene_alloc(test, bed->s);
	unsigned long tid = bed->c->tid;
	void *y = slubx_scene_alloc(test, bed->s);

	KUNIT_EXPECT_EQ(test, bed->c->tid, tid + SLUBX_TID_STEP);
	slubx_kmem_cache_free(bed->s, y);
	KUNIT_EXPECT_EQ(test, bed->c->tid, tid + 2 * SLUBX_TID_STEP);
	slubx_kmem_cache_free(bed->s, x);
	KUNIT_EXPECT_EQ(test, bed->c->tid, tid + 3 * SLUBX_TID_STEP);
	EXPECT_EVENTS(test, bed->s, { ALLOC_SLOWPATH, 1 }, { ALLOC_SLAB, 1 },
		      { ALLOC_FASTPATH, 1 }, { FREE_FASTPATH, 2 });
	EXPECT_VALID(test, cache, bed->s);
}

/* Some work on each cpu, not the same amount. */
static void alloc_and_free_some(void *data)
{
	struct slubx_kmem_cache *s = data;
	int i, rounds = 50 + 7 * raw_smp_processor_id();
	void *x;

	for (i = 0; i < rounds; i++) {
		x = slubx_kmem_cache_alloc(s, GFP_KERNEL);
		if (x)
			slubx_kmem_cache_free(s, x);
	}
}

static void tids_stay_apart(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned long moved;
	int cpu;

	slubx_test_on_cpus(test, cpu_online_mask, alloc_and_free_some, s);
	for_each_online_cpu(cpu) {
		moved = per_cpu_ptr(s->cpu_slab, cpu)->tid - cpu;
		KUNIT_EXPECT_EQ(test, moved % SLUBX_TID_STEP, 0UL);
		/* One installs the slab; the rest are pops and pushes. */
		KUNIT_EXPECT_GE(test, moved / SLUBX_TID_STEP, 100UL + 14 * cpu);
	}
	EXPECT_VALID(test, cache, s);
}

static void pop_and_push_at_the_head(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab;
	void *x, *y, *next;

	if (!slubx_lockless())
		kunit_skip(test, "there is no lockless path");
	KUNIT_EXPECT_NULL(test, slubx_cpu_pop(bed->s, NUMA_NO_NODE));
	x = slubx_scene_alloc(test, bed->s);
	slab = bed->c->slab;
	y = bed->c->freelist;
	next = slubx_freelist_next(bed->s, y);
	KUNIT_EXPECT_PTR_EQ(test, slubx_cpu_pop(bed->s, NUMA_NO_NODE), y);
	KUNIT_EXPECT_PTR_EQ(test, bed->c->freelist, next);

	/* A run: x before y before what is there. */
	slubx_freelist_link(bed->s, x, y);
	KUNIT_EXPECT_TRUE(test, slubx_cpu_push(bed->s, slab, x, y));
	KUNIT_EXPECT_PTR_EQ(test, bed->c->freelist, x);
	KUNIT_EXPECT_PTR_EQ(test, slubx_freelist_next(bed->s, x), y);
	KUNIT_EXPECT_PTR_EQ(test, slubx_freelist_next(bed->s, y), next);
	KUNIT_EXPECT_EQ(test, slubx_scene_length(bed->s, x), bed->objects);
	EXPECT_COUNTERS(test, slab, bed->objects, 1);
	EXPECT_VALID(test, cache, bed->s);
}

static void pop_heeds_the_node(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned long tid;
	void *x;
	int nid;

	if (!slubx_lockless())
		kunit_skip(test, "there is no lockless path");
	slubx_kmem_cache_free(bed->s, slubx_scene_alloc(test, bed->s));
	nid = slubx_slab_nid(bed->c->slab);
	tid = bed->c->tid;
	KUNIT_EXPECT_NULL(test, slubx_cpu_pop(bed->s, nid + 1));
	KUNIT_EXPECT_EQ(test, bed->c->tid, tid);
	x = slubx_cpu_pop(bed->s, nid);
	KUNIT_ASSERT_NOT_NULL(test, x);
	slubx_freelist_forget(bed->s, x);
	slubx_kmem_cache_free(bed->s, x);
}

static void push_to_no_slab_of_this_cpu(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *other =
		slubx_scene_slab(test, bed->s, NUMA_NO_NODE, 1, bed->x);
	unsigned long tid;
	void *x;

	slubx_kmem_cache_free(bed->s, slubx_scene_alloc(test, bed->s));
	x = bed->c->freelist;
	tid = bed->c->tid;
	KUNIT_EXPECT_FALSE(test,
			   slubx_cpu_push(bed->s, other, bed->x[0], bed->x[0]));
	KUNIT_EXPECT_EQ(test, bed->c->tid, tid);
	KUNIT_EXPECT_PTR_EQ(test, bed->c->freelist, x);
	EXPECT_VALID(test, cache, bed->s);
	slubx_node_put(bed->s, other, NULL);
	slubx_kmem_cache_free(bed->s, bed->x[0]);
}

/* ---- The cpu slab --------------------------------------------------------*/

static void refill_from_remote_frees(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab = use_up(test, bed);
	unsigned long tid = bed->c->tid;
	void *x;

	slubx_scene_free_on(test, other, bed->s, bed->x, 3);
	EXPECT_EVENTS(test, bed->s, { FREE_SLOWPATH, 3 }, { FREE_FROZEN, 3 });
	EXPECT_COUNTERS(test, slab, bed->objects - 3, 1);
	KUNIT_EXPECT_EQ(test, bed->c->tid, tid);

	x = slubx_scene_alloc(test, bed->s);
	EXPECT_EVENTS(test, bed->s, { ALLOC_SLOWPATH, 1 }, { ALLOC_REFILL, 1 });
	/* What was freed last. */
	KUNIT_EXPECT_PTR_EQ(test, x, bed->x[2]);
	KUNIT_EXPECT_EQ(test, slubx_scene_length(bed->s, bed->c->freelist), 2U);
	KUNIT_EXPECT_PTR_EQ(test, bed->c->slab, slab);
	KUNIT_EXPECT_NULL(test, slab->fc.freelist);
	EXPECT_COUNTERS(test, slab, bed->objects, 1);
	EXPECT_VALID(test, cache, bed->s);
	slubx_scene_free_all(test, bed->s);
}

static void full_slab_is_let_go(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab = use_up(test, bed);

	slubx_scene_alloc(test, bed->s);
	EXPECT_EVENTS(test, bed->s, { ALLOC_SLOWPATH, 1 },
		      { DEACTIVATE_BYPASS, 1 }, { ALLOC_SLAB, 1 });
	EXPECT_COUNTERS(test, slab, bed->objects, 0);
	KUNIT_EXPECT_PTR_NE(test, bed->c->slab, slab);
	EXPECT_COUNTERS(test, bed->c->slab, bed->objects, 1);
	KUNIT_EXPECT_EQ(test, slubx_scene_node_of(bed->s, slab)->nr_partial,
			0UL);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(bed->s), 2UL);
	EXPECT_VALID(test, cache, bed->s);
	slubx_scene_free_all(test, bed->s);
}

static void refill_of_nothing(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned long tid = bed->c->tid;

	KUNIT_EXPECT_NULL(test,
			  slubx_cpu_refill(bed->s, GFP_KERNEL, NUMA_NO_NODE));
	EXPECT_NO_EVENTS(test, bed->s);
	KUNIT_EXPECT_EQ(test, bed->c->tid, tid);
	use_up(test, bed);
	KUNIT_EXPECT_NULL(test,
			  slubx_cpu_refill(bed->s, GFP_KERNEL, NUMA_NO_NODE));
	EXPECT_EVENTS(test, bed->s, { DEACTIVATE_BYPASS, 1 });
	KUNIT_EXPECT_NULL(test, bed->c->slab);
	KUNIT_EXPECT_FALSE(test,
			   slubx_cpu_holds(bed->s, raw_smp_processor_id()));
	EXPECT_VALID(test, cache, bed->s);
	slubx_scene_free_all(test, bed->s);
}

static void slab_of_another_node_is_put_back(struct kunit *test)
{
	int other = slubx_scene_other_node(test);
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab;
	void *x;

	bed->x[0] = slubx_scene_alloc(test, bed->s);
	slab = bed->c->slab;
	KUNIT_ASSERT_EQ(test, slubx_slab_nid(slab), numa_mem_id());
	slubx_stat_clear(bed->s);
	x = slubx_kmem_cache_alloc_node(bed->s, GFP_KERNEL, other);
	KUNIT_ASSERT_NOT_NULL(test, x);
	EXPECT_EVENTS(test, bed->s, { ALLOC_SLOWPATH, 1 },
		      { ALLOC_NODE_MISMATCH, 1 }, { DEACTIVATE_TO_HEAD, 1 },
		      { ALLOC_SLAB, 1 });
	KUNIT_EXPECT_EQ(test, slubx_slab_nid(bed->c->slab), other);
	KUNIT_EXPECT_PTR_EQ(test, slubx_virt_to_slab(x), bed->c->slab);
	EXPECT_COUNTERS(test, slab, 1, 0);
	EXPECT_LIST(test, bed->s->node[numa_mem_id()], slab);
	EXPECT_VALID(test, cache, bed->s);
	slubx_scene_free_all(test, bed->s);
}

/* Looked at when the freelist has run out, as in SLUB. */
static void slab_of_reserves_is_put_back(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab = use_up(test, bed);

	slubx_scene_free_on(test, other, bed->s, bed->x, 2);
	slab->fc.counters.pfmemalloc = 1;
	slubx_stat_clear(bed->s);
	slubx_scene_alloc(test, bed->s);
	EXPECT_EVENTS(test, bed->s, { ALLOC_SLOWPATH, 1 },
		      { ALLOC_NODE_MISMATCH, 1 }, { DEACTIVATE_TO_TAIL, 1 },
		      { DEACTIVATE_REMOTE_FREES, 1 }, { ALLOC_SLAB, 1 });
	EXPECT_COUNTERS(test, slab, bed->objects - 2, 0);
	KUNIT_EXPECT_PTR_NE(test, bed->c->slab, slab);
	EXPECT_VALID(test, cache, bed->s);
	slubx_scene_free_all(test, bed->s);
}

static void install_replaces_what_came_first(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab, *before;
	void *freelist;

	slab = slubx_scene_slab(test, bed->s, NUMA_NO_NODE, 2, NULL);
	freelist = slubx_scene_own(slab);
	slubx_scene_alloc_many(test, bed->s, bed->x, 3);
	before = bed->c->slab;
	slubx_stat_clear(bed->s);
	KUNIT_EXPECT_PTR_EQ(test, slubx_cpu_install(bed->s, slab, freelist),
			    freelist);
	EXPECT_EVENTS(test, bed->s, { CPUSLAB_FLUSH, 1 },
		      { DEACTIVATE_TO_HEAD, 1 });
	KUNIT_EXPECT_PTR_EQ(test, bed->c->slab, slab);
	KUNIT_EXPECT_EQ(test, slubx_scene_length(bed->s, bed->c->freelist),
			bed->objects - 3);
	EXPECT_COUNTERS(test, before, 3, 0);
	EXPECT_LIST(test, slubx_scene_node_of(bed->s, before), before);
	EXPECT_VALID(test, cache, bed->s);
	slubx_scene_free_all(test, bed->s);
}

static void install_where_none_is(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned long tid = bed->c->tid;
	struct slubx_slab *slab;
	void *freelist;

	slab = slubx_scene_slab(test, bed->s, NUMA_NO_NODE, 0, NULL);
	freelist = slubx_scene_own(slab);
	slubx_stat_clear(bed->s);
	slubx_cpu_install(bed->s, slab, freelist);
	EXPECT_NO_EVENTS(test, bed->s);
	KUNIT_EXPECT_PTR_EQ(test, bed->c->slab, slab);
	KUNIT_EXPECT_NE(test, bed->c->tid, tid);
	EXPECT_VALID(test, cache, bed->s);
	slubx_freelist_forget(bed->s, freelist);
	slubx_kmem_cache_free(bed->s, freelist);
}

static void valid_finds_faults(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	int cpu = raw_smp_processor_id();
	struct slubx_slab *slab;
	void *x;

	bed->x[0] = slubx_scene_alloc(test, bed->s);
	slab = bed->c->slab;
	EXPECT_VALID(test, cpu, bed->s, cpu);
	bed->c->slab = NULL;
	KUNIT_EXPECT_FALSE(test, slubx_cpu_valid(bed->s, cpu));
	bed->c->slab = slab;
	slab->fc.counters.frozen = 0;
	KUNIT_EXPECT_FALSE(test, slubx_cpu_valid(bed->s, cpu));
	slab->fc.counters.frozen = 1;
	x = bed->c->freelist;
	bed->c->freelist = &bed;
	KUNIT_EXPECT_FALSE(test, slubx_cpu_valid(bed->s, cpu));
	bed->c->freelist = x;
	if (SLUBX_TID_STEP > 1) {
		bed->c->tid++;
		KUNIT_EXPECT_FALSE(test, slubx_cpu_valid(bed->s, cpu));
		bed->c->tid--;
	}
	EXPECT_VALID(test, cache, bed->s);
	slubx_kmem_cache_free(bed->s, bed->x[0]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(tids_begin_apart),
	KUNIT_CASE(tid_moves_with_every_change),
	KUNIT_CASE(tids_stay_apart),
	KUNIT_CASE(pop_and_push_at_the_head),
	KUNIT_CASE(pop_heeds_the_node),
	KUNIT_CASE(push_to_no_slab_of_this_cpu),
	KUNIT_CASE(refill_from_remote_frees),
	KUNIT_CASE(full_slab_is_let_go),
	KUNIT_CASE(refill_of_nothing),
	KUNIT_CASE(slab_of_another_node_is_put_back),
	KUNIT_CASE(slab_of_reserves_is_put_back),
	KUNIT_CASE(install_replaces_what_came_first),
	KUNIT_CASE(install_where_none_is),
	KUNIT_CASE(valid_finds_faults),
	{},
};

SLUBX_SCENE_SUITE(cpu, cases);
