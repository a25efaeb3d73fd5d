// SPDX-License-Identifier: GPL-2.0
/*
 * sysfs_test.c - under which names caches are found, also when names are odd,
 * taken, or can't be made.
 *
 * Sizes like 1432 are nobody else's, so that caches here merge only with each
 * other.
 */
#include <linux/err.h>

#include "common.h"
#include "files.h"
#include "../slubx/fault.h"
#include "../slubx/registry.h"

#define EXPECT_DIR(test, name)                                             \
	KUNIT_EXPECT_TRUE_MSG(test, S_ISDIR(slubx_test_mode(name)),        \
			      "'%s' is no directory", name)
#define EXPECT_LINK(test, name, target)                                    \
	do {                                                               \
		KUNIT_EXPECT_TRUE_MSG(test, S_ISLNK(slubx_test_mode(name)), \
				      "'%s' is no link", name);            \
		KUNIT_EXPECT_TRUE_MSG(test, slubx_test_same(name, target), \
				      "'%s' does not lead to '%s'", name,  \
				      target);                             \
	} while (0)
#define EXPECT_NONE(test, name)                                            \
	KUNIT_EXPECT_FALSE_MSG(test, slubx_test_mode(name), "'%s' is there", \
			       name)

static struct slubx_kmem_cache *make(struct kunit *test, const char *name,
				     unsigned int size, slubx_flags_t flags)
{
	slubx_test_need_files(test);
	return slubx_test_keep(test, slubx_kmem_cache_create(name, size, 0,
							     flags, NULL));
}

/* One that may be merged; or the case ends here. */
static struct slubx_kmem_cache *make_shared(struct kunit *test,
					    const char *name, unsigned int size,
					    slubx_flags_t flags)
{
	if (slubx_nomerge)
		kunit_skip(test, "loaded with slubx_nomerge");
	return make(test, name, size, flags);
}

static void expect_usable(struct kunit *test, struct slubx_kmem_cache *s)
{
	void *x = slubx_kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, x);
	slubx_kmem_cache_free(s, x);
}

/* ---- Names ---------------------------------------------------------------*/

static void add_unmergeable(struct kunit *test)
{
	struct slubx_kmem_cache *s;

	s = make(test, "slubx_own", 1432, SLUBX_NO_MERGE);
	EXPECT_DIR(test, "slubx_own");
	EXPECT_NONE(test, ":0001432");
	slubx_test_destroy(test, s);
	EXPECT_NONE(test, "slubx_own");
}

static void add_shared(struct kunit *test)
{
	struct slubx_kmem_cache *s = make_shared(test, "slubx_a", 1425, 0);
	struct slubx_kmem_cache *t = make_shared(test, "slubx/b", 1432, 0);

	KUNIT_EXPECT_PTR_EQ(test, s, t);
	EXPECT_DIR(test, ":0001432");
	EXPECT_LINK(test, "slubx_a", ":0001432");
	EXPECT_LINK(test, "slubx!b", ":0001432");
	KUNIT_EXPECT_STREQ(test, slubx_test_read(test, "slubx_a", "aliases"),
			   "1\n");
	KUNIT_EXPECT_STREQ(test,
			   slubx_test_read(test, "slubx!b", "object_size"),
			   "1432\n");

	slubx_test_destroy(test, s);
	EXPECT_DIR(test, ":0001432");
	KUNIT_EXPECT_STREQ(test, slubx_test_read(test, "slubx!b", "aliases"),
			   "0\n");
	slubx_test_destroy(test, t);
	EXPECT_NONE(test, ":0001432");
	EXPECT_NONE(test, "slubx_a");
	EXPECT_NONE(test, "slubx!b");
}

static const struct {
	slubx_flags_t flags;
	const char *id;
} ids[] = {
	{ 0, ":0001432" },
	{ SLUBX_RECLAIM_ACCOUNT, ":a-0001432" },
	{ SLUBX_ACCOUNT, ":A-0001432" },
	{ SLUBX_CACHE_DMA, ":d-0001432" },
	{ SLUBX_CACHE_DMA32, ":D-0001432" },
	{ SLUBX_RECLAIM_ACCOUNT | SLUBX_ACCOUNT, ":aA-0001432" },
	{ SLUBX_CACHE_DMA | SLUBX_RECLAIM_ACCOUNT | SLUBX_ACCOUNT,
	  ":daA-0001432" },
};

