// SPDX-License-Identifier: GPL-2.0
/*
 * same_client.c - the same caches in the kernel's allocator and in slubx, made
 * and used alike, so that a shell can compare what both show of them. See
 * qemu/tests/33-same-files.sh.
 *
 * All is done on one cpu. A window for user space, or a constructor, keeps a cache
 * from being merged: which caches of the kernel are there to be merged with depends
 * on the machine. The first and the second alone are meant to be one, with flags
 * that no cache of the kernel has together.
 */
#include <linux/cpu.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <slubx/slubx.h>

#define SAME_OBJECTS 40

#define HWCACHE BIT(0)
#define RECLAIM BIT(1)
#define DMA BIT(2)
#define RCU BIT(3)

struct kind {
	const char *name;
	unsigned int size, align, flags, usersize;
	void (*ctor)(void *object);
};

static void constructor(void *object)
{
}

static const struct kind kinds[] = {
	{ "same-small", 24, .usersize = 8 },
	{ "same-plain", 1432, .usersize = 8 },
	{ "same-first", 1528, .flags = RECLAIM | DMA },
	{ "same-second", 1524, .flags = RECLAIM | DMA },
	{ "same-large", 5000, .usersize = 8 },
	{ "same-aligned", 900, .align = 64, .usersize = 8 },
	{ "same-ctor", 600, .ctor = constructor },
	{ "same-user", 616, .usersize = 64 },
	{ "same-hwcache", 680, .flags = HWCACHE, .usersize = 8 },
	{ "same-reclaim", 712, .flags = RECLAIM, .usersize = 8 },
	{ "same-dma", 744, .flags = DMA, .usersize = 8 },
	{ "same-rcu", 808, .flags = RCU, .usersize = 8 },
};

#define RUN(fn) fn
#define NAME(fn) host_##fn
#define FLAG(name) SLAB_##name
#define FLAGS slab_flags_t
#define CACHE struct kmem_cache

#include "same_body.h"

#define RUN(fn) slubx_##fn
#define NAME(fn) slubx_##fn
#define FLAG(name) SLUBX_##name
#define FLAGS slubx_flags_t
#define CACHE struct slubx_kmem_cache

#include "same_body.h"

static long make_both(void *unused)
{
	return host_make_all() ?: slubx_make_all();
}

static void go(void)
{
	slubx_destroy_all();
	host_destroy_all();
}

static int __init come(void)
{
	int err = work_on_cpu(cpumask_first(cpu_online_mask), make_both, NULL);

	if (err)
		go();
	return err;
}

module_init(come);
module_exit(go);

MODULE_DESCRIPTION("The same caches in SLUB and in slubx, for tests");
MODULE_LICENSE("GPL");
