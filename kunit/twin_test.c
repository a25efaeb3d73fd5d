// SPDX-License-Identifier: GPL-2.0
/*
 * twin_test.c - slubx behaves as the host's SLUB does: the same operations on
 * both, and everything that can be seen of them is equal.
 *
 * Left out is what slubx does otherwise on purpose, which is all misuse, and
 * what is chance: addresses, and how many slabs it takes.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "common.h"
#include "twin.h"

static const char *const what_names[NR_TWIN_WHAT] = {
	[TWIN_CREATED] = "created",
	[TWIN_SIZE] = "kmem_cache_size()",
	[TWIN_SAME_AS] = "merged into",
	[TWIN_OBJECT_SIZE] = "object_size",
	[TWIN_SLAB_SIZE] = "slab_size",
	[TWIN_ALIGN] = "align",
	[TWIN_ORDER] = "order",
	[TWIN_OBJS_PER_SLAB] = "objs_per_slab",
	[TWIN_ALIASES] = "aliases",
	[TWIN_ALLOCATED] = "allocated",
	[TWIN_SHRUNK] = "kmem_cache_shrink()",
	[TWIN_KSIZE] = "ksize()",
	[TWIN_ROUNDUP] = "kmalloc_size_roundup()",
	[TWIN_MOVED] = "moved by krealloc()",
	[TWIN_CTOR_ENOUGH] = "all objects constructed",
	[TWIN_MISALIGNED] = "misaligned",
	[TWIN_IN_PIECES] = "a page or less of vmalloc()",
	[TWIN_NOT_ZEROED] = "not zeroed",
	[TWIN_WRONG_NODE] = "wrong node",
	[TWIN_UNCONSTRUCTED] = "not constructed",
	[TWIN_OVERWRITTEN] = "overwritten",
	[TWIN_OVERLAPPING] = "overlapping",
	[TWIN_OBJECTS_LEFT] = "total_objects after all",
	[TWIN_INFO_OBJECTS_LEFT] = "num_objs after all",
	[TWIN_CTOR_CALLS_ODD] = "constructor calls beside slabs",
	[TWIN_CTOR_CALLS_OFF] = "constructor calls without objects",
};

/* Two logs are large: they are taken from vmalloc, once for the suite. */
static struct twin_log *logs[2];

static int make_logs(struct kunit_suite *suite)
{
	logs[0] = kvzalloc(sizeof(*logs[0]), GFP_KERNEL);
	logs[1] = kvzalloc(sizeof(*logs[1]), GFP_KERNEL);
	return logs[0] && logs[1] ? 0 : -ENOMEM;
}

static void drop_logs(struct kunit_suite *suite)
{
	kvfree(logs[0]);
	kvfree(logs[1]);
}

static bool same(const struct twin_seen *a, const struct twin_seen *b)
{
	return a->step == b->step && a->what == b->what && a->value == b->value;
}

/* The first difference explains all after it. */
static void compare_logs(struct kunit *test, u64 seed)
{
	const struct twin_seen *host = logs[0]->seen, *ours = logs[1]->seen;
	unsigned int i, count = min(logs[0]->count, logs[1]->count);

	KUNIT_EXPECT_LE(test, count, TWIN_LOG_MAX);
	for (i = 0; i < min_t(unsigned int, count, TWIN_LOG_MAX); i++) {
		if (same(&host[i], &ours[i]) &&
		    (host[i].what < TWIN_MUST_BE_ZERO || !host[i].value))
			continue;
		KUNIT_FAIL(test,
			   "seed %llu, step %u/%u: host: %s %ld, slubx: %s %ld",
			   seed, host[i].step, ours[i].step,
			   what_names[host[i].what], host[i].value,
			   what_names[ours[i].what], ours[i].value);
		return;
	}
	KUNIT_EXPECT_EQ(test, logs[0]->count, logs[1]->count);
}

