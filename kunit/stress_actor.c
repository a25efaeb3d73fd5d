// SPDX-License-Identifier: GPL-2.0
/*
 * stress_actor.c - allocates, writes, hands over, verifies and frees objects,
 * at random, in whatever context it is called.
 */
#include <linux/nodemask.h>

#include "common.h"
#include "stress.h"

static atomic_t actors;

void stress_actor_init(struct stress_actor *actor, struct stress *stress,
		       gfp_t gfp, unsigned int limit)
{
	actor->stress = stress;
	actor->gfp = gfp | __GFP_NOWARN;
	actor->limit = min_t(unsigned int, limit, STRESS_HELD);
	actor->first = 0;
	actor->count = 0;
	actor->who = (u32)atomic_inc_return(&actors) << 24;
	prandom_seed_state(&actor->random,
			   slubx_test_random(stress->test, U32_MAX));
}

u32 stress_random(struct stress_actor *actor, u32 bound)
{
	return ((u64)prandom_u32_state(&actor->random) * bound) >> 32;
}

static struct stress_held *at(struct stress_actor *actor, unsigned int i)
{
	return &actor->held[(actor->first + i) % STRESS_HELD];
}

/* ---- Taking --------------------------------------------------------------*/

/* The next larger class may have helped out: no object of this one. */
static void *allocate_nolock(struct stress_cache *c, gfp_t gfp)
{
	void *x = slubx_kmalloc_nolock(c->kind->size, gfp, NUMA_NO_NODE);

	if (!x || slubx_ksize(x) == c->kind->size)
		return x;
	slubx_kfree_nolock(x);
	return NULL;
}

static void *allocate_bytes(struct stress_actor *actor, struct stress_cache *c,
			    gfp_t gfp)
{
	if (stress_random(actor, 2))
		return slubx_kmalloc(c->kind->size, gfp | STRESS_KMALLOC);
	return allocate_nolock(c, STRESS_KMALLOC | __GFP_NOWARN |
					  (gfp & __GFP_ZERO));
}

static void *allocate(struct stress_actor *actor, struct stress_cache *c,
		      bool zero)
{
	gfp_t gfp = actor->gfp | (zero ? __GFP_ZERO : (__force gfp_t)0);

	if (c->kind->kmalloc)
		return allocate_bytes(actor, c, gfp);
	if (stress_random(actor, 8))
		return slubx_kmem_cache_alloc(c->s, gfp);
	return slubx_kmem_cache_alloc_node(
		c->s, gfp,
		stress_random(actor, 2) ? first_online_node : NUMA_NO_NODE);
}

static void look_at_new(struct stress_actor *actor, struct stress_cache *c,
			void *x, bool zero)
{
	unsigned int size = c->kind->size;

	if (c->kind->ctor && !stress_is_filled(x, size, STRESS_FREED))
		stress_wrong(actor->stress, STRESS_UNCONSTRUCTED, c, x,
			     *(u64 *)x);
	if (zero && !stress_is_filled(x, size, 0))
		stress_wrong(actor->stress, STRESS_NOT_ZEROED, c, x, *(u64 *)x);
}

static bool wants_zero(struct stress_actor *actor, const struct stress_cache *c)
{
	return !c->kind->ctor && !stress_random(actor, 16);
}

/* A new object is looked at, marked, and held. */
static void enter(struct stress_actor *actor, struct stress_cache *c, void *x,
		  bool zero)
{
	struct stress_held *held;

	atomic_long_inc(&actor->stress->allocated);
	atomic_long_inc(&c->live);
	look_at_new(actor, c, x, zero);
	actor->who = (actor->who & 0xff000000) | ((actor->who + 1) & 0xffffff);
	held = at(actor, actor->count++);
	held->c = c;
	held->x = x;
	held->word = stress_word(c->id, x, actor->who);
	stress_fill(x, c->kind->size, held->word);
}

/* Allocates one object more. False if there is none or it holds enough. */
bool stress_take(struct stress_actor *actor, struct stress_cache *c)
{
	bool zero = wants_zero(actor, c);
	void *x;

	if (actor->count == actor->limit)
		return false;
	x = allocate(actor, c, zero);
	if (x)
		enter(actor, c, x, zero);
	else
		atomic_long_inc(&actor->stress->refused);
	return x;
}

/* Objects of one bulk call, at most. */
#define BULK 24

static void take_bulk(struct stress_actor *actor, struct stress_cache *c)
{
	unsigned int i, room = actor->limit - actor->count, count;
	bool zero = wants_zero(actor, c);
	void *x[BULK];

	if (!room)
		return;
	count = 1 + stress_random(actor, min_t(unsigned int, room, BULK));
	if (!slubx_kmem_cache_alloc_bulk(
		    c->s, actor->gfp | (zero ? __GFP_ZERO : (__force gfp_t)0),
		    count, x)) {
		atomic_long_inc(&actor->stress->refused);
		return;
	}
	for (i = 0; i < count; i++)
		enter(actor, c, x[i], zero);
}

/* ---- Giving back ---------------------------------------------------------*/

/* Is the object as its owner left it? Then it may be freed. */
static bool leave(struct stress *stress, const struct stress_held *held)
{
	struct stress_cache *c = held->c;

	if (!stress_give_up(held->x, c->kind->size, held->word)) {
		/* Two may hold it: who frees it does more harm. */
		stress_wrong(stress, STRESS_OVERWRITTEN, c, held->x,
			     *(u64 *)held->x);
		return false;
	}
	if (c->kind->ctor)
		stress_fill(held->x, c->kind->size, STRESS_FREED);
	atomic_long_dec(&c->live);
	atomic_long_inc(&stress->freed);
	return true;
}

