/* SPDX-License-Identifier: GPL-2.0 */
/*
 * string.h - copies of strings and of memory, in memory of slubx. Included by
 * slubx.h.
 *
 * To be freed by slubx_kfree(), where it says so by slubx_kvfree().
 */
#ifndef _SLUBX_STRING_H
#define _SLUBX_STRING_H

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/stdarg.h>
#include <linux/types.h>

char *slubx_kstrdup(const char *s, gfp_t gfp) __malloc;
const char *slubx_kstrdup_const(const char *s, gfp_t gfp);
char *slubx_kstrndup(const char *s, size_t max, gfp_t gfp) __malloc;
void slubx_kfree_const(const void *x);

void *slubx_kmemdup(const void *from, size_t size, gfp_t gfp) __alloc_size(2);
char *slubx_kmemdup_nul(const char *s, size_t size, gfp_t gfp) __malloc;
void *slubx_kmemdup_array(const void *from, size_t n, size_t size, gfp_t gfp)
	__alloc_size(2, 3);
void *slubx_kvmemdup(const void *from, size_t size, gfp_t gfp) __alloc_size(2);

void *slubx_memdup_user(const void __user *from, size_t size) __alloc_size(2);
void *slubx_vmemdup_user(const void __user *from, size_t size) __alloc_size(2);
void *slubx_memdup_user_nul(const void __user *from, size_t size);
char *slubx_strndup_user(const char __user *s, long max);

/**
 * slubx_memdup_array_user() - copy an array of the user
 * @from: the array
 * @n: elements
 * @size: bytes of one
 *
 * After memdup_array_user() of 6.8.
 *
 * Context: Process context. May sleep.
 * Return: as slubx_memdup_user(); -EOVERFLOW if @n times @size is no size_t.
 */
static inline void *slubx_memdup_array_user(const void __user *from, size_t n,
					    size_t size)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return ERR_PTR(-EOVERFLOW);
	return slubx_memdup_user(from, bytes);
}

/**
 * slubx_vmemdup_array_user() - copy an array of the user, in pieces if need be
 * @from: the array
 * @n: elements
 * @size: bytes of one
 *
 * After vmemdup_array_user() of 6.8.
 *
 * Context: Process context. May sleep.
 * Return: as slubx_vmemdup_user(); -EOVERFLOW if @n times @size is no size_t.
 */
static inline void *slubx_vmemdup_array_user(const void __user *from, size_t n,
					     size_t size)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return ERR_PTR(-EOVERFLOW);
	return slubx_vmemdup_user(from, bytes);
}

char *slubx_kvasprintf(gfp_t gfp, const char *fmt, va_list args) __malloc
	__printf(2, 0);
char *slubx_kasprintf(gfp_t gfp, const char *fmt, ...) __malloc __printf(2, 3);

#endif /* _SLUBX_STRING_H */
