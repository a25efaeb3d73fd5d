// SPDX-License-Identifier: GPL-2.0
/*
 * registry_test.c - names that anybody can print, no two alike; and the list,
 * which alone says what is a cache.
 */
#include <linux/vmalloc.h>

#include "census.h"
#include "files.h"
#include "../slubx/registry.h"

static struct slubx_kmem_cache *make(struct kunit *test, const char *name)
{
	struct slubx_kmem_cache *s;

	EXPECT_ERRORS(test, 0,
		      s = slubx_kmem_cache_create(name, 64, 0, SLUBX_NO_MERGE,
						  NULL));
	return slubx_test_keep(test, s);
}

/* ---- One name ------------------------------------------------------------ */

/* 55 bytes, before a number; and 63, as long as a name can be. */
#define SHORT "a-name-of-fifty-five-bytes-that-leaves-room-for-numbers"
#define LONG  "a-name-of-fifty-five-bytes-that-leaves-room-for-numbers-and-one"
static_assert(sizeof(SHORT) == 55 + 1);
static_assert(sizeof(LONG) == 63 + 1);

struct name {
	const char *wanted, *shown;
};

static const struct name names[] = {
	{ "registry_test", "registry_test" },
	{ "registry test", "registry_test" },
	{ " a  b ", "_a__b_" },
	{ "tab\tnew\nline\r", "tab_new_line_" },
	{ "\x01\x1b[31m\x7f", "__[31m_" },
	{ "x", "x" },
	{ "%s%n%p", "%s%n%p" },
	{ "a:b,c;d=e", "a:b,c;d=e" },
	{ "~2", "~2" },
	{ "Gr\xc3\xb6\xc3\x9f", "Gr\xc3\xb6\xc3\x9f" },
	{ "\xe6\x9d\xbf", "\xe6\x9d\xbf" },
	/* Its second byte would be a blank in Latin-1. */
	{ "voil\xc3\xa0", "voil\xc3\xa0" },
	{ LONG, LONG },
	{ LONG "n", LONG },
	{ LONG LONG LONG LONG LONG, LONG },
};

static void name_table(struct kunit *test)
{
	struct slubx_kmem_cache *s;
	const struct name *n;

	for (n = names; n < names + ARRAY_SIZE(names); n++) {
		s = make(test, n->wanted);
		KUNIT_EXPECT_STREQ(test, s->name, n->shown);
		KUNIT_EXPECT_PTR_EQ(test, slubx_test_find(n->shown), s);
		KUNIT_EXPECT_TRUE(test, s->kobj.state_in_sysfs);
		slubx_test_destroy(test, s);
		KUNIT_EXPECT_NULL(test, slubx_test_find(n->shown));
	}
}

/* The client's own string may go. */
static void name_is_a_copy(struct kunit *test)
{
	struct slubx_kmem_cache *s;
	char name[] = "registry_copy";

	s = make(test, name);
	memset(name, 'x', sizeof(name) - 1);
	KUNIT_EXPECT_STREQ(test, s->name, "registry_copy");
}

static const struct name files[] = {
	{ "a/b", "a!b" },
	{ "/", "!" },
	{ ".", "!" },
	{ "..", "!." },
	{ "../../x", "..!..!x" },
	{ "two words", "two_words" },
};

static void name_as_a_file(struct kunit *test)
{
	struct slubx_kmem_cache *s;
	const struct name *n;

	slubx_test_need_files(test);
	for (n = files; n < files + ARRAY_SIZE(files); n++) {
		KUNIT_EXPECT_FALSE(test, slubx_test_mode(n->shown));
		s = make(test, n->wanted);
		KUNIT_EXPECT_TRUE_MSG(test, slubx_test_mode(n->shown), "no %s",
				      n->shown);
		slubx_test_destroy(test, s);
		KUNIT_EXPECT_FALSE(test, slubx_test_mode(n->shown));
	}
}

/* ---- Two alike ----------------------------------------------------------- */

static void expect_names(struct kunit *test, const char *wanted,
			 const char *const *shown, unsigned int count)
{
	struct slubx_kmem_cache *s;
	unsigned int i;

	slubx_test_need_files(test);
	for (i = 0; i < count; i++) {
		s = make(test, wanted);
		KUNIT_EXPECT_STREQ(test, s->name, shown[i]);
		KUNIT_EXPECT_TRUE_MSG(test, slubx_test_mode(shown[i]), "no %s",
				      shown[i]);
	}
}

