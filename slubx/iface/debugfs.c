// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs.c - /sys/kernel/debug/slubx: a directory for each cache, a link for
 * each other name of it.
 *
 * Floor 10. Made under slubx_mutex (1), removed without: that waits for those
 * who read, see attr.c. Nobody who reads takes it.
 *
 * Without CONFIG_DEBUG_FS, or where debugfs is off, none of it is there, and
 * nothing depends on it. So no call here is looked at for errors, as is the
 * custom: debugfs says in the log what it could not make.
 */
#include <linux/debugfs.h>

#include "iface.h"
#include "objects.h"
#include "slabs.h"
#include "traces.h"

static struct dentry *root;

/*
 * Shows @s, by the name that /proc/slubxinfo has for it. Others may add their
 * files to the directory.
 */
void slubx_debugfs_add(struct slubx_kmem_cache *s)
{
	char name[SLUBX_NAME_LEN];

	lockdep_assert_held(&slubx_mutex);
	slubx_sysfs_file_name(name, s->name);
	s->debugfs = debugfs_create_dir(name, root);
	debugfs_create_file("slabs", 0400, s->debugfs, s, &slubx_slabs_fops);
	debugfs_create_file("objects", 0400, s->debugfs, s,
			    &slubx_objects_fops);
	debugfs_create_file("alloc_traces", 0400, s->debugfs, s,
			    &slubx_alloc_traces_fops);
	debugfs_create_file("free_traces", 0400, s->debugfs, s,
			    &slubx_free_traces_fops);
}

/* One more name for @s. */
void slubx_debugfs_add_alias(struct slubx_kmem_cache *s,
			     struct slubx_alias *alias)
{
	char name[SLUBX_NAME_LEN], target[SLUBX_NAME_LEN];

	lockdep_assert_held(&slubx_mutex);
	slubx_sysfs_file_name(name, alias->name);
	slubx_sysfs_file_name(target, s->name);
	alias->debugfs = debugfs_create_symlink(name, root, target);
}

/*
 * Hides @s and waits for those who read its files; who has one open gets -EIO
 * from now on. Nobody else may change its aliases any more.
 */
void slubx_debugfs_remove(struct slubx_kmem_cache *s)
{
	struct slubx_alias *alias;

	list_for_each_entry(alias, &s->aliases, list)
		debugfs_remove(alias->debugfs);
	debugfs_remove(s->debugfs);
}

/* Shows all caches there are, from now on new ones, and the settings for all. */
void slubx_debugfs_init(void)
{
	struct slubx_kmem_cache *s;

	root = debugfs_create_dir("slubx", NULL);
	slubx_failslab_add(root);
	mutex_lock(&slubx_mutex);
	list_for_each_entry(s, &slubx_caches, list)
		slubx_debugfs_add(s);
	mutex_unlock(&slubx_mutex);
}

/* Takes all of it down; the caches that are left are slubx's own. */
void slubx_debugfs_exit(void)
{
	debugfs_remove(root);
}
