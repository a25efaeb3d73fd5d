// SPDX-License-Identifier: GPL-2.0
/*
 * debug_switch_test.c - debugging is switched on and off while objects are in use:
 * each is freed right, in the mode that its slab was made in, and damage is found
 * where it is looked for.
 */
#include <linux/delay.h>

#include "census.h"
#include "debug_scene.h"
#include "files.h"
#include "herd.h"
#include "../slubx/cache.h"
#include "../slubx/cpu.h"
#include "../slubx/fault.h"
#include "../slubx/kmalloc.h"
#include "../slubx/registry.h"
#include "../slubx/slab.h"
#include "../slubx/switch.h"

#define FZPU SLUBX_TEST_FZPU
#define SIZE 120

/* Somebody else may be at the list of caches. */
static int switch_to(struct slubx_kmem_cache *s, slubx_flags_t flags)
{
	int err;

	while ((err = slubx_switch_debugging(s, flags)) == -EAGAIN)
		usleep_range(1000, 2000);
	return err;
}

static struct slubx_kmem_cache *cache_of(void *x)
{
	return slubx_virt_to_slab(x)->slab_cache;
}

static slubx_flags_t flags_of(void *x)
{
	return cache_of(x)->flags & SLUBX_DEBUG_FLAGS;
}

static unsigned int modes(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;
	unsigned int count = 0;

	slubx_for_each_mode(s, m)
		count++;
	return count;
}

/* So that the compiler does not see who writes where he may not. */
static void spoil(void *x, int at)
{
	OPTIMIZER_HIDE_VAR(x);
	((u8 *)x)[at] ^= 0x55;
}

/* ---- On and off ----------------------------------------------------------*/

static void on_with_objects_in_use(struct kunit *test)
{
	struct slubx_test_herd *old, *young;
	struct slubx_test_census before;
	struct slubx_kmem_cache *s;

	slubx_test_census(test, &before);
	s = slubx_test_debug_cache(test, SIZE, 0);
	old = slubx_test_full_slabs(test, s, 3);
	EXPECT_FOUND(test, s, 0U, 0, {
		KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), 0);
		young = slubx_test_full_slabs(test, s, 2);
		KUNIT_EXPECT_EQ(test, slubx_cache_mode_slabs(s), 3UL);
		KUNIT_EXPECT_GE(test, slubx_cache_mode_slabs(s->mode), 2UL);
		KUNIT_EXPECT_PTR_EQ(test, cache_of(old->x[0]), s);
		KUNIT_EXPECT_PTR_EQ(test, cache_of(young->x[0]), s->mode);
		KUNIT_EXPECT_TRUE(test, flags_of(young->x[0]) == FZPU);
		KUNIT_EXPECT_EQ(test, slubx_cache_validate(s), 0U);
		KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(old));
		KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(young));
		KUNIT_EXPECT_EQ(test, slubx_test_in_use(s),
				(unsigned long)old->live + young->live);
		EXPECT_VALID(test, cache, s);
		/* What was made before drains, to the last slab. */
		slubx_test_herd_free_all(old);
		KUNIT_EXPECT_EQ(test, slubx_cache_mode_slabs(s), 0UL);
		slubx_test_herd_free_all(young);
	});
	KUNIT_EXPECT_GT(test, slubx_cache_slabs(s), 0UL);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
	slubx_test_destroy(test, s);
	EXPECT_UNCHANGED(test, &before);
}

static void off_with_objects_in_use(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_debug_cache(test, SIZE, 0);
	struct slubx_test_herd *old, *young;
	struct slubx_kmem_cache *m;

	KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), 0);
	old = slubx_test_full_slabs(test, s, 3);
	m = s->mode;
	EXPECT_FOUND(test, s, 0U, 0, {
		KUNIT_EXPECT_EQ(test, switch_to(s, 0), 0);
		KUNIT_EXPECT_FALSE(test, slubx_is_cold(s));
		young = slubx_test_full_slabs(test, s, 2);
		KUNIT_EXPECT_PTR_EQ(test, cache_of(young->x[0]), s);
		KUNIT_EXPECT_TRUE(test, slubx_test_herd_intact(old));
		EXPECT_VALID(test, cache, s);
	});
	/* Objects from before are looked at as ever. */
	spoil(old->x[0], SIZE);
	EXPECT_FOUND(test, s, 1U, 2, slubx_kmem_cache_free(s, old->x[0]));
	EXPECT_HEARD(test, 0, SLUBX_BAD_RIGHT_ZONE, old->x[0],
		     old->x[0] + SIZE);
	EXPECT_FOUND(test, s, 0U, 0, {
		slubx_test_herd_free_all(old);
		KUNIT_EXPECT_EQ(test, slubx_cache_mode_slabs(m), 0UL);
		slubx_test_herd_free_all(young);
		KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
	});
}

