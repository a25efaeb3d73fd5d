// SPDX-License-Identifier: GPL-2.0
/*
 * krealloc.c - memory gets another size.
 *
 * Floor 9. Takes no lock.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "debug/object.h"
#include "kmalloc.h"
#include "slab.h"

/* Is @x where the caller wants it, so that it may stay there? */
static bool lies_well(const void *x, size_t align, gfp_t gfp, int node)
{
	if (align > 1 && !IS_ALIGNED((unsigned long)x, align))
		return false;
	return node == NUMA_NO_NODE || !(gfp & __GFP_THISNODE) ||
	       page_to_nid(virt_to_page(x)) == node;
}

/*
 * The rest of memory that is now less used than before: whoever grows it again
 * with __GFP_ZERO must find zeroes there.
 */
static void *keep(void *x, size_t size, size_t usable, gfp_t gfp)
{
	struct slubx_slab *slab = slubx_virt_to_slab(x);

	if (want_init_on_alloc(gfp))
		memset(x + size, 0, usable - size);
	/* The red zone that asking for the size ended begins here now. */
	if (slab)
		slubx_object_set_asked(slab->slab_cache, x, size);
	return x;
}

static void *move(void *x, size_t usable, size_t size, gfp_t gfp, int node,
		  unsigned long caller)
{
	void *to = __slubx_kmalloc_track_caller(size, gfp, node, caller);

	if (!to)
		return NULL;
	memcpy(to, x, min(usable, size));
	slubx_kfree(x);
	return to;
}

/**
 * slubx_krealloc_node_align() - give memory another size, alignment and node
 * @x: the memory; NULL and ZERO_SIZE_PTR are fine
 * @size: bytes from now on; 0 frees @x
 * @align: what the address must be a multiple of for the memory to stay where
 *	it is. New memory has the alignment that slubx_kmalloc(@size) gives
 * @gfp: as for slubx_krealloc(); with __GFP_THISNODE the memory must be on
 *	@node
 * @node: the node to prefer for new memory, or NUMA_NO_NODE
 *
 * Memory that slubx did not hand out is reported and left alone. After
 * krealloc_node_align() of 7.2.
 *
 * Context: as slubx_kmalloc().
 * Return: as slubx_krealloc().
 */
void *slubx_krealloc_node_align(const void *x, size_t size, size_t align,
				gfp_t gfp, int node)
{
	size_t usable;

	if (unlikely(!size)) {
		slubx_kfree(x);
		return ZERO_SIZE_PTR;
	}
	if (unlikely(ZERO_OR_NULL_PTR(x)))
		return __slubx_kmalloc_track_caller(size, gfp, node, _RET_IP_);
	usable = slubx_kmalloc_bytes(x);
	if (unlikely(!usable))
		return NULL;
	if (size <= usable && lies_well(x, align, gfp, node))
		return keep((void *)x, size, usable, gfp);
	return move((void *)x, usable, size, gfp, node, _RET_IP_);
}
EXPORT_SYMBOL_GPL(slubx_krealloc_node_align);
