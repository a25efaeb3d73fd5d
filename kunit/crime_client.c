// SPDX-License-Identifier: GPL-2.0
/*
 * crime_client.c - a client that does what it may not, for the shell tests: one
 * crime at an object of a cache of its own, when it is loaded.
 */
#include <linux/module.h>
#include <linux/string.h>
#include <slubx/slubx.h>

#define SIZE 60

static char *crime = "none";
module_param(crime, charp, 0444);
MODULE_PARM_DESC(crime, "none, after, late, unseen or double (default none)");

static struct slubx_kmem_cache *cache;

/* It can be freed again: what slubx finds, it repairs. */
static void write_behind(u8 *x)
{
	x[SIZE] = 0x12;
	slubx_kmem_cache_free(cache, x);
	slubx_kmem_cache_free(cache, x);
}

static void write_late(u8 *x)
{
	slubx_kmem_cache_free(cache, x);
	x[1] = 0x12;
	slubx_kmem_cache_shrink(cache);
}

/* Whoever looks at all slabs finds it, nobody before. */
static void write_unseen(u8 *x)
{
	slubx_kmem_cache_free(cache, x);
	x[1] = 0x12;
}

static void free_twice(u8 *x)
{
	slubx_kmem_cache_free(cache, x);
	slubx_kmem_cache_free(cache, x);
}

static void commit(u8 *x)
{
	OPTIMIZER_HIDE_VAR(x);
	if (!strcmp(crime, "after"))
		write_behind(x);
	else if (!strcmp(crime, "late"))
		write_late(x);
	else if (!strcmp(crime, "unseen"))
		write_unseen(x);
	else if (!strcmp(crime, "double"))
		free_twice(x);
	else
		slubx_kmem_cache_free(cache, x);
}

static int __init come(void)
{
	void *x;

	cache = slubx_kmem_cache_create("slubx-crime", SIZE, 0, 0, NULL);
	if (!cache)
		return -ENOMEM;
	x = slubx_kmem_cache_alloc(cache, GFP_KERNEL);
	if (!x) {
		slubx_kmem_cache_destroy(cache);
		return -ENOMEM;
	}
	commit(x);
	return 0;
}

static void __exit go(void)
{
	slubx_kmem_cache_destroy(cache);
}

module_init(come);
module_exit(go);

MODULE_DESCRIPTION("A client of slubx that damages its objects, for tests");
MODULE_LICENSE("GPL");
