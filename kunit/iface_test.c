// SPDX-License-Identifier: GPL-2.0
/*
 * iface_test.c - what the files of a cache say, and what they take.
 *
 * Every text is compared as a whole, as a reader of the file gets it.
 */
#include <linux/nodemask.h>
#include <linux/preempt.h>

#include "common.h"
#include "files.h"
#include "../slubx/flush.h"
#include "../slubx/slab.h"
#include "../slubx/types.h"

#define NAME "slubx_iface"

#define EXPECT_FILE(test, file, ...)                                       \
	do {                                                               \
		char __text[128];                                          \
									   \
		snprintf(__text, sizeof(__text), __VA_ARGS__);             \
		KUNIT_EXPECT_STREQ_MSG(test, __text,                       \
				       slubx_test_read(test, NAME, file),  \
				       "file '%s'", file);                 \
	} while (0)

static struct slubx_kmem_cache *make(struct kunit *test, unsigned int size,
				     unsigned int align, slubx_flags_t flags)
{
	struct slubx_kmem_cache *s;

	slubx_test_need_files(test);
	s = slubx_kmem_cache_create(NAME, size, align, flags | SLUBX_NO_MERGE,
				    NULL);
	return slubx_test_keep(test, s);
}

/* ---- What never changes --------------------------------------------------*/

static void show_sizes(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 120, 128, 0);

	EXPECT_FILE(test, "object_size", "120\n");
	EXPECT_FILE(test, "slab_size", "128\n");
	EXPECT_FILE(test, "align", "128\n");
	EXPECT_FILE(test, "order", "%u\n", s->layout.oo.order);
	EXPECT_FILE(test, "objs_per_slab", "%lu\n",
		    (PAGE_SIZE << s->layout.oo.order) / 128);
	EXPECT_FILE(test, "usersize", "0\n");
	EXPECT_FILE(test, "ctor", "%s", "");
	EXPECT_FILE(test, "shrink", "%s", "");
	EXPECT_FILE(test, "validate", "%s", "");
	EXPECT_FILE(test, "errors", "0\n");
	EXPECT_FILE(test, "aliases", "0\n");
	EXPECT_FILE(test, "min_partial", "5\n");
	EXPECT_FILE(test, "cpu_partial", SLUBX_CPU_PARTIAL ? "120\n" : "0\n");
	EXPECT_FILE(test, "remote_node_defrag_ratio", "100\n");
}

static const struct {
	const char *file;
	slubx_flags_t flag;
} flag_files[] = {
	{ "hwcache_align", SLUBX_HWCACHE_ALIGN },
	{ "reclaim_account", SLUBX_RECLAIM_ACCOUNT },
	{ "destroy_by_rcu", SLUBX_TYPESAFE_BY_RCU },
	{ "cache_dma", SLUBX_CACHE_DMA },
	{ "sanity_checks", SLUBX_CONSISTENCY_CHECKS },
	{ "red_zone", SLUBX_RED_ZONE },
	{ "poison", SLUBX_POISON },
	{ "store_user", SLUBX_STORE_USER },
	{ "trace", SLUBX_TRACE },
};

/* Each file follows its own flag. The cache is idle, so nobody else looks. */
static void show_flags(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 64, 0, 0);
	slubx_flags_t flags = s->flags;
	unsigned int set, i;

	for (set = 0; set < ARRAY_SIZE(flag_files); set++) {
		s->flags = flags | flag_files[set].flag;
		for (i = 0; i < ARRAY_SIZE(flag_files); i++)
			EXPECT_FILE(test, flag_files[i].file, "%d\n", i == set);
	}
	s->flags = flags;
}

static void constructor(void *object)
{
}

static void show_ctor_and_usersize(struct kunit *test)
{
	struct slubx_kmem_cache *s;

	slubx_test_need_files(test);
	s = slubx_kmem_cache_create_usercopy(NAME, 64, 0, 0, 8, 24,
					     constructor);
	slubx_test_keep(test, s);
	EXPECT_FILE(test, "ctor", "%pS\n", constructor);
	EXPECT_FILE(test, "usersize", "24\n");
}

/* ---- Counts --------------------------------------------------------------*/

#define OBJECTS_MAX 600

struct bed {
	struct slubx_kmem_cache *s;
	int node;
	int cpu;	/* where the last alloc() was */
	unsigned int count;
	void *object[OBJECTS_MAX];
};

static struct bed *make_bed(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	bed->s = make(test, 128, 0, 0);
	KUNIT_ASSERT_LT(test, 2 * bed->s->layout.oo.objects, OBJECTS_MAX);
	bed->node = first_node(node_states[N_MEMORY]);
	return bed;
}

