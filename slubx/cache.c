// SPDX-License-Identifier: GPL-2.0
/*
 * cache.c - a cache is put together from its parts, and taken apart.
 *
 * Floor 7. Takes cpus_read_lock (0) to shut down; no lock to open, since
 * nobody knows the cache yet.
 */
#include <linux/cpu.h>
#include <linux/log2.h>
#include <linux/random.h>

#include "cache.h"
#include "cpu.h"
#include "debug/options.h"
#include "errors.h"
#include "fault.h"
#include "flush.h"
#include "layout.h"
#include "path.h"
#include "shuffle.h"

struct slubx_kmem_cache *slubx_node_cache;

/* ---- Nodes ---------------------------------------------------------------*/

static struct slubx_kmem_cache_node *new_node(int node)
{
	int near = node_state(node, N_NORMAL_MEMORY) ? node : NUMA_NO_NODE;
	struct slubx_kmem_cache_node *n;

	if (slubx_should_fail(SLUBX_FAULT_NODE))
		return NULL;
	n = slubx_kmem_cache_alloc_node(slubx_node_cache, GFP_KERNEL, near);
	if (n)
		slubx_node_init(n);
	return n;
}

static void close_nodes(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache_node *n;
	int node;

	slubx_for_each_node(s, node, n) {
		s->node[node] = NULL;
		slubx_kmem_cache_free(slubx_node_cache, n);
	}
}

/*
 * Every node that can ever have memory gets its struct now, so that none has
 * to be made when memory comes online and everybody is short of it. -ENOMEM
 * leaves those that were made.
 */
static int open_nodes(struct slubx_kmem_cache *s)
{
	int node;

	for_each_node(node) {
		if (s->node[node])
			continue;
		s->node[node] = new_node(node);
		if (!s->node[node])
			return -ENOMEM;
	}
	return 0;
}

/* ---- Opening -------------------------------------------------------------*/

static gfp_t zone_flags(slubx_flags_t flags)
{
	gfp_t gfp = 0;

	if (flags & SLUBX_CACHE_DMA)
		gfp |= GFP_DMA;
	if (flags & SLUBX_CACHE_DMA32)
		gfp |= GFP_DMA32;
	return gfp;
}

static slubx_flags_t settle_flags(const struct slubx_cache_request *request)
{
	slubx_flags_t flags = request->flags;

	if (!SLUBX_DEBUG)
		flags &= ~(SLUBX_DEBUG_FLAGS | SLUBX_FAILSLAB);
	return flags;
}

static int cut(struct slubx_kmem_cache *s,
	       const struct slubx_cache_request *request)
{
	const struct slubx_layout_request wish = {
		.object_size = request->size,
		.align = slubx_layout_align(s->flags, request->args.align,
					    request->size),
		.flags = s->flags,
		.ctor = request->args.ctor,
		.freeptr_offset = request->args.freeptr_offset,
		.use_freeptr_offset = request->args.use_freeptr_offset,
	};

	return slubx_layout_compute(&s->layout, &wish);
}

/* Would an object fit in less pages without what debugging adds? */
static bool grew_by_debugging(const struct slubx_kmem_cache *s)
{
	return (s->flags & SLUBX_DEBUG_METADATA) &&
	       s->layout.min.order > get_order(s->layout.object_size);
}

/* Settles how objects are cut, and with it the flags. */
static int cut_as_allowed(struct slubx_kmem_cache *s,
			  const struct slubx_cache_request *request)
{
	int err = cut(s, request);

	if (!err && slubx_debug_options.no_higher_order &&
	    grew_by_debugging(s)) {
		s->flags &= ~SLUBX_DEBUG_METADATA;
		err = cut(s, request);
	}
	if (request->args.ctor ||
	    (s->flags & (SLUBX_TYPESAFE_BY_RCU | SLUBX_POISON)))
		s->flags |= SLUBX_KEEPS_CONTENT;
	return err;
}

/* The numbers of the cache; no memory yet. */
static int describe(struct slubx_kmem_cache *s,
		    const struct slubx_cache_request *request)
{
	int err;

	s->flags = settle_flags(request);
	err = cut_as_allowed(s, request);
	if (err)
		return err;
	if (s->flags & SLUBX_STORE_USER)
		slubx_track_init();

	s->ctor = request->args.ctor;
	s->useroffset = request->args.useroffset;
	s->usersize = request->args.usersize;
	s->allocflags = zone_flags(s->flags);
	s->random = get_random_long();
	s->min_partial = clamp_t(unsigned long, ilog2(s->layout.size) / 2,
				 SLUBX_MIN_PARTIAL, SLUBX_MAX_PARTIAL);
	s->remote_node_defrag_ratio = SLUBX_REMOTE_DEFRAG_DEFAULT;
	slubx_cpu_partial_set(s, slubx_cpu_partial_default(s));
	if (SLUBX_RANDOM)
		slubx_shuffle_init(&s->shuffle, s->layout.oo.objects);
	return 0;
}

static int open_stat(struct slubx_kmem_cache *s)
{
	if (!slubx_should_fail(SLUBX_FAULT_STAT))
		s->stat = alloc_percpu(struct slubx_stat);
	return s->stat ? 0 : -ENOMEM;
}

static int open_percpu(struct slubx_kmem_cache *s)
{
	int err = open_stat(s);

	if (err)
		return err;
	err = slubx_cpu_open(s);
	if (err)
		free_percpu(s->stat);
	return err;
}

