// SPDX-License-Identifier: GPL-2.0
/*
 * registry.c - a cache gets a name and a place in the list, and loses them.
 *
 * Floor 8. Lock: slubx_mutex (1), taken by the roof (api.c) and held here.
 */
#include <linux/ctype.h>
#include <linux/string.h>

#include "debug/options.h"
#include "errors.h"
#include "fault.h"
#include "registry.h"

/* Lock 1: the list of caches, and the registry fields of each. */
DEFINE_MUTEX(slubx_mutex);
EXPORT_SYMBOL_SLUBX(slubx_mutex);
LIST_HEAD(slubx_caches);
EXPORT_SYMBOL_SLUBX(slubx_caches);

struct slubx_kmem_cache *slubx_cache_cache;
struct slubx_kmem_cache *slubx_alias_cache;

/* ---- What can be asked for -----------------------------------------------*/

static bool blank(const char *name)
{
	return !*skip_spaces(name);
}

static bool freeptr_fits(const struct slubx_cache_request *request)
{
	const struct slubx_layout_request cut = {
		.object_size = request->size,
		.flags = request->flags,
		.ctor = request->args.ctor,
		.use_freeptr_offset = request->args.use_freeptr_offset,
		.freeptr_offset = request->args.freeptr_offset,
	};

	return slubx_layout_freeptr_fits(&cut);
}

/*
 * Is this a cache that can be made? Production kernels accept most of what is
 * refused here and fall over it later. 0, or -EINVAL and a line in the log.
 */
int slubx_registry_check(const struct slubx_cache_request *request)
{
	const char *name = request->name;

	if (!name || blank(name))
		slubx_refuse(name, "it has no name");
	else if (in_interrupt())
		slubx_refuse(name, "in interrupt context");
	else if (!request->size)
		slubx_refuse(name, "size 0");
	else if (request->size > SLUBX_MAX_SIZE)
		slubx_refuse(name, "size %u is over the limit of %lu",
			     request->size, SLUBX_MAX_SIZE);
	else if (request->args.align & (request->args.align - 1))
		slubx_refuse(name, "alignment %u is no power of two",
			     request->args.align);
	else if (request->args.align > PAGE_SIZE)
		slubx_refuse(name, "alignment %u is over a page (%lu)",
			     request->args.align, PAGE_SIZE);
	else if (request->flags & ~SLUBX_FLAGS_PERMITTED)
		slubx_refuse(name, "unknown flags %#x",
			     (__force unsigned int)(request->flags &
						    ~SLUBX_FLAGS_PERMITTED));
	else if (!freeptr_fits(request))
		slubx_refuse(
			name,
			"a free pointer at %u: not inside of %u bytes, not aligned, or neither SLUBX_TYPESAFE_BY_RCU nor a constructor",
			request->args.freeptr_offset, request->size);
	else
		return 0;
	return -EINVAL;
}

/* The flags that slubx_debug= asks for. */
void slubx_registry_apply_options(struct slubx_cache_request *request)
{
	if (SLUBX_DEBUG)
		request->flags = slubx_options_for(
			&slubx_debug_options, request->name, request->flags);
}

/* ---- Names ---------------------------------------------------------------*/

/*
 * Readers of slabinfo split at blanks, and choke on what is not printed. Not
 * isspace(): it takes bytes of UTF-8 for Latin-1's blank.
 */
static void copy_name(char *to, const char *from, size_t size)
{
	char *c;

	strscpy(to, from, size);
	for (c = to; *c; c++)
		if (*c == ' ' || iscntrl(*c))
			*c = '_';
}

static bool name_taken(const char *name)
{
	struct slubx_kmem_cache *s;
	struct slubx_alias *alias;

	list_for_each_entry(s, &slubx_caches, list) {
		if (!strcmp(s->name, name))
			return true;
		list_for_each_entry(alias, &s->aliases, list)
			if (!strcmp(alias->name, name))
				return true;
	}
	return false;
}

/* Room for "~" and a number behind a name that is taken. */
#define SUFFIX_LEN 8

/* @wanted, made printable; with ~2, ~3 ... behind it if others have it. */
static void choose_name(char name[SLUBX_NAME_LEN], const char *wanted)
{
	char base[SLUBX_NAME_LEN - SUFFIX_LEN];
	unsigned int n;

	lockdep_assert_held(&slubx_mutex);
	copy_name(name, wanted, SLUBX_NAME_LEN);
	copy_name(base, wanted, sizeof(base));
	for (n = 2; name_taken(name); n++)
		snprintf(name, SLUBX_NAME_LEN, "%s~%u", base, n);
	if (n > 2)
		pr_info("slubx: the name '%s' is taken, this cache is '%s'\n",
			base, name);
}

/* ---- The list ------------------------------------------------------------*/

