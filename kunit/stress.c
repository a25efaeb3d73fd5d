// SPDX-License-Identifier: GPL-2.0
/*
 * stress.c - a stress begins with empty caches and ends without any.
 */
#include <linux/jiffies.h>
#include <linux/module.h>

#include "../slubx/cache.h"
#include "common.h"
#include "stress.h"

static unsigned int stress_seconds;
module_param(stress_seconds, uint, 0444);
MODULE_PARM_DESC(stress_seconds,
		 "that each stress case takes (default 2, at most 200)");

/* KUnit of 6.1 runs suites before parameters are parsed: see common.c. */
unsigned int stress_seconds_now(void)
{
	const char *given = strstr(THIS_MODULE->args ?: "", "stress_seconds=");

	if (!stress_seconds && given &&
	    sscanf(given, "stress_seconds=%u", &stress_seconds) != 1)
		pr_warn("slubx_kunit: stress_seconds wants a number\n");
	return clamp(stress_seconds ?: 2U, 1U, 200U);
}

/* ---- What went wrong -----------------------------------------------------*/

static const char *const wrong_names[] = {
	[STRESS_OVERWRITTEN] = "object overwritten, or in two hands",
	[STRESS_UNPROVEN] = "object handed over is not what it was",
	[STRESS_UNCONSTRUCTED] = "constructed object changed while free",
	[STRESS_NOT_ZEROED] = "object not zeroed",
	[STRESS_FOREIGN] = "a reader saw foreign memory",
	[STRESS_BAD_SLAB] = "slab with objects that nobody has",
};

void stress_wrong(struct stress *stress, enum stress_wrong wrong,
		  const struct stress_cache *c, const void *x, u64 word)
{
	if (atomic_inc_return(&stress->wrongs) > 1)
		return;
	stress->first_cache = c->kind->name;
	stress->first_x = x;
	stress->first_word = word;
	/* What was noted before it is there when it is: tell(). */
	smp_store_release(&stress->first, wrong);
}

static void tell(struct stress *stress)
{
	/* See stress_wrong(). */
	enum stress_wrong first = smp_load_acquire(&stress->first);
	int wrongs = atomic_read(&stress->wrongs);

	if (wrongs)
		KUNIT_FAIL(stress->test,
			   "%d times; the first: %s, cache %s, 0x%lx, %#llx",
			   wrongs, wrong_names[first], stress->first_cache,
			   (unsigned long)stress->first_x, stress->first_word);
}

/* ---- Beginning -----------------------------------------------------------*/

/* What a constructor leaves; the same for all caches that have one. */
static void construct(void *x)
{
	stress_fill(x, 96, STRESS_FREED);
}

/* Nobody else may have objects of it, so that all can be accounted for. */
static struct slubx_kmem_cache *kmalloc_class(struct kunit *test,
					      unsigned int size)
{
	struct slubx_kmem_cache *s =
		slubx_kmalloc_cache(size, STRESS_KMALLOC, 0);

	KUNIT_ASSERT_EQ(test, slubx_kmem_cache_size(s), size);
	slubx_kvfree_rcu_barrier();
	slubx_kmem_cache_shrink(s);
	KUNIT_ASSERT_EQ(test, slubx_cache_slabs(s), 0);
	return s;
}

static struct slubx_kmem_cache *new_cache(struct kunit *test,
					  const struct stress_kind *kind)
{
	KUNIT_ASSERT_TRUE(test, !kind->ctor || kind->size == 96);
	return slubx_test_keep(
		test, slubx_kmem_cache_create(kind->name, kind->size, 0,
					      kind->flags | SLUBX_NO_MERGE,
					      kind->ctor ? construct : NULL));
}

static void open_cache(struct stress *stress, const struct stress_kind *kind)
{
	struct stress_cache *c = &stress->cache[stress->nr_caches];

	c->kind = kind;
	c->id = ++stress->nr_caches;
	c->s = kind->kmalloc ? kmalloc_class(stress->test, kind->size) :
			       new_cache(stress->test, kind);
}

/* All it needs is freed with the case, also if the case ends early. */
struct stress *stress_begin(struct kunit *test, const struct stress_kind *kinds,
			    unsigned int nr_kinds)
{
	struct stress *stress =
		kunit_kzalloc(test, sizeof(*stress), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, stress);
	KUNIT_ASSERT_LE(test, nr_kinds, STRESS_CACHES);
	stress->test = test;
	stress->errors = atomic_long_read(&slubx_error_count);
	for (i = 0; i < nr_kinds; i++)
		open_cache(stress, &kinds[i]);
	stress->end = jiffies + stress_seconds_now() * HZ;
	return stress;
}

bool stress_goes_on(struct stress *stress)
{
	return !READ_ONCE(stress->stop) && time_before(jiffies, stress->end) &&
	       !atomic_read(&stress->wrongs);
}

/* ---- Ending --------------------------------------------------------------*/

/* Nothing is held any more: then nothing may be left, and nothing be said. */
void stress_end(struct stress *stress)
{
	struct kunit *test = stress->test;
	unsigned int i;

	stress_balance_empty(stress);
	for (i = 0; i < stress->nr_caches; i++)
		if (!stress->cache[i].kind->kmalloc)
			slubx_test_destroy(test, stress->cache[i].s);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&slubx_error_count),
			stress->errors);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&stress->allocated),
			atomic_long_read(&stress->freed));
	KUNIT_EXPECT_GT(test, atomic_long_read(&stress->allocated), 0);
	tell(stress);
	kunit_info(test, "%ld objects, %ld refused, %ld interrupts\n",
		   atomic_long_read(&stress->allocated),
		   atomic_long_read(&stress->refused),
		   atomic_long_read(&stress->interrupts));
}
