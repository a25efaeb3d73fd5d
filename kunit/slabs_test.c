// SPDX-License-Identifier: GPL-2.0
/*
 * slabs_test.c - the text of <cache>/slabs, whole, in pieces, and while the
 * cache changes.
 *
 * The kernel can't read files of debugfs itself, so its operations are called
 * here as debugfs calls them. That the file is there, and what becomes of it
 * when the cache goes, is a matter of qemu/tests/31-debugfs.sh.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/uio.h>

#include "scene.h"
#include "../slubx/flush.h"
#include "../slubx/iface/slabs.h"

/* One open file, without the file. */
struct reader {
	struct file file;
	struct inode inode;
	loff_t pos;
};

static struct reader *open_slabs(struct kunit *test, struct slubx_kmem_cache *s)
{
	struct reader *reader =
		kunit_kzalloc(test, sizeof(*reader), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, reader);
	reader->inode.i_private = s;
	KUNIT_ASSERT_EQ(
		test, slubx_slabs_fops.open(&reader->inode, &reader->file), 0);
	return reader;
}

static void close_slabs(struct reader *reader)
{
	slubx_slabs_fops.release(&reader->inode, &reader->file);
}

/* Up to @len bytes; 0 at the end. */
static ssize_t read_some(struct reader *reader, char *text, size_t len)
{
	struct kvec vec = { .iov_base = text, .iov_len = len };
	struct kiocb iocb = { .ki_filp = &reader->file };
	struct iov_iter iter;
	ssize_t done;

	iocb.ki_pos = reader->pos;
	iov_iter_kvec(&iter, READ, &vec, 1, len);
	done = seq_read_iter(&iocb, &iter);
	reader->pos = iocb.ki_pos;
	return done;
}

#define TEXT_MAX 16384

static char *read_in_pieces(struct kunit *test, struct slubx_kmem_cache *s,
			    size_t piece)
{
	char *text = kunit_kzalloc(test, TEXT_MAX, GFP_KERNEL);
	struct reader *reader = open_slabs(test, s);
	size_t len = 0;
	ssize_t got;

	KUNIT_ASSERT_NOT_NULL(test, text);
	do {
		got = read_some(reader, text + len,
				min(piece, TEXT_MAX - 1 - len));
		KUNIT_EXPECT_GE(test, got, 0L);
		len += max(got, 0L);
	} while (got > 0 && len < TEXT_MAX - 1);
	close_slabs(reader);
	return text;
}

/* ---- Whole texts ---------------------------------------------------------*/

static int print_head(char *text, const struct slubx_kmem_cache *s)
{
	return sprintf(
		text,
		"# slubx slabs 1\n"
		"# name slubx_scene object_size %u slab_size %u objs_per_slab %u order %u\n"
		"# <slab> <node> <order> <state> <cpu> <inuse> <objects> <map>\n",
		s->layout.object_size, s->layout.size, s->layout.oo.objects,
		s->layout.oo.order);
}

/* What stands before the letters. */
static int print_line(char *text, const struct slubx_kmem_cache *s,
		      const struct slubx_slab *slab, const char *state,
		      unsigned int inuse)
{
	return sprintf(text, "0x%lx %d %u %s %u %u ",
		       page_to_pfn(slubx_slab_page(slab)), slubx_slab_nid(slab),
		       s->layout.oo.order, state, inuse, s->layout.oo.objects);
}

/* The letters of a slab of which these objects are in use, the others @free. */
static int print_map(char *text, const struct slubx_kmem_cache *s,
		     const struct slubx_slab *slab, void **used,
		     unsigned int count, char free)
{
	unsigned int objects = s->layout.oo.objects;

	memset(text, free, objects);
	while (count--)
		text[slubx_slab_index(slab, used[count])] = 'u';
	text[objects] = '\n';
	return objects + 1;
}

static void show_without_slabs(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	char *expected = kunit_kzalloc(test, TEXT_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, expected);
	strcpy(expected + print_head(expected, s), "# end\n");
	KUNIT_EXPECT_STREQ(test, read_in_pieces(test, s, PAGE_SIZE), expected);
}

/* Of a cpu's slab what is on its freelist is told from what others freed. */
static void show_cpu_slab(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	char *expected = kunit_kzalloc(test, TEXT_MAX, GFP_KERNEL);
	int other = slubx_scene_other_cpu(test);
	struct slubx_slab *slab;
	char state[32], *map;
	void *x[5];

	KUNIT_ASSERT_NOT_NULL(test, expected);
	slubx_scene_alloc_many(test, s, x, 5);
	slubx_scene_free_on(test, other, s, x + 3, 2);
	slab = slubx_virt_to_slab(x[0]);
	sprintf(state, "cpu %d", raw_smp_processor_id());
	map = expected + print_head(expected, s);
	map += print_line(map, s, slab, state, 3);
	strcpy(map + print_map(map, s, slab, x, 3, 'c'), "# end\n");
	map[slubx_slab_index(slab, x[3])] = 'f';
	map[slubx_slab_index(slab, x[4])] = 'f';
	KUNIT_EXPECT_STREQ(test, read_in_pieces(test, s, PAGE_SIZE), expected);
	slubx_scene_free_many(s, x, 3);
}

