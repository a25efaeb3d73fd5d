// SPDX-License-Identifier: GPL-2.0
/*
 * debug_use_test.c - debugged caches in good hands: nothing is found, and objects
 * hold what they should; who has them is known. With twins of the kernel's own
 * slub_kunit cases, and the same counts.
 */
#include <linux/slab.h>

#include "census.h"
#include "debug_scene.h"
#include "files.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/debug/options.h"
#include "../slubx/freelist.h"
#include "../slubx/registry.h"
#include "../slubx/slab.h"

#define KMALLOC_FLAGS (SLUBX_TEST_FZPU | SLUBX_KMALLOC | SLUBX_NO_USER_FLAGS)

static const slubx_flags_t all_flags[] = {
	SLUBX_CONSISTENCY_CHECKS,
	SLUBX_RED_ZONE,
	SLUBX_POISON,
	SLUBX_STORE_USER,
	SLUBX_RED_ZONE | SLUBX_CONSISTENCY_CHECKS,
	SLUBX_POISON | SLUBX_CONSISTENCY_CHECKS,
	SLUBX_RED_ZONE | SLUBX_POISON,
	SLUBX_TEST_FZPU,
	SLUBX_TEST_FZPU | SLUBX_TYPESAFE_BY_RCU,
	SLUBX_TEST_FZPU | SLUBX_HWCACHE_ALIGN,
};

/* ---- Nothing wrong -------------------------------------------------------*/

static void use(struct kunit *test, slubx_flags_t flags, unsigned int size)
{
	struct slubx_kmem_cache *s = slubx_test_debug_cache(test, size, flags);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 3);
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, slubx_is_cold(s));
	EXPECT_FOUND(test, s, 0U, 0, {
		slubx_cache_validate(s);
		for (i = 0; i < herd->count; i += 2)
			slubx_test_herd_free(herd, i);
		slubx_cache_validate(s);
		EXPECT_VALID(test, cache, s);
		KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(herd));
		KUNIT_EXPECT_EQ(test, slubx_test_in_use(s),
				(unsigned long)herd->live);
		slubx_test_herd_free_all(herd);
		slubx_cache_validate(s);
		slubx_kmem_cache_shrink(s);
	});
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
	slubx_test_destroy(test, s);
}

static void good_use_finds_nothing(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 8, 60, 64, 1000, 5000 };
	struct slubx_test_census before;
	unsigned int i, j;

	slubx_test_census(test, &before);
	for (i = 0; i < ARRAY_SIZE(all_flags); i++)
		for (j = 0; j < ARRAY_SIZE(sizes); j++)
			use(test, all_flags[i], sizes[j]);
	EXPECT_UNCHANGED(test, &before);
}

/* Memory that was not written to shows that it was not. */
static void fresh_objects_are_poisoned(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, 64, SLUBX_POISON);
	u8 *x = slubx_test_debug_alloc(test, s);

	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0x6b, 63));
	KUNIT_EXPECT_EQ(test, x[63], (u8)0xa5);
	memset(x, 1, 64);
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0x6b, 63));
	x = slubx_kmem_cache_zalloc(s, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, 64));
	slubx_kmem_cache_free(s, x);
}

static void seven(void *x)
{
	memset(x, 7, 40);
}

static void a_constructors_work_stays(struct kunit *test)
{
	struct slubx_kmem_cache *s;
	u8 *x;

	s = slubx_test_keep(test, slubx_kmem_cache_create(
					  "debug_test", 40, 0,
					  SLUBX_TEST_FZPU | SLUBX_NO_USER_FLAGS,
					  seven));
	x = slubx_test_debug_alloc(test, s);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 7, 40));
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 7, 40));
	EXPECT_FOUND(test, s, 0U, 0, slubx_cache_validate(s));
}

/* No cpu ever owns a slab, so no fast path finds one. */
static void no_cpu_has_a_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, 64, SLUBX_CONSISTENCY_CHECKS);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 2);
	int cpu;

	slubx_test_herd_free(herd, 0);
	slubx_test_herd_free(herd, herd->count - 1);
	for_each_possible_cpu(cpu) {
		struct slubx_kmem_cache_cpu *c = per_cpu_ptr(s->cpu_slab, cpu);

		KUNIT_EXPECT_NULL(test, c->slab);
		KUNIT_EXPECT_NULL(test, c->freelist);
		KUNIT_EXPECT_NULL(test, c->partial);
	}
	KUNIT_EXPECT_EQ(test, s->cpu_partial, 0U);
	slubx_test_herd_free_all(herd);
}

