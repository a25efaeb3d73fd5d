// SPDX-License-Identifier: GPL-2.0
/*
 * cache_test.c - a cache comes with all its parts and goes with all of them.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/nodemask.h>
#include <linux/rcupdate.h>

#include "census.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/node.h"

static void no_ctor_work(void *x)
{
}

struct kind {
	unsigned int size;
	unsigned int align;
	slubx_flags_t flags;
	void (*ctor)(void *object);
};

static const struct kind kinds[] = {
	{ 1 },
	{ 8 },
	{ 100, 64 },
	{ 200, 0, SLUBX_HWCACHE_ALIGN },
	{ 256, 256, SLUBX_RECLAIM_ACCOUNT },
	{ 500, 0, SLUBX_TYPESAFE_BY_RCU },
	{ 640, 0, 0, no_ctor_work },
	{ 640, 0, SLUBX_TYPESAFE_BY_RCU, no_ctor_work },
	{ 4096, 4096 },
	{ 10000, 8, SLUBX_ACCOUNT },
	{ 64, 0, SLUBX_CACHE_DMA32 },
	{ 100000 },
};

static struct slubx_kmem_cache *create(const struct kind *kind)
{
	return slubx_kmem_cache_create("cache_test", kind->size, kind->align,
				       kind->flags | SLUBX_NO_MERGE,
				       kind->ctor);
}

static struct slubx_kmem_cache *create_size(unsigned int size)
{
	return slubx_kmem_cache_create("cache_test", size, 0, SLUBX_NO_MERGE,
				       NULL);
}

/* ---- Open and close ------------------------------------------------------ */

static void create_destroy_unused(struct kunit *test)
{
	struct slubx_test_census before;
	struct slubx_kmem_cache *s;
	unsigned int i;

	slubx_test_census(test, &before);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		s = slubx_test_keep(test, create(&kinds[i]));
		EXPECT_VALID(test, cache, s);
		KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
		EXPECT_ERRORS(test, 0, slubx_test_destroy(test, s));
	}
	EXPECT_UNCHANGED(test, &before);
}

/* Slabs full, partial and kept empty: all of them go. */
static void create_destroy_used(struct kunit *test)
{
	struct slubx_test_census before;
	struct slubx_test_herd *herd;
	struct slubx_kmem_cache *s;
	unsigned int i;

	slubx_test_census(test, &before);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		s = slubx_test_keep(test, create(&kinds[i]));
		/* Ours to write is what a constructor leaves alone: nothing. */
		herd = slubx_test_herd(test, s, 3, NUMA_NO_NODE);
		EXPECT_VALID(test, cache, s);
		KUNIT_EXPECT_GE(test, slubx_cache_slabs(s), 1UL);
		KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
		slubx_test_herd_free_all(herd);
		EXPECT_VALID(test, cache, s);
		EXPECT_ERRORS(test, 0, slubx_test_destroy(test, s));
	}
	EXPECT_UNCHANGED(test, &before);
}

static void create_covers_all_nodes(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(test, create_size(64));
	int node;

	for (node = 0; node < (int)nr_node_ids; node++)
		KUNIT_EXPECT_EQ_MSG(test, !!s->node[node], node_possible(node),
				    "node %d", node);
}

static void slabs_of_all_nodes(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(test, create_size(2048));
	struct slubx_test_herd **herd;
	unsigned long slabs = 0;
	int node;

	herd = kunit_kcalloc(test, nr_node_ids, sizeof(*herd), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, herd);
	for_each_node_state(node, N_NORMAL_MEMORY) {
		herd[node] = slubx_test_herd(test, s, s->layout.oo.objects + 1,
					     node);
		slabs += 2;
		KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), slabs);
		KUNIT_EXPECT_EQ(test, slubx_test_in_use(s),
				(slabs / 2) * (s->layout.oo.objects + 1));
	}
	EXPECT_VALID(test, cache, s);
	for_each_node_state(node, N_NORMAL_MEMORY)
		slubx_test_herd_free_all(herd[node]);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 0UL);
	EXPECT_VALID(test, cache, s);
}

/* ---- The constructor ----------------------------------------------------- */

static atomic_t constructed;

static void count_and_write(void *x)
{
	atomic_inc(&constructed);
	*(unsigned long *)x = 0x636f6e7374ul;
}

static unsigned long capacity(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache_node *n;
	unsigned long objects = 0;
	int node;

	slubx_for_each_node(s, node, n)
		objects += atomic_long_read(&n->total_objects);
	return objects;
}

