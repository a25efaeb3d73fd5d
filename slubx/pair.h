/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pair.h - a slab's {freelist, counters} change together or not at all.
 *
 * Floor 2. With a 16-byte compare-and-exchange no lock is taken; without one,
 * a bit of the slab's page flags is a spinlock, held for two compares. Lock 4
 * of Documentation/locking.rst: nothing is taken under it.
 */
#ifndef _SLUBX_PAIR_H
#define _SLUBX_PAIR_H

#include <linux/jump_label.h>

#include "stat.h"
#include "types.h"

/* On where the machine swaps 16 bytes; cleared at load where it can't. */
DECLARE_STATIC_KEY_TRUE(slubx_cx16);

bool slubx_pair_update_locked(struct slubx_slab *slab,
			      union slubx_freelist_counters old,
			      union slubx_freelist_counters new);

/*
 * May the fast paths go without a lock? PREEMPT_RT's local_lock leaves
 * preemption on, so there they would meet a slow path half done.
 */
static __always_inline bool slubx_lockless(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) &&
	       static_branch_likely(&slubx_cx16);
}

/* The two halves may be of different moments: slubx_pair_update() finds out. */
static __always_inline union slubx_freelist_counters
slubx_pair_read(const struct slubx_slab *slab)
{
	union slubx_freelist_counters fc;

	fc.freelist = READ_ONCE(slab->fc.freelist);
	fc.counters.word = READ_ONCE(slab->fc.counters.word);
	return fc;
}

/* True if @slab still was as @old and now is as @new. A full barrier. */
static __always_inline bool slubx_pair_update(const struct slubx_kmem_cache *s,
					      struct slubx_slab *slab,
					      union slubx_freelist_counters old,
					      union slubx_freelist_counters new)
{
	bool done;

	if (static_branch_likely(&slubx_cx16))
		done = slubx_cmpxchg_pair(&slab->fc.pair, old.pair, new.pair);
	else
		done = slubx_pair_update_locked(slab, old, new);
	if (unlikely(!done)) {
		slubx_stat(s, CMPXCHG_DOUBLE_FAIL);
		cpu_relax();
	}
	return done;
}

#endif /* _SLUBX_PAIR_H */
