// SPDX-License-Identifier: GPL-2.0
/*
 * pressure.c - memory is short: empty slabs that are kept for later go back.
 *
 * Floor 9. Called from reclaim, in the middle of anybody's allocation, so
 * nothing here waits: slubx_mutex (1), whose holder may be that anybody, is
 * tried for, and lists are taken under their own lock (3b). Other cpus are not
 * asked to flush, which would mean waiting for them.
 *
 * Objects that wait for a grace period are counted with the slabs, whatever
 * their node, so that reclaim comes here; scanning makes them wait no longer
 * than they must.
 */
#include "cpu.h"
#include "kfree_rcu.h"
#include "pressure.h"
#include "registry.h"

static struct shrinker *shrinker;

static unsigned long count(struct slubx_kmem_cache *s, int nid)
{
	struct slubx_kmem_cache *m;
	unsigned long slabs = 0;

	slubx_for_each_mode(s, m)
		if (m->node[nid])
			slabs += slubx_node_count_partial(m->node[nid],
							  SLUBX_PARTIAL_EMPTY);
	return slabs;
}

/* Slabs without objects in use that the caches keep on node @nid. */
unsigned long slubx_pressure_count(int nid)
{
	struct slubx_kmem_cache *s;
	unsigned long slabs = 0;

	if (!mutex_trylock(&slubx_mutex))
		return 0;
	list_for_each_entry(s, &slubx_caches, list)
		slabs += count(s, nid);
	mutex_unlock(&slubx_mutex);
	return slabs;
}
EXPORT_SYMBOL_SLUBX(slubx_pressure_count);

/* What this cpu holds is flushed first: it may be empty, too. */
static unsigned long release(struct slubx_kmem_cache *s, int nid)
{
	struct slubx_kmem_cache *m;
	unsigned long slabs = 0;

	slubx_for_each_mode(s, m) {
		if (slubx_cpu_holds(m, raw_smp_processor_id()))
			slubx_cpu_flush_this(m);
		if (m->node[nid])
			slabs += slubx_node_drop_empty(m, m->node[nid]);
	}
	return slabs;
}

/*
 * Frees empty slabs of node @nid, cache by cache, until there are @wanted of
 * them or no more. Returns how many; SHRINK_STOP if others are at the list.
 */
unsigned long slubx_pressure_release(int nid, unsigned long wanted)
{
	struct slubx_kmem_cache *s;
	unsigned long slabs = 0;

	slubx_kfree_rcu_hurry();
	if (!mutex_trylock(&slubx_mutex))
		return SHRINK_STOP;
	list_for_each_entry(s, &slubx_caches, list) {
		slabs += release(s, nid);
		if (slabs >= wanted)
			break;
	}
	mutex_unlock(&slubx_mutex);
	return slabs;
}
EXPORT_SYMBOL_SLUBX(slubx_pressure_release);

static unsigned long count_objects(struct shrinker *unused,
				   struct shrink_control *control)
{
	return slubx_pressure_count(control->nid) + slubx_kfree_rcu_pending();
}

static unsigned long scan_objects(struct shrinker *unused,
				  struct shrink_control *control)
{
	return slubx_pressure_release(control->nid, control->nr_to_scan);
}

/* From now on reclaim asks us. 0 or -ENOMEM. May sleep. */
int slubx_pressure_init(void)
{
	int err;

	shrinker = slubx_shrinker_alloc(SHRINKER_NUMA_AWARE, "slubx");
	if (!shrinker)
		return -ENOMEM;
	shrinker->count_objects = count_objects;
	shrinker->scan_objects = scan_objects;
	shrinker->seeks = DEFAULT_SEEKS;
	err = slubx_shrinker_register(shrinker, "slubx");
	if (err)
		slubx_shrinker_free(shrinker);
	return err;
}

/* Waits until reclaim is done with us. May sleep. */
void slubx_pressure_exit(void)
{
	slubx_shrinker_free(shrinker);
}
