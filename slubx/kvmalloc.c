// SPDX-License-Identifier: GPL-2.0
/*
 * kvmalloc.c - memory of one piece if that is easily had, else of single pages.
 *
 * Floor 9. Takes no lock. The pages come from the kernel's vmalloc(), of which
 * modules have two calls: one for any gfp flags and no node, one for a node
 * and GFP_KERNEL.
 */
#include <linux/export.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "errors.h"
#include "fault.h"
#include "kmalloc.h"
#include "slab.h"

/* ---- Pages ---------------------------------------------------------------*/

/* The pages of vmalloc() memory; each area ends with an address without. */
static size_t count_pages(const void *x)
{
	size_t pages = 0;

	while (vmalloc_to_page(x + pages * PAGE_SIZE))
		pages++;
	return pages;
}

static bool is_of_node(const void *x, size_t pages, int node)
{
	while (pages--)
		if (page_to_nid(vmalloc_to_page(x + pages * PAGE_SIZE)) != node)
			return false;
	return true;
}

/* What vmalloc_node() does by itself. */
#define GFP_OF_NODE \
	(GFP_KERNEL | __GFP_HIGHMEM | __GFP_HARDWALL | __GFP_ZERO | \
	 __GFP_THISNODE)

/*
 * Near @node, if the caller asks for nothing else: modules can't ask for both a
 * node and flags, and the flags count more.
 */
static void *new_pages(size_t size, gfp_t gfp, int node)
{
	bool plain = (gfp & GFP_KERNEL) == GFP_KERNEL && !(gfp & ~GFP_OF_NODE);

	if (slubx_should_fail(SLUBX_FAULT_VMALLOC))
		return NULL;
	/* Or else KASAN guards the rest of the last page, where it may grow. */
	size = PAGE_ALIGN(size);
	if (node == NUMA_NO_NODE || !plain)
		return __vmalloc(size, gfp & ~__GFP_THISNODE);
	if (gfp & __GFP_ZERO)
		return vzalloc_node(size, node);
	return vmalloc_node(size, node);
}

/* NULL, too, if they are not as @align, or __GFP_THISNODE and @node, demand. */
static void *pages_as_demanded(size_t size, size_t align, gfp_t gfp, int node)
{
	void *x = new_pages(size, gfp, node);

	if (!x)
		return NULL;
	if (IS_ALIGNED((unsigned long)x, align) &&
	    (!(gfp & __GFP_THISNODE) || node == NUMA_NO_NODE ||
	     is_of_node(x, PFN_UP(size), node)))
		return x;
	vfree(x);
	return NULL;
}

/* ---- Allocation ----------------------------------------------------------*/

/* Pages of one piece are worth no reclaim and no warning: there are others. */
static gfp_t one_piece(gfp_t gfp, size_t size)
{
	if (size <= PAGE_SIZE)
		return gfp;
	if (!(gfp & __GFP_RETRY_MAYFAIL))
		gfp &= ~__GFP_DIRECT_RECLAIM;
	return (gfp | __GFP_NOWARN) & ~__GFP_NOFAIL;
}

static void *alloc_pieces(size_t size, size_t align, gfp_t gfp, int node)
{
	if (unlikely(size > INT_MAX)) {
		if (!(gfp & __GFP_NOWARN))
			slubx_error(
				NULL,
				"kvmalloc: %zu bytes are over the limit of %d",
				size, INT_MAX);
		return NULL;
	}
	if (!gfpflags_allow_blocking(gfp))
		return NULL;
	return pages_as_demanded(size, align, gfp, node);
}

/**
 * __slubx_kmem_buckets_valloc() - slubx_kvmalloc() from a set of one's own
 * @buckets: the set, or NULL for those of slubx_kmalloc()
 * @size: as for slubx_kvmalloc()
 * @align: as for slubx_kvmalloc_node_align()
 * @gfp: as for slubx_kvmalloc()
 * @node: as for slubx_kvmalloc_node_align()
 * @caller: as for __slubx_kmalloc_track_caller()
 *
 * Context: as slubx_kvmalloc().
 * Return: as slubx_kvmalloc().
 */
void *__slubx_kmem_buckets_valloc(slubx_kmem_buckets *buckets, size_t size,
				  size_t align, gfp_t gfp, int node,
				  unsigned long caller)
{
	void *x = __slubx_kmem_buckets_alloc(
		buckets, size, one_piece(gfp, size), node, caller);

	if (likely(x) || size <= PAGE_SIZE)
		return x;
	return alloc_pieces(size, align, gfp, node);
}
EXPORT_SYMBOL_GPL(__slubx_kmem_buckets_valloc);

/**
 * slubx_kvmalloc_node_align() - allocate memory near a NUMA node, in pieces if
 *	need be
 * @size: bytes, as for slubx_kvmalloc()
 * @align: what the address of memory in pieces must be a multiple of; all of it
 *	is of a page. Memory of one piece is aligned as slubx_kmalloc()'s
 * @gfp: as for slubx_kvmalloc_node()
 * @node: the node to prefer, or NUMA_NO_NODE. Pieces are taken near it only for
 *	a caller who may wait as GFP_KERNEL does
 *
 * After kvmalloc_node_align() of 7.2.
 *
 * Context: as slubx_kvmalloc().
 * Return: the memory, or NULL.
 */
