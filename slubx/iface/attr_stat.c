// SPDX-License-Identifier: GPL-2.0
/*
 * attr_stat.c - the texts of a cache's counters, in SLUB's format.
 *
 * Floor 10. Takes no lock, see attr.c. The counters stand still unless they are
 * switched on (slubx_stats=1); each stands for itself, so that two of them need
 * not be of the same moment.
 */
#include "attr.h"

/* The sum, and each online cpu's part if it has one. */
ssize_t slubx_attr_show_stat(struct slubx_kmem_cache *s,
			     const struct slubx_attr *a, char *buf)
{
	int cpu, len = sysfs_emit(buf, "%lu", slubx_stat_sum(s, a->stat));
	unsigned int part;

	for_each_online_cpu(cpu) {
		part = slubx_stat_of_cpu(s, a->stat, cpu);
		if (IS_ENABLED(CONFIG_SMP) && part && slubx_attr_has_room(len))
			len += sysfs_emit_at(buf, len, " C%d=%u", cpu, part);
	}
	return len + sysfs_emit_at(buf, len, "\n");
}

/* 0, with anything behind it, sets the counter back. */
ssize_t slubx_attr_clear_stat(struct slubx_kmem_cache *s,
			      const struct slubx_attr *a, const char *buf,
			      size_t len)
{
	if (buf[0] != '0')
		return -EINVAL;
	slubx_stat_clear_item(s, a->stat);
	return len;
}