/* With KASAN the host's objects have more; without sysfs it tells nothing. */
static bool layout_is_comparable(void)
{
	struct file *dir;

	if (IS_ENABLED(CONFIG_KASAN))
		return false;
	dir = filp_open("/sys/kernel/slab", O_RDONLY | O_DIRECTORY, 0);
	if (IS_ERR(dir))
		return false;
	filp_close(dir, NULL);
	return true;
}

static void clear_logs(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		logs[i]->step = 0;
		logs[i]->count = 0;
		logs[i]->with_layout = layout_is_comparable();
	}
}

typedef void (*walk)(struct twin_log *log, u64 seed);

static void run_both(struct kunit *test, walk host, walk ours, u64 seed)
{
	clear_logs();
	host(logs[0], seed);
	EXPECT_ERRORS(test, 0, ours(logs[1], seed));
	compare_logs(test, seed);
}

/* With seeds that are always the same, and with new ones. */
static void run_seeds(struct kunit *test, walk host, walk ours,
		      unsigned int fixed, unsigned int random)
{
	unsigned int i;

	for (i = 1; i <= fixed; i++)
		run_both(test, host, ours, i);
	for (i = 0; i < random; i++)
		run_both(test, host, ours, slubx_test_random(test, U32_MAX));
}

static void random_operations_fixed_seeds(struct kunit *test)
{
	run_seeds(test, twin_host.random_walk, twin_slubx.random_walk, 8, 0);
}

static void random_operations(struct kunit *test)
{
	run_seeds(test, twin_host.random_walk, twin_slubx.random_walk, 0, 6);
}

static void constructors_run_for_whole_slabs(struct kunit *test)
{
	if (!layout_is_comparable())
		kunit_skip(test, "the host's sysfs says nothing of use");
	run_seeds(test, twin_host.constructors, twin_slubx.constructors, 0, 12);
}

static void merges_alike(struct kunit *test)
{
	if (!layout_is_comparable())
		kunit_skip(test, "the host's sysfs says nothing of use");
	if (!twin_host.can_merge() || !twin_slubx.can_merge())
		kunit_skip(test, "one of the two was told not to merge");
	run_seeds(test, twin_host.merges, twin_slubx.merges, 0, 4);
}

/*
 * Always on the same cpu: the host's allocator keeps much of what was freed, on
 * each cpu that freed some, and that must not look like a leak of ours.
 */
static void run_sizes(struct kunit *test, unsigned int fixed,
		      unsigned int random)
{
	int cpu = cpumask_first(cpu_online_mask);

	set_cpus_allowed_ptr(current, cpumask_of(cpu));
	run_seeds(test, twin_host.sizes, twin_slubx.sizes, fixed, random);
}

static void memory_of_any_size_fixed_seeds(struct kunit *test)
{
	run_sizes(test, 12, 0);
}

static void memory_of_any_size(struct kunit *test)
{
	run_sizes(test, 0, 8);
}

static void memory_in_pieces(struct kunit *test)
{
	run_seeds(test, twin_host.in_pieces, twin_slubx.in_pieces, 8, 8);
}

static void many_at_once(struct kunit *test)
{
	run_seeds(test, twin_host.in_bulk, twin_slubx.in_bulk, 8, 8);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(random_operations_fixed_seeds),
	KUNIT_CASE_SLOW(random_operations),
	KUNIT_CASE(constructors_run_for_whole_slabs),
	KUNIT_CASE(merges_alike),
	KUNIT_CASE_SLOW(memory_of_any_size_fixed_seeds),
	KUNIT_CASE_SLOW(memory_of_any_size),
	KUNIT_CASE_SLOW(memory_in_pieces),
	KUNIT_CASE_SLOW(many_at_once),
	{},
};

struct kunit_suite slubx_twin_suite = {
	.name = "slubx_twin",
	.suite_init = make_logs,
	.suite_exit = drop_logs,
	.init = slubx_test_init,
	.exit = slubx_test_exit,
	.test_cases = cases,
};
