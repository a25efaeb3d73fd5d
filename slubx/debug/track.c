// SPDX-License-Identifier: GPL-2.0
/*
 * track.c - notes in an object who allocates and who frees it.
 *
 * Floor 3. The stacks themselves are kept by the kernel's stack depot, each
 * once, for as long as the machine runs: they outlive slubx. Takes no lock.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/stackdepot.h>
#include <linux/stacktrace.h>

#include "../errors.h"
#include "track.h"

/* Frames that are looked at; those on top are our own and are not kept. */
#define STACK_MAX 24

/*
 * Readies the depot; to be called before the first cache with SLUBX_STORE_USER
 * is used. Without a depot, or memory for it, callers are kept but no stacks.
 * May sleep.
 */
void slubx_track_init(void)
{
	if (IS_ENABLED(CONFIG_STACKDEPOT) && stack_depot_init())
		slubx_error(NULL, "no memory for stacks, they are not kept");
}

static u32 keep(unsigned long *frames, unsigned int count)
{
	if (!IS_ENABLED(CONFIG_STACKDEPOT))
		return 0;
	/* Locks of the page allocator's are not to be waited for here. */
	return stack_depot_save(frames, count, GFP_NOWAIT | __GFP_NOWARN);
}

/*
 * The stack from the client down. Where the compiler may not end a function by a
 * jump, the caller that we were told is ourselves, and the stack knows better.
 */
static void look_up_the_stack(struct slubx_user *user)
{
	unsigned long frames[STACK_MAX];
	unsigned int own = 0, count;

	if (!IS_ENABLED(CONFIG_STACKTRACE))
		return;
	count = stack_trace_save(frames, STACK_MAX, 0);
	while (own < count && within_module(frames[own], THIS_MODULE))
		own++;
	if (own == count)
		return;
	if (within_module(user->caller, THIS_MODULE))
		user->caller = frames[own];
	user->stack = keep(frames + own, count - own);
}

/* Whoever is here now, at @caller. To be asked before any lock is taken. */
struct slubx_user slubx_track_user(const struct slubx_kmem_cache *s,
				   unsigned long caller, size_t asked)
{
	struct slubx_user user = {
		.caller = caller,
		.asked = min_t(size_t, asked, s->layout.object_size),
	};

	if (s->flags & SLUBX_STORE_USER)
		look_up_the_stack(&user);
	return user;
}

void slubx_track_set(const struct slubx_kmem_cache *s, void *x,
		     enum slubx_track_item item, const struct slubx_user *user)
{
	if (!(s->flags & SLUBX_STORE_USER))
		return;
	*slubx_object_track(s, x, item) = (struct slubx_track){
		.addr = user->caller,
		.stack = user->stack,
		.cpu = raw_smp_processor_id(),
		.pid = current->pid,
		.when = jiffies,
	};
}
