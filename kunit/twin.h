/* SPDX-License-Identifier: GPL-2.0 */
/*
 * twin.h - what the two allocators are compared by.
 *
 * twin_body.h is one body of random operations, compiled for the host's SLUB
 * (twin_host.c) and for slubx (twin_slubx.c). Each run writes a log of what it
 * saw; the same seed gives the same operations, so the logs must be equal.
 */
#ifndef _SLUBX_KUNIT_TWIN_H
#define _SLUBX_KUNIT_TWIN_H

#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/types.h>

#define TWIN_NAME_LEN 40
#define TWIN_LOG_MAX 8192

/* What can be seen. Those from TWIN_MUST_BE_ZERO on are 0 or a bug. */
enum twin_what {
	TWIN_CREATED,
	TWIN_SIZE,		/* kmem_cache_size() */
	TWIN_SAME_AS,		/* which older cache it was merged into */
	TWIN_OBJECT_SIZE,	/* from here on files of sysfs */
	TWIN_SLAB_SIZE,
	TWIN_ALIGN,
	TWIN_ORDER,
	TWIN_OBJS_PER_SLAB,
	TWIN_ALIASES,
	TWIN_ALLOCATED,		/* of a burst */
	TWIN_SHRUNK,		/* what kmem_cache_shrink() returned */
	TWIN_KSIZE,
	TWIN_ROUNDUP,		/* kmalloc_size_roundup() */
	TWIN_MOVED,		/* by krealloc() */
	TWIN_CTOR_ENOUGH,	/* no object in use without its constructor */

	TWIN_MUST_BE_ZERO,
	TWIN_MISALIGNED = TWIN_MUST_BE_ZERO,
	TWIN_IN_PIECES,		/* what a page could hold */
	TWIN_NOT_ZEROED,	/* by zalloc, or by init_on_alloc */
	TWIN_WRONG_NODE,	/* in spite of __GFP_THISNODE */
	TWIN_UNCONSTRUCTED,
	TWIN_OVERWRITTEN,
	TWIN_OVERLAPPING,
	TWIN_OBJECTS_LEFT,	/* in sysfs, all freed and shrunk */
	TWIN_INFO_OBJECTS_LEFT,	/* the same in slabinfo */
	TWIN_CTOR_CALLS_ODD,	/* not a whole number of slabs */
	TWIN_CTOR_CALLS_OFF,	/* and not those that there are */
	NR_TWIN_WHAT
};

struct twin_seen {
	unsigned int step;
	enum twin_what what;
	long value;
};

struct twin_log {
	unsigned int step;
	unsigned int count;	/* may grow beyond what there is room for */
	bool with_layout;	/* sysfs of both tells of the same layout */
	struct twin_seen seen[TWIN_LOG_MAX];
};

/* A file of sysfs with one number in it. */
struct twin_file {
	const char *name;
	enum twin_what what;
};

/* One allocator's body. */
struct twin {
	const char *name;
	void (*random_walk)(struct twin_log *log, u64 seed);
	void (*merges)(struct twin_log *log, u64 seed);
	void (*sizes)(struct twin_log *log, u64 seed);
	void (*in_pieces)(struct twin_log *log, u64 seed);
	void (*in_bulk)(struct twin_log *log, u64 seed);
	void (*constructors)(struct twin_log *log, u64 seed);
	bool (*can_merge)(void);
};

extern const struct twin twin_host, twin_slubx;
extern const struct twin_file twin_layout_files[];

/* twin_tools.c */
void twin_note(struct twin_log *log, enum twin_what what, long value);
u32 twin_random(struct rnd_state *random, u32 bound);
void twin_seed(struct rnd_state *random, u64 seed);
long twin_read_number(const char *tree, const char *cache, const char *file);
long twin_read_info_objects(const char *cache);
void twin_fill(u8 *x, unsigned int size, u32 serial);
bool twin_is_filled(const u8 *x, unsigned int size, u32 serial);
/* The first @kept bytes of what was filled as @size bytes elsewhere. */
bool twin_is_kept(const u8 *x, unsigned int size, u32 serial,
		  unsigned int kept);
unsigned int twin_overlaps(unsigned long *start, unsigned int count,
			   unsigned int size);

/* Until 6.12 kvrealloc() was told the old size (commit 590b9d576cae). */
static inline void *twin_host_kvrealloc(const void *x, size_t old, size_t size,
					gfp_t gfp)
{
#ifdef SLUBX_HAVE_KVREALLOC_OLDSIZE
	return kvrealloc(x, old, size, gfp);
#else
	return kvrealloc(x, size, gfp);
#endif
}

#endif /* _SLUBX_KUNIT_TWIN_H */
