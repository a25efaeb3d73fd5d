// SPDX-License-Identifier: GPL-2.0
/*
 * mempool.c - what the kernel's memory pools call for memory of slubx.
 *
 * Floor 9. Takes no lock.
 */
#include <linux/export.h>
#include <slubx/slubx.h>

/**
 * slubx_mempool_alloc_slab() - an element that is an object of a cache
 * @gfp: allocation flags
 * @pool_data: the cache, which the pool was created with
 *
 * After mempool_alloc_slab().
 *
 * Context: as slubx_kmem_cache_alloc().
 * Return: the object, or NULL.
 */
void *slubx_mempool_alloc_slab(gfp_t gfp, void *pool_data)
{
	return slubx_kmem_cache_alloc(pool_data, gfp);
}
EXPORT_SYMBOL_GPL(slubx_mempool_alloc_slab);

/**
 * slubx_mempool_free_slab() - the end of such an element
 * @element: the object
 * @pool_data: the cache
 *
 * After mempool_free_slab().
 *
 * Context: as slubx_kmem_cache_free().
 */
void slubx_mempool_free_slab(void *element, void *pool_data)
{
	slubx_kmem_cache_free(pool_data, element);
}
EXPORT_SYMBOL_GPL(slubx_mempool_free_slab);

/**
 * slubx_mempool_kmalloc() - an element of some size
 * @gfp: allocation flags
 * @pool_data: the size in bytes, as a pointer
 *
 * After mempool_kmalloc().
 *
 * Context: as slubx_kmalloc().
 * Return: the memory, or NULL.
 */
void *slubx_mempool_kmalloc(gfp_t gfp, void *pool_data)
{
	return slubx_kmalloc((size_t)pool_data, gfp);
}
EXPORT_SYMBOL_GPL(slubx_mempool_kmalloc);

/**
 * slubx_mempool_kfree() - the end of such an element
 * @element: the memory
 * @pool_data: the size, of no interest
 *
 * After mempool_kfree().
 *
 * Context: as slubx_kfree().
 */
void slubx_mempool_kfree(void *element, void *pool_data)
{
	slubx_kfree(element);
}
EXPORT_SYMBOL_GPL(slubx_mempool_kfree);