/* All on one cpu, so that one slab does. */
static void alloc(struct bed *bed, unsigned int count)
{
	void *x;

	migrate_disable();
	bed->cpu = raw_smp_processor_id();
	while (count--) {
		x = slubx_kmem_cache_alloc_node(bed->s, GFP_KERNEL, bed->node);
		bed->object[bed->count++] = x;
	}
	migrate_enable();
}

static void free_all(struct bed *bed)
{
	while (bed->count)
		slubx_kmem_cache_free(bed->s, bed->object[--bed->count]);
}

/* A count that is on one node only, with the node's part where it is shown. */
#define EXPECT_COUNT(test, file, count, node)                              \
	do {                                                               \
		if (!(count) || !IS_ENABLED(CONFIG_NUMA))                  \
			EXPECT_FILE(test, file, "%u\n", count);            \
		else                                                       \
			EXPECT_FILE(test, file, "%u N%d=%u\n", count, node, \
				    count);                                \
	} while (0)

struct expected {
	unsigned int total, objects, slabs, partial, objects_partial, cpu_slabs;
	unsigned int in_use, cpu_free;
};

static void expect_counts(struct kunit *test, const struct bed *bed,
			  struct expected e)
{
	EXPECT_COUNT(test, "total_objects", e.total, bed->node);
	EXPECT_COUNT(test, "objects", e.objects, bed->node);
	EXPECT_COUNT(test, "slabs", e.slabs, bed->node);
	EXPECT_COUNT(test, "partial", e.partial, bed->node);
	EXPECT_COUNT(test, "objects_partial", e.objects_partial, bed->node);
	EXPECT_COUNT(test, "cpu_slabs", e.cpu_slabs, bed->node);
	EXPECT_COUNT(test, "objects_in_use", e.in_use, bed->node);
	if (!e.cpu_free || !IS_ENABLED(CONFIG_SMP))
		EXPECT_FILE(test, "cpu_free", "%u\n", e.cpu_free);
	else
		EXPECT_FILE(test, "cpu_free", "%u C%d=%u\n", e.cpu_free,
			    bed->cpu, e.cpu_free);
}

static void show_counts(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int in_slab = bed->s->layout.oo.objects;

	struct expected e = {};

	expect_counts(test, bed, e);
	EXPECT_FILE(test, "slabs_cpu_partial", "0(0)\n");

	/* What a cpu holds counts as used, but for two of the files. */
	alloc(bed, 3);
	e.total = in_slab;
	e.objects = in_slab;
	e.slabs = 1;
	e.cpu_slabs = 1;
	e.in_use = 3;
	e.cpu_free = in_slab - 3;
	expect_counts(test, bed, e);

	slubx_flush_all(bed->s);
	e.objects = 3;
	e.cpu_free = 0;
	e.partial = 1;
	e.objects_partial = 3;
	e.cpu_slabs = 0;
	expect_counts(test, bed, e);

	free_all(bed);
	e.objects = 0;
	e.objects_partial = 0;
	e.in_use = 0;
	expect_counts(test, bed, e);
}

/* On one cpu: a full slab, an object of another, and one back to the first. */
static void fill_and_free(void *data)
{
	struct bed *bed = data;

	alloc(bed, bed->s->layout.oo.objects + 1);
	slubx_kmem_cache_free(bed->s, bed->object[0]);
	bed->object[0] = bed->object[--bed->count];
}

static void show_cpu_slabs(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int in_slab = bed->s->layout.oo.objects;
	int cpu = cpumask_last(cpu_online_mask);
	struct slubx_slab *partial;
	struct expected e = {
		.total = 2 * in_slab,
		.objects = 2 * in_slab,
		.slabs = 2,
		.cpu_slabs = 2,
		.in_use = in_slab,
		.cpu_free = in_slab,
	};

	slubx_test_on_cpu(test, cpu, fill_and_free, bed);
	if (!slubx_has_cpu_partial(bed->s)) {
		EXPECT_COUNT(test, "cpu_slabs", 1, bed->node);
		EXPECT_FILE(test, "slabs_cpu_partial", "0(0)\n");
		free_all(bed);
		return;
	}
	expect_counts(test, bed, e);
	if (IS_ENABLED(CONFIG_SMP))
		EXPECT_FILE(test, "slabs_cpu_partial", "%u(1) C%d=%u(1)\n",
			    in_slab / 2, cpu, in_slab / 2);
	else
		EXPECT_FILE(test, "slabs_cpu_partial", "%u(1)\n", in_slab / 2);

	/* When the first slab has gone, its page is anybody's. */
	partial = per_cpu_ptr(bed->s->cpu_slab, cpu)->partial;
	partial->slabs = 0xdead0122;
	EXPECT_COUNT(test, "cpu_slabs", 2, bed->node);
	partial->slabs = 1;
	free_all(bed);
}

