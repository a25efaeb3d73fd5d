/* SPDX-License-Identifier: GPL-2.0 */
/*
 * twin_body.h - random operations on caches, over either allocator.
 *
 * Included by a file that says which: RUN(fn) names a function of it, CACHE and
 * FLAGS are types, FLAG(X) is a flag, TREE its directory in sysfs, TWIN the
 * struct to define. No decision may hang on anything but the seed: not on
 * addresses, not on what a call returned.
 */
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/nodemask.h>

#include "twin.h"

#define CACHES 4
#define LIVE_MAX 160
#define BYTES_MAX (1024 * 1024)

struct object {
	u8 *x;
	u32 serial;
};

struct cache {
	CACHE *s;
	char name[TWIN_NAME_LEN];
	unsigned int size, align;
	FLAGS flags;
	bool ctor;
	unsigned int live, live_max;
	struct object object[LIVE_MAX];
};

/* One run at a time: KUnit's cases don't overlap. */
static struct cache caches[CACHES];
static atomic_long_t ctor_calls[CACHES];
static unsigned int names;
static unsigned long starts[LIVE_MAX];

/* ---- Constructors --------------------------------------------------------*/

#define CONSTRUCTED 0x5ca1ab1e0ddba11UL

/* A constructor is not told of which cache it is: one for each. */
static void construct(unsigned int cache, void *x)
{
	*(unsigned long *)x = CONSTRUCTED;
	/* KFENCE makes objects one by one, outside of slabs. */
	if (!is_kfence_address(x))
		atomic_long_inc(&ctor_calls[cache]);
}

static void ctor_0(void *x)
{
	construct(0, x);
}

static void ctor_1(void *x)
{
	construct(1, x);
}

static void ctor_2(void *x)
{
	construct(2, x);
}

static void ctor_3(void *x)
{
	construct(3, x);
}

static void (*const ctors[CACHES])(void *x) = { ctor_0, ctor_1, ctor_2,
						ctor_3 };

/* ---- Creation ------------------------------------------------------------*/

static unsigned int random_size(struct rnd_state *random)
{
	switch (twin_random(random, 8)) {
	case 0:
		return 1 + twin_random(random, 16);
	case 1:
		return 8u << twin_random(random, 11);
	case 2:
		return 4096 + twin_random(random, 28 * 1024);
	default:
		return 1 + twin_random(random, 2048);
	}
}

static unsigned int random_align(struct rnd_state *random)
{
	return twin_random(random, 2) ? 0 : 1u << twin_random(random, 13);
}

/* NOLEAKTRACE keeps both from merging the cache, and has no other effect. */
static FLAGS random_flags(struct rnd_state *random)
{
	FLAGS flags = FLAG(NOLEAKTRACE);

	if (!twin_random(random, 3))
		flags |= FLAG(HWCACHE_ALIGN);
	if (!twin_random(random, 4))
		flags |= FLAG(RECLAIM_ACCOUNT);
	if (!twin_random(random, 4))
		flags |= FLAG(ACCOUNT);
	if (!twin_random(random, 5))
		flags |= FLAG(CACHE_DMA32);
	if (!twin_random(random, 4))
		flags |= FLAG(TYPESAFE_BY_RCU);
	return flags;
}

static void note_layout(struct twin_log *log, const struct cache *c)
{
	const struct twin_file *file;

	if (!log->with_layout)
		return;
	for (file = twin_layout_files; file->name; file++)
		twin_note(log, file->what,
			  twin_read_number(TREE, c->name, file->name));
}

static void create(struct twin_log *log, struct cache *c)
{
	unsigned int nr = c - caches;

	snprintf(c->name, sizeof(c->name), "slubx_twin_%u", names++);
	atomic_long_set(&ctor_calls[nr], 0);
	c->live = 0;
	c->live_max = min_t(unsigned int, LIVE_MAX, BYTES_MAX / c->size);
	c->s = RUN(kmem_cache_create)(c->name, c->size, c->align, c->flags,
				      c->ctor ? ctors[nr] : NULL);
	twin_note(log, TWIN_CREATED, !!c->s);
	if (!c->s)
		return;
	twin_note(log, TWIN_SIZE, RUN(kmem_cache_size)(c->s));
	note_layout(log, c);
}

static void create_random(struct twin_log *log, struct rnd_state *random,
			  struct cache *c)
{
	c->size = random_size(random);
	c->align = random_align(random);
	c->flags = random_flags(random);
	c->ctor = !twin_random(random, 4) && c->size >= sizeof(long);
	create(log, c);
}

