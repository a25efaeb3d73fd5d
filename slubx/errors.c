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
	if (!__ratelimit(&limit))
		return;
	if (name)
		pr_err("slubx: cache '%s'%s: %pV\n", name, what, vaf);
	else
		pr_err("slubx: %pV\n", vaf);
}

/* Counts a fault in the use of cache @s (NULL: no cache is known). */
void slubx_error_note(struct slubx_kmem_cache *s)
{
	if (s)
		atomic_inc(&slubx_client_of(s)->errors);
	atomic_long_inc(&slubx_error_count);
}

/* The same, and says what it is. */
void slubx_error(struct slubx_kmem_cache *s, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	slubx_error_note(s);
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

	slubx_error_note(NULL);
	va_start(args, fmt);
	vaf.va = &args;
	say(name ?: "(null)", " not created", &vaf);
	va_end(args);
}
