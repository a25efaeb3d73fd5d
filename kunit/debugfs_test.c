// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs_test.c - under which names caches are found in debugfs.
 */
#include <linux/namei.h>
#include <linux/string.h>

#include "common.h"
#include "../slubx/registry.h"

#define ROOT "/sys/kernel/debug/slubx/"

/* What is at @name, or NULL. The inode is not kept: only compared. */
static struct inode *find(const char *name, unsigned int how, umode_t *mode)
{
	struct inode *inode;
	char text[160];
	struct path path;

	snprintf(text, sizeof(text), ROOT "%s", name);
	*mode = 0;
	if (kern_path(text, how, &path))
		return NULL;
	inode = d_inode(path.dentry);
	*mode = inode->i_mode;
	path_put(&path);
	return inode;
}

static struct inode *lead(const char *name)
{
	umode_t mode;

	return find(name, LOOKUP_FOLLOW, &mode);
}

static umode_t mode_of(const char *name)
{
	umode_t mode;

	find(name, 0, &mode);
	return mode;
}

static struct slubx_kmem_cache *make(struct kunit *test, const char *name,
				     slubx_flags_t flags)
{
	if (!lead(""))
		kunit_skip(test, "no debugfs, or it is not mounted");
	return slubx_test_keep(test, slubx_kmem_cache_create(name, 1432, 0,
							     flags, NULL));
}

static void add_and_remove(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, "slubx_dbg", SLUBX_NO_MERGE);

	KUNIT_EXPECT_TRUE(test, S_ISDIR(mode_of("slubx_dbg")));
	KUNIT_EXPECT_EQ(test, mode_of("slubx_dbg/slabs"), S_IFREG | 0400);
	slubx_test_destroy(test, s);
	KUNIT_EXPECT_EQ(test, mode_of("slubx_dbg"), 0);
}

/* By any of its names the same file is found; all go together. */
static void add_alias(struct kunit *test)
{
	struct slubx_kmem_cache *s, *t;

	if (slubx_nomerge)
		kunit_skip(test, "loaded with slubx_nomerge");
	s = make(test, "slubx_dbg_a", 0);
	t = make(test, "slubx/dbg b", 0);
	KUNIT_EXPECT_PTR_EQ(test, s, t);
	KUNIT_EXPECT_TRUE(test, S_ISDIR(mode_of("slubx_dbg_a")));
	KUNIT_EXPECT_TRUE(test, S_ISLNK(mode_of("slubx!dbg_b")));
	KUNIT_EXPECT_NOT_NULL(test, lead("slubx!dbg_b/slabs"));
	KUNIT_EXPECT_PTR_EQ(test, lead("slubx!dbg_b/slabs"),
			    lead("slubx_dbg_a/slabs"));
	slubx_test_destroy(test, t);
	KUNIT_EXPECT_NOT_NULL(test, lead("slubx!dbg_b"));
	slubx_test_destroy(test, s);
	KUNIT_EXPECT_EQ(test, mode_of("slubx_dbg_a"), 0);
	KUNIT_EXPECT_EQ(test, mode_of("slubx!dbg_b"), 0);
}

/* slubx's own, made before there was a file system to show them in. */
static void shows_own_caches(struct kunit *test)
{
	make(test, "slubx_dbg", SLUBX_NO_MERGE);
	KUNIT_EXPECT_EQ(test, mode_of("slubx-kmalloc-64/slabs"),
			S_IFREG | 0400);
	KUNIT_EXPECT_EQ(test, mode_of("slubx_alias/slabs"), S_IFREG | 0400);
}

static void names_that_are_no_file(struct kunit *test)
{
	make(test, "..", SLUBX_NO_MERGE);
	KUNIT_EXPECT_TRUE(test, S_ISDIR(mode_of("!.")));
	make(test, ".", SLUBX_NO_MERGE);
	KUNIT_EXPECT_TRUE(test, S_ISDIR(mode_of("!")));
}

/* Another cache of the same file name has none, and takes nobody's away. */
static void names_that_clash(struct kunit *test)
{
	struct slubx_kmem_cache *s, *t;
	struct inode *first;

	s = make(test, "slubx!dbg", SLUBX_NO_MERGE);
	first = lead("slubx!dbg");
	t = make(test, "slubx/dbg", SLUBX_NO_MERGE);
	KUNIT_EXPECT_PTR_EQ(test, lead("slubx!dbg"), first);
	slubx_test_destroy(test, t);
	KUNIT_EXPECT_PTR_EQ(test, lead("slubx!dbg"), first);
	slubx_test_destroy(test, s);
	KUNIT_EXPECT_EQ(test, mode_of("slubx!dbg"), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(add_and_remove),   KUNIT_CASE(add_alias),
	KUNIT_CASE(shows_own_caches), KUNIT_CASE(names_that_are_no_file),
	KUNIT_CASE(names_that_clash), {},
};

SLUBX_SUITE(debugfs, cases);
