// SPDX-License-Identifier: GPL-2.0
/*
 * switch.c - debugging is switched on and off, on a cache in use.
 *
 * Floor 9. Locks: switch_lock (1c), and in it cpus_read_lock (0) by the flush.
 * slubx_mutex (1) is tried for: a callback of sysfs must not wait for it.
 */
#include <linux/err.h>
#include <linux/mutex.h>

#include "errors.h"
#include "kmalloc.h"
#include "registry.h"
#include "switch.h"

/* Lock 1c: modes are made and entered. */
static DEFINE_MUTEX(switch_lock);

static int refuse(struct slubx_kmem_cache *s, int err, const char *why)
{
	slubx_error(s, "debugging can't be switched: %s (error %d)", why, err);
	return err;
}

/* What no lock is needed to know. */
static int check(struct slubx_kmem_cache *s)
{
	if (!SLUBX_DEBUG)
		return refuse(s, -EOPNOTSUPP, "built without SLUBX_DEBUG");
	if (s->internal && !(s->flags & SLUBX_KMALLOC))
		return refuse(s, -EPERM, "slubx itself is made of it");
	return 0;
}

/*
 * No client may join later, whose objects may be larger. One that did has not
 * been asked.
 */
static int claim(struct slubx_kmem_cache *s)
{
	bool merged;

	if (!mutex_trylock(&slubx_mutex))
		return -EAGAIN;
	merged = s->refcount > 1;
	if (!merged)
		slubx_cache_set_flag(s, SLUBX_NO_MERGE, true);
	mutex_unlock(&slubx_mutex);
	return merged ? refuse(s, -EINVAL, "several clients share it") : 0;
}

static int enter(struct slubx_kmem_cache *s, slubx_flags_t flags)
{
	struct slubx_kmem_cache *m = slubx_mode_get(s, flags);

	if (!IS_ERR(m)) {
		slubx_mode_enter(s, m);
		return 0;
	}
	if (PTR_ERR(m) == -EPERM)
		return refuse(s, -EPERM,
			      "slubx_debug=O, and it would need larger slabs");
	return refuse(s, PTR_ERR(m), "no mode with these flags can be made");
}

/*
 * Has slabs of @s that are made from now on debugged by @flags, some or none of
 * SLUBX_DEBUG_FLAGS. 0; -EAGAIN if that can't be said at the moment; or another
 * error, and a line in the log. May sleep.
 */
int slubx_switch_debugging(struct slubx_kmem_cache *s, slubx_flags_t flags)
{
	int err = 0;

	mutex_lock(&switch_lock);
	if ((slubx_mode_now(s)->flags & SLUBX_DEBUG_FLAGS) != flags) {
		err = check(s) ?: claim(s) ?: enter(s, flags);
		slubx_kmalloc_set_limit();
	}
	mutex_unlock(&switch_lock);
	return err;
}
EXPORT_SYMBOL_SLUBX(slubx_switch_debugging);

/*
 * Has allocations from @s fail, if those of chosen caches do (failslab.c), or no
 * more. Returns as slubx_switch_debugging(). May sleep.
 */
int slubx_switch_failslab(struct slubx_kmem_cache *s, bool on)
{
	int err = 0;

	if (!(READ_ONCE(s->flags) & SLUBX_FAILSLAB) == !on)
		return 0;
	mutex_lock(&switch_lock);
	err = check(s) ?: claim(s);
	if (!err)
		slubx_cache_set_flag(s, SLUBX_FAILSLAB, on);
	mutex_unlock(&switch_lock);
	return err;
}
EXPORT_SYMBOL_SLUBX(slubx_switch_failslab);

/* Is there a slab of @s that may be debugged? */
bool slubx_switch_is_debugged(struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *m;

	slubx_for_each_mode(s, m)
		if ((m->flags & SLUBX_DEBUG_FLAGS) &&
		    (m == slubx_mode_now(s) || slubx_cache_mode_slabs(m)))
			return true;
	return false;
}
