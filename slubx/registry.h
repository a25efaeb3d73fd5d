/* SPDX-License-Identifier: GPL-2.0 */
/*
 * registry.h - all caches: their list, names, aliases, lives.
 *
 * Floor 8. slubx_mutex (1) guards the list and what registry fields say;
 * sysfs callbacks never take it.
 */
#ifndef _SLUBX_REGISTRY_H
#define _SLUBX_REGISTRY_H

#include <linux/mutex.h>

#include "cache.h"

extern struct mutex slubx_mutex;
extern struct list_head slubx_caches;	/* under slubx_mutex */

/* The caches that slubx itself needs; set by bootstrap.c. */
extern struct slubx_kmem_cache *slubx_cache_cache;
extern struct slubx_kmem_cache *slubx_alias_cache;

/* One more name of a cache, by a client whose cache was merged into it. */
struct slubx_alias {
	struct list_head list;		/* s->aliases, under slubx_mutex */
	struct dentry *debugfs;		/* iface/debugfs.c */
	char name[SLUBX_NAME_LEN];
};

void slubx_registry_apply_options(struct slubx_cache_request *request);
int slubx_registry_check(const struct slubx_cache_request *request);
struct slubx_kmem_cache *
slubx_registry_add(const struct slubx_cache_request *request);
struct slubx_alias *
slubx_registry_add_alias(struct slubx_kmem_cache *s,
			 const struct slubx_cache_request *request);
void slubx_registry_enlist(struct slubx_kmem_cache *s, const char *name);
bool slubx_registry_has(const struct slubx_kmem_cache *s);
void slubx_registry_remove(struct slubx_kmem_cache *s);
void slubx_registry_free_struct(struct slubx_kmem_cache *s);

/* mode.c */
struct slubx_kmem_cache *slubx_mode_get(struct slubx_kmem_cache *s,
					slubx_flags_t flags);
void slubx_mode_enter(struct slubx_kmem_cache *s, struct slubx_kmem_cache *m);
void slubx_modes_close(struct slubx_kmem_cache *s);

/* merge.c */
extern bool slubx_nomerge;
bool slubx_merge_never(const struct slubx_kmem_cache *s);
struct slubx_kmem_cache *
slubx_merge_find(const struct slubx_cache_request *request);

/* reap.c */
void slubx_reap_init(void);
void slubx_reap_exit(void);
void slubx_reap_bury(struct slubx_kmem_cache *s);
void slubx_reap_later(struct slubx_kmem_cache *s);
unsigned long slubx_reap_zombies(void);

/* bootstrap.c */
struct slubx_kmem_cache *
slubx_internal_open(const struct slubx_cache_request *wish);
void slubx_internal_close(struct slubx_kmem_cache *s);
int slubx_bootstrap(void);
void slubx_unbootstrap(void);

/* hotplug.c */
int slubx_hotplug_init(void);
void slubx_hotplug_exit(void);

#endif /* _SLUBX_REGISTRY_H */
