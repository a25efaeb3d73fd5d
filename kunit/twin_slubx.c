// SPDX-License-Identifier: GPL-2.0
/*
 * twin_slubx.c - the body of the twin tests over slubx.
 */
#include <linux/slab.h>
#include <slubx/slubx.h>

#define RUN(fn) slubx_##fn
#define KVREALLOC(x, old, size, gfp) slubx_kvrealloc(x, size, gfp)
#define FLAG(name) SLUBX_##name
#define CACHE struct slubx_kmem_cache
#define FLAGS slubx_flags_t
#define TREE "/sys/kernel/slubx/"
#define TWIN_HAS_INFO true
#define TWIN twin_slubx

#include "twin_body.h"
