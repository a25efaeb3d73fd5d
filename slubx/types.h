/* SPDX-License-Identifier: GPL-2.0 */
/*
 * types.h - the five structs. Read this first.
 *
 * Floor 0. Glossary:
 *   cache     objects of one size and kind, what a client creates
 *   slab      a compound page cut into objects of one cache
 *   object    one piece of a slab: in a client's hands, or free
 *   freelist  free objects chained through a word inside each of them
 *   frozen    a slab that one cpu owns; only the owner takes objects from it,
 *             anybody may free to it
 *   partial   a slab with free and used objects that no cpu owns, on a list
 *   order     log2 of a slab's pages
 *   mode      how slabs are cut and debugged. A client's cache is one; others,
 *             for debugging switched at run time, are caches that no client
 *             knows. Each slab belongs to the mode that it was made in
 *
 * Each field says who may touch it: "under" a lock, or a word:
 *   const      set before the cache can be seen, never changed
 *   owner cpu  only on that cpu, in the ways of cpu.h
 *   atomic     by atomic operations, from anywhere
 *   racy ok    read and written without a lock; a stale value does no harm
 * States of a slab and the order of locks: Documentation/locking.rst.
 */
#ifndef _SLUBX_TYPES_H
#define _SLUBX_TYPES_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/local_lock.h>
#include <linux/reciprocal_div.h>
#include <linux/spinlock.h>

#include "compat.h"
#include "flags.h"

struct dentry;
struct slubx_stat;

/* ---- Floor 1: how a slab is cut (layout.c) ------------------------------ */

/* Pages and objects of one slab. */
struct slubx_geometry {
	unsigned int order;
	unsigned int objects;
};

/*
 * Where things are inside an object, and objects inside a slab. Const but for
 * object_size and inuse, which grow when a cache is merged into this one.
 *
 *   object 0             object 1
 *   | object_size | ... |
 *   | inuse              free pointer here if it can't be inside |
 *   |<------- size ------>|
 */
struct slubx_layout {
	unsigned int object_size;	/* bytes the client asked for */
	unsigned int offset;		/* of the free pointer */
	unsigned int size;		/* from one object to the next */
	unsigned int inuse;		/* bytes before our own metadata */
	unsigned int align;		/* of every object */
	unsigned int red_left_pad;	/* bytes before each object */
	struct reciprocal_value reciprocal;	/* divides by size */
	/* Divides multiples of size, and finds out other numbers. */
	u32 inverse;			/* of size's odd part, modulo 2^32 */
	u32 shift;			/* size is the odd part << shift */
	struct slubx_geometry oo;	/* the slab we like */
	struct slubx_geometry min;	/* the smallest, when memory is short */
};

/* A random order for the objects of a new slab (shuffle.c). Const. */
#define SLUBX_SHUFFLE_MAX 256

struct slubx_shuffle {
	unsigned int count;		/* 0: no shuffling */
	u8 step[SLUBX_SHUFFLE_MAX];	/* a permutation of 0..count-1 */
};

/* Who had an object last. Stands in debugged objects (debug/object.h). */
struct slubx_track {
	unsigned long addr;	/* in the code */
	u32 stack;		/* in the kernel's depot; 0: none */
	int cpu;
	int pid;
	unsigned long when;	/* jiffies; 0: never */
};

enum slubx_track_item {
	SLUBX_TRACK_ALLOC,
	SLUBX_TRACK_FREE,
	SLUBX_TRACK_ITEMS
};

/* ---- Floor 2: one slab (slab.c) ----------------------------------------- */

/*
 * The word that changes together with the freelist. inuse counts objects that
 * are not on the slab's own freelist; on a cpu slab those on the cpu's
 * freelist count as in use.
 */
union slubx_counters {
	unsigned long word;
	struct {
		unsigned int inuse : 16;
		unsigned int objects : 15;	/* const */
		unsigned int frozen : 1;
		unsigned int pfmemalloc : 1;	/* const: from reserves */
		unsigned int reclaimable : 1;	/* const: accounted so */
		unsigned int partial : 1;	/* node_debug.c: on which list */
		unsigned int : 29;
	};
};

