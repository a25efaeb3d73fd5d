// SPDX-License-Identifier: GPL-2.0
/*
 * proc.c - /proc/slubxinfo, all caches in the format of /proc/slabinfo 2.1.
 *
 * Floor 10. Locks: cpus_read_lock (0) and slubx_mutex (1), while the text is
 * made.
 *
 * The whole file is made at once, on the first read: seq_file looks for a
 * buffer that holds it. So a reader sees one moment, however small the pieces
 * it reads. Line by line, as SLUB does it, caches that come and go in between
 * make others show twice, which readers of slabinfo take for two caches with
 * one name, or not at all.
 */
#include <linux/cpu.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/workqueue.h>

#include "../holdings.h"
#include "iface.h"

static struct proc_dir_entry *entry;

/* Also with no cache at all: slabtop gives up on an empty file. */
static void show_header(struct seq_file *m)
{
	seq_puts(m, "slabinfo - version: 2.1\n");
	seq_puts(m, "# name            <active_objs> <num_objs> <objsize>");
	seq_puts(m, " <objperslab> <pagesperslab>");
	seq_puts(m, " : tunables <limit> <batchcount> <sharedfactor>");
	seq_puts(m, " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
}

/* ---- What cpus hold ready ------------------------------------------------*/

/* Of all caches at once: asking each cpu for each cache would take long. */
static long count_here(void *unused)
{
	struct slubx_kmem_cache *s;

	list_for_each_entry(s, &slubx_caches, list)
		s->cpu_free += slubx_holdings_here(s, NUMA_NO_NODE);
	return 0;
}

/* One cpu after the other, while we hold the mutex for them. */
static void count_cpus(void)
{
	struct slubx_kmem_cache *s;
	int cpu;

	lockdep_assert_held(&slubx_mutex);
	list_for_each_entry(s, &slubx_caches, list)
		s->cpu_free = 0;
	for_each_online_cpu(cpu)
		work_on_cpu(cpu, count_here, NULL);
}

/* ---- The text ------------------------------------------------------------*/

/* Active is what clients hold. The figures need not be of one moment. */
static void show_cache(struct seq_file *m, struct slubx_kmem_cache *s)
{
	unsigned long objects = slubx_count_all(s, SLUBX_COUNT_TOTAL_OBJECTS);
	unsigned long active = slubx_count_all(s, SLUBX_COUNT_OBJECTS);
	unsigned long slabs = slubx_count_all(s, SLUBX_COUNT_SLABS);
	const struct slubx_layout *l = &slubx_mode_now(s)->layout;

	active = min(active, objects);
	active -= min(active, s->cpu_free);
	seq_printf(m, "%-17s %6lu %6lu %6u %4u %4d", s->name, active, objects,
		   l->size, l->oo.objects, 1 << l->oo.order);
	/* What only other allocators had: tunables, and what they share. */
	seq_printf(m, " : tunables %4u %4u %4u", 0, 0, 0);
	seq_printf(m, " : slabdata %6lu %6lu %6lu\n", slabs, slabs, 0UL);
}

static int show(struct seq_file *m, void *unused)
{
	struct slubx_kmem_cache *s;

	show_header(m);
	cpus_read_lock();
	mutex_lock(&slubx_mutex);
	count_cpus();
	list_for_each_entry(s, &slubx_caches, list) {
		if (seq_has_overflowed(m))
			break;	/* again, with a larger buffer */
		show_cache(m, s);
	}
	mutex_unlock(&slubx_mutex);
	cpus_read_unlock();
	return 0;
}

static int open(struct inode *inode, struct file *file)
{
	return single_open(file, show, NULL);
}

/* Nothing to write (-EIO). Not PROC_ENTRY_PERMANENT: a module can go. */
static const struct proc_ops ops = {
	.proc_open = open,
	.proc_read_iter = seq_read_iter,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

/* slubx works without the file, so its absence is no error. */
int slubx_proc_init(void)
{
	entry = proc_create("slubxinfo", 0400, NULL, &ops);
	if (!entry)
		pr_warn("slubx: no /proc/slubxinfo\n");
	return 0;
}

/* Waits for reads under way. Files that are still open give -EIO from now on. */
void slubx_proc_exit(void)
{
	proc_remove(entry);
}
