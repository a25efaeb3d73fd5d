// SPDX-License-Identifier: GPL-2.0
/*
 * slabs_test.c - the text of <cache>/slabs, whole, in pieces, and while the
 * cache changes.
 *
 * That the file is there, and what becomes of it when the cache goes, is a matter
 * of qemu/tests/31-debugfs.sh.
 */
#include <linux/mm.h>

#include "scene.h"
#include "seq_reader.h"
#include "../slubx/flush.h"
#include "../slubx/iface/slabs.h"

#define TEXT_MAX SLUBX_TEST_TEXT_MAX

static char *read_in_pieces(struct kunit *test, struct slubx_kmem_cache *s,
			    size_t piece)
{
	return slubx_test_read_all(test, &slubx_slabs_fops, s, piece);
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

static void show_many(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	struct slubx_test_reader *reader;
	unsigned int i;

	for (i = 0; i < MANY; i++)
		slubx_scene_listed(test, s, NUMA_NO_NODE, 1, NULL);
	reader = slubx_test_open(test, &slubx_slabs_fops, s);
	/* The head has three lines, the end one. */
	KUNIT_EXPECT_EQ(test, slubx_test_count_lines(test, reader), MANY + 4UL);
	slubx_test_close(reader);
	slubx_scene_free_all(test, s);
}

/* All slabs go after the first line, others come: the text ends as it should. */
static void show_while_slabs_change(struct kunit *test)
{
	struct slubx_kmem_cache *s = slubx_scene_cache(test, 256, 0);
	char *text = kunit_kzalloc(test, TEXT_MAX, GFP_KERNEL);
	struct slubx_test_reader *reader;
	unsigned int i;
	ssize_t got;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < 100; i++)
		slubx_scene_listed(test, s, NUMA_NO_NODE, 1, NULL);
	reader = slubx_test_open(test, &slubx_slabs_fops, s);
	got = slubx_test_read_some(reader, text, 300);
	KUNIT_EXPECT_GT(test, got, 0L);
	slubx_scene_free_all(test, s);
	slubx_kmem_cache_shrink(s);
	KUNIT_EXPECT_EQ(test, slubx_cache_slabs(s), 0UL);
	for (i = 0; i < 10; i++)
		slubx_scene_alloc(test, s);
	got = slubx_test_read_some(reader, text, TEXT_MAX - 1);
	KUNIT_EXPECT_GT(test, got, 0L);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n# end\n"));
	KUNIT_EXPECT_EQ(test, slubx_test_read_some(reader, text, TEXT_MAX), 0L);
	slubx_test_close(reader);
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
