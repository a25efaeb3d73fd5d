// SPDX-License-Identifier: GPL-2.0
/*
 * report.c - prints verdicts, and nobody else in here prints. The texts are
 * SLUB's, which people and tools know how to read.
 *
 * Floor 3. Called with a node's list_lock held: takes no lock but the console's.
 * Counts are exact; a flood of reports is cut.
 */
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/stackdepot.h>

#include "../errors.h"
#include "../freelist.h"
#include "../slab.h"
#include "report.h"

slubx_debug_listener_fn slubx_debug_listener;
EXPORT_SYMBOL_SLUBX(slubx_debug_listener);

/* A report is some forty lines. */
static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL, 10);

/* ---- Words ---------------------------------------------------------------*/

static const char *const names[] = {
	[SLUBX_BAD_LEFT_ZONE] = "Left Redzone",
	[SLUBX_BAD_RIGHT_ZONE] = "Right Redzone",
	[SLUBX_BAD_TAIL] = "kmalloc Redzone",
	[SLUBX_BAD_ALIGNMENT] = "Alignment padding",
	[SLUBX_BAD_POISON] = "Poison",
	[SLUBX_BAD_POISON_END] = "End Poison",
	[SLUBX_BAD_OBJECT_PADDING] = "Object padding",
	[SLUBX_BAD_SLAB_PADDING] = "slab padding",
	[SLUBX_BAD_LINK] = "Freepointer corrupt",
	[SLUBX_BAD_CHAIN] = "Freechain corrupt",
	[SLUBX_BAD_HEAD] = "Freepointer corrupt",
	[SLUBX_BAD_CYCLE] = "Freelist cycle detected",
	[SLUBX_BAD_ISOLATED] =
		"Slab disabled since SLUB metadata consistency check failed",
	[SLUBX_BAD_FREE_HEAD] = "Freelist Pointer check fails",
	[SLUBX_BAD_DOUBLE_FREE] = "Object already free",
};

/* What a kind is of: of bytes, whose; else what is wrong. */
const char *slubx_report_name(enum slubx_verdict_kind kind)
{
	return names[kind];
}

/* The sentence behind "BUG name:". */
static void describe(char *text, size_t size, const struct slubx_slab *slab,
		     const struct slubx_verdict *v)
{
	unsigned int expected = v->expected, found = v->found;

	switch (v->kind) {
	case SLUBX_BAD_SLAB_PADDING:
		snprintf(text, size,
			 "Padding overwritten. 0x%p-0x%p @offset=%tu", v->where,
			 v->where + v->length - 1,
			 v->where - slubx_slab_address(slab));
		return;
	case SLUBX_BAD_OBJECTS:
		snprintf(text, size, "objects %u > max %u", found, expected);
		return;
	case SLUBX_BAD_INUSE:
		snprintf(text, size, "inuse %u > max %u", found, expected);
		return;
	case SLUBX_BAD_OBJECTS_FOUND:
		snprintf(text, size,
			 "Wrong number of objects. Found %u but should be %u",
			 found, expected);
		return;
	case SLUBX_BAD_INUSE_FOUND:
		snprintf(
			text, size,
			"Wrong object count. Counter is %u but counted were %u",
			found, expected);
		return;
	case SLUBX_BAD_POINTER:
		snprintf(text, size, "Invalid object pointer 0x%p", v->where);
		return;
	case SLUBX_BAD_CACHE:
		snprintf(text, size, "Wrong slab cache. Object is from %s",
			 slab->slab_cache->name);
		return;
	default:
		snprintf(text, size, "%s%s", names[v->kind],
			 slubx_verdict_of_bytes(v) ? " overwritten" : "");
	}
}

/* ---- Lines ---------------------------------------------------------------*/

static bool tainted(void)
{
	unsigned int flag;

	for (flag = 0; flag < TAINT_FLAGS_COUNT; flag++)
		if (test_taint(flag))
			return true;
	return false;
}

static void print_head(const struct slubx_kmem_cache *s, const char *text)
{
	pr_err("=============================================================================\n");
	pr_err("BUG %s (%s): %s\n", s->name,
	       tainted() ? "Tainted" : "Not tainted", text);
	pr_err("-----------------------------------------------------------------------------\n\n");
}

/* Tells of @track, if there is one. */
void slubx_report_track(const char *what, const struct slubx_track *track)
{
	if (!track->addr)
		return;
	pr_err("%s in %pS age=%lu cpu=%d pid=%d\n", what, (void *)track->addr,
	       jiffies - track->when, track->cpu, track->pid);
	if (IS_ENABLED(CONFIG_STACKDEPOT) && track->stack)
		stack_depot_print(track->stack);
}

