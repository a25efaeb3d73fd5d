// SPDX-License-Identifier: GPL-2.0
/*
 * layout_host_test.c - slubx cuts objects and slabs as the host's SLUB does.
 *
 * For each size a cache of the host is created, read back through sysfs, and
 * compared with what slubx computes. SLAB_NOLEAKTRACE keeps each of them from
 * being merged, on all kernels and without an effect on the layout.
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "common.h"
#include "../slubx/layout.h"

/* The same cache in the words of both. */
struct kind {
	slab_flags_t host;
	slubx_flags_t ours;
	unsigned int align;
	bool ctor;
};

/* What sysfs says, as numbers. */
struct shown {
	unsigned int object_size, slab_size, align, order, objects;
};

static void empty_ctor(void *x)
{
}

/*
 * Some kernels wait for a grace period when a cache is destroyed: with many
 * waiting at a time, that costs seconds instead of half a minute.
 */
struct host {
	struct work_struct burial;
	struct kmem_cache *cache;
	char name[32];
};

static struct host hosts[64];
static unsigned int nr_hosts;

static void bury(struct work_struct *burial)
{
	struct host *host = container_of(burial, struct host, burial);

	kmem_cache_destroy(host->cache);
	host->cache = NULL;
}

static struct host *create_host(const struct kind *kind, unsigned int size)
{
	unsigned int nr = nr_hosts++;
	struct host *host = &hosts[nr % ARRAY_SIZE(hosts)];
	slab_flags_t flags = SLAB_NOLEAKTRACE | SLAB_NO_USER_FLAGS;

	flush_work(&host->burial);
	snprintf(host->name, sizeof(host->name), "slubx_kunit_host_%u", nr);
	host->cache = kmem_cache_create(host->name, size, kind->align,
					flags | kind->host,
					kind->ctor ? empty_ctor : NULL);
	return host;
}

static int read_number(const struct host *host, const char *attribute,
		       unsigned int *number)
{
	char path[80], text[32];
	struct file *file;
	loff_t pos = 0;
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/%s", host->name,
		 attribute);
	file = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	len = kernel_read(file, text, sizeof(text) - 1, &pos);
	filp_close(file, NULL);
	if (len < 0)
		return len;
	text[len] = '\0';
	return kstrtouint(strim(text), 10, number);
}

static int read_shown(const struct host *host, struct shown *shown)
{
	return read_number(host, "object_size", &shown->object_size) ?:
	       read_number(host, "slab_size", &shown->slab_size) ?:
	       read_number(host, "align", &shown->align) ?:
	       read_number(host, "order", &shown->order) ?:
	       read_number(host, "objs_per_slab", &shown->objects);
}

static int ask_host(const struct kind *kind, unsigned int size,
		    struct shown *shown)
{
	struct host *host = create_host(kind, size);
	int err;

	if (!host->cache)
		return -ENOMEM;
	err = read_shown(host, shown);
	schedule_work(&host->burial);
	return err;
}

static int ask_slubx(const struct kind *kind, unsigned int size,
		     struct shown *shown)
{
	struct slubx_layout_request request = {
		.object_size = size,
		.align = kind->align,
		.flags = kind->ours,
		.ctor = kind->ctor,
	};
	struct slubx_layout layout;
	int err = slubx_layout_compute(&layout, &request);

	if (err)
		return err;
	*shown = (struct shown){
		.object_size = layout.object_size,
		.slab_size = layout.size,
		.align = layout.align,
		.order = layout.oo.order,
		.objects = layout.oo.objects,
	};
	return 0;
}

static void compare(struct kunit *test, const struct kind *kind,
		    unsigned int size)
{
	struct shown host, ours;

	KUNIT_ASSERT_EQ(test, ask_host(kind, size, &host), 0);
	KUNIT_ASSERT_EQ(test, ask_slubx(kind, size, &ours), 0);
#define EXPECT_SAME(field)                                                 \
	KUNIT_ASSERT_EQ_MSG(test, ours.field, host.field, "size %u", size)
	EXPECT_SAME(object_size);
	EXPECT_SAME(slab_size);
	EXPECT_SAME(align);
	EXPECT_SAME(order);
	EXPECT_SAME(objects);
#undef EXPECT_SAME
}

