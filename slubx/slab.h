/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slab.h - one slab: a compound page cut into objects.
 *
 * Floor 2. With slab.c the only place that knows a slab to be a struct page.
 */
#ifndef _SLUBX_SLAB_H
#define _SLUBX_SLAB_H

#include <linux/mm.h>

#include "layout.h"
#include "types.h"

/* Queued whenever a destroyed cache loses a slab. */
extern struct work_struct slubx_reap_work;

int slubx_slab_sane_node(struct slubx_kmem_cache *s, int node);
gfp_t slubx_slab_sane_gfp(struct slubx_kmem_cache *s, gfp_t gfp, gfp_t also);
struct slubx_slab *slubx_slab_new(struct slubx_kmem_cache *s, gfp_t gfp,
				  int node);
void slubx_slab_free(struct slubx_kmem_cache *s, struct slubx_slab *slab);
void slubx_slab_abandon(struct slubx_kmem_cache *s, struct slubx_slab *slab);
bool slubx_slab_valid(const struct slubx_slab *slab);
unsigned int slubx_slab_chain(const struct slubx_kmem_cache *s,
			      const struct slubx_slab *slab, const void *x,
			      unsigned long *map);
unsigned int slubx_slab_free_objects(const struct slubx_kmem_cache *s,
				     const struct slubx_slab *slab,
				     unsigned long *map);

static inline struct page *slubx_slab_page(const struct slubx_slab *slab)
{
	return (struct page *)slab;
}

static inline void *slubx_slab_address(const struct slubx_slab *slab)
{
	return page_address(slubx_slab_page(slab));
}

static __always_inline int slubx_slab_nid(const struct slubx_slab *slab)
{
	return page_to_nid(slubx_slab_page(slab));
}

static inline unsigned int slubx_slab_order(const struct slubx_slab *slab)
{
	return compound_order(slubx_slab_page(slab));
}

/*
 * The slab that @x would lie in: any address of the direct map gives a page,
 * ours or not. A page whose slab_cache is one of our caches is ours: nobody
 * else keeps such a pointer in page->mapping.
 */
static __always_inline struct slubx_slab *slubx_slab_around(const void *x)
{
	return (struct slubx_slab *)virt_to_head_page(x);
}

/* Is this page a slab of ours? The only safe question about a foreign page. */
static inline bool slubx_slab_is_ours(const struct slubx_slab *slab)
{
	return READ_ONCE(slab->__page_mark) == SLUBX_PAGE_MARK;
}

/*
 * Is there a struct page to look at? Cheaper than virt_addr_valid(), which also
 * knows the holes in the direct map.
 */
static __always_inline bool slubx_in_direct_map(const void *x)
{
	return (unsigned long)x - PAGE_OFFSET <
	       (unsigned long)high_memory - PAGE_OFFSET;
}

/* The slab of @x, or NULL if slubx did not hand out memory there. */
static inline struct slubx_slab *slubx_virt_to_slab(const void *x)
{
	struct slubx_slab *slab;

	if (!virt_addr_valid(x))
		return NULL;
	slab = slubx_slab_around(x);
	return slubx_slab_is_ours(slab) ? slab : NULL;
}

static inline void *slubx_slab_object(const struct slubx_slab *slab,
				      unsigned int index)
{
	return slubx_slab_address(slab) +
	       slubx_layout_at(&slab->slab_cache->layout, index);
}

/* Does an object start at @x, which lies in @slab? */
static __always_inline bool slubx_slab_object_at(const struct slubx_slab *slab,
						 const void *x)
{
	return slubx_layout_index_at(&slab->slab_cache->layout,
				     x - slubx_slab_address(slab)) <
	       slab->fc.counters.objects;
}

/* The number of the object that @x points into. */
static inline unsigned int slubx_slab_index(const struct slubx_slab *slab,
					    const void *x)
{
	return slubx_layout_index(&slab->slab_cache->layout,
				  x - slubx_slab_address(slab));
}

/*
 * The beginning of the object that @x, in a slab that is or was of @s, lies in;
 * NULL in the waste of a slab.
 */
static inline void *slubx_slab_object_around(const struct slubx_kmem_cache *s,
					     const struct slubx_slab *slab,
					     const void *x)
{
	const struct slubx_layout *layout = &s->layout;
	unsigned long offset = x - slubx_slab_address(slab);
	unsigned int index;

	if (offset < layout->red_left_pad)
		return NULL;
	index = slubx_layout_index(layout, offset);
	if (index >= slab->fc.counters.objects)
		return NULL;
	return slubx_slab_address(slab) + slubx_layout_at(layout, index);
}

#endif /* _SLUBX_SLAB_H */
