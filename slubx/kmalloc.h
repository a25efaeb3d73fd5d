/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kmalloc.h - the caches behind slubx_kmalloc(). Floor 9.
 */
#ifndef _SLUBX_KMALLOC_CACHES_H
#define _SLUBX_KMALLOC_CACHES_H

#include "types.h"

/* More than so many bytes are not simply of a class (kmalloc.c). */
extern size_t slubx_kmalloc_limit;

size_t slubx_kmalloc_bytes(const void *x);
unsigned int slubx_kmalloc_class_size(unsigned int index);
void slubx_kmalloc_class_name(char text[SLUBX_NAME_LEN], const char *set,
			      unsigned int size);
void slubx_kmalloc_set_limit(void);
int slubx_kmalloc_init(void);
void slubx_kmalloc_exit(void);
void slubx_kvmalloc_exit(void);
int slubx_nolock_init(void);
void slubx_nolock_exit(void);
void slubx_nolock_flush(void);

#endif /* _SLUBX_KMALLOC_CACHES_H */
