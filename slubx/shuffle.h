/* SPDX-License-Identifier: GPL-2.0 */
/*
 * shuffle.h - a random order for the objects of a new slab. Floor 1, pure but
 * for the source of randomness.
 */
#ifndef _SLUBX_SHUFFLE_H
#define _SLUBX_SHUFFLE_H

#include "types.h"

/* A walk over the objects 0..count-1 of one slab, each visited once. */
struct slubx_shuffle_walk {
	const struct slubx_shuffle *shuffle;
	unsigned int count;	/* objects of the slab */
	unsigned int block;	/* first object of the current block */
	unsigned int at;	/* the next place in step[] */
	unsigned int left;	/* steps to go in the block */
};

void slubx_shuffle_init(struct slubx_shuffle *shuffle, unsigned int objects);
void slubx_shuffle_begin(struct slubx_shuffle_walk *walk,
			 const struct slubx_shuffle *shuffle,
			 unsigned int count);
unsigned int slubx_shuffle_next(struct slubx_shuffle_walk *walk);

#endif /* _SLUBX_SHUFFLE_H */
