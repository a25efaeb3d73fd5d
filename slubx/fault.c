// SPDX-License-Identifier: GPL-2.0
/*
 * fault.c - which of the requests at a site fail.
 *
 * Floor 0. One armed rule a site; a test arms, acts, disarms.
 */
#include <linux/atomic.h>

#include "compat.h"
#include "fault.h"

DEFINE_STATIC_KEY_FALSE(slubx_faults_on);
EXPORT_SYMBOL_SLUBX(slubx_faults_on);

static struct {
	atomic_t skip;		/* requests that still succeed */
	atomic_t times;		/* then, requests that fail */
	atomic_t hits;		/* failures so far */
} rules[NR_SLUBX_FAULT_SITES];

bool slubx_fault_hit(enum slubx_fault_site site)
{
	if (atomic_add_unless(&rules[site].skip, -1, 0))
		return false;
	if (!atomic_add_unless(&rules[site].times, -1, 0))
		return false;
	atomic_inc(&rules[site].hits);
	return true;
}

/* From now on let @skip requests at @site pass, then fail @times of them. */
void slubx_fault_arm(enum slubx_fault_site site, unsigned int skip,
		     unsigned int times)
{
	atomic_set(&rules[site].skip, skip);
	atomic_set(&rules[site].times, times);
	atomic_set(&rules[site].hits, 0);
	static_branch_enable(&slubx_faults_on);
}
EXPORT_SYMBOL_SLUBX(slubx_fault_arm);

/* All sites work again. How often they failed can still be read. */
void slubx_fault_disarm(void)
{
	int site;

	static_branch_disable(&slubx_faults_on);
	for (site = 0; site < NR_SLUBX_FAULT_SITES; site++)
		atomic_set(&rules[site].times, 0);
}
EXPORT_SYMBOL_SLUBX(slubx_fault_disarm);

unsigned int slubx_fault_hits(enum slubx_fault_site site)
{
	return atomic_read(&rules[site].hits);
}
EXPORT_SYMBOL_SLUBX(slubx_fault_hits);
