// SPDX-License-Identifier: GPL-2.0
/*
 * slab_page_test.c - what the rest of the kernel sees of a slab's pages, and
 * how they go back.
 */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#include "scene.h"

static struct slubx_slab *new_slab(struct kunit *test,
				   struct slubx_kmem_cache *s)
{
	return slubx_scene_slab(test, s, NUMA_NO_NODE, 0, NULL);
}

static void pages_are_no_kernel_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 2000, 0);
	struct slubx_slab *slab = new_slab(test, s);
	struct page *page = slubx_slab_page(slab);

	KUNIT_EXPECT_FALSE(test, folio_test_slab(page_folio(page)));
	KUNIT_EXPECT_TRUE(test, PageCompound(page));
	KUNIT_EXPECT_EQ(test, page_ref_count(page),
			(int)s->layout.oo.objects + 1);
	/* Compaction takes low bits 10b for a movable page, 1 for anon. */
	KUNIT_EXPECT_EQ(test, (unsigned long)page->mapping & 3, 0UL);
	KUNIT_EXPECT_EQ(test, *(unsigned long *)&page->lru & 1, 0UL);
	slubx_slab_free(s, slab);
}

/* What may go on to the page allocator, and what is only said. */
static void flags_that_make_sense(struct kunit *test)
{
	static const struct {
		gfp_t asked, also, passed;
		unsigned int reports;
	} table[] = {
		{ GFP_KERNEL, 0, GFP_KERNEL, 0 },
		{ GFP_ATOMIC | __GFP_NOWARN, 0, GFP_ATOMIC | __GFP_NOWARN, 0 },
		{ GFP_KERNEL | __GFP_NOFAIL, 0, GFP_KERNEL | __GFP_NOFAIL, 0 },
		{ GFP_NOFS | __GFP_THISNODE, 0, GFP_NOFS | __GFP_THISNODE, 0 },
		{ GFP_KERNEL | __GFP_NOLOCKDEP, 0, GFP_KERNEL | __GFP_NOLOCKDEP,
		  0 },
		/* A charged page with objects on a list_lru is an oops. */
		{ GFP_KERNEL_ACCOUNT, 0, GFP_KERNEL, 0 },
		{ GFP_KERNEL_ACCOUNT, __GFP_ZERO, GFP_KERNEL, 0 },
		{ GFP_KERNEL | __GFP_RECLAIMABLE, 0, GFP_KERNEL, 0 },
		{ GFP_KERNEL | __GFP_MOVABLE, 0, GFP_KERNEL, 0 },
		{ GFP_KERNEL | __GFP_ZERO, 0, GFP_KERNEL, 0 },
		{ GFP_KERNEL | __GFP_ZERO, __GFP_ZERO, GFP_KERNEL | __GFP_ZERO,
		  0 },
		{ GFP_KERNEL | __GFP_DMA, 0, GFP_KERNEL, 0 },
		{ GFP_KERNEL | __GFP_DMA, __GFP_DMA, GFP_KERNEL | __GFP_DMA,
		  0 },
		{ GFP_KERNEL | __GFP_DMA32, __GFP_DMA, GFP_KERNEL, 1 },
		{ GFP_KERNEL | __GFP_HIGHMEM, 0, GFP_KERNEL, 1 },
		{ GFP_KERNEL | ~__GFP_BITS_MASK, 0, GFP_KERNEL, 1 },
	};
	unsigned int i;
	gfp_t passed;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		EXPECT_ERRORS(test, table[i].reports,
			      passed = slubx_slab_sane_gfp(NULL, table[i].asked,
							   table[i].also));
		KUNIT_EXPECT_EQ_MSG(test, (__force unsigned int)passed,
				    (__force unsigned int)(table[i].passed |
							   __GFP_COMP),
				    "row %u", i);
	}
}

