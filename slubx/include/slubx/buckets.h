/* SPDX-License-Identifier: GPL-2.0 */
/*
 * buckets.h - a set of kmalloc caches of one's own, apart from all others; and
 * allocation by type. Included by slubx.h.
 *
 * Who can overflow an object of a set has no objects of others beside it.
 */
#ifndef _SLUBX_BUCKETS_H
#define _SLUBX_BUCKETS_H

#include <linux/overflow.h>
#include <slubx/kmalloc.h>
#include <slubx/kvmalloc.h>

/* ---- Sets ----------------------------------------------------------------*/

/*
 * As slubx_kmalloc() and slubx_kvmalloc(), from the set @b; it, not @gfp,
 * chooses the caches. More than the largest class holds is of no cache.
 */
#define slubx_kmem_buckets_alloc(b, size, gfp)                             \
	__slubx_kmem_buckets_alloc((b), (size), (gfp), NUMA_NO_NODE, _THIS_IP_)
#define slubx_kmem_buckets_alloc_node_track_caller(b, size, gfp, node)     \
	__slubx_kmem_buckets_alloc((b), (size), (gfp), (node), _RET_IP_)
#define slubx_kmem_buckets_alloc_track_caller(b, size, gfp)                \
	slubx_kmem_buckets_alloc_node_track_caller((b), (size), (gfp),     \
						   NUMA_NO_NODE)
#define slubx_kmem_buckets_valloc(b, size, gfp)                            \
	__slubx_kmem_buckets_valloc((b), (size), 1, (gfp), NUMA_NO_NODE,   \
				    _THIS_IP_)

/* ---- By type -------------------------------------------------------------*/

#define __slubx_second(a, b, ...) b
/* The argument if there is one, else GFP_KERNEL. */
#define __slubx_gfp(...) __slubx_second(, ##__VA_ARGS__, GFP_KERNEL)

#define __slubx_objs(alloc, T, n, gfp)                                     \
	((typeof(T) *)alloc(size_mul(sizeof(typeof(T)), (n)), gfp))
#define __slubx_flex(alloc, T, field, n, gfp)                              \
	((typeof(T) *)alloc(struct_size((typeof(T) *)NULL, field, (n)), gfp))

/*
 * One object, @n of them, or one that ends with @n elements of the flexible
 * array @field. @T is a type or a variable of it, which gives the size and the
 * type of the result; gfp may be left out for GFP_KERNEL. NULL as the function
 * in the name gives it, also for what is no size_t. After kmalloc_obj() and its
 * like of 7.2, which also set a counter that __counted_by() names.
 */
#define slubx_kmalloc_obj(T, ...)                                          \
	__slubx_objs(slubx_kmalloc, T, 1, __slubx_gfp(__VA_ARGS__))
#define slubx_kmalloc_objs(T, n, ...)                                      \
	__slubx_objs(slubx_kmalloc, T, n, __slubx_gfp(__VA_ARGS__))
#define slubx_kmalloc_flex(T, field, n, ...)                               \
	__slubx_flex(slubx_kmalloc, T, field, n, __slubx_gfp(__VA_ARGS__))
#define slubx_kzalloc_obj(T, ...)                                          \
	__slubx_objs(slubx_kzalloc, T, 1, __slubx_gfp(__VA_ARGS__))
#define slubx_kzalloc_objs(T, n, ...)                                      \
	__slubx_objs(slubx_kzalloc, T, n, __slubx_gfp(__VA_ARGS__))
#define slubx_kzalloc_flex(T, field, n, ...)                               \
	__slubx_flex(slubx_kzalloc, T, field, n, __slubx_gfp(__VA_ARGS__))
#define slubx_kvmalloc_obj(T, ...)                                         \
	__slubx_objs(slubx_kvmalloc, T, 1, __slubx_gfp(__VA_ARGS__))
#define slubx_kvmalloc_objs(T, n, ...)                                     \
	__slubx_objs(slubx_kvmalloc, T, n, __slubx_gfp(__VA_ARGS__))
#define slubx_kvmalloc_flex(T, field, n, ...)                              \
	__slubx_flex(slubx_kvmalloc, T, field, n, __slubx_gfp(__VA_ARGS__))
#define slubx_kvzalloc_obj(T, ...)                                         \
	__slubx_objs(slubx_kvzalloc, T, 1, __slubx_gfp(__VA_ARGS__))
#define slubx_kvzalloc_objs(T, n, ...)                                     \
	__slubx_objs(slubx_kvzalloc, T, n, __slubx_gfp(__VA_ARGS__))
#define slubx_kvzalloc_flex(T, field, n, ...)                              \
	__slubx_flex(slubx_kvzalloc, T, field, n, __slubx_gfp(__VA_ARGS__))

#endif /* _SLUBX_BUCKETS_H */
