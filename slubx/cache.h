/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cache.h - one cache: opened, shut down, closed; shrunk; its leaks listed.
 *
 * Floor 7. Knows nothing of other caches, of names or of sysfs.
 */
#ifndef _SLUBX_CACHE_H
#define _SLUBX_CACHE_H

#include "layout.h"
#include "types.h"

/* What a client asks for. */
struct slubx_cache_request {
	const char *name;
	unsigned int size;
	slubx_flags_t flags;
	struct slubx_kmem_cache_args args;
};

/* The cache of kmem_cache_nodes; set by bootstrap.c. */
extern struct slubx_kmem_cache *slubx_node_cache;

int slubx_cache_open(struct slubx_kmem_cache *s,
		     const struct slubx_cache_request *request);
int slubx_cache_open_first(struct slubx_kmem_cache *s,
			   const struct slubx_cache_request *request);
void slubx_cache_set_flag(struct slubx_kmem_cache *s, slubx_flags_t flag,
			  bool on);
bool slubx_cache_shutdown(struct slubx_kmem_cache *s);
void slubx_cache_close(struct slubx_kmem_cache *s);
unsigned long slubx_cache_slabs(struct slubx_kmem_cache *s);
unsigned long slubx_cache_mode_slabs(const struct slubx_kmem_cache *m);
void slubx_cache_drop_empty(struct slubx_kmem_cache *m);
bool slubx_cache_valid(struct slubx_kmem_cache *s);

/* shrink.c */
int slubx_cache_shrink(struct slubx_kmem_cache *s);
int slubx_cache_shrink_cpuslocked(struct slubx_kmem_cache *s);

/* debug/validate.c */
unsigned int slubx_cache_validate(struct slubx_kmem_cache *s);

#endif /* _SLUBX_CACHE_H */
