/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rcu_item.h - objects that are handed in for a grace period, by several suites.
 */
#ifndef _SLUBX_KUNIT_RCU_ITEM_H
#define _SLUBX_KUNIT_RCU_ITEM_H

#include <linux/rcupdate.h>
#include <linux/string.h>

#include "common.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/fault.h"
#include "../slubx/kfree_rcu.h"

/* The word that links a free object lies in its middle, which is in room. */
struct item {
	u64 room[10];
	struct rcu_head rcu;
};

#define ITEM_FILL 0x5a
#define ALWAYS	  UINT_MAX
#define ITEMS	  1000

static inline void rcu_item_exit(struct kunit *test)
{
	slubx_fault_disarm();
	slubx_kvfree_rcu_barrier();
	slubx_test_exit(test);
}

static inline struct slubx_kmem_cache *item_cache(struct kunit *test)
{
	return slubx_test_keep(test,
			       slubx_kmem_cache_create("kfree_rcu_test",
						       sizeof(struct item), 0,
						       SLUBX_NO_MERGE, NULL));
}

static inline struct item *new_item(struct slubx_kmem_cache *s)
{
	struct item *item = slubx_kmem_cache_alloc(s, GFP_KERNEL);

	if (item) {
		memset(item->room, ITEM_FILL, sizeof(item->room));
		memset(&item->rcu, 0, sizeof(item->rcu));
	}
	return item;
}

static inline bool is_intact(const struct item *item)
{
	return !memchr_inv(item->room, ITEM_FILL, sizeof(item->room));
}

static inline void make_items(struct kunit *test, struct slubx_kmem_cache *s,
			      struct item **item, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		item[i] = new_item(s);
		KUNIT_ASSERT_NOT_NULL(test, item[i]);
	}
}

static inline void hand_in(struct item **item, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		slubx_kfree_rcu(item[i], rcu);
}

/* All that was handed in is freed, and nothing else was there. */
static inline void expect_all_freed(struct kunit *test,
				    struct slubx_kmem_cache *s)
{
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
	EXPECT_VALID(test, cache, s);
}

#endif /* _SLUBX_KUNIT_RCU_ITEM_H */
