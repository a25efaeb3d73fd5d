// SPDX-License-Identifier: GPL-2.0
/*
 * layout.c - how an object and a slab are cut.
 *
 * Floor 1, pure but for the tunables of order.c. Takes no lock. The pictures
 * are in Documentation/layout.rst; slubx_layout_valid() is the specification,
 * written so that it shares no step with the computation it checks.
 */
#include <linux/align.h>
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "layout.h"
#include "order.h"

#define WORD ((unsigned int)sizeof(void *))

/*
 * The alignment that objects of @size bytes get. Small objects share a cache
 * line, but none of them lies in two.
 */
unsigned int slubx_layout_align(slubx_flags_t flags, unsigned int align,
				unsigned int size)
{
	unsigned int line = cache_line_size();

	if (flags & SLUBX_HWCACHE_ALIGN) {
		while (size <= line / 2)
			line /= 2;
		align = max(align, line);
	}
	align = max_t(unsigned int, align, arch_slab_minalign());
	return ALIGN(align, WORD);
}
EXPORT_SYMBOL_SLUBX(slubx_layout_align);

/*
 * Is the wish for a place of the free pointer one that makes sense? Inside of
 * the object, aligned, and for objects that else would grow by a word.
 */
bool slubx_layout_freeptr_fits(const struct slubx_layout_request *request)
{
	if (!request->use_freeptr_offset)
		return true;
	return (request->ctor || (request->flags & SLUBX_TYPESAFE_BY_RCU)) &&
	       request->freeptr_offset < request->object_size &&
	       IS_ALIGNED(request->freeptr_offset, WORD);
}

/*
 * Both limits together keep every sum below from overflowing: the largest is
 * an object, two alignments and a few words.
 */
static int check_request(const struct slubx_layout_request *request)
{
	if (!request->object_size)
		return -EINVAL;
	if (request->align && !is_power_of_2(request->align))
		return -EINVAL;
	if (request->object_size > SLUBX_MAX_SIZE ||
	    request->align > SLUBX_MAX_SIZE)
		return -E2BIG;
	return slubx_layout_freeptr_fits(request) ? 0 : -EINVAL;
}

/* Where inside the pointer would lie, if it can. */
static unsigned int place_inside(const struct slubx_layout_request *request)
{
	if (request->use_freeptr_offset)
		return request->freeptr_offset;
	/* Far from the edges, where overruns of neighbours hit. */
	return ALIGN_DOWN(request->object_size / 2, WORD);
}

/* Of kmalloc()'s objects it is kept how many bytes were asked for. */
static bool keeps_size(const struct slubx_layout_request *request)
{
	return (request->flags & SLUBX_STORE_USER) &&
	       (request->flags & SLUBX_KMALLOC);
}

/*
 * Where a free object must keep its bytes: readers under RCU still look at
 * them, or the constructor has run and won't run again, and the client has not
 * named bytes that may go; the poison is to be checked; or the red zone starts
 * before the pointer would end, as it may where it starts behind the bytes that
 * were asked for.
 */
static bool pointer_goes_outside(const struct slubx_layout_request *request)
{
	if (request->flags & SLUBX_POISON)
		return true;
	if (!request->use_freeptr_offset &&
	    (request->ctor || (request->flags & SLUBX_TYPESAFE_BY_RCU)))
		return true;
	if (!(request->flags & SLUBX_RED_ZONE))
		return false;
	return keeps_size(request) ||
	       place_inside(request) + WORD > request->object_size;
}

/* The bytes up to our own metadata, with a red zone that is never empty. */
static unsigned int bytes_in_use(const struct slubx_layout_request *request)
{
	unsigned int bytes = ALIGN(request->object_size, WORD);

	if ((request->flags & SLUBX_RED_ZONE) && bytes == request->object_size)
		bytes += WORD;
	return bytes;
}

static void place_pointer(struct slubx_layout *layout,
			  const struct slubx_layout_request *request)
{
	layout->size = layout->inuse;
	if (pointer_goes_outside(request)) {
		layout->offset = layout->inuse;
		layout->size += WORD;
	} else {
		layout->offset = place_inside(request);
	}
}

/* Who allocated the object, who freed it, and how much of it was wanted. */
static void place_tracks(struct slubx_layout *layout,
			 const struct slubx_layout_request *request)
{
	if (request->flags & SLUBX_STORE_USER)
		layout->size += SLUBX_TRACK_ITEMS * sizeof(struct slubx_track);
	if (keeps_size(request))
		layout->size += WORD;
}

/*
 * What an underrun of the next object hits: its own left zone, and before that
 * a spare word, so that this object's free pointer is not the first victim.
 */
static void place_left_zone(struct slubx_layout *layout, slubx_flags_t flags)
{
	if (!(flags & SLUBX_RED_ZONE))
		return;
	layout->red_left_pad = ALIGN(WORD, layout->align);
	layout->size += WORD + layout->red_left_pad;
}

