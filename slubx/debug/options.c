// SPDX-License-Identifier: GPL-2.0
/*
 * options.c - reads the text of slubx_debug=, and finds what it says of a cache.
 *
 * Floor 1, pure: prints nothing, and what it finds depends on its arguments
 * alone. The text stays what it is and is read again for each cache, which are
 * few.
 */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/string.h>

#include "options.h"

struct slubx_options slubx_debug_options;
EXPORT_SYMBOL_SLUBX(slubx_debug_options);

/* What no letters stand for. */
#define DEFAULT_FLAGS                                                      \
	(SLUBX_CONSISTENCY_CHECKS | SLUBX_RED_ZONE | SLUBX_POISON |        \
	 SLUBX_STORE_USER)

/* Some characters of the text. */
struct piece {
	const char *at;
	size_t len;
};

struct block {
	slubx_flags_t flags;
	bool no_higher_order;
	bool has_names;
	struct piece names;
};

static slubx_flags_t flag_of(char letter)
{
	switch (tolower(letter)) {
	case 'f':
		return SLUBX_CONSISTENCY_CHECKS;
	case 'z':
		return SLUBX_RED_ZONE;
	case 'p':
		return SLUBX_POISON;
	case 'u':
		return SLUBX_STORE_USER;
	case 't':
		return SLUBX_TRACE;
	case 'a':
		return SLUBX_FAILSLAB;
	default:
		return 0;
	}
}

static void add_letter(struct block *block, char letter,
		       void (*unknown)(char letter))
{
	slubx_flags_t flag = flag_of(letter);

	if (flag)
		block->flags |= flag;
	else if (letter == '-')
		block->flags = 0;
	else if (tolower(letter) == 'o')
		block->no_higher_order = true;
	else if (unknown)
		unknown(letter);
}

/* Takes what is up to one of @ends off the front of the text. */
static struct piece cut(const char **text, const char *ends)
{
	struct piece piece = { .at = *text, .len = strcspn(*text, ends) };

	*text += piece.len;
	return piece;
}

/* Takes the next block off the text. False if there is none. */
static bool next_block(const char **text, struct block *block,
		       void (*unknown)(char letter))
{
	struct piece letters;
	size_t i;

	*text += strspn(*text, ";");
	if (!**text)
		return false;
	*block = (struct block){};
	letters = cut(text, ",;");
	for (i = 0; i < letters.len; i++)
		add_letter(block, letters.at[i], unknown);
	if (**text != ',')
		return true;
	if (!letters.len)
		block->flags = DEFAULT_FLAGS;
	++*text;
	block->has_names = true;
	block->names = cut(text, ";");
	return true;
}

/*
 * Reads @text, which must stay. Calls @unknown, unless that is NULL, for each
 * letter that means nothing. No text at all stands for the usual debugging of
 * all caches; a text whose blocks all have lists leaves the other caches alone.
 */
void slubx_options_parse(struct slubx_options *options, const char *text,
			 void (*unknown)(char letter))
{
	struct block block;

	*options = (struct slubx_options){ .text = text };
	if (!*text)
		options->flags = DEFAULT_FLAGS;
	while (next_block(&text, &block, unknown)) {
		if (!block.has_names)
			options->flags = block.flags;
		options->no_higher_order |= block.no_higher_order;
	}
}
EXPORT_SYMBOL_SLUBX(slubx_options_parse);

/* What follows a star is of no account. */
static bool is_named(struct piece wanted, const char *name)
{
	const char *star = memchr(wanted.at, '*', wanted.len);

	if (star)
		return !strncmp(name, wanted.at, star - wanted.at);
	return strlen(name) == wanted.len &&
	       !memcmp(name, wanted.at, wanted.len);
}

static bool names(struct piece list, const char *name)
{
	const char *end = list.at + list.len;
	struct piece item;

	while (list.at < end) {
		item.at = list.at;
		item.len = min_t(size_t, strcspn(list.at, ","), end - list.at);
		if (is_named(item, name))
			return true;
		list.at += item.len + 1;
	}
	return false;
}

/*
 * The flags of a cache that is created under @name with @flags: the first block
 * that names it adds its own, or else the flags for all caches are added.
 * Stacks are not kept unasked for caches that may be part of keeping them.
 */
slubx_flags_t slubx_options_for(const struct slubx_options *options,
				const char *name, slubx_flags_t flags)
{
	slubx_flags_t general = options->flags;
	const char *text = options->text ?: "";
	struct block block;

	if (flags & SLUBX_NO_USER_FLAGS)
		return flags;
	while (next_block(&text, &block, NULL))
		if (block.has_names && names(block.names, name))
			return flags | block.flags;
	if (flags & SLUBX_NOLEAKTRACE)
		general &= ~SLUBX_STORE_USER;
	return flags | general;
}
EXPORT_SYMBOL_SLUBX(slubx_options_for);
