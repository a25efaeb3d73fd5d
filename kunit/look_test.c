// SPDX-License-Identifier: GPL-2.0
/*
 * look_test.c - a picture of a slab shows whose it is and each object as it is.
 *
 * What must be seen is known from how the scene was made: which objects were
 * taken, and by whom they were freed.
 */
#include <linux/bitmap.h>

#include "scene.h"
#include "../slubx/flush.h"
#include "../slubx/look.h"
#include "../slubx/walk.h"

static struct slubx_look *new_look(struct kunit *test,
				   struct slubx_kmem_cache *s)
{
	size_t longs = BITS_TO_LONGS(s->layout.oo.objects);
	struct slubx_look *look =
		kunit_kzalloc(test, sizeof(*look), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, look);
	look->room = s->layout.oo.objects;
	look->own = kunit_kcalloc(test, longs, sizeof(long), GFP_KERNEL);
	look->ready = kunit_kcalloc(test, longs, sizeof(long), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, look->own);
	KUNIT_ASSERT_NOT_NULL(test, look->ready);
	/* What was there before must not show. */
	bitmap_fill(look->own, s->layout.oo.objects);
	bitmap_fill(look->ready, s->layout.oo.objects);
	return look;
}

/* What must be seen. Objects of neither list are in use, or free as told. */
struct expected {
	enum slubx_slab_state state;
	int cpu;
	void **used;
	unsigned int nr_used;
	void **own;
	unsigned int nr_own;
};

static bool among(void *x, void **list, unsigned int count)
{
	while (count--)
		if (list[count] == x)
			return true;
	return false;
}

/* Free objects that are not on the slab's own list are on the cpu's, if any. */
static void expect_object(struct kunit *test, const struct slubx_look *look,
			  const struct expected *e, int line, unsigned int i,
			  void *x)
{
	bool used = among(x, e->used, e->nr_used);
	bool own = among(x, e->own, e->nr_own) ||
		   (!used && e->state != SLUBX_SLAB_CPU);

	KUNIT_EXPECT_EQ_MSG(test, test_bit(i, look->own), own,
			    "line %d: object %u", line, i);
	KUNIT_EXPECT_EQ_MSG(test, test_bit(i, look->ready), !used && !own,
			    "line %d: object %u", line, i);
}

static void expect(struct kunit *test, struct slubx_kmem_cache *s,
		   struct slubx_slab *slab, int line, struct expected e)
{
	struct slubx_look *look = new_look(test, s);
	unsigned int i;

	KUNIT_ASSERT_TRUE_MSG(test, slubx_look_at(s, slab, look), "line %d",
			      line);
	KUNIT_EXPECT_EQ_MSG(test, look->state, e.state, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, look->cpu, e.cpu, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, look->inuse, e.nr_used, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, look->objects, s->layout.oo.objects,
			    "line %d", line);
	for (i = 0; i < look->objects; i++)
		expect_object(test, look, &e, line, i,
			      slubx_slab_object(slab, i));
}

#define EXPECT(test, s, slab, state_, cpu_, ...)                           \
	expect(test, s, slab, __LINE__,                                    \
	       (struct expected){ .state = SLUBX_SLAB_##state_,            \
				  .cpu = (cpu_),                \
				  __VA_ARGS__ })
#define USED(list, count) .used = (list), .nr_used = (count)
#define OWN(list, count) .own = (list), .nr_own = (count)

/* ---- States --------------------------------------------------------------*/

#define MANY 8

static void cpu_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	int this = raw_smp_processor_id();
	struct slubx_slab *slab;
	void *x[MANY];

	slubx_scene_alloc_many(test, s, x, MANY);
	slab = slubx_virt_to_slab(x[0]);
	EXPECT(test, s, slab, CPU, this, USED(x, MANY));
	slubx_kmem_cache_free(s, x[MANY - 1]);
	EXPECT(test, s, slab, CPU, this, USED(x, MANY - 1));
	slubx_scene_free_on(test, slubx_scene_other_cpu(test), s, x, 3);
	EXPECT(test, s, slab, CPU, this, USED(x + 3, MANY - 4), OWN(x, 3));
	slubx_flush_all(s);
	EXPECT(test, s, slab, PARTIAL, -1, USED(x + 3, MANY - 4));
	slubx_scene_free_many(s, x + 3, MANY - 4);
	EXPECT(test, s, slab, EMPTY, -1, USED(NULL, 0));
}

