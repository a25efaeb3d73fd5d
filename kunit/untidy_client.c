// SPDX-License-Identifier: GPL-2.0
/*
 * untidy_client.c - a client that can go without cleaning up, for the shell
 * tests: two caches of one size, which share slabs unless merging is off, and
 * an object of the first.
 *
 * What it leaves is in its parameters: read them before it goes, and another
 * load of it that is given them takes over, and can clean up.
 */
#include <linux/module.h>
#include <slubx/slubx.h>

#define SIZE 1000

static unsigned long caches[2];
module_param_array(caches, ulong, NULL, 0444);
MODULE_PARM_DESC(caches, "addresses of two caches to take over");

static unsigned long object;
module_param(object, ulong, 0444);
MODULE_PARM_DESC(object, "address of an object of the first to take over");

static bool frees = true;
module_param(frees, bool, 0444);
MODULE_PARM_DESC(frees, "free the object when unloaded (default 1)");

static bool destroys = true;
module_param(destroys, bool, 0444);
MODULE_PARM_DESC(destroys, "destroy the caches when unloaded (default 1)");

static bool dumps;
module_param(dumps, bool, 0444);
MODULE_PARM_DESC(dumps, "tell in the log of the object when unloaded");

#define EXTRA_MAX 64

static unsigned int extra;
module_param(extra, uint, 0444);
MODULE_PARM_DESC(extra, "objects in use while the caches are destroyed");

static unsigned int large;
module_param(large, uint, 0444);
MODULE_PARM_DESC(large, "bytes to allocate and never to free (default 0)");

static struct slubx_kmem_cache *cache(unsigned int i)
{
	return (struct slubx_kmem_cache *)caches[i];
}

/* Who has the objects: not code that is gone when they are told of. */
static noinline void *take(void)
{
	void *x = slubx_kmem_cache_alloc(cache(0), GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(x);
	return x;
}

static int make_caches(void)
{
	static const char *const names[] = { "untidy", "untidy_too" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caches); i++)
		caches[i] = (unsigned long)slubx_kmem_cache_create(
			names[i], SIZE, 0, 0, NULL);
	return caches[0] && caches[1] ? 0 : -ENOMEM;
}

static void destroy_caches(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caches); i++)
		slubx_kmem_cache_destroy(cache(i));
}

static void destroy_with_extra(void)
{
	unsigned int i, count = min(extra, EXTRA_MAX + 0U);
	void *x[EXTRA_MAX];

	for (i = 0; i < count; i++)
		x[i] = take();
	destroy_caches();
	for (i = 0; i < count; i++)
		if (x[i])
			slubx_kmem_cache_free(cache(0), x[i]);
}

static int __init come(void)
{
	int err;

	if (caches[0])
		return 0;
	if (large && !slubx_kmalloc(large, GFP_KERNEL))
		return -ENOMEM;
	err = make_caches();
	if (!err) {
		object = (unsigned long)take();
		err = object ? 0 : -ENOMEM;
	}
	if (err)
		destroy_caches();
	return err;
}

static void __exit go(void)
{
	if (dumps) {
		pr_info("untidy_client: object:");
		slubx_kmem_dump_obj((void *)object + 17);
	}
	if (frees)
		slubx_kmem_cache_free(cache(0), (void *)object);
	if (destroys)
		destroy_with_extra();
}

module_init(come);
module_exit(go);

MODULE_DESCRIPTION("A client of slubx that may leave things behind, for tests");
MODULE_LICENSE("GPL");
