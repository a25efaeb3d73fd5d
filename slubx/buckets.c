// SPDX-License-Identifier: GPL-2.0
/*
 * buckets.c - a set of kmalloc caches of one's own.
 *
 * Floor 11. Made of public functions: each cache is a client's like any other.
 * Taken from by __slubx_kmem_buckets_alloc() (kmalloc.c).
 */
#include <linux/kernel.h>

#include "errors.h"
#include "kmalloc.h"
#include "types.h"

/* What a set's caches have in common. */
struct plan {
	const char *name;
	slubx_flags_t flags;
	unsigned int useroffset, usersize;
	void (*ctor)(void *x);
};

static struct slubx_kmem_cache *create_class(const struct plan *plan,
					     unsigned int size)
{
	unsigned int align = min_t(unsigned int, 1U << __ffs(size), PAGE_SIZE);
	unsigned int offset = plan->useroffset, window = 0;
	char name[SLUBX_NAME_LEN];

	/* Of the window only what lies in objects of this size. */
	if (offset < size)
		window = min(size - offset, plan->usersize);
	else
		offset = 0;
	slubx_kmalloc_class_name(name, plan->name, size);
	return slubx_kmem_cache_create_usercopy(
		name, size, max_t(unsigned int, ARCH_KMALLOC_MINALIGN, align),
		plan->flags, offset, window, plan->ctor);
}

static bool create_all(slubx_kmem_buckets *b, const struct plan *plan)
{
	unsigned int i, size;

	for (i = 0; i < SLUBX_KMALLOC_INDICES; i++) {
		size = slubx_kmalloc_class_size(i);
		if (!size)
			continue;
		(*b)[i] = create_class(plan, size);
		if (!(*b)[i])
			return false;
	}
	return true;
}

/**
 * slubx_kmem_buckets_create() - create a set of kmalloc caches of one's own
 * @name: the caches are named after it, <name>-8 to <name>-8k
 * @flags: SLUBX_* flags of all of them; they are never merged
 * @useroffset: where the part begins that user copies may touch, in bytes
 * @usersize: its bytes; 0 for none. What lies behind an object's end is left out
 * @ctor: as for slubx_kmem_cache_create()
 *
 * After kmem_buckets_create(), which SLUB can be built without: then its sets
 * are the caches of kmalloc().
 *
 * Context: Process context. May sleep.
 * Return: the set, for slubx_kmem_buckets_alloc(), or NULL with the reason in
 *	the log.
 */
slubx_kmem_buckets *slubx_kmem_buckets_create(const char *name,
					      slubx_flags_t flags,
					      unsigned int useroffset,
					      unsigned int usersize,
					      void (*ctor)(void *))
{
	const struct plan plan = {
		.name = name,
		.flags = flags | SLUBX_NO_MERGE,
		.useroffset = useroffset,
		.usersize = usersize,
		.ctor = ctor,
	};
	slubx_kmem_buckets *b;

	if (!name || !*name) {
		slubx_refuse(name, "a set of caches needs a name");
		return NULL;
	}
	b = slubx_kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b) {
		slubx_refuse(name, "no memory for a set of caches");
		return NULL;
	}
	if (create_all(b, &plan))
		return b;
	slubx_kmem_buckets_destroy(b);
	return NULL;
}
EXPORT_SYMBOL_GPL(slubx_kmem_buckets_create);

/**
 * slubx_kmem_buckets_destroy() - destroy a set of kmalloc caches
 * @b: the set; NULL is fine
 *
 * Each cache is destroyed as by slubx_kmem_cache_destroy(). SLUB's sets are for
 * ever; those of a module that may go can't be.
 *
 * Context: as slubx_kmem_cache_destroy().
 */
void slubx_kmem_buckets_destroy(slubx_kmem_buckets *b)
{
	unsigned int i;

	if (!b)
		return;
	for (i = 0; i < SLUBX_KMALLOC_INDICES; i++)
		slubx_kmem_cache_destroy((*b)[i]);
	slubx_kfree(b);
}
EXPORT_SYMBOL_GPL(slubx_kmem_buckets_destroy);
