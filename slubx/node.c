// SPDX-License-Identifier: GPL-2.0
/*
 * node.c - slabs are given to a node, and objects to slabs of its list.
 *
 * Floor 4. Knows slabs; knows nothing of cpus. list_lock (3b) is taken here, in
 * node_take.c and in node_list.c, never with a cpu's lock held, and pages are
 * freed outside it. States and locks: Documentation/locking.rst.
 */
#include "freelist.h"
#include "node.h"
#include "pair.h"
#include "trace.h"

static struct slubx_kmem_cache_node *node_of(struct slubx_kmem_cache *s,
					     struct slubx_slab *slab)
{
	return s->node[slubx_slab_nid(slab)];
}

void slubx_node_init(struct slubx_kmem_cache_node *n)
{
	spin_lock_init(&n->list_lock);
	n->nr_partial = 0;
	INIT_LIST_HEAD(&n->partial);
	INIT_LIST_HEAD(&n->full);
	atomic_long_set(&n->nr_slabs, 0);
	atomic_long_set(&n->total_objects, 0);
}
EXPORT_SYMBOL_SLUBX(slubx_node_init);

/* ---- The list ------------------------------------------------------------*/

/* The slab joins the list, at one of its ends. */
void slubx_node_list_locked(struct slubx_kmem_cache_node *n,
			    struct slubx_slab *slab, enum slubx_stat_item where)
{
	lockdep_assert_held(&n->list_lock);
	n->nr_partial++;
	if (where == DEACTIVATE_TO_TAIL)
		list_add_tail(&slab->slab_list, &n->partial);
	else
		list_add(&slab->slab_list, &n->partial);
	trace_slubx_partial_add(slab->slab_cache, slab,
				slubx_slab_address(slab), slubx_slab_nid(slab),
				n->nr_partial);
}

/* Frees a slab without objects in use that is on no list any more. */
void slubx_node_discard(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	if (unlikely(slubx_is_debugged(s)))
		slubx_inspect_empty(slab);
	slubx_slab_free(s, slab);
}

/* Frees detached slabs without objects in use, chained by next. */
static void discard_chain(struct slubx_kmem_cache *s, struct slubx_slab *chain)
{
	struct slubx_slab *slab;

	while ((slab = chain)) {
		chain = slab->next;
		slubx_node_discard(s, slab);
	}
}

/* ---- Giving back ---------------------------------------------------------*/

/* A run of free objects that its owner held: head to tail, count of them. */
struct run {
	void *head;
	void *tail;
	unsigned int count;
};

static struct run measure(struct slubx_kmem_cache *s, void *freelist)
{
	struct run run = { .head = freelist };
	void *x;

	for (x = freelist; x; x = slubx_freelist_next(s, x)) {
		run.tail = x;
		run.count++;
	}
	return run;
}

/* What becomes of a slab that its owner lets go. */
enum fate {
	FULL,
	LISTED,
	DISCARDED
};

static enum fate fate_of(const struct slubx_kmem_cache *s,
			 const struct slubx_kmem_cache_node *n,
			 union slubx_freelist_counters fc)
{
	if (!fc.counters.inuse && !slubx_node_keeps_empty(s, n))
		return DISCARDED;
	return fc.freelist ? LISTED : FULL;
}

static void count_fate(struct slubx_kmem_cache *s, enum fate fate, bool remote)
{
	if (fate == FULL)
		slubx_stat(s, DEACTIVATE_FULL);
	else if (fate == DISCARDED)
		slubx_stat(s, DEACTIVATE_EMPTY);
	else
		slubx_stat(s, remote ? DEACTIVATE_TO_TAIL : DEACTIVATE_TO_HEAD);
	if (remote)
		slubx_stat(s, DEACTIVATE_REMOTE_FREES);
}

/* The state @fc becomes when the owner gives @run back and lets go. */
static union slubx_freelist_counters let_go(struct slubx_kmem_cache *s,
					    union slubx_freelist_counters fc,
					    const struct run *run)
{
	fc.counters.frozen = 0;
	if (run->count) {
		slubx_freelist_link(s, run->tail, fc.freelist);
		fc.freelist = run->head;
		fc.counters.inuse -= run->count;
	}
	return fc;
}

