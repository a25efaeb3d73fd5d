/* SPDX-License-Identifier: GPL-2.0 */
/*
 * errors.h - one line in the log for one fault, and a count of them.
 *
 * Floor 0. A fault that slubx can survive is never a BUG() and never a WARN():
 * on a machine with panic_on_warn a client's bug must not become the machine's.
 * The line names the cache and the cause; tests read the counts.
 */
#ifndef _SLUBX_ERRORS_H
#define _SLUBX_ERRORS_H

#include <linux/atomic.h>

#include "types.h"

extern atomic_long_t slubx_error_count;

void slubx_error_note(struct slubx_kmem_cache *s);
__printf(2, 3)
void slubx_error(struct slubx_kmem_cache *s, const char *fmt, ...);
__printf(2, 3)
void slubx_refuse(const char *name, const char *fmt, ...);

#endif /* _SLUBX_ERRORS_H */
