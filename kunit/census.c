// SPDX-License-Identifier: GPL-2.0
/*
 * census.c - counts what all of slubx holds; see census.h.
 *
 * Locks: slubx_mutex (1) for the list, never around a flush.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/module.h>

#include "census.h"
#include "../slubx/flush.h"
#include "../slubx/node.h"
#include "../slubx/registry.h"

/* Kobjects are released seconds late with DEBUG_KOBJECT_RELEASE. */
#define PATIENCE (20 * HZ)
/* What is in balance and different won't change, but for a moment's reap. */
#define SHORT_PATIENCE (5 * HZ)
#define LOOK_EACH_MS   20

struct slubx_kmem_cache *slubx_test_find(const char *name)
{
	struct slubx_kmem_cache *s, *found = NULL;

	mutex_lock(&slubx_mutex);
	list_for_each_entry(s, &slubx_caches, list)
		if (!strcmp(s->name, name))
			found = s;
	mutex_unlock(&slubx_mutex);
	return found;
}

bool slubx_test_listed(const struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *known;
	bool listed = false;

	mutex_lock(&slubx_mutex);
	list_for_each_entry(known, &slubx_caches, list)
		listed |= known == s;
	mutex_unlock(&slubx_mutex);
	return listed;
}

static unsigned long in_use(struct slubx_kmem_cache *m)
{
	struct slubx_kmem_cache_node *n;
	unsigned long objects = 0;
	int node;

	slubx_flush_all(m);
	slubx_for_each_node(m, node, n) {
		objects += atomic_long_read(&n->total_objects);
		objects -= slubx_node_count_partial(n, SLUBX_PARTIAL_FREE);
	}
	return objects;
}

unsigned long slubx_test_in_use(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;
	unsigned long objects = 0;

	slubx_for_each_mode(s, m)
		objects += in_use(m);
	return objects;
}

/* As the kernel's struct module_use, which newer kernels keep to themselves. */
struct use {
	struct list_head source_list;
	struct list_head target_list;
	struct module *source;
	struct module *target;
};

/* Modules whose symbols we use are in a list of ours. */
struct module *slubx_test_module(void)
{
	struct use *use;

	list_for_each_entry(use, &THIS_MODULE->target_list, target_list)
		if (!strcmp(use->target->name, "slubx"))
			return use->target;
	return NULL;
}

int slubx_test_module_refs(void)
{
	return module_refcount(slubx_test_module());
}

/* Modules that use slubx's symbols, ours among them. */
static long dependants(void)
{
	struct list_head *pos;
	long count = 0;

	list_for_each(pos, &slubx_test_module()->source_list)
		count++;
	return count;
}

static void count_listed(struct slubx_test_census *census)
{
	struct slubx_kmem_cache *s, *m;
	struct slubx_alias *alias;

	mutex_lock(&slubx_mutex);
	list_for_each_entry(s, &slubx_caches, list) {
		slubx_for_each_mode(s, m)
			census->caches++;
		if (!s->internal)
			census->clients += s->refcount;
		list_for_each_entry(alias, &s->aliases, list)
			census->aliases++;
	}
	mutex_unlock(&slubx_mutex);
}

static void count(struct slubx_test_census *census)
{
	memset(census, 0, sizeof(*census));
	count_listed(census);
	census->zombies = slubx_reap_zombies();
	census->users =
		slubx_test_module_refs() - census->clients - census->zombies;
	census->structs =
		slubx_test_in_use(slubx_test_find("slubx_kmem_cache"));
	census->nodes =
		slubx_test_in_use(slubx_test_find("slubx_kmem_cache_node"));
	census->alias_structs =
		slubx_test_in_use(slubx_test_find("slubx_alias"));
}

/* Every struct and reference has an owner, every owner its structs. */
static bool balanced(const struct slubx_test_census *census)
{
	long caches = census->caches + census->zombies;

	return census->structs == caches &&
	       census->nodes == caches * num_possible_nodes() &&
	       census->alias_structs == census->aliases &&
	       census->users == dependants();
}

static bool same(const struct slubx_test_census *a,
		 const struct slubx_test_census *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static void tell(struct kunit *test, const char *when,
		 const struct slubx_test_census *c)
{
	kunit_err(
		test,
		"%s: caches %ld, clients %ld, zombies %ld, aliases %ld, users %ld; in use: structs %ld, nodes %ld, aliases %ld\n",
		when, c->caches, c->clients, c->zombies, c->aliases, c->users,
		c->structs, c->nodes, c->alias_structs);
}

void slubx_test_census(struct kunit *test, struct slubx_test_census *census)
{
	unsigned long end = jiffies + PATIENCE;

	for (count(census); !balanced(census); count(census)) {
		if (time_after(jiffies, end)) {
			tell(test, "no balance", census);
			KUNIT_FAIL(test, "structs without a cache, or reverse");
			return;
		}
		msleep(LOOK_EACH_MS);
	}
}

bool slubx_test_unchanged(struct kunit *test,
			  const struct slubx_test_census *before)
{
	unsigned long begin = jiffies;
	struct slubx_test_census now;

	for (count(&now); !same(before, &now); count(&now)) {
		unsigned long patience = balanced(&now) ? SHORT_PATIENCE :
							  PATIENCE;

		if (time_after(jiffies, begin + patience)) {
			tell(test, "before", before);
			tell(test, "now", &now);
			return false;
		}
		msleep(LOOK_EACH_MS);
	}
	return true;
}

static unsigned long left_before;

int slubx_test_init_zombies(struct kunit *test)
{
	left_before = slubx_reap_zombies();
	return slubx_test_init(test);
}

unsigned long slubx_test_zombies(void)
{
	return slubx_reap_zombies() - left_before;
}

bool slubx_test_wait_zombies(unsigned long zombies)
{
	unsigned long end = jiffies + PATIENCE;

	while (slubx_test_zombies() != zombies) {
		if (time_after(jiffies, end))
			return false;
		msleep(LOOK_EACH_MS);
	}
	return true;
}
