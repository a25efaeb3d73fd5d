/* SPDX-License-Identifier: GPL-2.0 */
/*
 * switch.h - debugging of a cache in use. Floor 9.
 */
#ifndef _SLUBX_SWITCH_H
#define _SLUBX_SWITCH_H

#include "types.h"

int slubx_switch_debugging(struct slubx_kmem_cache *s, slubx_flags_t flags);
int slubx_switch_failslab(struct slubx_kmem_cache *s, bool on);
bool slubx_switch_is_debugged(struct slubx_kmem_cache *s);

#endif /* _SLUBX_SWITCH_H */