/* As the page allocator wants it; our own reference keeps it in sight. */
static void expect_restored(struct kunit *test, struct page *page)
{
	struct slubx_slab *slab = (struct slubx_slab *)page;
	unsigned long flags = *slubx_page_flags(page);

	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_NULL(test, page->mapping);
	KUNIT_EXPECT_EQ(test, slab->__page_mark, SLUBX_PAGE_NO_MARK);
	KUNIT_EXPECT_EQ(test, atomic_read(&page->_mapcount), -1);
	KUNIT_EXPECT_EQ(test, page_private(page), 0UL);
	KUNIT_EXPECT_FALSE(test, slubx_slab_is_ours(slab));
	KUNIT_EXPECT_FALSE(test, folio_test_slab(page_folio(page)));
	KUNIT_EXPECT_EQ(test, flags & PAGE_FLAGS_CHECK_AT_FREE, 0UL);
}

static void release_restores_pages(struct kunit *test)
{
	static const unsigned int sizes[] = { 64, 2000, 40000 };
	struct slubx_kmem_cache *s;
	struct slubx_slab *slab;
	struct page *page;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		s = slubx_scene_cache(test, sizes[i], 0);
		slab = new_slab(test, s);
		page = slubx_slab_page(slab);
		get_page(page);
		EXPECT_ERRORS(test, 0, slubx_slab_free(s, slab));
		expect_restored(test, page);
		KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
		put_page(page);
	}
}

/* ---- NR_SLAB_(UN)RECLAIMABLE_B -------------------------------------------*/

#define MANY 512

/* Each cpu keeps up to 125 pages to itself, and the rest of the kernel lives. */
#define NOISE (128L * num_online_cpus() + 256)

static void expect_near(struct kunit *test, long pages, long expected)
{
	KUNIT_EXPECT_LE(test, abs(pages - expected), NOISE);
}

static void expect_grown(struct kunit *test, enum node_stat_item item,
			 long before, long pages)
{
	expect_near(test, global_node_page_state_pages(item) - before, pages);
}

static void expect_accounted(struct kunit *test, slubx_flags_t flags,
			     enum node_stat_item item,
			     enum node_stat_item other)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 4096, flags);
	long pages = (long)MANY << s->layout.oo.order;
	struct slubx_slab **slabs;
	long before, others;
	int i;

	KUNIT_ASSERT_GT(test, pages, 4 * NOISE);
	slabs = kunit_kcalloc(test, MANY, sizeof(*slabs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, slabs);
	before = global_node_page_state_pages(item);
	others = global_node_page_state_pages(other);
	for (i = 0; i < MANY; i++)
		slabs[i] = new_slab(test, s);
	expect_grown(test, item, before, pages);
	expect_grown(test, other, others, 0);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), MANY + 0UL);
	for (i = 0; i < MANY; i++)
		slubx_slab_free(s, slabs[i]);
	expect_grown(test, item, before, 0);
	expect_grown(test, other, others, 0);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

static void accounts_unreclaimable(struct kunit *test)
{
	expect_accounted(test, 0, NR_SLAB_UNRECLAIMABLE_B,
			 NR_SLAB_RECLAIMABLE_B);
}

static void accounts_reclaimable(struct kunit *test)
{
	expect_accounted(test, SLUBX_RECLAIM_ACCOUNT, NR_SLAB_RECLAIMABLE_B,
			 NR_SLAB_UNRECLAIMABLE_B);
}

static void new_slabs(struct kunit *test, struct slubx_kmem_cache *s,
		      bool reclaimable, struct slubx_slab **slabs, int count)
{
	slubx_cache_set_flag(s, SLUBX_RECLAIM_ACCOUNT, reclaimable);
	while (count--) {
		slabs[count] = new_slab(test, s);
		KUNIT_EXPECT_EQ(test,
				slabs[count]->fc.counters.reclaimable + 0U,
				reclaimable + 0U);
	}
}

