/* SPDX-License-Identifier: GPL-2.0 */
/*
 * track.h - who has an object, and who had it. Floor 3.
 */
#ifndef _SLUBX_DEBUG_TRACK_H
#define _SLUBX_DEBUG_TRACK_H

#include "object.h"

/* Who allocates or frees. */
struct slubx_user {
	unsigned long caller;
	u32 stack;		/* 0: not kept */
	size_t asked;		/* bytes; all of the object if it is more */
};

void slubx_track_init(void);
struct slubx_user slubx_track_user(const struct slubx_kmem_cache *s,
				   unsigned long caller, size_t asked);
void slubx_track_set(const struct slubx_kmem_cache *s, void *x,
		     enum slubx_track_item item, const struct slubx_user *user);

#endif /* _SLUBX_DEBUG_TRACK_H */
