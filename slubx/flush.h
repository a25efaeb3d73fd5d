/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flush.h - what all cpus own of a cache goes back to the nodes. Floor 5.
 */
#ifndef _SLUBX_FLUSH_H
#define _SLUBX_FLUSH_H

#include "types.h"

int slubx_flush_init(void);
void slubx_flush_exit(void);
void slubx_flush_all(struct slubx_kmem_cache *s);
void slubx_flush_all_cpuslocked(struct slubx_kmem_cache *s);

#endif /* _SLUBX_FLUSH_H */
