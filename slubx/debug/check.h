/* SPDX-License-Identifier: GPL-2.0 */
/*
 * check.h - is a debugged slab what it should be? Floor 3. Verdicts only.
 */
#ifndef _SLUBX_DEBUG_CHECK_H
#define _SLUBX_DEBUG_CHECK_H

#include "../slab.h"
#include "object.h"

bool slubx_check_is_object(const struct slubx_slab *slab, const void *x);
struct slubx_verdict slubx_check_slab(const struct slubx_slab *slab);
struct slubx_verdict slubx_check_padding(const struct slubx_slab *slab);
struct slubx_verdict slubx_check_freelist(const struct slubx_slab *slab,
					  unsigned long *map);
bool slubx_check_is_free(const struct slubx_slab *slab, const void *x);
struct slubx_verdict slubx_check_object(const struct slubx_slab *slab, void *x,
					u8 red);

#endif /* _SLUBX_DEBUG_CHECK_H */
