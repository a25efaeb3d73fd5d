/* SPDX-License-Identifier: GPL-2.0 */
/*
 * verdict.h - what a check found. Floor 1.
 *
 * A check changes nothing and prints nothing: it says what is wrong, where, and
 * what should be there. Others repair (repair.c) and tell (report.c).
 */
#ifndef _SLUBX_DEBUG_VERDICT_H
#define _SLUBX_DEBUG_VERDICT_H

#include <linux/types.h>

enum slubx_verdict_kind {
	SLUBX_GOOD,
	/* Bytes: from where on, how many, the first of them. */
	SLUBX_BAD_LEFT_ZONE,
	SLUBX_BAD_RIGHT_ZONE,
	SLUBX_BAD_TAIL,			/* behind what was asked of kmalloc */
	SLUBX_BAD_ALIGNMENT,		/* padding up to a word */
	SLUBX_BAD_POISON,
	SLUBX_BAD_POISON_END,
	SLUBX_BAD_OBJECT_PADDING,
	SLUBX_BAD_SLAB_PADDING,
	/* Links of the freelist. */
	SLUBX_BAD_LINK,			/* leads to no object of the slab */
	SLUBX_BAD_CHAIN,		/* the same, found from the head on */
	SLUBX_BAD_HEAD,			/* the slab's freelist itself */
	SLUBX_BAD_CYCLE,		/* longer than there are objects */
	/* Counters: the number that is there and the one that should be. */
	SLUBX_BAD_OBJECTS,		/* more objects than fit */
	SLUBX_BAD_INUSE,		/* more in use than there are */
	SLUBX_BAD_OBJECTS_FOUND,	/* not as many as fit */
	SLUBX_BAD_INUSE_FOUND,		/* not what the freelist leaves */
	SLUBX_BAD_ISOLATED,		/* the slab was given up before */
	/* What somebody wants to free or gets. */
	SLUBX_BAD_FREE_HEAD,		/* about to be given out: no object */
	SLUBX_BAD_POINTER,		/* no object starts there */
	SLUBX_BAD_DOUBLE_FREE,
	SLUBX_BAD_CACHE,
	/* The counter of a node. */
	SLUBX_BAD_NR_PARTIAL,
};

struct slubx_verdict {
	enum slubx_verdict_kind kind;
	unsigned int length;	/* bytes from the first wrong to the last */
	void *where;
	unsigned long expected;
	unsigned long found;
};

#define SLUBX_VERDICT_GOOD ((struct slubx_verdict){ .kind = SLUBX_GOOD })

/* Is it about bytes that should all be the same? */
static inline bool slubx_verdict_of_bytes(const struct slubx_verdict *v)
{
	return v->kind >= SLUBX_BAD_LEFT_ZONE &&
	       v->kind <= SLUBX_BAD_SLAB_PADDING;
}

#endif /* _SLUBX_DEBUG_VERDICT_H */
