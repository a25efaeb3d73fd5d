/* SPDX-License-Identifier: GPL-2.0 */
/*
 * same_body.h - caches of every kind, made and used over either allocator.
 *
 * Included by same_client.c for each, which says whose: RUN(fn) names a function
 * of it, NAME(fn) one of ours, CACHE and FLAGS are types, FLAG(X) is a flag.
 */

static struct NAME(same) {
	CACHE *s;
	void *x[SAME_OBJECTS];
} NAME(all)[ARRAY_SIZE(kinds)];

static FLAGS NAME(flags)(unsigned int flags)
{
	return (flags & HWCACHE ? FLAG(HWCACHE_ALIGN) : 0) |
	       (flags & RECLAIM ? FLAG(RECLAIM_ACCOUNT) : 0) |
	       (flags & DMA ? FLAG(CACHE_DMA) : 0) |
	       (flags & RCU ? FLAG(TYPESAFE_BY_RCU) : 0);
}

static void NAME(free_all)(struct NAME(same) * same)
{
	unsigned int i;

	for (i = 0; i < SAME_OBJECTS; i++)
		if (same->x[i])
			RUN(kmem_cache_free)(same->s, same->x[i]);
}

static void NAME(destroy_all)(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!NAME(all)[i].s)
			continue;
		NAME(free_all)(&NAME(all)[i]);
		RUN(kmem_cache_destroy)(NAME(all)[i].s);
	}
}

/* The first goes back: to a full slab, if a slab has fewer than all. */
static int NAME(use)(struct NAME(same) * same)
{
	unsigned int i;

	for (i = 0; i < SAME_OBJECTS; i++) {
		same->x[i] = RUN(kmem_cache_alloc)(same->s, GFP_KERNEL);
		if (!same->x[i])
			return -ENOMEM;
	}
	RUN(kmem_cache_free)(same->s, same->x[0]);
	same->x[0] = NULL;
	return 0;
}

static int NAME(make)(const struct kind *kind, struct NAME(same) * same)
{
	same->s = RUN(kmem_cache_create_usercopy)(kind->name, kind->size,
						  kind->align,
						  NAME(flags)(kind->flags), 0,
						  kind->usersize, kind->ctor);
	return same->s ? 0 : -ENOMEM;
}

static int NAME(make_all)(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(kinds) && !err; i++)
		err = NAME(make)(&kinds[i], &NAME(all)[i]);
	for (i = 0; i < ARRAY_SIZE(kinds) && !err; i++)
		err = NAME(use)(&NAME(all)[i]);
	return err;
}

#undef RUN
#undef NAME
#undef FLAG
#undef FLAGS
#undef CACHE
