// SPDX-License-Identifier: GPL-2.0
/*
 * strings_test.c - copies of strings and of memory, of the kernel's and of the
 * user's; what is printed.
 */
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>

#include "common.h"
#include "../slubx/fault.h"

#define ALWAYS UINT_MAX

static void strings_exit(struct kunit *test)
{
	slubx_fault_disarm();
	slubx_test_exit(test);
}

#define EXPECT_STRING(test, call, text, room)                        \
	do {                                                         \
		char *__x = (char *)(call);                          \
								   \
		KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(__x));       \
		KUNIT_EXPECT_STREQ(test, __x, text);                 \
		KUNIT_EXPECT_EQ(test, slubx_ksize(__x), (room) + 0UL); \
		slubx_kfree(__x);                                    \
	} while (0)

/* ---- Of the kernel -------------------------------------------------------*/

static void copied_strings(struct kunit *test)
{
	EXPECT_STRING(test, slubx_kstrdup("", GFP_KERNEL), "", 8);
	EXPECT_STRING(test, slubx_kstrdup("1234567", GFP_KERNEL), "1234567", 8);
	EXPECT_STRING(test, slubx_kstrdup("12345678", GFP_KERNEL), "12345678",
		      16);
	EXPECT_STRING(test, slubx_kstrndup("12345678", 3, GFP_KERNEL), "123",
		      8);
	EXPECT_STRING(test, slubx_kstrndup("12", 30, GFP_KERNEL), "12", 8);
	EXPECT_STRING(test, slubx_kmemdup_nul("12345678", 4, GFP_KERNEL),
		      "1234", 8);
	EXPECT_STRING(test, slubx_kstrdup_const("const", GFP_KERNEL), "const",
		      8);
	KUNIT_EXPECT_NULL(test, slubx_kstrdup(NULL, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, slubx_kstrdup_const(NULL, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, slubx_kstrndup(NULL, 3, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, slubx_kmemdup_nul(NULL, 3, GFP_KERNEL));
}

/* Constants of this module and of the kernel, and what is none. */
static void freed_if_no_constant(struct kunit *test)
{
	const char *x = slubx_kstrdup_const("const", GFP_KERNEL);

	EXPECT_ERRORS(test, 0, slubx_kfree_const(x));
	EXPECT_ERRORS(test, 1, slubx_kfree_const(x));
	EXPECT_ERRORS(test, 0, slubx_kfree_const("const"));
	/* A string of the kernel itself. */
	EXPECT_ERRORS(test, 0, slubx_kfree_const(utsname()->sysname));
	EXPECT_ERRORS(test, 0, slubx_kfree_const(NULL));
}

static void copied_memory(struct kunit *test)
{
	size_t n = SIZE_MAX / 4 + 2;
	u8 from[300];
	void *x;

	OPTIMIZER_HIDE_VAR(n);
	memset(from, 0x5a, sizeof(from));
	x = slubx_kmemdup(from, sizeof(from), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, memcmp(x, from, sizeof(from)), 0);
	slubx_kfree(x);
	x = slubx_kmemdup_array(from, 75, 4, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, memcmp(x, from, sizeof(from)), 0);
	slubx_kfree(x);
	x = slubx_kvmemdup(from, sizeof(from), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, memcmp(x, from, sizeof(from)), 0);
	slubx_kvfree(x);
	KUNIT_EXPECT_NULL(test, slubx_kmemdup_array(from, n, 4, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, slubx_kmemdup(from, 0, GFP_KERNEL),
			    ZERO_SIZE_PTR);
}

static void printed(struct kunit *test)
{
	char *x = slubx_kasprintf(GFP_KERNEL, "%0300d", 7);

	KUNIT_ASSERT_NOT_NULL(test, x);
	KUNIT_EXPECT_EQ(test, strlen(x), (size_t)300);
	KUNIT_EXPECT_EQ(test, x[299], '7');
	slubx_kfree(x);
	EXPECT_STRING(test, slubx_kasprintf(GFP_KERNEL, "%s-%u", "a", 12U),
		      "a-12", 8);
	EXPECT_STRING(test, slubx_kasprintf(GFP_KERNEL, "%s", ""), "", 8);
}

/* More than a class holds, so that pages must be asked for. */
static void without_memory(struct kunit *test)
{
	static const u8 from[20000];

	slubx_fault_arm(SLUBX_FAULT_PAGE_LARGE, 0, ALWAYS);
	slubx_fault_arm(SLUBX_FAULT_VMALLOC, 0, ALWAYS);
	KUNIT_EXPECT_NULL(test, slubx_kmemdup(from, sizeof(from), GFP_KERNEL));
	KUNIT_EXPECT_NULL(test,
			  slubx_kmemdup_array(from, 200, 100, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test,
			  slubx_kmemdup_nul(from, sizeof(from), GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, slubx_kvmemdup(from, sizeof(from), GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, slubx_kasprintf(GFP_KERNEL, "%020000d", 7));
}

/* ---- Of the user ---------------------------------------------------------*/

/* A case's thread has no user: it borrows the memory of the first process. */
struct borrowed {
	struct mm_struct *mm;
	char __user *page; /* the next one is not there */
};

static bool become_user(struct borrowed *user)
{
	struct task_struct *task;
	unsigned long at;

	rcu_read_lock();
	task = get_pid_task(find_vpid(1), PIDTYPE_PID);
	rcu_read_unlock();
	user->mm = task ? get_task_mm(task) : NULL;
	if (task)
		put_task_struct(task);
	if (!user->mm)
		return false;
	kthread_use_mm(user->mm);
	at = vm_mmap(NULL, 0, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (!IS_ERR_VALUE(at) && !vm_munmap(at + PAGE_SIZE, PAGE_SIZE)) {
		user->page = (char __user *)at;
		return true;
	}
	kthread_unuse_mm(user->mm);
	mmput(user->mm);
	return false;
}

static void be_nobody(struct borrowed *user)
{
	vm_munmap((unsigned long)user->page, PAGE_SIZE);
	kthread_unuse_mm(user->mm);
	mmput(user->mm);
}

#define EXPECT_ERROR(test, call, error) \
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(call), error)

static void expect_copies(struct kunit *test, char __user *s)
{
	void *x;

	EXPECT_STRING(test, slubx_memdup_user(s, 9), "12345678", 16);
	EXPECT_STRING(test, slubx_vmemdup_user(s, 9), "12345678", 16);
	EXPECT_STRING(test, slubx_memdup_user_nul(s, 4), "1234", 8);
	EXPECT_STRING(test, slubx_strndup_user(s, 9), "12345678", 16);
	EXPECT_STRING(test, slubx_strndup_user(s, 1000), "12345678", 16);
	EXPECT_ERROR(test, slubx_strndup_user(s, 8), -EINVAL);
	EXPECT_STRING(test, slubx_memdup_array_user(s, 3, 3), "12345678", 16);
	EXPECT_STRING(test, slubx_vmemdup_array_user(s, 3, 3), "12345678", 16);
	x = slubx_memdup_user(s, 0);
	KUNIT_EXPECT_PTR_EQ(test, x, ZERO_SIZE_PTR);
}

/* Two bytes are there, the third is not. */
static void expect_faults(struct kunit *test, char __user *end)
{
	EXPECT_ERROR(test, slubx_memdup_user(end - 2, 3), -EFAULT);
	EXPECT_ERROR(test, slubx_vmemdup_user(end - 2, 3), -EFAULT);
	EXPECT_ERROR(test, slubx_memdup_user_nul(end - 2, 3), -EFAULT);
	EXPECT_ERROR(test, slubx_strndup_user(end - 2, 3), -EFAULT);
}

static void expect_too_much(struct kunit *test, char __user *s)
{
	size_t size = SIZE_MAX;

	OPTIMIZER_HIDE_VAR(size);
	EXPECT_ERRORS(test, 0,
		      EXPECT_ERROR(test, slubx_memdup_user(s, size), -ENOMEM));
	EXPECT_ERRORS(test, 0,
		      EXPECT_ERROR(test, slubx_memdup_user_nul(s, size),
				   -ENOMEM));
	EXPECT_ERROR(test, slubx_memdup_array_user(s, size, 2), -EOVERFLOW);
	EXPECT_ERROR(test, slubx_vmemdup_array_user(s, size, 2), -EOVERFLOW);
	slubx_fault_arm(SLUBX_FAULT_PAGE_LARGE, 0, ALWAYS);
	slubx_fault_arm(SLUBX_FAULT_VMALLOC, 0, ALWAYS);
	EXPECT_ERROR(test, slubx_memdup_user(s, 20000), -ENOMEM);
	EXPECT_ERROR(test, slubx_vmemdup_user(s, 20000), -ENOMEM);
	slubx_fault_disarm();
}

static void copied_from_the_user(struct kunit *test)
{
	struct borrowed user = {};
	unsigned long left;

	if (!become_user(&user))
		kunit_skip(test, "no user's memory can be had");
	left = copy_to_user(user.page, "12345678", 9) |
	       copy_to_user(user.page + PAGE_SIZE - 2, "xx", 2);
	KUNIT_EXPECT_EQ(test, left, 0UL);
	expect_copies(test, user.page);
	expect_faults(test, user.page + PAGE_SIZE);
	expect_too_much(test, user.page);
	be_nobody(&user);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(copied_strings),
	KUNIT_CASE(freed_if_no_constant),
	KUNIT_CASE(copied_memory),
	KUNIT_CASE(printed),
	KUNIT_CASE(without_memory),
	KUNIT_CASE(copied_from_the_user),
	{},
};

struct kunit_suite slubx_strings_suite = {
	.name = "slubx_strings",
	.init = slubx_test_init,
	.exit = strings_exit,
	.test_cases = cases,
};