static void close_percpu(struct slubx_kmem_cache *s)
{
	slubx_cpu_close(s);
	free_percpu(s->stat);
	s->stat = NULL;
}

/* Makes @s, all zeroes, usable. 0, -ENOMEM, or what layout.c finds wrong. */
int slubx_cache_open(struct slubx_kmem_cache *s,
		     const struct slubx_cache_request *request)
{
	int err = describe(s, request) ?: open_percpu(s);

	if (err)
		return err;
	err = open_nodes(s);
	if (err) {
		close_nodes(s);
		close_percpu(s);
	}
	return err;
}

/*
 * The same for the very first cache, slubx_node_cache itself, whose own node
 * structs are objects of slabs that must be made without one. An error leaves
 * the slabs and structs made so far, which can't be freed into the cache that
 * needs them; bootstrap.c takes them down.
 */
int slubx_cache_open_first(struct slubx_kmem_cache *s,
			   const struct slubx_cache_request *request)
{
	int node, err = describe(s, request) ?: open_percpu(s);

	if (err)
		return err;
	for_each_node_state(node, N_NORMAL_MEMORY) {
		if (slubx_should_fail(SLUBX_FAULT_NODE) ||
		    !slubx_node_seed(s, node))
			return -ENOMEM;
	}
	return open_nodes(s);
}

/* ---- Closing -------------------------------------------------------------*/

/* Slabs of one mode. */
unsigned long slubx_cache_mode_slabs(const struct slubx_kmem_cache *m)
{
	struct slubx_kmem_cache_node *n;
	unsigned long slabs = 0;
	int node;

	slubx_for_each_node(m, node, n)
		slabs += atomic_long_read(&n->nr_slabs);
	return slabs;
}
EXPORT_SYMBOL_SLUBX(slubx_cache_mode_slabs);

/* Slabs that still hold objects, or are kept empty. */
unsigned long slubx_cache_slabs(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;
	unsigned long slabs = 0;

	slubx_for_each_mode(s, m)
		slabs += slubx_cache_mode_slabs(m);
	return slabs;
}
EXPORT_SYMBOL_SLUBX(slubx_cache_slabs);

/* Slabs that debugging isolated never become empty. */
static void abandon_isolated(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache_node *n;
	unsigned int slabs = 0;
	int node;

	if (!slubx_is_debugged(s))
		return;
	slubx_for_each_node(s, node, n)
		slabs += slubx_node_abandon_isolated(s, n);
	if (slabs)
		slubx_error(s, "%u damaged slabs are lost", slabs);
}

/*
 * Sets or clears a flag of a cache in use. Others may change other flags at the
 * same time, and readers find it out when they look.
 */
void slubx_cache_set_flag(struct slubx_kmem_cache *s, slubx_flags_t flag,
			  bool on)
{
	slubx_flags_t old, new;

	do {
		old = READ_ONCE(s->flags);
		new = on ? old | flag : old & ~flag;
	} while (cmpxchg(&s->flags, old, new) != old);
}
EXPORT_SYMBOL_SLUBX(slubx_cache_set_flag);

/*
 * Takes the slabs of one mode back from the cpus and frees those without objects
 * in use. May sleep.
 */
void slubx_cache_drop_empty(struct slubx_kmem_cache *m)
{
	struct slubx_kmem_cache_node *n;
	int node;

	slubx_flush_all(m);
	slubx_for_each_node(m, node, n)
		slubx_node_drop_empty(m, n);
}

static void take_back(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;

	slubx_for_each_mode(s, m) {
		slubx_cache_drop_empty(m);
		abandon_isolated(m);
	}
}

/*
 * Takes everything back from the cpus and frees all that is free. From now on
 * nothing is given out, and a free keeps nothing. True if no slab remains.
 * May sleep.
 */
bool slubx_cache_shutdown(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;

	slubx_defer_flush();
	slubx_for_each_mode(s, m) {
		slubx_cache_set_flag(m, SLUBX_ZOMBIE, true);
		WRITE_ONCE(m->min_partial, 0);
	}
	take_back(s);
	if (!slubx_cache_slabs(s))
		return true;
	/*
	 * Who frees an object so late may have looked at the flags before, and
	 * put its slab on his cpu's list after the cpu was looked at.
	 */
	synchronize_rcu();
	take_back(s);
	return !slubx_cache_slabs(s);
}

/* Frees the parts of a cache that has no slab left. May sleep. */
void slubx_cache_close(struct slubx_kmem_cache *s)
{
	/* Pages still on their way back look at their cache. */
	if (s->flags & SLUBX_TYPESAFE_BY_RCU)
		rcu_barrier();
	close_nodes(s);
	close_percpu(s);
}

/* ---- The invariant -------------------------------------------------------*/

static bool mode_valid(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache_node *n;
	int node, cpu;

	if (!slubx_layout_valid(&s->layout))
		return false;
	slubx_for_each_node(s, node, n)
		if (!slubx_node_valid(s, n))
			return false;
	for_each_possible_cpu(cpu)
		if (!slubx_cpu_valid(s, cpu))
			return false;
	return true;
}

/* Holds while nobody uses the cache. */
bool slubx_cache_valid(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;

	slubx_for_each_mode(s, m)
		if (!mode_valid(m))
			return false;
	return true;
}
EXPORT_SYMBOL_SLUBX(slubx_cache_valid);
