/* SPDX-License-Identifier: GPL-2.0 */
/*
 * failslab.h - allocations of clients that are made to fail, and who else wants
 * to know of each allocation. Floor 0.
 *
 * The fast path has one patched no-op for both: slubx_alloc_watched is on while
 * events are counted or allocations may fail.
 */
#ifndef _SLUBX_FAILSLAB_H
#define _SLUBX_FAILSLAB_H

#include <linux/jump_label.h>

#include "types.h"

DECLARE_STATIC_KEY_FALSE(slubx_alloc_watched);

/* Settings with a number, as the kernel's of that name. */
enum slubx_failslab_knob {
	SLUBX_FAILSLAB_PROBABILITY,	/* in percent */
	SLUBX_FAILSLAB_INTERVAL,	/* only each so-manyth */
	SLUBX_FAILSLAB_TIMES,		/* so many; -1: no limit */
	SLUBX_FAILSLAB_SPACE,		/* bytes that go well before */
	SLUBX_FAILSLAB_VERBOSE,		/* 1: a line; 2: a stack, too */
	SLUBX_FAILSLAB_SEED,		/* 0: never the same again */
	SLUBX_FAILSLAB_TASK,		/* whose task_filter is meant, beside */
};

/* And those that are on or off. Read and written anywhere, racy ok. */
struct slubx_failslab_filters {
	bool cache;		/* only caches with SLUBX_FAILSLAB */
	bool ignore_gfp_wait;	/* none that may wait for memory */
	bool *task;		/* only tasks that are made to fail */
};

extern struct slubx_failslab_filters slubx_failslab_filters;

bool slubx_failslab_hit(const struct slubx_kmem_cache *s, gfp_t gfp);
int slubx_failslab_set(enum slubx_failslab_knob knob, long value);
long slubx_failslab_get(enum slubx_failslab_knob knob);
void slubx_failslab_reset(void);
void slubx_stat_switch(bool on);

/* Is an allocation from @s to fail? Asked once for each, on any path. */
static __always_inline bool slubx_failslab(const struct slubx_kmem_cache *s,
					   gfp_t gfp)
{
	return static_branch_unlikely(&slubx_alloc_watched) &&
	       slubx_failslab_hit(s, gfp);
}

#endif /* _SLUBX_FAILSLAB_H */
