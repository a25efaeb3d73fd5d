// SPDX-License-Identifier: GPL-2.0
/*
 * kmalloc.c - memory of any size: which cache, or pages of its own.
 *
 * Floor 9. Takes no lock. What it calls ends in slubx_kmem_cache_alloc() and
 * its like, by a jump: choosing the cache is all that is done here. Which class
 * and type a request is of is public (slubx/kmalloc.h), because callers with a
 * constant size find out when they are compiled.
 */
#include <linux/export.h>

#include "debug/object.h"
#include "errors.h"
#include "freelist.h"
#include "kmalloc.h"
#include "large.h"
#include "path.h"
#include "slab.h"

/*
 * Sizes that no cache has: none at all, and more than the largest class. One
 * comparison finds both, for 0 - 1 is more, too. Where it is to be known how
 * many bytes were asked for, all sizes end up here (slubx_kmalloc_limit).
 */
static noinline void *alloc_odd(size_t size, gfp_t gfp, int node,
				unsigned long caller)
{
	if (!size)
		return ZERO_SIZE_PTR;
	if (size > SLUBX_KMALLOC_MAX_CACHE_SIZE)
		return slubx_kmalloc_large_node(size, gfp, node);
	return slubx_alloc_for(slubx_kmalloc_cache(size, gfp, caller), gfp,
			       node, caller, size);
}

static __always_inline bool is_odd(size_t size)
{
	return unlikely(size - 1 >= slubx_kmalloc_limit);
}

/* ---- Allocation ----------------------------------------------------------*/

/**
 * __slubx_kmalloc() - what slubx_kmalloc() is for a size known at run time
 * @size: as for slubx_kmalloc()
 * @gfp: as for slubx_kmalloc()
 *
 * Context: as slubx_kmalloc().
 * Return: as slubx_kmalloc().
 */
void *__slubx_kmalloc(size_t size, gfp_t gfp)
{
	if (is_odd(size))
		return alloc_odd(size, gfp, NUMA_NO_NODE, _RET_IP_);
	return slubx_kmem_cache_alloc(slubx_kmalloc_cache(size, gfp, _RET_IP_),
				      gfp);
}
EXPORT_SYMBOL_GPL(__slubx_kmalloc);

/**
 * __slubx_kmalloc_node() - what slubx_kmalloc_node() is for a size known at
 *	run time
 * @size: as for slubx_kmalloc()
 * @gfp: as for slubx_kmalloc()
 * @node: as for slubx_kmalloc_node()
 *
 * Context: as slubx_kmalloc().
 * Return: as slubx_kmalloc().
 */
void *__slubx_kmalloc_node(size_t size, gfp_t gfp, int node)
{
	if (is_odd(size))
		return alloc_odd(size, gfp, node, _RET_IP_);
	return slubx_kmem_cache_alloc_node(
		slubx_kmalloc_cache(size, gfp, _RET_IP_), gfp, node);
}
EXPORT_SYMBOL_GPL(__slubx_kmalloc_node);

/**
 * __slubx_kmalloc_track_caller() - the same on behalf of somebody
 * @size: as for slubx_kmalloc()
 * @gfp: as for slubx_kmalloc()
 * @node: as for slubx_kmalloc_node()
 * @caller: the place in the code to which the memory is put down
 *
 * Context: as slubx_kmalloc().
 * Return: as slubx_kmalloc().
 */
void *__slubx_kmalloc_track_caller(size_t size, gfp_t gfp, int node,
				   unsigned long caller)
{
	if (unlikely(size - 1 >= SLUBX_KMALLOC_MAX_CACHE_SIZE))
		return alloc_odd(size, gfp, node, caller);
	return slubx_alloc_for(slubx_kmalloc_cache(size, gfp, caller), gfp,
			       node, caller, size);
}
EXPORT_SYMBOL_GPL(__slubx_kmalloc_track_caller);

/**
 * __slubx_kmem_buckets_alloc() - the same from a set of one's own
 * @buckets: the set, or NULL for those of slubx_kmalloc()
 * @size: as for slubx_kmalloc()
 * @gfp: as for slubx_kmalloc(); chooses no set
 * @node: as for slubx_kmalloc_node()
 * @caller: as for __slubx_kmalloc_track_caller()
 *
 * Context: as slubx_kmalloc().
 * Return: as slubx_kmalloc().
 */
void *__slubx_kmem_buckets_alloc(slubx_kmem_buckets *buckets, size_t size,
				 gfp_t gfp, int node, unsigned long caller)
{
	if (!buckets || size - 1 >= SLUBX_KMALLOC_MAX_CACHE_SIZE)
		return __slubx_kmalloc_track_caller(size, gfp, node, caller);
	return slubx_alloc_for((*buckets)[slubx_kmalloc_index(size)], gfp, node,
			       caller, size);
}
EXPORT_SYMBOL_GPL(__slubx_kmem_buckets_alloc);

/**
 * slubx_kmalloc_node_trace() - what slubx_kmalloc_node() is for a size that the
 *	compiler knows
 * @s: the cache for @size and @gfp
 * @gfp: as for slubx_kmalloc()
 * @node: as for slubx_kmalloc_node()
 * @size: bytes that the caller wants
 *
 * Context: as slubx_kmalloc().
 * Return: as slubx_kmalloc().
 */
