// SPDX-License-Identifier: GPL-2.0
/*
 * stress_rcu_test.c - who looks an object of a TYPESAFE_BY_RCU cache up without
 * a lock sees an object of that cache, whatever became of it meanwhile.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "../slubx/cache.h"
#include "../slubx/registry.h"
#include "common.h"
#include "stress.h"

#define MAGIC 0x7e57ab1e7e57ab1eUL
#define SLOTS 32

/* magic and lock are the constructor's and outlive every free. */
struct entry {
	unsigned long magic;
	spinlock_t lock;	/* of key and value */
	unsigned int key;	/* under lock; 0: nobody's */
	u64 value;		/* under lock: belongs to key */
	u64 room[16];
	unsigned long magic_again;
};

static const struct stress_kind kind = {
	.name = "stress-entries",
	.size = sizeof(struct entry),
	.flags = SLUBX_TYPESAFE_BY_RCU,
};

struct table {
	struct stress *stress;
	struct stress_cache *c;
	struct entry *slot[SLOTS];	/* READ_ONCE(), xchg() */
	atomic_long_t lookups, reused;
};

static void construct_entry(void *x)
{
	struct entry *entry = x;

	entry->magic = MAGIC;
	entry->magic_again = MAGIC;
	spin_lock_init(&entry->lock);
	entry->key = 0;
}

static u64 value_of(unsigned int key)
{
	return key * 0x9e3779b97f4a7c15UL;
}

/* ---- Readers -------------------------------------------------------------*/

static bool is_entry(struct table *table, struct entry *entry)
{
	unsigned long magic = READ_ONCE(entry->magic);
	unsigned long again = READ_ONCE(entry->magic_again);

	if (magic == MAGIC && again == MAGIC)
		return true;
	stress_wrong(table->stress, STRESS_FOREIGN, table->c, entry,
		     magic != MAGIC ? magic : again);
	return false;
}

/* The lock keeps the entry who it is; its value must be its key's. */
static void look_closer(struct table *table, struct entry *entry,
			unsigned int key)
{
	if (!spin_trylock(&entry->lock))
		return;
	if (entry->key && entry->value != value_of(entry->key))
		stress_wrong(table->stress, STRESS_OVERWRITTEN, table->c, entry,
			     entry->value);
	if (entry->key % SLOTS != key % SLOTS || !entry->key)
		atomic_long_inc(&table->reused);
	spin_unlock(&entry->lock);
}

static void look_up(struct table *table, unsigned int key)
{
	struct entry *entry;
	unsigned int i;

	rcu_read_lock();
	entry = READ_ONCE(table->slot[key % SLOTS]);
	for (i = 0; entry && i < 20; i++) {
		if (!is_entry(table, entry))
			break;
		if (i % 8 == 7)
			look_closer(table, entry, key);
		cpu_relax();
	}
	rcu_read_unlock();
	atomic_long_inc(&table->lookups);
}

static int read_table(void *data)
{
	struct table *table = data;
	unsigned int key = 0;

	while (!kthread_should_stop()) {
		if (stress_goes_on(table->stress)) {
			look_up(table, key++);
			cond_resched();
		} else {
			msleep(20);
		}
	}
	return 0;
}

/* ---- Writers -------------------------------------------------------------*/

static void remove_entry(struct table *table, struct entry *entry)
{
	if (!entry)
		return;
	if (!is_entry(table, entry))
		return;
	spin_lock(&entry->lock);
	entry->key = 0;
	spin_unlock(&entry->lock);
	atomic_long_dec(&table->c->live);
	atomic_long_inc(&table->stress->freed);
	slubx_kmem_cache_free(table->c->s, entry);
}

static struct entry *make_entry(struct table *table, unsigned int key)
{
	struct entry *entry = slubx_kmem_cache_alloc(table->c->s, GFP_KERNEL);

	if (!entry)
		return NULL;
	atomic_long_inc(&table->c->live);
	atomic_long_inc(&table->stress->allocated);
	/* Readers may still hold the lock, for whom it was somebody else. */
	spin_lock(&entry->lock);
	entry->key = key;
	entry->value = value_of(key);
	spin_unlock(&entry->lock);
	return entry;
}

static int write_table(void *data)
{
	struct table *table = data;
	unsigned int key = SLOTS;
	struct entry *entry;

	while (!kthread_should_stop()) {
		if (!stress_goes_on(table->stress)) {
			msleep(20);
			continue;
		}
		/* The table empties now and then, so that slabs do. */
		entry = key / SLOTS % 4 ? make_entry(table, key) : NULL;
		remove_entry(table, xchg(&table->slot[key % SLOTS], entry));
		key = key + 1 ?: SLOTS;
		cond_resched();
	}
	return 0;
}

