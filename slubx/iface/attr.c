// SPDX-License-Identifier: GPL-2.0
/*
 * attr.c - the files of a cache's directory: their names, texts and modes.
 *
 * Floor 10. The table at the end has a line for each file. Names, formats and
 * errors are SLUB's, so that its tools read them.
 *
 * Nothing here takes slubx_mutex (1): the removal of a directory waits for
 * whoever is in here, and who is may wait for cpus_read_lock (0), whose writer
 * waits for the mutex. Fields are read and written without it, racy ok.
 */
#include <linux/cpu.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "../cpu.h"
#include "../flush.h"
#include "../holdings.h"
#include "attr.h"

/* ---- Texts ---------------------------------------------------------------*/

/* How slabs are cut that are made now. */

static ssize_t show_uint(struct slubx_kmem_cache *s, const struct slubx_attr *a,
			 char *buf)
{
	const unsigned int *field = (void *)slubx_mode_now(s) + a->offset;

	return sysfs_emit(buf, "%u\n", READ_ONCE(*field));
}

static ssize_t show_flag(struct slubx_kmem_cache *s, const struct slubx_attr *a,
			 char *buf)
{
	return sysfs_emit(buf, "%d\n", !!(READ_ONCE(s->flags) & a->flag));
}

/* Digits of a number, and the NUL behind them. */
#define SUM_MAX 21

/*
 * The parts of a sum are known before it, and written first, from SUM_MAX up to
 * @end. Puts the sum before them, and returns how long all is.
 */
static ssize_t put_sum(char *buf, int end, unsigned long sum)
{
	int len = sysfs_emit(buf, "%lu", sum);

	memmove(buf + len, buf + SUM_MAX, end - SUM_MAX);
	len += end - SUM_MAX;
	return len + sysfs_emit_at(buf, len, "\n");
}

/* The sum, and the nodes' parts of it on kernels that know of nodes. */
static ssize_t show_count(struct slubx_kmem_cache *s,
			  const struct slubx_attr *a, char *buf)
{
	unsigned long count, total = 0;
	int node, len = SUM_MAX;

	for (node = 0; node < (int)nr_node_ids; node++) {
		count = slubx_count_node(s, a->count, node);
		total += count;
		if (IS_ENABLED(CONFIG_NUMA) && count &&
		    slubx_attr_has_room(len))
			len += sysfs_emit_at(buf, len, " N%d=%lu", node, count);
	}
	return put_sum(buf, len, total);
}

/* Slabs of a cpu's list are taken to be half full. */
static unsigned int objects_of(struct slubx_kmem_cache *s, unsigned int slabs)
{
	return slabs * slubx_mode_now(s)->layout.oo.objects / 2;
}

/* objects(slabs), of all cpus and then of each that has some. */
static ssize_t show_slabs_cpu_partial(struct slubx_kmem_cache *s,
				      const struct slubx_attr *a, char *buf)
{
	unsigned int slabs = 0;
	int cpu, len;

	for_each_online_cpu(cpu)
		slabs += slubx_count_cpu_partial(s, cpu);
	len = sysfs_emit(buf, "%u(%u)", objects_of(s, slabs), slabs);
	for_each_online_cpu(cpu) {
		slabs = slubx_count_cpu_partial(s, cpu);
		if (IS_ENABLED(CONFIG_SMP) && slabs && slubx_attr_has_room(len))
			len += sysfs_emit_at(buf, len, " C%d=%u(%u)", cpu,
					     objects_of(s, slabs), slabs);
	}
	len += sysfs_emit_at(buf, len, "\n");
	return len;
}

/* Free objects that cpus hold ready: of all, and then of each that has some. */
static ssize_t show_cpu_free(struct slubx_kmem_cache *s,
			     const struct slubx_attr *a, char *buf)
{
	unsigned long count, total = 0;
	int cpu, len = SUM_MAX;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		count = slubx_holdings_of_cpu(s, cpu, NUMA_NO_NODE);
		total += count;
		if (IS_ENABLED(CONFIG_SMP) && count && slubx_attr_has_room(len))
			len += sysfs_emit_at(buf, len, " C%d=%lu", cpu, count);
	}
	cpus_read_unlock();
	return put_sum(buf, len, total);
}

/* Clients beside the first. */
static ssize_t show_aliases(struct slubx_kmem_cache *s,
			    const struct slubx_attr *a, char *buf)
{
	return sysfs_emit(buf, "%d\n", max(READ_ONCE(s->refcount) - 1, 0));
}

static ssize_t show_ctor(struct slubx_kmem_cache *s, const struct slubx_attr *a,
			 char *buf)
{
	return s->ctor ? sysfs_emit(buf, "%pS\n", s->ctor) : 0;
}

/* ---- What can be written -------------------------------------------------*/

static ssize_t show_min_partial(struct slubx_kmem_cache *s,
				const struct slubx_attr *a, char *buf)
{
	return sysfs_emit(buf, "%lu\n", READ_ONCE(s->min_partial));
}

