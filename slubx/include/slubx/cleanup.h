/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cleanup.h - variables whose memory is freed where they end. Included by
 * slubx.h.
 *
 *	void *buffer __free(slubx_kfree) = slubx_kmalloc(size, GFP_KERNEL);
 *
 * NULL and error pointers are left alone; no_free_ptr() keeps the memory. After
 * the kernel's DEFINE_FREE() of the names without slubx_. Kernels without
 * linux/cleanup.h, which came with 6.5 and is in late 6.1 too, have none of it
 * here either.
 */
#ifndef _SLUBX_CLEANUP_H
#define _SLUBX_CLEANUP_H

#include <linux/err.h>
#include <linux/slab.h>

#ifdef DEFINE_FREE

DEFINE_FREE(slubx_kfree, void *, slubx_kfree(IS_ERR(_T) ? NULL : _T))
DEFINE_FREE(slubx_kfree_sensitive, void *,
	    slubx_kfree_sensitive(IS_ERR(_T) ? NULL : _T))
DEFINE_FREE(slubx_kvfree, void *, slubx_kvfree(IS_ERR(_T) ? NULL : _T))
DEFINE_FREE(slubx_kvfree_atomic, void *,
	    slubx_kvfree_atomic(IS_ERR(_T) ? NULL : _T))
DEFINE_FREE(slubx_kmem_cache_destroy, struct slubx_kmem_cache *,
	    slubx_kmem_cache_destroy(IS_ERR(_T) ? NULL : _T))

#endif

#endif /* _SLUBX_CLEANUP_H */
