// SPDX-License-Identifier: GPL-2.0
/*
 * strings.c - copies of strings and of memory, the kernel's or the user's.
 *
 * Floor 9. Takes no lock. What is allocated is put down to the caller.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "slab.h"

/* ---- Of the kernel -------------------------------------------------------*/

static char *copy_nul(const char *s, size_t size, gfp_t gfp,
		      unsigned long caller)
{
	char *to = __slubx_kmalloc_track_caller(size + 1, gfp, NUMA_NO_NODE,
						caller);

	if (!to)
		return NULL;
	memcpy(to, s, size);
	/* Whoever changes @s meanwhile does not take the end away. */
	to[size] = '\0';
	return to;
}

/**
 * slubx_kstrdup() - copy a string
 * @s: the string; NULL gives NULL
 * @gfp: as for slubx_kmalloc()
 *
 * After kstrdup().
 *
 * Context: as slubx_kmalloc().
 * Return: the copy, or NULL.
 */
char *slubx_kstrdup(const char *s, gfp_t gfp)
{
	return s ? copy_nul(s, strlen(s), gfp, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(slubx_kstrdup);

/**
 * slubx_kstrdup_const() - copy a string that may need no copy
 * @s: the string; NULL gives NULL
 * @gfp: as for slubx_kmalloc()
 *
 * Always a copy: where the kernel's constants lie is not told to modules. After
 * kstrdup_const().
 *
 * Context: as slubx_kmalloc().
 * Return: the copy, for slubx_kfree_const(), or NULL.
 */
const char *slubx_kstrdup_const(const char *s, gfp_t gfp)
{
	return s ? copy_nul(s, strlen(s), gfp, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(slubx_kstrdup_const);

/**
 * slubx_kfree_const() - free what may be a constant
 * @x: what slubx_kstrdup_const() gave, or a constant of the kernel or a module,
 *	which is left alone; NULL is fine
 *
 * After kfree_const().
 *
 * Context: as slubx_kfree().
 */
void slubx_kfree_const(const void *x)
{
	/* Constants are seen at addresses of the kernel's image or of modules. */
	if (slubx_in_direct_map(x))
		slubx_kfree(x);
}
EXPORT_SYMBOL_GPL(slubx_kfree_const);

/**
 * slubx_kstrndup() - copy the beginning of a string
 * @s: the string; NULL gives NULL
 * @max: bytes that are copied at most, without the end
 * @gfp: as for slubx_kmalloc()
 *
 * After kstrndup().
 *
 * Context: as slubx_kmalloc().
 * Return: the copy, which ends with a zero, or NULL.
 */
char *slubx_kstrndup(const char *s, size_t max, gfp_t gfp)
{
	return s ? copy_nul(s, strnlen(s, max), gfp, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(slubx_kstrndup);

/**
 * slubx_kmemdup_nul() - make a string of some bytes
 * @s: the bytes; NULL gives NULL
 * @size: how many
 * @gfp: as for slubx_kmalloc()
 *
 * After kmemdup_nul().
 *
 * Context: as slubx_kmalloc().
 * Return: a copy with a zero behind it, or NULL.
 */
char *slubx_kmemdup_nul(const char *s, size_t size, gfp_t gfp)
{
	return s ? copy_nul(s, size, gfp, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(slubx_kmemdup_nul);

static void *copy(const void *from, size_t size, gfp_t gfp,
		  unsigned long caller)
{
	void *to =
		__slubx_kmalloc_track_caller(size, gfp, NUMA_NO_NODE, caller);

	if (to)
		memcpy(to, from, size);
	return to;
}

/**
 * slubx_kmemdup() - copy memory
 * @from: the memory
 * @size: its bytes
 * @gfp: as for slubx_kmalloc()
 *
 * After kmemdup().
 *
 * Context: as slubx_kmalloc().
 * Return: the copy, or NULL; ZERO_SIZE_PTR for @size 0.
 */
void *slubx_kmemdup(const void *from, size_t size, gfp_t gfp)
{
	return copy(from, size, gfp, _RET_IP_);
}
EXPORT_SYMBOL_GPL(slubx_kmemdup);

/**
 * slubx_kmemdup_array() - copy an array
 * @from: the array
 * @n: elements
 * @size: bytes of one
 * @gfp: as for slubx_kmalloc()
 *
 * After kmemdup_array().
 *
 * Context: as slubx_kmalloc().
 * Return: the copy, or NULL, also when @n times @size is no size_t.
 */
void *slubx_kmemdup_array(const void *from, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return copy(from, bytes, gfp, _RET_IP_);
}
EXPORT_SYMBOL_GPL(slubx_kmemdup_array);

/**
 * slubx_kvmemdup() - copy memory, in pieces if need be
 * @from: the memory
 * @size: its bytes
 * @gfp: as for slubx_kvmalloc()
 *
 * After kvmemdup().
 *
 * Context: as slubx_kvmalloc().
 * Return: the copy, for slubx_kvfree(), or NULL.
 */
void *slubx_kvmemdup(const void *from, size_t size, gfp_t gfp)
{
	void *to = slubx_kvmalloc(size, gfp);

	if (to)
		memcpy(to, from, size);
	return to;
}
EXPORT_SYMBOL_GPL(slubx_kvmemdup);

/* ---- Of the user ---------------------------------------------------------*/

/* @to becomes a copy of @from, or is freed for an error. */
static void *fill_from_user(void *to, const void __user *from, size_t size)
{
	if (!to)
		return ERR_PTR(-ENOMEM);
	if (!copy_from_user(to, from, size))
		return to;
	slubx_kvfree(to);
	return ERR_PTR(-EFAULT);
}

/* With @more bytes behind. How much there is may be the user's choice: quiet. */
static void *copy_user(const void __user *from, size_t size, size_t more,
		       unsigned long caller)
{
	size_t bytes;

	if (unlikely(check_add_overflow(size, more, &bytes)))
		return ERR_PTR(-ENOMEM);
	return fill_from_user(
		__slubx_kmalloc_track_caller(bytes, GFP_USER | __GFP_NOWARN,
					     NUMA_NO_NODE, caller),
		from, size);
}

/**
 * slubx_memdup_user() - copy memory of the user
 * @from: the memory
 * @size: its bytes
 *
 * After memdup_user().
 *
 * Context: Process context. May sleep.
 * Return: the copy, or an ERR_PTR: -ENOMEM, -EFAULT.
 */
void *slubx_memdup_user(const void __user *from, size_t size)
{
	return copy_user(from, size, 0, _RET_IP_);
}
EXPORT_SYMBOL_GPL(slubx_memdup_user);

/**
 * slubx_vmemdup_user() - copy memory of the user, in pieces if need be
 * @from: the memory
 * @size: its bytes
 *
 * After vmemdup_user().
 *
 * Context: Process context. May sleep.
 * Return: the copy, for slubx_kvfree(), or an ERR_PTR: -ENOMEM, -EFAULT.
 */
void *slubx_vmemdup_user(const void __user *from, size_t size)
{
	return fill_from_user(slubx_kvmalloc(size, GFP_USER), from, size);
}
EXPORT_SYMBOL_GPL(slubx_vmemdup_user);

/**
 * slubx_memdup_user_nul() - make a string of some bytes of the user
 * @from: the bytes
 * @size: how many
 *
 * After memdup_user_nul().
 *
 * Context: Process context. May sleep.
 * Return: a copy with a zero behind it, or an ERR_PTR: -ENOMEM, -EFAULT.
 */
void *slubx_memdup_user_nul(const void __user *from, size_t size)
{
	char *to = copy_user(from, size, 1, _RET_IP_);

	if (!IS_ERR(to))
		to[size] = '\0';
	return to;
}
EXPORT_SYMBOL_GPL(slubx_memdup_user_nul);

/**
 * slubx_strndup_user() - copy a string of the user
 * @s: the string
 * @max: bytes that it may have, with its end
 *
 * After strndup_user().
 *
 * Context: Process context. May sleep.
 * Return: the copy, or an ERR_PTR: -EINVAL if the string is longer, -ENOMEM,
 *	-EFAULT.
 */
char *slubx_strndup_user(const char __user *s, long max)
{
	long length = strnlen_user(s, max);
	char *to;

	if (!length)
		return ERR_PTR(-EFAULT);
	if (length > max)
		return ERR_PTR(-EINVAL);
	to = copy_user(s, length, 0, _RET_IP_);
	/* The user may have written over the end meanwhile. */
	if (!IS_ERR(to))
		to[length - 1] = '\0';
	return to;
}
EXPORT_SYMBOL_GPL(slubx_strndup_user);

/* ---- Printed -------------------------------------------------------------*/

static char *print(gfp_t gfp, const char *fmt, va_list args,
		   unsigned long caller)
{
	va_list again;
	char *to;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	to = __slubx_kmalloc_track_caller(length + 1, gfp, NUMA_NO_NODE,
					  caller);
	/* What is printed may have grown meanwhile: it is cut. */
	if (to)
		vsnprintf(to, length + 1, fmt, args);
	return to;
}

/**
 * slubx_kvasprintf() - print into memory of the length that it takes
 * @gfp: as for slubx_kmalloc()
 * @fmt: as for printf()
 * @args: what @fmt speaks of
 *
 * After kvasprintf().
 *
 * Context: as slubx_kmalloc().
 * Return: the string, or NULL.
 */
char *slubx_kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	return print(gfp, fmt, args, _RET_IP_);
}
EXPORT_SYMBOL_GPL(slubx_kvasprintf);

/**
 * slubx_kasprintf() - print into memory of the length that it takes
 * @gfp: as for slubx_kmalloc()
 * @fmt: as for printf()
 *
 * After kasprintf().
 *
 * Context: as slubx_kmalloc().
 * Return: the string, or NULL.
 */
char *slubx_kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *to;

	va_start(args, fmt);
	to = print(gfp, fmt, args, _RET_IP_);
	va_end(args);
	return to;
}
EXPORT_SYMBOL_GPL(slubx_kasprintf);