/* A destroyed one takes its objects back, and looks at them. */
static void objects_come_home_late(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, 64, SLUBX_TEST_FZPU);
	u8 *x = slubx_test_debug_alloc(test, s);
	u8 *y = slubx_test_debug_alloc(test, s);

	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
	KUNIT_EXPECT_EQ(test, slubx_test_zombies(), 1UL);
	slubx_test_hear();
	y[64] = 0x12;
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(s, y));
	EXPECT_HEARD(test, 0, SLUBX_BAD_RIGHT_ZONE, y, y + 64);
	slubx_kmem_cache_free(s, y);
	slubx_kmem_cache_free(s, x);
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
}

/* ---- Who has it ----------------------------------------------------------*/

static void expect_track(struct kunit *test, const struct slubx_track *track)
{
	KUNIT_EXPECT_EQ(test, track->pid, current->pid);
	KUNIT_EXPECT_TRUE(test, time_before_eq(track->when, jiffies));
	KUNIT_EXPECT_TRUE(test, time_after(track->when, jiffies - HZ * 10));
	if (IS_ENABLED(CONFIG_STACKTRACE))
		KUNIT_EXPECT_TRUE(test,
				  within_module(track->addr, THIS_MODULE));
	if (IS_ENABLED(CONFIG_STACKDEPOT) && IS_ENABLED(CONFIG_STACKTRACE))
		KUNIT_EXPECT_NE(test, track->stack, 0U);
}

static void users_are_known(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, 64, SLUBX_STORE_USER);
	void *x = slubx_test_debug_alloc(test, s), *p[2];
	struct slubx_track *track = slubx_object_track(s, x, 0);

	expect_track(test, &track[SLUBX_TRACK_ALLOC]);
	KUNIT_EXPECT_EQ(test, track[SLUBX_TRACK_FREE].when, 0UL);
	KUNIT_EXPECT_EQ(test, track[SLUBX_TRACK_FREE].addr, 0UL);
	slubx_kmem_cache_free(s, x);
	expect_track(test, &track[SLUBX_TRACK_FREE]);

	memset(track, 0, 2 * sizeof(*track));
	x = slubx_test_debug_alloc(test, s);
	slubx_kfree(x);
	expect_track(test, &track[SLUBX_TRACK_FREE]);
	memset(track, 0, 2 * sizeof(*track));
	KUNIT_EXPECT_TRUE(test,
			  slubx_kmem_cache_alloc_bulk(s, GFP_KERNEL, 2, p));
	expect_track(test, slubx_object_track(s, p[1], SLUBX_TRACK_ALLOC));
	slubx_kmem_cache_free_bulk(s, 2, p);
	expect_track(test, slubx_object_track(s, x, SLUBX_TRACK_FREE));
}

/* ---- kmalloc() -----------------------------------------------------------*/

/* So that the compiler does not see who writes where he may not. */
static void *hide(void *x)
{
	OPTIMIZER_HIDE_VAR(x);
	return x;
}

static struct slubx_kmem_cache *open_kmalloc(struct kunit *test)
{
	const struct slubx_cache_request request = {
		.name = "debug_test_kmalloc",
		.size = 32,
		.flags = KMALLOC_FLAGS,
		.args.usersize = 32,
	};
	struct slubx_kmem_cache *s = slubx_internal_open(&request);

	KUNIT_ASSERT_FALSE(test, IS_ERR(s));
	return s;
}

/* What lies behind the bytes that were asked for is nobody's. */
static void tail_is_red(struct kunit *test)
{
	struct slubx_kmem_cache *s = open_kmalloc(test);
	unsigned int asked;
	u8 *x;

	for (asked = 1; asked < 32; asked++) {
		x = hide(
			slubx_kmalloc_trace(s, GFP_KERNEL | __GFP_ZERO, asked));
		KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, asked));
		KUNIT_EXPECT_NULL(test,
				  memchr_inv(x + asked, 0xcc, 32 - asked));
		x[asked] = 0x12;
		EXPECT_FOUND(test, s, 1U, 2, slubx_kfree(x));
		EXPECT_HEARD(test, 0, SLUBX_BAD_TAIL, x, x + asked);
		EXPECT_FOUND(test, s, 0U, 0, slubx_kfree_sensitive(x));
		x = hide(slubx_kmalloc_node_trace(s, GFP_KERNEL, NUMA_NO_NODE,
						  asked));
		x[31] = 0x12;
		EXPECT_FOUND(test, s, 1U, 1, slubx_cache_validate(s));
		EXPECT_HEARD(test, 0, SLUBX_BAD_TAIL, x, x + 31);
		EXPECT_FOUND(test, s, 0U, 0, slubx_kfree(x));
	}
	slubx_internal_close(s);
}

