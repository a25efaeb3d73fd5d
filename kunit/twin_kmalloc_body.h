/* SPDX-License-Identifier: GPL-2.0 */
/*
 * twin_kmalloc_body.h - random operations on memory of any size, over either
 * allocator.
 *
 * A part of twin_body.h, which includes it. As there nothing may hang on what a
 * call returned; so a piece of memory that could not be had is a step without
 * effect, for both.
 */
#define PIECES	  96
#define PIECE_MAX (64 * 1024)

struct piece {
	u8 *x;
	size_t size;
	u32 serial;
	bool zeroed; /* as far as it was never written to */
};

static struct piece pieces[PIECES];

/* ---- Requests ------------------------------------------------------------*/

/* An edge of a class, few bytes, some, many; or none at all. */
static size_t random_bytes(struct rnd_state *random)
{
	u32 kind = twin_random(random, 16), more = twin_random(random, 3);

	if (!kind)
		return 0;
	if (kind < 5)
		return (8u << twin_random(random, 14)) - 1 + more;
	if (kind < 7)
		return (twin_random(random, 2) ? 96 : 192) - 1 + more;
	if (kind < 14)
		return 1 + twin_random(random, 1024);
	return 1 + twin_random(random, PIECE_MAX);
}

/*
 * Pages in plenty are had for sure only by who may wait; and ZONE_DMA has few.
 * The caller's flags choose the cache.
 */
static gfp_t random_flags_for(struct rnd_state *random, size_t size)
{
	static const gfp_t flags[] = { GFP_KERNEL, GFP_NOIO,   GFP_NOFS,
				       GFP_USER,   GFP_ATOMIC, GFP_NOWAIT };
	static const gfp_t types[] = {
		0,
		0,
		0,
		__GFP_ACCOUNT,
		__GFP_RECLAIMABLE,
		__GFP_ACCOUNT | __GFP_RECLAIMABLE,
	};
	gfp_t gfp = flags[twin_random(random, ARRAY_SIZE(flags))];
	gfp_t type = types[twin_random(random, ARRAY_SIZE(types))];

	if (size > KMALLOC_MAX_CACHE_SIZE)
		gfp = GFP_KERNEL;
	else if (IS_ENABLED(CONFIG_ZONE_DMA) && !twin_random(random, 8))
		type |= GFP_DMA;
	return gfp | type | __GFP_NOWARN;
}

/* Too much, with or without an overflow on the way to it. */
static void note_refused(struct twin_log *log, struct rnd_state *random)
{
	size_t n = SIZE_MAX / 16 + 2 + twin_random(random, 1000);
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	void *x[] = {
		RUN(kmalloc_array)(n, 16, gfp),
		RUN(kcalloc)(16, n, gfp),
		RUN(kmalloc_array_node)(n, 16, gfp, NUMA_NO_NODE),
		RUN(kcalloc_node)(16, n, gfp, NUMA_NO_NODE),
		RUN(krealloc_array)(NULL, n, 16, gfp),
		RUN(kmalloc)(n, gfp),
		RUN(kmalloc)(KMALLOC_MAX_SIZE + 1 + n % 999, gfp),
		RUN(kzalloc_node)(n, gfp, NUMA_NO_NODE),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(x); i++)
		twin_note(log, TWIN_ALLOCATED, !!x[i]);
}

/* ---- Allocation ----------------------------------------------------------*/

enum {
	WAYS_PLAIN = 6,
	WAYS_ZEROED = 3,
	WAYS_NODE = 3,
	WAYS_NODE_ZEROED = 2
};

static void *alloc_plain(u32 way, size_t size, gfp_t gfp)
{
	switch (way) {
	case 0:
		return RUN(kmalloc)(size, gfp);
	case 1:
		return RUN(kmalloc_array)(size, 1, gfp);
	case 2:
		return RUN(kmalloc_track_caller)(size, gfp);
	case 3:
		return RUN(krealloc)(NULL, size, gfp);
	case 4:
		return RUN(krealloc)(ZERO_SIZE_PTR, size, gfp);
	default:
		return RUN(krealloc_array)(NULL, 1, size, gfp);
	}
}