static void print_tracks(const struct slubx_kmem_cache *s, const void *x)
{
	if (!(s->flags & SLUBX_STORE_USER))
		return;
	slubx_report_track("Allocated",
			   slubx_object_track(s, x, SLUBX_TRACK_ALLOC));
	slubx_report_track("Freed", slubx_object_track(s, x, SLUBX_TRACK_FREE));
}

static void print_slab(const struct slubx_slab *slab)
{
	struct page *page = slubx_slab_page(slab);

	pr_err("Slab 0x%p objects=%u used=%u fp=0x%p flags=%pGp\n", slab,
	       slab->fc.counters.objects, slab->fc.counters.inuse,
	       slab->fc.freelist, slubx_page_flags(page));
}

static void print_bytes(const char *what, const void *from, const void *end)
{
	if (from < end)
		print_hex_dump(KERN_ERR, what, DUMP_PREFIX_ADDRESS, 16, 1, from,
			       end - from, true);
}

/* The object with all that is around it. */
static void print_object(const struct slubx_kmem_cache *s,
			 const struct slubx_slab *slab, const void *x)
{
	const struct slubx_layout *l = &s->layout;
	const void *base = slubx_slab_address(slab);

	pr_err("Object 0x%p @offset=%tu fp=0x%p\n\n", x, x - base,
	       slubx_freelist_next(s, x));
	if (s->flags & SLUBX_RED_ZONE)
		print_bytes("Redzone  ", x - l->red_left_pad, x);
	else if (x > base + 16)
		print_bytes("Bytes b4 ", x - 16, x);
	print_bytes("Object   ", x,
		    x + min_t(unsigned int, l->object_size, PAGE_SIZE));
	if (s->flags & SLUBX_RED_ZONE)
		print_bytes("Redzone  ", x + l->object_size, x + l->inuse);
	print_bytes("Padding  ", slubx_object_padding(s, x),
		    x + l->size - l->red_left_pad);
}

/* @s is whom it is told of; @slab may be of another cache. */
static void print_verdict(const struct slubx_kmem_cache *s,
			  const struct slubx_slab *slab, const void *x,
			  const struct slubx_verdict *v)
{
	char text[128];

	if (!slab) {
		pr_err("SLUB %s: %lu partial slabs counted but counter=%lu\n",
		       s->name, v->expected, v->found);
		return;
	}
	describe(text, sizeof(text), slab, v);
	print_head(s, text);
	if (slubx_verdict_of_bytes(v))
		pr_err("0x%p-0x%p @offset=%tu. First byte 0x%lx instead of 0x%lx\n",
		       v->where, v->where + v->length - 1,
		       v->where - slubx_slab_address(slab), v->found,
		       v->expected);
	if (x)
		print_tracks(slab->slab_cache, x);
	print_slab(slab);
	if (x)
		print_object(slab->slab_cache, slab, x);
	if (v->kind == SLUBX_BAD_SLAB_PADDING)
		print_bytes("Padding  ", v->where, v->where + v->length);
	dump_stack();
}

/* ---- What others call ----------------------------------------------------*/

static bool heard(struct slubx_kmem_cache *s, struct slubx_slab *slab, void *x,
		  const struct slubx_verdict *v)
{
	slubx_debug_listener_fn listener = READ_ONCE(slubx_debug_listener);
	const struct slubx_debug_event event = { s, slab, x, *v };

	return listener && listener(&event);
}

/* Tells of @v, about the object @x of @slab or, without one, of the slab. */
void slubx_report(struct slubx_kmem_cache *s, struct slubx_slab *slab, void *x,
		  const struct slubx_verdict *v)
{
	slubx_error_note(s);
	if (heard(s, slab, x, v) || !__ratelimit(&limit))
		return;
	print_verdict(s, slab, x, v);
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
}

/* Tells what was done about it. */
void slubx_report_repair(struct slubx_kmem_cache *s, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	atomic_inc(&slubx_client_of(s)->repairs);
	if (READ_ONCE(slubx_debug_listener))
		return;
	va_start(args, fmt);
	vaf.va = &args;
	pr_err_ratelimited("FIX %s: %pV\n", s->name, &vaf);
	va_end(args);
}

/* SLUBX_TRACE: the object changes hands. */
void slubx_report_trace(struct slubx_kmem_cache *s,
			const struct slubx_slab *slab, const void *x,
			enum slubx_track_item item)
{
	bool freed = item == SLUBX_TRACK_FREE;

	pr_info("TRACE %s %s 0x%p inuse=%d fp=0x%p\n", s->name,
		freed ? "free" : "alloc", x, slab->fc.counters.inuse,
		slab->fc.freelist);
	if (freed)
		print_hex_dump(KERN_INFO, "Object   ", DUMP_PREFIX_ADDRESS, 16,
			       1, x, s->layout.object_size, true);
	dump_stack();
}
