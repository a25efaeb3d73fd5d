/* SPDX-License-Identifier: GPL-2.0 */
/*
 * node.h - the partial slabs of one cache on one NUMA node.
 *
 * Floor 4. Slabs go in and out of here detached: no caller sees list_lock.
 */
#ifndef _SLUBX_NODE_H
#define _SLUBX_NODE_H

#include "debug/inspect.h"
#include "slab.h"
#include "trace.h"
#include "types.h"

/* Slabs that were taken off a node's list. All frozen, the caller's to own. */
struct slubx_taken {
	struct slubx_slab *slab;	/* for the cpu slab, or NULL */
	void *freelist;			/* all of slab's free objects */
	struct slubx_slab *rest;	/* for the cpu's partial list, by next */
};

/* Which slabs of a node's partial list to count, and what of them. */
enum slubx_partial_count {
	SLUBX_PARTIAL_SLABS,
	SLUBX_PARTIAL_OBJECTS,
	SLUBX_PARTIAL_INUSE,
	SLUBX_PARTIAL_FREE,
	SLUBX_PARTIAL_EMPTY,	/* slabs without objects in use */
};

void slubx_node_discard(struct slubx_kmem_cache *s, struct slubx_slab *slab);
void slubx_node_init(struct slubx_kmem_cache_node *n);
void slubx_node_put(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		    void *freelist);
void slubx_node_put_chain(struct slubx_kmem_cache *s, struct slubx_slab *chain);
bool slubx_node_free(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		     void *head, void *tail, unsigned int count);
struct slubx_kmem_cache_node *slubx_node_seed(struct slubx_kmem_cache *s,
					      int node);

void slubx_node_list_locked(struct slubx_kmem_cache_node *n,
			    struct slubx_slab *slab,
			    enum slubx_stat_item where);

/* node_take.c */
bool slubx_node_take(struct slubx_kmem_cache *s, gfp_t gfp, int node,
		     struct slubx_taken *taken);
bool slubx_may_use_reserves(gfp_t gfp);
bool slubx_node_allowed(int node);

/* node_list.c */
void slubx_node_shrink(struct slubx_kmem_cache *s,
		       struct slubx_kmem_cache_node *n);
unsigned int slubx_node_drop_empty(struct slubx_kmem_cache *s,
				   struct slubx_kmem_cache_node *n);
unsigned long slubx_node_count_partial(struct slubx_kmem_cache_node *n,
				       enum slubx_partial_count what);
bool slubx_node_map_free(struct slubx_kmem_cache *s,
			 const struct slubx_slab *slab, unsigned long *map);
void slubx_node_adopt(struct slubx_kmem_cache *s,
		      struct slubx_kmem_cache_node *n);
bool slubx_node_valid(struct slubx_kmem_cache *s,
		      struct slubx_kmem_cache_node *n);

/* node_debug.c */
void *slubx_node_alloc_one(struct slubx_kmem_cache *s, gfp_t gfp, int node,
			   const struct slubx_user *user);
void slubx_node_free_one(struct slubx_slab *slab, void *x,
			 const struct slubx_user *user);
void slubx_node_validate(struct slubx_kmem_cache *s,
			 struct slubx_kmem_cache_node *n, unsigned long *map);
void slubx_node_visit_used(
	struct slubx_kmem_cache *s, struct slubx_slab *slab, unsigned long *map,
	void (*visit)(struct slubx_slab *slab, void *x, void *arg), void *arg);
unsigned int slubx_node_abandon_isolated(struct slubx_kmem_cache *s,
					 struct slubx_kmem_cache_node *n);

/* Slabs without objects in use that a node keeps. Racy. */
static inline bool slubx_node_keeps_empty(const struct slubx_kmem_cache *s,
					  const struct slubx_kmem_cache_node *n)
{
	return READ_ONCE(n->nr_partial) < READ_ONCE(s->min_partial) &&
	       !(READ_ONCE(s->flags) & SLUBX_DRAINING);
}

/* The slab leaves the list. For the files of this floor. */
static inline void slubx_node_unlist_locked(struct slubx_kmem_cache_node *n,
					    struct slubx_slab *slab)
{
	lockdep_assert_held(&n->list_lock);
	/* Not list_del(): its poison must not stand in a struct page. */
	list_del_init(&slab->slab_list);
	n->nr_partial--;
	trace_slubx_partial_remove(slab->slab_cache, slab,
				   slubx_slab_address(slab),
				   slubx_slab_nid(slab), n->nr_partial);
}

/* Slabs from the page allocator's reserves are for those who may use them. */
static __always_inline bool slubx_slab_fits(const struct slubx_slab *slab,
					    gfp_t gfp)
{
	if (unlikely(slab->fc.counters.pfmemalloc))
		return slubx_may_use_reserves(gfp);
	return true;
}

#endif /* _SLUBX_NODE_H */
