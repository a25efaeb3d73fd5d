/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hooks.h - what happens to every object before and after it changes hands.
 *
 * Floor 6. All inline; what is off costs a patched no-op or nothing.
 */
#ifndef _SLUBX_HOOKS_H
#define _SLUBX_HOOKS_H

#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/string.h>

#include "freelist.h"
#include "types.h"

/* On debug kernels: is this context allowed to wait for memory? */
static __always_inline void slubx_before_alloc(gfp_t gfp)
{
	if (IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP) || IS_ENABLED(CONFIG_LOCKDEP))
		might_alloc(gfp);
}

/*
 * Zeroed because the caller asks, or because the kernel was told to zero all
 * (init_on_alloc). A constructor's work is never undone.
 */
static __always_inline bool slubx_wants_zero(const struct slubx_kmem_cache *s,
					     gfp_t gfp)
{
	if (!want_init_on_alloc(gfp))
		return false;
	if (unlikely(s->flags & SLUBX_KEEPS_CONTENT))
		return (gfp & __GFP_ZERO) && !s->ctor;
	return true;
}

/* Debugged objects are wiped when they have been checked (debug/inspect.c). */
static __always_inline bool slubx_wants_wipe(const struct slubx_kmem_cache *s)
{
	return want_init_on_free() &&
	       !(s->flags & (SLUBX_KEEPS_CONTENT | SLUBX_DEBUG_FLAGS));
}

/* @bytes of the object are the client's. */
static __always_inline void slubx_after_alloc(struct slubx_kmem_cache *s,
					      gfp_t gfp, void *x, size_t bytes)
{
	slubx_freelist_forget(s, x);
	if (slubx_wants_zero(s, gfp))
		memset(x, 0, bytes);
	if (!(s->flags & SLUBX_NOLEAKTRACE))
		kmemleak_alloc(x, s->layout.object_size, 1, gfp);
}

/* The same for @count objects; what holds for all is asked once. */
static __always_inline void slubx_after_alloc_bulk(struct slubx_kmem_cache *s,
						   gfp_t gfp, size_t count,
						   void **p)
{
	bool known = !(s->flags & SLUBX_NOLEAKTRACE);
	bool zero = slubx_wants_zero(s, gfp);
	size_t i;

	for (i = 0; i < count; i++) {
		slubx_freelist_forget(s, p[i]);
		if (zero)
			memset(p[i], 0, s->layout.object_size);
		if (known)
			kmemleak_alloc(p[i], s->layout.object_size, 1, gfp);
	}
}

/* Zeroes what is freed, where the kernel runs so (init_on_free). */
static __always_inline void slubx_wipe_free(struct slubx_kmem_cache *s, void *x)
{
	if (slubx_wants_wipe(s)) {
		memset(x, 0, s->layout.object_size);
		memset(x + s->layout.inuse, 0,
		       s->layout.size - s->layout.inuse -
			       s->layout.red_left_pad);
	}
}

static __always_inline void slubx_before_free(struct slubx_kmem_cache *s,
					      void *x)
{
	if (!(s->flags & SLUBX_NOLEAKTRACE))
		kmemleak_free(x);
	slubx_wipe_free(s, x);
}

#endif /* _SLUBX_HOOKS_H */
