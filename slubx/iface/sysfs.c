// SPDX-License-Identifier: GPL-2.0
/*
 * sysfs.c - /sys/kernel/slubx: a directory for each cache, a link for each
 * other name of it.
 *
 * Floor 10. Directories and links are made under slubx_mutex (1), so that two
 * caches don't choose one name. They are removed without: that waits for those
 * who read or write the files, see attr.c.
 *
 * What fails here leaves a cache that works and can't be seen, or not under
 * all of its names. Removal looks at what is there, not at what should be.
 */
#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "../errors.h"
#include "../fault.h"
#include "iface.h"

static struct kset *kset;

/* ---- Lives ---------------------------------------------------------------*/

/* Kobjects that are not released yet, and one until slubx_sysfs_exit(). */
static refcount_t unreleased = REFCOUNT_INIT(1);
static DECLARE_COMPLETION(all_released);

static void count_released(void)
{
	if (refcount_dec_and_test(&unreleased))
		complete(&all_released);
}

/* By the last kobject_put(), or seconds later with DEBUG_KOBJECT_RELEASE. */
static void release(struct kobject *kobj)
{
	slubx_registry_free_struct(
		container_of(kobj, struct slubx_kmem_cache, kobj));
	count_released();
}

/*
 * No release() runs after this. It would be wrong to wait only until the count
 * is zero: the last release() still has to return, through our code. Kernels
 * release in the thread that puts the kobject, and nobody is left there who
 * puts one; but with DEBUG_KOBJECT_RELEASE a worker does it. It doesn't sleep
 * between complete() and its way out of here, so when every task has slept it
 * is out, unless the kernel is preemptible and has no CONFIG_TASKS_RCU: then a
 * worker preempted within these few instructions is not waited for.
 */
static void wait_for_releases(void)
{
	count_released();
	wait_for_completion(&all_released);
	if (IS_ENABLED(CONFIG_DEBUG_KOBJECT_RELEASE))
		synchronize_rcu_tasks();
}

static const struct kobj_type ktype = {
	.sysfs_ops = &slubx_attr_ops,
	.default_groups = slubx_attr_groups,
	.release = release,
};

/* ---- Names ---------------------------------------------------------------*/

/* Room for ":", all letters, "-" and the largest number; and for any name. */
static_assert(SLUBX_NAME_LEN > 1 + 5 + 1 + 10);

/* A file can't be called everything that a cache can. */
void slubx_sysfs_file_name(char file[SLUBX_NAME_LEN], const char *name)
{
	strscpy(file, name, SLUBX_NAME_LEN);
	strreplace(file, '/', '!');
	if (!strcmp(file, ".") || !strcmp(file, ".."))
		file[0] = '!';
}

/*
 * What caches must have in common to be merged: ":0000064", ":a-0000064". No
 * two caches have the same at the same time, but for those that were kept from
 * merging or are on their way out.
 */
static void unique_id(char id[SLUBX_NAME_LEN], const struct slubx_kmem_cache *s)
{
	char *p = id;

	*p++ = ':';
	if (s->flags & SLUBX_CACHE_DMA)
		*p++ = 'd';
	if (s->flags & SLUBX_CACHE_DMA32)
		*p++ = 'D';
	if (s->flags & SLUBX_RECLAIM_ACCOUNT)
		*p++ = 'a';
	if (s->flags & SLUBX_CONSISTENCY_CHECKS)
		*p++ = 'F';
	if (s->flags & SLUBX_ACCOUNT)
		*p++ = 'A';
	if (p > id + 1)
		*p++ = '-';
	sprintf(p, "%07u", s->layout.size);
}

/* The kernel reports a second use of a name as a bug, so we look first. */
static bool taken(const char *file)
{
	struct kernfs_node *kn = sysfs_get_dirent(kset->kobj.sd, file);

	sysfs_put(kn);
	return kn;
}

/* ---- Directories and links -----------------------------------------------*/

