/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace.h - what slubx does, as it happens: /sys/kernel/tracing/events/slubx.
 *
 * Floor 0. Off, an event costs one patched no-op. Fields are called as those of
 * the kernel's own events kmem:*. Read three times by the kernel's macros.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM slubx

#if !defined(_SLUBX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SLUBX_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/mmflags.h>

#include "stat.h"

/*
 * The cache's name. As an array of the right length, which all kernels know how
 * to fill in; the macro for strings changed in 6.10.
 */
#define SLUBX_TRACE_NAME __dynamic_array(char, name, strlen(s->name) + 1)
#define SLUBX_TRACE_SET_NAME strcpy(__get_str(name), s->name)

/* These macros have a shape of their own. */
/* clang-format off */

/* An object changes hands. */
TRACE_EVENT(slubx_alloc,
	TP_PROTO(struct slubx_kmem_cache *s, const void *ptr, gfp_t gfp,
		 int node, unsigned long call_site),
	TP_ARGS(s, ptr, gfp, node, call_site),
	TP_STRUCT__entry(
		SLUBX_TRACE_NAME
		__field(unsigned long, call_site)
		__field(const void *, ptr)
		__field(unsigned int, bytes_req)
		__field(unsigned int, bytes_alloc)
		__field(unsigned long, gfp_flags)
		__field(int, node)
	),
	TP_fast_assign(
		SLUBX_TRACE_SET_NAME;
		__entry->call_site = call_site;
		__entry->ptr = ptr;
		__entry->bytes_req = s->layout.object_size;
		__entry->bytes_alloc = s->layout.size;
		__entry->gfp_flags = (__force unsigned long)gfp;
		__entry->node = node;
	),
	TP_printk("call_site=%pS ptr=%p name=%s bytes_req=%u bytes_alloc=%u gfp_flags=%s node=%d",
		  (void *)__entry->call_site, __entry->ptr, __get_str(name),
		  __entry->bytes_req, __entry->bytes_alloc,
		  show_gfp_flags(__entry->gfp_flags), __entry->node)
);

TRACE_EVENT(slubx_free,
	TP_PROTO(struct slubx_kmem_cache *s, const void *ptr,
		 unsigned long call_site),
	TP_ARGS(s, ptr, call_site),
	TP_STRUCT__entry(
		SLUBX_TRACE_NAME
		__field(unsigned long, call_site)
		__field(const void *, ptr)
	),
	TP_fast_assign(
		SLUBX_TRACE_SET_NAME;
		__entry->call_site = call_site;
		__entry->ptr = ptr;
	),
	TP_printk("call_site=%pS ptr=%p name=%s", (void *)__entry->call_site,
		  __entry->ptr, __get_str(name))
);

/* Memory too large for a cache changes hands. */
TRACE_EVENT(slubx_large_alloc,
	TP_PROTO(const void *ptr, size_t bytes_req, unsigned int order,
		 gfp_t gfp, int node),
	TP_ARGS(ptr, bytes_req, order, gfp, node),
	TP_STRUCT__entry(
		__field(const void *, ptr)
		__field(size_t, bytes_req)
		__field(size_t, bytes_alloc)
		__field(unsigned long, gfp_flags)
		__field(int, node)
	),
	TP_fast_assign(
		__entry->ptr = ptr;
		__entry->bytes_req = bytes_req;
		__entry->bytes_alloc = PAGE_SIZE << order;
		__entry->gfp_flags = (__force unsigned long)gfp;
		__entry->node = node;
	),
	TP_printk("ptr=%p bytes_req=%zu bytes_alloc=%zu gfp_flags=%s node=%d",
		  __entry->ptr, __entry->bytes_req, __entry->bytes_alloc,
		  show_gfp_flags(__entry->gfp_flags), __entry->node)
);

TRACE_EVENT(slubx_large_free,
	TP_PROTO(const void *ptr, unsigned int order),
	TP_ARGS(ptr, order),
	TP_STRUCT__entry(
		__field(const void *, ptr)
		__field(size_t, bytes_alloc)
	),
	TP_fast_assign(
		__entry->ptr = ptr;
		__entry->bytes_alloc = PAGE_SIZE << order;
	),
	TP_printk("ptr=%p bytes_alloc=%zu", __entry->ptr, __entry->bytes_alloc)
);

/* A slab is made of pages, goes back to them. */
DECLARE_EVENT_CLASS(slubx_slab,
	TP_PROTO(struct slubx_kmem_cache *s, const struct slubx_slab *slab,
		 const void *address, unsigned int order, int node),
	TP_ARGS(s, slab, address, order, node),
	TP_STRUCT__entry(
		SLUBX_TRACE_NAME
		__field(const void *, slab)
		__field(unsigned int, order)
		__field(unsigned int, objects)
		__field(int, node)
	),
	TP_fast_assign(
		SLUBX_TRACE_SET_NAME;
		__entry->slab = address;
		__entry->order = order;
		__entry->objects = slab->fc.counters.objects;
		__entry->node = node;
	),
	TP_printk("slab=%p name=%s order=%u objects=%u node=%d", __entry->slab,
		  __get_str(name), __entry->order, __entry->objects,
		  __entry->node)
);

DEFINE_EVENT(slubx_slab, slubx_slab_new,
	TP_PROTO(struct slubx_kmem_cache *s, const struct slubx_slab *slab,
		 const void *address, unsigned int order, int node),
	TP_ARGS(s, slab, address, order, node)
);

DEFINE_EVENT(slubx_slab, slubx_slab_free,
	TP_PROTO(struct slubx_kmem_cache *s, const struct slubx_slab *slab,
		 const void *address, unsigned int order, int node),
	TP_ARGS(s, slab, address, order, node)
);

