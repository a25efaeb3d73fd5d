// SPDX-License-Identifier: GPL-2.0
/*
 * debug_options_test.c - the text of slubx_debug= is read as SLUB reads its own.
 *
 * By tables: a text and what it says of caches that it names and of others.
 */
#include "common.h"
#include "../slubx/debug/options.h"

#define F SLUBX_CONSISTENCY_CHECKS
#define Z SLUBX_RED_ZONE
#define P SLUBX_POISON
#define U SLUBX_STORE_USER
#define T SLUBX_TRACE
#define A SLUBX_FAILSLAB
#define USUAL (F | Z | P | U)

struct reading {
	const char *text;
	slubx_flags_t flags;
	bool no_higher_order;
	const char *unknown;
};

static const struct reading readings[] = {
	{ "", USUAL, false, "" },
	{ ";", 0, false, "" },
	{ "-", 0, false, "" },
	{ "F", F, false, "" },
	{ "z", Z, false, "" },
	{ "P", P, false, "" },
	{ "u", U, false, "" },
	{ "T", T, false, "" },
	{ "a", A, false, "" },
	{ "FZPUTA", USUAL | T | A, false, "" },
	{ "fzputa", USUAL | T | A, false, "" },
	{ "O", 0, true, "" },
	{ "oF", F, true, "" },
	/* A minus undoes the letters before it, but not O. */
	{ "FZ-P", P, false, "" },
	{ "FO-", 0, true, "" },
	/* What means nothing is skipped. */
	{ "FxZ1P", F | Z | P, false, "x1" },
	{ "=F F", F, false, "= " },
	{ "*", 0, false, "*" },
	/* Lists say nothing of other caches. */
	{ ",a", 0, false, "" },
	{ "F,a", 0, false, "" },
	{ "F,a;Z,b", 0, false, "" },
	{ "Fq,a;Z,b*;zO,c", 0, true, "q" },
	/* Of blocks without a list the last counts. */
	{ "F;Z", Z, false, "" },
	{ "F;Z,a", F, false, "" },
	{ "Z,a;F", F, false, "" },
	{ ";;F;;Z,a;;;P;;", P, false, "" },
	{ "F;-", 0, false, "" },
};

static char unknown[8];

static void note_unknown(char letter)
{
	size_t len = strlen(unknown);

	if (len + 1 < sizeof(unknown))
		unknown[len] = letter;
}

static void parse_table(struct kunit *test)
{
	struct slubx_options options;
	const struct reading *r;

	for (r = readings; r < readings + ARRAY_SIZE(readings); r++) {
		memset(unknown, 0, sizeof(unknown));
		slubx_options_parse(&options, r->text, note_unknown);
		KUNIT_EXPECT_TRUE_MSG(test, options.flags == r->flags,
				      "'%s': flags %#x", r->text,
				      (__force unsigned int)options.flags);
		KUNIT_EXPECT_EQ_MSG(test, options.no_higher_order,
				    r->no_higher_order, "'%s'", r->text);
		KUNIT_EXPECT_STREQ_MSG(test, (char *)unknown, r->unknown,
				       "'%s'", r->text);
	}
}

struct finding {
	const char *text;
	const char *name;
	slubx_flags_t flags; /* of the cache by itself */
	slubx_flags_t found;
};

static const struct finding findings[] = {
	{ "", "any", 0, USUAL },
	{ "Z", "any", F, F | Z },
	{ "-", "any", P, P },
	/* A list names whole names... */
	{ "Z,ab", "ab", 0, Z },
	{ "Z,ab", "a", 0, 0 },
	{ "Z,ab", "abc", 0, 0 },
	{ "Z,a,bc,d", "bc", 0, Z },
	{ "Z,a,bc,d", "d", 0, Z },
	{ "Z,a,bc,d", "b", 0, 0 },
	{ ",ab", "ab", 0, USUAL },
	{ ",ab", "b", 0, 0 },
	{ "Z,slubx-kmalloc-64", "slubx-kmalloc-64", 0, Z },
	{ "Z,slubx-kmalloc-64", "slubx-kmalloc-64k", 0, 0 },
	/* ... or how they begin, and what is behind a star is nothing. */
	{ "Z,ab*", "ab", 0, Z },
	{ "Z,ab*", "abc", 0, Z },
	{ "Z,ab*", "a", 0, 0 },
	{ "Z,a*z,b", "ab", 0, Z },
	{ "Z,a*z,b", "b", 0, Z },
	{ "Z,*", "any", 0, Z },
	{ "Z,x,*b", "any", 0, Z },
	/* No name is none, wherever it stands. */
	{ "Z,", "any", 0, 0 },
	{ "Z,,", "any", 0, 0 },
	{ "Z,,a", "a", 0, Z },
	/* The first block that names it counts, and that alone. */
	{ "Z,a;P,a", "a", 0, Z },
	{ "Z,b;P,a", "a", 0, P },
	{ "Z,b;;;P,a", "b", 0, Z },
	{ "Z,b;;;P,a", "a", 0, P },
	{ "F;Z,a", "a", 0, Z },
	{ "Z,a;F", "a", 0, Z },
	{ "F;Z,a", "b", 0, F },
	{ "F;-,a", "a", 0, 0 },
	{ "F;-,a", "a", P, P },
	{ "Z,a;P,a*", "a", 0, Z },
	{ "Z,a;P,a*", "ab", 0, P },
	/* Caches that want to be left alone are, or half so. */
	{ "FZ", "a", SLUBX_NO_USER_FLAGS | P, SLUBX_NO_USER_FLAGS | P },
	{ "FZ,a", "a", SLUBX_NO_USER_FLAGS, SLUBX_NO_USER_FLAGS },
	{ "FU", "a", SLUBX_NOLEAKTRACE, SLUBX_NOLEAKTRACE | F },
	{ "FU,a", "a", SLUBX_NOLEAKTRACE, SLUBX_NOLEAKTRACE | F | U },
	{ "F", "a", SLUBX_NOLEAKTRACE | U, SLUBX_NOLEAKTRACE | F | U },
};

static void for_table(struct kunit *test)
{
	struct slubx_options options;
	const struct finding *f;
	slubx_flags_t found;

	for (f = findings; f < findings + ARRAY_SIZE(findings); f++) {
		slubx_options_parse(&options, f->text, NULL);
		found = slubx_options_for(&options, f->name, f->flags);
		KUNIT_EXPECT_TRUE_MSG(test, found == f->found,
				      "'%s' of '%s': flags %#x", f->text,
				      f->name, (__force unsigned int)found);
	}
}

static void for_without_options(struct kunit *test)
{
	const struct slubx_options none = {};

	KUNIT_EXPECT_TRUE(test, slubx_options_for(&none, "a", 0) == 0);
	KUNIT_EXPECT_TRUE(test, slubx_options_for(&none, "a", Z) == Z);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(parse_table),
	KUNIT_CASE(for_table),
	KUNIT_CASE(for_without_options),
	{},
};

SLUBX_SUITE(debug_options, cases);