void *slubx_kmalloc_node_trace(struct slubx_kmem_cache *s, gfp_t gfp, int node,
			       size_t size)
{
	return slubx_alloc_for(s, gfp, node, _RET_IP_, size);
}
EXPORT_SYMBOL_GPL(slubx_kmalloc_node_trace);

/**
 * slubx_kmalloc_large() - allocate whole pages
 * @size: bytes, rounded up to a power of two of pages; 0 is
 *	reported, and there is no memory
 * @gfp: as for slubx_kmalloc()
 *
 * Context: as slubx_kmalloc(), but not in NMI.
 * Return: as slubx_kmalloc().
 */
void *slubx_kmalloc_large(size_t size, gfp_t gfp)
{
	return slubx_kmalloc_large_node(size, gfp, NUMA_NO_NODE);
}
EXPORT_SYMBOL_GPL(slubx_kmalloc_large);

/**
 * slubx_kmalloc_large_node() - allocate whole pages near a NUMA node
 * @size: bytes, rounded up to a power of two of pages; 0 is
 *	reported, and there is no memory
 * @gfp: as for slubx_kmalloc_node()
 * @node: as for slubx_kmalloc_node()
 *
 * Context: as slubx_kmalloc(), but not in NMI.
 * Return: as slubx_kmalloc().
 */
void *slubx_kmalloc_large_node(size_t size, gfp_t gfp, int node)
{
	if (unlikely(in_nmi()))
		return NULL;
	return slubx_large_new(size, gfp, node);
}
EXPORT_SYMBOL_GPL(slubx_kmalloc_large_node);

/* ---- Sizes ---------------------------------------------------------------*/

/**
 * slubx_kmalloc_size_roundup() - how much would really be given?
 * @size: bytes
 *
 * After kmalloc_size_roundup().
 *
 * Context: Any.
 * Return: the bytes that slubx_kmalloc(@size) would give; 0 for 0, and @size
 *	itself if it is over SLUBX_KMALLOC_MAX_SIZE.
 */
size_t slubx_kmalloc_size_roundup(size_t size)
{
	if (!size || size > SLUBX_KMALLOC_MAX_SIZE)
		return size;
	if (size > SLUBX_KMALLOC_MAX_CACHE_SIZE)
		return PAGE_SIZE << get_order(size);
	return slubx_kmalloc_class_size(slubx_kmalloc_index(size));
}
EXPORT_SYMBOL_GPL(slubx_kmalloc_size_roundup);

/* Bytes of an object that its client may use, without harm to metadata. */
static size_t usable_size(const struct slubx_kmem_cache *s)
{
	if (s->flags & (SLUBX_RED_ZONE | SLUBX_POISON))
		return s->layout.object_size;
	if (s->layout.offset >= s->layout.inuse ||
	    (s->flags & SLUBX_STORE_USER))
		return s->layout.inuse;
	return s->layout.size;
}

/* Does memory in use start at @x, which lies in @slab? */
static bool is_in_use(const struct slubx_slab *slab, const void *x)
{
	return slubx_slab_object_at(slab, x) &&
	       !(SLUBX_HARDENED && slubx_freelist_has(slab->slab_cache, x));
}

/*
 * Of memory in use that starts at @x: what @in_slab says of its cache, or its
 * pages. Anything else is reported, and has 0 bytes.
 */
static __always_inline size_t
bytes_at(const void *x, size_t (*in_slab)(const struct slubx_kmem_cache *s))
{
	struct slubx_slab *slab;
	size_t size;

	if (ZERO_OR_NULL_PTR(x))
		return 0;
	slab = slubx_virt_to_slab(x);
	if (slab && is_in_use(slab, x)) {
		/* Who knows may use it all. */
		slubx_object_end_tail(slab->slab_cache, (void *)x);
		return in_slab(slab->slab_cache);
	}
	size = slab ? 0 : slubx_large_size(x);
	if (!size)
		slubx_error(
			NULL,
			"size of 0x%p, where no memory of slubx in use starts",
			x);
	return size;
}

/**
 * slubx_ksize() - how much memory is there at @x?
 * @x: memory of slubx; NULL and ZERO_SIZE_PTR are fine. Anything else is
 *	reported
 *
 * Writing over what was asked for is a bug all the same (as since 6.2): ask
 * slubx_kmalloc_size_roundup() before. After ksize().
 *
 * Context: Any.
 * Return: bytes; 0 if there is nothing of slubx.
 */
size_t slubx_ksize(const void *x)
{
	return bytes_at(x, usable_size);
}
EXPORT_SYMBOL_GPL(slubx_ksize);

static size_t object_size(const struct slubx_kmem_cache *s)
{
	return s->layout.object_size;
}

/*
 * The same, without what an object's cache has behind it: nobody has ever
 * written there, nor zeroed it.
 */
size_t slubx_kmalloc_bytes(const void *x)
{
	return bytes_at(x, object_size);
}
