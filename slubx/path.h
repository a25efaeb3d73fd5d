/* SPDX-License-Identifier: GPL-2.0 */
/*
 * path.h - what others may call of alloc.c, free.c and defer.c beside the public
 * functions. Floor 6.
 */
#ifndef _SLUBX_PATH_H
#define _SLUBX_PATH_H

#include <linux/jump_label.h>

#include "types.h"

DECLARE_STATIC_KEY_FALSE(slubx_has_modes);

/*
 * Is @slab, whose object is freed to @s, not of @s? Without hardening callers are
 * trusted, but they do not know of modes.
 */
static __always_inline bool slubx_is_strange(const struct slubx_kmem_cache *s,
					     const struct slubx_slab *slab)
{
	if (!SLUBX_HARDENED && !static_branch_unlikely(&slubx_has_modes))
		return false;
	return unlikely(slab->slab_cache != s);
}

/*
 * Who called the public function that this is inlined into, if not for @caller.
 * Read only where it is needed, so that it takes no register on the fast paths.
 */
#define slubx_on_behalf_of(caller) ((caller) ?: _RET_IP_)

/* defer.c */
typedef void (*slubx_free_fn)(struct slubx_kmem_cache *s,
			      struct slubx_slab *slab, void *x);
int slubx_defer_init(slubx_free_fn free);
void slubx_defer_exit(void);
void slubx_defer_free(struct slubx_kmem_cache *s, void *x);
void slubx_defer_large(void *x);
void slubx_defer_flush(void);

/* alloc.c */
void *slubx_alloc_slow(struct slubx_kmem_cache *s, gfp_t gfp, int node,
		       unsigned long caller, size_t asked);
void *slubx_alloc_for(struct slubx_kmem_cache *s, gfp_t gfp, int node,
		      unsigned long caller, size_t asked);

/* free.c */
void slubx_free_run(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		    void *head, void *tail, unsigned int count,
		    unsigned long caller);
void slubx_free_cold(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		     void *x, unsigned long caller);
void slubx_report_double_free(struct slubx_kmem_cache *s, void *x);
void slubx_report_null(struct slubx_kmem_cache *s, unsigned long caller);
void slubx_free_strange(struct slubx_kmem_cache *s, void *x,
			unsigned long caller);
void slubx_free_deferred(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			 void *x);

#endif /* _SLUBX_PATH_H */