/* Slabs stand in order of their pages, each in its state. */
static void show_states(struct kunit *test)
{
	static const char *const state[] = { "full -", "partial -", "empty -" };
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 1024, 0);
	char *expected = kunit_kzalloc(test, TEXT_MAX, GFP_KERNEL);
	unsigned int objects = s->layout.oo.objects, i;
	unsigned int used[] = { objects, 5, 0 };
	struct slubx_slab *slab[3], *last = NULL, *first;
	void **x = kunit_kcalloc(test, 3 * objects, sizeof(*x), GFP_KERNEL);
	unsigned int round;
	char *text;

	KUNIT_ASSERT_NOT_NULL(test, expected);
	KUNIT_ASSERT_NOT_NULL(test, x);
	for (i = 0; i < 3; i++)
		slab[i] = slubx_scene_listed(test, s, NUMA_NO_NODE, used[i],
					     x + i * objects);
	text = expected + print_head(expected, s);
	for (round = 0; round < 3; round++) {
		first = NULL;
		for (i = 0; i < 3; i++)
			if (slab[i] > last && (!first || slab[i] < first))
				first = slab[i];
		for (i = 0; slab[i] != first; i++)
			;
		text += print_line(text, s, first, state[i], used[i]);
		text += print_map(text, s, first, x + i * objects, used[i],
				  'f');
		last = first;
	}
	strcpy(text, "# end\n");
	KUNIT_EXPECT_STREQ(test, read_in_pieces(test, s, PAGE_SIZE), expected);
	KUNIT_EXPECT_STREQ(test, read_in_pieces(test, s, 1), expected);
	KUNIT_EXPECT_STREQ(test, read_in_pieces(test, s, 7), expected);
	slubx_scene_free_all(test, s);
}

static void show_moving(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	char *expected = kunit_kzalloc(test, TEXT_MAX, GFP_KERNEL);
	struct slubx_slab *slab;
	char *text;

	KUNIT_ASSERT_NOT_NULL(test, expected);
	slab = slubx_scene_slab(test, s, NUMA_NO_NODE, 4, NULL);
	text = expected + print_head(expected, s);
	text += print_line(text, s, slab, "moving -", 4);
	strcpy(text + print_map(text, s, slab, NULL, 0, '?'), "# end\n");
	KUNIT_EXPECT_STREQ(test, read_in_pieces(test, s, PAGE_SIZE), expected);
	slubx_node_put(s, slab, NULL);
	slubx_scene_free_all(test, s);
}

/* ---- Long texts ----------------------------------------------------------*/

#define MANY 10007

static unsigned long count_lines(struct kunit *test, struct reader *reader,
				 char *text)
{
	unsigned long lines = 0;
	ssize_t got, i;

	while ((got = read_some(reader, text, TEXT_MAX)) > 0)
		for (i = 0; i < got; i++)
			lines += text[i] == '\n';
	KUNIT_EXPECT_EQ(test, got, 0L);
	return lines;
}

static void show_many(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	char *text = kunit_kzalloc(test, TEXT_MAX, GFP_KERNEL);
	struct reader *reader;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < MANY; i++)
		slubx_scene_listed(test, s, NUMA_NO_NODE, 1, NULL);
	reader = open_slabs(test, s);
	/* The head has three lines, the end one. */
	KUNIT_EXPECT_EQ(test, count_lines(test, reader, text), MANY + 4UL);
	close_slabs(reader);
	slubx_scene_free_all(test, s);
}

/* All slabs go after the first line, others come: the text ends as it should. */
static void show_while_slabs_change(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	char *text = kunit_kzalloc(test, TEXT_MAX, GFP_KERNEL);
	struct reader *reader;
	unsigned int i;
	ssize_t got;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < 100; i++)
		slubx_scene_listed(test, s, NUMA_NO_NODE, 1, NULL);
	reader = open_slabs(test, s);
	got = read_some(reader, text, 300);
	KUNIT_EXPECT_GT(test, got, 0L);
	slubx_scene_free_all(test, s);
	slubx_kmem_cache_shrink(s);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
	for (i = 0; i < 10; i++)
		slubx_scene_alloc(test, s);
	got = read_some(reader, text, TEXT_MAX - 1);
	KUNIT_EXPECT_GT(test, got, 0L);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n# end\n"));
	KUNIT_EXPECT_EQ(test, read_some(reader, text, TEXT_MAX), 0L);
	close_slabs(reader);
	slubx_scene_free_all(test, s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(show_without_slabs),
	KUNIT_CASE(show_cpu_slab),
	KUNIT_CASE(show_states),
	KUNIT_CASE(show_moving),
	KUNIT_CASE(show_many),
	KUNIT_CASE(show_while_slabs_change),
	{},
};

SLUBX_SCENE_SUITE(slabs, cases);
