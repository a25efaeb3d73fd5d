/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kunit/test.h - a stand-in for KUnit on kernels that are built without it.
 *
 * The part of KUnit's interface that the suites in ../.. use, with the same
 * meaning and the same report (KTAP in the kernel's log), so that one and the
 * same test runs on a distribution's kernel. Found before the kernel's own
 * <kunit/test.h> by an include path that ../../Kbuild sets; shim.c runs it.
 */
#ifndef _SLUBX_SHIM_KUNIT_TEST_H
#define _SLUBX_SHIM_KUNIT_TEST_H

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#define KUNIT_STATUS_COMMENT_SIZE 256

struct kunit;

enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char name[256];
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

struct kunit {
	void *priv; /* the suite's */
	const char *name;
	enum kunit_status status; /* racy: any thread may say "failed" */
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];

	/* Private to shim.c. */
	struct kunit_suite *suite;
	struct kunit_case *test_case;
	struct task_struct *thread; /* the one that an ASSERT may end */
	struct completion ended;
	spinlock_t lock; /* of memory */
	struct list_head memory;
};

#define KUNIT_CASE(test_name)                             \
	{                                                 \
		.run_case = test_name, .name = #test_name \
	}

/* One call in a module: what shim.c runs when the module is loaded. */
#define kunit_test_suites(suites...)                                       \
	struct kunit_suite *const kunit_shim_suites[] = { suites, NULL }

extern struct kunit_suite *const kunit_shim_suites[];

/* ---- Memory that lives as long as the case ------------------------------- */

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp);

static inline void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, 1, size, gfp);
}

static inline void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, 1, size, gfp | __GFP_ZERO);
}

static inline void *kunit_kcalloc(struct kunit *test, size_t n, size_t size,
				  gfp_t gfp)
{
	return kunit_kmalloc_array(test, n, size, gfp | __GFP_ZERO);
}

/* ---- Words --------------------------------------------------------------- */