/* ---- Why it was not fast -------------------------------------------------*/

TRACE_DEFINE_ENUM(SLUBX_RUNG_CPU);
TRACE_DEFINE_ENUM(SLUBX_RUNG_NODE);
TRACE_DEFINE_ENUM(SLUBX_RUNG_NEW);
TRACE_DEFINE_ENUM(SLUBX_RUNG_NONE);
TRACE_DEFINE_ENUM(SLUBX_FREED_TO_FROZEN);
TRACE_DEFINE_ENUM(SLUBX_FREED_TO_PARTIAL);
TRACE_DEFINE_ENUM(SLUBX_FREED_TO_CPU_PARTIAL);
TRACE_DEFINE_ENUM(SLUBX_FREED_TO_NODE);

/* Which rung of the ladder an allocation ended on (alloc.c). */
#define SLUBX_TRACE_RUNGS                                                  \
	{ SLUBX_RUNG_CPU, "cpu" }, { SLUBX_RUNG_NODE, "node" },            \
	{ SLUBX_RUNG_NEW, "new_slab" }, { SLUBX_RUNG_NONE, "no_memory" }

TRACE_EVENT(slubx_alloc_slow,
	TP_PROTO(struct slubx_kmem_cache *s, gfp_t gfp, int node,
		 enum slubx_rung rung),
	TP_ARGS(s, gfp, node, rung),
	TP_STRUCT__entry(
		SLUBX_TRACE_NAME
		__field(unsigned long, gfp_flags)
		__field(int, node)
		__field(unsigned int, from)
	),
	TP_fast_assign(
		SLUBX_TRACE_SET_NAME;
		__entry->gfp_flags = (__force unsigned long)gfp;
		__entry->node = node;
		__entry->from = rung;
	),
	TP_printk("name=%s from=%s gfp_flags=%s node=%d", __get_str(name),
		  __print_symbolic(__entry->from, SLUBX_TRACE_RUNGS),
		  show_gfp_flags(__entry->gfp_flags), __entry->node)
);

/* What became of the slab that objects were freed to (free.c). */
#define SLUBX_TRACE_FREED_TO                                               \
	{ SLUBX_FREED_TO_FROZEN, "frozen" },                               \
	{ SLUBX_FREED_TO_PARTIAL, "partial" },                             \
	{ SLUBX_FREED_TO_CPU_PARTIAL, "cpu_partial" },                     \
	{ SLUBX_FREED_TO_NODE, "node" }

TRACE_EVENT(slubx_free_slow,
	TP_PROTO(struct slubx_kmem_cache *s, const void *ptr,
		 unsigned int count, enum slubx_freed_to to),
	TP_ARGS(s, ptr, count, to),
	TP_STRUCT__entry(
		SLUBX_TRACE_NAME
		__field(const void *, ptr)
		__field(unsigned int, count)
		__field(unsigned int, to)
	),
	TP_fast_assign(
		SLUBX_TRACE_SET_NAME;
		__entry->ptr = ptr;
		__entry->count = count;
		__entry->to = to;
	),
	TP_printk("ptr=%p name=%s objects=%u slab=%s", __entry->ptr,
		  __get_str(name), __entry->count,
		  __print_symbolic(__entry->to, SLUBX_TRACE_FREED_TO))
);

/* All that a cpu owns of a cache goes back to the nodes. */
TRACE_EVENT(slubx_cpu_flush,
	TP_PROTO(struct slubx_kmem_cache *s, int cpu),
	TP_ARGS(s, cpu),
	TP_STRUCT__entry(
		SLUBX_TRACE_NAME
		__field(int, cpu)
	),
	TP_fast_assign(
		SLUBX_TRACE_SET_NAME;
		__entry->cpu = cpu;
	),
	TP_printk("name=%s cpu=%d", __get_str(name), __entry->cpu)
);

/* A slab joins a node's partial list, leaves it. */
DECLARE_EVENT_CLASS(slubx_partial,
	TP_PROTO(struct slubx_kmem_cache *s, const struct slubx_slab *slab,
		 const void *address, int node, unsigned long nr_partial),
	TP_ARGS(s, slab, address, node, nr_partial),
	TP_STRUCT__entry(
		SLUBX_TRACE_NAME
		__field(const void *, slab)
		__field(unsigned int, inuse)
		__field(unsigned int, objects)
		__field(int, node)
		__field(unsigned long, nr_partial)
	),
	TP_fast_assign(
		SLUBX_TRACE_SET_NAME;
		__entry->slab = address;
		__entry->inuse = slab->fc.counters.inuse;
		__entry->objects = slab->fc.counters.objects;
		__entry->node = node;
		__entry->nr_partial = nr_partial;
	),
	TP_printk("slab=%p name=%s inuse=%u objects=%u node=%d nr_partial=%lu",
		  __entry->slab, __get_str(name), __entry->inuse,
		  __entry->objects, __entry->node, __entry->nr_partial)
);

DEFINE_EVENT(slubx_partial, slubx_partial_add,
	TP_PROTO(struct slubx_kmem_cache *s, const struct slubx_slab *slab,
		 const void *address, int node, unsigned long nr_partial),
	TP_ARGS(s, slab, address, node, nr_partial)
);

DEFINE_EVENT(slubx_partial, slubx_partial_remove,
	TP_PROTO(struct slubx_kmem_cache *s, const struct slubx_slab *slab,
		 const void *address, int node, unsigned long nr_partial),
	TP_ARGS(s, slab, address, node, nr_partial)
);

/* clang-format on */

#endif /* _SLUBX_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
