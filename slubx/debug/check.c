// SPDX-License-Identifier: GPL-2.0
/*
 * check.c - is a debugged slab what it should be: its counters, its freelist, its
 * objects?
 *
 * Floor 3. Changes nothing and prints nothing. The caller holds the list_lock of
 * the slab's node, under which all that is looked at here changes.
 */
#include <linux/bitmap.h>
#include <linux/export.h>

#include "../freelist.h"
#include "../order.h"
#include "check.h"

static size_t bytes_of(const struct slubx_slab *slab)
{
	return PAGE_SIZE << slubx_slab_order(slab);
}

/* Objects that there is room for, whatever the slab says. */
static unsigned int room_of(const struct slubx_slab *slab)
{
	return slubx_order_objects(slubx_slab_order(slab),
				   slab->slab_cache->layout.size);
}

/* Does an object of @slab start at @x, which may be anything? */
bool slubx_check_is_object(const struct slubx_slab *slab, const void *x)
{
	const void *base = slubx_slab_address(slab);

	return x >= base && x < base + bytes_of(slab) &&
	       slubx_layout_index_at(&slab->slab_cache->layout, x - base) <
		       room_of(slab);
}
EXPORT_SYMBOL_SLUBX(slubx_check_is_object);

static struct slubx_verdict bad_count(enum slubx_verdict_kind kind,
				      unsigned int found, unsigned int expected)
{
	return (struct slubx_verdict){
		.kind = kind,
		.found = found,
		.expected = expected,
	};
}

/* The counters, as far as they can be judged by themselves. */
struct slubx_verdict slubx_check_slab(const struct slubx_slab *slab)
{
	unsigned int objects = slab->fc.counters.objects;
	unsigned int inuse = slab->fc.counters.inuse;
	unsigned int room = room_of(slab);

	if (slab->fc.counters.frozen)
		return bad_count(SLUBX_BAD_ISOLATED, 1, 0);
	if (objects > room)
		return bad_count(SLUBX_BAD_OBJECTS, objects, room);
	if (inuse > objects)
		return bad_count(SLUBX_BAD_INUSE, inuse, objects);
	return SLUBX_VERDICT_GOOD;
}
EXPORT_SYMBOL_SLUBX(slubx_check_slab);

/* The bytes behind the last object. */
struct slubx_verdict slubx_check_padding(const struct slubx_slab *slab)
{
	const struct slubx_kmem_cache *s = slab->slab_cache;
	u8 *end = slubx_slab_address(slab) + bytes_of(slab);

	if (!(s->flags & SLUBX_POISON))
		return SLUBX_VERDICT_GOOD;
	return slubx_object_check_bytes(SLUBX_BAD_SLAB_PADDING,
					end - bytes_of(slab) % s->layout.size,
					end, SLUBX_POISON_PAD);
}
EXPORT_SYMBOL_SLUBX(slubx_check_padding);

/* How a walk along a freelist ended. */
struct walk {
	unsigned int length;
	void *last;	/* the last object that was one; NULL: none was */
	void *stray;	/* not NULL: no object, behind the last */
	bool found;	/* what was looked for */
};

/* Stops at @wanted, at what is no object, after as many as there is room for. */
static struct walk walk_freelist(const struct slubx_slab *slab,
				 const void *wanted, unsigned long *map)
{
	const struct slubx_kmem_cache *s = slab->slab_cache;
	unsigned int room = room_of(slab);
	struct walk walk = {};
	void *x;

	for (x = slab->fc.freelist; x; x = slubx_freelist_next(s, x)) {
		if (!slubx_check_is_object(slab, x)) {
			walk.stray = x;
			break;
		}
		walk.found = x == wanted;
		if (walk.found || walk.length > room)
			break;
		if (map)
			__set_bit(slubx_slab_index(slab, x), map);
		walk.last = x;
		walk.length++;
	}
	return walk;
}

/* Is @x on the freelist, as far as that can be followed? */
bool slubx_check_is_free(const struct slubx_slab *slab, const void *x)
{
	return walk_freelist(slab, x, NULL).found;
}
EXPORT_SYMBOL_SLUBX(slubx_check_is_free);

/*
 * The freelist, and the counters compared with it. Sets the bits of free objects
 * in @map, if that is given, which has room for all.
 */
struct slubx_verdict slubx_check_freelist(const struct slubx_slab *slab,
					  unsigned long *map)
{
	unsigned int objects = slab->fc.counters.objects;
	struct walk walk = walk_freelist(slab, NULL, map);
	unsigned int room = room_of(slab);

	if (walk.stray)
		return (struct slubx_verdict){
			.kind = walk.last ? SLUBX_BAD_CHAIN : SLUBX_BAD_HEAD,
			.where = walk.last,
			.found = (unsigned long)walk.stray,
		};
	if (walk.length > room)
		return (struct slubx_verdict){
			.kind = SLUBX_BAD_CYCLE,
			.where = walk.last,
			.expected = room,
			.found = walk.length,
		};
	if (objects != room)
		return bad_count(SLUBX_BAD_OBJECTS_FOUND, objects, room);
	if (slab->fc.counters.inuse != objects - walk.length)
		return bad_count(SLUBX_BAD_INUSE_FOUND, slab->fc.counters.inuse,
				 objects - walk.length);
	return SLUBX_VERDICT_GOOD;
}
EXPORT_SYMBOL_SLUBX(slubx_check_freelist);

static struct slubx_verdict check_link(const struct slubx_slab *slab, void *x)
{
	void *next = slubx_freelist_next(slab->slab_cache, x);

	if (!next || slubx_check_is_object(slab, next))
		return SLUBX_VERDICT_GOOD;
	return (struct slubx_verdict){
		.kind = SLUBX_BAD_LINK,
		.where = x,
		.found = (unsigned long)next,
	};
}

/* The bytes of @x, whose red zones should hold @red, and if free its link. */
struct slubx_verdict slubx_check_object(const struct slubx_slab *slab, void *x,
					u8 red)
{
	struct slubx_verdict v;

	v = slubx_object_check(slab->slab_cache, x, red);
	if (v.kind == SLUBX_GOOD && red == SLUBX_RED_FREE)
		v = check_link(slab, x);
	return v;
}
EXPORT_SYMBOL_SLUBX(slubx_check_object);
