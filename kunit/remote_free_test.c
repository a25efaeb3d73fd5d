// SPDX-License-Identifier: GPL-2.0
/*
 * remote_free_test.c - objects are freed on other cpus than they were
 * allocated on: one by one, by all at once, and round in a ring.
 */
#include "scene.h"

#define SIZE 256

/* All objects of this cpu's slab, in an array. */
static void **use_up(struct kunit *test, struct slubx_kmem_cache *s)
{
	unsigned int objects = s->layout.oo.objects;
	void **x = kunit_kcalloc(test, objects, sizeof(*x), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	slubx_scene_alloc_many(test, s, x, objects);
	EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { ALLOC_SLAB, 1 },
		      { ALLOC_FASTPATH, objects - 1 });
	return x;
}

/* The owner's slab takes objects back from every other cpu. */
static void from_every_cpu_to_a_cpu_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int objects = s->layout.oo.objects, freed = 0;
	void **x = use_up(test, s);
	struct slubx_slab *slab = slubx_virt_to_slab(x[0]);
	int cpu;

	for_each_online_cpu(cpu) {
		if (cpu == raw_smp_processor_id() || freed == objects)
			continue;
		slubx_scene_free_on(test, cpu, s, &x[freed++], 1);
		EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 },
			      { FREE_FROZEN, 1 });
		EXPECT_COUNTERS(test, slab, objects - freed, 1);
		KUNIT_EXPECT_PTR_EQ(test, slab->fc.freelist, x[freed - 1]);
		KUNIT_EXPECT_FALSE(test, slubx_cpu_holds(s, cpu));
		EXPECT_VALID(test, cache, s);
	}
	KUNIT_EXPECT_PTR_EQ(test, slubx_scene_this_cpu(s)->slab, slab);
	slubx_scene_free_many(s, x + freed, objects - freed);
	EXPECT_EVENTS(test, s, { FREE_FASTPATH, objects - freed });
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 1UL);
}

/* The cpu that frees first to a full slab has it from then on. */
static void to_a_full_slab_moves_it(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int objects = s->layout.oo.objects;
	struct slubx_slab *slab;
	void **x;

	if (!slubx_has_cpu_partial(s))
		kunit_skip(test, "built without cpu partial lists");
	x = use_up(test, s);
	slab = slubx_virt_to_slab(x[0]);
	KUNIT_EXPECT_NULL(test, slubx_cpu_refill(s, GFP_KERNEL, NUMA_NO_NODE));
	slubx_stat_clear(s);
	slubx_scene_free_on(test, other, s, x, 1);
	EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 }, { CPU_PARTIAL_FREE, 1 });
	EXPECT_COUNTERS(test, slab, objects - 1, 1);
	KUNIT_EXPECT_PTR_EQ(test, per_cpu_ptr(s->cpu_slab, other)->partial,
			    slab);
	KUNIT_EXPECT_NULL(test, slubx_scene_this_cpu(s)->partial);
	EXPECT_VALID(test, cache, s);

	/* Now we are the others. */
	slubx_kmem_cache_free(s, x[1]);
	EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 }, { FREE_FROZEN, 1 });
	EXPECT_COUNTERS(test, slab, objects - 2, 1);
	EXPECT_VALID(test, cache, s);
	slubx_scene_free_many(s, x + 2, objects - 2);
}

static void last_object_discards_the_slab(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	void *x[2];

	WRITE_ONCE(s->min_partial, 0);
	slubx_scene_listed(test, s, numa_mem_id(), 2, x);
	slubx_stat_clear(s);
	slubx_scene_free_on(test, other, s, x, 1);
	EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 });
	slubx_scene_free_on(test, other, s, x + 1, 1);
	EXPECT_EVENTS(test, s, { FREE_SLOWPATH, 1 }, { FREE_REMOVE_PARTIAL, 1 },
		      { FREE_SLAB, 1 });
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
	EXPECT_VALID(test, cache, s);
}

/* ---- All at once ---------------------------------------------------------*/

struct shares {
	struct slubx_kmem_cache *s;
	void **x;
	unsigned int count;
	atomic_t ready;
	atomic_t cpus; /* that have come for a share */
};

/* Every nth object, so that all cpus are at each slab at the same time. */
static void free_share(void *data)
{
	struct shares *shares = data;
	unsigned int n = num_online_cpus();
	unsigned int i = atomic_inc_return(&shares->cpus) - 1;

	atomic_inc(&shares->ready);
	slubx_scene_wait(&shares->ready, n);
	for (; i < shares->count; i += n)
		slubx_kmem_cache_free(shares->s, shares->x[i]);
}

