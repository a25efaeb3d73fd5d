// SPDX-License-Identifier: GPL-2.0
/*
 * large.c - memory too large for a cache: pages of its own.
 *
 * Floor 2. Takes no lock. The page rules of slab.c hold here too: the pages
 * have a mark of ours in page_type, nothing at page->mapping, one reference
 * more than is theirs, and no memory cgroup is charged.
 */
#include <linux/kmemleak.h>
#include <linux/mm.h>

#include "errors.h"
#include "fault.h"
#include "large.h"
#include "slab.h"
#include "trace.h"

/* Given out and not freed yet: at unload they are told of, and stay behind. */
static atomic_long_t large_count = ATOMIC_LONG_INIT(0);

/* One reference may get lost to the kernel's kfree() or put_page(). */
#define REFERENCES 2

static void account(struct page *page, int sign)
{
	mod_node_page_state(page_pgdat(page), NR_SLAB_UNRECLAIMABLE_B,
			    sign * (long)(PAGE_SIZE << compound_order(page)));
	atomic_long_add(sign, &large_count);
}

static struct page *get_pages(gfp_t gfp, int node, unsigned int order)
{
	if (slubx_should_fail(SLUBX_FAULT_PAGE_LARGE))
		return NULL;
	/* Near, not by the task's memory policy: as SLUB's. */
	return alloc_pages_node(slubx_slab_sane_node(NULL, node), gfp, order);
}

/*
 * Pages for @size bytes, on @node or, if that is NUMA_NO_NODE, anywhere. NULL
 * if there are none or @size is 0 or over SLUBX_KMALLOC_MAX_SIZE.
 */
void *slubx_large_new(size_t size, gfp_t gfp, int node)
{
	struct page *page;

	if (unlikely(size - 1 >= SLUBX_KMALLOC_MAX_SIZE)) {
		if (!(gfp & __GFP_NOWARN))
			slubx_error(
				NULL,
				"kmalloc: %zu bytes of pages, where 1 to %lu can be had",
				size, SLUBX_KMALLOC_MAX_SIZE);
		return NULL;
	}
	page = get_pages(slubx_slab_sane_gfp(NULL, gfp, __GFP_DMA | __GFP_ZERO),
			 node, get_order(size));
	if (!page)
		return NULL;
	*slubx_page_mark(page) = SLUBX_LARGE_MARK;
	page_ref_add(page, REFERENCES - 1);
	account(page, 1);
	trace_slubx_large_alloc(page_address(page), size, compound_order(page),
				gfp, node);
	kmemleak_alloc(page_address(page), size, 1, gfp);
	return page_address(page);
}

/* The pages that start at @x, or NULL if none of this kind do. */
static struct page *find(const void *x)
{
	struct page *page;

	if (!slubx_in_direct_map(x) || offset_in_page(x))
		return NULL;
	page = virt_to_page(x);
	return *slubx_page_mark(page) == SLUBX_LARGE_MARK ? page : NULL;
}

/*
 * @x is free from now on, and slubx_large_release() must follow. False if it is
 * not what slubx_large_new() has given out, or free: of two at once one loses.
 * For any context.
 */
bool slubx_large_disown(const void *x)
{
	struct page *page = find(x);

	return page && cmpxchg(slubx_page_mark(page), SLUBX_LARGE_MARK,
			       SLUBX_LARGE_FREED_MARK) == SLUBX_LARGE_MARK;
}

/* Was @x, an address with a struct page, disowned and not released yet? */
bool slubx_large_waits(const void *x)
{
	return !offset_in_page(x) &&
	       *slubx_page_mark(virt_to_page(x)) == SLUBX_LARGE_FREED_MARK;
}

/* Gives the pages back. Not in NMI. */
void slubx_large_release(void *x)
{
	struct page *page = virt_to_page(x);
	int lost;

	*slubx_page_mark(page) = SLUBX_PAGE_NO_MARK;
	kmemleak_free(x);
	trace_slubx_large_free(x, compound_order(page));
	account(page, -1);
	lost = REFERENCES - page_ref_count(page);
	if (unlikely(lost > 0))
		slubx_error(
			NULL,
			"kfree: 0x%p lost %d page references: it went to the kernel's kfree() or put_page() before",
			x, lost);
	if (lost < REFERENCES) {
		page_ref_sub(page, REFERENCES - 1 - max(lost, 0));
		__free_pages(page, compound_order(page));
	}
}

/* Bytes of the memory that starts at @x; 0 if none of this kind does. */
size_t slubx_large_size(const void *x)
{
	struct page *page = find(x);

	return page ? PAGE_SIZE << compound_order(page) : 0;
}

/* Given out and not freed. */
long slubx_large_count(void)
{
	return atomic_long_read(&large_count);
}
EXPORT_SYMBOL_SLUBX(slubx_large_count);
