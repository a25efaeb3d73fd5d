/* SPDX-License-Identifier: GPL-2.0 */
/*
 * debug_scene.h - for suites that damage debugged objects: what slubx finds is
 * heard instead of printed, verdict by verdict.
 */
#ifndef _SLUBX_KUNIT_DEBUG_SCENE_H
#define _SLUBX_KUNIT_DEBUG_SCENE_H

#include "common.h"
#include "../slubx/debug/report.h"

#define SLUBX_TEST_FZPU                                                    \
	(SLUBX_CONSISTENCY_CHECKS | SLUBX_RED_ZONE | SLUBX_POISON |        \
	 SLUBX_STORE_USER)

/* What was heard since slubx_test_hear(), the first ones; and how many. */
#define SLUBX_TEST_HEARD_MAX 16

extern struct slubx_debug_event slubx_test_heard[SLUBX_TEST_HEARD_MAX];
unsigned int slubx_test_heard_count(void);

/* Of a suite: slubx_test_init() and _exit(), with the ear open in between. */
int slubx_test_debug_init(struct kunit *test);
void slubx_test_debug_exit(struct kunit *test);

/* Forgets what was heard. */
void slubx_test_hear(void);

/* A cache of that size with these flags alone. */
struct slubx_kmem_cache *slubx_test_debug_cache(struct kunit *test,
						unsigned int size,
						slubx_flags_t flags);
void *slubx_test_debug_alloc(struct kunit *test, struct slubx_kmem_cache *s);

/*
 * Runs @statement, in which slubx must find @reports faults and do @repairs
 * things about them; the first is of @kind_, and where it says.
 */
#define EXPECT_FOUND(test, s, reports, repairs_, statement)                \
	do {                                                               \
		int __repairs = atomic_read(&(s)->repairs);                \
		int __errors = atomic_read(&(s)->errors);                  \
									   \
		slubx_test_hear();                                         \
		statement;                                                 \
		__repairs = atomic_read(&(s)->repairs) - __repairs;        \
		__errors = atomic_read(&(s)->errors) - __errors;           \
		KUNIT_EXPECT_EQ(test, slubx_test_heard_count(), reports);  \
		KUNIT_EXPECT_EQ(test, __errors, (int)(reports));           \
		KUNIT_EXPECT_EQ(test, __repairs, repairs_);                \
	} while (0)

#define EXPECT_HEARD(test, nth, kind_, x_, where_)                         \
	do {                                                               \
		const struct slubx_debug_event *__e = &slubx_test_heard[nth]; \
									   \
		KUNIT_EXPECT_EQ(test, __e->verdict.kind, kind_);           \
		KUNIT_EXPECT_PTR_EQ(test, __e->x, (void *)(x_));           \
		KUNIT_EXPECT_PTR_EQ(test, __e->verdict.where,              \
				    (void *)(where_));                     \
	} while (0)

#endif /* _SLUBX_KUNIT_DEBUG_SCENE_H */
