/* SPDX-License-Identifier: GPL-2.0 */
/*
 * create.h - how caches are asked for. Included by slubx.h.
 */
#ifndef _SLUBX_CREATE_H
#define _SLUBX_CREATE_H

#include <linux/stddef.h>
#include <linux/types.h>

struct slubx_kmem_cache;

/**
 * typedef slubx_freeptr_t - room in a struct for the free pointer
 * @v: nobody's business
 *
 * A field of this type may lie where freeptr_offset points. After freeptr_t.
 */
typedef struct {
	unsigned long v;
} slubx_freeptr_t;

/**
 * struct slubx_kmem_cache_args - the rarer wishes for a cache
 * @align: of the objects, in bytes: a power of two up to PAGE_SIZE, or 0 for a
 *	word's
 * @useroffset: where the part begins that user copies may touch, in bytes
 * @usersize: its bytes; 0 for none
 * @freeptr_offset: where in a free object its link to the next one lies, in
 *	bytes: a multiple of slubx_freeptr_t's alignment, inside of the object.
 *	For caches that are SLUBX_TYPESAFE_BY_RCU or have a @ctor only, which
 *	else grow by a word. While an object is free, and when it is allocated,
 *	what its owner or the constructor wrote there is lost
 * @use_freeptr_offset: @freeptr_offset, which may be 0, counts
 * @ctor: run once for each object whenever a slab is made, or NULL. Objects
 *	must be freed in the state in which the constructor leaves them. It must
 *	not sleep and not allocate from this cache
 * @sheaf_capacity: slubx has no sheaves. As in 7.2 a cache with a capacity is
 *	never merged, and that is all
 *
 * Fields that are not set are no wishes. After struct kmem_cache_args.
 */
struct slubx_kmem_cache_args {
	unsigned int align;
	unsigned int useroffset;
	unsigned int usersize;
	unsigned int freeptr_offset;
	bool use_freeptr_offset;
	void (*ctor)(void *object);
	unsigned int sheaf_capacity;
};

struct slubx_kmem_cache *
__slubx_kmem_cache_create_args(const char *name, unsigned int size,
			       const struct slubx_kmem_cache_args *args,
			       slubx_flags_t flags);
struct slubx_kmem_cache *__slubx_kmem_cache_create_null(const char *name,
							unsigned int size,
							const void *args,
							slubx_flags_t flags);

/**
 * slubx_kmem_cache_create_usercopy() - create a cache whose objects may be
 *	copied to and from user space in part
 * @name: as for slubx_kmem_cache_create()
 * @size: as for slubx_kmem_cache_create()
 * @align: of the objects, see struct slubx_kmem_cache_args
 * @flags: as for slubx_kmem_cache_create()
 * @useroffset: where the part begins, in bytes
 * @usersize: its bytes; 0 for none. A window that lies outside of the object
 *	is reported and closed
 * @ctor: see struct slubx_kmem_cache_args
 *
 * The kernel's own check of user copies does not know slubx's slabs: it sees
 * to it that a copy stays within the slab's pages, no more. A cache with a
 * window is never merged. After kmem_cache_create_usercopy().
 *
 * Context: Process context. May sleep.
 * Return: the cache, or NULL with the reason in the log.
 */
static inline struct slubx_kmem_cache *
slubx_kmem_cache_create_usercopy(const char *name, unsigned int size,
				 unsigned int align, slubx_flags_t flags,
				 unsigned int useroffset, unsigned int usersize,
				 void (*ctor)(void *object))
{
	const struct slubx_kmem_cache_args args = {
		.align = align,
		.useroffset = useroffset,
		.usersize = usersize,
		.ctor = ctor,
	};

	return __slubx_kmem_cache_create_args(name, size, &args, flags);
}

/* The form of slubx_kmem_cache_create() that kernels before 6.12 have. */
static inline struct slubx_kmem_cache *
__slubx_kmem_cache_create(const char *name, unsigned int size,
			  unsigned int align, slubx_flags_t flags,
			  void (*ctor)(void *object))
{
	return slubx_kmem_cache_create_usercopy(name, size, align, flags, 0, 0,
						ctor);
}

/**
 * slubx_kmem_cache_create() - create a cache
 * @__name: shown in /proc/slubxinfo and /sys/kernel/slubx. Blanks and control
 *	characters are shown as '_', a name that is taken gets ~2, ~3 ... behind
 *	it, and only the first 63 bytes count. The string may go afterwards
 * @__size: of an object, in bytes; 1 to KMALLOC_MAX_SIZE
 * @__args: a pointer to struct slubx_kmem_cache_args, or NULL: then @flags is
 *	the last argument. Else the alignment, and @flags and ctor follow
 *
 * Two functions in one, chosen by the type of the third argument::
 *
 *	slubx_kmem_cache_create(name, size, args, flags)
 *	slubx_kmem_cache_create(name, size, align, flags, ctor)
 *
 * with SLUBX_* flags. A cache that fits an existing one in size, alignment and
 * flags shares its slabs; then one struct serves both, and each must be
 * destroyed. While a client has a cache, slubx can't be unloaded. After
 * kmem_cache_create() of 7.2.
 *
 * Context: Process context. May sleep.
 * Return: the cache, or NULL with the reason in the log (no name; a bad size,
 *	alignment, flag or place for the free pointer; no memory; interrupt
 *	context). With SLUBX_PANIC the kernel panics instead.
 */
#define slubx_kmem_cache_create(__name, __size, __args, ...)               \
	__builtin_choose_expr(                                             \
		__same_type(__args, struct slubx_kmem_cache_args *) ||     \
			__same_type(__args,                                \
				    const struct slubx_kmem_cache_args *), \
		__slubx_kmem_cache_create_args,                            \
		__builtin_choose_expr(__same_type(__args, void *),         \
				      __slubx_kmem_cache_create_null,      \
				      __slubx_kmem_cache_create))(         \
		__name, __size, __args, __VA_ARGS__)

/**
 * SLUBX_KMEM_CACHE() - create a cache for a struct, named after it
 * @__struct: the struct's tag
 * @__flags: SLUBX_* flags
 *
 * Alignment is the struct's own; __cacheline_aligned structs stay so.
 */
#define SLUBX_KMEM_CACHE(__struct, __flags)                                \
	__slubx_kmem_cache_create(#__struct, sizeof(struct __struct),      \
				  __alignof__(struct __struct), (__flags), \
				  NULL)

/**
 * SLUBX_KMEM_CACHE_USERCOPY() - the same, with one field open to user copies
 * @__struct: the struct's tag
 * @__flags: SLUBX_* flags
 * @__field: the field that copy_to_user() and copy_from_user() may touch
 */
#define SLUBX_KMEM_CACHE_USERCOPY(__struct, __flags, __field)              \
	slubx_kmem_cache_create_usercopy(                                  \
		#__struct, sizeof(struct __struct),                        \
		__alignof__(struct __struct), (__flags),                   \
		offsetof(struct __struct, __field),                        \
		sizeof_field(struct __struct, __field), NULL)

#endif /* _SLUBX_CREATE_H */
