/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stress_object.h - what the stress tests write into an object, and expect to
 * find there when it is freed.
 *
 * A word proves itself: its low half says who wrote it, its high half is a hash
 * of that, of the cache and of the object's address. It stands all over the
 * object, in small ones in every word, in large ones in 16 places, of which
 * one is where a free object has its free pointer.
 */
#ifndef _SLUBX_KUNIT_STRESS_OBJECT_H
#define _SLUBX_KUNIT_STRESS_OBJECT_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/types.h>

/* What stands in the first word of an object that is about to be freed. */
#define STRESS_FREED 0xf4eedf4eedf4eedUL

static inline u64 stress_word(u32 cache, const void *x, u32 who)
{
	u64 what = (u64)(unsigned long)x ^ ((u64)cache << 48) ^
		   ((u64)who * GOLDEN_RATIO_32);

	return (u64)hash_64(what, 32) << 32 | who;
}

static inline unsigned int stress_step(unsigned int size)
{
	return max(8U, ALIGN_DOWN(size / 16, 8));
}

/* @size is a multiple of 8. */
static inline void stress_fill(void *x, unsigned int size, u64 word)
{
	unsigned int at;

	for (at = 0; at < size; at += stress_step(size))
		*(u64 *)(x + at) = word;
	*(u64 *)(x + size - 8) = word;
}

static inline bool stress_is_filled(const void *x, unsigned int size, u64 word)
{
	unsigned int at;

	for (at = 0; at < size; at += stress_step(size))
		if (READ_ONCE(*(const u64 *)(x + at)) != word)
			return false;
	return READ_ONCE(*(const u64 *)(x + size - 8)) == word;
}

/*
 * Gives up an object that @word was written into. False if it is not as it was
 * left, or somebody else has given it up: only one can swap the first word.
 */
static inline bool stress_give_up(void *x, unsigned int size, u64 word)
{
	return stress_is_filled(x, size, word) &&
	       cmpxchg((u64 *)x, word, STRESS_FREED) == word;
}

#endif /* _SLUBX_KUNIT_STRESS_OBJECT_H */
