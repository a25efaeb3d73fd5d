// SPDX-License-Identifier: GPL-2.0
/*
 * mirror.c - caches like the kernel's own, made by slubx and as full.
 *
 * An ordinary client: of slubx it knows <slubx/slubx.h>. mirror.sh writes to
 * /proc/slubx_mirror, one line a write(2):
 *
 *	NAME OBJECT_SIZE ALIGN FLAGS OBJECTS	make a cache, hold so many objects
 *	thin NAME PERCENT			check and free so many, by chance
 *	free					check and free all that is held
 *
 * FLAGS are names of files in /sys/kernel/slab/NAME with commas in between, or
 * "-". A line that makes no sense gives -EINVAL and the reason in the log.
 * Reading the file tells what is held.
 */
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <slubx/slubx.h>

/* One cache, and the objects of it that we hold. */
struct twin {
	struct list_head list;
	char name[64];
	unsigned int size;
	unsigned int align;
	slubx_flags_t flags;
	bool ctor;
	unsigned long wanted;
	unsigned long allowed;	/* by limit_kib */
	unsigned long held;

	struct slubx_kmem_cache *s;
	void **objects;
};

/* Protects all that follows. Held while memory is allocated and freed. */
static DEFINE_MUTEX(mirror_mutex);
static LIST_HEAD(twins);
static unsigned long used_bytes;
static unsigned long freed_objects;
static unsigned long damaged_objects;

static unsigned long limit_kib;
module_param(limit_kib, ulong, 0444);
MODULE_PARM_DESC(limit_kib, "KiB for objects (default: a quarter of the free)");

/* ---- Objects -------------------------------------------------------------*/

/* Tells objects apart: an object that is handed out twice can't be intact. */
static unsigned long stamp_of(const struct twin *t, unsigned long i)
{
	return hash_long((unsigned long)t, BITS_PER_LONG) + i;
}

static void fill(void *x, unsigned int size, unsigned long stamp)
{
	unsigned int words = size / sizeof(stamp);

	memset_l(x, stamp, words);
	memcpy((unsigned long *)x + words, &stamp, size % sizeof(stamp));
}

static bool intact(const void *x, unsigned int size, unsigned long stamp)
{
	const unsigned long *word = x;

	for (; size >= sizeof(stamp); size -= sizeof(stamp))
		if (*word++ != stamp)
			return false;
	return !memcmp(word, &stamp, size);
}

/* What an object and the pointer to it take, in bytes. */
static unsigned long cost(const struct twin *t)
{
	return ALIGN(t->size, max_t(unsigned long, t->align, sizeof(long))) +
	       sizeof(void *);
}

/* As many as are wanted, up to the limit and to what kvcalloc() makes. */
static unsigned long allowed(const struct twin *t)
{
	return min3(t->wanted, (limit_kib * 1024 - used_bytes) / cost(t),
		    INT_MAX / sizeof(void *));
}

/* Better to hold fewer than to make the kernel kill somebody for more. */
static void hold_objects(struct twin *t)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN;
	void *x;

	t->allowed = allowed(t);
	t->objects = kvcalloc(t->allowed, sizeof(*t->objects), gfp);
	while (t->objects && t->held < t->allowed) {
		x = slubx_kmem_cache_alloc(t->s, gfp);
		if (!x)
			return;
		fill(x, t->size, stamp_of(t, t->held));
		t->objects[t->held++] = x;
		used_bytes += cost(t);
		cond_resched();
	}
}

/* What was freed leaves a hole in the array, so that stamps stay right. */
static void free_object(struct twin *t, unsigned long i)
{
	if (!t->objects[i])
		return;
	if (!intact(t->objects[i], t->size, stamp_of(t, i)))
		damaged_objects++;
	slubx_kmem_cache_free(t->s, t->objects[i]);
	t->objects[i] = NULL;
	used_bytes -= cost(t);
	freed_objects++;
	cond_resched();
}

static void free_objects(struct twin *t)
{
	unsigned long i;

	for (i = 0; i < t->held; i++)
		free_object(t, i);
	kvfree(t->objects);
}

/* As a cache whose users go one by one: few slabs become empty, most have holes. */
static void thin(struct twin *t, unsigned int percent)
{
	unsigned long i;

	for (i = 0; i < t->held; i++)
		if (get_random_u32() % 100 < percent)
			free_object(t, i);
}

/* ---- Caches --------------------------------------------------------------*/

/* That there is one puts the free pointer behind the object, as in SLUB. */
static void no_op(void *x)
{
}

static struct twin *twin_called(const char *name)
{
	struct twin *t;

