// SPDX-License-Identifier: GPL-2.0
/*
 * dump.c - says of an address what object it is in.
 *
 * Floor 2. Takes no lock.
 */
#include <linux/printk.h>

#include "slab.h"

/**
 * slubx_kmem_dump_obj() - tell in the log what is known of an object
 * @object: an address in it, or any
 *
 * Ends a line that the caller began, as the kernel's does: cache, where the
 * object begins, how far into it @object points, its size. Where it was
 * allocated is not known yet. After kmem_dump_obj().
 *
 * Context: Any.
 * Return: true if @object lies in a slab of slubx. Else nothing is printed.
 */
bool slubx_kmem_dump_obj(void *object)
{
	const struct slubx_kmem_cache *s;
	struct slubx_slab *slab;
	const void *start;

	slab = object < (void *)PAGE_SIZE ? NULL : slubx_virt_to_slab(object);
	if (!slab)
		return false;
	s = READ_ONCE(slab->slab_cache);
	if (!s)
		return false;
	start = slubx_slab_object_around(s, slab, object);
	if (start)
		pr_cont(" slab %s start %px pointer offset %lu size %u\n",
			s->name, start, (unsigned long)(object - start),
			s->layout.object_size);
	else
		pr_cont(" slab %s size %u\n", s->name, s->layout.object_size);
	return true;
}
EXPORT_SYMBOL_GPL(slubx_kmem_dump_obj);
