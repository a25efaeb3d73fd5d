/* SPDX-License-Identifier: GPL-2.0 */
/*
 * layout.h - how an object and a slab are cut. Floor 1, pure.
 */
#ifndef _SLUBX_LAYOUT_H
#define _SLUBX_LAYOUT_H

#include <linux/bitops.h>

#include "types.h"

/* What a layout follows from. */
struct slubx_layout_request {
	unsigned int object_size;
	unsigned int align;
	slubx_flags_t flags;
	bool ctor;
	bool use_freeptr_offset;
	unsigned int freeptr_offset;
};

unsigned int slubx_layout_align(slubx_flags_t flags, unsigned int align,
				unsigned int size);
int slubx_layout_compute(struct slubx_layout *layout,
			 const struct slubx_layout_request *request);
bool slubx_layout_freeptr_fits(const struct slubx_layout_request *request);
bool slubx_layout_valid(const struct slubx_layout *layout);

/* Which object is at @offset bytes into a slab's first page? */
static inline unsigned int slubx_layout_index(const struct slubx_layout *layout,
					      unsigned int offset)
{
	return reciprocal_divide(offset - layout->red_left_pad,
				 layout->reciprocal);
}

/*
 * Which object starts at @offset? If none does, a number that no object has:
 * modulo 2^32 only the multiples of size give small quotients.
 */
static inline unsigned int
slubx_layout_index_at(const struct slubx_layout *layout, unsigned int offset)
{
	return ror32((offset - layout->red_left_pad) * layout->inverse,
		     layout->shift);
}

/* Where does object @index start, in bytes from the slab's first? */
static inline unsigned int slubx_layout_at(const struct slubx_layout *layout,
					   unsigned int index)
{
	return layout->red_left_pad + index * layout->size;
}

#endif /* _SLUBX_LAYOUT_H */
