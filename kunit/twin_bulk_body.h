/* SPDX-License-Identifier: GPL-2.0 */
/*
 * twin_bulk_body.h - many objects in one call, over either allocator.
 *
 * A part of twin_body.h, which includes it.
 */
#define BULK_MAX 64

static void *bulk[BULK_MAX];

static void alloc_in_bulk(struct twin_log *log, struct rnd_state *random,
			  struct cache *c)
{
	gfp_t gfp = twin_random(random, 2) && !c->ctor ?
			    GFP_KERNEL | __GFP_ZERO :
			    GFP_KERNEL;
	u32 count = twin_random(random, BULK_MAX + 1);
	struct burst burst = {};
	struct object *o;
	u32 i;

	count = min(count, c->live_max - c->live);
	if (!RUN(kmem_cache_alloc_bulk)(c->s, gfp, count, bulk))
		count = 0;
	for (i = 0; i < count; i++) {
		o = &c->object[c->live++];
		o->x = bulk[i];
		o->serial = prandom_u32_state(random);
		look_at(c, o->x, &burst);
		if (gfp & __GFP_ZERO)
			burst.not_zeroed += !!memchr_inv(o->x, 0, c->size);
		twin_fill(o->x, c->size, o->serial);
	}
	burst.allocated = count;
	note_burst(log, &burst);
}

/* Any of the objects, in any order: so of many slabs. */
static void free_in_bulk(struct twin_log *log, struct rnd_state *random,
			 struct cache *c)
{
	u32 i, count = twin_random(random, BULK_MAX + 1), overwritten = 0;

	count = min(count, c->live);
	for (i = 0; i < count; i++) {
		struct object *o = &c->object[twin_random(random, c->live)];

		overwritten += !twin_is_filled(o->x, c->size, o->serial);
		if (c->ctor)
			*(unsigned long *)o->x = CONSTRUCTED;
		bulk[i] = o->x;
		*o = c->object[--c->live];
	}
	twin_note(log, TWIN_OVERWRITTEN, overwritten);
	if (twin_random(random, 2))
		RUN(kmem_cache_free_bulk)(c->s, count, bulk);
	else
		RUN(kfree_bulk)(count, bulk);
}

/* Objects of many caches and whole pages, freed as one. */
static void sizes_in_bulk(struct twin_log *log, struct rnd_state *random)
{
	u32 i, count = 0;
	size_t size;

	for (i = 0; i < BULK_MAX; i++) {
		size = random_bytes(random) ?: 1;
		bulk[count] = RUN(kmalloc)(size, GFP_KERNEL | __GFP_NOWARN);
		twin_note(log, TWIN_ALLOCATED, !!bulk[count]);
		if (!bulk[count])
			continue;
		twin_fill(bulk[count], size, i);
		count++;
	}
	RUN(kfree_bulk)(count, bulk);
}

static void bulk_step(struct twin_log *log, struct rnd_state *random,
		      struct cache *c)
{
	u32 what = twin_random(random, 32);

	if (what < 14)
		alloc_in_bulk(log, random, c);
	else if (what < 27)
		free_in_bulk(log, random, c);
	else if (what < 29)
		check_live(log, c);
	else if (what < 31)
		twin_note(log, TWIN_SHRUNK, RUN(kmem_cache_shrink)(c->s));
	else
		sizes_in_bulk(log, random);
}

static void in_bulk(struct twin_log *log, u64 seed)
{
	struct cache *c = &caches[0];
	struct rnd_state random;

	twin_seed(&random, seed);
	create_random(log, &random, c);
	if (!c->s)
		return;
	for (log->step = 0; log->step < 200; log->step++)
		bulk_step(log, &random, c);
	destroy(log, &random, c);
}
