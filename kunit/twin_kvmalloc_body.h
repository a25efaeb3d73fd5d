/* SPDX-License-Identifier: GPL-2.0 */
/*
 * twin_kvmalloc_body.h - random operations on memory that need not be of one
 * piece, over either allocator.
 *
 * A part of twin_body.h, which includes it. Whether memory is of one piece is
 * compared only where it must be: up to a page.
 */
#define AREAS	 24
#define AREA_MAX (256 * 1024)

static struct piece areas[AREAS];

/* Some bytes, much memory, or an edge between one piece and many. */
static size_t random_area_bytes(struct rnd_state *random)
{
	u32 kind = twin_random(random, 8), more = twin_random(random, 3);

	if (kind < 3)
		return 1 + twin_random(random, 2 * PAGE_SIZE);
	if (kind < 5)
		return (PAGE_SIZE << twin_random(random, 6)) - 1 + more;
	return 1 + twin_random(random, AREA_MAX);
}

/* Flags with which vmalloc() may be asked, too. */
static gfp_t random_area_flags(struct rnd_state *random)
{
	static const gfp_t flags[] = { GFP_KERNEL, GFP_KERNEL, GFP_NOFS,
				       GFP_USER, GFP_KERNEL_ACCOUNT };

	return flags[twin_random(random, ARRAY_SIZE(flags))] | __GFP_NOWARN;
}

static void *alloc_area(struct rnd_state *random, size_t size, bool zeroed)
{
	gfp_t gfp = random_area_flags(random);
	int node = random_node(random);

	switch (twin_random(random, 4)) {
	case 0:
		return zeroed ? RUN(kvzalloc)(size, gfp) :
				RUN(kvmalloc)(size, gfp);
	case 1:
		return zeroed ? RUN(kvcalloc)(1, size, gfp) :
				RUN(kvmalloc_array)(size, 1, gfp);
	case 2:
		return zeroed ? RUN(kvzalloc_node)(size, gfp, node) :
				RUN(kvmalloc_node)(size, gfp, node);
	default:
		return RUN(kvmalloc)(size, zeroed ? gfp | __GFP_ZERO : gfp);
	}
}

static void note_area(struct twin_log *log, const struct piece *p)
{
	twin_note(log, TWIN_ALLOCATED, !!p->x);
	twin_note(log, TWIN_IN_PIECES,
		  p->size <= PAGE_SIZE && is_vmalloc_addr(p->x));
	twin_note(log, TWIN_MISALIGNED,
		  p->size >= PAGE_SIZE && offset_in_page(p->x) &&
			  is_vmalloc_addr(p->x));
}

static void get_area(struct twin_log *log, struct rnd_state *random,
		     struct piece *p)
{
	p->size = random_area_bytes(random);
	p->serial = prandom_u32_state(random);
	p->zeroed = twin_random(random, 2);
	p->x = alloc_area(random, p->size, p->zeroed);
	note_area(log, p);
	twin_note(log, TWIN_NOT_ZEROED,
		  p->x && p->zeroed && memchr_inv(p->x, 0, p->size));
	if (p->x)
		twin_fill(p->x, p->size, p->serial);
}

/* To no bytes it is never resized: what that gives has changed with time. */
static void resize_area(struct twin_log *log, struct rnd_state *random,
			struct piece *p)
{
	size_t size = random_area_bytes(random), kept = min(size, p->size);
	u8 *x = KVREALLOC(p->x, p->size, size, random_area_flags(random));

	twin_note(log, TWIN_ALLOCATED, !!x);
	if (!x)
		return;
	twin_note(log, TWIN_OVERWRITTEN,
		  !twin_is_kept(x, p->size, p->serial, kept));
	p->x = x;
	p->size = size;
	twin_fill(x, size, p->serial);
}

static void drop_area(struct twin_log *log, struct rnd_state *random,
		      struct piece *p)
{
	check_piece(log, p);
	if (twin_random(random, 4))
		RUN(kvfree)(p->x);
	else
		RUN(kvfree_sensitive)(p->x, p->size);
	p->x = NULL;
}

/* Too much for both, or no size at all. */
static void note_areas_refused(struct twin_log *log, struct rnd_state *random)
{
	size_t n = SIZE_MAX / 16 + 2 + twin_random(random, 1000);
	size_t too_much = INT_MAX + 1UL + twin_random(random, 1000);
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;

	OPTIMIZER_HIDE_VAR(n);
	twin_note(log, TWIN_ALLOCATED, !!RUN(kvmalloc_array)(n, 16, gfp));
	twin_note(log, TWIN_ALLOCATED, !!RUN(kvcalloc)(16, n, gfp));
	twin_note(log, TWIN_ALLOCATED, !!RUN(kvmalloc)(too_much, gfp));
	twin_note(log, TWIN_ALLOCATED, RUN(kvmalloc)(0, gfp) == ZERO_SIZE_PTR);
	RUN(kvfree)(NULL);
	RUN(kvfree)(ZERO_SIZE_PTR);
}

static void areas_step(struct twin_log *log, struct rnd_state *random)
{
	struct piece *p = &areas[twin_random(random, AREAS)];
	u32 what = twin_random(random, 32);

	if (!p->x)
		get_area(log, random, p);
	else if (what < 12)
		drop_area(log, random, p);
	else if (what < 24)
		resize_area(log, random, p);
	else if (what < 31)
		check_piece(log, p);
	else
		note_areas_refused(log, random);
}

static void in_pieces(struct twin_log *log, u64 seed)
{
	struct rnd_state random;
	unsigned int i;

	twin_seed(&random, seed);
	memset(areas, 0, sizeof(areas));
	for (log->step = 0; log->step < 300; log->step++)
		areas_step(log, &random);
	for (i = 0; i < AREAS; i++, log->step++)
		if (areas[i].x)
			drop_area(log, &random, &areas[i]);
}
