/* SPDX-License-Identifier: GPL-2.0 */
/*
 * common.h - what the suites share: a fixture that cleans up after a case, also
 * after one that an ASSERT ended; other cpus; random numbers; short checks.
 *
 * A suite is defined by SLUBX_SUITE() and listed in suites.c. Cases run in a
 * thread of their own and may sleep. ASSERT only in that thread: in functions
 * that run elsewhere (slubx_test_on_cpus()) use EXPECT.
 */
#ifndef _SLUBX_KUNIT_COMMON_H
#define _SLUBX_KUNIT_COMMON_H

#include <kunit/test.h>
#include <linux/cpumask.h>

#include "../slubx/errors.h"
#include "../slubx/types.h"

/* KUnit tells slow cases apart since 6.6. */
#ifndef KUNIT_CASE_SLOW
#define KUNIT_CASE_SLOW(test_name) KUNIT_CASE(test_name)
#endif

#define SLUBX_SUITE(stem, cases)                                           \
	struct kunit_suite slubx_##stem##_suite = {                        \
		.name = "slubx_" #stem,                                    \
		.init = slubx_test_init,                                   \
		.exit = slubx_test_exit,                                   \
		.test_cases = cases,                                       \
	}

extern struct kunit_suite slubx_debug_options_suite;
extern struct kunit_suite slubx_debug_object_suite;
extern struct kunit_suite slubx_layout_suite;
extern struct kunit_suite slubx_layout_host_suite;
extern struct kunit_suite slubx_order_suite;
extern struct kunit_suite slubx_shuffle_suite;
extern struct kunit_suite slubx_freelist_suite;
extern struct kunit_suite slubx_pair_suite;
extern struct kunit_suite slubx_slab_suite;
extern struct kunit_suite slubx_slab_page_suite;
extern struct kunit_suite slubx_walk_suite;
extern struct kunit_suite slubx_node_suite;
extern struct kunit_suite slubx_node_take_suite;
extern struct kunit_suite slubx_node_list_suite;
extern struct kunit_suite slubx_cache_suite;
extern struct kunit_suite slubx_shrink_suite;
extern struct kunit_suite slubx_leaks_suite;
extern struct kunit_suite slubx_registry_suite;
extern struct kunit_suite slubx_merge_suite;
extern struct kunit_suite slubx_reap_suite;
extern struct kunit_suite slubx_hotplug_suite;
extern struct kunit_suite slubx_fault_suite;
extern struct kunit_suite slubx_failslab_suite;
extern struct kunit_suite slubx_misuse_suite;
extern struct kunit_suite slubx_page_rules_suite;
extern struct kunit_suite slubx_cpu_suite;
extern struct kunit_suite slubx_cpu_partial_suite;
extern struct kunit_suite slubx_holdings_suite;
extern struct kunit_suite slubx_look_suite;
extern struct kunit_suite slubx_alloc_suite;
extern struct kunit_suite slubx_alloc_object_suite;
extern struct kunit_suite slubx_free_suite;
extern struct kunit_suite slubx_remote_free_suite;
extern struct kunit_suite slubx_defer_suite;
extern struct kunit_suite slubx_args_suite;
extern struct kunit_suite slubx_usercopy_suite;
extern struct kunit_suite slubx_pressure_suite;
extern struct kunit_suite slubx_mempool_suite;
extern struct kunit_suite slubx_debug_use_suite;
extern struct kunit_suite slubx_debug_crime_suite;
extern struct kunit_suite slubx_debug_slab_suite;
extern struct kunit_suite slubx_debug_sites_suite;
extern struct kunit_suite slubx_objects_suite;
extern struct kunit_suite slubx_debug_storm_suite;
extern struct kunit_suite slubx_debug_switch_suite;
extern struct kunit_suite slubx_bulk_suite;
extern struct kunit_suite slubx_bulk_misuse_suite;
extern struct kunit_suite slubx_large_suite;
extern struct kunit_suite slubx_trace_suite;
extern struct kunit_suite slubx_kmalloc_suite;
extern struct kunit_suite slubx_kfree_suite;
extern struct kunit_suite slubx_krealloc_suite;
extern struct kunit_suite slubx_kmalloc_fault_suite;
extern struct kunit_suite slubx_kvmalloc_suite;
extern struct kunit_suite slubx_kfree_rcu_suite;
extern struct kunit_suite slubx_kfree_rcu_storm_suite;
extern struct kunit_suite slubx_nolock_misuse_suite;
extern struct kunit_suite slubx_nolock_suite;
extern struct kunit_suite slubx_strings_suite;
extern struct kunit_suite slubx_buckets_suite;
extern struct kunit_suite slubx_iface_suite;
extern struct kunit_suite slubx_attr_stat_suite;
extern struct kunit_suite slubx_sysfs_suite;
extern struct kunit_suite slubx_proc_suite;
extern struct kunit_suite slubx_slabs_suite;
extern struct kunit_suite slubx_debugfs_suite;
extern struct kunit_suite slubx_twin_suite;
extern struct kunit_suite slubx_stress_suite;
extern struct kunit_suite slubx_stress_rcu_suite;
extern struct kunit_suite slubx_stress_cpu_suite;
extern struct kunit_suite slubx_stress_step_suite;
extern struct kunit_suite slubx_stress_look_suite;
extern struct kunit_suite slubx_stress_switch_suite;

int slubx_test_init(struct kunit *test);
void slubx_test_exit(struct kunit *test);

/*
 * The cache @s, which is not NULL, or the case ends here. It is destroyed after
 * the case, the youngest first, or earlier by slubx_test_destroy().
 */
struct slubx_kmem_cache *slubx_test_keep(struct kunit *test,
					 struct slubx_kmem_cache *s);
void slubx_test_destroy(struct kunit *test, struct slubx_kmem_cache *s);

/*
 * Call @fn with @data on all of @cpus at the same time, each in a thread that
 * stays there, and wait for the last one.
 */
void slubx_test_on_cpus(struct kunit *test, const struct cpumask *cpus,
			void (*fn)(void *data), void *data);

static inline void slubx_test_on_cpu(struct kunit *test, int cpu,
				     void (*fn)(void *data), void *data)
{
	slubx_test_on_cpus(test, cpumask_of(cpu), fn, data);
}

/*
 * Brings a cpu back that went. Several attempts: where the host is busy it may not
 * answer in the ten seconds that the kernel gives it.
 */
bool slubx_test_add_cpu(unsigned int cpu);

/*
 * A number below @bound, from a sequence that begins anew with each case. Its
 * seed is the module's parameter of that name; a case that fails tells it.
 */
u32 slubx_test_random(struct kunit *test, u32 bound);

/* Runs @statement, in which slubx has to report @n faults. */
#define EXPECT_ERRORS(test, n, statement)                                  \
	do {                                                               \
		long __errors = atomic_long_read(&slubx_error_count);      \
									   \
		statement;                                                 \
		__errors = atomic_long_read(&slubx_error_count) - __errors; \
		KUNIT_EXPECT_EQ(test, __errors, (long)(n));                \
	} while (0)

/* An invariant of a room, which is a function there: slubx_<room>_valid(). */
#define EXPECT_VALID(test, room, ...)                                      \
	KUNIT_EXPECT_TRUE(test, slubx_##room##_valid(__VA_ARGS__))

#endif /* _SLUBX_KUNIT_COMMON_H */