static void show_counts_of_two_nodes(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned int in_slab = bed->s->layout.oo.objects;
	int first = bed->node, second = next_node(first, node_states[N_MEMORY]);

	if (second == MAX_NUMNODES)
		kunit_skip(test, "one node");
	alloc(bed, 2);
	bed->node = second;
	alloc(bed, 5);
	EXPECT_FILE(test, "objects_in_use", "7 N%d=2 N%d=5\n", first, second);
	slubx_flush_all(bed->s);
	EXPECT_FILE(test, "objects", "7 N%d=2 N%d=5\n", first, second);
	EXPECT_FILE(test, "total_objects", "%u N%d=%u N%d=%u\n", 2 * in_slab,
		    first, in_slab, second, in_slab);
	EXPECT_FILE(test, "partial", "2 N%d=1 N%d=1\n", first, second);
	free_all(bed);
}

/* ---- Writing -------------------------------------------------------------*/

static ssize_t put(const char *file, const char *text)
{
	return slubx_test_write(NAME, file, text, strlen(text));
}

#define EXPECT_WRITTEN(test, file, text, shown)                            \
	do {                                                               \
		KUNIT_EXPECT_EQ(test, put(file, text), strlen(text));      \
		EXPECT_FILE(test, file, "%s", shown);                      \
	} while (0)

static void store_numbers(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 128, 0, 0);

	EXPECT_WRITTEN(test, "min_partial", "7\n", "7\n");
	KUNIT_EXPECT_EQ(test, s->min_partial, 7);
	EXPECT_WRITTEN(test, "min_partial", "18446744073709551615",
		       "18446744073709551615\n");
	EXPECT_WRITTEN(test, "remote_node_defrag_ratio", "55", "55\n");
	KUNIT_EXPECT_EQ(test, s->remote_node_defrag_ratio, 550);
	EXPECT_WRITTEN(test, "remote_node_defrag_ratio", "100", "100\n");
	EXPECT_WRITTEN(test, "remote_node_defrag_ratio", "0", "0\n");
	EXPECT_WRITTEN(test, "cpu_partial", "0", "0\n");
}

static void store_cpu_partial_flushes(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	alloc(bed, 1);
	EXPECT_COUNT(test, "cpu_slabs", 1, bed->node);
	if (slubx_has_cpu_partial(bed->s)) {
		EXPECT_WRITTEN(test, "cpu_partial", "30\n", "30\n");
		KUNIT_EXPECT_EQ(test, bed->s->cpu_partial_slabs,
				DIV_ROUND_UP(60, bed->s->layout.oo.objects));
	} else {
		EXPECT_WRITTEN(test, "cpu_partial", "0\n", "0\n");
	}
	EXPECT_FILE(test, "cpu_slabs", "0\n");
	free_all(bed);
}

/* A cache whose slabs never belong to a cpu. Idle, so its flags may change. */
static void store_cpu_partial_on_a_cold_cache(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, 128, 0, 0);
	slubx_flags_t flags = s->flags;

	s->flags |= SLUBX_CONSISTENCY_CHECKS;
	KUNIT_EXPECT_EQ(test, put("cpu_partial", "30"), -EINVAL);
	EXPECT_FILE(test, "cpu_partial", SLUBX_CPU_PARTIAL ? "120\n" : "0\n");
	EXPECT_WRITTEN(test, "cpu_partial", "0", "0\n");
	s->flags = flags;
}

static void store_shrink(struct kunit *test)
{
	struct bed *bed = make_bed(test);

	alloc(bed, 3);
	free_all(bed);
	EXPECT_COUNT(test, "slabs", 1, bed->node);
	EXPECT_WRITTEN(test, "shrink", "1\n", "");
	EXPECT_FILE(test, "slabs", "0\n");
}

static unsigned int is_reclaimable(const void *x)
{
	return slubx_virt_to_slab(x)->fc.counters.reclaimable;
}

