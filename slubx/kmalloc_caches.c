// SPDX-License-Identifier: GPL-2.0
/*
 * kmalloc_caches.c - a cache for each size and type, made when slubx loads.
 *
 * Floor 9. They exist before the first user and are never merged with others,
 * so that each can be named, watched and debugged by itself.
 */
#include <linux/kernel.h>
#include <linux/random.h>

#include "debug/object.h"
#include "errors.h"
#include "kmalloc.h"
#include "large.h"
#include "registry.h"

slubx_kmem_buckets slubx_kmalloc_caches[SLUBX_KMALLOC_TYPES];
EXPORT_SYMBOL_GPL(slubx_kmalloc_caches);

/* Which copy a caller uses: guessed, it would tell. */
unsigned long slubx_kmalloc_seed;
EXPORT_SYMBOL_GPL(slubx_kmalloc_seed);

size_t slubx_kmalloc_limit __read_mostly = SLUBX_KMALLOC_MAX_CACHE_SIZE;
EXPORT_SYMBOL_SLUBX(slubx_kmalloc_limit);

struct type {
	const char *set;
	slubx_flags_t flags;
};

static const struct type types[SLUBX_KMALLOC_COPY] = {
	[SLUBX_KMALLOC_NORMAL] = { "slubx-kmalloc", 0 },
	[SLUBX_KMALLOC_CGROUP] = { "slubx-kmalloc-cg", SLUBX_ACCOUNT },
	[SLUBX_KMALLOC_RECLAIM] = { "slubx-kmalloc-rcl",
				    SLUBX_RECLAIM_ACCOUNT },
	[SLUBX_KMALLOC_DMA] = { "slubx-dma-kmalloc", SLUBX_CACHE_DMA },
};

/* Bytes of a class; 0 for indices that are not used. */
unsigned int slubx_kmalloc_class_size(unsigned int index)
{
	unsigned int size = 1U << index;

	if (index == 1)
		size = 96;
	else if (index == 2)
		size = 192;
	/* A class below the smallest, or too close to the next, is none. */
	return slubx_kmalloc_index(size) == index ? size : 0;
}

/* "<set>-8", "<set>-512", "<set>-1k": as the names of SLUB's caches end. */
void slubx_kmalloc_class_name(char text[SLUBX_NAME_LEN], const char *set,
			      unsigned int size)
{
	if (size < SZ_1K)
		snprintf(text, SLUBX_NAME_LEN, "%s-%u", set, size);
	else
		snprintf(text, SLUBX_NAME_LEN, "%s-%uk", set, size / SZ_1K);
}

static struct slubx_kmem_cache *open_class(const char *set, unsigned int size,
					   slubx_flags_t flags)
{
	char name[SLUBX_NAME_LEN];
	const struct slubx_cache_request request = {
		.name = name,
		.size = size,
		/* What divides the size, so that no waste comes of it. */
		.args.align = max_t(unsigned int, ARCH_KMALLOC_MINALIGN,
				    1U << __ffs(size)),
		.args.usersize = size,
		.flags = flags | SLUBX_KMALLOC,
	};

	slubx_kmalloc_class_name(name, set, size);
	return slubx_internal_open(&request);
}

static bool row_keeps_size(struct slubx_kmem_cache **row)
{
	unsigned int i;

	for (i = 0; i < SLUBX_KMALLOC_INDICES; i++)
		if (row[i] && slubx_object_keeps_size(slubx_mode_now(row[i])))
			return true;
	return false;
}

/*
 * Which sizes are simply of a class: all, or none if a class keeps how many bytes
 * were asked for. To be called when that may have changed.
 */
void slubx_kmalloc_set_limit(void)
{
	size_t limit = SLUBX_KMALLOC_MAX_CACHE_SIZE;
	unsigned int i;

	for (i = 0; i < SLUBX_KMALLOC_TYPES; i++)
		if (row_keeps_size(slubx_kmalloc_caches[i]))
			limit = 0;
	WRITE_ONCE(slubx_kmalloc_limit, limit);
}

static int open_row(struct slubx_kmem_cache **row, const char *set,
		    slubx_flags_t flags)
{
	struct slubx_kmem_cache *s;
	unsigned int i, size;

	for (i = 0; i < SLUBX_KMALLOC_INDICES; i++) {
		size = slubx_kmalloc_class_size(i);
		if (!size)
			continue;
		s = open_class(set, size, flags);
		if (IS_ERR(s))
			return PTR_ERR(s);
		row[i] = s;
	}
	return 0;
}

/* Sixteen sets for NORMAL, or one that all copies share. */
static int open_copies(void)
{
	char set[] = "slubx-kmalloc-rnd-00";
	unsigned int i;
	int err = 0;

	for (i = SLUBX_KMALLOC_COPY; i < SLUBX_KMALLOC_TYPES && !err; i++) {
		struct slubx_kmem_cache **row = slubx_kmalloc_caches[i];

		if (SLUBX_RANDOM_KMALLOC) {
			snprintf(set, sizeof(set), "slubx-kmalloc-rnd-%02u",
				 i - SLUBX_KMALLOC_COPY + 1);
			err = open_row(row, set, 0);
		} else {
			memcpy(row, slubx_kmalloc_caches[SLUBX_KMALLOC_NORMAL],
			       sizeof(slubx_kmem_buckets));
		}
	}
	return err;
}

static void close_row(struct slubx_kmem_cache **row)
{
	unsigned int i;

	for (i = 0; i < SLUBX_KMALLOC_INDICES; i++) {
		if (row[i])
			slubx_internal_close(row[i]);
		row[i] = NULL;
	}
}

/* Makes them all. 0, or an error and none is left. May sleep. */
int slubx_kmalloc_init(void)
{
	unsigned int i;
	int err = 0;

	slubx_kmalloc_seed = get_random_long();
	for (i = 0; i < SLUBX_KMALLOC_COPY && !err; i++)
		err = open_row(slubx_kmalloc_caches[i], types[i].set,
			       types[i].flags);
	err = err ?: open_copies();
	if (err)
		slubx_kmalloc_exit();
	else
		slubx_kmalloc_set_limit();
	return err;
}

/* Nobody can allocate any more. What is still in use is reported and lost. */
void slubx_kmalloc_exit(void)
{
	unsigned int i, rows = SLUBX_RANDOM_KMALLOC ? SLUBX_KMALLOC_TYPES :
						      SLUBX_KMALLOC_COPY;

	if (slubx_large_count())
		slubx_error(
			NULL,
			"%ld pieces of large memory are in use at unload, and lost",
			slubx_large_count());
	for (i = 0; i < rows; i++)
		close_row(slubx_kmalloc_caches[i]);
}