static void *alloc_zeroed(u32 way, size_t size, gfp_t gfp)
{
	switch (way) {
	case 0:
		return RUN(kzalloc)(size, gfp);
	case 1:
		return RUN(kcalloc)(size, 1, gfp);
	default:
		return RUN(krealloc)(NULL, size, gfp | __GFP_ZERO);
	}
}

static void *alloc_node(u32 way, size_t size, gfp_t gfp, int node)
{
	switch (way) {
	case 0:
		return RUN(kmalloc_node)(size, gfp, node);
	case 1:
		return RUN(kmalloc_array_node)(1, size, gfp, node);
	default:
		return RUN(kmalloc_node_track_caller)(size, gfp, node);
	}
}

static void *alloc_node_zeroed(u32 way, size_t size, gfp_t gfp, int node)
{
	if (way)
		return RUN(kcalloc_node)(1, size, gfp, node);
	return RUN(kzalloc_node)(size, gfp, node);
}

static void *alloc_bytes(struct twin_log *log, struct rnd_state *random,
			 struct piece *p)
{
	gfp_t gfp = random_flags_for(random, p->size);
	bool strict = twin_random(random, 2);
	int node = random_node(random);
	u32 way = twin_random(random, 16);
	void *x;

	if (strict && !(gfp & __GFP_DMA))
		gfp |= __GFP_THISNODE;
	p->zeroed = way & 1;
	if (way < 8) {
		gfp &= ~__GFP_THISNODE;
		return p->zeroed ? alloc_zeroed(way / 2 % WAYS_ZEROED, p->size,
						gfp) :
				   alloc_plain(twin_random(random, WAYS_PLAIN),
					       p->size, gfp);
	}
	x = p->zeroed ? alloc_node_zeroed(way / 2 % WAYS_NODE_ZEROED, p->size,
					  gfp, node) :
			alloc_node(way / 2 % WAYS_NODE, p->size, gfp, node);
	if (!ZERO_OR_NULL_PTR(x) && (gfp & __GFP_THISNODE) &&
	    !is_kfence_address(x))
		twin_note(log, TWIN_WRONG_NODE,
			  page_to_nid(virt_to_page(x)) != node);
	else
		twin_note(log, TWIN_WRONG_NODE, 0);
	return x;
}

/* KFENCE's objects, which are few, are as large as they were asked for. */
static void note_size(struct twin_log *log, const struct piece *p)
{
	size_t size = is_kfence_address(p->x) ?
			      RUN(kmalloc_size_roundup)(p->size) :
			      RUN(ksize)(p->x);

	if (log->with_layout)
		twin_note(log, TWIN_KSIZE, size);
}

static bool is_misaligned(const u8 *x, size_t size)
{
	size_t align = ARCH_KMALLOC_MINALIGN;

	if (is_power_of_2(size))
		align = min_t(size_t, max(size, align), PAGE_SIZE);
	return !IS_ALIGNED((unsigned long)x, align);
}

/*
 * All but the contents, which a reallocation keeps. So it does the place, which
 * is only as good as the size was then that was asked for.
 */
static void note_piece(struct twin_log *log, const struct piece *p, bool moved)
{
	bool some = !ZERO_OR_NULL_PTR(p->x);

	/* 2: the address of no bytes. */
	twin_note(log, TWIN_ALLOCATED, p->x ? 1 + !some : 0);
	if (!p->x)
		return;
	note_size(log, p);
	twin_note(log, TWIN_ROUNDUP, RUN(kmalloc_size_roundup)(p->size));
	twin_note(log, TWIN_MISALIGNED,
		  some && moved && is_misaligned(p->x, p->size));
}

static void get_piece(struct twin_log *log, struct rnd_state *random,
		      struct piece *p)
{
	bool some;

	p->size = random_bytes(random);
	p->serial = prandom_u32_state(random);
	p->x = alloc_bytes(log, random, p);
	some = !ZERO_OR_NULL_PTR(p->x);
	note_piece(log, p, true);
	twin_note(log, TWIN_NOT_ZEROED,
		  some && p->zeroed && memchr_inv(p->x, 0, p->size));
	if (some)
		twin_fill(p->x, p->size, p->serial);
}

