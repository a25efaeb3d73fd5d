/* SPDX-License-Identifier: GPL-2.0 */
/*
 * freelist.h - the free pointer inside a free object.
 *
 * Floor 1. A free object holds, at layout.offset, the address of the next free
 * one. Hardened, it holds that address xor a secret of the cache xor its own
 * place with the bytes reversed, so that neither a leaked nor an overwritten
 * pointer is of use (SLUB's CONFIG_SLAB_FREELIST_HARDENED).
 */
#ifndef _SLUBX_FREELIST_H
#define _SLUBX_FREELIST_H

#include <linux/mm.h>
#include <linux/swab.h>
#include <linux/uaccess.h>

#include "types.h"

/* Encodes, and decodes: the function is its own inverse. */
static __always_inline void *
slubx_freelist_code(const struct slubx_kmem_cache *s, void *ptr,
		    unsigned long place)
{
	if (!SLUBX_HARDENED)
		return ptr;
	return (void *)((unsigned long)ptr ^ s->random ^ swab(place));
}

static __always_inline unsigned long
slubx_freelist_place(const struct slubx_kmem_cache *s, const void *x)
{
	return (unsigned long)x + s->layout.offset;
}

/* The object after @x. @x is free, and the caller's alone. */
static __always_inline void *
slubx_freelist_next(const struct slubx_kmem_cache *s, const void *x)
{
	unsigned long place = slubx_freelist_place(s, x);

	return slubx_freelist_code(s, *(void **)place, place);
}

/*
 * The same, where @x may have been taken, and its page even freed, a moment
 * ago: what is read may be anything and counts only if the tid still matches.
 * So no sanitizer looks at it, and with debug_pagealloc it may fault.
 */
static __always_inline void *
slubx_freelist_peek(const struct slubx_kmem_cache *s, const void *x)
{
	unsigned long place = slubx_freelist_place(s, x);
	unsigned long word;

	if (debug_pagealloc_enabled_static()) {
		if (copy_from_kernel_nofault(&word, (void *)place,
					     sizeof(word)))
			word = 0;
	} else {
		word = READ_ONCE_NOCHECK(*(unsigned long *)place);
	}
	return slubx_freelist_code(s, (void *)word, place);
}

static __always_inline void
slubx_freelist_link(const struct slubx_kmem_cache *s, void *x, void *next)
{
	unsigned long place = slubx_freelist_place(s, x);

	*(void **)place = slubx_freelist_code(s, next, place);
}

/* @x changes hands: what its free pointer said is nobody's business any more. */
static __always_inline void
slubx_freelist_forget(const struct slubx_kmem_cache *s, void *x)
{
	*(void **)slubx_freelist_place(s, x) = NULL;
}

/*
 * Does @x look free? Where a free object has its free pointer, decoding gives
 * the end of a freelist or another place in the same slab, and slabs lie on a
 * multiple of their size. What a client may have written there gives either by
 * a chance of one in 2^48 or so; an allocation leaves neither.
 */
static __always_inline bool slubx_freelist_has(const struct slubx_kmem_cache *s,
					       const void *x)
{
	unsigned long next = (unsigned long)slubx_freelist_next(s, x);

	return !next ||
	       (next ^ (unsigned long)x) < (PAGE_SIZE << s->layout.oo.order);
}

#endif /* _SLUBX_FREELIST_H */
