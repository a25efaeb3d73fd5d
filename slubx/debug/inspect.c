// SPDX-License-Identifier: GPL-2.0
/*
 * inspect.c - what is looked at when an object of a debugged cache comes or goes,
 * when its slab goes, and when all of it is validated. What is found is told
 * and repaired at once.
 *
 * Floor 3. Called under the list_lock of the slab's node.
 */
#include <linux/bitmap.h>
#include <linux/export.h>

#include "../freelist.h"
#include "check.h"
#include "inspect.h"
#include "repair.h"
#include "report.h"

/* An object can have at most so many faults; each is repaired when found. */
#define FAULTS_MAX 16

/* True if there is nothing; else it is told and repaired. */
static bool settle(struct slubx_slab *slab, void *x, struct slubx_verdict v)
{
	struct slubx_kmem_cache *s = slab->slab_cache;

	if (likely(v.kind == SLUBX_GOOD))
		return true;
	slubx_report(s, slab, x, &v);
	slubx_repair(s, slab, &v);
	return false;
}

static bool object_good(struct slubx_slab *slab, void *x, u8 red)
{
	unsigned int faults = 0;

	while (!settle(slab, x, slubx_check_object(slab, x, red)))
		if (++faults == FAULTS_MAX)
			break;
	return !faults;
}

static bool slab_good(struct slubx_slab *slab)
{
	if (!settle(slab, NULL, slubx_check_slab(slab)))
		return false;
	/* Nothing depends on the padding, and it is as it was again. */
	settle(slab, NULL, slubx_check_padding(slab));
	return true;
}

/* Each fault of the freelist may hide another. */
static bool freelist_good(struct slubx_slab *slab)
{
	unsigned int faults = 0;

	while (!settle(slab, NULL, slubx_check_freelist(slab, NULL)))
		if (++faults == FAULTS_MAX)
			break;
	return !faults;
}

static bool checks_always(const struct slubx_slab *slab)
{
	return slab->slab_cache->flags & SLUBX_CONSISTENCY_CHECKS;
}

/* May the first free object of @slab be given out? If not, isolate the slab. */
bool slubx_inspect_alloc(struct slubx_slab *slab)
{
	void *x = slab->fc.freelist;

	if (checks_always(slab) && !slab_good(slab))
		return false;
	if (!slubx_check_is_object(slab, x))
		return settle(slab, NULL,
			      (struct slubx_verdict){
				      .kind = SLUBX_BAD_FREE_HEAD,
				      .where = x,
			      });
	return !checks_always(slab) || object_good(slab, x, SLUBX_RED_FREE);
}

void slubx_inspect_isolate(struct slubx_slab *slab)
{
	slubx_repair_isolate(slab->slab_cache, slab);
}

/* How many partial slabs a node says it has, and how many there are. */
void slubx_inspect_count(struct slubx_kmem_cache *s, unsigned long *count,
			 unsigned long counted)
{
	const struct slubx_verdict v = {
		.kind = SLUBX_BAD_NR_PARTIAL,
		.where = count,
		.found = *count,
		.expected = counted,
	};

	if (*count == counted)
		return;
	slubx_report(s, NULL, NULL, &v);
	*count = counted;
}

/* Why @x can't be freed to @slab, whatever it holds. */
static struct slubx_verdict check_free(struct slubx_slab *slab, void *x)
{
	if (!slubx_check_is_object(slab, x))
		return (struct slubx_verdict){
			.kind = SLUBX_BAD_POINTER,
			.where = x,
		};
	if (!slab->fc.counters.inuse ||
	    (checks_always(slab) && slubx_check_is_free(slab, x)))
		return (struct slubx_verdict){
			.kind = SLUBX_BAD_DOUBLE_FREE,
			.where = x,
		};
	return SLUBX_VERDICT_GOOD;
}

