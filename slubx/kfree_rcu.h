/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kfree_rcu.h - memory that waits for a grace period. Floor 9.
 */
#ifndef _SLUBX_KFREE_RCU_H
#define _SLUBX_KFREE_RCU_H

#include <slubx/rcu.h>

int slubx_kfree_rcu_init(void);
void slubx_kfree_rcu_exit(void);
void slubx_kfree_rcu_hurry(void);
unsigned long slubx_kfree_rcu_pending(void);
unsigned long slubx_kfree_rcu_rounds(void);

#endif /* _SLUBX_KFREE_RCU_H */