/* The cache's flag changes, and each slab goes back to where it was counted. */
static void accounts_as_it_was_made(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 4096, 0);
	long half = (long)(MANY / 2) << s->layout.oo.order, un, re;
	struct slubx_slab **slabs;
	int i;

	KUNIT_ASSERT_GT(test, half, 2 * NOISE);
	slabs = kunit_kcalloc(test, MANY, sizeof(*slabs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, slabs);
	un = global_node_page_state_pages(NR_SLAB_UNRECLAIMABLE_B);
	re = global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B);
	new_slabs(test, s, false, slabs, MANY / 2);
	new_slabs(test, s, true, slabs + MANY / 2, MANY / 2);
	expect_grown(test, NR_SLAB_UNRECLAIMABLE_B, un, half);
	expect_grown(test, NR_SLAB_RECLAIMABLE_B, re, half);
	for (i = 0; i < MANY; i++)
		slubx_slab_free(s, slabs[i]);
	expect_grown(test, NR_SLAB_UNRECLAIMABLE_B, un, 0);
	expect_grown(test, NR_SLAB_RECLAIMABLE_B, re, 0);
}

/* ---- Strangers -----------------------------------------------------------*/

/* All objects in use, each full of its own number. */
static struct slubx_slab *patterned_slab(struct kunit *test,
					 struct slubx_kmem_cache *s)
{
	struct slubx_slab *slab = new_slab(test, s);
	unsigned int i;

	slubx_scene_own(slab);
	for (i = 0; i < s->layout.oo.objects; i++)
		memset(slubx_slab_object(slab, i), i, s->layout.object_size);
	return slab;
}

static void expect_pattern(struct kunit *test, struct slubx_slab *slab)
{
	unsigned int i, size = slab->slab_cache->layout.object_size;

	for (i = 0; i < slab->fc.counters.objects; i++)
		KUNIT_EXPECT_NULL(test, memchr_inv(slubx_slab_object(slab, i),
						   i, size));
}

/* Pages that nobody has yet: if these were the slab's, they'd be written to. */
static void churn_pages(struct kunit *test, unsigned int order)
{
	struct page *pages[32];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = alloc_pages(GFP_KERNEL | __GFP_COMP, order);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		memset(page_address(pages[i]), 0xee, PAGE_SIZE << order);
	}
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		__free_pages(pages[i], order);
}

static void stray_put_is_reported_at_release(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 2000, 0);
	struct slubx_slab *slab = patterned_slab(test, s);
	struct page *page = slubx_slab_page(slab);
	unsigned int i;

	/* All of its objects but one: the last reference is nobody's to drop. */
	for (i = 1; i < s->layout.oo.objects; i++)
		put_page(page);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 2);
	KUNIT_EXPECT_FALSE(test, slubx_slab_valid(slab));
	churn_pages(test, s->layout.oo.order);
	expect_pattern(test, slab);
	EXPECT_ERRORS(test, 1, slubx_slab_free(s, slab));
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

/* Some references lost: all the others are dropped, and the pages are free. */
static void stray_put_still_frees_pages(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 2000, 0);
	struct slubx_slab *slab = new_slab(test, s);
	struct page *page = slubx_slab_page(slab);

	page_ref_sub(page, 3);
	EXPECT_ERRORS(test, 1, slubx_slab_free(s, slab));
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 0);
	churn_pages(test, s->layout.oo.order);
}

/* More were dropped than there are: the pages are no longer ours to free. */
static void all_references_lost_lets_go(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 2000, 0);
	struct slubx_slab *slab = new_slab(test, s);
	struct page *page = slubx_slab_page(slab);

	page_ref_sub(page, s->layout.oo.objects + 1);
	EXPECT_ERRORS(test, 1, slubx_slab_free(s, slab));
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
	set_page_count(page, 1);
	expect_restored(test, page);
	__free_pages(page, s->layout.oo.order);
}

/* A pfn walker holds a reference for a moment: no fault, and it drops it. */
static void walkers_reference_is_no_fault(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 64, 0);
	struct slubx_slab *slab = new_slab(test, s);
	struct page *page = slubx_slab_page(slab);

	get_page(page);
	EXPECT_VALID(test, slab, slab);
	EXPECT_ERRORS(test, 0, slubx_slab_free(s, slab));
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	put_page(page);
}

/*
 * The kernel's own kfree() of an object, where it takes any page that is no
 * slab for a large kmalloc(). Since 6.15 it warns instead, and so it does of
 * one page.
 */
