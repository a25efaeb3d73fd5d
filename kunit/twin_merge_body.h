/* SPDX-License-Identifier: GPL-2.0 */
/*
 * twin_merge_body.h - caches that share slabs, over either allocator.
 *
 * The second half of twin_body.h, which includes it.
 */
#define MERGED 24

/* No other cache has all three, so these merge only with each other. */
#define MERGE_FLAGS (FLAG(CACHE_DMA32) | FLAG(RECLAIM_ACCOUNT) | FLAG(ACCOUNT))

static CACHE *merged[MERGED];
static char merged_names[MERGED][TWIN_NAME_LEN];

static CACHE *create_mergeable(unsigned int nr, unsigned int size,
			       unsigned int align)
{
	snprintf(merged_names[nr], TWIN_NAME_LEN, "slubx_twin_%u", names++);
	return RUN(kmem_cache_create)(merged_names[nr], size, align,
				      MERGE_FLAGS, NULL);
}

static bool can_merge(void)
{
	bool same;

	merged[0] = create_mergeable(0, 24, 0);
	merged[1] = create_mergeable(1, 24, 0);
	same = merged[0] && merged[0] == merged[1];
	RUN(kmem_cache_destroy)(merged[1]);
	RUN(kmem_cache_destroy)(merged[0]);
	merged[0] = NULL;
	merged[1] = NULL;
	return same;
}

static unsigned int first_like(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < MERGED; i++)
		if (merged[i] == merged[nr] && i != nr)
			break;
	return i;
}

static void make_mergeable(struct twin_log *log, struct rnd_state *random,
			   unsigned int nr)
{
	unsigned int size = 1 + twin_random(random, 100);
	unsigned int align =
		twin_random(random, 3) ? 0 : 1u << twin_random(random, 8);

	merged[nr] = create_mergeable(nr, size, align);
	twin_note(log, TWIN_CREATED, !!merged[nr]);
	if (!merged[nr])
		return;
	twin_note(log, TWIN_SAME_AS, first_like(nr));
	twin_note(log, TWIN_SIZE, RUN(kmem_cache_size)(merged[nr]));
	twin_note(log, TWIN_ALIASES,
		  twin_read_number(TREE, merged_names[nr], "aliases"));
	twin_note(log, TWIN_SLAB_SIZE,
		  twin_read_number(TREE, merged_names[nr], "slab_size"));
}

static void merges(struct twin_log *log, u64 seed)
{
	struct rnd_state random;
	unsigned int nr;

	twin_seed(&random, seed);
	for (log->step = 0; log->step < 60; log->step++) {
		nr = twin_random(&random, MERGED);
		if (!merged[nr]) {
			make_mergeable(log, &random, nr);
			continue;
		}
		RUN(kmem_cache_destroy)(merged[nr]);
		merged[nr] = NULL;
	}
	for (nr = 0; nr < MERGED; nr++) {
		RUN(kmem_cache_destroy)(merged[nr]);
		merged[nr] = NULL;
	}
}
