// SPDX-License-Identifier: GPL-2.0
/*
 * leaks.c - what is still in use when a cache is destroyed, object by object.
 *
 * Floor 7. Called when all slabs have left the cpus and nothing is given out
 * any more. Clients may still free: an object that goes while we look may be
 * listed, and a slab that goes is looked at without harm.
 */
#include <linux/bitmap.h>
#include <linux/mutex.h>

#include "cache.h"
#include "pair.h"
#include "slab.h"
#include "walk.h"

/* Objects named on one line of the log. */
#define PER_LINE 8

/* Which objects of one slab are free. One report at a time. */
static DECLARE_BITMAP(free_map, SLUBX_MAX_OBJS_PER_SLAB);
static DEFINE_MUTEX(free_map_lock);

struct line {
	char text[PER_LINE * 12];
	unsigned int length;
	unsigned int objects;
};

static void add_to_line(struct line *line, unsigned int offset)
{
	line->length += scnprintf(line->text + line->length,
				  sizeof(line->text) - line->length, " @%u",
				  offset);
	line->objects++;
}

static void print_line(const struct slubx_slab *slab, struct line *line)
{
	if (line->objects)
		pr_err("slubx:   slab 0x%p in use:%s\n",
		       slubx_slab_address(slab), line->text);
	line->length = 0;
	line->objects = 0;
}

struct report {
	struct slubx_kmem_cache *s;
	unsigned long total;
};

static void report_slab(struct slubx_slab *slab, void *arg)
{
	unsigned int objects = slubx_pair_read(slab).counters.objects;
	const struct slubx_kmem_cache *m = READ_ONCE(slab->slab_cache);
	struct report *report = arg;
	struct line line = {};
	unsigned int i;

	/* Freed since the walker found it? */
	if (!slubx_is_mode_of(report->s, m))
		return;
	bitmap_zero(free_map, objects);
	slubx_slab_free_objects(m, slab, free_map);
	for_each_clear_bit(i, free_map, objects) {
		add_to_line(&line, slubx_layout_at(&m->layout, i));
		report->total++;
		if (line.objects == PER_LINE)
			print_line(slab, &line);
	}
	print_line(slab, &line);
}

/* Lists the objects of @s in use and returns their number. May sleep. */
unsigned long slubx_cache_report_leaks(struct slubx_kmem_cache *s)
{
	struct report report = { .s = s };

	pr_err("slubx: cache '%s' closed with objects in use; each by slab and offset:\n",
	       s->name);
	mutex_lock(&free_map_lock);
	slubx_walk_slabs(s, report_slab, &report);
	mutex_unlock(&free_map_lock);
	return report.total;
}
EXPORT_SYMBOL_SLUBX(slubx_cache_report_leaks);
