// SPDX-License-Identifier: GPL-2.0
/*
 * hotplug.c - a cpu has died, memory wants to go.
 *
 * Floor 8. Called with cpus_read_lock (0) or its writer held; takes
 * slubx_mutex (1). Memory that comes needs nothing: every node that can ever
 * have memory has its structs since the cache was made.
 */
#include <linux/cpuhotplug.h>
#include <linux/memory.h>

#include "cpu.h"
#include "registry.h"

static int cpuhp_state;

/*
 * Runs on another cpu after @cpu has stopped for good: only then can nothing
 * be cached there any more. A state before the cpu's death would be too early.
 */
static int cpu_dead(unsigned int cpu)
{
	struct slubx_kmem_cache *s, *m;

	mutex_lock(&slubx_mutex);
	list_for_each_entry(s, &slubx_caches, list)
		slubx_for_each_mode(s, m)
			slubx_cpu_flush_dead(m, cpu);
	mutex_unlock(&slubx_mutex);
	return 0;
}

/* Slabs can't be moved; what is empty can be freed, so that memory can go. */
static int memory_going_offline(struct notifier_block *block,
				unsigned long action, void *arg)
{
	struct slubx_kmem_cache *s;

	if (action != MEM_GOING_OFFLINE)
		return NOTIFY_OK;
	mutex_lock(&slubx_mutex);
	list_for_each_entry(s, &slubx_caches, list)
		slubx_cache_shrink_cpuslocked(s);
	mutex_unlock(&slubx_mutex);
	return NOTIFY_OK;
}

static struct notifier_block memory_block = {
	.notifier_call = memory_going_offline,
};

int slubx_hotplug_init(void)
{
	int err;

	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "mm/slubx:dead",
					NULL, cpu_dead);
	if (err < 0)
		return err;
	cpuhp_state = err;
	err = register_memory_notifier(&memory_block);
	if (err)
		cpuhp_remove_state_nocalls(cpuhp_state);
	return err;
}

void slubx_hotplug_exit(void)
{
	unregister_memory_notifier(&memory_block);
	cpuhp_remove_state_nocalls(cpuhp_state);
}