static void free_any_way(struct stress_actor *actor, void *x)
{
	switch (stress_random(actor, 4)) {
	case 0:
		slubx_kvfree_call_rcu(x, x);
		break;
	case 1:
		slubx_kfree_nolock(x);
		break;
	default:
		slubx_kfree(x);
	}
}

static void give_back(struct stress_actor *actor,
		      const struct stress_held *held)
{
	if (!leave(actor->stress, held))
		return;
	if (held->c->kind->all_ways)
		free_any_way(actor, held->x);
	else
		slubx_kmem_cache_free(held->c->s, held->x);
}

void stress_return_oldest(struct stress_actor *actor)
{
	struct stress_held held = *at(actor, 0);

	actor->first = (actor->first + 1) % STRESS_HELD;
	actor->count--;
	give_back(actor, &held);
}

/* The youngest. */
void stress_return(struct stress_actor *actor)
{
	struct stress_held held = *at(actor, --actor->count);

	give_back(actor, &held);
}

void stress_return_last_but_one(struct stress_actor *actor)
{
	swap(*at(actor, actor->count - 1), *at(actor, actor->count - 2));
	stress_return(actor);
}

static void return_any(struct stress_actor *actor)
{
	struct stress_held *any = at(actor, stress_random(actor, actor->count));

	swap(*any, *at(actor, actor->count - 1));
	stress_return(actor);
}

/* The youngest of all, as long as they are of one cache. */
static void return_bulk(struct stress_actor *actor)
{
	struct stress_cache *c = at(actor, actor->count - 1)->c;
	unsigned int count = 0;
	void *x[BULK];

	while (count < BULK && actor->count) {
		struct stress_held *held = at(actor, actor->count - 1);

		if (held->c != c)
			break;
		actor->count--;
		if (leave(actor->stress, held))
			x[count++] = held->x;
	}
	slubx_kmem_cache_free_bulk(c->s, count, x);
}

/* ---- Handing over --------------------------------------------------------*/

/*
 * Who takes an object out of a slot knows nothing of it but what it says. In
 * the actor's books it is as if it had always been there.
 */
static bool receive(struct stress *stress, struct stress_cache *c, void *x,
		    struct stress_held *held)
{
	u64 word = READ_ONCE(*(u64 *)x);

	if (word != stress_word(c->id, x, (u32)word)) {
		stress_wrong(stress, STRESS_UNPROVEN, c, x, word);
		return false;
	}
	held->c = c;
	held->x = x;
	held->word = word;
	return true;
}

/* The youngest goes into a slot of its cache; what was there takes its place. */
static void hand_over(struct stress_actor *actor)
{
	struct stress_held *held = at(actor, actor->count - 1);
	struct stress_cache *c = held->c;
	void **slot = &c->slots[stress_random(actor, STRESS_SLOTS)];
	void *x;

	if (!stress_is_filled(held->x, c->kind->size, held->word))
		stress_wrong(actor->stress, STRESS_OVERWRITTEN, c, held->x,
			     *(u64 *)held->x);
	x = xchg(slot, held->x);
	if (!x || !receive(actor->stress, c, x, held))
		actor->count--;
}

/* ---- One random thing ----------------------------------------------------*/

static void take_some(struct stress_actor *actor)
{
	struct stress *stress = actor->stress;
	struct stress_cache *c =
		&stress->cache[stress_random(actor, stress->nr_caches)];
	unsigned int count = 1 + stress_random(actor, actor->limit / 4);

	if (!stress_random(actor, 4)) {
		take_bulk(actor, c);
		return;
	}
	while (count-- && stress_take(actor, c))
		;
}

static void return_some(struct stress_actor *actor)
{
	unsigned int count = 1 + stress_random(actor, actor->limit / 4);
	u32 order = stress_random(actor, 4);

	if (order == 3 && actor->count) {
		return_bulk(actor);
		return;
	}
	while (count-- && actor->count) {
		if (order == 0)
			stress_return(actor);
		else if (order == 1)
			stress_return_oldest(actor);
		else
			return_any(actor);
	}
}

static void hand_over_some(struct stress_actor *actor)
{
	unsigned int count = 1 + stress_random(actor, 8);

	while (count-- && actor->count)
		hand_over(actor);
}

/* Whether it has much or little changes now and then, so slabs come and go. */
void stress_act(struct stress_actor *actor)
{
	u32 what = stress_random(actor, 16);

	if (what < 6)
		take_some(actor);
	else if (what < 12)
		return_some(actor);
	else
		hand_over_some(actor);
}

/* ---- The end -------------------------------------------------------------*/

void stress_drain(struct stress_actor *actor)
{
	while (actor->count)
		stress_return(actor);
}

void stress_drain_slots(struct stress *stress)
{
	struct stress_held held;
	struct stress_cache *c;
	unsigned int i;
	void *x;

	for (c = stress->cache; c < stress->cache + stress->nr_caches; c++) {
		for (i = 0; i < STRESS_SLOTS; i++) {
			x = xchg(&c->slots[i], NULL);
			if (x && receive(stress, c, x, &held) &&
			    leave(stress, &held))
				slubx_kmem_cache_free(c->s, x);
		}
	}
}
