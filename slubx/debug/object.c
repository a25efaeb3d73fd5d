// SPDX-License-Identifier: GPL-2.0
/*
 * object.c - fills and checks the bytes of an object that its client may not
 * touch, and those that nobody may while it is free.
 *
 * Floor 1, pure: what it says depends on the bytes alone.
 */
#include <linux/export.h>
#include <linux/string.h>

#include "object.h"

/* ---- Filling -------------------------------------------------------------*/

static void fill_zones(const struct slubx_kmem_cache *s, u8 *x, u8 red)
{
	const struct slubx_layout *l = &s->layout;

	if (!(s->flags & SLUBX_RED_ZONE))
		return;
	memset(x - l->red_left_pad, red, l->red_left_pad);
	memset(x + l->object_size, red, l->inuse - l->object_size);
}

static void fill_poison(const struct slubx_kmem_cache *s, u8 *x)
{
	unsigned int last = s->layout.object_size - 1;

	if (!slubx_object_poisoned(s))
		return;
	memset(x, SLUBX_POISON_FREE, last);
	x[last] = SLUBX_POISON_END;
}

/* @x is nobody's: from now on all of it must stay as it is. */
void slubx_object_mark_free(const struct slubx_kmem_cache *s, void *x)
{
	fill_zones(s, x, SLUBX_RED_FREE);
	fill_poison(s, x);
}
EXPORT_SYMBOL_SLUBX(slubx_object_mark_free);

/*
 * From now on @asked bytes of @x, which is in use, are its client's. Whoever
 * checks meanwhile finds the zone filled when it is told of.
 */
void slubx_object_set_asked(const struct slubx_kmem_cache *s, void *x,
			    size_t asked)
{
	if (!slubx_object_keeps_size(s))
		return;
	if (s->flags & SLUBX_RED_ZONE)
		memset(x + asked, SLUBX_RED_IN_USE,
		       s->layout.object_size - asked);
	/* After the zone: who sees the size, sees what is behind it. */
	smp_store_release(slubx_object_size_word(s, x), asked);
}
EXPORT_SYMBOL_SLUBX(slubx_object_set_asked);

/*
 * All of @x is its client's. He finds zeroes where the red zone was; who checks
 * meanwhile and sees them sees the size, if he looks again.
 */
void slubx_object_end_tail(const struct slubx_kmem_cache *s, void *x)
{
	size_t asked = slubx_object_asked(s, x);

	slubx_object_set_asked(s, x, s->layout.object_size);
	/* Before the zeroes: pairs with check_tail(). */
	smp_wmb();
	memset(x + asked, 0, s->layout.object_size - asked);
}
EXPORT_SYMBOL_SLUBX(slubx_object_end_tail);

/*
 * @x is somebody's, who asked for @asked bytes of it. Who did not write there
 * reads poison. What is beyond is red zone, where it can be known again.
 */
void slubx_object_mark_in_use(const struct slubx_kmem_cache *s, void *x,
			      size_t asked)
{
	fill_zones(s, x, SLUBX_RED_IN_USE);
	fill_poison(s, x);
	slubx_object_set_asked(s, x, asked);
}
EXPORT_SYMBOL_SLUBX(slubx_object_mark_in_use);

static void forget_tracks(const struct slubx_kmem_cache *s, void *x)
{
	if (s->flags & SLUBX_STORE_USER)
		memset(slubx_object_track(s, x, SLUBX_TRACK_ALLOC), 0,
		       SLUBX_TRACK_ITEMS * sizeof(struct slubx_track));
	if (slubx_object_keeps_size(s))
		*slubx_object_size_word(s, x) = 0;
}

/* A new slab of @bytes at @base: all its objects are free, the rest padding. */
void slubx_object_fill_slab(const struct slubx_kmem_cache *s, void *base,
			    size_t bytes, unsigned int objects)
{
	void *x = base + s->layout.red_left_pad;

	if (s->flags & SLUBX_POISON)
		memset(base, SLUBX_POISON_PAD, bytes);
	for (; objects; objects--, x += s->layout.size) {
		slubx_object_mark_free(s, x);
		forget_tracks(s, x);
	}
}
EXPORT_SYMBOL_SLUBX(slubx_object_fill_slab);

/* ---- Checking ------------------------------------------------------------*/

