// SPDX-License-Identifier: GPL-2.0
/*
 * api.c - creating and destroying a cache, where the registry and the files
 * that show it come together.
 *
 * Floor 11. Locks: slubx_mutex (1) for the registry. Taking a directory down
 * waits for its readers, who may flush cpus, so it happens without the mutex.
 */
#include <linux/err.h>

#include "cache.h"
#include "errors.h"
#include "iface/iface.h"
#include "leaks.h"
#include "registry.h"

/* ---- Creation ------------------------------------------------------------*/

/* A cache of its own, or somebody's whose objects fit. */
static struct slubx_kmem_cache *
find_or_add(const struct slubx_cache_request *request)
{
	struct slubx_kmem_cache *s = slubx_merge_find(request);
	struct slubx_alias *alias;

	if (s) {
		alias = slubx_registry_add_alias(s, request);
		if (IS_ERR(alias))
			return ERR_CAST(alias);
		if (alias) {
			slubx_sysfs_add_alias(s, alias);
			slubx_debugfs_add_alias(s, alias);
		}
		return s;
	}
	s = slubx_registry_add(request);
	if (!IS_ERR(s)) {
		slubx_sysfs_add(s);
		slubx_debugfs_add(s);
	}
	return s;
}

static struct slubx_kmem_cache *create(struct slubx_cache_request *request)
{
	struct slubx_kmem_cache *s;
	int err;

	err = slubx_registry_check(request);
	if (err)
		return ERR_PTR(err);
	slubx_registry_apply_options(request);
	mutex_lock(&slubx_mutex);
	s = find_or_add(request);
	mutex_unlock(&slubx_mutex);
	if (IS_ERR(s))
		slubx_refuse(request->name, "error %ld", PTR_ERR(s));
	else
		/* Ours to take: the caller's own reference keeps us here. */
		__module_get(THIS_MODULE);
	return s;
}

/**
 * __slubx_kmem_cache_create_args() - what slubx_kmem_cache_create() is
 * @name: as there
 * @size: as there
 * @args: what else is wished for; NULL for nothing
 * @flags: as there
 *
 * Context: Process context. May sleep.
 * Return: the cache, or NULL with the reason in the log.
 */
struct slubx_kmem_cache *
__slubx_kmem_cache_create_args(const char *name, unsigned int size,
			       const struct slubx_kmem_cache_args *args,
			       slubx_flags_t flags)
{
	struct slubx_cache_request request = {
		.name = name,
		.size = size,
		.flags = flags,
	};
	struct slubx_kmem_cache *s;

	if (args)
		request.args = *args;
	if (request.args.sheaf_capacity)
		request.flags |= SLUBX_NO_MERGE;
	s = create(&request);
	if (!IS_ERR(s))
		return s;
	if (flags & SLUBX_PANIC)
		panic("slubx: Failed to create slab '%s'. Error %ld\n",
		      name ?: "(null)", PTR_ERR(s));
	return NULL;
}
EXPORT_SYMBOL_GPL(__slubx_kmem_cache_create_args);

/**
 * __slubx_kmem_cache_create_null() - the same where the wishes are a void *
 * @name: as for slubx_kmem_cache_create()
 * @size: as for slubx_kmem_cache_create()
 * @args: NULL; anything else is of no type that could be read, and refused
 * @flags: as for slubx_kmem_cache_create()
 *
 * Context: Process context. May sleep.
 * Return: the cache, or NULL with the reason in the log.
 */
struct slubx_kmem_cache *__slubx_kmem_cache_create_null(const char *name,
							unsigned int size,
							const void *args,
							slubx_flags_t flags)
{
	if (!args)
		return __slubx_kmem_cache_create_args(name, size, NULL, flags);
	slubx_refuse(name, "its arguments are a pointer to void");
	return NULL;
}
EXPORT_SYMBOL_GPL(__slubx_kmem_cache_create_null);

/* ---- Destruction ---------------------------------------------------------*/

/* One client less. True if it was the last: the cache is the caller's alone. */
static bool put_client(struct slubx_kmem_cache *s)
{
	bool known, last;

	mutex_lock(&slubx_mutex);
	known = slubx_registry_has(s);
	last = known && --s->refcount == 0;
	mutex_unlock(&slubx_mutex);
	if (!known)
		slubx_error(
			NULL,
			"destroy of 0x%p, which is no cache (any more), ignored",
			s);
	else if (!last)
		module_put(THIS_MODULE);
	return last;
}

/**
 * slubx_kmem_cache_destroy() - destroy a cache
 * @s: the cache; NULL is fine. Anything that is no cache, or no more, is
 *	reported and left alone
 *
 * Objects that are still in use are listed in the log, and the cache lives on
 * unseen, its name free for others, until the last of them is freed. Until
 * then slubx stays loaded. Of a cache that several clients share only a
 * reference is given up. After kmem_cache_destroy().
 *
 * Context: Process context. May sleep, for a grace period if the cache is
 *	SLUBX_TYPESAFE_BY_RCU.
 */
void slubx_kmem_cache_destroy(struct slubx_kmem_cache *s)
{
	if (!s || !put_client(s))
		return;
	slubx_debugfs_remove(s);
	slubx_sysfs_remove(s);
	slubx_kvfree_rcu_barrier_on_cache(s);
	slubx_cache_shutdown(s);
	mutex_lock(&slubx_mutex);
	slubx_registry_remove(s);
	mutex_unlock(&slubx_mutex);
	/* Only now: till then memory hotplug may have held slabs to be freed. */
	if (!slubx_cache_slabs(s)) {
		slubx_reap_bury(s);
		return;
	}
	slubx_error(
		s,
		"destroyed with %lu objects of %u bytes in use; kept until the last is freed",
		slubx_cache_report_leaks(s), s->layout.object_size);
	slubx_reap_later(s);
}
EXPORT_SYMBOL_GPL(slubx_kmem_cache_destroy);

/* ---- The rest ------------------------------------------------------------*/

/**
 * slubx_kmem_cache_shrink() - give back what a cache holds but does not need
 * @s: the cache
 *
 * Takes all slabs back from the cpus, frees the empty ones, and sorts the
 * partial ones so that the fullest fill up first. After kmem_cache_shrink().
 *
 * Context: Process context. May sleep.
 * Return: 0 if the cache has no slab left, else 1.
 */
int slubx_kmem_cache_shrink(struct slubx_kmem_cache *s)
{
	return slubx_cache_shrink(s);
}
EXPORT_SYMBOL_GPL(slubx_kmem_cache_shrink);

/**
 * slubx_kmem_cache_size() - the size of a cache's objects
 * @s: the cache
 *
 * After kmem_cache_size().
 *
 * Context: Any.
 * Return: bytes that a client may use; of shared slabs the largest client's.
 */
unsigned int slubx_kmem_cache_size(struct slubx_kmem_cache *s)
{
	return s->layout.object_size;
}
EXPORT_SYMBOL_GPL(slubx_kmem_cache_size);
