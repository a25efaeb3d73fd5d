// SPDX-License-Identifier: GPL-2.0
/*
 * traces.c - the text of <cache>/alloc_traces and free_traces: who allocated what
 * is in use, and who had freed it before, in SLUB's format.
 *
 * Floor 10. All is collected when the file is opened, slab by slab.
 */
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/stackdepot.h>
#include <slubx/slubx.h>

#include "../debug/sites.h"
#include "iface.h"
#include "traces.h"

/* Places in the code that are told apart. */
#define ROOM_MIN 64
#define ROOM_MAX 8192

/* ---- The text ------------------------------------------------------------*/

static void show_ages(struct seq_file *m, const struct slubx_site *site)
{
	if (site->sum_age != (u64)site->min_age)
		seq_printf(m, " age=%ld/%llu/%ld", site->min_age,
			   div64_ul(site->sum_age, site->count), site->max_age);
	else
		seq_printf(m, " age=%ld", site->min_age);
}

static void show_places(struct seq_file *m, const struct slubx_site *site)
{
	if (site->min_pid != site->max_pid)
		seq_printf(m, " pid=%d-%d", site->min_pid, site->max_pid);
	else
		seq_printf(m, " pid=%d", site->min_pid);
	if (num_online_cpus() > 1)
		seq_printf(m, " cpus=%*pbl", (int)nr_cpu_ids, site->cpus);
	if (num_online_nodes() > 1)
		seq_printf(m, " nodes=%*pbl", nodemask_pr_args(&site->nodes));
}

static void show_stack(struct seq_file *m, const struct slubx_site *site)
{
	unsigned long *frames;
	unsigned int i, count;

	if (!IS_ENABLED(CONFIG_STACKDEPOT) || !site->stack)
		return;
	count = stack_depot_fetch(site->stack, &frames);
	seq_putc(m, '\n');
	for (i = 0; i < count; i++)
		seq_printf(m, "        %pS\n", (void *)frames[i]);
}

static int show(struct seq_file *m, void *what)
{
	const struct slubx_site *site = what;

	if (what == SEQ_START_TOKEN) {
		seq_puts(m, "No data\n");
		return 0;
	}
	seq_printf(m, "%7ld ", site->count);
	if (site->addr)
		seq_printf(m, "%pS", (void *)site->addr);
	else
		seq_puts(m, "<not-available>");
	if (site->waste)
		seq_printf(m, " waste=%lu/%lu", site->count * site->waste,
			   site->waste);
	show_ages(m, site);
	show_places(m, site);
	show_stack(m, site);
	seq_putc(m, '\n');
	return 0;
}

static void *at(const struct slubx_sites *sites, loff_t pos)
{
	if (!sites->count)
		return pos ? NULL : SEQ_START_TOKEN;
	return pos < sites->count ? slubx_site(sites, pos) : NULL;
}

static void *start(struct seq_file *m, loff_t *pos)
{
	return at(m->private, *pos);
}

static void *next(struct seq_file *m, void *what, loff_t *pos)
{
	return at(m->private, ++*pos);
}

static void stop(struct seq_file *m, void *what)
{
}

static const struct seq_operations ops = {
	.start = start,
	.next = next,
	.stop = stop,
	.show = show,
};

/* ---- The file ------------------------------------------------------------*/

static int open_as(struct inode *inode, struct file *file,
		   enum slubx_track_item item)
{
	struct slubx_kmem_cache *s = inode->i_private;
	struct slubx_sites *sites;
	size_t room;

	sites = __seq_open_private(file, &ops, sizeof(*sites));
	if (!sites)
		return -ENOMEM;
	room = clamp_t(size_t, slubx_count_all(s, SLUBX_COUNT_OBJECTS),
		       ROOM_MIN, ROOM_MAX);
	sites->room = room;
	sites->memory = slubx_kvmalloc(room * slubx_site_size(),
				       GFP_KERNEL | __GFP_ZERO);
	if (!sites->memory) {
		seq_release_private(inode, file);
		return -ENOMEM;
	}
	slubx_sites_collect(s, sites, item);
	return 0;
}

static int open_alloc(struct inode *inode, struct file *file)
{
	return open_as(inode, file, SLUBX_TRACK_ALLOC);
}

static int open_free(struct inode *inode, struct file *file)
{
	return open_as(inode, file, SLUBX_TRACK_FREE);
}

static int release(struct inode *inode, struct file *file)
{
	const struct seq_file *m = file->private_data;
	const struct slubx_sites *sites = m->private;

	slubx_kvfree(sites->memory);
	return seq_release_private(inode, file);
}

const struct file_operations slubx_alloc_traces_fops = {
	.owner = THIS_MODULE,
	.open = open_alloc,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = release,
};

const struct file_operations slubx_free_traces_fops = {
	.owner = THIS_MODULE,
	.open = open_free,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = release,
};