/* ---- Who takes pages and writes over them --------------------------------*/

#define PAGES 32

/* Takes slabs' pages as soon as they are free, if they are. */
static void scribble(unsigned int order)
{
	struct page *page[PAGES];
	unsigned int i;

	for (i = 0; i < PAGES; i++) {
		page[i] = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);
		if (page[i])
			memset(page_address(page[i]), 0xa5, PAGE_SIZE << order);
	}
	for (i = 0; i < PAGES; i++)
		if (page[i])
			__free_pages(page[i], order);
}

/* ---- Cases ---------------------------------------------------------------*/

static struct table *open_table(struct kunit *test)
{
	struct table *table = kunit_kzalloc(test, sizeof(*table), GFP_KERNEL);
	struct stress *stress = stress_begin(test, NULL, 0);

	KUNIT_ASSERT_NOT_NULL(test, table);
	table->stress = stress;
	table->c = &stress->cache[0];
	stress->nr_caches = 1;
	table->c->kind = &kind;
	table->c->s = slubx_test_keep(
		test, slubx_kmem_cache_create(kind.name, kind.size, 0,
					      kind.flags, construct_entry));
	return table;
}

static void stop_all(struct task_struct **task, unsigned int count)
{
	while (count--)
		if (!IS_ERR(task[count]))
			kthread_stop(task[count]);
}

static void readers_and_writers(struct kunit *test)
{
	struct table *table = open_table(test);
	struct slubx_kmem_cache *s = table->c->s;
	struct task_struct *task[6];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(task); i++)
		task[i] = kthread_run(i < 3 ? read_table : write_table, table,
				      "slubx_rcu/%u", i);
	while (stress_goes_on(table->stress)) {
		slubx_kmem_cache_shrink(s);
		scribble(s->layout.oo.order);
		usleep_range(1000, 3000);
	}
	stop_all(task, ARRAY_SIZE(task));
	stress_balance(table->stress);
	for (i = 0; i < SLOTS; i++)
		remove_entry(table, xchg(&table->slot[i], NULL));
	KUNIT_EXPECT_GT(test, atomic_long_read(&table->lookups), 0);
	stress_end(table->stress);
}

/* One reader, who looks on while everything is freed. */
struct onlooker {
	struct table *table;
	struct entry *entry;
	bool looking, done;
};

static int look_on(void *data)
{
	struct onlooker *onlooker = data;
	unsigned long end = jiffies + 5 * HZ;

	rcu_read_lock();
	WRITE_ONCE(onlooker->looking, true);
	while (!READ_ONCE(onlooker->done) && time_before(jiffies, end))
		cpu_relax();
	is_entry(onlooker->table, onlooker->entry);
	rcu_read_unlock();
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

#define ENTRIES 400

static void fill_table(struct kunit *test, struct table *table,
		       struct entry **entry)
{
	unsigned int i;

	for (i = 0; i < ENTRIES; i++) {
		entry[i] = make_entry(table, i + 1);
		KUNIT_ASSERT_NOT_NULL(test, entry[i]);
	}
}

/* The reader's cpu owns nothing of the cache, so shrinking needs not wait. */
static void pages_stay_while_a_reader_looks(struct kunit *test)
{
	struct table *table = open_table(test);
	struct slubx_kmem_cache *s = table->c->s;
	struct onlooker onlooker = { .table = table };
	struct task_struct *task;
	struct entry **entry;
	unsigned int i;

	if (num_online_cpus() < 2)
		kunit_skip(test, "a reader needs a cpu of its own");
	entry = kunit_kcalloc(test, ENTRIES, sizeof(*entry), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	fill_table(test, table, entry);
	onlooker.entry = entry[ENTRIES / 2];
	slubx_kmem_cache_shrink(s);

	task = kthread_run(look_on, &onlooker, "slubx_onlooker");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	while (!READ_ONCE(onlooker.looking))
		usleep_range(500, 1000);
	for (i = 0; i < ENTRIES; i++)
		remove_entry(table, entry[i]);
	KUNIT_EXPECT_EQ(test, slubx_kmem_cache_shrink(s), 0);
	scribble(s->layout.oo.order);
	WRITE_ONCE(onlooker.done, true);
	kthread_stop(task);
	stress_end(table->stress);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pages_stay_while_a_reader_looks),
	KUNIT_CASE_SLOW(readers_and_writers),
	{},
};

SLUBX_SUITE(stress_rcu, cases);