static void by_all_cpus_at_once(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int slabs = 100, objects = s->layout.oo.objects;
	struct shares shares = { .s = s, .count = slabs * objects };

	shares.x =
		kunit_kcalloc(test, shares.count, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, shares.x);
	slubx_scene_alloc_many(test, s, shares.x, shares.count);
	EXPECT_EVENTS(test, s, { ALLOC_SLAB, slabs }, { ALLOC_SLOWPATH, slabs },
		      { ALLOC_FASTPATH, slabs * (objects - 1) },
		      { DEACTIVATE_BYPASS, slabs - 1 });
	slubx_test_on_cpus(test, cpu_online_mask, free_share, &shares);
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_EQ(test,
			slubx_stat_sum(s, FREE_FASTPATH) +
				slubx_stat_sum(s, FREE_SLOWPATH),
			shares.count + 0UL);
	KUNIT_EXPECT_EQ(test, slabs - slubx_stat_sum(s, FREE_SLAB),
			slubx_cache_slabs(s));
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
}

/* ---- A ring --------------------------------------------------------------*/

#define RING_ROUNDS 2000
#define RING_SLOTS  64

struct ring {
	struct slubx_kmem_cache *s;
	unsigned int cpus;
	atomic_t seats;
	atomic_t broken;  /* objects that somebody else wrote to */
	atomic_t missing; /* no memory */
	struct {
		void *slot[RING_SLOTS];
	} ____cacheline_aligned_in_smp seat[];
};

static void fill(unsigned long *x, unsigned long word)
{
	x[0] = word;
	x[SIZE / sizeof(*x) - 1] = ~word;
}

static bool is_filled(const unsigned long *x)
{
	return x[0] == ~x[SIZE / sizeof(*x) - 1];
}

static void free_checked(struct ring *ring, void *x)
{
	if (!x)
		return;
	if (!is_filled(x))
		atomic_inc(&ring->broken);
	fill(x, 0xdeadUL);
	slubx_kmem_cache_free(ring->s, x);
}

/* Puts objects at the neighbour's seat and frees what it finds at its own. */
static void pass_on(void *data)
{
	struct ring *ring = data;
	unsigned int me = atomic_inc_return(&ring->seats) - 1;
	unsigned int next = (me + 1) % ring->cpus;
	unsigned long *x;
	unsigned int i;

	for (i = 0; i < RING_ROUNDS; i++) {
		x = slubx_kmem_cache_alloc(ring->s, GFP_KERNEL);
		if (!x) {
			atomic_inc(&ring->missing);
			continue;
		}
		fill(x, (unsigned long)me << 32 | i);
		free_checked(ring, xchg(&ring->seat[next].slot[i % RING_SLOTS],
					(void *)x));
		free_checked(ring,
			     xchg(&ring->seat[me].slot[(i * 7) % RING_SLOTS],
				  NULL));
		cond_resched();
	}
}

static void round_in_a_ring(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, SIZE, 0);
	unsigned int i, j, cpus = num_online_cpus();
	struct ring *ring;

	ring = kunit_kzalloc(test, struct_size(ring, seat, cpus), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ring);
	ring->s = s;
	ring->cpus = cpus;
	slubx_test_on_cpus(test, cpu_online_mask, pass_on, ring);
	for (i = 0; i < cpus; i++)
		for (j = 0; j < RING_SLOTS; j++)
			free_checked(ring, ring->seat[i].slot[j]);
	KUNIT_EXPECT_EQ(test, atomic_read(&ring->broken), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&ring->missing), 0);
	EXPECT_VALID(test, cache, s);
	KUNIT_EXPECT_EQ(test,
			slubx_stat_sum(s, ALLOC_FASTPATH) +
				slubx_stat_sum(s, ALLOC_SLOWPATH),
			cpus * RING_ROUNDS + 0UL);
	KUNIT_EXPECT_EQ(test,
			slubx_stat_sum(s, FREE_FASTPATH) +
				slubx_stat_sum(s, FREE_SLOWPATH),
			cpus * RING_ROUNDS + 0UL);
	KUNIT_EXPECT_EQ(test,
			slubx_stat_sum(s, ALLOC_SLAB) -
				slubx_stat_sum(s, FREE_SLAB),
			slubx_cache_slabs(s));
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(from_every_cpu_to_a_cpu_slab),
	KUNIT_CASE(to_a_full_slab_moves_it),
	KUNIT_CASE(last_object_discards_the_slab),
	KUNIT_CASE(by_all_cpus_at_once),
	KUNIT_CASE(round_in_a_ring),
	{},
};

SLUBX_SCENE_SUITE(remote_free, cases);
