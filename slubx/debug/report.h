/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report.h - what debugging found, in the log, in SLUB's format. Floor 3.
 */
#ifndef _SLUBX_DEBUG_REPORT_H
#define _SLUBX_DEBUG_REPORT_H

#include "object.h"

/* What tests hear instead of the log. */
struct slubx_debug_event {
	struct slubx_kmem_cache *s;
	struct slubx_slab *slab;
	void *x;			/* the object, or NULL: the slab */
	struct slubx_verdict verdict;
};

/*
 * NULL, or who is told of each verdict; true keeps it out of the log. Called
 * with locks held and interrupts off.
 */
typedef bool (*slubx_debug_listener_fn)(const struct slubx_debug_event *event);
extern slubx_debug_listener_fn slubx_debug_listener;

void slubx_report(struct slubx_kmem_cache *s, struct slubx_slab *slab, void *x,
		  const struct slubx_verdict *v);
__printf(2, 3)
void slubx_report_repair(struct slubx_kmem_cache *s, const char *fmt, ...);
void slubx_report_trace(struct slubx_kmem_cache *s,
			const struct slubx_slab *slab, const void *x,
			enum slubx_track_item item);
void slubx_report_track(const char *what, const struct slubx_track *track);
const char *slubx_report_name(enum slubx_verdict_kind kind);

#endif /* _SLUBX_DEBUG_REPORT_H */