/* A slab's own freelist and its counters, swapped as one. */
union slubx_freelist_counters {
	struct slubx_pair pair;
	struct {
		void *freelist;
		union slubx_counters counters;
	};
};

/*
 * A slab is seen through the struct page of its head page, as in SLUB: no
 * memory besides, and one cache line holds all that a free touches. Only
 * slab.h and slab.c know that; the asserts below are what they rely on.
 * Rules (each was a crash once): Documentation/design.rst, "Page rules".
 */
struct slubx_slab {
	unsigned long __page_flags;
	union {
		/* NODE_PARTIAL, and FULL of a debug cache: under list_lock. */
		struct list_head slab_list;
		/* CPU_PARTIAL: the cpu's list. Owner cpu. */
		struct {
			struct slubx_slab *next;
			unsigned int slabs;	/* from here to the end */
			unsigned int cpu;	/* whose; CPU, too */
		};
		/* On the way back to the page allocator, after a grace period. */
		struct rcu_head rcu_head;
	};
	struct slubx_kmem_cache *slab_cache;	/* const, see slab.h */
	union slubx_freelist_counters fc;	/* atomic, see pair.h */
	unsigned int __page_mark;		/* const: SLUBX_PAGE_MARK */
	unsigned int __page_refcount;
};

#define SLUBX_SLAB_IS_PAGE(field, page_field)                              \
	static_assert(offsetof(struct slubx_slab, field) ==                \
		      offsetof(struct page, page_field))
SLUBX_SLAB_IS_PAGE(__page_flags, flags);
SLUBX_SLAB_IS_PAGE(slab_list, lru);
SLUBX_SLAB_IS_PAGE(slab_cache, mapping);
SLUBX_SLAB_IS_PAGE(fc.counters, private);
SLUBX_SLAB_IS_PAGE(__page_mark, page_type);
SLUBX_SLAB_IS_PAGE(__page_refcount, _refcount);
#undef SLUBX_SLAB_IS_PAGE
static_assert(sizeof(struct slubx_slab) <= sizeof(struct page));
static_assert(offsetof(struct slubx_slab, fc) % sizeof(struct slubx_pair) == 0);
static_assert(sizeof(union slubx_counters) == sizeof(unsigned long));
/*
 * Two readers of struct page that take no lock: compound_head() looks at bit 0
 * of the second word, where we keep pointers and an rcu_head that starts with
 * one; compaction, up to 6.12, takes low bits 10b of page->mapping for a
 * movable page, and there stands a pointer to a struct that is aligned to 8.
 */
static_assert(offsetof(struct slubx_slab, rcu_head) == sizeof(unsigned long));
static_assert(offsetof(struct slubx_slab, rcu_head) + sizeof(struct rcu_head) <=
	      offsetof(struct slubx_slab, slab_cache));

/* ---- Floor 4: the slabs of a cache on one node (node.c) ----------------- */

struct slubx_kmem_cache_node {
	spinlock_t list_lock;		/* lock 3b: the list and its length */
	unsigned long nr_partial;	/* under list_lock; reads racy ok */
	struct list_head partial;	/* under list_lock */
	struct list_head full;		/* under list_lock; of debug caches */

	atomic_long_t nr_slabs;		/* atomic */
	atomic_long_t total_objects;	/* atomic */
};

/* ---- Floor 5: what one cpu holds of a cache (cpu.c) --------------------- */

struct slubx_kmem_cache_cpu {
	/* {freelist, tid}: swapped as one by the fast paths, also in NMI. */
	union {
		struct slubx_pair pair;
		struct {
			void *freelist;
			unsigned long tid;
		};
	};
	struct slubx_slab *slab;	/* owner cpu, under lock */
	struct slubx_slab *partial;	/* owner cpu, under lock; racy ok to peek */
	local_lock_t lock;		/* lock 3a: all but the fast paths */
};

/* ---- Floor 7: a cache (cache.c) ----------------------------------------- */

struct slubx_kmem_cache {
	/*
	 * Offset 0: read by every allocation and free. Const, but for flags that
	 * slubx_cache_set_flag() changes.
	 */
	struct slubx_kmem_cache_cpu __percpu *cpu_slab;
	unsigned long random;			/* const: encodes freelists */
	slubx_flags_t flags;
	struct slubx_layout layout;
	void (*ctor)(void *object);		/* const */

