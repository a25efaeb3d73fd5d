/* SPDX-License-Identifier: GPL-2.0 */
/*
 * census.h - what all of slubx holds, counted before and after.
 *
 * Counting flushes slubx's own caches, so it wants a machine that does nothing
 * else with slubx meanwhile: the suites are alone with it.
 */
#ifndef _SLUBX_KUNIT_CENSUS_H
#define _SLUBX_KUNIT_CENSUS_H

#include "common.h"

struct slubx_test_census {
	long caches;  /* in the list, slubx's own too, with their modes */
	long clients; /* who each must destroy one */
	long zombies;
	long aliases; /* records of other names, in the lists */
	long users;   /* references of the module that no cache holds */
	/* Objects in use of slubx's own caches. */
	long structs;
	long nodes;
	long alias_structs;
};

/*
 * A census when all is quiet: each struct in use belongs to a cache or to a
 * zombie, each reference to one of them or to a module. That may take a while
 * after a cache has gone; or it never comes, and the case has failed.
 */
void slubx_test_census(struct kunit *test, struct slubx_test_census *census);

/* Does slubx hold just what it held then? What differs is told. */
bool slubx_test_unchanged(struct kunit *test,
			  const struct slubx_test_census *before);

#define EXPECT_UNCHANGED(test, before) \
	KUNIT_EXPECT_TRUE(test, slubx_test_unchanged(test, before))

/* The cache of that name in the list, or NULL. */
struct slubx_kmem_cache *slubx_test_find(const char *name);
bool slubx_test_listed(const struct slubx_kmem_cache *s);

/* Objects of @s in use, exact if nobody else touches it. Flushes all cpus. */
unsigned long slubx_test_in_use(struct slubx_kmem_cache *s);

/* References of slubx's module, this module's own included. */
int slubx_test_module_refs(void);
struct module *slubx_test_module(void);

/*
 * Zombies that are new since the case began, in suites that begin theirs by
 * slubx_test_init_zombies(): what another suite left fails that one alone.
 */
int slubx_test_init_zombies(struct kunit *test);
unsigned long slubx_test_zombies(void);
/* Waits until there are @zombies of them and no more. False: too long. */
bool slubx_test_wait_zombies(unsigned long zombies);

#endif /* _SLUBX_KUNIT_CENSUS_H */