/* ---- Objects -------------------------------------------------------------*/

/* What is wrong with the objects of one burst. */
struct burst {
	unsigned int allocated, misaligned, not_zeroed, wrong_node,
		unconstructed, overwritten;
};

static gfp_t random_gfp(struct rnd_state *random)
{
	static const gfp_t flags[] = {
		GFP_KERNEL, GFP_KERNEL, GFP_NOIO, GFP_NOFS,
		GFP_ATOMIC, GFP_NOWAIT, GFP_USER, GFP_KERNEL | __GFP_NOFAIL,
	};

	return flags[twin_random(random, ARRAY_SIZE(flags))] | __GFP_NOWARN;
}

static int random_node(struct rnd_state *random)
{
	u32 nth = twin_random(random, num_node_state(N_MEMORY));
	int node;

	for_each_node_state(node, N_MEMORY)
		if (!nth--)
			return node;
	return NUMA_NO_NODE;
}

static void *alloc_on_node(struct cache *c, gfp_t gfp, int node, bool strict,
			   struct burst *burst)
{
	void *x = RUN(kmem_cache_alloc_node)(
		c->s, gfp | (strict ? __GFP_THISNODE : (__force gfp_t)0), node);

	if (x && strict && !is_kfence_address(x))
		burst->wrong_node += page_to_nid(virt_to_page(x)) != node;
	return x;
}

static void *alloc_somehow(struct cache *c, struct rnd_state *random,
			   struct burst *burst)
{
	gfp_t gfp = random_gfp(random);
	u32 way = twin_random(random, 4);
	int node = random_node(random);
	bool strict = twin_random(random, 2);
	void *x;

	if (way == 1)
		return alloc_on_node(c, gfp, node, strict, burst);
	/* A constructor's work is not to be zeroed. */
	if (way > 1 || c->ctor)
		return RUN(kmem_cache_alloc)(c->s, gfp);
	x = RUN(kmem_cache_zalloc)(c->s, gfp);
	if (x)
		burst->not_zeroed += !!memchr_inv(x, 0, c->size);
	return x;
}

static void look_at(struct cache *c, const u8 *x, struct burst *burst)
{
	burst->misaligned += !IS_ALIGNED((unsigned long)x, c->align ?: 1);
	if (c->ctor)
		burst->unconstructed += *(unsigned long *)x != CONSTRUCTED;
	else if (!(c->flags & FLAG(TYPESAFE_BY_RCU)) &&
		 want_init_on_alloc(GFP_KERNEL))
		burst->not_zeroed += !!memchr_inv(x, 0, c->size);
}

static void note_burst(struct twin_log *log, const struct burst *burst)
{
	twin_note(log, TWIN_ALLOCATED, burst->allocated);
	twin_note(log, TWIN_MISALIGNED, burst->misaligned);
	twin_note(log, TWIN_NOT_ZEROED, burst->not_zeroed);
	twin_note(log, TWIN_WRONG_NODE, burst->wrong_node);
	twin_note(log, TWIN_UNCONSTRUCTED, burst->unconstructed);
	twin_note(log, TWIN_OVERWRITTEN, burst->overwritten);
}

static void alloc_burst(struct twin_log *log, struct rnd_state *random,
			struct cache *c, unsigned int count)
{
	struct burst burst = {};
	struct object *o;

	while (count-- && c->live < c->live_max) {
		o = &c->object[c->live];
		o->serial = prandom_u32_state(random);
		o->x = alloc_somehow(c, random, &burst);
		if (!o->x)
			break;
		look_at(c, o->x, &burst);
		twin_fill(o->x, c->size, o->serial);
		c->live++;
		burst.allocated++;
	}
	note_burst(log, &burst);
}

static void free_one(struct cache *c, unsigned int i, struct burst *burst)
{
	struct object o = c->object[i];

	burst->overwritten += !twin_is_filled(o.x, c->size, o.serial);
	if (c->ctor)
		*(unsigned long *)o.x = CONSTRUCTED;
	RUN(kmem_cache_free)(c->s, o.x);
	c->object[i] = c->object[--c->live];
}

/* From the end, from the beginning, or in any order. */
static void free_burst(struct twin_log *log, struct rnd_state *random,
		       struct cache *c, unsigned int count)
{
	u32 order = twin_random(random, 3);
	struct burst burst = {};