static void ctor_once_an_object(struct kunit *test)
{
	const struct kind kind = { 200, .ctor = count_and_write };
	struct slubx_kmem_cache *s = slubx_test_keep(test, create(&kind));
	unsigned int i, rounds = 3 * s->layout.oo.objects;
	unsigned long **x;

	x = kunit_kcalloc(test, rounds, sizeof(*x), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	atomic_set(&constructed, 0);
	for (i = 0; i < rounds; i++) {
		x[i] = slubx_kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, *x[i], 0x636f6e7374ul);
		x[i][1] = i;
	}
	KUNIT_EXPECT_EQ(test, (unsigned long)atomic_read(&constructed),
			capacity(s));
	for (i = 0; i < rounds; i++)
		slubx_kmem_cache_free(s, x[i]);

	/* Used objects come back as they were left, not constructed again. */
	x[0] = slubx_kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, x[0][0], 0x636f6e7374ul);
	KUNIT_EXPECT_EQ(test, (unsigned long)atomic_read(&constructed),
			capacity(s));
	slubx_kmem_cache_free(s, x[0]);
	EXPECT_VALID(test, cache, s);
}

/* ---- TYPESAFE_BY_RCU ----------------------------------------------------- */

struct reader {
	struct completion inside;
	bool left;
};