	/* Slow paths. */
	unsigned long min_partial;		/* racy ok */
	unsigned int cpu_partial;		/* objects; racy ok */
	unsigned int cpu_partial_slabs;		/* racy ok */
	unsigned int remote_node_defrag_ratio;	/* of 1024; racy ok */
	gfp_t allocflags;			/* const */
	struct slubx_stat __percpu *stat;	/* const */
	atomic_t errors;			/* reports so far */
	atomic_t repairs;			/* of debugging's finds */

	/* Registry: under slubx_mutex. */
	struct list_head list;
	struct list_head aliases;
	int refcount;			/* clients; 0: on its way out */
	bool internal;			/* const: one of slubx's own */
	unsigned long cpu_free;		/* what iface/proc.c counts */
	unsigned int useroffset;	/* const */
	unsigned int usersize;		/* const */
	struct kobject kobj;		/* iface/sysfs.c */
	struct dentry *debugfs;		/* iface/debugfs.c */
	char name[SLUBX_NAME_LEN];

	/* Modes (mode.c). Written under switch_lock (1c); reads racy ok. */
	struct slubx_kmem_cache *client;	/* const: whose mode; NULL: none's */
	struct slubx_kmem_cache *mode;		/* of new slabs; NULL: this */
	struct slubx_kmem_cache *modes;		/* all others; only grows */
	struct slubx_kmem_cache *next_mode;	/* const: of the same client */

	struct slubx_shuffle shuffle;

	/* nr_node_ids entries, const; NULL for nodes that can't exist. */
	struct slubx_kmem_cache_node *node[];
};

static_assert(offsetof(struct slubx_kmem_cache, layout.size) +
		      sizeof(unsigned int) <=
	      SMP_CACHE_BYTES);
static_assert(__alignof__(struct slubx_kmem_cache) % 4 == 0);

static inline struct slubx_kmem_cache_node *
slubx_next_node(const struct slubx_kmem_cache *s, int *node)
{
	while (++*node < (int)nr_node_ids)
		if (s->node[*node])
			return s->node[*node];
	return NULL;
}

/* Visit the node structs of a cache: every node that may ever have memory. */
#define slubx_for_each_node(s, node, n) \
	for ((node) = -1; ((n) = slubx_next_node((s), &(node)));)

/* The cache that clients know. */
static inline struct slubx_kmem_cache *
slubx_client_of(struct slubx_kmem_cache *s)
{
	return s->client ?: s;
}

/* The mode in which slabs of a client's cache are made now. */
static inline struct slubx_kmem_cache *
slubx_mode_now(struct slubx_kmem_cache *s)
{
	/* Pairs with slubx_mode_enter(). */
	return smp_load_acquire(&s->mode) ?: s;
}

static inline struct slubx_kmem_cache *
slubx_next_mode(struct slubx_kmem_cache *s, struct slubx_kmem_cache *m)
{
	/* Pairs with publish() of mode.c. */
	return m == s ? smp_load_acquire(&s->modes) : m->next_mode;
}

/* Visit all modes of a client's cache, itself first; mostly it is the only one. */
#define slubx_for_each_mode(s, m) \
	for ((m) = (s); (m); (m) = slubx_next_mode((s), (m)))

/* Is @m, which may be any pointer, a mode of @s? */
static inline bool slubx_is_mode_of(struct slubx_kmem_cache *s,
				    const struct slubx_kmem_cache *m)
{
	struct slubx_kmem_cache *known;

	slubx_for_each_mode(s, known)
		if (known == m)
			return true;
	return false;
}

/* A cache whose slabs never belong to a cpu, or no more do. */
static inline bool slubx_is_cold(const struct slubx_kmem_cache *s)
{
	return READ_ONCE(s->flags) & SLUBX_COLD_FLAGS;
}

static inline bool slubx_has_cpu_partial(const struct slubx_kmem_cache *s)
{
	return SLUBX_CPU_PARTIAL && !slubx_is_cold(s);
}

#endif /* _SLUBX_TYPES_H */