static ssize_t store_min_partial(struct slubx_kmem_cache *s,
				 const struct slubx_attr *a, const char *buf,
				 size_t len)
{
	struct slubx_kmem_cache *m;
	unsigned long slabs;
	int err = kstrtoul(buf, 10, &slabs);

	if (err)
		return err;
	slubx_for_each_mode(s, m)
		WRITE_ONCE(m->min_partial, slabs);
	return len;
}

static ssize_t show_cpu_partial(struct slubx_kmem_cache *s,
				const struct slubx_attr *a, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(slubx_mode_now(s)->cpu_partial));
}

/* Lists that are longer than they may be now go back at once. */
static ssize_t store_cpu_partial(struct slubx_kmem_cache *s,
				 const struct slubx_attr *a, const char *buf,
				 size_t len)
{
	struct slubx_kmem_cache *m = slubx_mode_now(s);
	unsigned int objects;
	int err = kstrtouint(buf, 10, &objects);

	if (err)
		return err;
	if (objects && !slubx_has_cpu_partial(m))
		return -EINVAL;
	slubx_cpu_partial_set(m, objects);
	slubx_flush_all(m);
	return len;
}

/* In percent, of which there are 1000 and not 1024, as in SLUB. */
static ssize_t show_remote_node_defrag_ratio(struct slubx_kmem_cache *s,
					     const struct slubx_attr *a,
					     char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(s->remote_node_defrag_ratio) / 10);
}

static ssize_t store_remote_node_defrag_ratio(struct slubx_kmem_cache *s,
					      const struct slubx_attr *a,
					      const char *buf, size_t len)
{
	struct slubx_kmem_cache *m;
	unsigned int percent;
	int err = kstrtouint(buf, 10, &percent);

	if (err)
		return err;
	if (percent > 100)
		return -ERANGE;
	slubx_for_each_mode(s, m)
		WRITE_ONCE(m->remote_node_defrag_ratio, percent * 10);
	return len;
}

/* For slabs from now on; those that are there stay what they are. */
static ssize_t store_flag(struct slubx_kmem_cache *s,
			  const struct slubx_attr *a, const char *buf,
			  size_t len)
{
	struct slubx_kmem_cache *m;

	if (buf[0] != '0' && buf[0] != '1')
		return -EINVAL;
	slubx_for_each_mode(s, m)
		slubx_cache_set_flag(m, a->flag, buf[0] == '1');
	return len;
}

/* For files that do something when written: they can be read, too. */
static ssize_t show_nothing(struct slubx_kmem_cache *s,
			    const struct slubx_attr *a, char *buf)
{
	return 0;
}

static ssize_t store_shrink(struct slubx_kmem_cache *s,
			    const struct slubx_attr *a, const char *buf,
			    size_t len)
{
	if (buf[0] != '1')
		return -EINVAL;
	slubx_cache_shrink(s);
	return len;
}

/* Reports so far. Not of SLUB: there one reads the log. */
static ssize_t show_errors(struct slubx_kmem_cache *s,
			   const struct slubx_attr *a, char *buf)
{
	return sysfs_emit(buf, "%d\n", atomic_read(&s->errors));
}

/* ---- The table -----------------------------------------------------------*/

