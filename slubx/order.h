/* SPDX-License-Identifier: GPL-2.0 */
/*
 * order.h - how many pages a slab has. Floor 1, pure but for the tunables.
 */
#ifndef _SLUBX_ORDER_H
#define _SLUBX_ORDER_H

#include "types.h"

/*
 * Tunables, set by module parameters before the first cache. A slab has at
 * least 2^slubx_min_order pages and as long as that holds an object at most
 * 2^slubx_max_order; slubx_min_objects 0 follows the number of cpus.
 */
extern unsigned int slubx_min_order;
extern unsigned int slubx_max_order;
extern unsigned int slubx_min_objects;

/* The rules by which SLUB of a kernel version spends pages to save waste. */
struct slubx_order_rules {
	unsigned int min_order;
	unsigned int max_order;
	unsigned int min_objects;
	bool rules_6_8;		/* SLUBX_ORDER_RULES_6_8 */
};

unsigned int slubx_order_objects(unsigned int order, unsigned int size);
int slubx_order_calculate(const struct slubx_order_rules *rules,
			  unsigned int size);
struct slubx_order_rules slubx_order_current_rules(void);

#endif /* _SLUBX_ORDER_H */