static int read_for_a_while(void *data)
{
	struct reader *reader = data;
	int ms;

	rcu_read_lock();
	complete(&reader->inside);
	for (ms = 0; ms < 30; ms++)
		mdelay(1);
	WRITE_ONCE(reader->left, true);
	rcu_read_unlock();
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static void typesafe_destroy_waits_for_readers(struct kunit *test)
{
	const struct kind kind = { 300, .flags = SLUBX_TYPESAFE_BY_RCU };
	struct slubx_kmem_cache *s = slubx_test_keep(test, create(&kind));
	struct reader *reader =
		kunit_kzalloc(test, sizeof(*reader), GFP_KERNEL);
	struct task_struct *thread;
	void *x;

	if (num_online_cpus() < 2)
		kunit_skip(test, "a reader needs a cpu of its own");
	KUNIT_ASSERT_NOT_NULL(test, reader);
	x = slubx_kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	slubx_kmem_cache_free(s, x);

	init_completion(&reader->inside);
	thread = kthread_run(read_for_a_while, reader, "slubx_reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	wait_for_completion(&reader->inside);
	slubx_test_destroy(test, s);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(reader->left));
	kthread_stop(thread);
}

/* ---- Settings ------------------------------------------------------------ */

struct setting {
	unsigned int size;
	unsigned long min_partial;
	unsigned int cpu_partial;
};

/* SLUB's: ilog2(size) / 2 within 5..10; objects by size of one. */
static const struct setting settings[] = {
	{ 8, 5, 120 },	   { 248, 5, 120 },    { 256, 5, 52 },
	{ 1016, 5, 52 },   { 1024, 5, 24 },    { 4088, 5, 24 },
	{ 4096, 6, 6 },	   { 16384, 7, 6 },    { 65536, 8, 6 },
	{ 1 << 18, 9, 6 }, { 1 << 20, 10, 6 }, { 1 << 22, 10, 6 },
};

static void partial_defaults(struct kunit *test)
{
	const struct setting *want;
	struct slubx_kmem_cache *s;
	unsigned int objects;

	if (PAGE_SIZE != 4096)
		kunit_skip(test, "the table is for pages of 4096 bytes");
	for (want = settings; want < settings + ARRAY_SIZE(settings); want++) {
		s = slubx_test_keep(test, create_size(want->size));
		objects = SLUBX_CPU_PARTIAL ? want->cpu_partial : 0;
		KUNIT_EXPECT_EQ_MSG(test, s->min_partial, want->min_partial,
				    "size %u", want->size);
		KUNIT_EXPECT_EQ_MSG(test, s->cpu_partial, objects, "size %u",
				    want->size);
		KUNIT_EXPECT_EQ_MSG(test, s->cpu_partial_slabs,
				    DIV_ROUND_UP(2 * objects,
						 s->layout.oo.objects),
				    "size %u", want->size);
		slubx_test_destroy(test, s);
	}
}

static void flags_settle(struct kunit *test)
{
	const struct kind plain = { 64 };
	const struct kind ctor = { 64, .ctor = no_ctor_work };
	const struct kind rcu = { 64, .flags = SLUBX_TYPESAFE_BY_RCU };
	const struct kind debug = {
		64,
		.flags = SLUBX_DEBUG_FLAGS | SLUBX_FAILSLAB,
	};
	struct slubx_kmem_cache *s;

	s = slubx_test_keep(test, create(&plain));
	KUNIT_EXPECT_TRUE(test, s->flags == SLUBX_NO_MERGE);
	s = slubx_test_keep(test, create(&ctor));
	KUNIT_EXPECT_TRUE(test,
			  s->flags == (SLUBX_NO_MERGE | SLUBX_KEEPS_CONTENT));
	s = slubx_test_keep(test, create(&rcu));
	KUNIT_EXPECT_TRUE(test,
			  s->flags == (SLUBX_NO_MERGE | SLUBX_TYPESAFE_BY_RCU |
				       SLUBX_KEEPS_CONTENT));
	if (SLUBX_DEBUG)
		return;
	s = slubx_test_keep(test, create(&debug));
	KUNIT_EXPECT_TRUE(test, s->flags == SLUBX_NO_MERGE);
	KUNIT_EXPECT_FALSE(test, slubx_is_cold(s));
}

static void zone_flags_settle(struct kunit *test)
{
	const struct kind plain = { 64 };
	const struct kind dma = { 64, .flags = SLUBX_CACHE_DMA };
	const struct kind dma32 = { 64, .flags = SLUBX_CACHE_DMA32 };
	const struct kind reclaim = { 64, .flags = SLUBX_RECLAIM_ACCOUNT };
	struct slubx_kmem_cache *s;

	s = slubx_test_keep(test, create(&plain));
	KUNIT_EXPECT_TRUE(test, !s->allocflags);
	s = slubx_test_keep(test, create(&dma));
	KUNIT_EXPECT_TRUE(test, s->allocflags == GFP_DMA);
	s = slubx_test_keep(test, create(&dma32));
	KUNIT_EXPECT_TRUE(test, s->allocflags == GFP_DMA32);
	s = slubx_test_keep(test, create(&reclaim));
	/* It can change, so slab.c asks the flag each time. */
	KUNIT_EXPECT_TRUE(test, !s->allocflags);
}

/* ---- User copies --------------------------------------------------------- */

struct window {
	unsigned int offset, size; /* asked for, of 100 bytes */
	bool kept;
};

static const struct window windows[] = {
	{ 0, 0, true },
	{ 0, 100, true },
	{ 40, 60, true },
	{ 99, 1, true },
	{ 100, 0, true },
	{ 0, 101, false },
	{ 41, 60, false },
	{ 100, 1, false },
	{ UINT_MAX, 1, false },
	{ 1, UINT_MAX, false },
	{ UINT_MAX, UINT_MAX, false },
};

static void usercopy_window(struct kunit *test)
{
	const struct window *w;
	struct slubx_kmem_cache *s;

	for (w = windows; w < windows + ARRAY_SIZE(windows); w++) {
		EXPECT_ERRORS(test, w->kept ? 0 : 1,
			      s = slubx_kmem_cache_create_usercopy(
				      "cache_test", 100, 0, SLUBX_NO_MERGE,
				      w->offset, w->size, NULL));
		slubx_test_keep(test, s);
		KUNIT_EXPECT_EQ(test, s->useroffset, w->kept ? w->offset : 0);
		KUNIT_EXPECT_EQ(test, s->usersize, w->kept ? w->size : 0);
		KUNIT_EXPECT_EQ(test, atomic_read(&s->errors), !w->kept);
		slubx_test_destroy(test, s);
	}
}

/* ---- The invariant ------------------------------------------------------- */

static void valid_notices_damage(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(test, create_size(128));
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 1);
	struct slubx_kmem_cache_node *n = s->node[numa_mem_id()];

	EXPECT_VALID(test, cache, s);
	n->nr_partial++;
	KUNIT_EXPECT_FALSE(test, slubx_cache_valid(s));
	n->nr_partial--;
	s->layout.size += 8;
	KUNIT_EXPECT_FALSE(test, slubx_cache_valid(s));
	s->layout.size -= 8;
	per_cpu_ptr(s->cpu_slab, 0)->tid++;
	KUNIT_EXPECT_EQ(test, slubx_cache_valid(s), num_possible_cpus() == 1);
	per_cpu_ptr(s->cpu_slab, 0)->tid--;
	EXPECT_VALID(test, cache, s);
	slubx_test_herd_free_all(herd);
}

static void size_is_the_clients(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(test, create_size(61));

	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_size(s), 61U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(create_destroy_unused),
	KUNIT_CASE(create_destroy_used),
	KUNIT_CASE(create_covers_all_nodes),
	KUNIT_CASE(slabs_of_all_nodes),
	KUNIT_CASE(ctor_once_an_object),
	KUNIT_CASE(typesafe_destroy_waits_for_readers),
	KUNIT_CASE(partial_defaults),
	KUNIT_CASE(flags_settle),
	KUNIT_CASE(zone_flags_settle),
	KUNIT_CASE(usercopy_window),
	KUNIT_CASE(valid_notices_damage),
	KUNIT_CASE(size_is_the_clients),
	{},
};

SLUBX_SUITE(cache, cases);
