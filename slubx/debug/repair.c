// SPDX-License-Identifier: GPL-2.0
/*
 * repair.c - puts right what a check found, or gives the slab up, so that the
 * system goes on and the same fault is not found twice.
 *
 * Floor 3. The caller holds the list_lock of the slab's node, and moves the slab
 * to the list that it belongs on now.
 */
#include "../freelist.h"
#include "../order.h"
#include "repair.h"
#include "report.h"

static void restore_bytes(struct slubx_kmem_cache *s,
			  const struct slubx_verdict *v)
{
	slubx_report_repair(s, "Restoring %s 0x%p-0x%p=0x%lx",
			    slubx_report_name(v->kind), v->where,
			    v->where + v->length - 1, v->expected);
	memset(v->where, v->expected, v->length);
}

/* Its free objects are lost. */
static void clear_freelist(struct slubx_slab *slab)
{
	slab->fc.freelist = NULL;
	slab->fc.counters.inuse = slab->fc.counters.objects;
}

void slubx_repair(struct slubx_kmem_cache *s, struct slubx_slab *slab,
		  const struct slubx_verdict *v)
{
	switch (v->kind) {
	case SLUBX_BAD_LEFT_ZONE ... SLUBX_BAD_SLAB_PADDING:
		restore_bytes(s, v);
		break;
	case SLUBX_BAD_LINK:
	case SLUBX_BAD_CHAIN:
		/* What came behind is lost; the count will tell. */
		slubx_freelist_link(s, v->where, NULL);
		break;
	case SLUBX_BAD_HEAD:
	case SLUBX_BAD_CYCLE:
		clear_freelist(slab);
		slubx_report_repair(s, "Freelist cleared");
		break;
	case SLUBX_BAD_OBJECTS_FOUND:
		slab->fc.counters.objects = v->expected;
		slubx_report_repair(s, "Number of objects adjusted");
		break;
	case SLUBX_BAD_INUSE_FOUND:
		slab->fc.counters.inuse = v->expected;
		slubx_report_repair(s, "Object count adjusted");
		break;
	default:
		break;
	}
}

/* Nobody gets an object of @slab any more, and nobody can give one back. */
void slubx_repair_isolate(struct slubx_kmem_cache *s, struct slubx_slab *slab)
{
	unsigned int room =
		slubx_order_objects(slubx_slab_order(slab), s->layout.size);

	slubx_report_repair(s, "Marking all objects used");
	slab->fc.counters.objects = room;
	slab->fc.counters.frozen = 1;
	clear_freelist(slab);
}