static void duplicate_names(struct kunit *test)
{
	static const char *const shown[] = { "twin", "twin~2", "twin~3" };
	struct slubx_kmem_cache *s;

	expect_names(test, "twin", shown, 3);
	/* A gap is filled, a name that somebody chose is passed over. */
	slubx_test_destroy(test, slubx_test_find("twin~2"));
	s = make(test, "twin");
	KUNIT_EXPECT_STREQ(test, s->name, "twin~2");
	make(test, "twin~4");
	s = make(test, "twin");
	KUNIT_EXPECT_STREQ(test, s->name, "twin~5");
	slubx_test_destroy(test, slubx_test_find("twin"));
	s = make(test, "twin");
	KUNIT_EXPECT_STREQ(test, s->name, "twin");
}

/* Alike only when they are printed. */
static void duplicate_after_cleaning(struct kunit *test)
{
	struct slubx_kmem_cache *s;

	make(test, "two words");
	s = make(test, "two\twords");
	KUNIT_EXPECT_STREQ(test, s->name, "two_words~2");
	s = make(test, "two_words");
	KUNIT_EXPECT_STREQ(test, s->name, "two_words~3");
}

static void duplicate_of_a_long_name(struct kunit *test)
{
	static const char *const shown[] = {
		LONG,
		SHORT "~2",
		SHORT "~3",
	};

	expect_names(test, LONG "and so on", shown, 3);
}

static void duplicate_of_own_caches(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, "slubx_kmem_cache");

	KUNIT_EXPECT_STREQ(test, s->name, "slubx_kmem_cache~2");
}

/* Two names, one file: the second cache works and is not shown. */
static void duplicate_of_a_file(struct kunit *test)
{
	struct slubx_kmem_cache *s;

	slubx_test_need_files(test);
	make(test, "a!b");
	EXPECT_ERRORS(test, 1,
		      s = slubx_kmem_cache_create("a/b", 64, 0, SLUBX_NO_MERGE,
						  NULL));
	slubx_test_keep(test, s);
	KUNIT_EXPECT_STREQ(test, s->name, "a/b");
	KUNIT_EXPECT_FALSE(test, s->kobj.state_in_sysfs);
	slubx_test_destroy(test, s);
	KUNIT_EXPECT_TRUE(test, slubx_test_mode("a!b"));
}

/* ---- Aliases ------------------------------------------------------------- */

static const char *alias_of(struct slubx_kmem_cache *s, unsigned int nth)
{
	struct slubx_alias *alias;

	list_for_each_entry(alias, &s->aliases, list)
		if (!nth--)
			return alias->name;
	return "";
}

static struct slubx_kmem_cache *share(struct kunit *test, const char *name)
{
	return slubx_test_keep(test,
			       slubx_kmem_cache_create(name, 3336, 0, 0, NULL));
}

static void duplicate_of_an_alias(struct kunit *test)
{
	struct slubx_kmem_cache *s = share(test, "first");

	slubx_test_need_files(test);
	if (slubx_merge_never(s))
		kunit_skip(test, "merging is off");
	KUNIT_ASSERT_PTR_EQ(test, share(test, "second"), s);
	KUNIT_ASSERT_PTR_EQ(test, share(test, "first"), s);
	KUNIT_ASSERT_PTR_EQ(test, share(test, "second"), s);
	KUNIT_EXPECT_STREQ(test, s->name, "first");
	KUNIT_EXPECT_STREQ(test, alias_of(s, 0), "second");
	KUNIT_EXPECT_STREQ(test, alias_of(s, 1), "first~2");
	KUNIT_EXPECT_STREQ(test, alias_of(s, 2), "second~2");
	KUNIT_EXPECT_TRUE(test, slubx_test_mode("first"));
	KUNIT_EXPECT_TRUE(test, slubx_test_mode("second~2"));
	KUNIT_EXPECT_STREQ(test, make(test, "second")->name, "second~3");
}

