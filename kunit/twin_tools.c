// SPDX-License-Identifier: GPL-2.0
/*
 * twin_tools.c - what both bodies need and neither allocator shows: the log,
 * random numbers, files of sysfs, patterns, overlaps.
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "twin.h"

/* ---- The log -------------------------------------------------------------*/

void twin_note(struct twin_log *log, enum twin_what what, long value)
{
	if (log->count < TWIN_LOG_MAX)
		log->seen[log->count] = (struct twin_seen){
			.step = log->step,
			.what = what,
			.value = value,
		};
	log->count++;
}

/* ---- Random numbers ------------------------------------------------------*/

void twin_seed(struct rnd_state *random, u64 seed)
{
	prandom_seed_state(random, seed);
}

u32 twin_random(struct rnd_state *random, u32 bound)
{
	return ((u64)prandom_u32_state(random) * bound) >> 32;
}

/* ---- Files ---------------------------------------------------------------*/

const struct twin_file twin_layout_files[] = {
	{ "object_size", TWIN_OBJECT_SIZE },
	{ "slab_size", TWIN_SLAB_SIZE },
	{ "align", TWIN_ALIGN },
	{ "order", TWIN_ORDER },
	{ "objs_per_slab", TWIN_OBJS_PER_SLAB },
	{},
};

static ssize_t read_file(const char *path, char *text, size_t size)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	ssize_t len = 0, got;
	loff_t pos = 0;

	if (IS_ERR(file))
		return PTR_ERR(file);
	do {
		got = kernel_read(file, text + len, size - 1 - len, &pos);
		len += max_t(ssize_t, got, 0);
	} while (got > 0 && len < size - 1);
	filp_close(file, NULL);
	text[len] = '\0';
	return got < 0 ? got : len;
}

/* The number that a file begins with, or an errno. */
long twin_read_number(const char *tree, const char *cache, const char *file)
{
	char path[100], text[80];
	unsigned long number;
	ssize_t got;

	snprintf(path, sizeof(path), "%s%s/%s", tree, cache, file);
	got = read_file(path, text, sizeof(text));
	if (got < 0)
		return got;
	/* More may follow: the nodes' parts of it. */
	text[strcspn(text, "\n ")] = '\0';
	got = kstrtoul(text, 10, &number);
	return got ?: number;
}

static long objects_of_line(const char *text, const char *cache)
{
	unsigned long active, objects;
	char start[TWIN_NAME_LEN + 2];
	const char *line;

	snprintf(start, sizeof(start), "\n%s ", cache);
	line = strstr(text, start);
	if (!line ||
	    sscanf(line + strlen(start), "%lu %lu", &active, &objects) != 2)
		return -ENOENT;
	return objects;
}

/*
 * num_objs of a cache in /proc/slubxinfo. The host's file can't be read from
 * inside the kernel; its number is total_objects of sysfs.
 */
long twin_read_info_objects(const char *cache)
{
	const size_t size = 256 * 1024;
	char *text = kvmalloc(size, GFP_KERNEL);
	long found;

	if (!text)
		return -ENOMEM;
	found = read_file("/proc/slubxinfo", text, size);
	if (found >= 0)
		found = objects_of_line(text, cache);
	kvfree(text);
	return found;
}

/* ---- Objects -------------------------------------------------------------*/

/* All of a small object, and of a large one the head, the middle, the tail. */
static unsigned int next_place(unsigned int i, unsigned int size)
{
	if (size > 256 && i == 64)
		return size / 2 - 16;
	if (size > 256 && i == size / 2 + 32)
		return size - 32;
	return i + 1;
}

static u8 pattern(unsigned int i, u32 serial)
{
	return (u8)(serial * 31 + (serial >> 8) * 17 + i * 7);
}

void twin_fill(u8 *x, unsigned int size, u32 serial)
{
	unsigned int i;

	for (i = 0; i < size; i = next_place(i, size))
		x[i] = pattern(i, serial);
}

bool twin_is_kept(const u8 *x, unsigned int size, u32 serial, unsigned int kept)
{
	unsigned int i;

	for (i = 0; i < min(size, kept); i = next_place(i, size))
		if (x[i] != pattern(i, serial))
			return false;
	return true;
}

bool twin_is_filled(const u8 *x, unsigned int size, u32 serial)
{
	return twin_is_kept(x, size, serial, size);
}

static int compare_starts(const void *a, const void *b)
{
	unsigned long left = *(const unsigned long *)a;
	unsigned long right = *(const unsigned long *)b;

	return left < right ? -1 : left > right;
}

/* How many of the objects that begin at @start, sorted here, overlap. */
unsigned int twin_overlaps(unsigned long *start, unsigned int count,
			   unsigned int size)
{
	unsigned int i, overlaps = 0;

	sort(start, count, sizeof(*start), compare_starts, NULL);
	for (i = 1; i < count; i++)
		overlaps += start[i] - start[i - 1] < size;
	return overlaps;
}
