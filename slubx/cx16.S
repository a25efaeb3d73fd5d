/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cx16.S - the symbol that the kernel's per-cpu 16-byte exchange may call.
 *
 * On a processor with CX16 the call is patched away when the module loads. On
 * one without, slubx never takes the lockless paths (slubx_lockless(), pair.h),
 * so reaching this is a bug, and a trap says so at once.
 */
#include <linux/linkage.h>

	.text
SYM_FUNC_START(this_cpu_cmpxchg16b_emu)
	ud2
SYM_FUNC_END(this_cpu_cmpxchg16b_emu)
