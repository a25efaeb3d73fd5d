// SPDX-License-Identifier: GPL-2.0
/*
 * reap.c - the end of caches, at once or when their last object is freed.
 *
 * Floor 8. Lock: slubx_mutex (1), around the list of zombies. A zombie keeps
 * the module loaded: late frees run its code.
 */
#include <linux/rcupdate.h>

#include "registry.h"
#include "slab.h"

static LIST_HEAD(zombies);	/* by s->list, under slubx_mutex */

/*
 * Frees a cache without slabs, that nobody can find any more. What sysfs still
 * holds of it is freed by the release of its kobject. May sleep.
 */
void slubx_reap_bury(struct slubx_kmem_cache *s)
{
	slubx_modes_close(s);
	slubx_cache_close(s);
	kobject_put(&s->kobj);
	module_put(THIS_MODULE);
}

/* Keeps a destroyed cache until its last slab goes. */
void slubx_reap_later(struct slubx_kmem_cache *s)
{
	mutex_lock(&slubx_mutex);
	list_add(&s->list, &zombies);
	mutex_unlock(&slubx_mutex);
	/*
	 * The last slab may have gone before it was in the list, or go by the
	 * hand of somebody who did not see a zombie yet (slab.c).
	 */
	synchronize_rcu();
	schedule_work(&slubx_reap_work);
}

static void reap(struct work_struct *work)
{
	struct slubx_kmem_cache *s, *next;
	LIST_HEAD(dead);

	mutex_lock(&slubx_mutex);
	list_for_each_entry_safe(s, next, &zombies, list)
		if (!slubx_cache_slabs(s))
			list_move(&s->list, &dead);
	mutex_unlock(&slubx_mutex);
	if (list_empty(&dead))
		return;

	/* Who freed the last slab may still look at its cache (slab.c). */
	synchronize_rcu();
	list_for_each_entry_safe(s, next, &dead, list) {
		pr_info("slubx: cache '%s': the last object is freed, it is gone\n",
			s->name);
		slubx_reap_bury(s);
	}
}

/* Destroyed caches that still hold objects. */
unsigned long slubx_reap_zombies(void)
{
	struct list_head *pos;
	unsigned long count = 0;

	mutex_lock(&slubx_mutex);
	list_for_each(pos, &zombies)
		count++;
	mutex_unlock(&slubx_mutex);
	return count;
}
EXPORT_SYMBOL_SLUBX(slubx_reap_zombies);

void slubx_reap_init(void)
{
	INIT_WORK(&slubx_reap_work, reap);
}

/* To be called when the last slab is gone: each may have queued the work. */
void slubx_reap_exit(void)
{
	cancel_work_sync(&slubx_reap_work);
}