/* Are all bytes from @from up to @end what they should be? */
struct slubx_verdict slubx_object_check_bytes(enum slubx_verdict_kind kind,
					      u8 *from, u8 *end, u8 value)
{
	u8 *bad = from < end ? memchr_inv(from, value, end - from) : NULL;

	if (likely(!bad))
		return SLUBX_VERDICT_GOOD;
	while (end[-1] == value)
		end--;
	return (struct slubx_verdict){
		.kind = kind,
		.where = bad,
		.length = end - bad,
		.expected = value,
		.found = *bad,
	};
}
EXPORT_SYMBOL_SLUBX(slubx_object_check_bytes);

/* The first verdict that is not good, of checks in the order given. */
#define FIRST_BAD(v, check)                                                \
	do {                                                               \
		if ((v).kind == SLUBX_GOOD)                                \
			(v) = (check);                                     \
	} while (0)

/*
 * The zone behind what was asked for. krealloc() takes no lock: of an object that
 * grew while it was checked nothing is said, and above all nothing is repaired.
 */
static struct slubx_verdict check_tail(const struct slubx_kmem_cache *s, u8 *x,
				       u8 red)
{
	size_t asked = slubx_object_asked(s, x);
	struct slubx_verdict v = slubx_object_check_bytes(
		SLUBX_BAD_TAIL, x + asked, x + s->layout.object_size, red);

	/* The bytes before the size: pairs with slubx_object_end_tail(). */
	smp_rmb();
	if (slubx_object_asked(s, x) != asked)
		return SLUBX_VERDICT_GOOD;
	return v;
}

static struct slubx_verdict check_zones(const struct slubx_kmem_cache *s, u8 *x,
					u8 red)
{
	const struct slubx_layout *l = &s->layout;
	struct slubx_verdict v;

	v = slubx_object_check_bytes(SLUBX_BAD_LEFT_ZONE, x - l->red_left_pad,
				     x, red);
	FIRST_BAD(v, slubx_object_check_bytes(SLUBX_BAD_RIGHT_ZONE,
					      x + l->object_size, x + l->inuse,
					      red));
	if (red == SLUBX_RED_IN_USE && slubx_object_keeps_size(s))
		FIRST_BAD(v, check_tail(s, x, red));
	return v;
}

static struct slubx_verdict check_poison(const struct slubx_kmem_cache *s,
					 u8 *x)
{
	u8 *last = x + s->layout.object_size - 1;
	struct slubx_verdict v;

	v = slubx_object_check_bytes(SLUBX_BAD_POISON, x, last,
				     SLUBX_POISON_FREE);
	FIRST_BAD(v, slubx_object_check_bytes(SLUBX_BAD_POISON_END, last,
					      last + 1, SLUBX_POISON_END));
	return v;
}

static struct slubx_verdict check_padding(const struct slubx_kmem_cache *s,
					  u8 *x)
{
	const struct slubx_layout *l = &s->layout;
	struct slubx_verdict v = SLUBX_VERDICT_GOOD;

	if (!(s->flags & SLUBX_RED_ZONE))
		v = slubx_object_check_bytes(SLUBX_BAD_ALIGNMENT,
					     x + l->object_size, x + l->inuse,
					     SLUBX_POISON_PAD);
	FIRST_BAD(v, slubx_object_check_bytes(SLUBX_BAD_OBJECT_PADDING,
					      slubx_object_padding(s, x),
					      x + l->size - l->red_left_pad,
					      SLUBX_POISON_PAD));
	return v;
}

/*
 * Is an object whose red zones should hold @red untouched where it should be?
 * Says what is wrong first, from the left to the right but for the poison,
 * which comes last but one.
 */
struct slubx_verdict slubx_object_check(const struct slubx_kmem_cache *s,
					void *x, u8 red)
{
	struct slubx_verdict v = SLUBX_VERDICT_GOOD;

	if (s->flags & SLUBX_RED_ZONE)
		v = check_zones(s, x, red);
	if (red == SLUBX_RED_FREE && slubx_object_poisoned(s))
		FIRST_BAD(v, check_poison(s, x));
	if (s->flags & SLUBX_POISON)
		FIRST_BAD(v, check_padding(s, x));
	return v;
}
EXPORT_SYMBOL_SLUBX(slubx_object_check);
