/* SPDX-License-Identifier: GPL-2.0 */
/*
 * iface.h - slubx seen from user space. Floor 10.
 *
 * Nothing below this floor knows of it: the roof publishes a cache when it is
 * made and takes it down before it goes. No callback takes slubx_mutex.
 */
#ifndef _SLUBX_IFACE_H
#define _SLUBX_IFACE_H

#include "../registry.h"

/* count.c: numbers, no text. One figure a node, and their sum. */
enum slubx_count {
	SLUBX_COUNT_TOTAL_OBJECTS,	/* capacity of all slabs */
	SLUBX_COUNT_OBJECTS,		/* not free on a node's partial list */
	SLUBX_COUNT_IN_USE,		/* nor held ready by a cpu; may sleep */
	SLUBX_COUNT_SLABS,
	SLUBX_COUNT_PARTIAL,		/* slabs on the nodes' lists */
	SLUBX_COUNT_OBJECTS_PARTIAL,	/* objects in use there */
	SLUBX_COUNT_CPU_SLABS,		/* slabs that cpus own */
};

unsigned long slubx_count_node(struct slubx_kmem_cache *s,
			       enum slubx_count what, int node);
unsigned long slubx_count_all(struct slubx_kmem_cache *s,
			      enum slubx_count what);
unsigned int slubx_count_cpu_partial(struct slubx_kmem_cache *s, int cpu);

/* attr.c: what a cache's directory holds. */
extern const struct attribute_group *slubx_attr_groups[];
extern const struct sysfs_ops slubx_attr_ops;
void slubx_attr_init(void);

/* sysfs.c */
void slubx_sysfs_file_name(char file[SLUBX_NAME_LEN], const char *name);
int slubx_sysfs_init(void);
void slubx_sysfs_exit(void);
void slubx_sysfs_add(struct slubx_kmem_cache *s);
void slubx_sysfs_add_alias(struct slubx_kmem_cache *s,
			   const struct slubx_alias *alias);
void slubx_sysfs_remove(struct slubx_kmem_cache *s);

/* failslab.c */
void slubx_failslab_add(struct dentry *root);

/* debugfs.c */
void slubx_debugfs_init(void);
void slubx_debugfs_exit(void);
void slubx_debugfs_add(struct slubx_kmem_cache *s);
void slubx_debugfs_add_alias(struct slubx_kmem_cache *s,
			     struct slubx_alias *alias);
void slubx_debugfs_remove(struct slubx_kmem_cache *s);

/* proc.c */
int slubx_proc_init(void);
void slubx_proc_exit(void);

#endif /* _SLUBX_IFACE_H */
