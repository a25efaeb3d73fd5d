/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kmalloc.h - memory of any size, by slubx. Included by slubx.h.
 *
 * What the kernel's functions of these names do, here with slubx_ in front.
 * Memory from here goes back by slubx_kfree(), never by the kernel's kfree().
 */
#ifndef _SLUBX_KMALLOC_H
#define _SLUBX_KMALLOC_H

#include <linux/hash.h>
#include <linux/instruction_pointer.h>
#include <linux/log2.h>
#include <linux/numa.h>
#include <linux/overflow.h>
#include <linux/slab.h>

struct slubx_kmem_cache;

/* ---- Size classes --------------------------------------------------------*/

/* Up to two pages an object is of a cache, above it is pages of its own. */
#define SLUBX_KMALLOC_SHIFT_HIGH (PAGE_SHIFT + 1)
#define SLUBX_KMALLOC_MAX_CACHE_SIZE BIT(SLUBX_KMALLOC_SHIFT_HIGH)
#define SLUBX_KMALLOC_MAX_SIZE KMALLOC_MAX_SIZE

/* By index: 1 is 96 bytes, 2 is 192, any other n is 2^n. */
#define SLUBX_KMALLOC_INDICES (SLUBX_KMALLOC_SHIFT_HIGH + 1)

/*
 * Each size has a cache for each of these. A request with several flags is of
 * the first of: DMA, RECLAIM, CGROUP.
 */
enum slubx_kmalloc_type {
	SLUBX_KMALLOC_NORMAL,
	SLUBX_KMALLOC_CGROUP,		/* __GFP_ACCOUNT; not charged */
	SLUBX_KMALLOC_RECLAIM,		/* __GFP_RECLAIMABLE */
	SLUBX_KMALLOC_DMA,		/* __GFP_DMA */
	/* Copies of NORMAL: see SLUBX_RANDOM_KMALLOC. */
	SLUBX_KMALLOC_COPY,
	SLUBX_KMALLOC_TYPES = SLUBX_KMALLOC_COPY + 15
};

/* The caches of one type, by index. */
typedef struct slubx_kmem_cache *slubx_kmem_buckets[SLUBX_KMALLOC_INDICES];

extern slubx_kmem_buckets slubx_kmalloc_caches[SLUBX_KMALLOC_TYPES];
extern unsigned long slubx_kmalloc_seed;

/*
 * With this build option each place in the code that calls kmalloc() uses one
 * of 16 sets of caches, which one only this load of slubx knows: who can
 * overflow an object can't choose its neighbour (RANDOM_KMALLOC_CACHES). A
 * client built without it shares one set.
 */
#define SLUBX_RANDOM_KMALLOC IS_ENABLED(CONFIG_SLUBX_RANDOM_KMALLOC)

static __always_inline enum slubx_kmalloc_type
slubx_kmalloc_type(gfp_t gfp, unsigned long caller)
{
	if (likely(!(gfp & (__GFP_DMA | __GFP_RECLAIMABLE | __GFP_ACCOUNT)))) {
		unsigned long copy;

		if (!SLUBX_RANDOM_KMALLOC)
			return SLUBX_KMALLOC_NORMAL;
		copy = hash_64(caller ^ slubx_kmalloc_seed, 4);
		return copy ? SLUBX_KMALLOC_COPY + copy - 1 :
			      SLUBX_KMALLOC_NORMAL;
	}
	if (gfp & __GFP_DMA)
		return SLUBX_KMALLOC_DMA;
	if (gfp & __GFP_RECLAIMABLE)
		return SLUBX_KMALLOC_RECLAIM;
	return SLUBX_KMALLOC_CGROUP;
}

/* The index of the smallest class for @size, 1 to the largest class. */
static __always_inline unsigned int slubx_kmalloc_index(size_t size)
{
	if (size <= KMALLOC_MIN_SIZE)
		return KMALLOC_SHIFT_LOW;
	if (KMALLOC_MIN_SIZE <= 32 && size > 64 && size <= 96)
		return 1;
	if (KMALLOC_MIN_SIZE <= 64 && size > 128 && size <= 192)
		return 2;
	return ilog2(size - 1) + 1;
}

/* The cache for @size bytes, 1 to the largest class, asked for by @caller. */
static __always_inline struct slubx_kmem_cache *
slubx_kmalloc_cache(size_t size, gfp_t gfp, unsigned long caller)
{
	return slubx_kmalloc_caches[slubx_kmalloc_type(gfp, caller)]
				   [slubx_kmalloc_index(size)];
}