	while (count-- && c->live) {
		if (order == 0)
			free_one(c, c->live - 1, &burst);
		else if (order == 1)
			free_one(c, 0, &burst);
		else
			free_one(c, twin_random(random, c->live), &burst);
	}
	twin_note(log, TWIN_OVERWRITTEN, burst.overwritten);
}

static void check_live(struct twin_log *log, struct cache *c)
{
	unsigned int i, overwritten = 0;

	for (i = 0; i < c->live; i++) {
		struct object *o = &c->object[i];

		overwritten += !twin_is_filled(o->x, c->size, o->serial);
		starts[i] = (unsigned long)o->x;
	}
	twin_note(log, TWIN_OVERWRITTEN, overwritten);
	twin_note(log, TWIN_OVERLAPPING,
		  twin_overlaps(starts, c->live, c->size));
}

/* ---- The end of a cache --------------------------------------------------*/

static void note_objects_left(struct twin_log *log, const struct cache *c)
{
	twin_note(log, TWIN_OBJECTS_LEFT,
		  twin_read_number(TREE, c->name, "total_objects"));
	twin_note(log, TWIN_INFO_OBJECTS_LEFT,
		  TWIN_HAS_INFO ? twin_read_info_objects(c->name) : 0);
}

static void destroy(struct twin_log *log, struct rnd_state *random,
		    struct cache *c)
{
	free_burst(log, random, c, c->live);
	twin_note(log, TWIN_SHRUNK, RUN(kmem_cache_shrink)(c->s));
	if (log->with_layout)
		note_objects_left(log, c);
	RUN(kmem_cache_destroy)(c->s);
	c->s = NULL;
}

/* ---- The bodies ----------------------------------------------------------*/

static void one_step(struct twin_log *log, struct rnd_state *random)
{
	struct cache *c = &caches[twin_random(random, CACHES)];
	u32 what = twin_random(random, 64);
	u32 count = 1 + twin_random(random, LIVE_MAX / 4);

	if (!c->s)
		create_random(log, random, c);
	else if (what < 30)
		alloc_burst(log, random, c, count);
	else if (what < 56)
		free_burst(log, random, c, count);
	else if (what < 60)
		check_live(log, c);
	else if (what < 63)
		twin_note(log, TWIN_SHRUNK, RUN(kmem_cache_shrink)(c->s));
	else
		destroy(log, random, c);
}

static void random_walk(struct twin_log *log, u64 seed)
{
	struct rnd_state random;
	unsigned int i;

	twin_seed(&random, seed);
	for (log->step = 0; log->step < 300; log->step++)
		one_step(log, &random);
	for (i = 0; i < CACHES; i++, log->step++)
		if (caches[i].s)
			destroy(log, &random, &caches[i]);
}

/* Constructors run once for each object of each slab, and for no other. */
static void constructors(struct twin_log *log, u64 seed)
{
	struct cache *c = &caches[0];
	struct rnd_state random;
	long calls, objects;

	twin_seed(&random, seed);
	c->size = sizeof(long) + twin_random(&random, 3000);
	c->align = random_align(&random);
	c->flags = random_flags(&random);
	c->ctor = true;
	create(log, c);
	if (!c->s)
		return;
	alloc_burst(log, &random, c, 1 + twin_random(&random, LIVE_MAX));
	calls = atomic_long_read(&ctor_calls[0]);
	objects = twin_read_number(TREE, c->name, "objs_per_slab");
	twin_note(log, TWIN_CTOR_ENOUGH, calls >= c->live);
	twin_note(log, TWIN_CTOR_CALLS_ODD,
		  objects > 0 ? calls % objects : objects);
	twin_note(log, TWIN_CTOR_CALLS_OFF,
		  calls - twin_read_number(TREE, c->name, "total_objects"));
	free_burst(log, &random, c, c->live);
	twin_note(log, TWIN_CTOR_CALLS_OFF,
		  calls - atomic_long_read(&ctor_calls[0]));
	destroy(log, &random, c);
}

#include "twin_merge_body.h"
#include "twin_kmalloc_body.h"
#include "twin_kvmalloc_body.h"
#include "twin_bulk_body.h"

const struct twin TWIN = {
	.name = TREE,
	.random_walk = random_walk,
	.merges = merges,
	.sizes = sizes,
	.in_pieces = in_pieces,
	.in_bulk = in_bulk,
	.constructors = constructors,
	.can_merge = can_merge,
};