/* ---- A new size ----------------------------------------------------------*/

static void *realloc_bytes(struct rnd_state *random, const struct piece *p,
			   size_t size, gfp_t gfp)
{
	if (twin_random(random, 2))
		return RUN(krealloc)(p->x, size, gfp);
	return RUN(krealloc_array)(p->x, 1, size, gfp);
}

/*
 * Until 6.12 what is cut off was not zeroed. So only memory that never became
 * less, and was zeroed each time, is zero where it grew.
 */
static void resize_piece(struct twin_log *log, struct rnd_state *random,
			 struct piece *p)
{
	size_t size = random_bytes(random), kept = min(size, p->size);
	gfp_t gfp = random_flags_for(random, size) & ~GFP_DMA;
	struct piece old = *p;

	if (p->zeroed)
		gfp |= __GFP_ZERO;
	p->x = realloc_bytes(random, p, size, gfp);
	p->size = size;
	note_piece(log, p, p->x != old.x);
	if (!p->x) {
		*p = old;
		return;
	}
	if (log->with_layout)
		twin_note(log, TWIN_MOVED, p->x != old.x);
	p->zeroed &= size >= old.size;
	twin_note(log, TWIN_OVERWRITTEN,
		  kept && !twin_is_kept(p->x, old.size, old.serial, kept));
	twin_note(log, TWIN_NOT_ZEROED,
		  p->zeroed && size > old.size &&
			  memchr_inv(p->x + old.size, 0, size - old.size));
	if (size)
		twin_fill(p->x, size, p->serial);
}

/* What wraps leaves the old as it was. */
static void resize_to_too_much(struct twin_log *log, struct piece *p)
{
	size_t n = SIZE_MAX / 8 + 2;
	void *x;

	OPTIMIZER_HIDE_VAR(n);
	x = RUN(krealloc_array)(p->x, n, 8, GFP_KERNEL | __GFP_NOWARN);
	twin_note(log, TWIN_ALLOCATED, !!x);
	x = RUN(krealloc)(p->x, n, GFP_KERNEL | __GFP_NOWARN);
	twin_note(log, TWIN_ALLOCATED, !!x);
}

/* ---- The end -------------------------------------------------------------*/

static void check_piece(struct twin_log *log, const struct piece *p)
{
	twin_note(log, TWIN_OVERWRITTEN,
		  p->size && !twin_is_filled(p->x, p->size, p->serial));
}

static void drop_piece(struct twin_log *log, struct rnd_state *random,
		       struct piece *p)
{
	check_piece(log, p);
	switch (twin_random(random, 4)) {
	case 0:
		RUN(kfree_sensitive)(p->x);
		break;
	case 1:
		twin_note(log, TWIN_ALLOCATED,
			  RUN(krealloc)(p->x, 0, GFP_KERNEL) == ZERO_SIZE_PTR);
		break;
	default:
		RUN(kfree)(p->x);
	}
	p->x = NULL;
}

static void sizes_step(struct twin_log *log, struct rnd_state *random)
{
	struct piece *p = &pieces[twin_random(random, PIECES)];
	u32 what = twin_random(random, 32);

	if (!p->x)
		get_piece(log, random, p);
	else if (what < 12)
		drop_piece(log, random, p);
	else if (what < 24)
		resize_piece(log, random, p);
	else if (what < 30)
		check_piece(log, p);
	else if (what < 31)
		resize_to_too_much(log, p);
	else
		note_refused(log, random);
}

static void sizes(struct twin_log *log, u64 seed)
{
	struct rnd_state random;
	unsigned int i;

	twin_seed(&random, seed);
	memset(pieces, 0, sizeof(pieces));
	for (log->step = 0; log->step < 1000; log->step++)
		sizes_step(log, &random);
	for (i = 0; i < PIECES; i++, log->step++)
		if (pieces[i].x)
			drop_piece(log, &random, &pieces[i]);
}