/* The tail ends where a new size does; it is zeroes where they are asked for. */
static void tail_follows_the_size(struct kunit *test)
{
	struct slubx_kmem_cache *s = open_kmalloc(test);
	gfp_t gfp = GFP_KERNEL | __GFP_ZERO;
	u8 *x = hide(slubx_kmalloc_trace(s, gfp, 10));

	KUNIT_EXPECT_PTR_EQ(test, slubx_krealloc(x, 20, gfp), (void *)x);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, 20));
	x[20] = 0x12;
	EXPECT_FOUND(test, s, 1U, 1, slubx_cache_validate(s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_TAIL, x, x + 20);
	KUNIT_EXPECT_PTR_EQ(test, slubx_krealloc(x, 5, gfp), (void *)x);
	x[5] = 0x12;
	EXPECT_FOUND(test, s, 1U, 1, slubx_cache_validate(s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_TAIL, x, x + 5);
	/* Who knows the real size may use it. */
	KUNIT_EXPECT_EQ(test, slubx_ksize(x), (size_t)32);
	KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, 32));
	x[31] = 0x12;
	EXPECT_FOUND(test, s, 0U, 0, slubx_cache_validate(s));
	x = hide(slubx_krealloc(x, 100, gfp));
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_NULL(test, memchr_inv(x + 32, 0, 68));
	KUNIT_EXPECT_EQ(test, x[31], (u8)0x12);
	slubx_kfree(x);
	slubx_internal_close(s);
}

/* ---- The kernel's own cases ----------------------------------------------*/

/* Reports and repairs together, as slub_kunit counts them. */
static int errors_of(const struct slubx_kmem_cache *s)
{
	return atomic_read(&s->errors) + atomic_read(&s->repairs);
}

static int errors_found(struct slubx_kmem_cache *s)
{
	int before = errors_of(s);

	slubx_cache_validate(s);
	return errors_of(s) - before;
}

static void slub_clobber_zone(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, 64, SLUBX_RED_ZONE);
	u8 *p = slubx_test_debug_alloc(test, s);

	p[64] = 0x12;
	KUNIT_EXPECT_EQ(test, errors_found(s), 2);
	slubx_kmem_cache_free(s, p);
}

static void slub_next_pointer(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, 64, SLUBX_POISON);
	u8 *p = slubx_test_debug_alloc(test, s);
	unsigned long *link = (unsigned long *)(p + s->layout.offset);
	unsigned long was;

	slubx_kmem_cache_free(s, p);
	was = *link;
	p[s->layout.offset] = ~p[s->layout.offset];
	KUNIT_EXPECT_EQ(test, errors_found(s), 3);
	*link = was;
	KUNIT_EXPECT_EQ(test, errors_found(s), 2);
	KUNIT_EXPECT_EQ(test, errors_found(s), 0);
}

static int clobber_after_free(struct kunit *test, slubx_flags_t flags,
			      unsigned int at)
{
	struct slubx_kmem_cache *s = slubx_test_debug_cache(test, 64, flags);
	u8 *p = slubx_test_debug_alloc(test, s);

	slubx_kmem_cache_free(s, p);
	p[at] = 0x9a;
	return errors_found(s);
}

static void slub_clobber_after_free(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, clobber_after_free(test, SLUBX_POISON, 0), 2);
	KUNIT_EXPECT_EQ(test, clobber_after_free(test, SLUBX_POISON, 50), 2);
	KUNIT_EXPECT_EQ(test, clobber_after_free(test, SLUBX_RED_ZONE, 64), 2);
}

static void slub_kmalloc_redzone_access(struct kunit *test)
{
	struct slubx_kmem_cache *s = open_kmalloc(test);
	u8 *p = hide(slubx_kmalloc_trace(s, GFP_KERNEL, 18));

	p[18] = 0xab;
	p[19] = 0xab;
	KUNIT_EXPECT_EQ(test, errors_found(s), 2);
	slubx_kfree(p);
	slubx_internal_close(s);
}

