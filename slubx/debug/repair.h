/* SPDX-License-Identifier: GPL-2.0 */
/*
 * repair.h - what is done about a verdict. Floor 3.
 */
#ifndef _SLUBX_DEBUG_REPAIR_H
#define _SLUBX_DEBUG_REPAIR_H

#include "../slab.h"
#include "verdict.h"

void slubx_repair(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		  const struct slubx_verdict *v);
void slubx_repair_isolate(struct slubx_kmem_cache *s, struct slubx_slab *slab);

#endif /* _SLUBX_DEBUG_REPAIR_H */
