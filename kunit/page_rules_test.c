// SPDX-License-Identifier: GPL-2.0
/*
 * page_rules_test.c - a slab's pages look to the rest of the kernel like pages
 * that it had better leave alone (Documentation/design.rst, "Page rules").
 */
#include <linux/fs.h>
#include <linux/mm.h>

#include "census.h"
#include "files.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/slab.h"
#include "../slubx/walk.h"

static struct slubx_kmem_cache *make(struct kunit *test, unsigned int size,
				     slubx_flags_t flags)
{
	return slubx_test_keep(
		test, slubx_kmem_cache_create("page_rules_test", size, 0,
					      flags | SLUBX_NO_MERGE, NULL));
}

/* ---- The rules ----------------------------------------------------------- */

enum state {
	CPU,
	CPU_PARTIAL,
	NODE_PARTIAL,
	FULL,
	SLAB_EMPTY,
	NR_STATES
};

static const char *const state_names[] = {
	"CPU", "CPU_PARTIAL", "NODE_PARTIAL", "FULL", "EMPTY",
};

static bool is_a_cpu_slab(const struct slubx_slab *slab)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (per_cpu_ptr(slab->slab_cache->cpu_slab, cpu)->slab == slab)
			return true;
	return false;
}

static enum state state_of(const struct slubx_slab *slab)
{
	if (slab->fc.counters.frozen)
		return is_a_cpu_slab(slab) ? CPU : CPU_PARTIAL;
	if (!slab->fc.counters.inuse)
		return SLAB_EMPTY;
	return slab->fc.freelist ? NODE_PARTIAL : FULL;
}

struct look {
	struct kunit *test;
	unsigned int seen[NR_STATES];
};

/* To compaction, until 6.12, these two bits mean a page that can be moved. */
static bool looks_movable(const struct page *page)
{
	return ((unsigned long)page->mapping & 3) == 2;
}

static void expect_rules(struct slubx_slab *slab, void *data)
{
	struct page *page = slubx_slab_page(slab);
	enum state state = state_of(slab);
	struct look *look = data;
	unsigned int i, pages = 1U << slubx_slab_order(slab);

	look->seen[state]++;
	for (i = 0; i < pages; i++) {
		KUNIT_EXPECT_FALSE_MSG(look->test, PageSlab(page + i), "%s",
				       state_names[state]);
		KUNIT_EXPECT_FALSE_MSG(look->test, looks_movable(page + i),
				       "%s", state_names[state]);
		KUNIT_EXPECT_FALSE_MSG(look->test, PageLRU(page + i), "%s",
				       state_names[state]);
		KUNIT_EXPECT_PTR_EQ(look->test, compound_head(page + i), page);
	}
	KUNIT_EXPECT_FALSE(look->test, PageReserved(page));
	KUNIT_EXPECT_FALSE(look->test,
			   test_bit(PG_swapbacked, slubx_page_flags(page)));
	KUNIT_EXPECT_PTR_EQ(look->test, (void *)page->mapping,
			    (void *)slab->slab_cache);
	KUNIT_EXPECT_EQ(look->test, (int)slab->__page_mark,
			(int)SLUBX_PAGE_MARK);
	KUNIT_EXPECT_EQ_MSG(look->test, page_ref_count(page),
			    (int)slab->fc.counters.objects + 1, "%s",
			    state_names[state]);
}

/* All slabs, each by the rules; how many there are of each state. */
static struct look look_at(struct kunit *test, struct slubx_kmem_cache *s)
{
	struct look look = { .test = test };

	KUNIT_EXPECT_EQ(test, slubx_walk_slabs(s, expect_rules, &look),
			slubx_cache_slabs(s));
	return look;
}

/*
 * Six full slabs, of which one loses an object to the cpu's partial list; two
 * and the cpu's own are then flushed and some emptied.
 */