/* No cpu keeps a slab of the mode that was left. */
static void a_fast_path_finds_nothing(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_debug_cache(test, SIZE, 0);
	struct slubx_test_herd *herd = slubx_test_full_slabs(test, s, 3);
	int cpu;

	slubx_test_herd_free(herd, 0);
	slubx_test_herd_free(herd, herd->count - 1);
	KUNIT_EXPECT_TRUE(test, slubx_cpu_holds(s, raw_smp_processor_id()));
	KUNIT_EXPECT_EQ(test, switch_to(s, SLUBX_CONSISTENCY_CHECKS), 0);
	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_FALSE(test, slubx_cpu_holds(s, cpu));
	slubx_test_herd_free_all(herd);
	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_FALSE(test, slubx_cpu_holds(s, cpu));
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
}

/* A mode that was left is entered again, not made again. */
static void from_mode_to_mode(struct kunit *test)
{
	static const slubx_flags_t ways[] = {
		FZPU,
		SLUBX_RED_ZONE | SLUBX_POISON,
		0,
		SLUBX_STORE_USER,
		SLUBX_TRACE | FZPU,
		FZPU,
		SLUBX_CONSISTENCY_CHECKS,
		0,
	};
	struct slubx_kmem_cache *s = slubx_test_debug_cache(test, SIZE, 0);
	void *x[ARRAY_SIZE(ways)];
	unsigned int i;

	EXPECT_FOUND(test, s, 0U, 0, {
		for (i = 0; i < ARRAY_SIZE(ways); i++) {
			KUNIT_EXPECT_EQ(test, switch_to(s, ways[i]), 0);
			KUNIT_EXPECT_EQ(test, switch_to(s, ways[i]), 0);
			if (ways[i] & SLUBX_TRACE) {
				x[i] = NULL;
				continue;
			}
			x[i] = slubx_test_debug_alloc(test, s);
			memset(x[i], i, SIZE);
			KUNIT_EXPECT_TRUE(test, flags_of(x[i]) == ways[i]);
		}
		KUNIT_EXPECT_EQ(test, modes(s), 6U);
		for (i = 0; i < ARRAY_SIZE(ways); i++)
			if (x[i])
				slubx_kmem_cache_free(s, x[i]);
		KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
	});
}

/* A cache that was born debugged is switched off, and is fast. */
static void off_what_was_born_on(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_debug_cache(test, SIZE, FZPU);
	struct slubx_test_herd *old = slubx_test_full_slabs(test, s, 2);
	struct slubx_test_herd *young;
	void *many[20], *x;

	EXPECT_FOUND(test, s, 0U, 0, {
		KUNIT_EXPECT_EQ(test, switch_to(s, 0), 0);
		young = slubx_test_full_slabs(test, s, 4);
		KUNIT_EXPECT_TRUE(test, flags_of(young->x[0]) == 0);
		KUNIT_EXPECT_LT(test, s->mode->layout.size, s->layout.size);
		KUNIT_EXPECT_TRUE(
			test, slubx_cpu_holds(s->mode, raw_smp_processor_id()));
		KUNIT_EXPECT_TRUE(test, slubx_kmem_cache_alloc_bulk(
						s, GFP_KERNEL, 20, many));
		slubx_kmem_cache_free_bulk(s, 20, many);
		x = slubx_kmem_cache_zalloc(s, GFP_KERNEL);
		KUNIT_EXPECT_NULL(test, memchr_inv(x, 0, SIZE));
		slubx_kfree(x);
		slubx_test_herd_free_all(old);
		KUNIT_EXPECT_EQ(test, slubx_cache_mode_slabs(s), 0UL);
		slubx_test_herd_free_all(young);
	});
	x = slubx_test_debug_alloc(test, s);
	slubx_kmem_cache_free(s, x);
	if (SLUBX_HARDENED)
		EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(s, x));
	KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), 0);
	KUNIT_EXPECT_NULL(test, s->mode);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
}

