// SPDX-License-Identifier: GPL-2.0
/*
 * sites.c - sorts the objects in use of a cache with SLUBX_STORE_USER by who
 * allocated them.
 *
 * Floor 7. Takes no lock of its own.
 */
#include <linux/jhash.h>
#include <linux/sort.h>

#include "held.h"
#include "sites.h"

/* Places that are looked at for one object. */
#define MAX_STEPS 64U

static bool is_same(const struct slubx_site *site,
		    const struct slubx_track *track, size_t waste)
{
	return site->addr == track->addr && site->stack == track->stack &&
	       site->waste == waste;
}

/* The entry of that place, or an empty one; NULL: there is no room. */
static struct slubx_site *find(const struct slubx_sites *sites,
			       const struct slubx_track *track, size_t waste)
{
	u32 hash = jhash_3words((u32)track->addr, track->stack, (u32)waste, 0);
	unsigned int i, at = hash % sites->room;
	struct slubx_site *site;

	/* Under a lock: a table so full that this is not enough is full. */
	for (i = 0; i < min(sites->room, MAX_STEPS); i++) {
		site = slubx_site(sites, at);
		if (!site->count || is_same(site, track, waste))
			return site;
		at = at + 1 == sites->room ? 0 : at + 1;
	}
	return NULL;
}

static void begin(struct slubx_site *site, const struct slubx_track *track,
		  size_t waste)
{
	site->addr = track->addr;
	site->stack = track->stack;
	site->waste = waste;
	site->min_age = LONG_MAX;
	site->max_age = 0;
	site->min_pid = track->pid;
	site->max_pid = track->pid;
}

static void count(struct slubx_site *site, const struct slubx_track *track,
		  int node)
{
	long age = jiffies - track->when;

	site->count++;
	site->sum_age += age;
	site->min_age = min(site->min_age, age);
	site->max_age = max(site->max_age, age);
	site->min_pid = min(site->min_pid, track->pid);
	site->max_pid = max(site->max_pid, track->pid);
	if (track->cpu >= 0 && track->cpu < (int)nr_cpu_ids)
		__set_bit(track->cpu, site->cpus);
	node_set(node, site->nodes);
}

static void add(const struct slubx_held *held, void *arg)
{
	const struct slubx_track *track = held->track;
	struct slubx_sites *sites = arg;
	struct slubx_site *site = find(sites, track, held->waste);

	if (!site) {
		sites->lost++;
		return;
	}
	if (!site->count) {
		begin(site, track, held->waste);
		sites->count++;
	}
	count(site, track, held->node);
}

/* The most objects first; empty entries last. */
static int by_count(const void *a, const void *b)
{
	const struct slubx_site *one = a, *other = b;

	if (one->count == other->count)
		return 0;
	return one->count < other->count ? 1 : -1;
}

/*
 * Fills @sites with who allocated the objects of @s that are in use or, by @item,
 * who had freed them before. Sorted. May sleep.
 */
void slubx_sites_collect(struct slubx_kmem_cache *s, struct slubx_sites *sites,
			 enum slubx_track_item item)
{
	slubx_held_visit(s, item, add, sites);
	sort(sites->memory, sites->room, slubx_site_size(), by_count, NULL);
}
EXPORT_SYMBOL_SLUBX(slubx_sites_collect);
