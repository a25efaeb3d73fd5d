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

struct walk {
	struct slubx_kmem_cache *s;
	void (*visit)(struct slubx_slab *slab, void *arg);
	void *arg;
	unsigned long found;
};

/* Looks at one page; returns how many pages that answers for. */
static unsigned long look_at(struct walk *walk, unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct slubx_slab *slab = (struct slubx_slab *)page;

	if (!page)
		return 1;
	if (!slubx_slab_is_ours(slab) || READ_ONCE(slab->slab_cache) != walk->s)
		return 1;
	walk->visit(slab, walk->arg);
	walk->found++;
	/* A slab freed this moment may say any order. */
	return 1UL << min_t(unsigned int, slubx_slab_order(slab),
			    SLUBX_MAX_PAGE_ORDER);
}

/*
 * Calls @visit for each slab of @s and returns their number. Exact if none is
 * made or freed meanwhile; if one can be, @visit must be content with what it
 * finds. Memory that is unplugged while its pages are looked at is not provided
 * for: the lock against that is not for modules. May sleep.
 */
unsigned long
slubx_walk_slabs(struct slubx_kmem_cache *s,
		 void (*visit)(struct slubx_slab *slab, void *arg), void *arg)
{
	struct walk walk = { .s = s, .visit = visit, .arg = arg };
	unsigned long pfn, end;
	int node;

	for_each_online_node(node) {
		pfn = node_start_pfn(node);
		end = node_end_pfn(node);
		while (pfn < end) {
			pfn += look_at(&walk, pfn);
			if (!(pfn % PAGES_PER_SECTION))
				cond_resched();
		}
	}
	return walk.found;
}
EXPORT_SYMBOL_SLUBX(slubx_walk_slabs);
