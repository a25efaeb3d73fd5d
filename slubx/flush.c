// SPDX-License-Identifier: GPL-2.0
/*
 * flush.c - asks every cpu to flush what it owns of a cache, and waits.
 *
 * Floor 5. A cpu's slabs are touched only on that cpu, so each does it itself,
 * in a work item. cpus_read_lock (0) is held throughout, so a cpu that is
 * offline stays so, and what it left behind can be taken from outside.
 */
#include <linux/cpu.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "cpu.h"
#include "flush.h"

struct flush {
	struct work_struct work;
	struct slubx_kmem_cache *s;
	bool queued;
};

/* One flush at a time: the work items are one for each cpu, not for each cache. */
static DEFINE_MUTEX(flush_lock);
static struct flush __percpu *flushes;
static struct workqueue_struct *flush_wq;

static void flush_on_this_cpu(struct work_struct *work)
{
	slubx_cpu_flush_this(container_of(work, struct flush, work)->s);
}

int slubx_flush_init(void)
{
	int cpu;

	flushes = alloc_percpu(struct flush);
	if (!flushes)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		INIT_WORK(&per_cpu_ptr(flushes, cpu)->work, flush_on_this_cpu);

	/* Shrinking may free memory that somebody waits for: a rescuer. */
	flush_wq = alloc_workqueue("slubx_flushwq",
				   WQ_MEM_RECLAIM | SLUBX_WQ_PERCPU, 0);
	if (!flush_wq) {
		free_percpu(flushes);
		return -ENOMEM;
	}
	return 0;
}

void slubx_flush_exit(void)
{
	destroy_workqueue(flush_wq);
	free_percpu(flushes);
}

/* Starts the flush of one cpu, or does it where the cpu can't. */
static void flush_cpu(struct slubx_kmem_cache *s, int cpu)
{
	struct flush *flush = per_cpu_ptr(flushes, cpu);

	flush->queued = false;
	if (!slubx_cpu_holds(s, cpu))
		return;
	if (!cpu_online(cpu)) {
		slubx_cpu_flush_dead(s, cpu);
		return;
	}
	flush->s = s;
	flush->queued = true;
	queue_work_on(cpu, flush_wq, &flush->work);
}

/* Flushes all cpus; the caller holds cpus_read_lock. May sleep. */
void slubx_flush_all_cpuslocked(struct slubx_kmem_cache *s)
{
	int cpu;

	mutex_lock(&flush_lock);
	for_each_possible_cpu(cpu)
		flush_cpu(s, cpu);
	for_each_possible_cpu(cpu)
		if (per_cpu_ptr(flushes, cpu)->queued)
			flush_work(&per_cpu_ptr(flushes, cpu)->work);
	mutex_unlock(&flush_lock);
}

void slubx_flush_all(struct slubx_kmem_cache *s)
{
	cpus_read_lock();
	slubx_flush_all_cpuslocked(s);
	cpus_read_unlock();
}
EXPORT_SYMBOL_SLUBX(slubx_flush_all);
