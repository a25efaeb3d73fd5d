// SPDX-License-Identifier: GPL-2.0
/*
 * herd.c - objects of one cache and what is written in them; see herd.h.
 */
#include <linux/sched.h>

#include "herd.h"
#include "../slubx/slab.h"

/* No two objects have the same content, nor two words of one. */
static unsigned long mark_of(const unsigned long *word)
{
	return (unsigned long)word * 0x9e3779b97f4a7c15UL;
}

void slubx_test_brand(void *x, unsigned int size)
{
	unsigned long *word = x;

	for (; size >= sizeof(*word); size -= sizeof(*word), word++)
		*word = mark_of(word);
}

bool slubx_test_branded(const void *x, unsigned int size)
{
	const unsigned long *word = x;

	for (; size >= sizeof(*word); size -= sizeof(*word), word++)
		if (*word != mark_of(word))
			return false;
	return true;
}

void slubx_test_stay(void)
{
	set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));
}

struct slubx_test_herd *slubx_test_herd(struct kunit *test,
					struct slubx_kmem_cache *s,
					unsigned int count, int node)
{
	struct slubx_test_herd *herd =
		kunit_kzalloc(test, sizeof(*herd), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, herd);
	herd->x = kunit_kcalloc(test, count, sizeof(*herd->x), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, herd->x);
	slubx_test_stay();
	herd->s = s;
	herd->size = s->layout.object_size;
	for (i = 0; i < count; i++) {
		herd->x[i] = slubx_kmem_cache_alloc_node(s, GFP_KERNEL, node);
		if (!herd->x[i])
			break;
		slubx_test_brand(herd->x[i], herd->size);
	}
	herd->count = i;
	herd->live = i;
	if (i < count) {
		slubx_test_herd_free_all(herd);
		KUNIT_ASSERT_EQ(test, i, count);
	}
	return herd;
}

struct slubx_test_herd *slubx_test_full_slabs(struct kunit *test,
					      struct slubx_kmem_cache *s,
					      unsigned int slabs)
{
	return slubx_test_herd(test, s, slabs * s->layout.oo.objects,
			       numa_mem_id());
}

void slubx_test_herd_free(struct slubx_test_herd *herd, unsigned int i)
{
	if (!herd->x[i])
		return;
	slubx_kmem_cache_free(herd->s, herd->x[i]);
	herd->x[i] = NULL;
	herd->live--;
}

void slubx_test_herd_free_all(struct slubx_test_herd *herd)
{
	unsigned int i;

	for (i = 0; i < herd->count; i++)
		slubx_test_herd_free(herd, i);
}

/* Is @i the first live object of its slab? */
static bool is_first(const struct slubx_test_herd *herd, unsigned int i)
{
	struct slubx_slab *slab = slubx_virt_to_slab(herd->x[i]);
	unsigned int before;

	for (before = 0; before < i; before++)
		if (herd->x[before] &&
		    slubx_virt_to_slab(herd->x[before]) == slab)
			return false;
	return true;
}

struct slubx_slab *slubx_test_herd_slab(const struct slubx_test_herd *herd,
					unsigned int nth)
{
	unsigned int i;

	for (i = 0; i < herd->count; i++)
		if (herd->x[i] && is_first(herd, i) && !nth--)
			return slubx_virt_to_slab(herd->x[i]);
	return NULL;
}

void slubx_test_herd_thin(struct slubx_test_herd *herd,
			  const struct slubx_slab *slab, unsigned int left)
{
	unsigned int i;

	for (i = 0; i < herd->count; i++) {
		if (!herd->x[i] || slubx_virt_to_slab(herd->x[i]) != slab)
			continue;
		if (left)
			left--;
		else
			slubx_test_herd_free(herd, i);
	}
}

bool slubx_test_herd_intact(const struct slubx_test_herd *herd)
{
	unsigned int i;

	for (i = 0; i < herd->count; i++)
		if (herd->x[i] && !slubx_test_branded(herd->x[i], herd->size))
			return false;
	return true;
}
