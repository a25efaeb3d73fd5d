// SPDX-License-Identifier: GPL-2.0
/*
 * pair_bench.c - what an allocation and its free cost, slubx beside SLUB.
 *
 * The same loop is compiled for both allocators by token paste and runs in
 * turns, with interrupts off. It prints ticks of the time stamp counter: under
 * `make icount` these are instructions, exact; elsewhere cycles or whatever the
 * machine counts, and only the ratio means something.
 */
#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timex.h>
#include <slubx/slubx.h>

/* Few enough that no timer is missed while interrupts are off. */
#define OPS 2000
#define ROUNDS 5
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

DEFINE_PAIR_LOOP(run_pair, struct kmem_cache, kmem_cache_alloc, kmem_cache_free)
DEFINE_PAIR_LOOP(slubx_run_pair, struct slubx_kmem_cache,
		 slubx_kmem_cache_alloc, slubx_kmem_cache_free)
DEFINE_BATCH_LOOP(run_batch, struct kmem_cache, kmem_cache_alloc,
		  kmem_cache_free)
DEFINE_BATCH_LOOP(slubx_run_batch, struct slubx_kmem_cache,
		  slubx_kmem_cache_alloc, slubx_kmem_cache_free)

typedef void (*loop_fn)(void *cache);

static u64 ticks(loop_fn loop, void *s)
{
	unsigned long irq;
	u64 start, end;

	local_irq_save(irq);
	start = rdtsc_ordered();
	loop(s);
	end = rdtsc_ordered();
	local_irq_restore(irq);
	return end - start;
}

/* The best of some rounds, in ticks for each allocation with its free. */
struct result {
	u64 slub;
	u64 slubx;
};

static void measure(struct result *best, loop_fn loop, loop_fn slubx_loop,
		    struct kmem_cache *s, struct slubx_kmem_cache *x,
		    unsigned int ops)
{
	unsigned int i;

	*best = (struct result){ U64_MAX, U64_MAX };
	for (i = 0; i < ROUNDS; i++) {
		best->slub = min(best->slub, ticks(loop, s));
		best->slubx = min(best->slubx, ticks(slubx_loop, x));
	}
	best->slub = DIV_ROUND_CLOSEST_ULL(best->slub, ops);
	best->slubx = DIV_ROUND_CLOSEST_ULL(best->slubx, ops);
}

static void print(const char *what, unsigned int size,
		  const struct result *result)
{
	u64 percent = DIV_ROUND_CLOSEST_ULL(result->slubx * 100, result->slub);

	pr_info("slubx-bench: %-10s %5u bytes  SLUB %5llu  slubx %5llu  %3llu%%\n",
		what, size, result->slub, result->slubx, percent);
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
	}
	slubx_kmem_cache_destroy(x);
	kmem_cache_destroy(s);
	return s && x ? 0 : -ENOMEM;
}

static int __init bench_init(void)
{
	static const unsigned int sizes[] = { 8, 64, 256, 1024, 4096 };
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(sizes) && !err; i++)
		err = bench_size(sizes[i]);
	return err;
}

static void __exit bench_exit(void)
{
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("slubx and SLUB, side by side");
MODULE_LICENSE("GPL");