static void add_gives_unique_ids(struct kunit *test)
{
	char name[16];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		snprintf(name, sizeof(name), "slubx_id_%u", i);
		make_shared(test, name, 1432, ids[i].flags);
	}
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		snprintf(name, sizeof(name), "slubx_id_%u", i);
		EXPECT_DIR(test, ids[i].id);
		EXPECT_LINK(test, name, ids[i].id);
	}
}

static const struct {
	const char *name;
	const char *file;
} odd_names[] = {
	{ "slubx with blanks", "slubx_with_blanks" },
	{ "slubx\ttab\nline", "slubx_tab_line" },
	{ "slubx/slash/", "slubx!slash!" },
	{ "/", "!" },
	{ "..", "!." },
	{ "slubx_\xc3\xa4", "slubx_\xc3\xa4" },
	{ "slubx_%s%n", "slubx_%s%n" },
	{ "slubx_123456789_123456789_123456789_123456789_123456789_123456789",
	  "slubx_123456789_123456789_123456789_123456789_123456789_1234567" },
};

static void expect_odd_names(struct kunit *test, slubx_flags_t flags)
{
	struct slubx_kmem_cache *s;
	unsigned int i;
	char *text;

	for (i = 0; i < ARRAY_SIZE(odd_names); i++) {
		s = make(test, odd_names[i].name, 1432, flags);
		text = slubx_test_read(test, odd_names[i].file, "slab_size");
		KUNIT_EXPECT_STREQ(test, text, "1432\n");
		slubx_test_destroy(test, s);
		EXPECT_NONE(test, odd_names[i].file);
	}
}

static void add_odd_names(struct kunit *test)
{
	expect_odd_names(test, SLUBX_NO_MERGE);
	expect_odd_names(test, 0);
}

/* ---- Names that are taken ------------------------------------------------*/

static void add_where_the_id_is_taken(struct kunit *test)
{
	struct slubx_kmem_cache *thief, *s;

	thief = make(test, ":0001432", 64, SLUBX_NO_MERGE);
	EXPECT_ERRORS(test, 0, s = make_shared(test, "slubx_late", 1432, 0));
	EXPECT_DIR(test, "slubx_late");
	slubx_test_destroy(test, s);
	EXPECT_NONE(test, "slubx_late");
	EXPECT_DIR(test, ":0001432");
	slubx_test_destroy(test, thief);
}

static void add_where_the_name_is_taken(struct kunit *test)
{
	struct slubx_kmem_cache *s;

	make(test, "slubx!x", 1432, SLUBX_NO_MERGE);
	EXPECT_ERRORS(test, 1, s = make(test, "slubx/x", 1440, SLUBX_NO_MERGE));
	expect_usable(test, s);
	KUNIT_EXPECT_STREQ(test, slubx_test_read(test, "slubx!x", "slab_size"),
			   "1432\n");
	slubx_test_destroy(test, s);
	EXPECT_DIR(test, "slubx!x");
}

/* Its link can't be made, and must not be removed for it. */
static void add_link_where_the_name_is_taken(struct kunit *test)
{
	struct slubx_kmem_cache *s;

	make_shared(test, "slubx_id", 1432, 0);
	EXPECT_ERRORS(test, 1, s = make_shared(test, ":0001432", 1440, 0));
	EXPECT_DIR(test, ":0001440");
	slubx_test_destroy(test, s);
	EXPECT_NONE(test, ":0001440");
	EXPECT_DIR(test, ":0001432");
	EXPECT_LINK(test, "slubx_id", ":0001432");
}

/* ---- Failures ------------------------------------------------------------*/

#define WITH_FAULT(test, skip, statement)                                  \
	do {                                                               \
		slubx_fault_arm(SLUBX_FAULT_SYSFS, skip, 1);               \
		EXPECT_ERRORS(test, 1, statement);                         \
		slubx_fault_disarm();                                      \
		KUNIT_EXPECT_EQ(test, slubx_fault_hits(SLUBX_FAULT_SYSFS), 1); \
	} while (0)