static void kernel_kfree_leaves_slab_whole(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 2000, 0);
	struct slubx_slab *slab;
	struct page *page;

	if (__is_defined(SLUBX_HAVE_LARGE_KMALLOC_TYPE))
		kunit_skip(test, "this kernel's kfree() knows its pages");
	if (!s->layout.oo.order)
		kunit_skip(test, "slabs are of order 0 here");
	slab = patterned_slab(test, s);
	page = slubx_slab_page(slab);
	EXPECT_ERRORS(test, 0, kfree(slubx_slab_object(slab, 0)));
	KUNIT_EXPECT_EQ(test, page_ref_count(page), (int)s->layout.oo.objects);
	churn_pages(test, s->layout.oo.order);
	expect_pattern(test, slab);
	KUNIT_EXPECT_TRUE(test, slubx_slab_is_ours(slab));
	EXPECT_ERRORS(test, 1, slubx_slab_free(s, slab));
	/* It also took the pages off the kernel's account, as slubx did. */
	mod_node_page_state(page_pgdat(page), NR_SLAB_UNRECLAIMABLE_B,
			    PAGE_SIZE << s->layout.oo.order);
}

/* ---- TYPESAFE_BY_RCU -----------------------------------------------------*/

struct reading {
	struct kunit *test;
	struct slubx_kmem_cache *s;
	struct slubx_slab *slab;
	int reader;	 /* the cpu of the one who reads */
	atomic_t ready;	 /* to free as soon as the reader is inside */
	atomic_t inside; /* the read-side section */
	atomic_t freed;
	bool marked; /* what the reader saw at the end of it */
	bool cached;
};

static void read_or_free(void *data)
{
	struct reading *r = data;

	if (raw_smp_processor_id() != r->reader) {
		atomic_set(&r->ready, 1);
		slubx_scene_wait(&r->inside, 1);
		slubx_slab_free(r->s, r->slab);
		atomic_set(&r->freed, 1);
		return;
	}
	slubx_scene_wait(&r->ready, 1);
	rcu_read_lock();
	atomic_set(&r->inside, 1);
	while (!atomic_read(&r->freed))
		cpu_relax();
	mdelay(50);
	r->marked = slubx_slab_is_ours(r->slab);
	r->cached = READ_ONCE(r->slab->slab_cache) == r->s;
	rcu_read_unlock();
}

static void typesafe_waits_for_readers(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct cpumask *cpus = kunit_kzalloc(test, cpumask_size(), GFP_KERNEL);
	struct reading r = { .reader = raw_smp_processor_id() };
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, cpus);
	cpumask_set_cpu(r.reader, cpus);
	cpumask_set_cpu(other, cpus);
	r.s = slubx_scene_cache(test, 256, SLUBX_TYPESAFE_BY_RCU);
	r.slab = new_slab(test, r.s);
	page = slubx_slab_page(r.slab);
	get_page(page);

	slubx_test_on_cpus(test, cpus, read_or_free, &r);
	KUNIT_EXPECT_TRUE(test, r.marked);
	KUNIT_EXPECT_TRUE(test, r.cached);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(r.s), 0UL);
	rcu_barrier();
	expect_restored(test, page);
	put_page(page);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pages_are_no_kernel_slab),
	KUNIT_CASE(flags_that_make_sense),
	KUNIT_CASE(release_restores_pages),
	KUNIT_CASE(accounts_unreclaimable),
	KUNIT_CASE(accounts_reclaimable),
	KUNIT_CASE(accounts_as_it_was_made),
	KUNIT_CASE(stray_put_is_reported_at_release),
	KUNIT_CASE(stray_put_still_frees_pages),
	KUNIT_CASE(all_references_lost_lets_go),
	KUNIT_CASE(walkers_reference_is_no_fault),
	KUNIT_CASE(kernel_kfree_leaves_slab_whole),
	KUNIT_CASE(typesafe_waits_for_readers),
	{},
};

SLUBX_SCENE_SUITE(slab_page, cases);
