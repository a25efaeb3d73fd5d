// SPDX-License-Identifier: GPL-2.0
/*
 * bootstrap.c - the caches that slubx itself is made of, made of themselves.
 *
 * Floor 8. A cache needs a struct and one more struct a node, and those are
 * objects of caches too. So, as in SLUB: two static structs serve as caches of
 * nodes and of caches, then each is copied into an object of the second. On
 * unload the same in reverse. slubx_mutex (1) is not needed: nobody else is
 * here yet, or any more.
 */
#include <linux/mm.h>
#include <linux/string.h>

#include "errors.h"
#include "flush.h"
#include "leaks.h"
#include "node.h"
#include "registry.h"
#include "walk.h"

#define STRUCT_SIZE(nodes)                                                 \
	(offsetof(struct slubx_kmem_cache, node) +                         \
	 (nodes) * sizeof(struct slubx_kmem_cache_node *))

static u8 boot_node_cache[STRUCT_SIZE(MAX_NUMNODES)] __aligned(SMP_CACHE_BYTES);
static u8
	boot_cache_cache[STRUCT_SIZE(MAX_NUMNODES)] __aligned(SMP_CACHE_BYTES);

/*
 * Moves a cache to another struct. Its slabs, taken back from the cpus first,
 * must all be on partial lists; so early and so late they are.
 */
static void move(struct slubx_kmem_cache *to, struct slubx_kmem_cache *from)
{
	struct slubx_kmem_cache_node *n;
	int node;

	memcpy(to, from, STRUCT_SIZE(nr_node_ids));
	slubx_flush_all(to);
	slubx_for_each_node(to, node, n)
		slubx_node_adopt(to, n);
}

static struct slubx_kmem_cache *move_out(struct slubx_kmem_cache *boot)
{
	struct slubx_kmem_cache *s;

	s = slubx_kmem_cache_zalloc(slubx_cache_cache, GFP_KERNEL);
	if (s)
		move(s, boot);
	return s;
}

static void own(struct slubx_kmem_cache *s, const char *name)
{
	s->internal = true;
	mutex_lock(&slubx_mutex);
	slubx_registry_enlist(s, name);
	mutex_unlock(&slubx_mutex);
}

static void disown(struct slubx_kmem_cache *s)
{
	mutex_lock(&slubx_mutex);
	slubx_registry_remove(s);
	mutex_unlock(&slubx_mutex);
}

/* ---- Down ----------------------------------------------------------------*/

static void abandon(struct slubx_slab *slab, void *unused)
{
	slubx_slab_abandon(slab->slab_cache, slab);
}

/*
 * Who still has an object may write to it, though nobody can free it any more:
 * its slab is lost, never used again.
 */
static void close_internal(struct slubx_kmem_cache *s)
{
	if (!slubx_cache_shutdown(s)) {
		slubx_error(
			s,
			"%lu objects are in use at unload; their slabs are lost",
			slubx_cache_report_leaks(s));
		slubx_walk_slabs(s, abandon, NULL);
	}
	slubx_modes_close(s);
	slubx_cache_close(s);
}

/* Closes a cache that is neither shown nor known any more, and frees it. */
void slubx_internal_close(struct slubx_kmem_cache *s)
{
	disown(s);
	close_internal(s);
	slubx_kmem_cache_free(slubx_cache_cache, s);
}
EXPORT_SYMBOL_SLUBX(slubx_internal_close);

struct slab_chain {
	struct slubx_slab *first;
	unsigned int objects;
};

static void collect(struct slubx_slab *slab, void *arg)
{
	struct slab_chain *chain = arg;

	chain->objects += slab->fc.counters.inuse;
	slab->next = chain->first;
	chain->first = slab;
}

/*
 * The cache of node structs can't be closed like others: what is left in its
 * slabs are its own node structs. All its slabs are taken from under them.
 */
static void close_node_cache(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache_node *n;
	struct slab_chain chain = {};
	unsigned int own_nodes = 0;
	struct slubx_slab *slab;
	int node;

	if (!s->cpu_slab)
		return;
	slubx_flush_all(s);
	slubx_walk_slabs(s, collect, &chain);
	slubx_for_each_node(s, node, n) {
		s->node[node] = NULL;
		own_nodes++;
	}
	if (chain.objects != own_nodes)
		slubx_error(s, "%u node structs are left at unload, not %u",
			    chain.objects, own_nodes);
	while ((slab = chain.first)) {
		chain.first = slab->next;
		slubx_slab_free(s, slab);
	}
	slubx_cache_close(s);
}

