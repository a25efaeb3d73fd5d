// SPDX-License-Identifier: GPL-2.0
/*
 * proc_test.c - /proc/slubxinfo is what readers of slabinfo 2.1 can parse.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/string.h>

#include "common.h"
#include "files.h"
#include "../slubx/flush.h"
#include "../slubx/types.h"

#define NAME "slubx_proc"

#define HEADER                                                             \
	"slabinfo - version: 2.1\n"                                        \
	"# name            <active_objs> <num_objs> <objsize> "            \
	"<objperslab> <pagesperslab> : tunables <limit> <batchcount> "     \
	"<sharedfactor> : slabdata <active_slabs> <num_slabs> "            \
	"<sharedavail>\n"

static char *read_all(struct kunit *test)
{
	return slubx_test_read_pieces(test, SLUBX_PROC, PAGE_SIZE);
}

/* The line of the cache @name, without its end; or nothing. */
static char *line_of(struct kunit *test, const char *name)
{
	char *line, *text = read_all(test);

	while ((line = strsep(&text, "\n")))
		if (str_has_prefix(line, name) && line[strlen(name)] == ' ')
			return line;
	return "";
}

static void show_header(struct kunit *test)
{
	slubx_test_need_files(test);
	KUNIT_EXPECT_TRUE(test, str_has_prefix(read_all(test), HEADER));
}

static struct slubx_kmem_cache *make(struct kunit *test, const char *name)
{
	struct slubx_kmem_cache *s;

	s = slubx_kmem_cache_create(name, 120, 128, SLUBX_NO_MERGE, NULL);
	return slubx_test_keep(test, s);
}

#define TUNABLES " : tunables    0    0    0"

static const char fresh[] =
	"slubx_proc             0      0    128 %4u %4d" TUNABLES
	" : slabdata      0      0      0";
static const char used[] =
	"slubx_proc             1 %6u    128 %4u %4d" TUNABLES
	" : slabdata      1      1      0";

static void show_cache(struct kunit *test)
{
	struct slubx_kmem_cache *s;
	char expected[160];
	void *x;

	slubx_test_need_files(test);
	s = make(test, NAME);
	snprintf(expected, sizeof(expected), fresh, s->layout.oo.objects,
		 1 << s->layout.oo.order);
	KUNIT_EXPECT_STREQ(test, line_of(test, NAME), expected);

	/* What a cpu holds ready is not active, and no more so than what is not. */
	x = slubx_kmem_cache_alloc(s, GFP_KERNEL);
	snprintf(expected, sizeof(expected), used, s->layout.oo.objects,
		 s->layout.oo.objects, 1 << s->layout.oo.order);
	KUNIT_EXPECT_STREQ(test, line_of(test, NAME), expected);
	slubx_flush_all(s);
	KUNIT_EXPECT_STREQ(test, line_of(test, NAME), expected);
	slubx_kmem_cache_free(s, x);
}

/* Fields of a line, as many as %s of sscanf() would find. */
static unsigned int count_fields(const char *line)
{
	unsigned int fields = 0;

	while (*line) {
		line += strspn(line, " ");
		fields += *line != '\0';
		line += strcspn(line, " ");
	}
	return fields;
}

static void expect_well_formed(struct kunit *test, char *text)
{
	char *line;

	KUNIT_ASSERT_TRUE(test, str_has_prefix(text, HEADER));
	text += strlen(HEADER);
	while ((line = strsep(&text, "\n")) && *line)
		KUNIT_EXPECT_EQ_MSG(test, count_fields(line), 16, "%s", line);
	KUNIT_EXPECT_NULL(test, text);
}

/* Names that would break a line, and more text than one page. */
static void show_many(struct kunit *test)
{
	static const char *const odd[] = {
		"slubx proc blank", "slubx\tproc\ntab", "slubx/proc",
		" slubx_proc_lead", "slubx_proc_\x7f_\x1b[31m",
	};
	unsigned int i;
	char name[80];

	slubx_test_need_files(test);
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		make(test, odd[i]);
	for (i = 0; i < 24; i++) {
		snprintf(name, sizeof(name), "slubx_proc_%u_%040u", i, 0);
		make(test, name);
	}
	KUNIT_EXPECT_GT(test, strlen(read_all(test)), PAGE_SIZE);
	expect_well_formed(test, read_all(test));
}

/*
 * Is what is read so the same as all at once? Of slubx's own caches an object may go
 * between the two, when a directory of an earlier case is released: several attempts.
 */
static bool same_in_pieces(struct kunit *test, size_t bytes)
{
	unsigned int attempts = 50;

	while (attempts--) {
		if (!strcmp(slubx_test_read_pieces(test, SLUBX_PROC, bytes),
			    read_all(test)))
			return true;
		msleep(100);
	}
	return false;
}

static void read_in_pieces(struct kunit *test)
{
	slubx_test_need_files(test);
	KUNIT_EXPECT_TRUE(test, same_in_pieces(test, 1));
	KUNIT_EXPECT_TRUE(test, same_in_pieces(test, 7));
}

/* Caches come and go between two bytes: the text is that of the first. */
static void read_while_caches_change(struct kunit *test)
{
	char *before, *text = kunit_kzalloc(test, 2 * PAGE_SIZE, GFP_KERNEL);
	struct slubx_kmem_cache *s = NULL;
	struct file *file;
	loff_t pos = 0;

	slubx_test_need_files(test);
	KUNIT_ASSERT_NOT_NULL(test, text);
	before = read_all(test);
	file = filp_open(SLUBX_PROC, O_RDONLY, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	while (pos < 2 * PAGE_SIZE - 1 &&
	       kernel_read(file, text + pos, 1, &pos) == 1) {
		if (pos % 50 == 0)
			s = slubx_kmem_cache_create(NAME, 64, 0, SLUBX_NO_MERGE,
						    NULL);
		if (pos % 50 != 25 || !s)
			continue;
		slubx_kmem_cache_destroy(s);
		s = NULL;
	}
	slubx_kmem_cache_destroy(s);
	filp_close(file, NULL);
	/* The counts of slubx's own caches may differ, so only the form. */
	KUNIT_EXPECT_EQ(test, strlen(text), strlen(before));
	expect_well_formed(test, text);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(show_header),
	KUNIT_CASE(show_cache),
	KUNIT_CASE(show_many),
	KUNIT_CASE(read_in_pieces),
	KUNIT_CASE(read_while_caches_change),
	{},
};

SLUBX_SUITE(proc, cases);
