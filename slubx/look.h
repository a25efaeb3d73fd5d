/* SPDX-License-Identifier: GPL-2.0 */
/*
 * look.h - a moment's picture of one slab. Floor 5.
 */
#ifndef _SLUBX_LOOK_H
#define _SLUBX_LOOK_H

#include "types.h"

/* Documentation/locking.rst; MOVING is between two owners. */
enum slubx_slab_state {
	SLUBX_SLAB_FULL,
	SLUBX_SLAB_PARTIAL,
	SLUBX_SLAB_EMPTY,
	SLUBX_SLAB_CPU,
	SLUBX_SLAB_CPU_PARTIAL,
	SLUBX_SLAB_MOVING,
};

struct slubx_look {
	enum slubx_slab_state state;
	int cpu;		/* whose it is, or -1 */
	unsigned int objects;
	unsigned int inuse;	/* in clients' hands */
	/* The caller's: a bit for each object that a slab may have. */
	unsigned int room;	/* for so many */
	unsigned long *own;	/* free, on the slab's freelist */
	unsigned long *ready;	/* free, on the cpu's freelist */
};

bool slubx_look_at(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		   struct slubx_look *look);

#endif /* _SLUBX_LOOK_H */
