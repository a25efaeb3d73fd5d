/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmalloc.h - memory that need not be of one piece. Included by slubx.h.
 *
 * From slubx_kmalloc() if that is easily had, else from the kernel's vmalloc().
 * It goes back by slubx_kvfree(), which tells the two apart.
 */
#ifndef _SLUBX_KVMALLOC_H
#define _SLUBX_KVMALLOC_H

#include <linux/overflow.h>
#include <slubx/kmalloc.h>

void *__slubx_kmem_buckets_valloc(slubx_kmem_buckets *buckets, size_t size,
				  size_t align, gfp_t gfp, int node,
				  unsigned long caller) __alloc_size(2);
void *slubx_kvmalloc_node_align(size_t size, size_t align, gfp_t gfp, int node)
	__alloc_size(1);
void *slubx_kvrealloc_node_align(const void *x, size_t size, size_t align,
				 gfp_t gfp, int node) __must_check
	__realloc_size(2);

void slubx_kvfree(const void *x);
void slubx_kvfree_atomic(const void *x);
void slubx_kvfree_sensitive(const void *x, size_t size);

/**
 * slubx_kvmalloc_node() - allocate memory near a NUMA node, in pieces if need be
 * @size: bytes, as for slubx_kvmalloc()
 * @gfp: as for slubx_kvmalloc(); with __GFP_THISNODE of @node or not at all
 * @node: the node to prefer, or NUMA_NO_NODE
 *
 * Context: as slubx_kvmalloc().
 * Return: the memory, or NULL.
 */
static inline __alloc_size(1) void *slubx_kvmalloc_node(size_t size, gfp_t gfp,
							int node)
{
	return slubx_kvmalloc_node_align(size, 1, gfp, node);
}

/**
 * slubx_kvmalloc() - allocate memory, in pieces if need be
 * @size: bytes; 0 gives ZERO_SIZE_PTR
 * @gfp: allocation flags. Up to a page this is slubx_kmalloc(). More is asked
 *	for in one piece without effort, unless __GFP_RETRY_MAYFAIL, and then
 *	from vmalloc() if @gfp allows blocking
 *
 * After kvmalloc().
 *
 * Context: As slubx_kmalloc(). May sleep if @gfp allows blocking.
 * Return: the memory, or NULL: there is none, or @size is over INT_MAX (with a
 *	line in the log unless __GFP_NOWARN).
 */
static inline __alloc_size(1) void *slubx_kvmalloc(size_t size, gfp_t gfp)
{
	return slubx_kvmalloc_node(size, gfp, NUMA_NO_NODE);
}

/**
 * slubx_kvmalloc_array_node() - allocate an array near a NUMA node, in pieces
 *	if need be
 * @n: elements
 * @size: bytes of one
 * @gfp: as for slubx_kvmalloc()
 * @node: the node to prefer, or NUMA_NO_NODE
 *
 * Context: as slubx_kvmalloc().
 * Return: the memory, or NULL, also when @n times @size is no size_t.
 */
static inline __alloc_size(1, 2) void *slubx_kvmalloc_array_node(size_t n,
								 size_t size,
								 gfp_t gfp,
								 int node)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return slubx_kvmalloc_node(bytes, gfp, node);
}

#define slubx_kvmalloc_array(n, size, gfp) \
	slubx_kvmalloc_array_node((n), (size), (gfp), NUMA_NO_NODE)

/* The same, filled with zeroes. */
#define slubx_kvzalloc(size, gfp) slubx_kvmalloc((size), (gfp) | __GFP_ZERO)
#define slubx_kvzalloc_node(size, gfp, node) \
	slubx_kvmalloc_node((size), (gfp) | __GFP_ZERO, (node))
#define slubx_kvcalloc(n, size, gfp) \
	slubx_kvmalloc_array((n), (size), (gfp) | __GFP_ZERO)
#define slubx_kvcalloc_node(n, size, gfp, node) \
	slubx_kvmalloc_array_node((n), (size), (gfp) | __GFP_ZERO, (node))

#define slubx_kvrealloc_node(x, size, gfp, node) \
	slubx_kvrealloc_node_align((x), (size), 1, (gfp), (node))

static inline void *slubx_kvrealloc(const void *x, size_t size,
				    gfp_t gfp) __must_check __realloc_size(2);

/**
 * slubx_kvrealloc() - give memory another size, in pieces if need be
 * @x: the memory; NULL and ZERO_SIZE_PTR are fine
 * @size: bytes from now on; 0 frees @x
 * @gfp: as for slubx_kvmalloc(). With __GFP_ZERO here and in all calls before
 *	for this memory, what was never written reads as zero
 *
 * The contents stay, up to the smaller of both sizes. After kvrealloc() since
 * 6.12, which is not told the old size.
 *
 * Context: as slubx_kvmalloc().
 * Return: the memory; ZERO_SIZE_PTR for @size 0; NULL if there is none, and
 *	then @x is as before.
 */
static inline void *slubx_kvrealloc(const void *x, size_t size, gfp_t gfp)
{
	return slubx_kvrealloc_node(x, size, gfp, NUMA_NO_NODE);
}

#endif /* _SLUBX_KVMALLOC_H */
