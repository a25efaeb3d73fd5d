// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - slubx_bench.ko measures when it is loaded, and prints.
 */
#include <linux/module.h>

#include "bench.h"

static int __init bench_init(void)
{
	return bench_pairs() ?: bench_kmalloc();
}

/* There is nothing to undo, but a module without it can't be unloaded. */
static void __exit bench_exit(void)
{
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("slubx and SLUB, side by side");
MODULE_LICENSE("GPL");
