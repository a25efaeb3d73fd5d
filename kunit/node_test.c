// SPDX-License-Identifier: GPL-2.0
/*
 * node_test.c - slabs are given to a node: which are listed and where, which
 * stay full, which are freed. Taking them is in node_take_test.c, walks over
 * the list in node_list_test.c.
 */
#include "scene.h"

#define SIZE 256

struct bed {
	struct slubx_kmem_cache *s;
	struct slubx_kmem_cache_node *n;
	int node;
	unsigned int objects; /* of a slab */
	void **x;	      /* room for so many */
};

static struct bed *make_bed(struct kunit *test)
{
	struct bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bed);
	bed->s = slubx_scene_cache(test, SIZE, 0);
	bed->node = numa_mem_id();
	bed->n = bed->s->node[bed->node];
	bed->objects = bed->s->layout.oo.objects;
	bed->x = kunit_kcalloc(test, bed->objects, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bed->x);
	return bed;
}

/* A frozen slab with @used objects in use, and its making not among events. */
static struct slubx_slab *slab_with(struct kunit *test, struct bed *bed,
				    unsigned int used, void **x)
{
	struct slubx_slab *slab =
		slubx_scene_slab(test, bed->s, bed->node, used, x);

	slubx_stat_clear(bed->s);
	return slab;
}

static struct slubx_slab *listed_with(struct kunit *test, struct bed *bed,
				      unsigned int used, void **x)
{
	struct slubx_slab *slab =
		slubx_scene_listed(test, bed->s, bed->node, used, x);

	slubx_stat_clear(bed->s);
	return slab;
}

static void free_one(struct bed *bed, struct slubx_slab *slab, void *x)
{
	slubx_node_free(bed->s, slab, x, x, 1);
}

static void expect_slabs(struct kunit *test, struct bed *bed, long slabs)
{
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bed->n->nr_slabs), slabs);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bed->n->total_objects),
			slabs * bed->objects);
	EXPECT_VALID(test, node, bed->s, bed->n);
	EXPECT_VALID(test, cache, bed->s);
}

/* The node keeps as many empty slabs as it may. */
static void fill_up(struct kunit *test, struct bed *bed)
{
	while (bed->n->nr_partial < bed->s->min_partial)
		listed_with(test, bed, 0, NULL);
}

/* ---- A cpu slab is put back ----------------------------------------------*/

static void put_owners_free_objects_to_head(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *first = listed_with(test, bed, 2, NULL);
	struct slubx_slab *slab = slab_with(test, bed, 3, NULL);

	slubx_node_put(bed->s, slab, slubx_scene_own(slab));
	EXPECT_EVENTS(test, bed->s, { DEACTIVATE_TO_HEAD, 1 });
	EXPECT_COUNTERS(test, slab, 3, 0);
	EXPECT_LIST(test, bed->n, slab, first);
	expect_slabs(test, bed, 2);
	slubx_scene_free_all(test, bed->s);
}

/* Objects that others freed: the slab may fill up no more, so it goes last. */
static void put_remote_frees_to_tail(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *first = listed_with(test, bed, 2, NULL);
	struct slubx_slab *slab = slab_with(test, bed, 3, NULL);
	struct slubx_slab *both = slab_with(test, bed, 4, bed->x);
	void *freelist = slubx_scene_own(both);

	slubx_node_put(bed->s, slab, NULL);
	EXPECT_EVENTS(test, bed->s, { DEACTIVATE_TO_TAIL, 1 },
		      { DEACTIVATE_REMOTE_FREES, 1 });
	EXPECT_COUNTERS(test, slab, 3, 0);
	slubx_stat_clear(bed->s);

	free_one(bed, both, bed->x[0]);
	EXPECT_EVENTS(test, bed->s, { FREE_FROZEN, 1 });
	EXPECT_COUNTERS(test, both, bed->objects - 1, 1);
	slubx_node_put(bed->s, both, freelist);
	EXPECT_EVENTS(test, bed->s, { DEACTIVATE_TO_TAIL, 1 },
		      { DEACTIVATE_REMOTE_FREES, 1 });
	EXPECT_COUNTERS(test, both, 3, 0);
	EXPECT_LIST(test, bed->n, first, slab, both);
	expect_slabs(test, bed, 3);
	slubx_scene_free_all(test, bed->s);
}

static void put_full_is_on_no_list(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab = slab_with(test, bed, bed->objects, NULL);

	slubx_node_put(bed->s, slab, NULL);
	EXPECT_EVENTS(test, bed->s, { DEACTIVATE_FULL, 1 });
	EXPECT_COUNTERS(test, slab, bed->objects, 0);
	EXPECT_VALID(test, slab, slab);
	KUNIT_EXPECT_EQ(test, bed->n->nr_partial, 0UL);
	expect_slabs(test, bed, 1);
	slubx_scene_free_all(test, bed->s);
}

