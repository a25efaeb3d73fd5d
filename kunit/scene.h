/* SPDX-License-Identifier: GPL-2.0 */
/*
 * scene.h - what the suites of the paths (pair to free) share: a case that
 * stays on one cpu with the counters on, private slabs, frees from other cpus,
 * and the exact sum of all events.
 *
 * The caches of a scene are nobody else's, so whatever their counters say, the
 * case has done.
 */
#ifndef _SLUBX_KUNIT_SCENE_H
#define _SLUBX_KUNIT_SCENE_H

#include "common.h"
#include "../slubx/cache.h"
#include "../slubx/cpu.h"
#include "../slubx/stat.h"

#define SLUBX_SCENE_SUITE(stem, cases)              \
	struct kunit_suite slubx_##stem##_suite = { \
		.name = "slubx_" #stem,             \
		.init = slubx_scene_init,           \
		.exit = slubx_scene_exit,           \
		.test_cases = cases,                \
	}

int slubx_scene_init(struct kunit *test);
void slubx_scene_exit(struct kunit *test);

/* A cache that is merged with none and takes nothing from other nodes. */
struct slubx_kmem_cache *
slubx_scene_cache(struct kunit *test, unsigned int size, slubx_flags_t flags);

/* Another cpu than this; another node with memory. Or the case is skipped. */
int slubx_scene_other_cpu(struct kunit *test);
int slubx_scene_other_node(struct kunit *test);

void *slubx_scene_alloc(struct kunit *test, struct slubx_kmem_cache *s);
void slubx_scene_alloc_many(struct kunit *test, struct slubx_kmem_cache *s,
			    void **x, unsigned int count);
void slubx_scene_free_many(struct slubx_kmem_cache *s, void **x,
			   unsigned int count);
void slubx_scene_free_on(struct kunit *test, int cpu,
			 struct slubx_kmem_cache *s, void **x,
			 unsigned int count);

/*
 * A slab that no cpu knows of: frozen, @used of its objects in use and in @x
 * (which may be NULL), the others on its own freelist. To be given to node.c.
 */
struct slubx_slab *slubx_scene_slab(struct kunit *test,
				    struct slubx_kmem_cache *s, int node,
				    unsigned int used, void **x);
/* The same, listed by its node (or, if it is full, by none). */
struct slubx_slab *slubx_scene_listed(struct kunit *test,
				      struct slubx_kmem_cache *s, int node,
				      unsigned int used, void **x);
/*
 * Waits until others have counted @count up to @value. Threads of a case wait
 * for each other in no other way: without preemption whoever spins may keep
 * off his cpu the one he waits for.
 */
static inline void slubx_scene_wait(const atomic_t *count, int value)
{
	while (atomic_read(count) < value)
		cond_resched();
}

/* Makes the owner's what is on the slab's freelist, as a cpu does. */
void *slubx_scene_own(struct slubx_slab *slab);

/* Frees every object of @s that is in use, however it came about. */
void slubx_scene_free_all(struct kunit *test, struct slubx_kmem_cache *s);

/* Does the partial list of @n hold these, in this order, and no others? */
void slubx_scene_expect_list(struct kunit *test,
			     struct slubx_kmem_cache_node *n, int line,
			     struct slubx_slab *const *slabs,
			     unsigned int count);

#define EXPECT_LIST(test, n, ...)                                     \
	do {                                                          \
		struct slubx_slab *const __slabs[] = { __VA_ARGS__ }; \
									   \
		slubx_scene_expect_list(test, n, __LINE__, __slabs,   \
					ARRAY_SIZE(__slabs));         \
	} while (0)

struct slubx_event {
	enum slubx_stat_item item;
	unsigned int count;
};

void slubx_scene_expect_events(struct kunit *test, struct slubx_kmem_cache *s,
			       int line, const struct slubx_event *events,
			       unsigned int count);

/*
 * Since the last time these events of @s came, that often, and no others:
 * EXPECT_EVENTS(test, s, { ALLOC_SLOWPATH, 1 }, { ALLOC_SLAB, 1 }). Where the
 * fast path is off an allocation takes the slow one; that is allowed for.
 */
#define EXPECT_EVENTS(test, s, ...)                                    \
	do {                                                           \
		const struct slubx_event __events[] = { __VA_ARGS__ }; \
									   \
		slubx_scene_expect_events(test, s, __LINE__, __events, \
					  ARRAY_SIZE(__events));       \
	} while (0)

#define EXPECT_NO_EVENTS(test, s) \
	slubx_scene_expect_events(test, s, __LINE__, NULL, 0)

/* Of @slab: objects not on its own freelist, and is it a cpu's? */
#define EXPECT_COUNTERS(test, slab, inuse_, frozen_)                    \
	do {                                                            \
		union slubx_counters __c = (slab)->fc.counters;         \
									   \
		KUNIT_EXPECT_EQ(test, __c.inuse + 0U, (inuse_) + 0U);   \
		KUNIT_EXPECT_EQ(test, __c.frozen + 0U, (frozen_) + 0U); \
	} while (0)

static inline struct slubx_kmem_cache_cpu *
slubx_scene_this_cpu(struct slubx_kmem_cache *s)
{
	return raw_cpu_ptr(s->cpu_slab);
}

static inline struct slubx_kmem_cache_node *
slubx_scene_node_of(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	return s->node[slubx_slab_nid(slab)];
}

/* Objects on a freelist of @s. */
static inline unsigned int slubx_scene_length(struct slubx_kmem_cache *s,
					      void *freelist)
{
	unsigned int count = 0;

	for (; freelist; freelist = slubx_freelist_next(s, freelist))
		count++;
	return count;
}

#endif /* _SLUBX_KUNIT_SCENE_H */
