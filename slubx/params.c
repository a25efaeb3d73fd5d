// SPDX-License-Identifier: GPL-2.0
/*
 * params.c - the module's parameters, each with its range.
 *
 * Floor 11. A value that makes no sense is refused with a sentence, and the
 * module does not load: better than running with another than was asked for.
 */
#include <linux/jump_label.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "debug/options.h"
#include "errors.h"
#include "failslab.h"
#include "flags.h"
#include "order.h"
#include "pair.h"
#include "params.h"
#include "registry.h"
#include "stat.h"

static int set_ranged(const char *value, const struct kernel_param *kp,
		      unsigned int max)
{
	unsigned int number;
	int err = kstrtouint(value, 0, &number);

	if (err || number > max) {
		pr_err("slubx: %s=%s: give a number from 0 to %u\n", kp->name,
		       value, max);
		return err ?: -ERANGE;
	}
	*(unsigned int *)kp->arg = number;
	return 0;
}

static int set_order(const char *value, const struct kernel_param *kp)
{
	return set_ranged(value, kp, SLUBX_MAX_PAGE_ORDER);
}

static int set_objects(const char *value, const struct kernel_param *kp)
{
	return set_ranged(value, kp, SLUBX_MAX_OBJS_PER_SLAB);
}

static int set_stats(const char *value, const struct kernel_param *kp)
{
	bool on;
	int err = kstrtobool(value, &on);

	if (err) {
		/* Who writes to the file ends the value with a newline. */
		pr_err("slubx: %s=%.*s: give 0 or 1\n", kp->name,
		       (int)strcspn(value, "\n"), value);
		return err;
	}
	slubx_stat_switch(on);
	return 0;
}

static int get_stats(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", static_key_enabled(&slubx_stats_on));
}

/* The text of slubx_debug=, in which each new cache is looked up. */
static char debug_text[1024];

static void unknown_letter(char letter)
{
	pr_err("slubx: slubx_debug option '%c' unknown. skipped\n", letter);
}

/* Without "=" there is no value, and all caches are debugged. */
static int set_debug(const char *value, const struct kernel_param *kp)
{
	if (strscpy(debug_text, value ?: "", sizeof(debug_text)) < 0) {
		pr_err("slubx: slubx_debug is longer than %zu characters\n",
		       sizeof(debug_text) - 1);
		return -E2BIG;
	}
	slubx_options_parse(&slubx_debug_options, debug_text, unknown_letter);
	return 0;
}

static int get_debug(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%s\n", debug_text);
}

/* Not to be set. A count of what was reported, of all caches since load. */
static int get_errors(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%ld\n",
			  atomic_long_read(&slubx_error_count));
}

static int set_errors(const char *value, const struct kernel_param *kp)
{
	pr_err("slubx: %s can't be set\n", kp->name);
	return -EPERM;
}

static const struct kernel_param_ops debug_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_debug,
	.get = get_debug,
};

static const struct kernel_param_ops errors_ops = {
	.set = set_errors,
	.get = get_errors,
};

static const struct kernel_param_ops order_ops = {
	.set = set_order,
	.get = param_get_uint,
};

static const struct kernel_param_ops objects_ops = {
	.set = set_objects,
	.get = param_get_uint,
};

static const struct kernel_param_ops stats_ops = {
	.set = set_stats,
	.get = get_stats,
};

module_param_cb(slubx_min_order, &order_ops, &slubx_min_order, 0444);
MODULE_PARM_DESC(slubx_min_order, "Smallest order of a slab (default 0)");
module_param_cb(slubx_max_order, &order_ops, &slubx_max_order, 0444);
MODULE_PARM_DESC(
	slubx_max_order,
	"Largest order of a slab, unless one object needs more (default 3)");
module_param_cb(slubx_min_objects, &objects_ops, &slubx_min_objects, 0444);
MODULE_PARM_DESC(
	slubx_min_objects,
	"Objects that a slab should hold (default 0: by the number of cpus)");
module_param(slubx_nomerge, bool, 0444);
MODULE_PARM_DESC(slubx_nomerge, "Never let two caches share slabs (default 0)");
module_param_cb(slubx_stats, &stats_ops, NULL, 0644);
MODULE_PARM_DESC(
	slubx_stats,
	"Count events of each cache; can be switched at any time (default 0)");

module_param_cb(slubx_debug, &debug_ops, NULL, 0444);
MODULE_PARM_DESC(
	slubx_debug,
	"Debugging of caches: letters of FZPUTAO-, then ,name,name* if not of all; blocks with ; between them (default: none)");
module_param_cb(slubx_errors, &errors_ops, NULL, 0444);
MODULE_PARM_DESC(slubx_errors, "Faults reported since load; read only");

static bool slubx_nocx16;
module_param(slubx_nocx16, bool, 0444);
MODULE_PARM_DESC(
	slubx_nocx16,
	"Do without the 16-byte compare-and-exchange, for tests (default 0)");

/* Do the parameters agree, and with this machine? 0 or -EINVAL. */
int slubx_params_apply(void)
{
	if (slubx_min_order > slubx_max_order) {
		pr_err("slubx: slubx_min_order=%u is over slubx_max_order=%u\n",
		       slubx_min_order, slubx_max_order);
		return -EINVAL;
	}
	if (slubx_nocx16 || !slubx_machine_has_cmpxchg_pair()) {
		pr_info("slubx: no 16-byte compare-and-exchange, slabs have a bit lock\n");
		static_branch_disable(&slubx_cx16);
	}
	return 0;
}
