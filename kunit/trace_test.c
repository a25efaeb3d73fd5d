// SPDX-License-Identifier: GPL-2.0
/*
 * trace_test.c - each event comes when it should, once, and says what is so.
 *
 * How events look in tracefs is for the shell (qemu/tests/32-trace.sh).
 */
#include <linux/tracepoint.h>

#include "scene.h"
#include "../slubx/flush.h"
#include "../slubx/trace.h"

#define SIZE 256

/* What the probes saw of one cache, or of large memory. */
struct seen {
	struct slubx_kmem_cache *s;
	unsigned int allocs, frees, slow_allocs, slow_frees;
	unsigned int slabs_new, slabs_free, added, removed, flushes;
	unsigned int large_allocs, large_frees;
	enum slubx_rung rung;
	enum slubx_freed_to freed_to;
	const void *ptr, *slab;
	unsigned long call_site;
	gfp_t gfp;
	unsigned int order;
	size_t bytes;
};

static void on_alloc(void *data, struct slubx_kmem_cache *s, const void *ptr,
		     gfp_t gfp, int node, unsigned long call_site)
{
	struct seen *seen = data;

	if (s != seen->s)
		return;
	seen->allocs++;
	seen->ptr = ptr;
	seen->gfp = gfp;
	seen->call_site = call_site;
}

static void on_free(void *data, struct slubx_kmem_cache *s, const void *ptr,
		    unsigned long call_site)
{
	struct seen *seen = data;

	if (s != seen->s)
		return;
	seen->frees++;
	seen->ptr = ptr;
	seen->call_site = call_site;
}

static void on_large_alloc(void *data, const void *ptr, size_t bytes,
			   unsigned int order, gfp_t gfp, int node)
{
	struct seen *seen = data;

	seen->large_allocs++;
	seen->ptr = ptr;
	seen->bytes = bytes;
	seen->order = order;
}

static void on_large_free(void *data, const void *ptr, unsigned int order)
{
	struct seen *seen = data;

	seen->large_frees++;
	seen->ptr = ptr;
	seen->order = order;
}

static void on_slab_new(void *data, struct slubx_kmem_cache *s,
			const struct slubx_slab *slab, const void *address,
			unsigned int order, int node)
{
	struct seen *seen = data;

	if (s != seen->s)
		return;
	seen->slabs_new++;
	seen->slab = address;
	seen->order = order;
}

static void on_slab_free(void *data, struct slubx_kmem_cache *s,
			 const struct slubx_slab *slab, const void *address,
			 unsigned int order, int node)
{
	struct seen *seen = data;

	if (s != seen->s)
		return;
	seen->slabs_free++;
	seen->slab = address;
	seen->order = order;
}

static void on_alloc_slow(void *data, struct slubx_kmem_cache *s, gfp_t gfp,
			  int node, enum slubx_rung rung)
{
	struct seen *seen = data;

	if (s != seen->s)
		return;
	seen->slow_allocs++;
	seen->rung = rung;
}

static void on_free_slow(void *data, struct slubx_kmem_cache *s,
			 const void *ptr, unsigned int count,
			 enum slubx_freed_to to)
{
	struct seen *seen = data;

	if (s != seen->s)
		return;
	seen->slow_frees += count;
	seen->freed_to = to;
}

static void on_cpu_flush(void *data, struct slubx_kmem_cache *s, int cpu)
{
	struct seen *seen = data;

	seen->flushes += s == seen->s;
}

static void on_partial_add(void *data, struct slubx_kmem_cache *s,
			   const struct slubx_slab *slab, const void *address,
			   int node, unsigned long nr_partial)
{
	struct seen *seen = data;

	seen->added += s == seen->s;
}

static void on_partial_remove(void *data, struct slubx_kmem_cache *s,
			      const struct slubx_slab *slab,
			      const void *address, int node,
			      unsigned long nr_partial)
{
	struct seen *seen = data;

	seen->removed += s == seen->s;
}

/* ---- A case that listens -------------------------------------------------*/

/* One case at a time. */
static struct seen seen;

/* Every event of slubx, each with its probe. */
#define FOR_EACH_EVENT(do_)                                                \
	do {                                                               \
		do_(alloc);                                                \
		do_(free);                                                 \
		do_(large_alloc);                                          \
		do_(large_free);                                           \
		do_(slab_new);                                             \
		do_(slab_free);                                            \
		do_(alloc_slow);                                           \
		do_(free_slow);                                            \
		do_(cpu_flush);                                            \
		do_(partial_add);                                          \
		do_(partial_remove);                                       \
	} while (0)