/*
 * Lets go of a slab that comes out full or without objects in use. Neither
 * needs the lock: a full slab is on no list, and of one without objects in use
 * nobody else knows. False, and nothing done, if it must be listed.
 */
static bool put_unlisted(struct slubx_kmem_cache *s,
			 struct slubx_kmem_cache_node *n,
			 struct slubx_slab *slab, const struct run *run)
{
	union slubx_freelist_counters old, new;
	enum fate fate;

	do {
		old = slubx_pair_read(slab);
		new = let_go(s, old, run);
		fate = fate_of(s, n, new);
		if (fate == LISTED)
			return false;
	} while (!slubx_pair_update(s, slab, old, new));

	count_fate(s, fate, old.freelist);
	if (fate == DISCARDED)
		slubx_node_discard(s, slab);
	return true;
}

/* Lets go of a slab and lists it, if it still is to be. */
static enum fate put_locked(struct slubx_kmem_cache *s,
			    struct slubx_kmem_cache_node *n,
			    struct slubx_slab *slab, const struct run *run)
{
	union slubx_freelist_counters old, new;
	enum fate fate;

	do {
		old = slubx_pair_read(slab);
		new = let_go(s, old, run);
		fate = fate_of(s, n, new);
	} while (!slubx_pair_update(s, slab, old, new));

	if (fate == LISTED)
		slubx_node_list_locked(n, slab,
				       old.freelist ? DEACTIVATE_TO_TAIL :
						      DEACTIVATE_TO_HEAD);
	count_fate(s, fate, old.freelist);
	return fate;
}

/*
 * Takes back a frozen slab together with the free objects of it that its owner
 * held (@freelist, may be NULL), and lists it, leaves it full or frees it.
 */
void slubx_node_put(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		    void *freelist)
{
	struct slubx_kmem_cache_node *n = node_of(s, slab);
	struct run run = measure(s, freelist);
	unsigned long irq;
	enum fate fate;

	if (put_unlisted(s, n, slab, &run))
		return;
	spin_lock_irqsave(&n->list_lock, irq);
	fate = put_locked(s, n, slab, &run);
	spin_unlock_irqrestore(&n->list_lock, irq);
	if (fate == DISCARDED)
		slubx_node_discard(s, slab);
}
EXPORT_SYMBOL_SLUBX(slubx_node_put);

/* Unfreezes one slab of a cpu's partial list. True if it is to be discarded. */
static bool unfreeze_locked(struct slubx_kmem_cache *s,
			    struct slubx_kmem_cache_node *n,
			    struct slubx_slab *slab)
{
	union slubx_freelist_counters old, new;

	do {
		old = slubx_pair_read(slab);
		new = old;
		new.counters.frozen = 0;
	} while (!slubx_pair_update(s, slab, old, new));

	if (!new.counters.inuse && !slubx_node_keeps_empty(s, n))
		return true;
	slubx_node_list_locked(n, slab, DEACTIVATE_TO_TAIL);
	slubx_stat(s, FREE_ADD_PARTIAL);
	return false;
}

/* Takes back the slabs at the head of @chain that are of @n; returns the rest. */
static struct slubx_slab *put_run_locked(struct slubx_kmem_cache *s,
					 struct slubx_kmem_cache_node *n,
					 struct slubx_slab *chain,
					 struct slubx_slab **empty)
{
	struct slubx_slab *slab;

	while ((slab = chain) && node_of(s, slab) == n) {
		chain = slab->next;
		if (!unfreeze_locked(s, n, slab))
			continue;
		slubx_stat(s, DEACTIVATE_EMPTY);
		slab->next = *empty;
		*empty = slab;
	}
	return chain;
}

/*
 * Takes back frozen slabs that stood on a cpu's partial list, chained by next.
 * The lock is held over a run of slabs of the same node.
 */