struct elsewhere {
	struct slubx_kmem_cache *s;
	void *x[MANY];
};

static void alloc_some(void *data)
{
	struct elsewhere *e = data;
	unsigned int i;

	for (i = 0; i < MANY; i++)
		e->x[i] = slubx_kmem_cache_alloc(e->s, GFP_KERNEL);
}

static void cpu_slab_of_another(struct kunit *test)
{
	struct elsewhere *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);
	int other = slubx_scene_other_cpu(test);

	KUNIT_ASSERT_NOT_NULL(test, e);
	e->s = slubx_scene_cache(test, 256, 0);
	slubx_test_on_cpu(test, other, alloc_some, e);
	slubx_kmem_cache_free(e->s, e->x[0]);
	EXPECT(test, e->s, slubx_virt_to_slab(e->x[1]), CPU, other,
	       USED(e->x + 1, MANY - 1), OWN(e->x, 1));
	slubx_scene_free_many(e->s, e->x + 1, MANY - 1);
}

static void full_and_cpu_partial(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 1024, 0);
	unsigned int objects = s->layout.oo.objects;
	int other = slubx_scene_other_cpu(test);
	struct slubx_slab *slab[3];
	unsigned int i;
	void **x;

	if (!slubx_has_cpu_partial(s))
		kunit_skip(test, "built without cpu partial lists");
	x = kunit_kcalloc(test, 3 * objects, sizeof(*x), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	for (i = 0; i < 3; i++)
		slab[i] = slubx_scene_listed(test, s, NUMA_NO_NODE, objects,
					     x + i * objects);
	EXPECT(test, s, slab[0], FULL, -1, USED(x, objects));

	/* Two on one list, so that either place in it is looked at. */
	slubx_scene_free_on(test, other, s, x, 1);
	slubx_scene_free_on(test, other, s, x + objects, 2);
	slubx_kmem_cache_free(s, x[2 * objects]);
	EXPECT(test, s, slab[0], CPU_PARTIAL, other, USED(x + 1, objects - 1));
	EXPECT(test, s, slab[1], CPU_PARTIAL, other,
	       USED(x + objects + 2, objects - 2));
	EXPECT(test, s, slab[2], CPU_PARTIAL, raw_smp_processor_id(),
	       USED(x + 2 * objects + 1, objects - 1));
	slubx_flush_all(s);
	EXPECT(test, s, slab[1], PARTIAL, -1,
	       USED(x + objects + 2, objects - 2));
	slubx_scene_free_all(test, s);
}

/* Frozen, and no cpu has it: between two owners. */
static void moving(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	struct slubx_slab *slab =
		slubx_scene_slab(test, s, NUMA_NO_NODE, 3, NULL);
	struct slubx_look *look = new_look(test, s);

	KUNIT_EXPECT_TRUE(test, slubx_look_at(s, slab, look));
	KUNIT_EXPECT_EQ(test, look->state, SLUBX_SLAB_MOVING);
	KUNIT_EXPECT_EQ(test, look->cpu, -1);
	KUNIT_EXPECT_EQ(test, look->inuse, 3U);

	/* Also if a cpu had it once. */
	slab->cpu = raw_smp_processor_id();
	KUNIT_EXPECT_TRUE(test, slubx_look_at(s, slab, look));
	KUNIT_EXPECT_EQ(test, look->state, SLUBX_SLAB_MOVING);
	slubx_node_put(s, slab, NULL);
	slubx_scene_free_all(test, s);
}

