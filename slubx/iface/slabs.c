// SPDX-License-Identifier: GPL-2.0
/*
 * slabs.c - the text of <cache>/slabs: a line for each slab, a letter for each
 * object.
 *
 * Floor 10. Takes no lock of its own; look.c takes one for each slab. The file
 * is made as it is read: a reader who stops half-way has cost half, and nothing
 * is kept in between but the page where to go on. So each line is of its own
 * moment. Slabs that are made behind that page come, slabs that go don't.
 *
 * The format, for programs: Documentation/observing.rst.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/seq_file.h>

#include "../look.h"
#include "../slab.h"
#include "../walk.h"
#include "iface.h"
#include "slabs.h"

/* Of one open file. */
struct view {
	struct slubx_kmem_cache *s;
	struct slubx_look look;
	unsigned long map[];
};

/*
 * Where a reader is: 0 is the head, any other number a page and 1, and the last
 * the end.
 */
#define AT_HEAD 0
#define AT_END (LLONG_MAX - 1)

static char end_token;

static loff_t position_of(unsigned long pfn)
{
	return (loff_t)pfn + 1;
}

/* ---- From slab to slab ---------------------------------------------------*/

/* What stands at *@pos or behind it. */
static void *find(const struct view *view, loff_t *pos)
{
	struct slubx_slab *slab = slubx_walk_next(view->s, *pos - 1);

	if (!slab) {
		*pos = AT_END;
		return &end_token;
	}
	*pos = position_of(page_to_pfn(slubx_slab_page(slab)));
	return slab;
}

static void *start(struct seq_file *m, loff_t *pos)
{
	if (*pos == AT_HEAD)
		return SEQ_START_TOKEN;
	return *pos > AT_END ? NULL : find(m->private, pos);
}

static void *next(struct seq_file *m, void *what, loff_t *pos)
{
	++*pos;
	return *pos > AT_END ? NULL : find(m->private, pos);
}

static void stop(struct seq_file *m, void *what)
{
}

/* ---- The text ------------------------------------------------------------*/

static void show_head(struct seq_file *m, struct slubx_kmem_cache *s)
{
	const struct slubx_layout *l = &slubx_mode_now(s)->layout;

	seq_puts(m, "# slubx slabs 1\n");
	seq_printf(m, "# name %s object_size %u slab_size %u", s->name,
		   l->object_size, l->size);
	seq_printf(m, " objs_per_slab %u order %u\n", l->oo.objects,
		   l->oo.order);
	seq_puts(m, "# <slab> <node> <order> <state> <cpu>");
	seq_puts(m, " <inuse> <objects> <map>\n");
}

static const char *const states[] = {
	[SLUBX_SLAB_FULL] = "full",
	[SLUBX_SLAB_PARTIAL] = "partial",
	[SLUBX_SLAB_EMPTY] = "empty",
	[SLUBX_SLAB_CPU] = "cpu",
	[SLUBX_SLAB_CPU_PARTIAL] = "cpu_partial",
	[SLUBX_SLAB_MOVING] = "moving",
};

static char letter_of(const struct slubx_look *look, unsigned int i)
{
	if (look->state == SLUBX_SLAB_MOVING)
		return '?';
	if (test_bit(i, look->ready))
		return 'c';
	return test_bit(i, look->own) ? 'f' : 'u';
}

static void show_slab(struct seq_file *m, const struct slubx_slab *slab,
		      const struct slubx_look *look)
{
	unsigned int i;

	/* A page number leads to the pages, and tells no address of the kernel. */
	seq_printf(m, "0x%lx %d %u %s ", page_to_pfn(slubx_slab_page(slab)),
		   slubx_slab_nid(slab), slubx_slab_order(slab),
		   states[look->state]);
	if (look->cpu < 0)
		seq_putc(m, '-');
	else
		seq_printf(m, "%d", look->cpu);
	seq_printf(m, " %u %u ", look->inuse, look->objects);
	for (i = 0; i < look->objects; i++)
		seq_putc(m, letter_of(look, i));
	seq_putc(m, '\n');
}

static int show(struct seq_file *m, void *what)
{
	struct view *view = m->private;

	if (what == SEQ_START_TOKEN)
		show_head(m, view->s);
	else if (what == &end_token)
		seq_puts(m, "# end\n");
	else if (slubx_look_at(view->s, what, &view->look))
		show_slab(m, what, &view->look);
	else
		return SEQ_SKIP;
	return 0;
}

static const struct seq_operations ops = {
	.start = start,
	.next = next,
	.stop = stop,
	.show = show,
};

/* ---- The file ------------------------------------------------------------*/

/* Objects of a slab, at most; slabs of modes that are to come aren't shown. */
static unsigned int largest(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;
	unsigned int objects = 0;

	slubx_for_each_mode(s, m)
		objects = max(objects, m->layout.oo.objects);
	return objects;
}

static int open(struct inode *inode, struct file *file)
{
	struct slubx_kmem_cache *s = inode->i_private;
	unsigned int room = largest(s);
	size_t longs = BITS_TO_LONGS(room);
	struct view *view;

	view = __seq_open_private(file, &ops,
				  struct_size(view, map, 2 * longs));
	if (!view)
		return -ENOMEM;
	view->s = s;
	view->look.room = room;
	view->look.own = view->map;
	view->look.ready = view->map + longs;
	return 0;
}

/* The owner stays loaded while the file is open: releasing it is our code. */
const struct file_operations slubx_slabs_fops = {
	.owner = THIS_MODULE,
	.open = open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};
EXPORT_SYMBOL_SLUBX(slubx_slabs_fops);
