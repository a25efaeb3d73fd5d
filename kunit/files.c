// SPDX-License-Identifier: GPL-2.0
/*
 * files.c - opens, reads, writes and looks at files; see files.h.
 */
#include <linux/err.h>
#include <linux/namei.h>
#include <linux/string.h>

#include "files.h"

#define TEXT_MAX (16 * 1024)
#define PATH_LEN 160

static bool exists(const char *name)
{
	struct path path;

	if (kern_path(name, LOOKUP_FOLLOW, &path))
		return false;
	path_put(&path);
	return true;
}

void slubx_test_need_files(struct kunit *test)
{
	if (!exists("/sys/kernel") || !exists("/proc/self"))
		kunit_skip(test, "/sys or /proc is not mounted");
}

char *slubx_test_read_pieces(struct kunit *test, const char *path, size_t piece)
{
	char *text = kunit_kzalloc(test, TEXT_MAX, GFP_KERNEL);
	struct file *file = filp_open(path, O_RDONLY, 0);
	ssize_t got = IS_ERR(file) ? PTR_ERR(file) : 1;
	loff_t pos = 0;

	KUNIT_ASSERT_NOT_NULL(test, text);
	while (got > 0 && pos < TEXT_MAX - 1)
		got = kernel_read(file, text + pos,
				  min_t(size_t, piece, TEXT_MAX - 1 - pos),
				  &pos);
	if (got < 0)
		snprintf(text, TEXT_MAX, "error %zd", got);
	if (!IS_ERR(file))
		filp_close(file, NULL);
	return text;
}

static void path_of(char path[PATH_LEN], const char *name, const char *file)
{
	snprintf(path, PATH_LEN, SLUBX_SYS "%s/%s", name, file);
}

char *slubx_test_read(struct kunit *test, const char *name, const char *file)
{
	char path[PATH_LEN];

	path_of(path, name, file);
	return slubx_test_read_pieces(test, path, TEXT_MAX);
}

ssize_t slubx_test_write(const char *name, const char *file, const void *data,
			 size_t len)
{
	char path[PATH_LEN];
	struct file *open;
	loff_t pos = 0;
	ssize_t done;

	path_of(path, name, file);
	open = filp_open(path, O_WRONLY, 0);
	if (IS_ERR(open))
		return PTR_ERR(open);
	done = kernel_write(open, data, len, &pos);
	filp_close(open, NULL);
	return done;
}

umode_t slubx_test_mode(const char *name)
{
	char text[PATH_LEN];
	struct path path;
	umode_t mode;

	snprintf(text, sizeof(text), SLUBX_SYS "%s", name);
	if (kern_path(text, 0, &path))
		return 0;
	mode = d_inode(path.dentry)->i_mode;
	path_put(&path);
	return mode;
}

static struct inode *lead(const char *name)
{
	struct inode *inode = NULL;
	char text[PATH_LEN];
	struct path path;

	snprintf(text, sizeof(text), SLUBX_SYS "%s", name);
	if (!kern_path(text, LOOKUP_FOLLOW, &path)) {
		inode = d_inode(path.dentry);
		path_put(&path);
	}
	return inode;
}

bool slubx_test_same(const char *name, const char *other)
{
	return lead(name) && lead(name) == lead(other);
}
