/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - every seam between slubx and the kernels it runs on, 6.1 to 7.2.
 *
 * Floor 0. The one place with conditionals on the kernel: below each entry
 * there is a single spelling. Each entry says since when and why; it goes when
 * the oldest supported kernel passes it. Tests, in order of preference: code
 * that compiles everywhere, a macro that the kernel defines, a word that
 * probe.mk finds in a header. Documentation/porting.rst lists the seams.
 */
#ifndef _SLUBX_COMPAT_H
#define _SLUBX_COMPAT_H

#include <linux/atomic.h>
#include <linux/fault-inject.h>
#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#if KERNEL_VERSION(6, 1, 0) > LINUX_VERSION_CODE
#error "slubx needs Linux 6.1 or newer"
#endif

#ifndef CONFIG_64BIT
#error "slubx needs a 64-bit kernel: a slab's state is a pair of 8-byte words"
#endif

/* Internals that the test modules use; not part of the public interface. */
#define EXPORT_SYMBOL_SLUBX(sym) EXPORT_SYMBOL_GPL(sym)

/* ---- Two words swapped at once ------------------------------------------ */

/*
 * 16 bytes: in a slab {freelist, counters}, on a cpu {freelist, tid}. The
 * processor's 16-byte compare-and-exchange wants them aligned to their size.
 */
struct slubx_pair {
	void *ptr;
	unsigned long word;
} __aligned(2 * sizeof(unsigned long));

/*
 * cmpxchg_double() and this_cpu_cmpxchg_double() became try_cmpxchg128() and
 * this_cpu_try_cmpxchg128() in 6.5 (commits b23e139d0b66, 6d12c8d308e6). Both
 * per-cpu forms may call this_cpu_cmpxchg16b_emu, which no kernel exports:
 * cx16.S supplies it.
 */
#ifdef this_cpu_cmpxchg_double

#define slubx_cpu_cmpxchg_pair(pcp, old, new)                              \
	this_cpu_cmpxchg_double((pcp)->ptr, (pcp)->word, (old).ptr,        \
				(old).word, (new).ptr, (new).word)

static __always_inline bool slubx_cmpxchg_pair(struct slubx_pair *pair,
					       struct slubx_pair old,
					       struct slubx_pair new)
{
	return cmpxchg_double(&pair->ptr, &pair->word, old.ptr, old.word,
			      new.ptr, new.word);
}

#else

union slubx_pair128 {
	struct slubx_pair pair;
	u128 full;
};

#define slubx_cpu_cmpxchg_pair(pcp, old_, new_)                            \
	({                                                                 \
		union slubx_pair128 __old = { .pair = (old_) };            \
		union slubx_pair128 __new = { .pair = (new_) };            \
									   \
		this_cpu_try_cmpxchg128(*(u128 __percpu *)(pcp), &__old.full, \
					__new.full);                          \
	})

static __always_inline bool slubx_cmpxchg_pair(struct slubx_pair *pair,
					       struct slubx_pair old,
					       struct slubx_pair new)
{
	union slubx_pair128 o = { .pair = old };
	union slubx_pair128 n = { .pair = new };

	return try_cmpxchg128((u128 *)pair, &o.full, n.full);
}

#endif

/* Can this machine swap 16 bytes? Without, slabs have a bit lock (pair.h). */
#if defined(system_has_cmpxchg128)
#define slubx_machine_has_cmpxchg_pair() system_has_cmpxchg128()
#elif defined(system_has_cmpxchg_double)
#define slubx_machine_has_cmpxchg_pair() system_has_cmpxchg_double()
#else
#define slubx_machine_has_cmpxchg_pair() false
#endif

/* ---- Pages ---------------------------------------------------------------*/

/*
 * MAX_ORDER was exclusive until 6.3, and is MAX_PAGE_ORDER since 6.8; between
 * them this is one less than could be.
 */
#ifdef MAX_PAGE_ORDER
#define SLUBX_MAX_PAGE_ORDER MAX_PAGE_ORDER
#else
#define SLUBX_MAX_PAGE_ORDER (MAX_ORDER - 1)
#endif

/*
 * SLUB's order rules changed in 6.8, the version that brought MAX_PAGE_ORDER:
 * half a slab may be wasted before a single object is taken (commits
 * 90f055df1121, 0fe2735d5e2e). slubx follows the kernel that it runs beside,
 * so that both allocators cut slabs alike.
 */
#ifdef MAX_PAGE_ORDER
#define SLUBX_ORDER_RULES_6_8 1
#else
#define SLUBX_ORDER_RULES_6_8 0
#endif