/* New slabs are what the file says, those before what they were. */
static void store_reclaim_account(struct kunit *test)
{
	static const char *const bad[] = { "x", " ", "\n", "-1", "2" };
	struct bed *bed = make_bed(test);
	unsigned int i, in_slab = bed->s->layout.oo.objects;

	alloc(bed, in_slab);
	EXPECT_WRITTEN(test, "reclaim_account", "1\n", "1\n");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ(test, put("reclaim_account", bad[i]), -EINVAL);
	EXPECT_FILE(test, "reclaim_account", "1\n");
	slubx_flush_all(bed->s);
	alloc(bed, in_slab);
	KUNIT_EXPECT_EQ(test, is_reclaimable(bed->object[0]), 0);
	KUNIT_EXPECT_EQ(test, is_reclaimable(bed->object[in_slab]), 1);
	EXPECT_WRITTEN(test, "reclaim_account", "0", "0\n");
	KUNIT_EXPECT_EQ(test, is_reclaimable(bed->object[in_slab]), 1);
	free_all(bed);
}

/* What each file says to nonsense: SLUB's errors. 0: the write is accepted. */
static const struct {
	const char *payload;
	int number;	/* from files that hold one */
	int shrink;	/* which looks at the first byte alone */
} nonsense[] = {
	{ "x", -EINVAL, -EINVAL },
	{ "-1", -EINVAL, -EINVAL },
	{ " ", -EINVAL, -EINVAL },
	{ "\n", -EINVAL, -EINVAL },
	{ "18446744073709551616", -ERANGE, 0 },
	{ "1\n2", -EINVAL, 0 },
	{ "1 ", -EINVAL, 0 },
	{ "0x10", -EINVAL, -EINVAL },
	{ "\x01\xff\x80\x7f", -EINVAL, -EINVAL },
};

static const char *const number_files[] = {
	"min_partial",
	"cpu_partial",
	"remote_node_defrag_ratio",
};

static void store_number_refuses(struct kunit *test, const char *file)
{
	char *before = slubx_test_read(test, NAME, file);
	char *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	memset(page, '9', PAGE_SIZE);
	KUNIT_EXPECT_EQ_MSG(test, slubx_test_write(NAME, file, page, PAGE_SIZE),
			    -ERANGE, "a page to '%s'", file);
	KUNIT_EXPECT_EQ_MSG(test, slubx_test_write(NAME, file, "\0001", 2),
			    -EINVAL, "a zero byte to '%s'", file);
	KUNIT_EXPECT_EQ_MSG(test, slubx_test_write(NAME, file, "", 0), 0,
			    "nothing to '%s'", file);
	for (i = 0; i < ARRAY_SIZE(nonsense); i++)
		KUNIT_EXPECT_EQ_MSG(test, put(file, nonsense[i].payload),
				    nonsense[i].number, "line %u to '%s'", i,
				    file);
	KUNIT_EXPECT_STREQ(test, slubx_test_read(test, NAME, file), before);
}

static void store_refuses_nonsense(struct kunit *test)
{
	unsigned int i;

	make(test, 128, 0, 0);
	for (i = 0; i < ARRAY_SIZE(number_files); i++)
		store_number_refuses(test, number_files[i]);
	KUNIT_EXPECT_EQ(test, put("remote_node_defrag_ratio", "101"), -ERANGE);
	EXPECT_FILE(test, "remote_node_defrag_ratio", "100\n");
	KUNIT_EXPECT_EQ(test, put("cpu_partial", "4294967296"), -ERANGE);

	/* There is nothing to look at where nothing is debugged. */
	KUNIT_EXPECT_EQ(test, put("validate", "1"), -EINVAL);

	for (i = 0; i < ARRAY_SIZE(nonsense); i++) {
		ssize_t accepted = strlen(nonsense[i].payload);

		KUNIT_EXPECT_EQ_MSG(test, put("shrink", nonsense[i].payload),
				    nonsense[i].shrink ?: accepted,
				    "line %u to 'shrink'", i);
	}
}

static void store_to_read_only(struct kunit *test)
{
	make(test, 128, 0, 0);
	KUNIT_EXPECT_EQ(test, put("object_size", "1"), -EACCES);
	KUNIT_EXPECT_EQ(test, put("objects", "1"), -EACCES);
	KUNIT_EXPECT_EQ(test, put("poison", "1"), -EACCES);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(show_sizes),
	KUNIT_CASE(show_flags),
	KUNIT_CASE(show_ctor_and_usersize),
	KUNIT_CASE(show_counts),
	KUNIT_CASE(show_cpu_slabs),
	KUNIT_CASE(show_counts_of_two_nodes),
	KUNIT_CASE(store_numbers),
	KUNIT_CASE(store_cpu_partial_flushes),
	KUNIT_CASE(store_cpu_partial_on_a_cold_cache),
	KUNIT_CASE(store_reclaim_account),
	KUNIT_CASE(store_shrink),
	KUNIT_CASE(store_refuses_nonsense),
	KUNIT_CASE(store_to_read_only),
	{},
};

SLUBX_SUITE(iface, cases);