/* ---- What is found -------------------------------------------------------*/

static void crimes_after_the_switch(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_debug_cache(test, SIZE, 0);
	struct slubx_kmem_cache *other = slubx_test_debug_cache(test, 80, FZPU);
	void *x, *y;

	KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), 0);
	x = slubx_test_debug_alloc(test, s);
	spoil(x, -1);
	EXPECT_FOUND(test, s, 1U, 1, slubx_cache_validate(s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_LEFT_ZONE, x, x - 1);
	EXPECT_FOUND(test, s, 1U, 1, slubx_kmem_cache_free(s, x + 8));
	EXPECT_HEARD(test, 0, SLUBX_BAD_POINTER, NULL, x + 8);
	EXPECT_FOUND(test, other, 1U, 1, slubx_kmem_cache_free(other, x));
	EXPECT_HEARD(test, 0, SLUBX_BAD_CACHE, x, x);
	EXPECT_FOUND(test, s, 0U, 0, slubx_kmem_cache_free(s, x));
	EXPECT_FOUND(test, s, 1U, 1, slubx_kmem_cache_free(s, x));
	EXPECT_HEARD(test, 0, SLUBX_BAD_DOUBLE_FREE, x, x);
	spoil(x, SIZE / 2);
	EXPECT_FOUND(test, s, 1U, 1, slubx_cache_validate(s));
	EXPECT_HEARD(test, 0, SLUBX_BAD_POISON, x, x + SIZE / 2);
	KUNIT_EXPECT_EQ(test, switch_to(s, 0), 0);
	y = slubx_test_debug_alloc(test, s);
	EXPECT_ERRORS(test, 1, slubx_kmem_cache_free(other, y));
	EXPECT_FOUND(test, s, 0U, 0, slubx_kmem_cache_free(s, y));
}

/* Twenty of one mode, twenty of another, twenty of the first, in any order. */
static void take_many(struct kunit *test, struct slubx_kmem_cache *s, void **p)
{
	int i, other;

	for (i = 0; i < 60; i += 20) {
		switch_to(s, i == 20 ? FZPU : 0);
		KUNIT_ASSERT_TRUE(test, slubx_kmem_cache_alloc_bulk(
						s, GFP_KERNEL, 20, p + i));
	}
	for (i = 0; i < 60; i++)
		memset(p[i], i, SIZE);
	for (i = 0; i < 60; i++) {
		other = slubx_test_random(test, 60);
		swap(p[i], p[other]);
	}
}

/* Where the second has its free pointer, debugging has its red zone. */
static void many_of_all_modes(struct kunit *test)
{
	static const slubx_flags_t flags[] = { 0, SLUBX_TYPESAFE_BY_RCU };
	struct slubx_kmem_cache *s;
	void *p[60];
	int way;

	for (way = 0; way < 4; way++) {
		s = slubx_test_debug_cache(test, SIZE, flags[way / 2]);
		EXPECT_FOUND(test, s, 0U, 0, {
			take_many(test, s, p);
			slubx_kmem_cache_free_bulk(way % 2 ? s : NULL, 60, p);
			KUNIT_EXPECT_EQ(test, slubx_test_in_use(s), 0UL);
			KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
		});
	}
}

/* ---- Special caches ------------------------------------------------------*/

static void seven(void *x)
{
	memset(x, 7, SIZE);
}

/*
 * Readers look at freed objects, or the constructor's work has to stay: slabs of
 * each mode keep it in their own objects.
 */
static void freed_objects_keep_content(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_keep(
		test, slubx_kmem_cache_create("debug_test", SIZE, 0,
					      SLUBX_TYPESAFE_BY_RCU |
						      SLUBX_NO_USER_FLAGS,
					      seven));
	u8 *x = slubx_test_debug_alloc(test, s), *y;

	KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), 0);
	y = slubx_test_debug_alloc(test, s);
	EXPECT_FOUND(test, s, 0U, 0, {
		rcu_read_lock();
		slubx_kmem_cache_free(s, x);
		slubx_kmem_cache_free(s, y);
		KUNIT_EXPECT_NULL(test, memchr_inv(x, 7, SIZE));
		KUNIT_EXPECT_NULL(test, memchr_inv(y, 7, SIZE));
		KUNIT_EXPECT_TRUE(test,
				  slubx_slab_is_ours(slubx_slab_around(x)));
		rcu_read_unlock();
		slubx_cache_validate(s);
		y = slubx_test_debug_alloc(test, s);
		KUNIT_EXPECT_NULL(test, memchr_inv(y, 7, SIZE));
		switch_to(s, 0);
		slubx_kmem_cache_free(s, y);
	});
}

