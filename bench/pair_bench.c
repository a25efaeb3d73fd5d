// SPDX-License-Identifier: GPL-2.0
/*
 * pair_bench.c - what an allocation and its free cost, slubx beside SLUB.
 *
 * The same loop is compiled for both allocators by token paste.
 */
#include <linux/slab.h>
#include <slubx/slubx.h>

#include "bench.h"

/* Few enough that no timer is missed while interrupts are off. */
#define OPS 2000
#define BATCH 256

static void *batch[BATCH];

/* Neither loop may know the pointer, and the empty one has the same frame. */
#define DEFINE_PAIR_LOOP(name, type, alloc, free)                   \
	static noinline void name(void *cache)                      \
	{                                                           \
		type *s = cache;                                    \
		unsigned int i;                                     \
		void *x;                                            \
								    \
		for (i = 0; i < OPS; i++) {                         \
			x = alloc(s, GFP_ATOMIC);                   \
			OPTIMIZER_HIDE_VAR(x);                      \
			free(s, x);                                 \
		}                                                   \
	}

#define DEFINE_BATCH_LOOP(name, type, alloc, free)                  \
	static noinline void name(void *cache)                      \
	{                                                           \
		type *s = cache;                                    \
		unsigned int i, j;                                  \
								    \
		for (i = 0; i < OPS / BATCH; i++) {                 \
			for (j = 0; j < BATCH; j++)                 \
				batch[j] = alloc(s, GFP_ATOMIC);    \
			for (j = 0; j < BATCH; j++)                 \
				free(s, batch[j]);                  \
		}                                                   \
	}

/* How many objects the loops below allocate and free at once. */
static unsigned int bulk;

#define DEFINE_BULK_LOOP(name, type, alloc_bulk, free_bulk)         \
	static noinline void name(void *cache)                      \
	{                                                           \
		type *s = cache;                                    \
		unsigned int i;                                     \
								    \
		for (i = 0; i < OPS / bulk; i++) {                  \
			if (alloc_bulk(s, GFP_ATOMIC, bulk, batch)) \
				free_bulk(s, bulk, batch);          \
		}                                                   \
	}

DEFINE_PAIR_LOOP(run_pair, struct kmem_cache, kmem_cache_alloc, kmem_cache_free)
DEFINE_PAIR_LOOP(slubx_run_pair, struct slubx_kmem_cache,
		 slubx_kmem_cache_alloc, slubx_kmem_cache_free)
DEFINE_BATCH_LOOP(run_batch, struct kmem_cache, kmem_cache_alloc,
		  kmem_cache_free)
DEFINE_BATCH_LOOP(slubx_run_batch, struct slubx_kmem_cache,
		  slubx_kmem_cache_alloc, slubx_kmem_cache_free)
DEFINE_BULK_LOOP(run_bulk, struct kmem_cache, kmem_cache_alloc_bulk,
		 kmem_cache_free_bulk)
DEFINE_BULK_LOOP(slubx_run_bulk, struct slubx_kmem_cache,
		 slubx_kmem_cache_alloc_bulk, slubx_kmem_cache_free_bulk)

static void bench_bulk(unsigned int size, struct kmem_cache *s,
		       struct slubx_kmem_cache *x)
{
	static const unsigned int counts[] = { 1, 16, 64, 250 };
	struct result result;
	char what[16];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		bulk = counts[i];
		snprintf(what, sizeof(what), "bulk-%u", bulk);
		measure(&result, run_bulk, slubx_run_bulk, s, x,
			OPS / bulk * bulk);
		print(what, size, &result);
	}
}

/* Neither allocator may merge the cache with one that is in use. */
static int bench_size(unsigned int size)
{
	struct slubx_kmem_cache *x;
	struct result result;
	struct kmem_cache *s;

	s = kmem_cache_create("slubx-bench", size, 0, SLAB_NOLEAKTRACE, NULL);
	x = slubx_kmem_cache_create("slubx-bench", size, 0, SLUBX_NOLEAKTRACE,
				    NULL);
	if (s && x) {
		measure(&result, run_pair, slubx_run_pair, s, x, OPS);
		print("pair", size, &result);
		measure(&result, run_batch, slubx_run_batch, s, x,
			OPS / BATCH * BATCH);
		print("batch-256", size, &result);
		bench_bulk(size, s, x);
	}
	slubx_kmem_cache_destroy(x);
	kmem_cache_destroy(s);
	return s && x ? 0 : -ENOMEM;
}

/* 0 or -ENOMEM. */
int bench_pairs(void)
{
	static const unsigned int sizes[] = { 8, 64, 256, 1024, 4096 };
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(sizes) && !err; i++)
		err = bench_size(sizes[i]);
	return err;
}
