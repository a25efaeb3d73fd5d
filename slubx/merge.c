// SPDX-License-Identifier: GPL-2.0
/*
 * merge.c - may a new cache share the slabs of an old one? SLUB's rules.
 *
 * Floor 8. Lock: slubx_mutex (1), held by the caller.
 */
#include "layout.h"
#include "registry.h"

/* Set by a module parameter: every cache has slabs of its own. */
bool slubx_nomerge;
EXPORT_SYMBOL_SLUBX(slubx_nomerge);

/* Will no other cache ever share the slabs of @s? */
bool slubx_merge_never(const struct slubx_kmem_cache *s)
{
	return slubx_nomerge || s->ctor || s->usersize || s->refcount <= 0 ||
	       s->internal || (s->flags & SLUBX_NEVER_MERGE);
}
EXPORT_SYMBOL_SLUBX(slubx_merge_never);

/*
 * Would objects of @size lie well in the slabs of @s: with the same flags, on
 * the alignment, and with less than a word of each object wasted?
 */
static bool suits(const struct slubx_kmem_cache *s, unsigned int size,
		  unsigned int align, slubx_flags_t flags)
{
	unsigned int stride = s->layout.size;

	return !slubx_merge_never(s) && size <= stride &&
	       (flags & SLUBX_MERGE_SAME) == (s->flags & SLUBX_MERGE_SAME) &&
	       IS_ALIGNED(stride, align) && stride - size < sizeof(void *);
}

/* The cache, newest first, that the requested one can be merged into. */
struct slubx_kmem_cache *
slubx_merge_find(const struct slubx_cache_request *request)
{
	unsigned int size, align;
	struct slubx_kmem_cache *s;

	lockdep_assert_held(&slubx_mutex);
	if (slubx_nomerge || request->args.ctor || request->args.usersize ||
	    (request->flags & SLUBX_NEVER_MERGE))
		return NULL;

	size = ALIGN(request->size, (unsigned int)sizeof(void *));
	align = slubx_layout_align(request->flags, request->args.align, size);
	size = ALIGN(size, align);
	list_for_each_entry(s, &slubx_caches, list)
		if (suits(s, size, align, request->flags))
			return s;
	return NULL;
}
EXPORT_SYMBOL_SLUBX(slubx_merge_find);