/* One of kmalloc()'s own: the tail that nobody asked for becomes red. */
static void kmalloc_is_switched(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_kmalloc_cache(100, GFP_KERNEL, 0);
	size_t limit = slubx_kmalloc_limit;
	void *old, *x;

	if (SLUBX_RANDOM_KMALLOC)
		kunit_skip(test, "kmalloc() has many caches for a size");
	old = slubx_kmalloc(100, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), 0);
	x = __slubx_kmalloc(100, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_PTR_EQ(test, cache_of(x), s->mode);
	spoil(x, 100);
	EXPECT_FOUND(test, s, 1U, 2, slubx_kfree(x));
	EXPECT_HEARD(test, 0, SLUBX_BAD_TAIL, x, x + 100);
	EXPECT_FOUND(test, s, 0U, 0, {
		x = slubx_krealloc(old, 128, GFP_KERNEL);
		KUNIT_EXPECT_PTR_EQ(test, x, old);
		x = slubx_krealloc(slubx_kmalloc(100, GFP_KERNEL), 300,
				   GFP_KERNEL);
		slubx_kfree(x);
		x = slubx_kmalloc(97, GFP_KERNEL | __GFP_ZERO);
		KUNIT_EXPECT_TRUE(test, slubx_usercopy_ok(x, 97, true));
		switch_to(s, 0);
		slubx_kfree(x);
		slubx_kfree(old);
	});
	KUNIT_EXPECT_EQ(test, slubx_kmalloc_limit, limit);
}

/* It takes all of its objects back, of each mode, and then it is gone. */
static void destroyed_with_objects_in_use(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_debug_cache(test, SIZE, 0);
	struct slubx_test_census before;
	void *x, *y;

	slubx_test_destroy(test, s);
	slubx_test_census(test, &before);
	s = slubx_test_debug_cache(test, SIZE, 0);
	x = slubx_test_debug_alloc(test, s);
	KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), 0);
	y = slubx_test_debug_alloc(test, s);
	EXPECT_ERRORS(test, 1, slubx_test_destroy(test, s));
	KUNIT_EXPECT_EQ(test, slubx_test_zombies(), 1UL);
	EXPECT_ERRORS(test, 0, slubx_kfree(x));
	KUNIT_EXPECT_EQ(test, slubx_test_zombies(), 1UL);
	EXPECT_ERRORS(test, 0, slubx_kmem_cache_free(s, y));
	KUNIT_EXPECT_TRUE(test, slubx_test_wait_zombies(0));
	EXPECT_UNCHANGED(test, &before);
}

/* ---- What is refused -----------------------------------------------------*/

static void merged_caches_are_refused(struct kunit *test)
{
	struct slubx_kmem_cache *s, *t;

	if (slubx_nomerge)
		kunit_skip(test, "loaded with slubx_nomerge");
	s = slubx_test_keep(test,
			    slubx_kmem_cache_create("switch_a", 3456, 0,
						    SLUBX_NO_USER_FLAGS, NULL));
	t = slubx_test_keep(test,
			    slubx_kmem_cache_create("switch_b", 3456, 0,
						    SLUBX_NO_USER_FLAGS, NULL));
	KUNIT_ASSERT_PTR_EQ(test, s, t);
	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), -EINVAL));
	EXPECT_ERRORS(test, 0, KUNIT_EXPECT_EQ(test, switch_to(s, 0), 0));
	slubx_test_destroy(test, t);
	KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), 0);
	t = slubx_test_keep(test,
			    slubx_kmem_cache_create("switch_b", 3456, 0,
						    SLUBX_NO_USER_FLAGS, NULL));
	KUNIT_EXPECT_PTR_NE(test, s, t);
}

