/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fault.h - makes chosen allocations inside slubx fail, for tests.
 *
 * Floor 0. Works on stock kernels, which have no fault injection. Costs one
 * patched no-op on a cold path while nothing is armed.
 */
#ifndef _SLUBX_FAULT_H
#define _SLUBX_FAULT_H

#include <linux/jump_label.h>
#include <linux/types.h>

/*
 * Places where slubx asks somebody else for memory, once it is loaded. While it
 * loads the kernel's own injection does it (qemu/tests/50-fail-nth.sh).
 */
enum slubx_fault_site {
	SLUBX_FAULT_PAGE_PREFERRED,	/* a slab of the order we like */
	SLUBX_FAULT_PAGE_MIN,		/* a slab of the smallest order */
	SLUBX_FAULT_PAGE_LARGE,		/* pages of a large allocation */
	SLUBX_FAULT_VMALLOC,		/* pages of kvmalloc() */
	SLUBX_FAULT_RCU_ARRAY,		/* an array of kfree_rcu()'s */
	SLUBX_FAULT_PERCPU,		/* the cpu slabs of a cache */
	SLUBX_FAULT_STAT,		/* its counters */
	SLUBX_FAULT_NODE,		/* one kmem_cache_node */
	SLUBX_FAULT_CACHE,		/* the kmem_cache itself */
	SLUBX_FAULT_ALIAS,		/* the record of an alias */
	SLUBX_FAULT_SYSFS,		/* a directory or link in sysfs */
	NR_SLUBX_FAULT_SITES
};

DECLARE_STATIC_KEY_FALSE(slubx_faults_on);

bool slubx_fault_hit(enum slubx_fault_site site);
void slubx_fault_arm(enum slubx_fault_site site, unsigned int skip,
		     unsigned int times);
void slubx_fault_disarm(void);
unsigned int slubx_fault_hits(enum slubx_fault_site site);

static __always_inline bool slubx_should_fail(enum slubx_fault_site site)
{
	return static_branch_unlikely(&slubx_faults_on) &&
	       slubx_fault_hit(site);
}

#endif /* _SLUBX_FAULT_H */