	list_for_each_entry(t, &twins, list)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

/* Never merged, so that each of the kernel's caches has a twin. */
static int add_twin(struct twin *t)
{
	if (twin_called(t->name))
		return -EEXIST;
	t->s = slubx_kmem_cache_create(t->name, t->size, t->align,
				       t->flags | SLUBX_NO_MERGE,
				       t->ctor ? no_op : NULL);
	if (!t->s)
		return -ENOMEM;
	hold_objects(t);
	list_add_tail(&t->list, &twins);
	return 0;
}

static void destroy_all(void)
{
	struct twin *t, *next;

	list_for_each_entry_safe(t, next, &twins, list) {
		free_objects(t);
		slubx_kmem_cache_destroy(t->s);
		list_del(&t->list);
		kfree(t);
	}
}

/* ---- The lines -----------------------------------------------------------*/

/* What changes where objects lie, by the names of SLUB's files. */
static const struct {
	const char *name;
	slubx_flags_t flag;
	bool ctor;
} known_flags[] = {
	{ "-" },
	{ "hwcache_align", SLUBX_HWCACHE_ALIGN },
	{ "reclaim_account", SLUBX_RECLAIM_ACCOUNT },
	{ "cache_dma", SLUBX_CACHE_DMA },
	{ "destroy_by_rcu", SLUBX_TYPESAFE_BY_RCU },
	{ "ctor", .ctor = true },
};

static bool parse_flags(struct twin *t, char *names)
{
	const char *name;
	unsigned int i;

	while ((name = strsep(&names, ","))) {
		for (i = 0; i < ARRAY_SIZE(known_flags); i++)
			if (!strcmp(name, known_flags[i].name))
				break;
		if (i == ARRAY_SIZE(known_flags))
			return false;
		t->flags |= known_flags[i].flag;
		t->ctor |= known_flags[i].ctor;
	}
	return true;
}

/* "" behind the last one, so that who wants a number finds none. */
static char *next_word(char **line)
{
	return strsep(line, " ") ?: "";
}

/* Fills in @t, or says what is wrong. */
static const char *parse(struct twin *t, char *line)
{
	if (strchr(line, '\n'))
		return "more than one line";
	if (strscpy(t->name, next_word(&line), sizeof(t->name)) <= 0)
		return "no name, or a long one";
	if (kstrtouint(next_word(&line), 10, &t->size) || !t->size ||
	    t->size > KMALLOC_MAX_SIZE)
		return "bad object size";
	if (kstrtouint(next_word(&line), 10, &t->align) ||
	    t->align & (t->align - 1) || t->align > PAGE_SIZE)
		return "bad alignment";
	if (!parse_flags(t, next_word(&line)))
		return "unknown flag";
	if (kstrtoul(next_word(&line), 10, &t->wanted))
		return "bad number of objects";
	return line ? "too many words" : NULL;
}

static int add_line(char *line)
{
	struct twin *t = kzalloc(sizeof(*t), GFP_KERNEL);
	const char *wrong;
	int err;

	if (!t)
		return -ENOMEM;
	wrong = parse(t, line);
	err = wrong ? -EINVAL : add_twin(t);
	if (wrong)
		pr_warn("slubx_mirror: '%*pE': %s\n", (int)strlen(t->name),
			t->name, wrong);
	if (err)
		kfree(t);
	return err;
}

static int thin_line(char *line)
{
	struct twin *t = twin_called(next_word(&line));
	unsigned int percent;

	if (!t)
		return -ENOENT;
	if (kstrtouint(next_word(&line), 10, &percent) || percent > 100 || line)
		return -EINVAL;
	thin(t, percent);
	return 0;
}

/* ---- The file ------------------------------------------------------------*/

static ssize_t mirror_write(struct file *file, const char __user *text,
			    size_t len, loff_t *pos)
{
	char *copy, *line;
	int err = 0;

	if (len > PAGE_SIZE)
		return -EINVAL;
	copy = memdup_user_nul(text, len);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	line = strim(copy);

	mutex_lock(&mirror_mutex);
	if (!strcmp(line, "free"))
		destroy_all();
	else if (strstarts(line, "thin "))
		err = thin_line(line + strlen("thin "));
	else
		err = add_line(line);
	mutex_unlock(&mirror_mutex);
	kfree(copy);
	return err ?: len;
}

static int mirror_show(struct seq_file *m, void *unused)
{
	struct twin *t;

	mutex_lock(&mirror_mutex);
	seq_printf(m, "page_size %lu limit_kib %lu used_kib %lu ", PAGE_SIZE,
		   limit_kib, used_bytes / 1024);
	seq_printf(m, "freed %lu damaged %lu\n", freed_objects,
		   damaged_objects);
	seq_puts(m, "# name <object_size> <wanted> <allowed> <held>\n");
	list_for_each_entry(t, &twins, list)
		seq_printf(m, "%s %u %lu %lu %lu\n", t->name, t->size,
			   t->wanted, t->allowed, t->held);
	mutex_unlock(&mirror_mutex);
	return 0;
}

static int mirror_open(struct inode *inode, struct file *file)
{
	return single_open(file, mirror_show, NULL);
}

static const struct proc_ops mirror_ops = {
	.proc_open = mirror_open,
	.proc_read = seq_read,
	.proc_write = mirror_write,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static int __init mirror_init(void)
{
	unsigned long most = si_mem_available() << (PAGE_SHIFT - 10);

	/* More than there is would be no limit. */
	if (!limit_kib || limit_kib > most)
		limit_kib = most / 4;
	if (!proc_create("slubx_mirror", 0600, NULL, &mirror_ops))
		return -ENOMEM;
	return 0;
}

/* Removing the file waits for those who use it; then nobody else is here. */
static void __exit mirror_exit(void)
{
	remove_proc_entry("slubx_mirror", NULL);
	destroy_all();
}

module_init(mirror_init);
module_exit(mirror_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The slubx authors");
MODULE_DESCRIPTION("Caches like the kernel's own, as full, made by slubx");
