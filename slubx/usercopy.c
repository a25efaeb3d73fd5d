// SPDX-License-Identifier: GPL-2.0
/*
 * usercopy.c - may these bytes be copied to or from user space?
 *
 * Floor 2. Takes no lock. The kernel's own check (CONFIG_HARDENED_USERCOPY) sees
 * no more of a slab of ours than that it is a compound page; who wants the
 * windows that caches were created with enforced asks here before the copy.
 */
#include "errors.h"
#include "slab.h"

static bool in_window(const struct slubx_kmem_cache *s, unsigned long offset,
		      unsigned long bytes)
{
	return offset >= s->useroffset &&
	       offset - s->useroffset <= s->usersize &&
	       bytes <= s->useroffset + s->usersize - offset;
}

static bool ok_in_slab(const struct slubx_slab *slab, const void *x,
		       unsigned long bytes, const char *whither)
{
	struct slubx_kmem_cache *s = slab->slab_cache;
	const void *start = slubx_slab_object_around(s, slab, x);

	if (!start) {
		slubx_error(s, "copy of %lu bytes %s user space, of no object",
			    bytes, whither);
		return false;
	}
	if (in_window(s, x - start, bytes))
		return true;
	slubx_error(
		s,
		"copy of %lu bytes %s user space at %lu of an object, outside of the window of %u at %u",
		bytes, whither, (unsigned long)(x - start), s->usersize,
		s->useroffset);
	return false;
}

/**
 * slubx_usercopy_ok() - may memory be copied to or from user space?
 * @x: where the copy begins
 * @bytes: its length; 0 is fine
 * @to_user: to user space, or from there; for the text of the report
 *
 * In an object the copy has to stay in the window that the cache was created
 * with; without one nothing may be copied. Memory from slubx_kmalloc() is all
 * window. Of memory that is not slubx's nothing is said: the kernel checks it.
 * After __check_heap_object(), which ends the task where this returns false.
 *
 * Context: Any.
 * Return: false, and a line in the log, if it must not.
 */
bool slubx_usercopy_ok(const void *x, unsigned long bytes, bool to_user)
{
	const char *whither = to_user ? "to" : "from";
	struct slubx_slab *slab;

	if (!bytes)
		return true;
	slab = slubx_virt_to_slab(x);
	return !slab || ok_in_slab(slab, x, bytes, whither);
}
EXPORT_SYMBOL_GPL(slubx_usercopy_ok);