static void put_empty_is_kept_up_to_min_partial(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	unsigned long min = bed->s->min_partial;
	struct slubx_slab *slab;

	fill_up(test, bed);
	expect_slabs(test, bed, min);
	slab = slab_with(test, bed, 0, NULL);
	slubx_node_put(bed->s, slab, slubx_scene_own(slab));
	EXPECT_EVENTS(test, bed->s, { DEACTIVATE_EMPTY, 1 }, { FREE_SLAB, 1 });
	KUNIT_EXPECT_EQ(test, bed->n->nr_partial, min);
	expect_slabs(test, bed, min);

	/* One with an object in use is listed, however many there are. */
	slab = slab_with(test, bed, 1, NULL);
	slubx_node_put(bed->s, slab, slubx_scene_own(slab));
	EXPECT_EVENTS(test, bed->s, { DEACTIVATE_TO_HEAD, 1 });
	KUNIT_EXPECT_EQ(test, bed->n->nr_partial, min + 1);
	expect_slabs(test, bed, min + 1);
	slubx_scene_free_all(test, bed->s);
}

/* ---- A cpu's partial list is put back ------------------------------------*/

static struct slubx_slab *chain_up(struct slubx_slab **slabs,
				   unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		slabs[i]->next = i + 1 < count ? slabs[i + 1] : NULL;
	return slabs[0];
}

static void put_chain_to_tail_in_order(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *first = listed_with(test, bed, 2, NULL);
	struct slubx_slab *slabs[3];
	unsigned int i;

	for (i = 0; i < 3; i++)
		slabs[i] = slab_with(test, bed, 3 + i, NULL);
	slubx_node_put_chain(bed->s, chain_up(slabs, 3));
	EXPECT_EVENTS(test, bed->s, { FREE_ADD_PARTIAL, 3 });
	for (i = 0; i < 3; i++)
		EXPECT_COUNTERS(test, slabs[i], 3 + i, 0);
	EXPECT_LIST(test, bed->n, first, slabs[0], slabs[1], slabs[2]);
	expect_slabs(test, bed, 4);

	slubx_node_put_chain(bed->s, NULL);
	EXPECT_NO_EVENTS(test, bed->s);
	slubx_scene_free_all(test, bed->s);
}

static void put_chain_frees_what_is_too_many(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slabs[5];
	unsigned int i;

	for (i = 0; i < 5; i++)
		slabs[i] = slab_with(test, bed, i == 3, NULL);
	WRITE_ONCE(bed->s->min_partial, 2);
	slubx_node_put_chain(bed->s, chain_up(slabs, 5));
	EXPECT_EVENTS(test, bed->s, { FREE_ADD_PARTIAL, 3 },
		      { DEACTIVATE_EMPTY, 2 }, { FREE_SLAB, 2 });
	EXPECT_LIST(test, bed->n, slabs[0], slabs[1], slabs[3]);
	expect_slabs(test, bed, 3);
	slubx_scene_free_all(test, bed->s);
}

static void put_chain_over_nodes(struct kunit *test)
{
	int other = slubx_scene_other_node(test);
	struct bed *bed = make_bed(test);
	struct slubx_slab *slabs[4];
	unsigned int i;

	for (i = 0; i < 4; i++)
		slabs[i] = slubx_scene_slab(
			test, bed->s, i & 1 ? other : bed->node, 1 + i, NULL);
	slubx_stat_clear(bed->s);
	slubx_node_put_chain(bed->s, chain_up(slabs, 4));
	EXPECT_EVENTS(test, bed->s, { FREE_ADD_PARTIAL, 4 });
	EXPECT_LIST(test, bed->n, slabs[0], slabs[2]);
	EXPECT_LIST(test, bed->s->node[other], slabs[1], slabs[3]);
	expect_slabs(test, bed, 2);
	slubx_scene_free_all(test, bed->s);
}

/* ---- An object is freed --------------------------------------------------*/

static void free_to_full_lists_at_tail(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *first = listed_with(test, bed, 2, NULL);
	struct slubx_slab *slab = listed_with(test, bed, bed->objects, bed->x);

	EXPECT_LIST(test, bed->n, first);
	free_one(bed, slab, bed->x[0]);
	EXPECT_EVENTS(test, bed->s, { FREE_ADD_PARTIAL, 1 });
	EXPECT_COUNTERS(test, slab, bed->objects - 1, 0);
	EXPECT_LIST(test, bed->n, first, slab);

	/* It is there: nothing to move. */
	free_one(bed, slab, bed->x[1]);
	EXPECT_NO_EVENTS(test, bed->s);
	EXPECT_COUNTERS(test, slab, bed->objects - 2, 0);
	EXPECT_LIST(test, bed->n, first, slab);
	KUNIT_EXPECT_PTR_EQ(test, slab->fc.freelist, bed->x[1]);
	expect_slabs(test, bed, 2);
	slubx_scene_free_all(test, bed->s);
}