/* ---- Out of line ---------------------------------------------------------*/

void *__slubx_kmalloc(size_t size, gfp_t gfp) __assume_kmalloc_alignment
	__alloc_size(1);
void *__slubx_kmalloc_node(size_t size, gfp_t gfp,
			   int node) __assume_kmalloc_alignment __alloc_size(1);
void *
__slubx_kmalloc_track_caller(size_t size, gfp_t gfp, int node,
			     unsigned long caller) __assume_kmalloc_alignment
	__alloc_size(1);
void *__slubx_kmem_buckets_alloc(slubx_kmem_buckets *buckets, size_t size,
				 gfp_t gfp, int node, unsigned long caller)
	__assume_kmalloc_alignment __alloc_size(2);
void *slubx_kmalloc_trace(struct slubx_kmem_cache *s, gfp_t gfp,
			  size_t size) __assume_kmalloc_alignment
	__alloc_size(3);
void *slubx_kmalloc_node_trace(struct slubx_kmem_cache *s, gfp_t gfp, int node,
			       size_t size) __assume_kmalloc_alignment
	__alloc_size(4);
void *slubx_kmalloc_large(size_t size, gfp_t gfp) __assume_page_alignment
	__alloc_size(1);
void *slubx_kmalloc_large_node(size_t size, gfp_t gfp,
			       int node) __assume_page_alignment
	__alloc_size(1);

void *slubx_kmalloc_nolock(size_t size, gfp_t gfp,
			   int node) __assume_kmalloc_alignment __alloc_size(1);

void slubx_kfree(const void *x);
void slubx_kfree_nolock(const void *x);
void slubx_kfree_sensitive(const void *x);
size_t slubx_ksize(const void *x);
size_t slubx_kmalloc_size_roundup(size_t size);

void *slubx_krealloc_node_align(const void *x, size_t size, size_t align,
				gfp_t gfp, int node) __must_check
	__realloc_size(2);

/* ---- Allocation ----------------------------------------------------------*/

/**
 * slubx_kmalloc() - allocate memory
 * @size: bytes. 0 gives ZERO_SIZE_PTR; up to SLUBX_KMALLOC_MAX_CACHE_SIZE the
 *	smallest class that holds it; above, whole pages
 * @gfp: allocation flags, see slubx_kmem_cache_alloc(). __GFP_DMA,
 *	__GFP_RECLAIMABLE and __GFP_ACCOUNT, the first of these that is set,
 *	choose the set of caches
 *
 * A @size known to the compiler chooses its cache when the caller is compiled.
 * The address is a multiple of the largest power of two that divides the
 * class's size, and of a page where whole pages are given. After kmalloc().
 *
 * Context: Any. May sleep if @gfp allows blocking. In NMI only what the cpu
 *	has at hand is given out, else NULL.
 * Return: the memory, or NULL: there is none, or @size is over
 *	SLUBX_KMALLOC_MAX_SIZE (with a line in the log unless __GFP_NOWARN).
 */
static __always_inline __alloc_size(1) void *slubx_kmalloc(size_t size,
							   gfp_t gfp)
{
	if (__builtin_constant_p(size) && size) {
		if (size > SLUBX_KMALLOC_MAX_CACHE_SIZE)
			return slubx_kmalloc_large(size, gfp);
		return slubx_kmalloc_trace(
			slubx_kmalloc_cache(size, gfp, _RET_IP_), gfp, size);
	}
	return __slubx_kmalloc(size, gfp);
}

/**
 * slubx_kmalloc_node() - allocate memory near a NUMA node
 * @size: bytes, as for slubx_kmalloc()
 * @gfp: as for slubx_kmalloc(); with __GFP_THISNODE of @node or not at all
 * @node: the node to prefer, or NUMA_NO_NODE
 *
 * Context: as slubx_kmalloc().
 * Return: the memory, or NULL.
 */
static __always_inline __alloc_size(1) void *slubx_kmalloc_node(size_t size,
								gfp_t gfp,
								int node)
{
	if (__builtin_constant_p(size) && size) {
		if (size > SLUBX_KMALLOC_MAX_CACHE_SIZE)
			return slubx_kmalloc_large_node(size, gfp, node);
		return slubx_kmalloc_node_trace(slubx_kmalloc_cache(size, gfp,
								    _RET_IP_),
						gfp, node, size);
	}
	return __slubx_kmalloc_node(size, gfp, node);
}

