/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rcu.h - memory that is freed when all RCU readers have left it. Included by
 * slubx.h.
 *
 * For objects of any cache of slubx, for slubx_kmalloc()'s and, by either name,
 * for slubx_kvmalloc()'s and the kernel's vmalloc()'s memory.
 */
#ifndef _SLUBX_RCU_H
#define _SLUBX_RCU_H

#include <linux/types.h>

struct slubx_kmem_cache;

void slubx_kvfree_call_rcu(struct rcu_head *head, void *x);
void slubx_kvfree_rcu_barrier(void);
void slubx_kvfree_rcu_barrier_on_cache(struct slubx_kmem_cache *s);

/**
 * slubx_kfree_rcu_mightsleep() - free memory after a grace period, without room
 *	for that in it
 * @x: the memory; NULL is fine
 *
 * After kfree_rcu_mightsleep().
 *
 * Context: Process context. May sleep, when memory is short for a whole grace
 *	period.
 */
#define slubx_kfree_rcu_mightsleep(x)                           \
	do {                                                    \
		void *__slubx_x = (void *)(x);                  \
								   \
		if (__slubx_x)                                  \
			slubx_kvfree_call_rcu(NULL, __slubx_x); \
	} while (0)

#define slubx_kvfree_rcu_mightsleep(x) slubx_kfree_rcu_mightsleep(x)

#define __slubx_kfree_rcu_1(x) slubx_kfree_rcu_mightsleep(x)
#define __slubx_kfree_rcu_2(x, field)                             \
	do {                                                      \
		typeof(x) __slubx_x = (x);                        \
								   \
		if (__slubx_x)                                    \
			slubx_kvfree_call_rcu(&__slubx_x->field,  \
					      (void *)__slubx_x); \
	} while (0)
#define __slubx_kfree_rcu_choose(_1, _2, name, ...) name

/**
 * slubx_kfree_rcu() - free memory after a grace period
 * @...: a pointer to the memory, which may be NULL, and the name of a field in
 *	it, which is a struct rcu_head. As up to 6.1 the field may be left out:
 *	that is slubx_kfree_rcu_mightsleep()
 *
 * What RCU readers have found before, in rcu_read_lock() sections, stays until
 * they leave. The memory is freed some time later, together with others. The
 * caller must use neither it nor the field any more. After kfree_rcu().
 *
 * Context: Any but NMI, also with a raw spinlock held. Does not sleep (with a
 *	field).
 */
#define slubx_kfree_rcu(...)                                       \
	__slubx_kfree_rcu_choose(__VA_ARGS__, __slubx_kfree_rcu_2, \
				 __slubx_kfree_rcu_1, 0)(__VA_ARGS__)

#define slubx_kvfree_rcu(...) slubx_kfree_rcu(__VA_ARGS__)

#endif /* _SLUBX_RCU_H */