static bool may_free(struct slubx_slab *slab, void *x)
{
	struct slubx_verdict v;

	/* To an isolated slab nothing is freed, checks or not. */
	if (slab->fc.counters.frozen)
		return settle(slab, NULL, slubx_check_slab(slab));
	if (checks_always(slab)) {
		if (!slab_good(slab))
			return false;
		freelist_good(slab);
	}
	v = check_free(slab, x);
	if (!settle(slab, v.kind == SLUBX_BAD_POINTER ? NULL : x, v))
		return false;
	return !checks_always(slab) || object_good(slab, x, SLUBX_RED_IN_USE);
}

static void not_freed(struct slubx_kmem_cache *s, void *x)
{
	slubx_report_repair(s, "Object at 0x%p not freed", x);
}

/* May @x be freed? If not, it is in nobody's hands from now on. */
bool slubx_inspect_free(struct slubx_slab *slab, void *x)
{
	if (likely(may_free(slab, x)))
		return true;
	not_freed(slab->slab_cache, x);
	return false;
}

/* The same for what is known to be wrong before. False: not a debugged cache. */
bool slubx_inspect_refuse(struct slubx_kmem_cache *s, struct slubx_slab *slab,
			  void *x, enum slubx_verdict_kind kind)
{
	const struct slubx_verdict v = { .kind = kind, .where = x };
	/* Nothing keeps the slab there: what is freed twice is not in it. */
	const struct slubx_kmem_cache *owner = READ_ONCE(slab->slab_cache);

	if (!owner || !slubx_is_debugged(owner))
		return false;
	slubx_report(s, slab, slubx_check_is_object(slab, x) ? x : NULL, &v);
	not_freed(s, x);
	return true;
}

/*
 * Looks at everything. @map has room for all objects. True if all was good. An
 * isolated slab is not looked into.
 */
bool slubx_inspect_all(struct slubx_slab *slab, unsigned long *map)
{
	unsigned int i;
	bool good;
	void *x;

	if (slab->fc.counters.frozen || !slab_good(slab))
		return false;
	good = freelist_good(slab);
	bitmap_zero(map, slab->fc.counters.objects);
	slubx_check_freelist(slab, map);
	for (i = 0; i < slab->fc.counters.objects; i++) {
		x = slubx_slab_object(slab, i);
		good &= object_good(slab, x,
				    test_bit(i, map) ? SLUBX_RED_FREE :
						       SLUBX_RED_IN_USE);
	}
	return good;
}

/* A slab with no object in use is about to go. */
void slubx_inspect_empty(struct slubx_slab *slab)
{
	unsigned int i;

	if (!checks_always(slab) || !slab_good(slab))
		return;
	for (i = 0; i < slab->fc.counters.objects; i++)
		object_good(slab, slubx_slab_object(slab, i), SLUBX_RED_FREE);
}

/* @x, which is off the freelist, is @user's. */
void slubx_inspect_give(struct slubx_slab *slab, void *x,
			const struct slubx_user *user)
{
	struct slubx_kmem_cache *s = slab->slab_cache;

	slubx_freelist_forget(s, x);
	slubx_track_set(s, x, SLUBX_TRACK_ALLOC, user);
	if (s->flags & SLUBX_TRACE)
		slubx_report_trace(s, slab, x, SLUBX_TRACK_ALLOC);
	slubx_object_mark_in_use(s, x, user->asked);
}

/* @x, which is not on the freelist yet, is nobody's. */
void slubx_inspect_take_back(struct slubx_slab *slab, void *x,
			     const struct slubx_user *user)
{
	struct slubx_kmem_cache *s = slab->slab_cache;

	slubx_track_set(s, x, SLUBX_TRACK_FREE, user);
	if (s->flags & SLUBX_TRACE)
		slubx_report_trace(s, slab, x, SLUBX_TRACK_FREE);
	if (want_init_on_free() && !(s->flags & SLUBX_KEEPS_CONTENT))
		memset(x, 0, s->layout.object_size);
	slubx_object_mark_free(s, x);
}