static void slub_krealloc_redzone_zeroing(struct kunit *test)
{
	struct slubx_kmem_cache *s = open_kmalloc(test);
	u8 *p = hide(slubx_kmalloc_trace(s, GFP_KERNEL | __GFP_ZERO, 24));

	p = hide(slubx_krealloc(p, 20, GFP_KERNEL | __GFP_ZERO));
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 20));
	KUNIT_EXPECT_NULL(test, memchr_inv(p + 20, 0xcc, 12));
	KUNIT_EXPECT_EQ(test, errors_found(s), 0);
	slubx_kfree(p);
	slubx_internal_close(s);
}

/* ---- Files ---------------------------------------------------------------*/

static void validate_by_file(struct kunit *test)
{
	struct slubx_kmem_cache *s =
		slubx_test_debug_cache(test, 64, SLUBX_TEST_FZPU);
	u8 *x = slubx_test_debug_alloc(test, s);
	const char *file = "validate";

	slubx_test_need_files(test);
	x[64] = 0x12;
	EXPECT_FOUND(
		test, s, 1U, 1,
		KUNIT_EXPECT_EQ(test,
				slubx_test_write("debug_test", file, "1\n", 2),
				(ssize_t)2));
	EXPECT_HEARD(test, 0, SLUBX_BAD_RIGHT_ZONE, x, x + 64);
	KUNIT_EXPECT_EQ(test, slubx_test_write("debug_test", file, "0", 1),
			(ssize_t)-EINVAL);
	KUNIT_EXPECT_STREQ(test, slubx_test_read(test, "debug_test", "errors"),
			   "1\n");
	KUNIT_EXPECT_STREQ(test, slubx_test_read(test, "debug_test", "poison"),
			   "1\n");
	slubx_kmem_cache_free(s, x);
}

/* ---- Options -------------------------------------------------------------*/

static slubx_flags_t flags_by(struct kunit *test, const char *text,
			      const char *name, unsigned int size,
			      slubx_flags_t flags)
{
	const struct slubx_options before = slubx_debug_options;
	struct slubx_kmem_cache *s;

	slubx_options_parse(&slubx_debug_options, text, NULL);
	s = slubx_kmem_cache_create(name, size, 0, flags, NULL);
	slubx_debug_options = before;
	slubx_test_keep(test, s);
	flags = s->flags & (SLUBX_DEBUG_FLAGS | SLUBX_FAILSLAB);
	slubx_test_destroy(test, s);
	return flags;
}

static void options_reach_a_cache(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, flags_by(test, "ZP,named", "named", 64, 0) ==
					(SLUBX_RED_ZONE | SLUBX_POISON));
	KUNIT_EXPECT_TRUE(test,
			  flags_by(test, "ZP,named", "other", 64, 0) == 0);
	KUNIT_EXPECT_TRUE(test, flags_by(test, "fzpu", "any", 64, 0) ==
					SLUBX_TEST_FZPU);
	KUNIT_EXPECT_TRUE(test, flags_by(test, "fzpu", "any", 64,
					 SLUBX_NO_USER_FLAGS) == 0);
	/* With O only what fits in as many pages. */
	KUNIT_EXPECT_TRUE(test, flags_by(test, "FZPU", "any", 4096, 0) ==
					SLUBX_TEST_FZPU);
	KUNIT_EXPECT_TRUE(test, flags_by(test, "FZPUO", "any", 4096, 0) ==
					SLUBX_CONSISTENCY_CHECKS);
	KUNIT_EXPECT_TRUE(test, flags_by(test, "FZPUO", "any", 64, 0) ==
					SLUBX_TEST_FZPU);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(good_use_finds_nothing),
	KUNIT_CASE(fresh_objects_are_poisoned),
	KUNIT_CASE(a_constructors_work_stays),
	KUNIT_CASE(no_cpu_has_a_slab),
	KUNIT_CASE(objects_come_home_late),
	KUNIT_CASE(users_are_known),
	KUNIT_CASE(tail_is_red),
	KUNIT_CASE(tail_follows_the_size),
	KUNIT_CASE(slub_clobber_zone),
	KUNIT_CASE(slub_next_pointer),
	KUNIT_CASE(slub_clobber_after_free),
	KUNIT_CASE(slub_kmalloc_redzone_access),
	KUNIT_CASE(slub_krealloc_redzone_zeroing),
	KUNIT_CASE(validate_by_file),
	KUNIT_CASE(options_reach_a_cache),
	{},
};

struct kunit_suite slubx_debug_use_suite = {
	.name = "slubx_debug_use",
	.init = slubx_test_debug_init,
	.exit = slubx_test_debug_exit,
	.test_cases = cases,
};
