// SPDX-License-Identifier: GPL-2.0
/*
 * stat.c - reading and clearing the counters of stat.h.
 *
 * Floor 0. Takes no lock: a sum over running cpus is a moment's picture.
 */
#include "stat.h"

DEFINE_STATIC_KEY_FALSE(slubx_stats_on);
EXPORT_SYMBOL_SLUBX(slubx_stats_on);

unsigned int slubx_stat_of_cpu(struct slubx_kmem_cache *s,
			       enum slubx_stat_item item, int cpu)
{
	struct slubx_kmem_cache *m;
	unsigned int sum = 0;

	slubx_for_each_mode(s, m)
		sum += READ_ONCE(per_cpu_ptr(m->stat, cpu)->item[item]);
	return sum;
}

/* Events of all cpus, the dead ones' too: unlike SLUB's, none goes missing. */
unsigned long slubx_stat_sum(struct slubx_kmem_cache *s,
			     enum slubx_stat_item item)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += slubx_stat_of_cpu(s, item, cpu);
	return sum;
}
EXPORT_SYMBOL_SLUBX(slubx_stat_sum);

/* An event that comes at the same moment may be lost, or bring the count back. */
void slubx_stat_clear_item(struct slubx_kmem_cache *s,
			   enum slubx_stat_item item)
{
	struct slubx_kmem_cache *m;
	int cpu;

	slubx_for_each_mode(s, m)
		for_each_possible_cpu(cpu)
			WRITE_ONCE(per_cpu_ptr(m->stat, cpu)->item[item], 0);
}

void slubx_stat_clear(struct slubx_kmem_cache *s)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(s->stat, cpu), 0, sizeof(struct slubx_stat));
}
EXPORT_SYMBOL_SLUBX(slubx_stat_clear);