void *slubx_kvmalloc_node_align(size_t size, size_t align, gfp_t gfp, int node)
{
	return __slubx_kmem_buckets_valloc(NULL, size, align, gfp, node,
					   _RET_IP_);
}
EXPORT_SYMBOL_GPL(slubx_kvmalloc_node_align);

/* ---- A new size ----------------------------------------------------------*/

static size_t usable_size(const void *x)
{
	if (is_vmalloc_addr(x))
		return count_pages(x) * PAGE_SIZE;
	return slubx_kmalloc_bytes(x);
}

/* Memory that is long enough already may stay, if it is where it should be. */
static bool may_stay(const void *x, size_t usable, size_t align, gfp_t gfp,
		     int node)
{
	if (!IS_ALIGNED((unsigned long)x, align))
		return false;
	if (node == NUMA_NO_NODE || !(gfp & __GFP_THISNODE))
		return true;
	if (is_vmalloc_addr(x))
		return is_of_node(x, PFN_DOWN(usable), node);
	return page_to_nid(virt_to_page(x)) == node;
}

/**
 * slubx_kvrealloc_node_align() - give memory another size, alignment and node,
 *	in pieces if need be
 * @x: the memory; NULL and ZERO_SIZE_PTR are fine
 * @size: bytes from now on; 0 frees @x
 * @align: as for slubx_kvmalloc_node_align(), and what the address must be a
 *	multiple of for the memory to stay where it is
 * @gfp: as for slubx_kvrealloc(); with __GFP_THISNODE the memory must be on
 *	@node
 * @node: the node to prefer for new memory, or NUMA_NO_NODE
 *
 * After kvrealloc_node_align() of 7.2.
 *
 * Context: as slubx_kvmalloc().
 * Return: as slubx_kvrealloc().
 */
void *slubx_kvrealloc_node_align(const void *x, size_t size, size_t align,
				 gfp_t gfp, int node)
{
	size_t usable;
	void *to;

	if (unlikely(!size)) {
		slubx_kvfree(x);
		return ZERO_SIZE_PTR;
	}
	if (unlikely(ZERO_OR_NULL_PTR(x)))
		return slubx_kvmalloc_node_align(size, align, gfp, node);
	usable = usable_size(x);
	if (unlikely(!usable))
		return NULL;
	if (size <= usable && may_stay(x, usable, align, gfp, node)) {
		if (want_init_on_alloc(gfp))
			memset((void *)x + size, 0, usable - size);
		return (void *)x;
	}
	to = slubx_kvmalloc_node_align(size, align, gfp, node);
	if (!to)
		return NULL;
	memcpy(to, x, min(usable, size));
	slubx_kvfree(x);
	return to;
}
EXPORT_SYMBOL_GPL(slubx_kvrealloc_node_align);

/* ---- Freeing -------------------------------------------------------------*/

/* Areas that were freed where vfree() could not be called. */
static LLIST_HEAD(waiting);

static void free_waiting(struct work_struct *work)
{
	struct llist_node *link, *next;

	llist_for_each_safe(link, next, llist_del_all(&waiting))
		vfree(link);
}

static DECLARE_WORK(free_waiting_work, free_waiting);

/* Nobody frees any more. */
void slubx_kvmalloc_exit(void)
{
	flush_work(&free_waiting_work);
}

/**
 * slubx_kvfree() - free memory of one or of many pieces
 * @x: what slubx_kvmalloc(), slubx_kmalloc() or the kernel's vmalloc() gave;
 *	NULL and ZERO_SIZE_PTR are fine
 *
 * After kvfree().
 *
 * Context: Process context, or interrupts; not atomic otherwise, see
 *	slubx_kvfree_atomic(), and not in NMI. May sleep.
 */
void slubx_kvfree(const void *x)
{
	if (is_vmalloc_addr(x))
		vfree(x);
	else
		slubx_kfree(x);
}
EXPORT_SYMBOL_GPL(slubx_kvfree);

/**
 * slubx_kvfree_atomic() - free memory of one or of many pieces where nobody may
 *	sleep
 * @x: as for slubx_kvfree()
 *
 * Memory in pieces is freed a little later, by a work item. After
 * kvfree_atomic() of 7.2.
 *
 * Context: Any but NMI. Does not sleep.
 */
void slubx_kvfree_atomic(const void *x)
{
	if (!is_vmalloc_addr(x))
		slubx_kfree(x);
	else if (llist_add((struct llist_node *)x, &waiting))
		schedule_work(&free_waiting_work);
}
EXPORT_SYMBOL_GPL(slubx_kvfree_atomic);

/**
 * slubx_kvfree_sensitive() - free memory that nobody may read any more
 * @x: as for slubx_kvfree()
 * @size: its bytes, which are zeroed before. Memory of one piece is as
 *	slubx_kfree_sensitive() does it
 *
 * After kvfree_sensitive().
 *
 * Context: as slubx_kvfree().
 */
void slubx_kvfree_sensitive(const void *x, size_t size)
{
	if (!is_vmalloc_addr(x)) {
		slubx_kfree_sensitive(x);
		return;
	}
	memzero_explicit((void *)x, size);
	vfree(x);
}
EXPORT_SYMBOL_GPL(slubx_kvfree_sensitive);