static struct slubx_geometry cut(unsigned int order, unsigned int size)
{
	return (struct slubx_geometry){
		.order = order,
		.objects = slubx_order_objects(order, size),
	};
}

/* The x for which x * @odd is 1 modulo 2^32: each step doubles its right bits. */
static u32 inverse_of(u32 odd)
{
	u32 x = odd;
	int right;

	for (right = 3; right < 32; right *= 2)
		x *= 2 - odd * x;
	return x;
}

static int cut_slabs(struct slubx_layout *layout)
{
	struct slubx_order_rules rules = slubx_order_current_rules();
	int order = slubx_order_calculate(&rules, layout->size);

	if (order < 0)
		return order;
	layout->reciprocal = reciprocal_value(layout->size);
	layout->shift = __ffs(layout->size);
	layout->inverse = inverse_of(layout->size >> layout->shift);
	layout->oo = cut(order, layout->size);
	layout->min = cut(get_order(layout->size), layout->size);
	return 0;
}

/*
 * Fill in @layout for @request. -EINVAL: no size, or an alignment that is not
 * a power of two; -E2BIG: no slab can hold such an object.
 */
int slubx_layout_compute(struct slubx_layout *layout,
			 const struct slubx_layout_request *request)
{
	int err = check_request(request);

	if (err)
		return err;
	*layout = (struct slubx_layout){
		.object_size = request->object_size,
		.align = slubx_layout_align(request->flags, request->align,
					    request->object_size),
		.inuse = bytes_in_use(request),
	};
	place_pointer(layout, request);
	place_tracks(layout, request);
	place_left_zone(layout, request->flags);
	layout->size = ALIGN(layout->size, layout->align);
	return cut_slabs(layout);
}
EXPORT_SYMBOL_SLUBX(slubx_layout_compute);

/* ---- The specification --------------------------------------------------- */

/* Object, word padding, perhaps a word of red zone: nothing else is "in use". */
static bool object_valid(const struct slubx_layout *l)
{
	unsigned int padding = l->inuse - l->object_size;

	return l->object_size > 0 && l->inuse >= l->object_size &&
	       l->inuse % WORD == 0 && padding <= WORD &&
	       (padding < WORD || l->red_left_pad) &&
	       (padding > 0 || !l->red_left_pad);
}

static bool pointer_valid(const struct slubx_layout *l)
{
	unsigned int end = l->offset + WORD;
	/* A red zone is no place for a pointer; padding is. */
	unsigned int inside = l->red_left_pad ? l->object_size : l->inuse;

	return l->offset % WORD == 0 &&
	       (l->offset == l->inuse || end <= inside);
}

/* Every object aligned, and what belongs to it before the next one's zone. */
static bool stride_valid(const struct slubx_layout *l)
{
	unsigned int end = max(l->inuse, l->offset + WORD);
	unsigned int spare = l->red_left_pad ? WORD : 0;

	return is_power_of_2(l->align) && l->align >= arch_slab_minalign() &&
	       l->align >= WORD && l->size % l->align == 0 &&
	       l->red_left_pad % l->align == 0 && l->red_left_pad < l->size &&
	       end + spare <= l->size - l->red_left_pad;
}

static bool slab_valid(const struct slubx_geometry *slab,
		       const struct slubx_layout *l)
{
	u64 bytes = (u64)PAGE_SIZE << slab->order;
	u64 used = (u64)slab->objects * l->size;

	/* A slab at its limit of objects may leave more than one unused. */
	return slab->order <= SLUBX_MAX_PAGE_ORDER && slab->objects >= 1 &&
	       slab->objects <= SLUBX_MAX_OBJS_PER_SLAB && used <= bytes &&
	       (used + l->size > bytes ||
		slab->objects == SLUBX_MAX_OBJS_PER_SLAB);
}

/* The division by multiplication is exact where it is used. */
static bool index_valid(const struct slubx_layout *l)
{
	unsigned int last = l->oo.objects - 1;
	unsigned int at = slubx_layout_at(l, last);

	return slubx_layout_index(l, l->red_left_pad) == 0 &&
	       slubx_layout_index(l, at) == last &&
	       slubx_layout_index(l, at + l->size - 1) == last &&
	       slubx_layout_index_at(l, at) == last &&
	       slubx_layout_index_at(l, at + 1) > last &&
	       slubx_layout_index_at(l, at + l->size - 1) > last;
}

/* Every relation that must hold between the fields of a layout. */
bool slubx_layout_valid(const struct slubx_layout *layout)
{
	return object_valid(layout) && pointer_valid(layout) &&
	       stride_valid(layout) && slab_valid(&layout->oo, layout) &&
	       slab_valid(&layout->min, layout) &&
	       layout->min.order <= layout->oo.order &&
	       (!layout->min.order ||
		(PAGE_SIZE << (layout->min.order - 1)) < layout->size) &&
	       index_valid(layout);
}
EXPORT_SYMBOL_SLUBX(slubx_layout_valid);
