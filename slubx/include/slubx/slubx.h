/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slubx.h - the public interface of slubx.
 *
 * Each function is the kernel's, with slubx_ in front and the same meaning;
 * where kernel versions differ, the newest meaning holds (differences are
 * listed in Documentation/differences.rst). A client needs this header, -I to
 * the folder above it, and slubx's Module.symvers in KBUILD_EXTRA_SYMBOLS.
 */
#ifndef _SLUBX_SLUBX_H
#define _SLUBX_SLUBX_H

#include <linux/gfp.h>
#include <linux/types.h>
#include <slubx/buckets.h>
#include <slubx/kmalloc.h>
#include <slubx/kvmalloc.h>
#include <slubx/rcu.h>
#include <slubx/string.h>

struct slubx_kmem_cache;

/**
 * typedef slubx_flags_t - flags of a cache, given when it is created
 *
 * Named after SLUB's SLAB_* flags, but never mixed with them: their values
 * change with the kernel's version and configuration, these do not.
 */
typedef unsigned int __bitwise slubx_flags_t;

#define SLUBX_FLAG(x) ((__force slubx_flags_t)(x))

/* Debugging. Bits of a build that has no debugging are dropped, as in SLUB. */
#define SLUBX_CONSISTENCY_CHECKS SLUBX_FLAG(0x00000100)
#define SLUBX_RED_ZONE SLUBX_FLAG(0x00000400)
#define SLUBX_POISON SLUBX_FLAG(0x00000800)
#define SLUBX_STORE_USER SLUBX_FLAG(0x00010000)
#define SLUBX_TRACE SLUBX_FLAG(0x00200000)
#define SLUBX_FAILSLAB SLUBX_FLAG(0x02000000)

/* Align objects to cache lines; to a part of one where two or more fit. */
#define SLUBX_HWCACHE_ALIGN SLUBX_FLAG(0x00002000)
/* Take slabs from ZONE_DMA, from ZONE_DMA32. */
#define SLUBX_CACHE_DMA SLUBX_FLAG(0x00004000)
#define SLUBX_CACHE_DMA32 SLUBX_FLAG(0x00008000)
/* Objects can be reclaimed: slabs count as SReclaimable. */
#define SLUBX_RECLAIM_ACCOUNT SLUBX_FLAG(0x00020000)
#define SLUBX_TEMPORARY SLUBX_RECLAIM_ACCOUNT
/* Panic when the cache can't be created. */
#define SLUBX_PANIC SLUBX_FLAG(0x00040000)
/*
 * Slab pages go back only after a grace period: inside an RCU read-side
 * section the memory of a freed object stays an object of this cache, but may
 * be in use again. Readers look the object up, take a reference or lock, and
 * check its identity again.
 */
#define SLUBX_TYPESAFE_BY_RCU SLUBX_FLAG(0x00080000)
/* Objects are not told to kmemleak. */
#define SLUBX_NOLEAKTRACE SLUBX_FLAG(0x00800000)
/* Never share this cache's slabs with another cache. */
#define SLUBX_NO_MERGE SLUBX_FLAG(0x01000000)
/* Accepted; objects are not charged to memory cgroups (see differences). */
#define SLUBX_ACCOUNT SLUBX_FLAG(0x04000000)
/* Debug options given for all caches leave this one alone. */
#define SLUBX_NO_USER_FLAGS SLUBX_FLAG(0x10000000)

#include <slubx/create.h>

slubx_kmem_buckets *slubx_kmem_buckets_create(const char *name,
					      slubx_flags_t flags,
					      unsigned int useroffset,
					      unsigned int usersize,
					      void (*ctor)(void *));
void slubx_kmem_buckets_destroy(slubx_kmem_buckets *b);

void slubx_kmem_cache_destroy(struct slubx_kmem_cache *s);
int slubx_kmem_cache_shrink(struct slubx_kmem_cache *s);
unsigned int slubx_kmem_cache_size(struct slubx_kmem_cache *s);
bool slubx_kmem_dump_obj(void *object);
bool slubx_usercopy_ok(const void *x, unsigned long bytes, bool to_user);

void *slubx_kmem_cache_alloc(struct slubx_kmem_cache *s, gfp_t gfp) __malloc;
void *slubx_kmem_cache_alloc_node(struct slubx_kmem_cache *s, gfp_t gfp,
				  int node) __malloc;
void slubx_kmem_cache_free(struct slubx_kmem_cache *s, void *x);
bool slubx_kmem_cache_alloc_bulk(struct slubx_kmem_cache *s, gfp_t gfp,
				 size_t count, void **p);
void slubx_kmem_cache_free_bulk(struct slubx_kmem_cache *s, size_t count,
				void **p);

/**
 * slubx_kfree_bulk() - free memory of any sizes
 * @count: how many pieces; 0 is fine
 * @p: their addresses. What the array holds afterwards is undefined
 *
 * After kfree_bulk().
 *
 * Context: as slubx_kfree().
 */
static inline void slubx_kfree_bulk(size_t count, void **p)
{
	slubx_kmem_cache_free_bulk(NULL, count, p);
}

struct list_lru;

/**
 * slubx_kmem_cache_alloc_lru() - allocate an object that goes on a list_lru
 * @s: the cache
 * @lru: the list; not looked at, for what would be prepared in it is a part for
 *	the memory cgroup that the object is charged to, and there is none
 * @gfp: allocation flags, see slubx_kmem_cache_alloc()
 *
 * After kmem_cache_alloc_lru().
 *
 * Context: as slubx_kmem_cache_alloc().
 * Return: the object, or NULL.
 */
static inline void *slubx_kmem_cache_alloc_lru(struct slubx_kmem_cache *s,
					       struct list_lru *lru, gfp_t gfp)
{
	return slubx_kmem_cache_alloc(s, gfp);
}

/**
 * slubx_kmem_cache_zalloc() - allocate an object filled with zeroes
 * @s: the cache
 * @gfp: allocation flags, see slubx_kmem_cache_alloc()
 *
 * Context: as slubx_kmem_cache_alloc().
 * Return: the object, or NULL if there is no memory.
 */
static inline void *slubx_kmem_cache_zalloc(struct slubx_kmem_cache *s,
					    gfp_t gfp)
{
	return slubx_kmem_cache_alloc(s, gfp | __GFP_ZERO);
}

#include <slubx/cleanup.h>
#include <slubx/mempool.h>

#endif /* _SLUBX_SLUBX_H */
