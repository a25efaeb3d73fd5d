// SPDX-License-Identifier: GPL-2.0
/*
 * debug_scene.c - see debug_scene.h.
 */
#include <linux/rcupdate.h>

#include "census.h"
#include "debug_scene.h"

struct slubx_debug_event slubx_test_heard[SLUBX_TEST_HEARD_MAX];
static atomic_t heard;

/* With a node's lock held, perhaps on several cpus at a time. */
static bool listen(const struct slubx_debug_event *event)
{
	unsigned int nth = atomic_inc_return(&heard) - 1;

	if (nth < SLUBX_TEST_HEARD_MAX)
		slubx_test_heard[nth] = *event;
	return true;
}

unsigned int slubx_test_heard_count(void)
{
	return atomic_read(&heard);
}

void slubx_test_hear(void)
{
	memset(slubx_test_heard, 0, sizeof(slubx_test_heard));
	atomic_set(&heard, 0);
}

int slubx_test_debug_init(struct kunit *test)
{
	if (!SLUBX_DEBUG)
		kunit_skip(test, "built without SLUBX_DEBUG");
	slubx_test_hear();
	WRITE_ONCE(slubx_debug_listener, listen);
	return slubx_test_init_zombies(test);
}

void slubx_test_debug_exit(struct kunit *test)
{
	slubx_test_exit(test);
	WRITE_ONCE(slubx_debug_listener, NULL);
	/* Who listens does so with interrupts off. */
	synchronize_rcu();
}

struct slubx_kmem_cache *slubx_test_debug_cache(struct kunit *test,
						unsigned int size,
						slubx_flags_t flags)
{
	/* What is isolated in a test is no leak. */
	flags |= SLUBX_NO_USER_FLAGS | SLUBX_NO_MERGE | SLUBX_NOLEAKTRACE;
	return slubx_test_keep(test, slubx_kmem_cache_create("debug_test", size,
							     0, flags, NULL));
}

void *slubx_test_debug_alloc(struct kunit *test, struct slubx_kmem_cache *s)
{
	void *x = slubx_kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	return x;
}
