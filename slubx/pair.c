// SPDX-License-Identifier: GPL-2.0
/*
 * pair.c - the path of pair.h for machines without a 16-byte exchange.
 *
 * Floor 2. PG_locked is nobody else's on our pages, and it is clear again
 * before they go back to the page allocator.
 */
#include <linux/processor.h>
#include <linux/bit_spinlock.h>

#include "pair.h"
#include "slab.h"

DEFINE_STATIC_KEY_TRUE(slubx_cx16);
EXPORT_SYMBOL_SLUBX(slubx_cx16);

bool slubx_pair_update_locked(struct slubx_slab *slab,
			      union slubx_freelist_counters old,
			      union slubx_freelist_counters new)
{
	unsigned long *bits = slubx_page_flags(slubx_slab_page(slab));
	unsigned long irq;
	bool same;

	local_irq_save(irq);
	bit_spin_lock(PG_locked, bits);
	same = slab->fc.freelist == old.freelist &&
	       slab->fc.counters.word == old.counters.word;
	if (same) {
		WRITE_ONCE(slab->fc.freelist, new.freelist);
		WRITE_ONCE(slab->fc.counters.word, new.counters.word);
	}
	bit_spin_unlock(PG_locked, bits);
	local_irq_restore(irq);
	return same;
}
EXPORT_SYMBOL_SLUBX(slubx_pair_update_locked);
