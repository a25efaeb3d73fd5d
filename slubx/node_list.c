// SPDX-License-Identifier: GPL-2.0
/*
 * node_list.c - walks over the whole partial list of a node: to sort it, to
 * empty it, to count, to check.
 *
 * Floor 4. Takes list_lock (3b); pages are freed outside it.
 */
#include "node.h"

/* Slabs with at most this many free objects are sorted; the rest stay behind. */
#define SORTED_FREE_MAX 32

/* A count looks at no more slabs than this; beyond, it extrapolates. */
#define COUNT_MAX 10000

/* Others free to listed slabs without the lock, so each look is one read. */
static union slubx_counters counters_of(const struct slubx_slab *slab)
{
	return (union slubx_counters){ .word = READ_ONCE(
					       slab->fc.counters.word) };
}

static unsigned int free_in(const struct slubx_slab *slab)
{
	union slubx_counters counters = counters_of(slab);

	return counters.objects - counters.inuse;
}

static void discard_list(struct slubx_kmem_cache *s, struct list_head *list)
{
	struct slubx_slab *slab, *next;

	list_for_each_entry_safe(slab, next, list, slab_list)
		slubx_node_discard(s, slab);
}

/* Takes a slab without objects in use off the list, to be freed later. */
static bool move_if_empty_locked(struct slubx_kmem_cache_node *n,
				 struct slubx_slab *slab, struct list_head *to)
{
	if (counters_of(slab).inuse)
		return false;
	slubx_node_unlist_locked(n, slab);
	list_add(&slab->slab_list, to);
	return true;
}

/*
 * Frees the empty slabs and puts the fullest first, so that they fill up and
 * the emptier ones get a chance to become empty.
 */
void slubx_node_shrink(struct slubx_kmem_cache *s,
		       struct slubx_kmem_cache_node *n)
{
	struct list_head by_free[SORTED_FREE_MAX];
	struct slubx_slab *slab, *next;
	unsigned long irq;
	unsigned int free;
	LIST_HEAD(empty);
	int i;

	for (i = 0; i < SORTED_FREE_MAX; i++)
		INIT_LIST_HEAD(&by_free[i]);

	spin_lock_irqsave(&n->list_lock, irq);
	list_for_each_entry_safe(slab, next, &n->partial, slab_list) {
		if (move_if_empty_locked(n, slab, &empty))
			continue;
		free = free_in(slab);
		if (free && free <= SORTED_FREE_MAX)
			list_move(&slab->slab_list, &by_free[free - 1]);
	}
	for (i = SORTED_FREE_MAX - 1; i >= 0; i--)
		list_splice(&by_free[i], &n->partial);
	spin_unlock_irqrestore(&n->list_lock, irq);

	discard_list(s, &empty);
}
EXPORT_SYMBOL_SLUBX(slubx_node_shrink);

/*
 * Frees the slabs without objects in use, however many a node may keep. Returns
 * how many there were.
 */
unsigned int slubx_node_drop_empty(struct slubx_kmem_cache *s,
				   struct slubx_kmem_cache_node *n)
{
	struct slubx_slab *slab, *next;
	unsigned int count = 0;
	unsigned long irq;
	LIST_HEAD(empty);

	spin_lock_irqsave(&n->list_lock, irq);
	list_for_each_entry_safe(slab, next, &n->partial, slab_list)
		count += move_if_empty_locked(n, slab, &empty);
	spin_unlock_irqrestore(&n->list_lock, irq);

	discard_list(s, &empty);
	return count;
}
EXPORT_SYMBOL_SLUBX(slubx_node_drop_empty);

static unsigned long count_in(const struct slubx_slab *slab,
			      enum slubx_partial_count what)
{
	switch (what) {
	case SLUBX_PARTIAL_OBJECTS:
		return counters_of(slab).objects;
	case SLUBX_PARTIAL_INUSE:
		return counters_of(slab).inuse;
	case SLUBX_PARTIAL_FREE:
		return free_in(slab);
	case SLUBX_PARTIAL_EMPTY:
		return !counters_of(slab).inuse;
	default:
		return 1;
	}
}