static void free_last_is_kept_up_to_min_partial(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab = listed_with(test, bed, 1, bed->x);
	unsigned long min = bed->s->min_partial;

	free_one(bed, slab, bed->x[0]);
	EXPECT_NO_EVENTS(test, bed->s);
	EXPECT_COUNTERS(test, slab, 0, 0);
	EXPECT_LIST(test, bed->n, slab);
	slubx_kmem_cache_shrink(bed->s);

	slab = listed_with(test, bed, 1, bed->x);
	fill_up(test, bed);
	free_one(bed, slab, bed->x[0]);
	EXPECT_EVENTS(test, bed->s, { FREE_REMOVE_PARTIAL, 1 },
		      { FREE_SLAB, 1 });
	KUNIT_EXPECT_EQ(test, bed->n->nr_partial, min - 1);
	expect_slabs(test, bed, min - 1);
}

/* All objects at once: the slab was on no list, and never gets on one. */
static void free_run_of_a_full_slab(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab = listed_with(test, bed, bed->objects, bed->x);
	unsigned int i;

	fill_up(test, bed);
	for (i = 0; i + 1 < bed->objects; i++)
		slubx_freelist_link(bed->s, bed->x[i], bed->x[i + 1]);
	slubx_node_free(bed->s, slab, bed->x[0], bed->x[bed->objects - 1],
			bed->objects);
	EXPECT_EVENTS(test, bed->s, { FREE_SLAB, 1 });
	expect_slabs(test, bed, bed->s->min_partial);
}

/* A cpu owns it: objects arrive, but the slab goes nowhere. */
static void free_to_frozen_moves_nothing(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *slab = slab_with(test, bed, bed->objects, bed->x);
	unsigned int i;

	for (i = 0; i < bed->objects; i++)
		free_one(bed, slab, bed->x[i]);
	EXPECT_EVENTS(test, bed->s, { FREE_FROZEN, bed->objects });
	EXPECT_COUNTERS(test, slab, 0, 1);
	EXPECT_VALID(test, slab, slab);
	KUNIT_EXPECT_EQ(test, bed->n->nr_partial, 0UL);
	slubx_node_put(bed->s, slab, NULL);
	EXPECT_LIST(test, bed->n, slab);
	expect_slabs(test, bed, 1);
}

/* More than are in use, of any slab: a double free, and nothing changes. */
static void expect_refused(struct kunit *test, struct bed *bed,
			   struct slubx_slab *slab, unsigned int count)
{
	union slubx_freelist_counters before = slubx_pair_read(slab);
	bool freed;

	EXPECT_ERRORS(test, 0,
		      freed = slubx_node_free(bed->s, slab, bed->x[0],
					      bed->x[0], count));
	KUNIT_EXPECT_FALSE(test, freed);
	KUNIT_EXPECT_PTR_EQ(test, slab->fc.freelist, before.freelist);
	KUNIT_EXPECT_EQ(test, slab->fc.counters.word, before.counters.word);
	EXPECT_NO_EVENTS(test, bed->s);
}

static void free_of_more_than_in_use_is_refused(struct kunit *test)
{
	struct bed *bed = make_bed(test);
	struct slubx_slab *listed = listed_with(test, bed, 2, bed->x);
	struct slubx_slab *empty = listed_with(test, bed, 1, bed->x);

	if (!SLUBX_HARDENED)
		kunit_skip(test, "not hardened");
	expect_refused(test, bed, listed, 3);
	free_one(bed, empty, bed->x[0]);
	expect_refused(test, bed, empty, 1);
	expect_slabs(test, bed, 2);
	slubx_scene_free_all(test, bed->s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(put_owners_free_objects_to_head),
	KUNIT_CASE(put_remote_frees_to_tail),
	KUNIT_CASE(put_full_is_on_no_list),
	KUNIT_CASE(put_empty_is_kept_up_to_min_partial),
	KUNIT_CASE(put_chain_to_tail_in_order),
	KUNIT_CASE(put_chain_frees_what_is_too_many),
	KUNIT_CASE(put_chain_over_nodes),
	KUNIT_CASE(free_to_full_lists_at_tail),
	KUNIT_CASE(free_last_is_kept_up_to_min_partial),
	KUNIT_CASE(free_run_of_a_full_slab),
	KUNIT_CASE(free_to_frozen_moves_nothing),
	KUNIT_CASE(free_of_more_than_in_use_is_refused),
	{},
};

SLUBX_SCENE_SUITE(node, cases);
