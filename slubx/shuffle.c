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
 * A walk over @count objects: of a slab as large as the cache likes them, or of a
 * smaller one. A shuffle without steps walks from the first on. A value and not
 * a pointer to one, or the walk could not stay in registers.
 */
struct slubx_shuffle_walk
slubx_shuffle_begin(const struct slubx_shuffle *shuffle, unsigned int count)
{
	unsigned int steps = shuffle->count;
	struct slubx_shuffle_walk walk = {
		.shuffle = shuffle,
		.count = count,
		.left = steps,
	};
	u32 draw, blocks;

	if (!steps || count < 2)
		return walk;
	draw = get_random_u32();
	walk.at = (u16)draw * steps >> 16;
	if (count > steps) {
		blocks = DIV_ROUND_UP(count, steps);
		walk.block = ((draw >> 16) * blocks >> 16) * steps;
	}
	return walk;
}
EXPORT_SYMBOL_SLUBX(slubx_shuffle_begin);