static int listen(struct kunit *test)
{
	int err;

#define REGISTER(event) \
	(err = err ?: register_trace_slubx_##event(on_##event, &seen))
	err = slubx_scene_init(test);
	seen = (struct seen){};
	if (IS_ENABLED(CONFIG_TRACEPOINTS))
		FOR_EACH_EVENT(REGISTER);
	return err;
#undef REGISTER
}

static void be_deaf(struct kunit *test)
{
#define UNREGISTER(event) unregister_trace_slubx_##event(on_##event, &seen)
	if (IS_ENABLED(CONFIG_TRACEPOINTS))
		FOR_EACH_EVENT(UNREGISTER);
	tracepoint_synchronize_unregister();
	slubx_scene_exit(test);
#undef UNREGISTER
}

/* A cache whose events are seen. */
static struct slubx_kmem_cache *make(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		kunit_skip(test, "a kernel without tracepoints");
	seen.s = slubx_scene_cache(test, SIZE, 0);
	return seen.s;
}

/* ---- Cases ---------------------------------------------------------------*/

static bool is_here(unsigned long site, void *function)
{
	return site - (unsigned long)function < 1024;
}

static noinline void *alloc_here(struct slubx_kmem_cache *s)
{
	void *x = slubx_kmem_cache_alloc(s, GFP_ATOMIC | __GFP_ZERO);

	barrier(); /* the call must not become a jump */
	return x;
}

static noinline void free_here(struct slubx_kmem_cache *s, void *x)
{
	slubx_kmem_cache_free(s, x);
	barrier();
}

static void alloc_and_free(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	void *x = alloc_here(s);

	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, seen.allocs, 1U);
	KUNIT_EXPECT_PTR_EQ(test, seen.ptr, x);
	KUNIT_EXPECT_TRUE(test, is_here(seen.call_site, alloc_here));
	KUNIT_EXPECT_EQ(test, (__force unsigned int)seen.gfp,
			(__force unsigned int)(GFP_ATOMIC | __GFP_ZERO));
	seen.ptr = NULL;
	free_here(s, x);
	KUNIT_EXPECT_EQ(test, seen.frees, 1U);
	KUNIT_EXPECT_PTR_EQ(test, seen.ptr, x);
	KUNIT_EXPECT_TRUE(test, is_here(seen.call_site, free_here));
}

/* What is refused is no free. */
static void nothing_freed_is_no_event(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	void *x = alloc_here(s);

	free_here(s, x);
	EXPECT_ERRORS(test, 1, free_here(s, x));
	EXPECT_ERRORS(test, 1, free_here(s, NULL));
	KUNIT_EXPECT_EQ(test, seen.frees, 1U);
}

static void slow_alloc_says_from_where(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	struct slubx_slab *slab;
	void *x = slubx_scene_alloc(test, s);

	KUNIT_EXPECT_EQ(test, seen.slow_allocs, 1U);
	KUNIT_EXPECT_EQ(test, seen.rung, SLUBX_RUNG_NEW);
	KUNIT_EXPECT_EQ(test, seen.slabs_new, 1U);
	slab = slubx_virt_to_slab(x);
	KUNIT_EXPECT_PTR_EQ(test, seen.slab,
			    (const void *)slubx_slab_address(slab));
	KUNIT_EXPECT_EQ(test, seen.order, slubx_slab_order(slab));

	slubx_flush_all(s);
	KUNIT_EXPECT_EQ(test, seen.flushes, 1U);
	KUNIT_EXPECT_EQ(test, seen.added, 1U);
	slubx_kmem_cache_free(s, slubx_scene_alloc(test, s));
	KUNIT_EXPECT_EQ(test, seen.rung, SLUBX_RUNG_NODE);
	KUNIT_EXPECT_EQ(test, seen.removed, 1U);
	slubx_kmem_cache_free(s, x);
}

