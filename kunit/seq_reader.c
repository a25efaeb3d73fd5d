// SPDX-License-Identifier: GPL-2.0
/*
 * seq_reader.c - see seq_reader.h.
 */
#include <linux/seq_file.h>
#include <linux/uio.h>

#include "seq_reader.h"

struct slubx_test_reader *slubx_test_open(struct kunit *test,
					  const struct file_operations *ops,
					  struct slubx_kmem_cache *s)
{
	struct slubx_test_reader *reader =
		kunit_kzalloc(test, sizeof(*reader), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, reader);
	reader->ops = ops;
	reader->inode.i_private = s;
	KUNIT_ASSERT_EQ(test, ops->open(&reader->inode, &reader->file), 0);
	return reader;
}

void slubx_test_close(struct slubx_test_reader *reader)
{
	reader->ops->release(&reader->inode, &reader->file);
}

ssize_t slubx_test_read_some(struct slubx_test_reader *reader, char *text,
			     size_t len)
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

char *slubx_test_read_all(struct kunit *test, const struct file_operations *ops,
			  struct slubx_kmem_cache *s, size_t piece)
{
	char *text = kunit_kzalloc(test, SLUBX_TEST_TEXT_MAX, GFP_KERNEL);
	struct slubx_test_reader *reader = slubx_test_open(test, ops, s);
	size_t len = 0, max = SLUBX_TEST_TEXT_MAX - 1;
	ssize_t got;

	KUNIT_ASSERT_NOT_NULL(test, text);
	do {
		got = slubx_test_read_some(reader, text + len,
					   min(piece, max - len));
		KUNIT_EXPECT_GE(test, got, 0L);
		len += max(got, 0L);
	} while (got > 0 && len < max);
	slubx_test_close(reader);
	return text;
}

unsigned long slubx_test_count_lines(struct kunit *test,
				     struct slubx_test_reader *reader)
{
	char *text = kunit_kzalloc(test, SLUBX_TEST_TEXT_MAX, GFP_KERNEL);
	unsigned long lines = 0;
	ssize_t got, i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	while ((got = slubx_test_read_some(reader, text, SLUBX_TEST_TEXT_MAX)) >
	       0)
		for (i = 0; i < got; i++)
			lines += text[i] == '\n';
	KUNIT_EXPECT_EQ(test, got, 0L);
	return lines;
}