static void rules_in_each_state(struct kunit *test, slubx_flags_t flags)
{
	struct slubx_kmem_cache *s = make(test, 500, flags);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 6);
	unsigned int i, left = s->layout.oo.objects - 1;
	struct slubx_slab *slab[6];
	struct look look;

	for (i = 0; i < 6; i++)
		slab[i] = slubx_test_herd_slab(herd, i);
	look = look_at(test, s);
	KUNIT_EXPECT_EQ(test, look.seen[CPU], 1U);
	KUNIT_EXPECT_EQ(test, look.seen[FULL], 5U);

	slubx_test_herd_thin(herd, slab[0], left);
	slubx_test_herd_thin(herd, slab[1], left);
	look = look_at(test, s);
	if (SLUBX_CPU_PARTIAL)
		KUNIT_EXPECT_EQ(test, look.seen[CPU_PARTIAL], 2U);
	else
		KUNIT_EXPECT_EQ(test, look.seen[NODE_PARTIAL], 2U);
	KUNIT_EXPECT_EQ(test, look.seen[FULL], 3U);

	slubx_test_herd_thin(herd, slab[1], 0);
	KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), herd->live + 0UL);
	look = look_at(test, s);
	KUNIT_EXPECT_EQ(test, look.seen[SLAB_EMPTY], 1U);
	KUNIT_EXPECT_EQ(test, look.seen[NODE_PARTIAL], 1U);
	KUNIT_EXPECT_EQ(test, look.seen[FULL], 4U);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	EXPECT_VALID(test, cache, s);
	slubx_test_herd_free_all(herd);
	look_at(test, s);
}

static void rules(struct kunit *test)
{
	rules_in_each_state(test, 0);
}

static void rules_typesafe(struct kunit *test)
{
	rules_in_each_state(test, SLUBX_TYPESAFE_BY_RCU);
}

static void rules_reclaimable(struct kunit *test)
{
	rules_in_each_state(test, SLUBX_RECLAIM_ACCOUNT);
}

/* slubx's own slabs are no exception. */
static void rules_of_own_caches(struct kunit *test)
{
	struct look look = look_at(test, slubx_test_find("slubx_kmem_cache"));

	KUNIT_EXPECT_GE(test,
			look.seen[CPU] + look.seen[NODE_PARTIAL] +
				look.seen[FULL] + look.seen[CPU_PARTIAL],
			1U);
	look_at(test, slubx_test_find("slubx_kmem_cache_node"));
}

/* Pages that went back have no mark: a walk finds them no more. */
static void no_mark_on_freed_pages(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 500, 0);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 8);
	struct look look = { .test = test };

	slubx_test_herd_free_all(herd);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
	KUNIT_EXPECT_EQ(test, slubx_walk_slabs(s, expect_rules, &look), 0UL);
}

/* ---- Those who walk over all pages --------------------------------------- */

static int poke(const char *path, const char *text)
{
	struct file *file = filp_open(path, O_WRONLY, 0);
	loff_t pos = 0;
	int done;

	if (IS_ERR(file))
		return PTR_ERR(file);
	done = kernel_write(file, text, strlen(text), &pos);
	filp_close(file, NULL);
	return done < 0 ? done : 0;
}

/* Slabs all over, with holes between them, so that there is work to do. */
static struct slubx_test_herd *scatter(struct kunit *test,
				       struct slubx_kmem_cache *s)
{
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 64);
	unsigned int i;

	for (i = 0; i < 64; i += 2) {
		struct slubx_slab *slab =
			slubx_virt_to_slab(herd->x[i * s->layout.oo.objects]);

		slubx_test_herd_thin(herd, slab, i % 3);
	}
	return herd;
}

/* If that @reclaims, slabs without objects in use go; none else does. */
static void survive(struct kunit *test, const char *path, const char *text,
		    bool reclaims)
{
	struct slubx_kmem_cache *s = make(test, 1000, 0);
	struct slubx_test_herd *herd = scatter(test, s);
	unsigned long slabs = slubx_cache_slabs(s);
	unsigned int i;
	int err = 0;

	for (i = 0; i < 3 && !err; i++)
		err = poke(path, text);
	KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
	EXPECT_VALID(test, cache, s);
	if (reclaims && !err)
		KUNIT_EXPECT_LT(test, slubx_cache_slabs(s), slabs);
	else
		KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), slabs);
	look_at(test, s);
	slubx_test_herd_free_all(herd);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
	if (err)
		kunit_skip(test, "%s can't be written: %d", path, err);
}

static void compaction(struct kunit *test)
{
	survive(test, "/proc/sys/vm/compact_memory", "1", false);
}

static void dropped_caches(struct kunit *test)
{
	survive(test, "/proc/sys/vm/drop_caches", "3", true);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rules),
	KUNIT_CASE(rules_typesafe),
	KUNIT_CASE(rules_reclaimable),
	KUNIT_CASE(rules_of_own_caches),
	KUNIT_CASE(no_mark_on_freed_pages),
	KUNIT_CASE(compaction),
	KUNIT_CASE(dropped_caches),
	{},
};

SLUBX_SUITE(page_rules, cases);
