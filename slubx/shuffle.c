// SPDX-License-Identifier: GPL-2.0
/*
 * shuffle.c - a random order for the objects of a new slab.
 *
 * Floor 1, pure but for the source of randomness. Takes no lock.
 *
 * A cache draws one permutation when it is created, of all objects of its slabs
 * or of 256. A slab with more objects is walked in blocks of that many, each in
 * the permutation's order; what slabs differ in is the block and the step that
 * they begin with: one random word a slab.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/random.h>

#include "shuffle.h"

/*
 * A number below @bound, all equally likely: the low half of the product tells
 * where in its interval the draw lies, and a draw from the uneven rest of the
 * range is thrown away. (get_random_u32_below() came only with 6.2.)
 */
static u32 random_below(u32 bound)
{
	u32 uneven = -bound % bound;
	u64 product;

	do {
		product = (u64)get_random_u32() * bound;
	} while ((u32)product < uneven);
	return product >> 32;
}

/* A random permutation for slabs of @objects; none for fewer than two. */
void slubx_shuffle_init(struct slubx_shuffle *shuffle, unsigned int objects)
{
	unsigned int count = min_t(unsigned int, objects, SLUBX_SHUFFLE_MAX);
	unsigned int i, other;

	shuffle->count = count < 2 ? 0 : count;
	for (i = 0; i < shuffle->count; i++) {
		/* Step i takes the place of one before it, which moves here. */
		other = random_below(i + 1);
		shuffle->step[i] = shuffle->step[other];
		shuffle->step[other] = i;
	}
}
EXPORT_SYMBOL_SLUBX(slubx_shuffle_init);

/*
 * Start a walk over @count objects: of a slab as large as the cache likes them,
 * or of a smaller one. A shuffle without steps walks from the first on.
 */
void slubx_shuffle_begin(struct slubx_shuffle_walk *walk,
			 const struct slubx_shuffle *shuffle,
			 unsigned int count)
{
	unsigned int steps = shuffle->count;
	u32 draw, blocks;

	*walk = (struct slubx_shuffle_walk){
		.shuffle = shuffle,
		.count = count,
		.left = steps,
	};
	if (!steps || count < 2)
		return;
	draw = get_random_u32();
	walk->at = (u16)draw * steps >> 16;
	if (count <= steps)
		return;
	blocks = DIV_ROUND_UP(count, steps);
	walk->block = ((draw >> 16) * blocks >> 16) * steps;
}
EXPORT_SYMBOL_SLUBX(slubx_shuffle_begin);

/* A block ends where it began; the next one begins at the same step. */
static void next_block(struct slubx_shuffle_walk *walk)
{
	walk->left = walk->shuffle->count;
	walk->block += walk->left;
	if (walk->block >= walk->count)
		walk->block = 0;
}

/* The next object of the walk. To be called as often as there are objects. */
unsigned int slubx_shuffle_next(struct slubx_shuffle_walk *walk)
{
	const struct slubx_shuffle *shuffle = walk->shuffle;
	unsigned int index;

	if (!shuffle->count)
		return walk->block++;
	/* The last block may be short: steps that lead out of it are skipped. */
	do {
		if (!walk->left)
			next_block(walk);
		index = walk->block + shuffle->step[walk->at];
		walk->left--;
		if (++walk->at == shuffle->count)
			walk->at = 0;
	} while (unlikely(index >= walk->count));
	return index;
}
EXPORT_SYMBOL_SLUBX(slubx_shuffle_next);