static void no_slab_of_this_cache(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	struct slubx_kmem_cache *t = slubx_scene_cache(test, 256, 0);
	struct slubx_look *look = new_look(test, s);
	struct slubx_slab *slab;
	struct page *page;

	slab = slubx_scene_slab(test, s, NUMA_NO_NODE, 0, NULL);
	KUNIT_EXPECT_FALSE(test, slubx_look_at(t, slab, look));
	page = slubx_slab_page(slab);
	get_page(page);
	slubx_slab_free(s, slab);
	KUNIT_EXPECT_FALSE(test, slubx_look_at(s, slab, look));
	put_page(page);
}

/* ---- While others work ---------------------------------------------------*/

struct busy {
	struct slubx_kmem_cache *s;
	struct slubx_look *look;
	void **kept;
	unsigned int nr_kept;
	atomic_t done;
	unsigned int looks;
	unsigned int wrong;
	unsigned int moving;
};

static void churn(struct busy *busy)
{
	unsigned int i;
	void *x[MANY];

	while (!atomic_read(&busy->done)) {
		for (i = 0; i < MANY; i++)
			x[i] = slubx_kmem_cache_alloc(busy->s, GFP_KERNEL);
		for (i = 0; i < MANY; i++)
			if (x[i])
				slubx_kmem_cache_free(busy->s, x[i]);
		cond_resched();
	}
}

/* An object that is kept is in use in every picture; and the sums are right. */
static void look_for(struct busy *busy, void *x)
{
	struct slubx_slab *slab = slubx_virt_to_slab(x);
	struct slubx_look *look = busy->look;
	unsigned int i = slubx_slab_index(slab, x), objects;

	busy->looks++;
	if (!slubx_look_at(busy->s, slab, look)) {
		busy->wrong++;
		return;
	}
	if (look->state == SLUBX_SLAB_MOVING) {
		busy->moving++;
		return;
	}
	objects = look->inuse + bitmap_weight(look->own, look->objects) +
		  bitmap_weight(look->ready, look->objects);
	if (test_bit(i, look->own) || test_bit(i, look->ready) ||
	    objects != look->objects)
		busy->wrong++;
}

static void churn_or_look(void *data)
{
	struct busy *busy = data;
	unsigned int i, round;

	if (raw_smp_processor_id() != cpumask_first(cpu_online_mask)) {
		churn(busy);
		return;
	}
	for (round = 0; round < 40; round++) {
		for (i = 0; i < busy->nr_kept; i++)
			look_for(busy, busy->kept[i]);
		cond_resched();
	}
	atomic_inc(&busy->done);
}

static void looked_at_while_others_work(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 512, 0);
	struct busy *busy = kunit_kzalloc(test, sizeof(*busy), GFP_KERNEL);
	unsigned int i;

	slubx_scene_other_cpu(test);
	KUNIT_ASSERT_NOT_NULL(test, busy);
	busy->s = s;
	busy->nr_kept = 16;
	busy->look = new_look(test, s);
	busy->kept =
		kunit_kcalloc(test, busy->nr_kept, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, busy->kept);
	/* One object of each slab: all others come and go. */
	for (i = 0; i < busy->nr_kept; i++)
		slubx_scene_listed(test, s, NUMA_NO_NODE, 1, busy->kept + i);
	slubx_test_on_cpus(test, cpu_online_mask, churn_or_look, busy);
	KUNIT_EXPECT_EQ(test, busy->wrong, 0U);
	/* How many are caught in a change depends on who is faster. */
	KUNIT_EXPECT_LT(test, busy->moving, busy->looks);
	slubx_scene_free_many(s, busy->kept, busy->nr_kept);
	EXPECT_VALID(test, cache, s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cpu_slab),
	KUNIT_CASE(cpu_slab_of_another),
	KUNIT_CASE(full_and_cpu_partial),
	KUNIT_CASE(moving),
	KUNIT_CASE(no_slab_of_this_cache),
	KUNIT_CASE(looked_at_while_others_work),
	{},
};

SLUBX_SCENE_SUITE(look, cases);