/*
 * The marks of our pages, a slab's and a large allocation's, in page_type: there
 * mapping a page into user space and counting its mappings look first, and leave
 * a typed page alone. Until 6.10 a type clears a bit of an all-ones word, since
 * 6.11 it is the top byte (commit 4ffca5a96678). The values belong to no type of
 * those kernels.
 */
#ifdef PAGE_TYPE_BASE
#define SLUBX_PAGE_MARK (~0x00000800U)
#define SLUBX_LARGE_MARK (~0x00001000U)
#define SLUBX_LARGE_FREED_MARK (~0x00001800U)
#else
#define SLUBX_PAGE_MARK 0xfb534c58U
#define SLUBX_LARGE_MARK 0xfb4c5247U
#define SLUBX_LARGE_FREED_MARK 0xfb4c5246U
#endif
#define SLUBX_PAGE_NO_MARK (~0U)

static inline unsigned int *slubx_page_mark(struct page *page)
{
	return (unsigned int *)&page->page_type;
}

/* page->flags became a struct of one word in 6.18 (memdesc_flags_t). */
#define slubx_page_flags(page) ((unsigned long *)&(page)->flags)

/* __GFP_ATOMIC went in 6.4 (commit 2973d8229b78). */
#ifdef __GFP_ATOMIC
#define SLUBX_GFP_ATOMIC __GFP_ATOMIC
#else
#define SLUBX_GFP_ATOMIC ((__force gfp_t)0)
#endif

/* reclaim_state's counter has had a function since 6.4 (c7b23b68e2aa). */
static inline void slubx_account_reclaimed(unsigned long pages)
{
#ifdef SLUBX_HAVE_ACCOUNT_RECLAIMED
	mm_account_reclaimed_pages(pages);
#else
	if (current->reclaim_state)
		current->reclaim_state->reclaimed_slab += pages;
#endif
}

/* ---- Work ----------------------------------------------------------------*/

/* Since 6.18 a workqueue must say that it is per cpu; before, all were. */
#ifdef SLUBX_HAVE_WQ_PERCPU
#define SLUBX_WQ_PERCPU WQ_PERCPU
#else
#define SLUBX_WQ_PERCPU 0
#endif

/* ---- Reclaim -------------------------------------------------------------*/

/*
 * Since 6.7 the kernel allocates shrinkers (commit c42d50aefd17); before, they
 * were the caller's, and registering could fail.
 */
#ifdef SLUBX_HAVE_SHRINKER_ALLOC

#define slubx_shrinker_alloc(flags, name) shrinker_alloc(flags, name)
#define slubx_shrinker_free(shrinker) shrinker_free(shrinker)

static inline int slubx_shrinker_register(struct shrinker *shrinker,
					  const char *name)
{
	shrinker_register(shrinker);
	return 0;
}

#else

static inline struct shrinker *slubx_shrinker_alloc(unsigned int flags,
						    const char *name)
{
	static struct shrinker shrinker; /* one will do */

	shrinker = (struct shrinker){ .flags = flags };
	return &shrinker;
}

static inline int slubx_shrinker_register(struct shrinker *shrinker,
					  const char *name)
{
	return register_shrinker(shrinker, "%s", name);
}

static inline void slubx_shrinker_free(struct shrinker *shrinker)
{
	unregister_shrinker(shrinker);
}

#endif

/* ---- Fault injection -----------------------------------------------------*/

/*
 * The kernel's code and settings, where it was built with them; elsewhere the
 * same fields, for our own (failslab.c).
 */
#ifdef CONFIG_FAULT_INJECTION

#define slubx_fault_attr fault_attr
#define SLUBX_FAULT_ATTR_INITIALIZER FAULT_ATTR_INITIALIZER
#define slubx_host_should_fail(attr, size) should_fail(attr, size)
#define slubx_made_to_fail(task) ((task)->make_it_fail)

#else

struct slubx_fault_attr {
	unsigned long probability;	/* in percent */
	unsigned long interval;
	atomic_t times;			/* -1: no limit */
	atomic_t space;			/* bytes that are not failed before */
	unsigned long verbose;
	bool task_filter;
	unsigned long count;
};

#define SLUBX_FAULT_ATTR_INITIALIZER                                       \
	{                                                                  \
		.interval = 1, .times = ATOMIC_INIT(1)                     \
	}

#define slubx_host_should_fail(attr, size) false
#define slubx_made_to_fail(task) false

#endif

#endif /* _SLUBX_COMPAT_H */
