// SPDX-License-Identifier: GPL-2.0
/*
 * errors.c - says what went wrong with which cache, and counts it.
 *
 * Floor 0. Safe in any context that printk is. A flood is cut by a ratelimit;
 * the counts are exact.
 */
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "errors.h"

/* All faults since load, of caches that are gone too. */
atomic_long_t slubx_error_count = ATOMIC_LONG_INIT(0);
EXPORT_SYMBOL_SLUBX(slubx_error_count);

static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL, 40);

static void say(const char *name, const char *what, struct va_format *vaf)
{
	atomic_long_inc(&slubx_error_count);
	if (!__ratelimit(&limit))
		return;
	if (name)
		pr_err("slubx: cache '%s'%s: %pV\n", name, what, vaf);
	else
		pr_err("slubx: %pV\n", vaf);
}

/* A fault in the use of cache @s (NULL: no cache is known). */
void slubx_error(struct slubx_kmem_cache *s, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	if (s)
		atomic_inc(&s->errors);
	va_start(args, fmt);
	vaf.va = &args;
	say(s ? s->name : NULL, "", &vaf);
	va_end(args);
}

/* A cache that was not created, with the reason. */
void slubx_refuse(const char *name, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	say(name ?: "(null)", " not created", &vaf);
	va_end(args);
}