static void slow_free_says_to_what(struct kunit *test)
{
	int other = slubx_scene_other_cpu(test);
	struct slubx_kmem_cache *s = make(test);
	void *x[3];

	slubx_scene_alloc_many(test, s, x, 3);
	slubx_scene_free_on(test, other, s, x, 1);
	KUNIT_EXPECT_EQ(test, seen.slow_frees, 1U);
	KUNIT_EXPECT_EQ(test, seen.freed_to, SLUBX_FREED_TO_FROZEN);
	slubx_flush_all(s);
	slubx_kmem_cache_free(s, x[1]);
	KUNIT_EXPECT_EQ(test, seen.freed_to, SLUBX_FREED_TO_PARTIAL);
	slubx_kmem_cache_free(s, x[2]);
	KUNIT_EXPECT_EQ(test, seen.freed_to, SLUBX_FREED_TO_NODE);
	KUNIT_EXPECT_EQ(test, seen.slow_frees, 3U);
}

static void slab_goes(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	void *x = slubx_scene_alloc(test, s);
	const void *slab = slubx_slab_address(slubx_virt_to_slab(x));

	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_EQ(test, seen.slabs_free, 0U);
	slubx_kmem_cache_shrink(s);
	KUNIT_EXPECT_EQ(test, seen.slabs_free, 1U);
	KUNIT_EXPECT_PTR_EQ(test, seen.slab, slab);
}

static noinline bool alloc_bulk_here(struct slubx_kmem_cache *s, void **x)
{
	bool done = slubx_kmem_cache_alloc_bulk(s, GFP_KERNEL, 5, x);

	barrier();
	return done;
}

static noinline void free_bulk_here(struct slubx_kmem_cache *s, void **x)
{
	slubx_kmem_cache_free_bulk(s, 5, x);
	barrier();
}

/* Of many at once each object is an event. */
static void in_bulk(struct kunit *test)
{
	struct slubx_kmem_cache *s = make(test);
	void *x[5];

	KUNIT_ASSERT_TRUE(test, alloc_bulk_here(s, x));
	KUNIT_EXPECT_EQ(test, seen.allocs, 5U);
	KUNIT_EXPECT_TRUE(test, is_here(seen.call_site, alloc_bulk_here));
	free_bulk_here(s, x);
	KUNIT_EXPECT_EQ(test, seen.frees, 5U);
	KUNIT_EXPECT_TRUE(test, is_here(seen.call_site, free_bulk_here));
}

static void large_memory(struct kunit *test)
{
	void *x;

	make(test);
	x = slubx_kmalloc(20000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, seen.large_allocs, 1U);
	KUNIT_EXPECT_PTR_EQ(test, seen.ptr, x);
	KUNIT_EXPECT_EQ(test, seen.bytes, (size_t)20000);
	KUNIT_EXPECT_EQ(test, seen.order, (unsigned int)get_order(20000));
	seen.ptr = NULL;
	slubx_kfree(x);
	KUNIT_EXPECT_EQ(test, seen.large_frees, 1U);
	KUNIT_EXPECT_PTR_EQ(test, seen.ptr, x);
}

/* A string's memory is put down to who wanted it, not to who made it. */
static noinline void *make_for_caller(void)
{
	void *x = slubx_kmalloc_track_caller(SIZE, GFP_KERNEL);

	barrier();
	return x;
}

static noinline void *want(void)
{
	void *x = make_for_caller();

	barrier();
	return x;
}

static void on_behalf_of_a_caller(struct kunit *test)
{
	void *x;

	make(test);
	x = slubx_kmalloc(SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	if (SLUBX_RANDOM_KMALLOC)
		kunit_skip(test, "which copy of a class is chance");
	seen.s = slubx_virt_to_slab(x)->slab_cache;
	slubx_kfree(x);
	x = want();
	KUNIT_EXPECT_PTR_EQ(test, seen.ptr, x);
	KUNIT_EXPECT_TRUE(test, is_here(seen.call_site, want));
	slubx_kfree(x);
	seen.s = NULL;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(alloc_and_free),
	KUNIT_CASE(nothing_freed_is_no_event),
	KUNIT_CASE(slow_alloc_says_from_where),
	KUNIT_CASE(slow_free_says_to_what),
	KUNIT_CASE(slab_goes),
	KUNIT_CASE(in_bulk),
	KUNIT_CASE(large_memory),
	KUNIT_CASE(on_behalf_of_a_caller),
	{},
};

struct kunit_suite slubx_trace_suite = {
	.name = "slubx_trace",
	.init = listen,
	.exit = be_deaf,
	.test_cases = cases,
};
