// SPDX-License-Identifier: GPL-2.0
/*
 * mode.c - another way to cut and debug the slabs of a cache in use.
 *
 * Floor 8. A mode is a cache of its own, with the same objects, that no client
 * knows of. A slab belongs to the mode that it was made in, so whoever frees or
 * looks finds the right layout by the slab, and the fast paths need not ask.
 * What clients know stays the cache: it takes what it gives out from the mode
 * that is entered, and a mode that was left drains.
 *
 * Modes are made and entered under switch_lock (1c, switch.c). They are not many,
 * one for each set of flags that was asked for, and live as long as their cache:
 * so the list can be read without a lock.
 */
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "fault.h"
#include "path.h"
#include "registry.h"

/* Flags that a mode does not have from its cache. */
#define OWN_FLAGS (SLUBX_FAILSLAB | SLUBX_KEEPS_CONTENT | SLUBX_COLD_FLAGS)

/* The client named bytes that a free object need not keep, and they are used. */
static bool link_has_a_place(const struct slubx_kmem_cache *s)
{
	return (s->ctor || (s->flags & SLUBX_TYPESAFE_BY_RCU)) &&
	       s->layout.offset < s->layout.inuse;
}

static struct slubx_cache_request request_like(struct slubx_kmem_cache *s,
					       slubx_flags_t flags)
{
	return (struct slubx_cache_request){
		.name = s->name,
		.size = s->layout.object_size,
		.flags = (READ_ONCE(s->flags) & ~OWN_FLAGS) | flags,
		.args.align = s->layout.align,
		.args.ctor = s->ctor,
		.args.useroffset = s->useroffset,
		.args.usersize = s->usersize,
		.args.use_freeptr_offset = link_has_a_place(s),
		.args.freeptr_offset = s->layout.offset,
	};
}

static struct slubx_kmem_cache *open_mode(struct slubx_kmem_cache *s,
					  slubx_flags_t flags)
{
	struct slubx_cache_request request = request_like(s, flags);
	struct slubx_kmem_cache *m = NULL;
	int err;

	if (!slubx_should_fail(SLUBX_FAULT_CACHE))
		m = slubx_kmem_cache_zalloc(slubx_cache_cache, GFP_KERNEL);
	if (!m)
		return ERR_PTR(-ENOMEM);
	err = slubx_cache_open(m, &request);
	if (err) {
		slubx_kmem_cache_free(slubx_cache_cache, m);
		return ERR_PTR(err);
	}
	strscpy(m->name, s->name, sizeof(m->name));
	m->client = s;
	m->min_partial = READ_ONCE(s->min_partial);
	m->remote_node_defrag_ratio = READ_ONCE(s->remote_node_defrag_ratio);
	return m;
}

static void close_mode(struct slubx_kmem_cache *m)
{
	slubx_cache_close(m);
	slubx_kmem_cache_free(slubx_cache_cache, m);
}

static void publish(struct slubx_kmem_cache *s, struct slubx_kmem_cache *m)
{
	m->next_mode = s->modes;
	/* Who sees it sees it open. */
	smp_store_release(&s->modes, m);
	static_branch_enable(&slubx_has_modes);
}

/*
 * The mode of @s with these of SLUBX_DEBUG_FLAGS, which may be @s itself. A new
 * one is closed to allocations at first. An ERR_PTR: there is no memory, no slab
 * can hold such objects, or (-EPERM) slubx_debug=O forbids them. May sleep.
 */
struct slubx_kmem_cache *slubx_mode_get(struct slubx_kmem_cache *s,
					slubx_flags_t flags)
{
	struct slubx_kmem_cache *m;

	slubx_for_each_mode(s, m)
		if ((m->flags & SLUBX_DEBUG_FLAGS) == flags)
			return m;
	m = open_mode(s, flags);
	if (IS_ERR(m))
		return m;
	if ((m->flags & SLUBX_DEBUG_FLAGS) != flags) {
		close_mode(m);
		return ERR_PTR(-EPERM);
	}
	slubx_cache_set_flag(m, SLUBX_DRAINING, true);
	publish(s, m);
	return m;
}

/*
 * From now on slabs of @s are made in @m, which slubx_mode_get() gave. The mode
 * that was left has no cpu slabs any more, and no empty ones but such as somebody
 * is just making; those go when they are empty again. May sleep.
 */
void slubx_mode_enter(struct slubx_kmem_cache *s, struct slubx_kmem_cache *m)
{
	struct slubx_kmem_cache *left = slubx_mode_now(s);

	if (m == left)
		return;
	slubx_cache_set_flag(m, SLUBX_DRAINING, false);
	/* Before clients are sent there (slubx_mode_now()). */
	smp_store_release(&s->mode, m == s ? NULL : m);
	slubx_cache_set_flag(left, SLUBX_DRAINING, true);
	/* Who did not see the flag may still put a slab on its cpu. */
	synchronize_rcu();
	slubx_cache_drop_empty(left);
}

/* Frees the modes of a cache whose slabs are all gone. May sleep. */
void slubx_modes_close(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;

	while ((m = s->modes)) {
		s->modes = m->next_mode;
		close_mode(m);
	}
}