/* Puts an open cache in the list, under the name it gets. */
void slubx_registry_enlist(struct slubx_kmem_cache *s, const char *name)
{
	lockdep_assert_held(&slubx_mutex);
	choose_name(s->name, name);
	INIT_LIST_HEAD(&s->aliases);
	s->refcount = 1;
	list_add(&s->list, &slubx_caches);
}

/*
 * Is @s a cache of a client's? A pointer that is not in the list, whatever it
 * points to, is never looked into.
 */
bool slubx_registry_has(const struct slubx_kmem_cache *s)
{
	struct slubx_kmem_cache *known;

	lockdep_assert_held(&slubx_mutex);
	list_for_each_entry(known, &slubx_caches, list)
		if (known == s)
			return s->refcount > 0 && !s->internal;
	return false;
}
EXPORT_SYMBOL_SLUBX(slubx_registry_has);

static struct slubx_kmem_cache *new_struct(void)
{
	if (slubx_should_fail(SLUBX_FAULT_CACHE))
		return NULL;
	return slubx_kmem_cache_zalloc(slubx_cache_cache, GFP_KERNEL);
}

/* slubx's own caches live until it is unloaded (bootstrap.c). */
void slubx_registry_free_struct(struct slubx_kmem_cache *s)
{
	if (s->internal)
		return;
	slubx_kmem_cache_free(slubx_cache_cache, s);
}

static void check_usercopy(struct slubx_kmem_cache *s)
{
	if (s->usersize <= s->layout.object_size &&
	    s->useroffset <= s->layout.object_size - s->usersize)
		return;
	slubx_error(
		s,
		"usercopy window of %u bytes at %u lies outside of %u bytes, closed",
		s->usersize, s->useroffset, s->layout.object_size);
	s->usersize = 0;
	s->useroffset = 0;
}

/* A new cache, open and in the list; or an ERR_PTR. May sleep. */
struct slubx_kmem_cache *
slubx_registry_add(const struct slubx_cache_request *request)
{
	struct slubx_kmem_cache *s = new_struct();
	int err;

	if (!s)
		return ERR_PTR(-ENOMEM);
	err = slubx_cache_open(s, request);
	if (err) {
		slubx_registry_free_struct(s);
		return ERR_PTR(err);
	}
	slubx_registry_enlist(s, request->name);
	check_usercopy(s);
	return s;
}

/* ---- Aliases -------------------------------------------------------------*/

/*
 * A client that goes gives up a reference, not a name: which was its own is
 * not known. So when there are more names than clients, one that comes (back)
 * under a name that is there takes it over, or names would pile up.
 */
static bool has_spare_name(struct slubx_kmem_cache *s, const char *wanted)
{
	char name[SLUBX_NAME_LEN];
	struct slubx_alias *alias;
	int names = 1;
	bool found;

	copy_name(name, wanted, sizeof(name));
	found = !strcmp(s->name, name);
	list_for_each_entry(alias, &s->aliases, list) {
		found |= !strcmp(alias->name, name);
		names++;
	}
	return found && names > s->refcount;
}

static void add_client(struct slubx_kmem_cache *s, unsigned int size)
{
	s->refcount++;
	/* What is zeroed and what a client may use: the largest of them. */
	s->layout.object_size = max(s->layout.object_size, size);
	s->layout.inuse =
		max(s->layout.inuse, ALIGN(size, (unsigned int)sizeof(void *)));
}

/*
 * One more client for @s, which must hold the largest object of them all.
 * NULL if it needs no new name; an ERR_PTR if there is no memory for one.
 */
struct slubx_alias *
slubx_registry_add_alias(struct slubx_kmem_cache *s,
			 const struct slubx_cache_request *request)
{
	struct slubx_alias *alias = NULL;

	lockdep_assert_held(&slubx_mutex);
	if (has_spare_name(s, request->name)) {
		add_client(s, request->size);
		return NULL;
	}
	if (!slubx_should_fail(SLUBX_FAULT_ALIAS))
		alias = slubx_kmem_cache_zalloc(slubx_alias_cache, GFP_KERNEL);
	if (!alias)
		return ERR_PTR(-ENOMEM);
	choose_name(alias->name, request->name);
	list_add_tail(&alias->list, &s->aliases);
	add_client(s, request->size);
	return alias;
}

/* Takes @s with its aliases out of the list: the names are free again. */
void slubx_registry_remove(struct slubx_kmem_cache *s)
{
	struct slubx_alias *alias, *next;

	lockdep_assert_held(&slubx_mutex);
	list_del_init(&s->list);
	list_for_each_entry_safe(alias, next, &s->aliases, list) {
		list_del(&alias->list);
		slubx_kmem_cache_free(slubx_alias_cache, alias);
	}
}