/* A client that comes and goes finds its name again, and just that one. */
static void alias_names_dont_pile_up(struct kunit *test)
{
	struct slubx_kmem_cache *s = share(test, "first");
	unsigned int i;

	if (slubx_merge_never(s))
		kunit_skip(test, "merging is off");
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_PTR_EQ(test, share(test, "guest"), s);
		KUNIT_EXPECT_EQ(test, s->refcount, 2);
		KUNIT_EXPECT_STREQ(test, alias_of(s, 0), "guest");
		KUNIT_EXPECT_STREQ(test, alias_of(s, 1), "");
		EXPECT_ERRORS(test, 0, slubx_test_destroy(test, s));
		KUNIT_EXPECT_EQ(test, s->refcount, 1);
	}
	/* The name's owner has it: another client needs one of its own. */
	share(test, "guest");
	share(test, "guest");
	KUNIT_EXPECT_STREQ(test, alias_of(s, 1), "guest~2");
	slubx_test_destroy(test, s);
	slubx_test_destroy(test, s);

	/* Also the first client may be the one that went. */
	share(test, "first");
	KUNIT_EXPECT_STREQ(test, alias_of(s, 2), "");
	KUNIT_EXPECT_EQ(test, s->refcount, 2);
}

/* ---- The list ------------------------------------------------------------ */

static bool has(const void *s)
{
	bool known;

	mutex_lock(&slubx_mutex);
	known = slubx_registry_has(s);
	mutex_unlock(&slubx_mutex);
	return known;
}

static void list_newest_first(struct kunit *test)
{
	struct slubx_kmem_cache *a = make(test, "a");
	struct slubx_kmem_cache *b = make(test, "b");

	mutex_lock(&slubx_mutex);
	KUNIT_EXPECT_PTR_EQ(test, slubx_caches.next, &b->list);
	KUNIT_EXPECT_PTR_EQ(test, b->list.next, &a->list);
	mutex_unlock(&slubx_mutex);
	KUNIT_EXPECT_EQ(test, a->refcount, 1);
}

static void has_live_and_dead(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test, "registry_test");
	void *x = slubx_kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_EXPECT_TRUE(test, has(s));
	KUNIT_EXPECT_FALSE(test, has((void *)s + 8));
	KUNIT_EXPECT_FALSE(test, has(x));
	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
	KUNIT_EXPECT_FALSE(test, has(s)); /* a zombie */
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
	KUNIT_EXPECT_FALSE(test, has(s));
}

/* Reading what these point to would end the machine. */
static void has_garbage(struct kunit *test)
{
	void *unmapped = vmalloc(PAGE_SIZE);
	unsigned long on_stack = 0;

	vfree(unmapped);
	KUNIT_EXPECT_FALSE(test, has(NULL));
	KUNIT_EXPECT_FALSE(test, has((void *)0x123));
	KUNIT_EXPECT_FALSE(test, has((void *)-1));
	KUNIT_EXPECT_FALSE(test, has((void *)0xdead000000000100UL));
	KUNIT_EXPECT_FALSE(test, has(unmapped));
	KUNIT_EXPECT_FALSE(test, has(&on_stack));
	KUNIT_EXPECT_FALSE(test, has(THIS_MODULE));
	KUNIT_EXPECT_FALSE(test, has(&slubx_caches));
}

static void has_none_of_its_own(struct kunit *test)
{
	static const char *const own[] = { "slubx_kmem_cache",
					   "slubx_kmem_cache_node",
					   "slubx_alias" };
	struct slubx_kmem_cache *s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(own); i++) {
		s = slubx_test_find(own[i]);
		KUNIT_ASSERT_NOT_NULL(test, s);
		KUNIT_EXPECT_TRUE(test, s->internal);
		KUNIT_EXPECT_FALSE(test, has(s));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(name_table),
	KUNIT_CASE(name_is_a_copy),
	KUNIT_CASE(name_as_a_file),
	KUNIT_CASE(duplicate_names),
	KUNIT_CASE(duplicate_after_cleaning),
	KUNIT_CASE(duplicate_of_a_long_name),
	KUNIT_CASE(duplicate_of_own_caches),
	KUNIT_CASE(duplicate_of_a_file),
	KUNIT_CASE(duplicate_of_an_alias),
	KUNIT_CASE(alias_names_dont_pile_up),
	KUNIT_CASE(list_newest_first),
	KUNIT_CASE(has_live_and_dead),
	KUNIT_CASE(has_garbage),
	KUNIT_CASE(has_none_of_its_own),
	{},
};

struct kunit_suite slubx_registry_suite = {
	.name = "slubx_registry",
	.init = slubx_test_init_zombies,
	.exit = slubx_test_exit,
	.test_cases = cases,
};
