/* SPDX-License-Identifier: GPL-2.0 */
/*
 * object.h - the bytes of an object that its client may not touch. Floor 1, pure.
 *
 *   |left zone| object            |right zone|link|tracks|size|padding|
 *             x                   object_size inuse             size - left zone
 *
 * Which of them an object has is up to its cache; Documentation/layout.rst.
 */
#ifndef _SLUBX_DEBUG_OBJECT_H
#define _SLUBX_DEBUG_OBJECT_H

#include "../types.h"
#include "verdict.h"

/* What red zones hold, and so what their object is. */
#define SLUBX_RED_FREE 0xbb
#define SLUBX_RED_IN_USE 0xcc

/* What free objects hold, their last byte, and what nobody ever uses. */
#define SLUBX_POISON_FREE 0x6b
#define SLUBX_POISON_END 0xa5
#define SLUBX_POISON_PAD 0x5a

void slubx_object_fill_slab(const struct slubx_kmem_cache *s, void *base,
			    size_t bytes, unsigned int objects);
void slubx_object_mark_free(const struct slubx_kmem_cache *s, void *x);
void slubx_object_mark_in_use(const struct slubx_kmem_cache *s, void *x,
			      size_t asked);
void slubx_object_set_asked(const struct slubx_kmem_cache *s, void *x,
			    size_t asked);
void slubx_object_end_tail(const struct slubx_kmem_cache *s, void *x);
struct slubx_verdict slubx_object_check(const struct slubx_kmem_cache *s,
					void *x, u8 red);
struct slubx_verdict slubx_object_check_bytes(enum slubx_verdict_kind kind,
					      u8 *from, u8 *end, u8 value);

/* Does free memory of @s hold poison? Not where it still means something. */
static inline bool slubx_object_poisoned(const struct slubx_kmem_cache *s)
{
	return (s->flags & SLUBX_POISON) && !s->ctor &&
	       !(s->flags & SLUBX_TYPESAFE_BY_RCU);
}

/* Is the free pointer behind the object, where a client never writes? */
static inline bool slubx_object_link_outside(const struct slubx_kmem_cache *s)
{
	return s->layout.offset >= s->layout.inuse;
}

/* Is it known how many bytes were asked for? */
static inline bool slubx_object_keeps_size(const struct slubx_kmem_cache *s)
{
	const slubx_flags_t both = SLUBX_STORE_USER | SLUBX_KMALLOC;

	return (s->flags & both) == both;
}

static inline unsigned int
slubx_object_end_of_link(const struct slubx_layout *l)
{
	return l->offset >= l->inuse ? l->offset + sizeof(void *) : l->inuse;
}

/* Who allocated @x last, or freed it. Only with SLUBX_STORE_USER. */
static inline struct slubx_track *
slubx_object_track(const struct slubx_kmem_cache *s, const void *x,
		   enum slubx_track_item item)
{
	return (struct slubx_track *)(x +
				      slubx_object_end_of_link(&s->layout)) +
	       item;
}

static inline unsigned long *
slubx_object_size_word(const struct slubx_kmem_cache *s, const void *x)
{
	return (unsigned long *)slubx_object_track(s, x, SLUBX_TRACK_ITEMS);
}

/* Where the metadata of @x ends, and padding begins. */
static inline u8 *slubx_object_padding(const struct slubx_kmem_cache *s,
				       const void *x)
{
	if (slubx_object_keeps_size(s))
		return (u8 *)(slubx_object_size_word(s, x) + 1);
	if (s->flags & SLUBX_STORE_USER)
		return (u8 *)slubx_object_track(s, x, SLUBX_TRACK_ITEMS);
	return (u8 *)x + slubx_object_end_of_link(&s->layout);
}

/* Bytes of @x that its client asked for. */
static inline size_t slubx_object_asked(const struct slubx_kmem_cache *s,
					const void *x)
{
	if (!slubx_object_keeps_size(s))
		return s->layout.object_size;
	return min_t(size_t, *slubx_object_size_word(s, x),
		     s->layout.object_size);
}

/* Bytes of @x that may be zeroed for its client: up to the red zone. */
static inline size_t slubx_object_client_bytes(const struct slubx_kmem_cache *s,
					       const void *x)
{
	if (s->flags & SLUBX_RED_ZONE)
		return slubx_object_asked(s, x);
	return s->layout.object_size;
}

#endif /* _SLUBX_DEBUG_OBJECT_H */
