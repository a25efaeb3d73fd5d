/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attr.h - one file of a cache's directory. Floor 10.
 */
#ifndef _SLUBX_ATTR_H
#define _SLUBX_ATTR_H

#include <linux/sysfs.h>

#include "../stat.h"
#include "iface.h"

struct slubx_attr {
	struct attribute attr;
	ssize_t (*show)(struct slubx_kmem_cache *s, const struct slubx_attr *a,
			char *buf);
	ssize_t (*store)(struct slubx_kmem_cache *s, const struct slubx_attr *a,
			 const char *buf, size_t len);
	/* Which one, for those who show one of many. */
	union {
		size_t offset;
		slubx_flags_t flag;
		enum slubx_count count;
		enum slubx_stat_item stat;
	};
};

/* A list ends early where this much room of the page may not be left. */
#define SLUBX_ATTR_FIELD_MAX 64

static inline bool slubx_attr_has_room(int len)
{
	return len < (int)PAGE_SIZE - SLUBX_ATTR_FIELD_MAX;
}

/* attr_stat.c */
ssize_t slubx_attr_show_stat(struct slubx_kmem_cache *s,
			     const struct slubx_attr *a, char *buf);
ssize_t slubx_attr_clear_stat(struct slubx_kmem_cache *s,
			      const struct slubx_attr *a, const char *buf,
			      size_t len);

/* attr_debug.c */
ssize_t slubx_attr_show_debug(struct slubx_kmem_cache *s,
			      const struct slubx_attr *a, char *buf);
ssize_t slubx_attr_store_debug(struct slubx_kmem_cache *s,
			       const struct slubx_attr *a, const char *buf,
			       size_t len);
ssize_t slubx_attr_show_failslab(struct slubx_kmem_cache *s,
				 const struct slubx_attr *a, char *buf);
ssize_t slubx_attr_store_failslab(struct slubx_kmem_cache *s,
				  const struct slubx_attr *a, const char *buf,
				  size_t len);
ssize_t slubx_attr_show_debug_flag(struct slubx_kmem_cache *s,
				   const struct slubx_attr *a, char *buf);
ssize_t slubx_attr_store_debug_flag(struct slubx_kmem_cache *s,
				    const struct slubx_attr *a, const char *buf,
				    size_t len);
ssize_t slubx_attr_store_validate(struct slubx_kmem_cache *s,
				  const struct slubx_attr *a, const char *buf,
				  size_t len);

#endif /* _SLUBX_ATTR_H */
