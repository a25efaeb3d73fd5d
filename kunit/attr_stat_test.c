// SPDX-License-Identifier: GPL-2.0
/*
 * attr_stat_test.c - the files of a cache's counters: each shows its own, each
 * is set back alone, and all stand still while nothing is counted.
 */
#include <linux/jump_label.h>

#include "files.h"
#include "scene.h"
#include "../slubx/failslab.h"

#define NAME "slubx_attr_stat"

/* All of SLUB 6.1's, by the event each is the count of. */
static const struct {
	const char *file;
	enum slubx_stat_item item;
} files[] = {
	{ "alloc_fastpath", ALLOC_FASTPATH },
	{ "alloc_slowpath", ALLOC_SLOWPATH },
	{ "free_fastpath", FREE_FASTPATH },
	{ "free_slowpath", FREE_SLOWPATH },
	{ "free_frozen", FREE_FROZEN },
	{ "free_add_partial", FREE_ADD_PARTIAL },
	{ "free_remove_partial", FREE_REMOVE_PARTIAL },
	{ "alloc_from_partial", ALLOC_FROM_PARTIAL },
	{ "alloc_slab", ALLOC_SLAB },
	{ "alloc_refill", ALLOC_REFILL },
	{ "alloc_node_mismatch", ALLOC_NODE_MISMATCH },
	{ "free_slab", FREE_SLAB },
	{ "cpuslab_flush", CPUSLAB_FLUSH },
	{ "deactivate_full", DEACTIVATE_FULL },
	{ "deactivate_empty", DEACTIVATE_EMPTY },
	{ "deactivate_to_head", DEACTIVATE_TO_HEAD },
	{ "deactivate_to_tail", DEACTIVATE_TO_TAIL },
	{ "deactivate_remote_frees", DEACTIVATE_REMOTE_FREES },
	{ "deactivate_bypass", DEACTIVATE_BYPASS },
	{ "order_fallback", ORDER_FALLBACK },
	{ "cmpxchg_double_cpu_fail", CMPXCHG_DOUBLE_CPU_FAIL },
	{ "cmpxchg_double_fail", CMPXCHG_DOUBLE_FAIL },
	{ "cpu_partial_alloc", CPU_PARTIAL_ALLOC },
	{ "cpu_partial_free", CPU_PARTIAL_FREE },
	{ "cpu_partial_node", CPU_PARTIAL_NODE },
	{ "cpu_partial_drain", CPU_PARTIAL_DRAIN },
};

static_assert(ARRAY_SIZE(files) == NR_SLUBX_STAT_ITEMS);

static struct slubx_kmem_cache *make(struct kunit *test)
{
	struct slubx_kmem_cache *s;

	slubx_test_need_files(test);
	s = slubx_kmem_cache_create(NAME, 256, 0, SLUBX_NO_MERGE, NULL);
	return slubx_test_keep(test, s);
}

/* Counters as if so many events had come: of @cpu a number for each file. */
static unsigned int events(unsigned int i, int cpu)
{
	return 1000 * (i + 1) + cpu;
}

static void pretend(struct slubx_kmem_cache *s, int cpu)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		per_cpu_ptr(s->stat, cpu)->item[files[i].item] = events(i, cpu);
}

static char *text(struct kunit *test, const char *file)
{
	return slubx_test_read(test, NAME, file);
}

static void each_file_shows_its_counter(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct slubx_kmem_cache *s = make(test);
	int first = min(other, raw_smp_processor_id());
	int second = max(other, raw_smp_processor_id());
	char want[80];
	unsigned int i;

	pretend(s, first);
	pretend(s, second);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		unsigned int a = events(i, first), b = events(i, second);

		snprintf(want, sizeof(want), "%u C%d=%u C%d=%u\n", a + b, first,
			 a, second, b);
		KUNIT_EXPECT_STREQ(test, text(test, files[i].file), want);
	}
}

/* A counter that counted nothing, and a cpu that did, are not listed. */
static void zero_is_short(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);

	slubx_stat_clear(s);
	KUNIT_EXPECT_STREQ(test, text(test, "alloc_slab"), "0\n");
}

static void written_zero_clears_one(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	int cpu = raw_smp_processor_id();
	unsigned int i;

	slubx_stat_clear(s);
	pretend(s, cpu);
	KUNIT_EXPECT_EQ(test, slubx_test_write(NAME, "free_slab", "0\n", 2), 2);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		KUNIT_EXPECT_EQ(test, slubx_stat_sum(s, files[i].item),
				files[i].item == FREE_SLAB ? 0UL :
							     events(i, cpu));
}

/* As in SLUB the first byte decides. */
static void other_writes_are_refused(struct kunit *test)
{
	static const char *const bad[] = { "1", "x", "-0", " 0", "\n" };
	struct slubx_kmem_cache *s = make(test);
	unsigned int i;

	pretend(s, raw_smp_processor_id());
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ(test,
				slubx_test_write(NAME, "alloc_slab", bad[i],
						 strlen(bad[i])),
				(ssize_t)-EINVAL);
	KUNIT_EXPECT_NE(test, slubx_stat_sum(s, ALLOC_SLAB), 0UL);
	KUNIT_EXPECT_EQ(test, slubx_test_write(NAME, "alloc_slab", "0x1", 3),
			(ssize_t)3);
	KUNIT_EXPECT_EQ(test, slubx_stat_sum(s, ALLOC_SLAB), 0UL);
}

static void alloc_and_free(struct kunit *test, struct slubx_kmem_cache *s)
{
	slubx_kmem_cache_free(s, slubx_scene_alloc(test, s));
}

/* Counting goes on and off under way; what was counted stays. */
static void counts_only_when_told(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);

	alloc_and_free(test, s);
	slubx_stat_clear(s);
	alloc_and_free(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_FASTPATH, 1 }, { FREE_FASTPATH, 1 });

	alloc_and_free(test, s);
	slubx_stat_switch(false);
	alloc_and_free(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_FASTPATH, 1 }, { FREE_FASTPATH, 1 });
	slubx_stat_switch(true);
	alloc_and_free(test, s);
	EXPECT_EVENTS(test, s, { ALLOC_FASTPATH, 1 }, { FREE_FASTPATH, 1 });
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_file_shows_its_counter),
	KUNIT_CASE(zero_is_short),
	KUNIT_CASE(written_zero_clears_one),
	KUNIT_CASE(other_writes_are_refused),
	KUNIT_CASE(counts_only_when_told),
	{},
};

SLUBX_SCENE_SUITE(attr_stat, cases);
