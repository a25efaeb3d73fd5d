/* SPDX-License-Identifier: GPL-2.0 */
/*
 * seq_reader.h - reads files of debugfs, which the kernel can't open itself: their
 * operations are called here as debugfs calls them.
 */
#ifndef _SLUBX_KUNIT_SEQ_READER_H
#define _SLUBX_KUNIT_SEQ_READER_H

#include <kunit/test.h>
#include <linux/fs.h>

struct slubx_kmem_cache;

/* One open file, without the file. */
struct slubx_test_reader {
	const struct file_operations *ops;
	struct file file;
	struct inode inode;
	loff_t pos;
};

struct slubx_test_reader *slubx_test_open(struct kunit *test,
					  const struct file_operations *ops,
					  struct slubx_kmem_cache *s);
void slubx_test_close(struct slubx_test_reader *reader);

/* Up to @len bytes; 0 at the end. */
ssize_t slubx_test_read_some(struct slubx_test_reader *reader, char *text,
			     size_t len);

#define SLUBX_TEST_TEXT_MAX 16384

/* All of it, read in pieces. */
char *slubx_test_read_all(struct kunit *test, const struct file_operations *ops,
			  struct slubx_kmem_cache *s, size_t piece);
/* How many lines it has. */
unsigned long slubx_test_count_lines(struct kunit *test,
				     struct slubx_test_reader *reader);

#endif /* _SLUBX_KUNIT_SEQ_READER_H */
