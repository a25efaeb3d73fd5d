// SPDX-License-Identifier: GPL-2.0
/*
 * twin_host.c - the body of the twin tests over the host's allocator.
 */
#include <linux/slab.h>

#include "twin.h"

#define RUN(fn) fn
#define KVREALLOC twin_host_kvrealloc
#define FLAG(name) SLAB_##name
#define CACHE struct kmem_cache
#define FLAGS slab_flags_t
#define TREE "/sys/kernel/slab/"
#define TWIN_HAS_INFO false
#define TWIN twin_host

#include "twin_body.h"