/* Without sysfs the host tells nothing; with KASAN its objects have more. */
static void skip_unless_comparable(struct kunit *test)
{
	struct file *dir;

	if (IS_ENABLED(CONFIG_KASAN))
		kunit_skip(test, "KASAN adds to the host's objects");
	dir = filp_open("/sys/kernel/slab", O_RDONLY | O_DIRECTORY, 0);
	if (IS_ERR(dir))
		kunit_skip(test, "/sys/kernel/slab can't be opened");
	filp_close(dir, NULL);
}

static void compare_up_to(struct kunit *test, const struct kind *kind,
			  unsigned int last, unsigned int step)
{
	unsigned int size;

	skip_unless_comparable(test);
	for (size = 8; size <= last; size += step)
		compare(test, kind, size);
}

static void host_same_all_words(struct kunit *test)
{
	compare_up_to(test, &(struct kind){}, 8192, 8);
}

static void host_same_odd_sizes(struct kunit *test)
{
	compare_up_to(test, &(struct kind){}, 8192, 61);
}

static void host_same_ctor(struct kunit *test)
{
	compare_up_to(test, &(struct kind){ .ctor = true }, 8192, 56);
}

static void host_same_typesafe(struct kunit *test)
{
	compare_up_to(test,
		      &(struct kind){
			      .host = SLAB_TYPESAFE_BY_RCU,
			      .ours = SLUBX_TYPESAFE_BY_RCU,
		      },
		      1024, 100);
}

static void host_same_hwcache_align(struct kunit *test)
{
	compare_up_to(test,
		      &(struct kind){
			      .host = SLAB_HWCACHE_ALIGN,
			      .ours = SLUBX_HWCACHE_ALIGN,
		      },
		      2048, 13);
}

static void host_same_align(struct kunit *test)
{
	unsigned int align;

	for (align = 1; align <= 4096; align *= 4)
		compare_up_to(test, &(struct kind){ .align = align }, 4096,
			      300);
}

/* Up to what the host calls the largest. */
static void host_same_large(struct kunit *test)
{
	unsigned int size;

	skip_unless_comparable(test);
	for (size = 8192; size <= SLUBX_MAX_SIZE / 2; size += size / 3)
		compare(test, &(struct kind){}, size);
	compare(test, &(struct kind){}, SLUBX_MAX_SIZE / 2);
	compare(test, &(struct kind){}, SLUBX_MAX_SIZE);
}

static void host_same_debug(struct kunit *test)
{
	static const struct kind kinds[] = {
		{ SLAB_RED_ZONE, SLUBX_RED_ZONE },
		{ SLAB_RED_ZONE, SLUBX_RED_ZONE, 64 },
		{ SLAB_POISON, SLUBX_POISON },
		{ SLAB_RED_ZONE | SLAB_POISON, SLUBX_RED_ZONE | SLUBX_POISON },
		{ SLAB_RED_ZONE, SLUBX_RED_ZONE, 0, true },
		{ SLAB_STORE_USER, SLUBX_STORE_USER },
		{ SLAB_STORE_USER | SLAB_RED_ZONE | SLAB_POISON,
		  SLUBX_STORE_USER | SLUBX_RED_ZONE | SLUBX_POISON },
	};
	unsigned int i, size;

	if (!IS_ENABLED(CONFIG_SLUB_DEBUG))
		kunit_skip(test, "the host has no debugging");
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		compare_up_to(test, &kinds[i], 4096, 150);
		for (size = 1; size <= 17; size++)
			compare(test, &kinds[i], size);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_SLOW(host_same_all_words),
	KUNIT_CASE(host_same_odd_sizes),
	KUNIT_CASE(host_same_ctor),
	KUNIT_CASE(host_same_typesafe),
	KUNIT_CASE(host_same_hwcache_align),
	KUNIT_CASE(host_same_align),
	KUNIT_CASE(host_same_large),
	KUNIT_CASE(host_same_debug),
	{},
};

static int init_hosts(struct kunit_suite *suite)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hosts); i++)
		INIT_WORK(&hosts[i].burial, bury);
	return 0;
}

static void flush_hosts(struct kunit_suite *suite)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hosts); i++)
		flush_work(&hosts[i].burial);
}

struct kunit_suite slubx_layout_host_suite = {
	.name = "slubx_layout_host",
	.suite_init = init_hosts,
	.suite_exit = flush_hosts,
	.init = slubx_test_init,
	.exit = slubx_test_exit,
	.test_cases = cases,
};
