// SPDX-License-Identifier: GPL-2.0
/*
 * order.c - how many pages a slab has.
 *
 * Floor 1, pure but for the tunables. Takes no lock.
 *
 * A larger slab holds more objects for one trip to the page allocator, and may
 * waste less of its end; a smaller one is easier to get. The kernel has weighed
 * that by two sets of rules, and slubx knows both so that it cuts slabs like
 * the allocator it runs beside (compat.h, SLUBX_ORDER_RULES_6_8).
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/minmax.h>

#include "order.h"

unsigned int slubx_min_order;
unsigned int slubx_max_order = PAGE_ALLOC_COSTLY_ORDER;
unsigned int slubx_min_objects;

/* How many objects fit, were there no limit to their number? */
static unsigned int fitting(unsigned int order, unsigned int size)
{
	return (PAGE_SIZE << order) / size;
}

/* How many objects of @size does a slab of @order have? */
unsigned int slubx_order_objects(unsigned int order, unsigned int size)
{
	return min_t(unsigned int, fitting(order, size),
		     SLUBX_MAX_OBJS_PER_SLAB);
}
EXPORT_SYMBOL_SLUBX(slubx_order_objects);

/* The smallest order for @objects objects that the rules allow. */
static unsigned int floor_order(const struct slubx_order_rules *rules,
				unsigned int size, unsigned int objects)
{
	return max_t(unsigned int, rules->min_order,
		     get_order((size_t)objects * size));
}

/* More objects than a slab can count: the largest order without that. */
static bool too_many(unsigned int order, unsigned int size)
{
	return fitting(order, size) > SLUBX_MAX_OBJS_PER_SLAB;
}

static unsigned int largest_countable(unsigned int size)
{
	return get_order((size_t)size * SLUBX_MAX_OBJS_PER_SLAB) - 1;
}

/*
 * The first order from @order on that wastes at most one part in @parts of the
 * slab. Beyond @max if there is none.
 */
static unsigned int thrifty(unsigned int order, unsigned int max,
			    unsigned int size, unsigned int parts)
{
	while (order <= max) {
		unsigned int bytes = PAGE_SIZE << order;

		if (bytes % size <= bytes / parts)
			break;
		order++;
	}
	return order;
}

/* As many objects as the rules want, or as the largest usual slab holds. */
static unsigned int wanted_objects(const struct slubx_order_rules *rules,
				   unsigned int size)
{
	return min(rules->min_objects,
		   slubx_order_objects(rules->max_order, size));
}

static unsigned int try_6_1(const struct slubx_order_rules *rules,
			    unsigned int size, unsigned int objects,
			    unsigned int parts)
{
	unsigned int order = floor_order(rules, size, objects);

	if (too_many(order, size))
		return largest_countable(size);
	return thrifty(order, rules->max_order, size, parts);
}

/* Until 6.7: rather fewer objects than a quarter of the slab wasted. */
static unsigned int order_6_1(const struct slubx_order_rules *rules,
			      unsigned int size)
{
	unsigned int objects, parts, order;

	for (objects = wanted_objects(rules, size); objects > 1; objects--) {
		for (parts = 16; parts >= 4; parts /= 2) {
			order = try_6_1(rules, size, objects, parts);
			if (order <= rules->max_order)
				return order;
		}
	}
	order = floor_order(rules, size, 1);
	return too_many(order, size) ? largest_countable(size) : order;
}

/* Since 6.8: rather half of the slab wasted than fewer objects. */
static unsigned int order_6_8(const struct slubx_order_rules *rules,
			      unsigned int size)
{
	unsigned int objects = max(wanted_objects(rules, size), 1U);
	unsigned int least = floor_order(rules, size, objects);
	unsigned int parts, order;

	if (too_many(least, size))
		return largest_countable(size);
	for (parts = 16; parts >= 2; parts /= 2) {
		order = thrifty(least, rules->max_order, size, parts);
		if (order <= rules->max_order)
			return order;
	}
	return get_order(size);
}

/*
 * The order of slabs whose objects are @size bytes apart, -EINVAL if there is
 * nothing to cut, -E2BIG if no slab holds one.
 */
int slubx_order_calculate(const struct slubx_order_rules *rules,
			  unsigned int size)
{
	unsigned int order;

	if (!size)
		return -EINVAL;
	order = rules->rules_6_8 ? order_6_8(rules, size) :
				   order_6_1(rules, size);
	return order <= SLUBX_MAX_PAGE_ORDER ? order : -E2BIG;
}
EXPORT_SYMBOL_SLUBX(slubx_order_calculate);

/*
 * More cpus, larger slabs: they meet less often at a node's lock. Machines that
 * learn of their cpus one by one may still count a single one here.
 */
static unsigned int objects_for_cpus(void)
{
	unsigned int cpus = num_present_cpus();

	if (cpus <= 1)
		cpus = nr_cpu_ids;
	return 4 * (fls(cpus) + 1);
}

/* The tunables in the form slubx_order_calculate() wants, and within bounds. */
struct slubx_order_rules slubx_order_current_rules(void)
{
	unsigned int least = READ_ONCE(slubx_min_order);
	unsigned int most = READ_ONCE(slubx_max_order);

	least = min_t(unsigned int, least, SLUBX_MAX_PAGE_ORDER);
	most = clamp_t(unsigned int, most, least, SLUBX_MAX_PAGE_ORDER);
	return (struct slubx_order_rules){
		.min_order = least,
		.max_order = most,
		.min_objects = slubx_min_objects ?: objects_for_cpus(),
		.rules_6_8 = SLUBX_ORDER_RULES_6_8,
	};
}
EXPORT_SYMBOL_SLUBX(slubx_order_current_rules);
