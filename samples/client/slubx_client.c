// SPDX-License-Identifier: GPL-2.0
/*
 * slubx_client.c - the smallest client of slubx: a list of items from a cache of
 * their own, each with a name from slubx_kmalloc(). How to build it outside of
 * slubx's tree, as here: Documentation/client.rst.
 */
#include <linux/list.h>
#include <linux/module.h>

#include <slubx/slubx.h>

#define ITEMS	 1000
#define BATCH	 50
#define NAME_LEN 24

struct item {
	struct list_head list;
	u64 key;
	char *name;
};

static struct slubx_kmem_cache *items;
static LIST_HEAD(all);

/* A batch of items in one call. Also what got no name is on the list. */
static int add_batch(u64 key)
{
	void *batch[BATCH];
	int i, err = 0;

	if (!slubx_kmem_cache_alloc_bulk(items, GFP_KERNEL, BATCH, batch))
		return -ENOMEM;
	for (i = 0; i < BATCH; i++, key++) {
		struct item *item = batch[i];

		item->key = key;
		item->name = slubx_kmalloc(NAME_LEN, GFP_KERNEL);
		if (item->name)
			snprintf(item->name, NAME_LEN, "item %llu", key);
		else
			err = -ENOMEM;
		list_add(&item->list, &all);
	}
	return err;
}

static void drop_all(void)
{
	struct item *item, *next;

	list_for_each_entry_safe(item, next, &all, list) {
		slubx_kfree(item->name);
		slubx_kmem_cache_free(items, item);
	}
	slubx_kmem_cache_destroy(items);
}

static int __init client_init(void)
{
	int err = 0;
	u64 key;

	items = SLUBX_KMEM_CACHE(item, SLUBX_HWCACHE_ALIGN | SLUBX_NO_MERGE);
	if (!items)
		return -ENOMEM;
	for (key = 0; key < ITEMS && !err; key += BATCH)
		err = add_batch(key);
	if (err) {
		drop_all();
		return err;
	}
	pr_info("slubx_client: %d items of %u bytes, the last is \"%s\"\n",
		ITEMS, slubx_kmem_cache_size(items),
		list_first_entry(&all, struct item, list)->name);
	return 0;
}

static void __exit client_exit(void)
{
	drop_all();
}

module_init(client_init);
module_exit(client_exit);
MODULE_DESCRIPTION("The smallest client of slubx");
MODULE_LICENSE("GPL");