static void add_fails(struct kunit *test)
{
	struct slubx_kmem_cache *s;

	WITH_FAULT(test, 0, s = make(test, "slubx_unseen", 1432, 0));
	EXPECT_NONE(test, "slubx_unseen");
	EXPECT_NONE(test, ":0001432");
	expect_usable(test, s);

	/* A name more changes nothing, and is no news. */
	EXPECT_ERRORS(test, 0, make(test, "slubx_unseen_too", 1432, 0));
	EXPECT_NONE(test, "slubx_unseen_too");
}

static void add_fails_half_way(struct kunit *test)
{
	struct slubx_kmem_cache *s;

	if (slubx_nomerge)
		kunit_skip(test, "loaded with slubx_nomerge");
	WITH_FAULT(test, 1, s = make(test, "slubx_half", 1432, 0));
	EXPECT_DIR(test, ":0001432");
	EXPECT_NONE(test, "slubx_half");
	expect_usable(test, s);
	slubx_test_destroy(test, s);
	EXPECT_NONE(test, ":0001432");
}

static void add_alias_fails(struct kunit *test)
{
	struct slubx_kmem_cache *s = make_shared(test, "slubx_first", 1432, 0);
	struct slubx_kmem_cache *t;

	WITH_FAULT(test, 0, t = make(test, "slubx_second", 1432, 0));
	KUNIT_EXPECT_PTR_EQ(test, s, t);
	EXPECT_LINK(test, "slubx_first", ":0001432");
	EXPECT_NONE(test, "slubx_second");
	slubx_test_destroy(test, t);
	slubx_test_destroy(test, s);
	EXPECT_NONE(test, ":0001432");
	EXPECT_NONE(test, "slubx_first");
}

/* ---- The end -------------------------------------------------------------*/

/* Who has a file open learns that the cache has gone; nobody waits for him. */
static void remove_under_an_open_file(struct kunit *test)
{
	struct slubx_kmem_cache *s;
	struct file *file;
	loff_t pos = 0;
	char text[16];

	s = make(test, "slubx_open", 1432, SLUBX_NO_MERGE);
	file = filp_open(SLUBX_SYS "slubx_open/slab_size", O_RDWR, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(file), -EACCES);
	file = filp_open(SLUBX_SYS "slubx_open/min_partial", O_RDWR, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	slubx_test_destroy(test, s);
	KUNIT_EXPECT_EQ(test, kernel_read(file, text, sizeof(text), &pos),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, kernel_write(file, "1", 1, &pos), -ENODEV);
	filp_close(file, NULL);
}

static void modes(struct kunit *test)
{
	make(test, "slubx_modes", 1432, SLUBX_NO_MERGE);
	KUNIT_EXPECT_EQ(test, slubx_test_mode(""), S_IFDIR | 0755);
	KUNIT_EXPECT_EQ(test, slubx_test_mode("slubx_modes"), S_IFDIR | 0755);
	KUNIT_EXPECT_EQ(test, slubx_test_mode("slubx_modes/objects"),
			S_IFREG | 0400);
	KUNIT_EXPECT_EQ(test, slubx_test_mode("slubx_modes/min_partial"),
			S_IFREG | 0600);
	KUNIT_EXPECT_EQ(test, slubx_test_mode("slubx_modes/shrink"),
			S_IFREG | 0600);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(add_unmergeable),
	KUNIT_CASE(add_shared),
	KUNIT_CASE(add_gives_unique_ids),
	KUNIT_CASE(add_odd_names),
	KUNIT_CASE(add_where_the_id_is_taken),
	KUNIT_CASE(add_where_the_name_is_taken),
	KUNIT_CASE(add_link_where_the_name_is_taken),
	KUNIT_CASE(add_fails),
	KUNIT_CASE(add_fails_half_way),
	KUNIT_CASE(add_alias_fails),
	KUNIT_CASE(remove_under_an_open_file),
	KUNIT_CASE(modes),
	{},
};

SLUBX_SUITE(sysfs, cases);