#define kunit_info(test, fmt, ...)                                         \
	pr_info("    # %s: " fmt, (test)->name, ##__VA_ARGS__)
#define kunit_warn(test, fmt, ...)                                         \
	pr_warn("    # %s: " fmt, (test)->name, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...)                                          \
	pr_err("    # %s: " fmt, (test)->name, ##__VA_ARGS__)

/* Ends the thread of the case; elsewhere it can't, and returns. */
void kunit_shim_leave(struct kunit *test);

#define kunit_mark_skipped(test, fmt, ...)                                   \
	do {                                                                 \
		WRITE_ONCE((test)->status, KUNIT_SKIPPED);                   \
		scnprintf((test)->status_comment, KUNIT_STATUS_COMMENT_SIZE, \
			  fmt, ##__VA_ARGS__);                               \
	} while (0)

#define kunit_skip(test, fmt, ...)                            \
	do {                                                  \
		kunit_mark_skipped(test, fmt, ##__VA_ARGS__); \
		kunit_shim_leave(test);                       \
	} while (0)

/* ---- Checks -------------------------------------------------------------- */

enum kunit_shim_kind {
	SHIM_PLAIN,
	SHIM_TRUE,
	SHIM_INT,
	SHIM_PTR,
	SHIM_STR
};

struct kunit_shim_site {
	const char *file;
	int line;
	bool fatal;
	enum kunit_shim_kind kind;
	const char *op, *left, *right; /* as written; op only if SHIM_TRUE */
};

__printf(5, 6)
void kunit_shim_failed(struct kunit *test, const struct kunit_shim_site *site,
		       unsigned long left, unsigned long right, const char *fmt,
		       ...);

#define SHIM_FAILED(test, fatal_, kind_, op_, left_, right_, l, r, ...)    \
	do {                                                               \
		static const struct kunit_shim_site __site = {             \
			.file = __FILE__,                                  \
			.line = __LINE__,                                  \
			.fatal = (fatal_),                                 \
			.kind = (kind_),                                   \
			.op = (op_),                                       \
			.left = (left_),                                   \
			.right = (right_),                                 \
		};                                                         \
									   \
		kunit_shim_failed(test, &__site, (unsigned long)(l),       \
				  (unsigned long)(r), __VA_ARGS__);        \
	} while (0)

#define SHIM_COND(test, fatal, text, condition, ...)                       \
	do {                                                               \
		if (unlikely(!(condition)))                                \
			SHIM_FAILED(test, fatal, SHIM_TRUE, text, NULL, NULL, \
				    0, 0, __VA_ARGS__);                    \
	} while (0)

#define SHIM_COMPARE(test, fatal, kind, left, op, right, ...)              \
	do {                                                               \
		const typeof(left) __left = (left);                        \
		const typeof(right) __right = (right);                     \
									   \
		if (unlikely(!(__left op __right)))                        \
			SHIM_FAILED(test, fatal, kind, #op, #left, #right, \
				    __left, __right, __VA_ARGS__);         \
	} while (0)

#define SHIM_I(test, fatal, left, op, right, ...)                          \
	SHIM_COMPARE(test, fatal, SHIM_INT, left, op, right, __VA_ARGS__)

#define SHIM_P(test, fatal, left, op, right, ...)                          \
	SHIM_COMPARE(test, fatal, SHIM_PTR, left, op, right, __VA_ARGS__)

#define SHIM_S(test, fatal, left, op, right, ...)                          \
	do {                                                               \
		const char *__left = (left);                               \
		const char *__right = (right);                             \
									   \
		if (unlikely(!(strcmp(__left, __right) op 0)))             \
			SHIM_FAILED(test, fatal, SHIM_STR, #op, #left, #right, \
				    __left, __right, __VA_ARGS__);         \
	} while (0)

#define KUNIT_SUCCEED(test)                                                \
	do {                                                               \
	} while (0)
#define KUNIT_FAIL(t, ...)                                                 \
	SHIM_FAILED(t, 0, SHIM_PLAIN, NULL, NULL, NULL, 0, 0, __VA_ARGS__)

/* In pairs: EXPECT goes on after a failure, ASSERT ends the case. */
/* clang-format off */
#define KUNIT_EXPECT_TRUE(t, c)			SHIM_COND(t, 0, #c, c, NULL)
#define KUNIT_ASSERT_TRUE(t, c)			SHIM_COND(t, 1, #c, c, NULL)
#define KUNIT_EXPECT_TRUE_MSG(t, c, ...)	SHIM_COND(t, 0, #c, c, __VA_ARGS__)
#define KUNIT_ASSERT_TRUE_MSG(t, c, ...)	SHIM_COND(t, 1, #c, c, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE(t, c)		SHIM_COND(t, 0, "!(" #c ")", !(c), NULL)
#define KUNIT_ASSERT_FALSE(t, c)		SHIM_COND(t, 1, "!(" #c ")", !(c), NULL)
#define KUNIT_EXPECT_FALSE_MSG(t, c, ...)	SHIM_COND(t, 0, "!(" #c ")", !(c), __VA_ARGS__)
#define KUNIT_ASSERT_FALSE_MSG(t, c, ...)	SHIM_COND(t, 1, "!(" #c ")", !(c), __VA_ARGS__)

#define KUNIT_EXPECT_EQ(t, l, r)		SHIM_I(t, 0, l, ==, r, NULL)
#define KUNIT_ASSERT_EQ(t, l, r)		SHIM_I(t, 1, l, ==, r, NULL)
#define KUNIT_EXPECT_EQ_MSG(t, l, r, ...)	SHIM_I(t, 0, l, ==, r, __VA_ARGS__)
#define KUNIT_ASSERT_EQ_MSG(t, l, r, ...)	SHIM_I(t, 1, l, ==, r, __VA_ARGS__)
#define KUNIT_EXPECT_NE(t, l, r)		SHIM_I(t, 0, l, !=, r, NULL)
#define KUNIT_ASSERT_NE(t, l, r)		SHIM_I(t, 1, l, !=, r, NULL)
#define KUNIT_EXPECT_NE_MSG(t, l, r, ...)	SHIM_I(t, 0, l, !=, r, __VA_ARGS__)
#define KUNIT_ASSERT_NE_MSG(t, l, r, ...)	SHIM_I(t, 1, l, !=, r, __VA_ARGS__)
#define KUNIT_EXPECT_LT(t, l, r)		SHIM_I(t, 0, l, <, r, NULL)
#define KUNIT_ASSERT_LT(t, l, r)		SHIM_I(t, 1, l, <, r, NULL)
#define KUNIT_EXPECT_LT_MSG(t, l, r, ...)	SHIM_I(t, 0, l, <, r, __VA_ARGS__)
#define KUNIT_ASSERT_LT_MSG(t, l, r, ...)	SHIM_I(t, 1, l, <, r, __VA_ARGS__)
#define KUNIT_EXPECT_LE(t, l, r)		SHIM_I(t, 0, l, <=, r, NULL)
#define KUNIT_ASSERT_LE(t, l, r)		SHIM_I(t, 1, l, <=, r, NULL)
#define KUNIT_EXPECT_LE_MSG(t, l, r, ...)	SHIM_I(t, 0, l, <=, r, __VA_ARGS__)
#define KUNIT_ASSERT_LE_MSG(t, l, r, ...)	SHIM_I(t, 1, l, <=, r, __VA_ARGS__)
#define KUNIT_EXPECT_GT(t, l, r)		SHIM_I(t, 0, l, >, r, NULL)
#define KUNIT_ASSERT_GT(t, l, r)		SHIM_I(t, 1, l, >, r, NULL)
#define KUNIT_EXPECT_GT_MSG(t, l, r, ...)	SHIM_I(t, 0, l, >, r, __VA_ARGS__)
#define KUNIT_ASSERT_GT_MSG(t, l, r, ...)	SHIM_I(t, 1, l, >, r, __VA_ARGS__)
#define KUNIT_EXPECT_GE(t, l, r)		SHIM_I(t, 0, l, >=, r, NULL)
#define KUNIT_ASSERT_GE(t, l, r)		SHIM_I(t, 1, l, >=, r, NULL)
#define KUNIT_EXPECT_GE_MSG(t, l, r, ...)	SHIM_I(t, 0, l, >=, r, __VA_ARGS__)
#define KUNIT_ASSERT_GE_MSG(t, l, r, ...)	SHIM_I(t, 1, l, >=, r, __VA_ARGS__)

#define KUNIT_EXPECT_PTR_EQ(t, l, r)		SHIM_P(t, 0, l, ==, r, NULL)
#define KUNIT_ASSERT_PTR_EQ(t, l, r)		SHIM_P(t, 1, l, ==, r, NULL)
#define KUNIT_EXPECT_PTR_EQ_MSG(t, l, r, ...)	SHIM_P(t, 0, l, ==, r, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ_MSG(t, l, r, ...)	SHIM_P(t, 1, l, ==, r, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE(t, l, r)		SHIM_P(t, 0, l, !=, r, NULL)
#define KUNIT_ASSERT_PTR_NE(t, l, r)		SHIM_P(t, 1, l, !=, r, NULL)
#define KUNIT_EXPECT_PTR_NE_MSG(t, l, r, ...)	SHIM_P(t, 0, l, !=, r, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_NE_MSG(t, l, r, ...)	SHIM_P(t, 1, l, !=, r, __VA_ARGS__)
#define KUNIT_EXPECT_NULL(t, p)			SHIM_P(t, 0, p, ==, NULL, NULL)
#define KUNIT_ASSERT_NULL(t, p)			SHIM_P(t, 1, p, ==, NULL, NULL)
#define KUNIT_EXPECT_NULL_MSG(t, p, ...)	SHIM_P(t, 0, p, ==, NULL, __VA_ARGS__)
#define KUNIT_ASSERT_NULL_MSG(t, p, ...)	SHIM_P(t, 1, p, ==, NULL, __VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL(t, p)		SHIM_P(t, 0, p, !=, NULL, NULL)
#define KUNIT_ASSERT_NOT_NULL(t, p)		SHIM_P(t, 1, p, !=, NULL, NULL)
#define KUNIT_EXPECT_NOT_NULL_MSG(t, p, ...)	SHIM_P(t, 0, p, !=, NULL, __VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL_MSG(t, p, ...)	SHIM_P(t, 1, p, !=, NULL, __VA_ARGS__)

#define SHIM_GOOD(t, fatal, p, ...) \
	SHIM_COND(t, fatal, "!IS_ERR_OR_NULL(" #p ")", !IS_ERR_OR_NULL(p), __VA_ARGS__)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(t, p)	SHIM_GOOD(t, 0, p, NULL)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(t, p)	SHIM_GOOD(t, 1, p, NULL)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(t, p, ...)	SHIM_GOOD(t, 0, p, __VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(t, p, ...)	SHIM_GOOD(t, 1, p, __VA_ARGS__)

#define KUNIT_EXPECT_STREQ(t, l, r)		SHIM_S(t, 0, l, ==, r, NULL)
#define KUNIT_ASSERT_STREQ(t, l, r)		SHIM_S(t, 1, l, ==, r, NULL)
#define KUNIT_EXPECT_STREQ_MSG(t, l, r, ...)	SHIM_S(t, 0, l, ==, r, __VA_ARGS__)
#define KUNIT_ASSERT_STREQ_MSG(t, l, r, ...)	SHIM_S(t, 1, l, ==, r, __VA_ARGS__)
#define KUNIT_EXPECT_STRNEQ(t, l, r)		SHIM_S(t, 0, l, !=, r, NULL)
#define KUNIT_ASSERT_STRNEQ(t, l, r)		SHIM_S(t, 1, l, !=, r, NULL)
#define KUNIT_EXPECT_STRNEQ_MSG(t, l, r, ...)	SHIM_S(t, 0, l, !=, r, __VA_ARGS__)
#define KUNIT_ASSERT_STRNEQ_MSG(t, l, r, ...)	SHIM_S(t, 1, l, !=, r, __VA_ARGS__)
/* clang-format on */

#endif /* _SLUBX_SHIM_KUNIT_TEST_H */
