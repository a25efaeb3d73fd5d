/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mempool.h - the kernel's memory pools over memory of slubx. Included by
 * slubx.h.
 *
 * A pool does not care where its elements come from: it calls the pair of
 * functions that it was created with. These are the pairs for slubx; what they
 * are used by, mempool_alloc() and the rest, is the kernel's own.
 */
#ifndef _SLUBX_MEMPOOL_H
#define _SLUBX_MEMPOOL_H

#include <linux/mempool.h>

struct slubx_kmem_cache;

void *slubx_mempool_alloc_slab(gfp_t gfp, void *pool_data);
void slubx_mempool_free_slab(void *element, void *pool_data);
void *slubx_mempool_kmalloc(gfp_t gfp, void *pool_data);
void slubx_mempool_kfree(void *element, void *pool_data);

/**
 * slubx_mempool_init_slab_pool() - begin a pool of objects of a cache
 * @pool: the pool
 * @min_nr: elements that are always there
 * @s: the cache; without a constructor. It must outlive the pool
 *
 * After mempool_init_slab_pool(). To be ended by mempool_exit().
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENOMEM.
 */
static inline int slubx_mempool_init_slab_pool(mempool_t *pool, int min_nr,
					       struct slubx_kmem_cache *s)
{
	return mempool_init(pool, min_nr, slubx_mempool_alloc_slab,
			    slubx_mempool_free_slab, s);
}

/**
 * slubx_mempool_create_slab_pool() - create a pool of objects of a cache
 * @min_nr: elements that are always there
 * @s: the cache; without a constructor. It must outlive the pool
 *
 * After mempool_create_slab_pool(). To be ended by mempool_destroy().
 *
 * Context: Process context. May sleep.
 * Return: the pool, or NULL.
 */
static inline mempool_t *
slubx_mempool_create_slab_pool(int min_nr, struct slubx_kmem_cache *s)
{
	return mempool_create(min_nr, slubx_mempool_alloc_slab,
			      slubx_mempool_free_slab, s);
}

/**
 * slubx_mempool_init_kmalloc_pool() - begin a pool of memory of one size
 * @pool: the pool
 * @min_nr: elements that are always there
 * @size: bytes of one
 *
 * After mempool_init_kmalloc_pool(). To be ended by mempool_exit().
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENOMEM.
 */
static inline int slubx_mempool_init_kmalloc_pool(mempool_t *pool, int min_nr,
						  size_t size)
{
	return mempool_init(pool, min_nr, slubx_mempool_kmalloc,
			    slubx_mempool_kfree, (void *)size);
}

/**
 * slubx_mempool_create_kmalloc_pool() - create a pool of memory of one size
 * @min_nr: elements that are always there
 * @size: bytes of one
 *
 * After mempool_create_kmalloc_pool(). To be ended by mempool_destroy().
 *
 * Context: Process context. May sleep.
 * Return: the pool, or NULL.
 */
static inline mempool_t *slubx_mempool_create_kmalloc_pool(int min_nr,
							   size_t size)
{
	return mempool_create(min_nr, slubx_mempool_kmalloc,
			      slubx_mempool_kfree, (void *)size);
}

#endif /* _SLUBX_MEMPOOL_H */
