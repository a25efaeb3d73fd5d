/* SPDX-License-Identifier: GPL-2.0 */
/*
 * herd.h - many objects of one cache, each with a content of its own.
 *
 * What is not freed one by one stays with the herd: free it before its cache
 * goes, or leak it on purpose. Who makes a herd stays on his cpu from then on,
 * so that the number of slabs it takes is no matter of luck.
 */
#ifndef _SLUBX_KUNIT_HERD_H
#define _SLUBX_KUNIT_HERD_H

#include "common.h"

struct slubx_test_herd {
	struct slubx_kmem_cache *s;
	unsigned int size; /* bytes of each that are written */
	unsigned int count;
	unsigned int live;
	void **x; /* NULL: freed */
};

/* A herd of @count objects, from @node or NUMA_NO_NODE; or the case ends. */
struct slubx_test_herd *slubx_test_herd(struct kunit *test,
					struct slubx_kmem_cache *s,
					unsigned int count, int node);
/* The same of @slabs full slabs: that many times what a slab has room for. */
struct slubx_test_herd *slubx_test_full_slabs(struct kunit *test,
					      struct slubx_kmem_cache *s,
					      unsigned int slabs);

/* The calling thread never leaves the cpu it is on. */
void slubx_test_stay(void);

void slubx_test_herd_free(struct slubx_test_herd *herd, unsigned int i);
void slubx_test_herd_free_all(struct slubx_test_herd *herd);
/* A slab, the @nth by its first object in the herd; NULL beyond the last. */
struct slubx_slab *slubx_test_herd_slab(const struct slubx_test_herd *herd,
					unsigned int nth);
/* Frees objects of @slab until @left live ones remain there. */
void slubx_test_herd_thin(struct slubx_test_herd *herd,
			  const struct slubx_slab *slab, unsigned int left);
/* Does each live object hold what it was given? */
bool slubx_test_herd_intact(const struct slubx_test_herd *herd);

/* The content by itself, for objects outside a herd. */
void slubx_test_brand(void *x, unsigned int size);
bool slubx_test_branded(const void *x, unsigned int size);

#endif /* _SLUBX_KUNIT_HERD_H */
