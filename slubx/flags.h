/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flags.h - constants of the build, masks over cache flags, tunables.
 *
 * Floor 0. A variant is a constant that plain `if` tests, so every branch is
 * always compiled. slubx/Kconfig documents the options, slubx/probe.mk sets them.
 */
#ifndef _SLUBX_FLAGS_H
#define _SLUBX_FLAGS_H

#include <linux/build_bug.h>
#include <linux/kconfig.h>
#include <slubx/slubx.h>

#include "compat.h"

/* Encode free pointers, verify what is freed (CONFIG_SLAB_FREELIST_HARDENED). */
#define SLUBX_HARDENED IS_ENABLED(CONFIG_SLUBX_HARDENED)
/* Shuffle the freelist of a new slab (CONFIG_SLAB_FREELIST_RANDOM). */
#define SLUBX_RANDOM IS_ENABLED(CONFIG_SLUBX_RANDOM)
/* Keep partial slabs on each cpu (CONFIG_SLUB_CPU_PARTIAL). */
#define SLUBX_CPU_PARTIAL IS_ENABLED(CONFIG_SLUBX_CPU_PARTIAL)
/* Red zones, poison, tracking (CONFIG_SLUB_DEBUG). Without, their flags are dropped at creation. */
#define SLUBX_DEBUG IS_ENABLED(CONFIG_SLUBX_DEBUG)

/* Those that make objects larger. */
#define SLUBX_DEBUG_METADATA (SLUBX_RED_ZONE | SLUBX_POISON | SLUBX_STORE_USER)

/* Any of these and a cache never has a cpu slab. */
#define SLUBX_DEBUG_FLAGS                                                  \
	(SLUBX_CONSISTENCY_CHECKS | SLUBX_RED_ZONE | SLUBX_POISON |        \
	 SLUBX_STORE_USER | SLUBX_TRACE)

/* What a caller of slubx_kmem_cache_create() may pass. */
#define SLUBX_FLAGS_PERMITTED                                              \
	(SLUBX_DEBUG_FLAGS | SLUBX_FAILSLAB | SLUBX_HWCACHE_ALIGN |        \
	 SLUBX_CACHE_DMA | SLUBX_CACHE_DMA32 | SLUBX_RECLAIM_ACCOUNT |     \
	 SLUBX_PANIC | SLUBX_TYPESAFE_BY_RCU | SLUBX_NOLEAKTRACE |         \
	 SLUBX_NO_MERGE | SLUBX_ACCOUNT | SLUBX_NO_USER_FLAGS)

/* Caches with one of these share their slabs with nobody. */
#define SLUBX_NEVER_MERGE                                                  \
	(SLUBX_RED_ZONE | SLUBX_POISON | SLUBX_STORE_USER | SLUBX_TRACE |  \
	 SLUBX_TYPESAFE_BY_RCU | SLUBX_NOLEAKTRACE | SLUBX_FAILSLAB |      \
	 SLUBX_NO_MERGE)

/* Caches share slabs only if these agree. */
#define SLUBX_MERGE_SAME                                                   \
	(SLUBX_RECLAIM_ACCOUNT | SLUBX_CACHE_DMA | SLUBX_CACHE_DMA32 |     \
	 SLUBX_ACCOUNT)

/*
 * Internal: what an object holds is not to be zeroed unasked, because of a
 * constructor, TYPESAFE_BY_RCU or poison.
 */
#define SLUBX_KEEPS_CONTENT SLUBX_FLAG(0x40000000)
/* Internal: one of kmalloc()'s (SLAB_KMALLOC). */
#define SLUBX_KMALLOC SLUBX_FLAG(0x00001000)
/* Internal: destroyed, maybe with objects in use (Documentation/design.rst). */
#define SLUBX_ZOMBIE SLUBX_FLAG(0x80000000)

/* Internal: its slabs drain, new ones are made in another mode (mode.c). */
#define SLUBX_DRAINING SLUBX_FLAG(0x20000000)

/*
 * Caches of this kind never have a cpu slab, so the fast paths meet none of them.
 * Zombies give nothing out; what is debugged comes and goes by node_debug.c.
 */
#define SLUBX_COLD_FLAGS (SLUBX_DEBUG_FLAGS | SLUBX_ZOMBIE | SLUBX_DRAINING)

/* Empty or partial slabs that a node keeps: ilog2(size) / 2 within these. */
#define SLUBX_MIN_PARTIAL 5
#define SLUBX_MAX_PARTIAL 10

/* inuse and objects are 16 and 15 bits of a slab's counters. */
#define SLUBX_MAX_OBJS_PER_SLAB 32767

/* The largest object: what a page allocation can hold (KMALLOC_MAX_SIZE). */
#define SLUBX_MAX_SIZE (PAGE_SIZE << SLUBX_MAX_PAGE_ORDER)

/* Names are kept in the cache; longer ones are cut. */
#define SLUBX_NAME_LEN 64

/* Chance of looking at other nodes, of 1024; sysfs shows a tenth of it. */
#define SLUBX_REMOTE_DEFRAG_DEFAULT 1000

/* What a request for an object may pass on to the page allocator... */
#define SLUBX_GFP_PAGE                                                     \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | \
	 __GFP_RETRY_MAYFAIL | __GFP_NOFAIL | __GFP_NORETRY | __GFP_MEMALLOC | \
	 __GFP_NOMEMALLOC | SLUBX_GFP_ATOMIC | __GFP_HARDWALL |                \
	 __GFP_THISNODE | __GFP_NOLOCKDEP)
/* ... and what makes no sense for a slab and is reported (GFP_SLAB_BUG_MASK). */
#define SLUBX_GFP_SENSELESS (__GFP_DMA32 | __GFP_HIGHMEM | ~__GFP_BITS_MASK)

#endif /* _SLUBX_FLAGS_H */
