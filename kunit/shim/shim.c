// SPDX-License-Identifier: GPL-2.0
/*
 * shim.c - runs suites where the kernel has no KUnit; see kunit/test.h.
 *
 * Each case has a thread of its own, so that a failed ASSERT can end it in the
 * middle, and what a thread leaves behind is cleaned up from here. A case that
 * does not end in time keeps its memory and pins the module: its thread may
 * still run. The log is KTAP, which tools/testing/kunit/kunit.py reads.
 */
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/overflow.h>

#include <kunit/test.h>

/* As long as KUnit waits. */
#define CASE_SECONDS 300

struct block {
	struct list_head list;
	u8 data[] __aligned(ARCH_KMALLOC_MINALIGN);
};

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	struct block *block;
	unsigned long flags;

	block = kmalloc(size_add(sizeof(*block), array_size(n, size)), gfp);
	if (!block)
		return NULL;
	spin_lock_irqsave(&test->lock, flags);
	list_add(&block->list, &test->memory);
	spin_unlock_irqrestore(&test->lock, flags);
	return block->data;
}

static void free_blocks(struct kunit *test)
{
	struct block *block, *next;

	list_for_each_entry_safe(block, next, &test->memory, list)
		kfree(block);
}

void kunit_shim_leave(struct kunit *test)
{
	if (current == test->thread)
		kthread_complete_and_exit(&test->ended, 0);
}

static void say_value(const char *text, enum kunit_shim_kind kind,
		      unsigned long value)
{
	if (kind == SHIM_STR)
		pr_err("        %s == \"%s\"\n", text, (const char *)value);
	else if (kind == SHIM_PTR)
		pr_err("        %s == 0x%lx\n", text, value);
	else
		pr_err("        %s == %ld (0x%lx)\n", text, value, value);
}

static void say_site(const struct kunit_shim_site *site, unsigned long left,
		     unsigned long right)
{
	if (site->kind == SHIM_PLAIN)
		return;
	if (site->kind == SHIM_TRUE) {
		pr_err("    Expected %s to be true, but is false\n", site->op);
		return;
	}
	pr_err("    Expected %s %s %s, but\n", site->left, site->op,
	       site->right);
	say_value(site->left, site->kind, left);
	say_value(site->right, site->kind, right);
}

void kunit_shim_failed(struct kunit *test, const struct kunit_shim_site *site,
		       unsigned long left, unsigned long right, const char *fmt,
		       ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	WRITE_ONCE(test->status, KUNIT_FAILURE);
	kunit_err(test, "%s FAILED at %s:%d\n",
		  site->fatal ? "ASSERTION" : "EXPECTATION", site->file,
		  site->line);
	say_site(site, left, right);
	if (fmt) {
		va_start(args, fmt);
		vaf.va = &args;
		pr_err("    %pV\n", &vaf);
		va_end(args);
	}
	if (site->fatal)
		kunit_shim_leave(test);
}

static int case_thread(void *data)
{
	struct kunit *test = data;
	int err;

	test->thread = current;
	err = test->suite->init ? test->suite->init(test) : 0;
	if (err)
		KUNIT_FAIL(test, "failed to initialize: %d", err);
	else
		test->test_case->run_case(test);
	kthread_complete_and_exit(&test->ended, 0);
}

/* Whether it came to an end. */
static bool run_thread(struct kunit *test)
{
	struct task_struct *thread;

	thread = kthread_run(case_thread, test, "slubx_kunit");
	if (IS_ERR(thread)) {
		KUNIT_FAIL(test, "no thread: %ld", PTR_ERR(thread));
		return true;
	}
	if (wait_for_completion_timeout(&test->ended, CASE_SECONDS * HZ))
		return true;
	KUNIT_FAIL(test, "no end after %d s", CASE_SECONDS);
	__module_get(THIS_MODULE);
	return false;
}

static struct kunit *new_test(struct kunit_suite *suite,
			      struct kunit_case *test_case)
{
	struct kunit *test = kzalloc(sizeof(*test), GFP_KERNEL);

	if (!test)
		return NULL;
	test->name = test_case->name;
	test->suite = suite;
	test->test_case = test_case;
	init_completion(&test->ended);
	spin_lock_init(&test->lock);
	INIT_LIST_HEAD(&test->memory);
	return test;
}

static const char *verdict(enum kunit_status status)
{
	return status == KUNIT_FAILURE ? "not ok" : "ok";
}

static enum kunit_status run_case(struct kunit_suite *suite,
				  struct kunit_case *test_case, int number)
{
	struct kunit *test = new_test(suite, test_case);
	enum kunit_status status;

	if (!test) {
		pr_info("    not ok %d %s\n", number, test_case->name);
		return KUNIT_FAILURE;
	}
	if (!run_thread(test)) {
		pr_info("    not ok %d %s\n", number, test_case->name);
		return KUNIT_FAILURE;
	}
	if (suite->exit)
		suite->exit(test);
	status = READ_ONCE(test->status);
	pr_info("    %s %d %s%s%s\n", verdict(status), number, test_case->name,
		status == KUNIT_SKIPPED ? " # SKIP " : "",
		status == KUNIT_SKIPPED ? test->status_comment : "");
	free_blocks(test);
	kfree(test);
	return status;
}

/* A suite of skipped cases only is itself skipped. */
static enum kunit_status run_cases(struct kunit_suite *suite)
{
	enum kunit_status all = KUNIT_SKIPPED, one;
	struct kunit_case *test_case;
	int number = 0;

	for (test_case = suite->test_cases; test_case->run_case; test_case++) {
		one = run_case(suite, test_case, ++number);
		if (all != KUNIT_FAILURE && one != KUNIT_SKIPPED)
			all = one;
	}
	return all;
}

static int count_cases(const struct kunit_suite *suite)
{
	int count = 0;

	while (suite->test_cases[count].run_case)
		count++;
	return count;
}

static enum kunit_status run_suite(struct kunit_suite *suite)
{
	enum kunit_status status;
	int err;

	pr_info("    KTAP version 1\n");
	pr_info("    # Subtest: %s\n", suite->name);
	err = suite->suite_init ? suite->suite_init(suite) : 0;
	if (err) {
		pr_err("    # failed to initialize (%d)\n", err);
		return KUNIT_FAILURE;
	}
	pr_info("    1..%d\n", count_cases(suite));
	status = run_cases(suite);
	if (suite->suite_exit)
		suite->suite_exit(suite);
	return status;
}

static int __init run_suites(void)
{
	enum kunit_status status;
	unsigned int i, count = 0;

	while (kunit_shim_suites[count])
		count++;
	pr_info("KTAP version 1\n");
	pr_info("1..%u\n", count);
	for (i = 0; i < count; i++) {
		status = run_suite(kunit_shim_suites[i]);
		pr_info("%s %u %s%s\n", verdict(status), i + 1,
			kunit_shim_suites[i]->name,
			status == KUNIT_SKIPPED ? " # SKIP" : "");
	}
	return 0;
}

/* Nothing to undo, but a module that has an init can't go without an exit. */
static void __exit leave_suites(void)
{
}

module_init(run_suites);
module_exit(leave_suites);
