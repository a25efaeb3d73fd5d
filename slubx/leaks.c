// SPDX-License-Identifier: GPL-2.0
/*
 * leaks.c - what is still in use when a cache is destroyed: object by object, and
 * who allocated it where that is known. The log gets so many lines and no more.
 *
 * Floor 7. Called when all slabs have left the cpus and nothing is given out
 * any more. Clients may still free: an object that goes while we look may be
 * listed, and a slab that goes is looked at without harm.
 */
#include <linux/bitmap.h>
#include <linux/gfp.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "debug/held.h"
#include "debug/report.h"
#include "leaks.h"
#include "pair.h"
#include "slab.h"
#include "walk.h"

/* Objects named on one line of the log. */
#define PER_LINE 8

/* Which objects of one slab are free, and the oldest. One report at a time. */
static DECLARE_BITMAP(free_map, SLUBX_MAX_OBJS_PER_SLAB);
static struct slubx_old_object oldest[SLUBX_LEAKS_OBJECTS];
static DEFINE_MUTEX(free_map_lock);

/* ---- All of them, by their place -----------------------------------------*/

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

static void print_line(struct slubx_leaks *leaks, const struct slubx_slab *slab,
		       struct line *line)
{
	if (line->objects && leaks->lines < SLUBX_LEAKS_LINES) {
		pr_err("slubx:   slab 0x%p in use:%s\n",
		       slubx_slab_address(slab), line->text);
		leaks->lines++;
	} else if (line->objects && leaks->lines == SLUBX_LEAKS_LINES) {
		pr_err("slubx:   and more, which are not listed\n");
		leaks->lines++;
	}
	line->length = 0;
	line->objects = 0;
}

/* Lines are for those of whom no more is known. */
static void report_slab(struct slubx_slab *slab, void *arg)
{
	unsigned int objects = slubx_pair_read(slab).counters.objects;
	const struct slubx_kmem_cache *m = READ_ONCE(slab->slab_cache);
	struct slubx_leaks *leaks = arg;
	struct line line = {};
	unsigned int i;

	/* Freed since the walker found it? */
	if (!slubx_is_mode_of(leaks->s, m))
		return;
	bitmap_zero(free_map, objects);
	slubx_slab_free_objects(m, slab, free_map);
	for_each_clear_bit(i, free_map, objects) {
		leaks->total++;
		if (m->flags & SLUBX_STORE_USER)
			continue;
		add_to_line(&line, slubx_layout_at(&m->layout, i));
		if (line.objects == PER_LINE)
			print_line(leaks, slab, &line);
	}
	print_line(leaks, slab, &line);
}

/* ---- Those that are tracked ----------------------------------------------*/

static void report_object(const struct slubx_kmem_cache *s,
			  const struct slubx_old_object *object)
{
	pr_err("slubx: Object 0x%p @offset=%u size=%zu\n",
	       page_address(pfn_to_page(object->pfn)) + object->offset,
	       object->offset, s->layout.object_size - object->waste);
	slubx_report_track("Allocated", &object->track);
}

static void report_site(const struct slubx_site *site)
{
	pr_err("slubx: %7lu %pS age=%ld/%llu/%ld\n", site->count,
	       (void *)site->addr, site->min_age,
	       div64_ul(site->sum_age, site->count), site->max_age);
}

static void report_sites(const struct slubx_sites *sites)
{
	unsigned int i, shown = min(sites->count, SLUBX_LEAKS_SITES + 0U);
	unsigned long rest = sites->lost;

	if (!sites->room)
		return;
	pr_err("slubx: by who allocated them, the most first; age=least/average/most jiffies:\n");
	for (i = 0; i < shown; i++)
		report_site(slubx_site(sites, i));
	for (; i < sites->count; i++)
		rest += slubx_site(sites, i)->count;
	if (rest)
		pr_err("slubx: %7lu by others\n", rest);
}

static void report_tracked(const struct slubx_leaks *leaks)
{
	unsigned int i;

	for (i = 0; i < leaks->oldest.count; i++)
		report_object(leaks->s, &leaks->oldest.object[i]);
	if (leaks->oldest.lost)
		pr_err("slubx: and %lu younger ones\n", leaks->oldest.lost);
	report_sites(&leaks->sites);
}

/* ---- Both ----------------------------------------------------------------*/

/*
 * Finds who has the objects of @s in use, as far as there is room in @leaks: the
 * oldest of them, and by site. May sleep.
 */
void slubx_leaks_find(struct slubx_kmem_cache *s, struct slubx_leaks *leaks)
{
	leaks->s = s;
	if (leaks->oldest.room)
		slubx_oldest_collect(s, &leaks->oldest);
	if (leaks->sites.room)
		slubx_sites_collect(s, &leaks->sites, SLUBX_TRACK_ALLOC);
}
EXPORT_SYMBOL_SLUBX(slubx_leaks_find);

/* More places than are shown, so that those shown are the most. */
#define SITES_ORDER 3

/* Without memory for them, the summary is left out. */
static void make_room(struct slubx_leaks *leaks)
{
	leaks->oldest.object = oldest;
	leaks->oldest.room = ARRAY_SIZE(oldest);
	leaks->sites.memory = (void *)__get_free_pages(
		GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN, SITES_ORDER);
	if (leaks->sites.memory)
		leaks->sites.room =
			(PAGE_SIZE << SITES_ORDER) / slubx_site_size();
}

/* Lists the objects of @s in use and returns their number. May sleep. */
unsigned long slubx_cache_report_leaks(struct slubx_kmem_cache *s)
{
	struct slubx_leaks leaks = { .s = s };
	bool tracked = slubx_is_tracked(s);

	pr_err("slubx: cache '%s' closed with objects in use; %s:\n", s->name,
	       tracked ? "the oldest first" : "each by slab and offset");
	mutex_lock(&free_map_lock);
	if (tracked)
		make_room(&leaks);
	slubx_walk_slabs(s, report_slab, &leaks);
	slubx_leaks_find(s, &leaks);
	report_tracked(&leaks);
	mutex_unlock(&free_map_lock);
	free_pages((unsigned long)leaks.sites.memory, SITES_ORDER);
	return leaks.total;
}
EXPORT_SYMBOL_SLUBX(slubx_cache_report_leaks);