/* Takes down the two first caches, from wherever they are by now. */
static void close_first_two(void)
{
	struct slubx_kmem_cache *nodes = (void *)boot_node_cache;
	struct slubx_kmem_cache *caches = (void *)boot_cache_cache;

	if (slubx_node_cache != nodes) {
		move(nodes, slubx_node_cache);
		slubx_kmem_cache_free(slubx_cache_cache, slubx_node_cache);
		slubx_node_cache = nodes;
	}
	if (slubx_cache_cache != caches) {
		move(caches, slubx_cache_cache);
		slubx_kmem_cache_free(caches, slubx_cache_cache);
		slubx_cache_cache = caches;
	}
	close_internal(caches);
	close_node_cache(nodes);
}

void slubx_unbootstrap(void)
{
	slubx_internal_close(slubx_alias_cache);
	disown(slubx_cache_cache);
	disown(slubx_node_cache);
	close_first_two();
}

/* ---- Up ------------------------------------------------------------------*/

static int open_first_two(void)
{
	const struct slubx_cache_request node_request = {
		.size = sizeof(struct slubx_kmem_cache_node),
		/* Its last objects go with their slabs, unknown to kmemleak. */
		.flags = SLUBX_HWCACHE_ALIGN | SLUBX_NOLEAKTRACE,
	};
	const struct slubx_cache_request cache_request = {
		.size = STRUCT_SIZE(nr_node_ids),
		.flags = SLUBX_HWCACHE_ALIGN,
	};
	int err;

	memset(boot_node_cache, 0, sizeof(boot_node_cache));
	memset(boot_cache_cache, 0, sizeof(boot_cache_cache));
	slubx_node_cache = (void *)boot_node_cache;
	slubx_cache_cache = (void *)boot_cache_cache;

	err = slubx_cache_open_first(slubx_node_cache, &node_request);
	if (err) {
		close_node_cache(slubx_node_cache);
		return err;
	}
	err = slubx_cache_open(slubx_cache_cache, &cache_request);
	if (err)
		close_node_cache(slubx_node_cache);
	return err;
}

static int move_first_two_out(void)
{
	struct slubx_kmem_cache *s = move_out(slubx_cache_cache);

	if (!s)
		return -ENOMEM;
	slubx_cache_cache = s;
	s = move_out(slubx_node_cache);
	if (!s)
		return -ENOMEM;
	slubx_node_cache = s;
	return 0;
}

/*
 * A cache that no client can destroy or share, before sysfs comes up. An
 * ERR_PTR if there is no memory. May sleep.
 */
struct slubx_kmem_cache *
slubx_internal_open(const struct slubx_cache_request *wish)
{
	struct slubx_cache_request request = *wish;
	struct slubx_kmem_cache *s;

	slubx_registry_apply_options(&request);
	mutex_lock(&slubx_mutex);
	s = slubx_registry_add(&request);
	if (!IS_ERR(s))
		s->internal = true;
	mutex_unlock(&slubx_mutex);
	return s;
}
EXPORT_SYMBOL_SLUBX(slubx_internal_open);

static int open_alias_cache(void)
{
	const struct slubx_cache_request request = {
		.name = "slubx_alias",
		.size = sizeof(struct slubx_alias),
		.flags = SLUBX_NO_MERGE,
	};

	slubx_alias_cache = slubx_internal_open(&request);
	return PTR_ERR_OR_ZERO(slubx_alias_cache);
}

/* Brings slubx to life. 0, or -ENOMEM and nothing left. May sleep. */
int slubx_bootstrap(void)
{
	int err = open_first_two();

	if (err)
		return err;
	err = move_first_two_out();
	if (err)
		goto close;
	own(slubx_node_cache, "slubx_kmem_cache_node");
	own(slubx_cache_cache, "slubx_kmem_cache");
	err = open_alias_cache();
	if (!err)
		return 0;
	disown(slubx_cache_cache);
	disown(slubx_node_cache);
close:
	close_first_two();
	return err;
}
