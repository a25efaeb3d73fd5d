/* SPDX-License-Identifier: GPL-2.0 */
/*
 * files.h - files of /sys and /proc, as user space sees them.
 */
#ifndef _SLUBX_KUNIT_FILES_H
#define _SLUBX_KUNIT_FILES_H

#include <kunit/test.h>
#include <linux/fs.h>

#define SLUBX_SYS "/sys/kernel/slubx/"
#define SLUBX_PROC "/proc/slubxinfo"

/* Skips the case if a thread of the kernel doesn't see /sys and /proc. */
void slubx_test_need_files(struct kunit *test);

/* The whole file, read in pieces of @piece bytes; or "error <errno>". */
char *slubx_test_read_pieces(struct kunit *test, const char *path,
			     size_t piece);
/* The same in one go, for the file @file of the cache @name. */
char *slubx_test_read(struct kunit *test, const char *name, const char *file);
/* What write(2) would return, or open(2) if that fails. */
ssize_t slubx_test_write(const char *name, const char *file, const void *data,
			 size_t len);

/* Its type and permissions, those of a link and not of its target; 0: none. */
umode_t slubx_test_mode(const char *name);
/* Do both lead to the same directory? */
bool slubx_test_same(const char *name, const char *other);

#endif /* _SLUBX_KUNIT_FILES_H */
