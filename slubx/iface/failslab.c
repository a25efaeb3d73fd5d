// SPDX-License-Identifier: GPL-2.0
/*
 * failslab.c - /sys/kernel/debug/slubx/failslab: which allocations fail. Names and
 * meanings are those of the kernel's /sys/kernel/debug/failslab.
 *
 * Floor 10. Takes no lock of its own.
 */
#include <linux/debugfs.h>

#include "../failslab.h"
#include "iface.h"

static const struct knob {
	const char *name;
	enum slubx_failslab_knob knob;
} knobs[] = {
	{ "probability", SLUBX_FAILSLAB_PROBABILITY },
	{ "interval", SLUBX_FAILSLAB_INTERVAL },
	{ "times", SLUBX_FAILSLAB_TIMES },
	{ "space", SLUBX_FAILSLAB_SPACE },
	{ "verbose", SLUBX_FAILSLAB_VERBOSE },
	{ "seed", SLUBX_FAILSLAB_SEED },
	{ "task", SLUBX_FAILSLAB_TASK },
};

static int get(void *data, u64 *value)
{
	const struct knob *knob = data;

	*value = slubx_failslab_get(knob->knob);
	return 0;
}

static int set(void *data, u64 value)
{
	const struct knob *knob = data;

	return slubx_failslab_set(knob->knob, value);
}

DEFINE_DEBUGFS_ATTRIBUTE_SIGNED(fops, get, set, "%lld\n");

void slubx_failslab_add(struct dentry *root)
{
	struct slubx_failslab_filters *filters = &slubx_failslab_filters;
	struct dentry *dir = debugfs_create_dir("failslab", root);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		debugfs_create_file(knobs[i].name, 0600, dir, (void *)&knobs[i],
				    &fops);
	debugfs_create_bool("cache-filter", 0600, dir, &filters->cache);
	debugfs_create_bool("task-filter", 0600, dir, filters->task);
	debugfs_create_bool("ignore-gfp-wait", 0600, dir,
			    &filters->ignore_gfp_wait);
}