/* A cache that others may join is not called after one of its clients. */
static int add_directory(struct slubx_kmem_cache *s)
{
	char file[SLUBX_NAME_LEN];

	if (slubx_should_fail(SLUBX_FAULT_SYSFS))
		return -ENOMEM;
	unique_id(file, s);
	if (slubx_merge_never(s) || taken(file))
		slubx_sysfs_file_name(file, s->name);
	if (taken(file))
		return -EEXIST;
	s->kobj.kset = kset;
	return kobject_add(&s->kobj, NULL, "%s", file);
}

static int add_link(struct slubx_kmem_cache *s, const char *name)
{
	char file[SLUBX_NAME_LEN];

	slubx_sysfs_file_name(file, name);
	if (!strcmp(file, kobject_name(&s->kobj)))
		return 0;
	if (slubx_should_fail(SLUBX_FAULT_SYSFS))
		return -ENOMEM;
	return sysfs_create_link_nowarn(&kset->kobj, &s->kobj, file);
}

/* Is this the directory of @s under another name? */
static bool is_link_to(struct kernfs_node *kn, const struct slubx_kmem_cache *s)
{
	return kn && kernfs_type(kn) == KERNFS_LINK &&
	       kn->symlink.target_kn == s->kobj.sd;
}

/* Others may have the name if ours could not be made. */
static void remove_link(struct slubx_kmem_cache *s, const char *name)
{
	char file[SLUBX_NAME_LEN];
	struct kernfs_node *kn;

	slubx_sysfs_file_name(file, name);
	kn = sysfs_get_dirent(kset->kobj.sd, file);
	if (is_link_to(kn, s))
		sysfs_remove_link(&kset->kobj, file);
	sysfs_put(kn);
}

/* ---- Caches --------------------------------------------------------------*/

/*
 * Shows @s. Whether that works or not, the last kobject_put() frees its struct
 * from now on.
 */
void slubx_sysfs_add(struct slubx_kmem_cache *s)
{
	int err;

	lockdep_assert_held(&slubx_mutex);
	kobject_init(&s->kobj, &ktype);
	refcount_inc(&unreleased);
	err = add_directory(s);
	if (err) {
		slubx_error(s, "no directory in sysfs, error %d", err);
		return;
	}
	err = add_link(s, s->name);
	if (err)
		slubx_error(s, "no link in sysfs to %s, error %d",
			    kobject_name(&s->kobj), err);
}

/* One more name for @s. One without a directory has told so when it was made. */
void slubx_sysfs_add_alias(struct slubx_kmem_cache *s,
			   const struct slubx_alias *alias)
{
	int err;

	lockdep_assert_held(&slubx_mutex);
	if (!s->kobj.state_in_sysfs)
		return;
	err = add_link(s, alias->name);
	if (err)
		slubx_error(s, "no link in sysfs for its alias '%s', error %d",
			    alias->name, err);
}

/*
 * Hides @s and waits for those who read or write its files; who has one open
 * gets -ENODEV from now on. Nobody else may change its aliases any more.
 */
void slubx_sysfs_remove(struct slubx_kmem_cache *s)
{
	struct slubx_alias *alias;

	if (!s->kobj.state_in_sysfs)
		return;
	remove_link(s, s->name);
	list_for_each_entry(alias, &s->aliases, list)
		remove_link(s, alias->name);
	kobject_del(&s->kobj);
}

/* Shows all caches there are, and from now on new ones. 0 or -ENOMEM. */
int slubx_sysfs_init(void)
{
	struct slubx_kmem_cache *s;

	slubx_attr_init();
	kset = kset_create_and_add("slubx", NULL, kernel_kobj);
	if (!kset)
		return -ENOMEM;
	mutex_lock(&slubx_mutex);
	list_for_each_entry(s, &slubx_caches, list)
		slubx_sysfs_add(s);
	mutex_unlock(&slubx_mutex);
	return 0;
}

/*
 * Takes all of it down. The only caches left are slubx's own, so the list can
 * be walked without slubx_mutex. May sleep.
 */
void slubx_sysfs_exit(void)
{
	struct slubx_kmem_cache *s;

	list_for_each_entry(s, &slubx_caches, list) {
		slubx_sysfs_remove(s);
		kobject_put(&s->kobj);
	}
	wait_for_releases();
	kset_unregister(kset);
}
