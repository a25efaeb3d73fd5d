// SPDX-License-Identifier: GPL-2.0
/*
 * oldest.c - collects the oldest objects in use of a cache with
 * SLUBX_STORE_USER.
 *
 * Floor 7. Takes no lock of its own. However many objects there are, those
 * collected are a heap with the youngest on top, which goes when an older one
 * comes and there is no more room.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/sort.h>

#include "held.h"
#include "oldest.h"

struct collection {
	struct slubx_oldest *oldest;
	unsigned long now;
};

/* ---- The heap ------------------------------------------------------------*/

/* From the end towards the top, while what is above is older. */
static void sift_up(struct slubx_old_object *heap, unsigned int at)
{
	unsigned int above;

	for (; at; at = above) {
		above = (at - 1) / 2;
		if (heap[above].age <= heap[at].age)
			return;
		swap(heap[above], heap[at]);
	}
}

/* From the top down, while something below is younger. */
static void sift_down(struct slubx_old_object *heap, unsigned int count)
{
	unsigned int at = 0, below;

	while ((below = 2 * at + 1) < count) {
		if (below + 1 < count && heap[below + 1].age < heap[below].age)
			below++;
		if (heap[at].age <= heap[below].age)
			return;
		swap(heap[at], heap[below]);
		at = below;
	}
}

static void put(struct slubx_oldest *oldest,
		const struct slubx_old_object *object)
{
	if (oldest->count < oldest->room) {
		oldest->object[oldest->count] = *object;
		sift_up(oldest->object, oldest->count++);
		return;
	}
	oldest->lost++;
	if (object->age <= oldest->object[0].age)
		return;
	oldest->object[0] = *object;
	sift_down(oldest->object, oldest->count);
}

/* ---- What comes into it --------------------------------------------------*/

static void add(const struct slubx_held *held, void *arg)
{
	const struct collection *collection = arg;
	const struct slubx_old_object object = {
		/* It may have come after the collection began. */
		.age = max((long)(collection->now - held->track->when), 0L),
		.pfn = held->pfn,
		.index = held->index,
		.offset = held->offset,
		.node = held->node,
		.waste = held->waste,
		.track = *held->track,
	};

	put(collection->oldest, &object);
}

/* The oldest first; of the same age, in order of their place. */
static int by_age(const void *a, const void *b)
{
	const struct slubx_old_object *one = a, *other = b;

	if (one->age != other->age)
		return one->age < other->age ? 1 : -1;
	if (one->pfn != other->pfn)
		return one->pfn > other->pfn ? 1 : -1;
	return one->index > other->index ? 1 : -1;
}

/*
 * Fills @oldest with the objects of @s that are in use, or the oldest of them.
 * Sorted. May sleep.
 */
void slubx_oldest_collect(struct slubx_kmem_cache *s,
			  struct slubx_oldest *oldest)
{
	struct collection collection = { .oldest = oldest, .now = jiffies };

	slubx_held_visit(s, SLUBX_TRACK_ALLOC, add, &collection);
	sort(oldest->object, oldest->count, sizeof(*oldest->object), by_age,
	     NULL);
}
EXPORT_SYMBOL_SLUBX(slubx_oldest_collect);