static void others_are_refused(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_find("slubx_kmem_cache");

	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), -EPERM));
	s = slubx_test_debug_cache(test, SLUBX_MAX_SIZE, 0);
	EXPECT_ERRORS(test, 1, KUNIT_EXPECT_LT(test, switch_to(s, FZPU), 0));
	KUNIT_EXPECT_EQ(test, modes(s), 1U);
	KUNIT_EXPECT_FALSE(test, slubx_is_cold(s));
	s = slubx_test_debug_cache(test, SIZE, 0);
	slubx_fault_arm(SLUBX_FAULT_CACHE, 0, 1);
	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), -ENOMEM));
	slubx_fault_arm(SLUBX_FAULT_NODE, 0, 1);
	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), -ENOMEM));
	slubx_fault_disarm();
	KUNIT_EXPECT_EQ(test, modes(s), 1U);
	KUNIT_EXPECT_FALSE(test, slubx_is_cold(s));
	KUNIT_EXPECT_EQ(test, switch_to(s, FZPU), 0);
}

/* ---- The files -----------------------------------------------------------*/

static ssize_t put(const char *file, const char *text)
{
	return slubx_test_write("debug_test", file, text, strlen(text));
}

static void expect_text(struct kunit *test, const char *file, const char *text)
{
	KUNIT_EXPECT_STREQ(test, slubx_test_read(test, "debug_test", file),
			   text);
}

static void the_file_tells_and_switches(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_test_debug_cache(test, SIZE, 0);
	struct slubx_test_herd *herd;

	slubx_test_need_files(test);
	expect_text(test, "debug", "-\n");
	herd = slubx_test_full_slabs(test, s, 3);
	expect_text(test, "debug", "-\n- 3\n");
	KUNIT_EXPECT_EQ(test, put("debug", "upFz\n"), 5);
	expect_text(test, "debug", "FZPU\n- 3\n");
	slubx_kmem_cache_free(s, slubx_test_debug_alloc(test, s));
	expect_text(test, "debug", "FZPU\n- 3\nFZPU 1\n");
	expect_text(test, "slabs", "4 N0=4\n");
	expect_text(test, "red_zone", "1\n");
	expect_text(test, "trace", "0\n");
	KUNIT_EXPECT_EQ(test, put("validate", "1"), 1);
	KUNIT_EXPECT_EQ(test, put("trace", "1"), 1);
	expect_text(test, "trace", "1\n");
	expect_text(test, "debug", "FZPUT\n- 3\n");
	KUNIT_EXPECT_EQ(test, put("trace", "0"), 1);
	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_EQ(test, put("debug", "FX"), -EINVAL));
	EXPECT_ERRORS(test, 1,
		      KUNIT_EXPECT_EQ(test, put("debug", "F,debug"), -EINVAL));
	KUNIT_EXPECT_EQ(test, put("trace", "x"), -EINVAL);
	expect_text(test, "debug", "FZPU\n- 3\n");
	KUNIT_EXPECT_EQ(test, put("debug", "-"), 1);
	expect_text(test, "debug", "-\n- 3\n");
	KUNIT_EXPECT_EQ(test, put("validate", "1"), -EINVAL);
	KUNIT_EXPECT_EQ(test, put("debug", "\n"), 1);
	expect_text(test, "debug", "FZPU\n- 3\n");
	slubx_test_herd_free_all(herd);
	expect_text(test, "debug", "FZPU\n");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(on_with_objects_in_use),
	KUNIT_CASE(off_with_objects_in_use),
	KUNIT_CASE(a_fast_path_finds_nothing),
	KUNIT_CASE(from_mode_to_mode),
	KUNIT_CASE(off_what_was_born_on),
	KUNIT_CASE(crimes_after_the_switch),
	KUNIT_CASE(many_of_all_modes),
	KUNIT_CASE(freed_objects_keep_content),
	KUNIT_CASE(kmalloc_is_switched),
	KUNIT_CASE(destroyed_with_objects_in_use),
	KUNIT_CASE(merged_caches_are_refused),
	KUNIT_CASE(others_are_refused),
	KUNIT_CASE(the_file_tells_and_switches),
	{},
};

struct kunit_suite slubx_debug_switch_suite = {
	.name = "slubx_debug_switch",
	.init = slubx_test_debug_init,
	.exit = slubx_test_debug_exit,
	.test_cases = cases,
};