void slubx_node_put_chain(struct slubx_kmem_cache *s, struct slubx_slab *chain)
{
	struct slubx_slab *empty = NULL;
	struct slubx_kmem_cache_node *n;
	unsigned long irq;

	while (chain) {
		n = node_of(s, chain);
		spin_lock_irqsave(&n->list_lock, irq);
		chain = put_run_locked(s, n, chain, &empty);
		spin_unlock_irqrestore(&n->list_lock, irq);
	}
	discard_chain(s, empty);
}
EXPORT_SYMBOL_SLUBX(slubx_node_put_chain);

/*
 * Puts a run of objects on the slab's freelist; *@old is what it was before.
 * False, and nothing done, if not so many are in use.
 */
static bool push_locked(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			const struct run *run,
			union slubx_freelist_counters *old)
{
	union slubx_freelist_counters new;

	do {
		*old = slubx_pair_read(slab);
		if (SLUBX_HARDENED &&
		    unlikely(old->counters.inuse < run->count))
			return false;
		slubx_freelist_link(s, run->tail, old->freelist);
		new = *old;
		new.freelist = run->head;
		new.counters.inuse -= run->count;
	} while (!slubx_pair_update(s, slab, *old, new));
	return true;
}

/*
 * Frees @count objects, chained from @head to @tail, to a slab that no cpu
 * owned a moment ago, where that may put the slab on the list or take it off.
 * Under the lock nobody else can do either. False, and nothing done, in a
 * hardened build, if not so many are in use.
 */
bool slubx_node_free(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		     void *head, void *tail, unsigned int count)
{
	const struct run run = { .head = head, .tail = tail, .count = count };
	struct slubx_kmem_cache_node *n = node_of(s, slab);
	union slubx_freelist_counters old;
	bool discard = false;
	unsigned long irq;

	spin_lock_irqsave(&n->list_lock, irq);
	if (!push_locked(s, slab, &run, &old)) {
		spin_unlock_irqrestore(&n->list_lock, irq);
		return false;
	}
	if (old.counters.frozen) {
		/* A cpu took it meanwhile: it is the owner's business. */
		slubx_stat(s, FREE_FROZEN);
	} else if (old.counters.inuse == count &&
		   !slubx_node_keeps_empty(s, n)) {
		if (old.freelist) {
			slubx_node_unlist_locked(n, slab);
			slubx_stat(s, FREE_REMOVE_PARTIAL);
		}
		discard = true;
	} else if (!old.freelist) {
		slubx_node_list_locked(n, slab, DEACTIVATE_TO_TAIL);
		slubx_stat(s, FREE_ADD_PARTIAL);
	}
	spin_unlock_irqrestore(&n->list_lock, irq);
	if (discard)
		slubx_node_discard(s, slab);
	return true;
}
EXPORT_SYMBOL_SLUBX(slubx_node_free);

/* ---- The first of all ----------------------------------------------------*/

/*
 * The struct of @node for the cache of such structs itself: its first slab is
 * made without one, and the first object of that slab becomes it.
 */
struct slubx_kmem_cache_node *slubx_node_seed(struct slubx_kmem_cache *s,
					      int node)
{
	struct slubx_slab *slab =
		slubx_slab_new(s, GFP_KERNEL | __GFP_THISNODE, node);
	struct slubx_kmem_cache_node *n;
	unsigned long irq;

	if (!slab)
		return NULL;
	n = slab->fc.freelist;
	slab->fc.freelist = slubx_freelist_next(s, n);
	slab->fc.counters.inuse = 1;
	slab->fc.counters.frozen = 0;

	slubx_node_init(n);
	s->node[node] = n;
	atomic_long_set(&n->nr_slabs, 1);
	atomic_long_set(&n->total_objects, slab->fc.counters.objects);
	spin_lock_irqsave(&n->list_lock, irq);
	slubx_node_list_locked(n, slab, DEACTIVATE_TO_HEAD);
	spin_unlock_irqrestore(&n->list_lock, irq);
	return n;
}
