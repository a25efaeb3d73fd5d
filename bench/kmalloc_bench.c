// SPDX-License-Identifier: GPL-2.0
/*
 * kmalloc_bench.c - what kmalloc() and kfree() cost, slubx beside SLUB, for
 * sizes that the compiler knows and for the same at run time.
 */
#include <linux/slab.h>
#include <slubx/slubx.h>

#include "bench.h"

#define OPS 2000

/* Neither loop may know the pointer, or the whole would be optimised away. */
#define DEFINE_LOOP(name, bytes, alloc, free)                       \
	static noinline void name(void *size)                       \
	{                                                           \
		unsigned int i;                                     \
		void *x;                                            \
								    \
		for (i = 0; i < OPS; i++) {                         \
			x = alloc(bytes, GFP_ATOMIC);               \
			OPTIMIZER_HIDE_VAR(x);                      \
			free(x);                                    \
		}                                                   \
	}

DEFINE_LOOP(run_8, 8, kmalloc, kfree)
DEFINE_LOOP(slubx_run_8, 8, slubx_kmalloc, slubx_kfree)
DEFINE_LOOP(run_64, 64, kmalloc, kfree)
DEFINE_LOOP(slubx_run_64, 64, slubx_kmalloc, slubx_kfree)
DEFINE_LOOP(run_96, 96, kmalloc, kfree)
DEFINE_LOOP(slubx_run_96, 96, slubx_kmalloc, slubx_kfree)
DEFINE_LOOP(run_1024, 1024, kmalloc, kfree)
DEFINE_LOOP(slubx_run_1024, 1024, slubx_kmalloc, slubx_kfree)
DEFINE_LOOP(run_8192, 8192, kmalloc, kfree)
DEFINE_LOOP(slubx_run_8192, 8192, slubx_kmalloc, slubx_kfree)
DEFINE_LOOP(run_16384, 16384, kmalloc, kfree)
DEFINE_LOOP(slubx_run_16384, 16384, slubx_kmalloc, slubx_kfree)
DEFINE_LOOP(run_any, *(size_t *)size, kmalloc, kfree)
DEFINE_LOOP(slubx_run_any, *(size_t *)size, slubx_kmalloc, slubx_kfree)

static void bench(const char *what, loop_fn loop, loop_fn slubx_loop,
		  size_t size)
{
	struct result result;

	measure(&result, loop, slubx_loop, &size, &size, OPS);
	print(what, size, &result);
}

int bench_kmalloc(void)
{
	static const size_t sizes[] = { 8, 64, 96, 1024, 8192, 16384 };
	unsigned int i;

	bench("kmalloc", run_8, slubx_run_8, 8);
	bench("kmalloc", run_64, slubx_run_64, 64);
	bench("kmalloc", run_96, slubx_run_96, 96);
	bench("kmalloc", run_1024, slubx_run_1024, 1024);
	bench("kmalloc", run_8192, slubx_run_8192, 8192);
	bench("kmalloc", run_16384, slubx_run_16384, 16384);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		bench("kmalloc(n)", run_any, slubx_run_any, sizes[i]);
	return 0;
}
