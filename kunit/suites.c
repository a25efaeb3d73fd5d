// SPDX-License-Identifier: GPL-2.0
/*
 * suites.c - the test module: every suite, from the lowest floor up.
 *
 * A suite that fails explains those after it, so the order is the floors'.
 */
#include <linux/module.h>

#include "common.h"

kunit_test_suites(
	&slubx_debug_options_suite, &slubx_debug_object_suite,
	&slubx_layout_suite, &slubx_layout_host_suite, &slubx_order_suite,
	&slubx_shuffle_suite, &slubx_freelist_suite, &slubx_pair_suite,
	&slubx_slab_suite, &slubx_slab_page_suite, &slubx_walk_suite,
	&slubx_node_suite, &slubx_node_take_suite, &slubx_node_list_suite,
	&slubx_cache_suite, &slubx_shrink_suite, &slubx_leaks_suite,
	&slubx_registry_suite, &slubx_merge_suite, &slubx_reap_suite,
	&slubx_hotplug_suite, &slubx_fault_suite, &slubx_misuse_suite,
	&slubx_page_rules_suite, &slubx_cpu_suite, &slubx_cpu_partial_suite,
	&slubx_holdings_suite, &slubx_look_suite, &slubx_alloc_suite,
	&slubx_alloc_object_suite, &slubx_free_suite, &slubx_remote_free_suite,
	&slubx_defer_suite, &slubx_args_suite, &slubx_usercopy_suite,
	&slubx_pressure_suite, &slubx_mempool_suite, &slubx_debug_use_suite,
	&slubx_debug_crime_suite, &slubx_debug_slab_suite,
	&slubx_debug_sites_suite, &slubx_debug_storm_suite,
	&slubx_debug_switch_suite, &slubx_failslab_suite, &slubx_bulk_suite,
	&slubx_bulk_misuse_suite, &slubx_large_suite, &slubx_trace_suite,
	&slubx_kmalloc_suite, &slubx_nolock_suite, &slubx_nolock_misuse_suite,
	&slubx_kvmalloc_suite, &slubx_kfree_rcu_suite,
	&slubx_kfree_rcu_storm_suite, &slubx_strings_suite,
	&slubx_buckets_suite, &slubx_kfree_suite, &slubx_krealloc_suite,
	&slubx_kmalloc_fault_suite, &slubx_iface_suite, &slubx_attr_stat_suite,
	&slubx_sysfs_suite, &slubx_proc_suite, &slubx_slabs_suite,
	&slubx_objects_suite, &slubx_debugfs_suite, &slubx_twin_suite,
	&slubx_stress_step_suite, &slubx_stress_look_suite,
	&slubx_stress_rcu_suite, &slubx_stress_switch_suite,
	&slubx_stress_suite, &slubx_stress_cpu_suite);

MODULE_DESCRIPTION("Tests of slubx");
MODULE_LICENSE("GPL");
