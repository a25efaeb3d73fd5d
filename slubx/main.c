// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - the floors come up in order, and go down in reverse.
 *
 * Floor 11. Unloading is possible only when no client has a cache: each holds
 * a reference of the module.
 */
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/module.h>

#include "flush.h"
#include "iface/iface.h"
#include "kfree_rcu.h"
#include "kmalloc.h"
#include "order.h"
#include "params.h"
#include "path.h"
#include "pressure.h"
#include "registry.h"

static int __init start_floors(void)
{
	int err;

	err = slubx_flush_init();
	if (err)
		return err;
	err = slubx_defer_init(slubx_free_deferred);
	if (err)
		goto flush;
	slubx_reap_init();
	err = slubx_bootstrap();
	if (err)
		goto defer;
	err = slubx_kmalloc_init();
	if (err)
		goto bootstrap;
	err = slubx_nolock_init();
	if (err)
		goto kmalloc;
	err = slubx_kfree_rcu_init();
	if (err)
		goto nolock;
	err = slubx_sysfs_init();
	if (err)
		goto rcu;
	err = slubx_proc_init();
	if (err)
		goto sysfs;
	slubx_debugfs_init();
	err = slubx_hotplug_init();
	if (err)
		goto debugfs;
	err = slubx_pressure_init();
	if (err)
		goto hotplug;
	return 0;

hotplug:
	slubx_hotplug_exit();
debugfs:
	slubx_debugfs_exit();
	slubx_proc_exit();
sysfs:
	slubx_sysfs_exit();
rcu:
	slubx_kfree_rcu_exit();
nolock:
	slubx_nolock_exit();
kmalloc:
	slubx_kmalloc_exit();
bootstrap:
	slubx_unbootstrap();
defer:
	slubx_reap_exit();
	slubx_defer_exit();
flush:
	slubx_flush_exit();
	return err;
}

static int __init slubx_init(void)
{
	struct slubx_order_rules rules;
	int err;

	err = slubx_params_apply();
	if (err)
		return err;
	err = start_floors();
	if (err) {
		pr_err("slubx: not loaded, error %d\n", err);
		return err;
	}
	rules = slubx_order_current_rules();
	pr_info("slubx: HWalign=%d, Order=%u-%u, MinObjects=%u, CPUs=%u, Nodes=%u\n",
		cache_line_size(), rules.min_order, rules.max_order,
		rules.min_objects, nr_cpu_ids, nr_node_ids);
	return 0;
}

static void __exit slubx_exit(void)
{
	slubx_pressure_exit();
	slubx_hotplug_exit();
	slubx_debugfs_exit();
	slubx_proc_exit();
	slubx_sysfs_exit();
	slubx_kfree_rcu_exit();
	slubx_kvmalloc_exit();
	slubx_nolock_exit();
	slubx_kmalloc_exit();
	slubx_unbootstrap();
	slubx_reap_exit();
	slubx_defer_exit();
	slubx_flush_exit();
	/* Slabs of TYPESAFE_BY_RCU caches are freed by code of ours. */
	rcu_barrier();
}

module_init(slubx_init);
module_exit(slubx_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The slubx authors");
MODULE_DESCRIPTION("An alternate slab allocator, after SLUB");
MODULE_VERSION("0.1.0");