/**
 * slubx_kmalloc_array_node() - allocate an array near a NUMA node
 * @n: elements
 * @size: bytes of one
 * @gfp: as for slubx_kmalloc()
 * @node: the node to prefer, or NUMA_NO_NODE
 *
 * Context: as slubx_kmalloc().
 * Return: the memory, or NULL, also when @n times @size is no size_t.
 */
static inline __alloc_size(1, 2) void *slubx_kmalloc_array_node(size_t n,
								size_t size,
								gfp_t gfp,
								int node)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	if (__builtin_constant_p(n) && __builtin_constant_p(size))
		return slubx_kmalloc_node(bytes, gfp, node);
	return __slubx_kmalloc_node(bytes, gfp, node);
}

/**
 * slubx_kmalloc_array() - allocate an array
 * @n: elements
 * @size: bytes of one
 * @gfp: as for slubx_kmalloc()
 *
 * Context: as slubx_kmalloc().
 * Return: the memory, or NULL, also when @n times @size is no size_t.
 */
static inline __alloc_size(1, 2) void *slubx_kmalloc_array(size_t n,
							   size_t size,
							   gfp_t gfp)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	if (__builtin_constant_p(n) && __builtin_constant_p(size))
		return slubx_kmalloc(bytes, gfp);
	return __slubx_kmalloc(bytes, gfp);
}

/* The same, filled with zeroes. */
#define slubx_kcalloc(n, size, gfp)                                        \
	slubx_kmalloc_array((n), (size), (gfp) | __GFP_ZERO)
#define slubx_kcalloc_node(n, size, gfp, node)                             \
	slubx_kmalloc_array_node((n), (size), (gfp) | __GFP_ZERO, (node))
#define slubx_kzalloc(size, gfp) slubx_kmalloc((size), (gfp) | __GFP_ZERO)
#define slubx_kzalloc_node(size, gfp, node)                                \
	slubx_kmalloc_node((size), (gfp) | __GFP_ZERO, (node))

/*
 * For functions that allocate on behalf of their callers: what is tracked is
 * not where the call stands but who called the function that it stands in.
 */
#define slubx_kmalloc_track_caller(size, gfp)                              \
	__slubx_kmalloc_track_caller((size), (gfp), NUMA_NO_NODE, _RET_IP_)
#define slubx_kmalloc_node_track_caller(size, gfp, node)                   \
	__slubx_kmalloc_track_caller((size), (gfp), (node), _RET_IP_)

/* ---- A new size ----------------------------------------------------------*/

static inline void *slubx_krealloc(const void *x, size_t size,
				   gfp_t gfp) __must_check __realloc_size(2);
static inline void *slubx_krealloc_array(void *x, size_t n, size_t size,
					 gfp_t gfp) __must_check
	__realloc_size(2, 3);

#define slubx_krealloc_node(x, size, gfp, node)                            \
	slubx_krealloc_node_align((x), (size), 1, (gfp), (node))

/**
 * slubx_krealloc() - give memory another size
 * @x: the memory; NULL and ZERO_SIZE_PTR are fine
 * @size: bytes from now on; 0 frees @x
 * @gfp: as for slubx_kmalloc(). With __GFP_ZERO here and in all calls before
 *	for this memory, what was never written reads as zero
 *
 * The contents stay, up to the smaller of both sizes; the address does where
 * the memory holds @size bytes anyway. After krealloc().
 *
 * Context: as slubx_kmalloc().
 * Return: the memory; ZERO_SIZE_PTR for @size 0; NULL if there is none, and
 *	then @x is as before.
 */
static inline void *slubx_krealloc(const void *x, size_t size, gfp_t gfp)
{
	return slubx_krealloc_node(x, size, gfp, NUMA_NO_NODE);
}

/**
 * slubx_krealloc_array() - give an array another length
 * @x: the array; NULL is fine
 * @n: elements from now on
 * @size: bytes of one
 * @gfp: as for slubx_krealloc()
 *
 * Context: as slubx_kmalloc().
 * Return: as slubx_krealloc(); NULL also when @n times @size is no size_t.
 */
static inline void *slubx_krealloc_array(void *x, size_t n, size_t size,
					 gfp_t gfp)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return slubx_krealloc(x, bytes, gfp);
}

#endif /* _SLUBX_KMALLOC_H */
