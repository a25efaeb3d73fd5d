// SPDX-License-Identifier: GPL-2.0
/*
 * walk.c - finds every slab of a cache by looking at every page of memory.
 *
 * Floor 2. A full slab is on no list, which is why filling one costs nothing;
 * the price is paid here, by the rare reader who must know them all. One look
 * at a struct page each 4 KiB: some milliseconds a GiB.
 */
#include <linux/memory_hotplug.h>
#include <linux/sched.h>

#include "slab.h"
#include "walk.h"

/* The end of memory that is there now. */
static unsigned long end_pfn(void)
{
	unsigned long end = 0;
	int node;

	for_each_online_node(node)
		end = max(end, node_end_pfn(node));
	return end;
}

/* The slab of @s, of any mode, that begins at @pfn. *@next is the page to look at next. */
static struct slubx_slab *look_at(struct slubx_kmem_cache *s, unsigned long pfn,
				  unsigned long *next)
{
	struct page *page = pfn_to_online_page(pfn);
	struct slubx_slab *slab = (struct slubx_slab *)page;

	/* Memory comes and goes in larger pieces than this. */
	*next = page ? pfn + 1 : ALIGN(pfn + 1, pageblock_nr_pages);
	if (!page || !slubx_slab_is_ours(slab) ||
	    !slubx_is_mode_of(s, READ_ONCE(slab->slab_cache)))
		return NULL;
	return slab;
}

/*
 * The first slab of @s in memory from page number @pfn on, or NULL. It may go
 * while the caller looks at it. Memory that is unplugged while its pages are
 * looked at is not provided for: the lock against that is not for modules.
 * May sleep.
 */
struct slubx_slab *slubx_walk_next(struct slubx_kmem_cache *s,
				   unsigned long pfn)
{
	unsigned long next, end = end_pfn();
	struct slubx_slab *slab;

	for (; pfn < end; pfn = next) {
		slab = look_at(s, pfn, &next);
		if (slab)
			return slab;
		if (!(next % PAGES_PER_SECTION))
			cond_resched();
	}
	return NULL;
}
EXPORT_SYMBOL_SLUBX(slubx_walk_next);

/*
 * Calls @visit for each slab of @s and returns their number. Exact if none is
 * made or freed meanwhile; if one can be, @visit must be content with what it
 * finds. May sleep.
 */
unsigned long
slubx_walk_slabs(struct slubx_kmem_cache *s,
		 void (*visit)(struct slubx_slab *slab, void *arg), void *arg)
{
	struct slubx_slab *slab;
	unsigned long pfn, found;

	pfn = 0;
	for (found = 0; (slab = slubx_walk_next(s, pfn)); found++) {
		visit(slab, arg);
		pfn = page_to_pfn(slubx_slab_page(slab)) + 1;
	}
	return found;
}
EXPORT_SYMBOL_SLUBX(slubx_walk_slabs);