/*
 * Counts slabs of the list or objects in them. Exact up to 10000 slabs; on a
 * longer list the head stands for the whole, as in SLUB since 6.10, so that
 * the lock is never held for long.
 */
unsigned long slubx_node_count_partial(struct slubx_kmem_cache_node *n,
				       enum slubx_partial_count what)
{
	unsigned long total, seen = 0, count = 0;
	struct slubx_slab *slab;
	unsigned long irq;

	spin_lock_irqsave(&n->list_lock, irq);
	total = n->nr_partial;
	if (what == SLUBX_PARTIAL_SLABS) {
		count = total;
		goto unlock;
	}
	list_for_each_entry(slab, &n->partial, slab_list) {
		count += count_in(slab, what);
		if (++seen == COUNT_MAX)
			break;
	}
unlock:
	spin_unlock_irqrestore(&n->list_lock, irq);
	return seen < COUNT_MAX ? count : mult_frac(count, total, seen);
}
EXPORT_SYMBOL_SLUBX(slubx_node_count_partial);

/*
 * Sets the bits of the free objects of @slab in @map, if it is listed and has
 * some in use; else false, and nothing is looked at. The lock keeps it listed,
 * and who frees to it puts links before those that are followed here.
 */
bool slubx_node_map_free(struct slubx_kmem_cache *s,
			 const struct slubx_slab *slab, unsigned long *map)
{
	struct slubx_kmem_cache_node *n = s->node[slubx_slab_nid(slab)];
	union slubx_counters counters;
	unsigned long irq;
	bool listed;

	if (!n)
		return false;
	spin_lock_irqsave(&n->list_lock, irq);
	counters = counters_of(slab);
	listed = slubx_slab_is_ours(slab) && READ_ONCE(slab->slab_cache) == s &&
		 !counters.frozen && counters.inuse &&
		 counters.inuse < counters.objects;
	if (listed)
		slubx_slab_free_objects(s, slab, map);
	spin_unlock_irqrestore(&n->list_lock, irq);
	return listed;
}
EXPORT_SYMBOL_SLUBX(slubx_node_map_free);

/* The slabs listed here get @s as their cache: it was copied to a new place. */
void slubx_node_adopt(struct slubx_kmem_cache *s,
		      struct slubx_kmem_cache_node *n)
{
	struct slubx_slab *slab;
	unsigned long irq;

	spin_lock_irqsave(&n->list_lock, irq);
	list_for_each_entry(slab, &n->partial, slab_list)
		slab->slab_cache = s;
	spin_unlock_irqrestore(&n->list_lock, irq);
}

static bool listed_slab_valid(const struct slubx_kmem_cache *s, int node,
			      const struct slubx_slab *slab)
{
	return slab->slab_cache == s && !slab->fc.counters.frozen &&
	       slab->fc.freelist && slubx_slab_nid(slab) == node &&
	       slubx_slab_valid(slab);
}

static int node_id(const struct slubx_kmem_cache *s,
		   const struct slubx_kmem_cache_node *n)
{
	int node;

	for (node = 0; node < (int)nr_node_ids; node++)
		if (s->node[node] == n)
			return node;
	return NUMA_NO_NODE;
}

/*
 * Holds while nobody frees to the cache: what is on the list is NODE_PARTIAL,
 * and all of it is counted.
 */
bool slubx_node_valid(struct slubx_kmem_cache *s,
		      struct slubx_kmem_cache_node *n)
{
	int node = node_id(s, n);
	struct slubx_slab *slab;
	unsigned long listed = 0;
	bool valid = true;
	unsigned long irq;

	spin_lock_irqsave(&n->list_lock, irq);
	list_for_each_entry(slab, &n->partial, slab_list) {
		listed++;
		if (!listed_slab_valid(s, node, slab)) {
			valid = false;
			break;
		}
	}
	valid = valid && listed == n->nr_partial &&
		listed <= (unsigned long)atomic_long_read(&n->nr_slabs);
	spin_unlock_irqrestore(&n->list_lock, irq);
	return valid;
}
EXPORT_SYMBOL_SLUBX(slubx_node_valid);
