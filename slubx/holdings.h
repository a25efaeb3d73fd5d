/* SPDX-License-Identifier: GPL-2.0 */
/*
 * holdings.h - how much of a cache's free memory cpus hold ready. Floor 5.
 */
#ifndef _SLUBX_HOLDINGS_H
#define _SLUBX_HOLDINGS_H

#include "types.h"

/* Slabs of a cpu's partial list that are looked at; beyond, it extrapolates. */
#define SLUBX_HOLDINGS_MAX 10000

unsigned long slubx_holdings_here(struct slubx_kmem_cache *s, int node);
unsigned long slubx_holdings_of_cpu(struct slubx_kmem_cache *s, int cpu,
				    int node);
unsigned long slubx_holdings_of_all(struct slubx_kmem_cache *s, int node);

#endif /* _SLUBX_HOLDINGS_H */
