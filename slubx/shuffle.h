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
struct slubx_shuffle_walk
slubx_shuffle_begin(const struct slubx_shuffle *shuffle, unsigned int count);

/* A block ends where it began; the next one begins at the same step. */
static __always_inline void
slubx_shuffle_next_block(struct slubx_shuffle_walk *walk)
{
	walk->left = walk->shuffle->count;
	walk->block += walk->left;
	if (walk->block >= walk->count)
		walk->block = 0;
}

/*
 * The next object of the walk. To be called as often as there are objects.
 * Inline: it is most of what a new slab costs.
 */
static __always_inline unsigned int
slubx_shuffle_next(struct slubx_shuffle_walk *walk)
{
	const struct slubx_shuffle *shuffle = walk->shuffle;
	unsigned int index;

	if (!shuffle->count)
		return walk->block++;
	/* The last block may be short: steps that lead out of it are skipped. */
	do {
		if (unlikely(!walk->left))
			slubx_shuffle_next_block(walk);
		index = walk->block + shuffle->step[walk->at];
		walk->left--;
		if (++walk->at == shuffle->count)
			walk->at = 0;
	} while (unlikely(index >= walk->count));
	return index;
}

#endif /* _SLUBX_SHUFFLE_H */