#define ATTR(name_, mode_, ...)                                            \
	{                                                                  \
		.attr = { .name = #name_, .mode = (mode_) }, __VA_ARGS__   \
	}
#define RO(name) ATTR(name, 0400, .show = show_##name)
#define RW(name) ATTR(name, 0600, .show = show_##name, .store = store_##name)
#define ACTION(name)                                                       \
	ATTR(name, 0600, .show = show_nothing, .store = store_##name)
/* The same where the functions are of another file. */
#define RW_OF(name, of)                                                    \
	ATTR(name, 0600, .show = of##_show_##name, .store = of##_store_##name)
#define ACTION_OF(name, of)                                                \
	ATTR(name, 0600, .show = show_nothing, .store = of##_store_##name)
#define UINT(name, field_)                                                 \
	ATTR(name, 0400, .show = show_uint,                                \
	     .offset = offsetof(struct slubx_kmem_cache, field_))
#define FLAG(name, flag_) ATTR(name, 0400, .show = show_flag, .flag = (flag_))
#define SWITCH(name, flag_)                                                \
	ATTR(name, 0600, .show = show_flag, .store = store_flag, \
	     .flag = (flag_))
#define DEBUG_FLAG(name, flag_)                                            \
	ATTR(name, 0400, .show = slubx_attr_show_debug_flag, .flag = (flag_))
#define DEBUG_SWITCH(name, flag_)                                          \
	ATTR(name, 0600, .show = slubx_attr_show_debug_flag,               \
	     .store = slubx_attr_store_debug_flag, .flag = (flag_))
#define COUNT(name, count_)                                                \
	ATTR(name, 0400, .show = show_count, .count = SLUBX_COUNT_##count_)

#define STAT(name, item)                                                   \
	ATTR(name, 0600, .show = slubx_attr_show_stat,                     \
	     .store = slubx_attr_clear_stat, .stat = (item))

static struct slubx_attr attrs[] = {
	UINT(object_size, layout.object_size),
	UINT(slab_size, layout.size),
	UINT(objs_per_slab, layout.oo.objects),
	UINT(order, layout.oo.order),
	UINT(align, layout.align),
	UINT(usersize, usersize),

	COUNT(objects, OBJECTS),
	COUNT(total_objects, TOTAL_OBJECTS),
	COUNT(slabs, SLABS),
	COUNT(partial, PARTIAL),
	COUNT(objects_partial, OBJECTS_PARTIAL),
	COUNT(cpu_slabs, CPU_SLABS),
	RO(slabs_cpu_partial),
	COUNT(objects_in_use, IN_USE),
	RO(cpu_free),

	RO(aliases),
	RO(ctor),
	FLAG(hwcache_align, SLUBX_HWCACHE_ALIGN),
	SWITCH(reclaim_account, SLUBX_RECLAIM_ACCOUNT),
	FLAG(destroy_by_rcu, SLUBX_TYPESAFE_BY_RCU),
	FLAG(cache_dma, SLUBX_CACHE_DMA),
	DEBUG_FLAG(sanity_checks, SLUBX_CONSISTENCY_CHECKS),
	DEBUG_FLAG(red_zone, SLUBX_RED_ZONE),
	DEBUG_FLAG(poison, SLUBX_POISON),
	DEBUG_FLAG(store_user, SLUBX_STORE_USER),
	DEBUG_SWITCH(trace, SLUBX_TRACE),
	RW_OF(debug, slubx_attr),
	RW_OF(failslab, slubx_attr),
	RO(errors),
	ACTION_OF(validate, slubx_attr),

	RW(min_partial),
	RW(cpu_partial),
	RW(remote_node_defrag_ratio),
	ACTION(shrink),

	STAT(alloc_fastpath, ALLOC_FASTPATH),
	STAT(alloc_slowpath, ALLOC_SLOWPATH),
	STAT(free_fastpath, FREE_FASTPATH),
	STAT(free_slowpath, FREE_SLOWPATH),
	STAT(free_frozen, FREE_FROZEN),
	STAT(free_add_partial, FREE_ADD_PARTIAL),
	STAT(free_remove_partial, FREE_REMOVE_PARTIAL),
	STAT(alloc_from_partial, ALLOC_FROM_PARTIAL),
	STAT(alloc_slab, ALLOC_SLAB),
	STAT(alloc_refill, ALLOC_REFILL),
	STAT(alloc_node_mismatch, ALLOC_NODE_MISMATCH),
	STAT(free_slab, FREE_SLAB),
	STAT(cpuslab_flush, CPUSLAB_FLUSH),
	STAT(deactivate_full, DEACTIVATE_FULL),
	STAT(deactivate_empty, DEACTIVATE_EMPTY),
	STAT(deactivate_to_head, DEACTIVATE_TO_HEAD),
	STAT(deactivate_to_tail, DEACTIVATE_TO_TAIL),
	STAT(deactivate_remote_frees, DEACTIVATE_REMOTE_FREES),
	STAT(deactivate_bypass, DEACTIVATE_BYPASS),
	STAT(order_fallback, ORDER_FALLBACK),
	STAT(cmpxchg_double_cpu_fail, CMPXCHG_DOUBLE_CPU_FAIL),
	STAT(cmpxchg_double_fail, CMPXCHG_DOUBLE_FAIL),
	STAT(cpu_partial_alloc, CPU_PARTIAL_ALLOC),
	STAT(cpu_partial_free, CPU_PARTIAL_FREE),
	STAT(cpu_partial_node, CPU_PARTIAL_NODE),
	STAT(cpu_partial_drain, CPU_PARTIAL_DRAIN),
};

/* What sysfs wants: pointers to them. Filled in before the first directory. */
static struct attribute *list[ARRAY_SIZE(attrs) + 1];

static const struct attribute_group group = {
	.attrs = list,
};

const struct attribute_group *slubx_attr_groups[] = { &group, NULL };

void slubx_attr_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++)
		list[i] = &attrs[i].attr;
}

static struct slubx_kmem_cache *to_cache(struct kobject *kobj)
{
	return container_of(kobj, struct slubx_kmem_cache, kobj);
}

static const struct slubx_attr *to_attr(struct attribute *attr)
{
	return container_of(attr, struct slubx_attr, attr);
}

static ssize_t show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	const struct slubx_attr *a = to_attr(attr);

	return a->show ? a->show(to_cache(kobj), a, buf) : -EIO;
}

static ssize_t store(struct kobject *kobj, struct attribute *attr,
		     const char *buf, size_t len)
{
	const struct slubx_attr *a = to_attr(attr);

	return a->store ? a->store(to_cache(kobj), a, buf, len) : -EIO;
}

const struct sysfs_ops slubx_attr_ops = {
	.show = show,
	.store = store,
};
