/* SPDX-License-Identifier: GPL-2.0 */
/*
 * options.h - which caches are debugged, and how: the text of slubx_debug=.
 *
 * Floor 1, pure. The grammar is SLUB's:
 *   text    block, or blocks with ; between them
 *   block   letters, or letters and a list: letters,name,name,...
 *   letter  F Z P U T A: a flag; O: no debugging that needs larger slabs;
 *           -: none of those before it. Upper or lower case
 *   name    of a cache; what begins so if a * stands behind it
 */
#ifndef _SLUBX_DEBUG_OPTIONS_H
#define _SLUBX_DEBUG_OPTIONS_H

#include "../flags.h"

struct slubx_options {
	const char *text;	/* searched for each cache; not copied */
	slubx_flags_t flags;	/* of caches that no list names */
	bool no_higher_order;	/* O, in any block */
};

/* What is in force. All zero: nothing is debugged unasked. */
extern struct slubx_options slubx_debug_options;

void slubx_options_parse(struct slubx_options *options, const char *text,
			 void (*unknown)(char letter));
slubx_flags_t slubx_options_for(const struct slubx_options *options,
				const char *name, slubx_flags_t flags);

#endif /* _SLUBX_DEBUG_OPTIONS_H */
