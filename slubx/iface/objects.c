// SPDX-License-Identifier: GPL-2.0
/*
 * objects.c - the text of <cache>/objects: a line for each object in use, the
 * oldest first.
 *
 * Floor 10. All is collected when the file is opened: ages are of that moment.
 *
 * The format, for programs: Documentation/observing.rst.
 */
#include <linux/jiffies.h>
#include <linux/seq_file.h>
#include <linux/stackdepot.h>
#include <slubx/slubx.h>

#include "../debug/oldest.h"
#include "iface.h"
#include "objects.h"

/* Objects of which a reader sees the oldest. */
#define ROOM_MIN 64
#define ROOM_MAX 131072

/* Of one open file. */
struct view {
	const struct slubx_kmem_cache *s;
	struct slubx_oldest oldest;
};

/* ---- The text ------------------------------------------------------------*/

static void show_head(struct seq_file *m, const struct slubx_kmem_cache *s)
{
	seq_puts(m, "# slubx objects 1\n");
	seq_printf(m, "# name %s object_size %u\n", s->name,
		   s->layout.object_size);
	seq_puts(m, "# <age> <slab> <index> <node> <cpu> <pid> <size>");
	seq_puts(m, " <site> < <caller> < ...\n");
}

static void show_end(struct seq_file *m, const struct slubx_oldest *oldest)
{
	if (oldest->lost)
		seq_printf(m, "# %lu younger ones are not shown\n",
			   oldest->lost);
	seq_puts(m, "# end\n");
}

/* The site is often, but not always, the first frame. */
static void show_callers(struct seq_file *m, const struct slubx_track *track)
{
	unsigned long *frames;
	unsigned int i, count;

	if (!IS_ENABLED(CONFIG_STACKDEPOT) || !track->stack)
		return;
	count = stack_depot_fetch(track->stack, &frames);
	i = count && frames[0] == track->addr;
	for (; i < count; i++)
		seq_printf(m, " < %pS", (void *)frames[i]);
}

static void show_object(struct seq_file *m, const struct slubx_kmem_cache *s,
			const struct slubx_old_object *object)
{
	const struct slubx_track *track = &object->track;

	seq_printf(m, "%lu.%03lu 0x%lx %u %d %d %d %zu ", object->age / HZ,
		   object->age % HZ * 1000 / HZ, object->pfn, object->index,
		   object->node, track->cpu, track->pid,
		   s->layout.object_size - object->waste);
	if (track->addr)
		seq_printf(m, "%pS", (void *)track->addr);
	else
		seq_puts(m, "<not-available>");
	show_callers(m, track);
	seq_putc(m, '\n');
}

static char end_token;

static int show(struct seq_file *m, void *what)
{
	const struct view *view = m->private;

	if (what == SEQ_START_TOKEN)
		show_head(m, view->s);
	else if (what == &end_token)
		show_end(m, &view->oldest);
	else
		show_object(m, view->s, what);
	return 0;
}

/* 0 is the head; behind the last object is the end. */
static void *at(const struct view *view, loff_t pos)
{
	if (!pos)
		return SEQ_START_TOKEN;
	if (pos <= view->oldest.count)
		return view->oldest.object + pos - 1;
	return pos == view->oldest.count + 1 ? &end_token : NULL;
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

static int open(struct inode *inode, struct file *file)
{
	struct slubx_kmem_cache *s = inode->i_private;
	struct slubx_oldest *oldest;
	struct view *view;
	size_t room;

	view = __seq_open_private(file, &ops, sizeof(*view));
	if (!view)
		return -ENOMEM;
	view->s = s;
	oldest = &view->oldest;
	room = clamp_t(size_t, slubx_count_all(s, SLUBX_COUNT_OBJECTS),
		       ROOM_MIN, ROOM_MAX);
	oldest->room = room;
	oldest->object =
		slubx_kvmalloc(room * sizeof(*oldest->object), GFP_KERNEL);
	if (!oldest->object) {
		seq_release_private(inode, file);
		return -ENOMEM;
	}
	slubx_oldest_collect(s, oldest);
	return 0;
}

static int release(struct inode *inode, struct file *file)
{
	const struct seq_file *m = file->private_data;
	const struct view *view = m->private;

	slubx_kvfree(view->oldest.object);
	return seq_release_private(inode, file);
}

/* The owner stays loaded while the file is open: releasing it is our code. */
const struct file_operations slubx_objects_fops = {
	.owner = THIS_MODULE,
	.open = open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = release,
};
EXPORT_SYMBOL_SLUBX(slubx_objects_fops);
