// SPDX-License-Identifier: GPL-2.0
/*
 * attr_debug.c - the files by which debugging of a cache is switched.
 *
 * Floor 10. Takes no slubx_mutex, see attr.c: where it would be needed and is
 * taken, the system call begins anew.
 */
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "../debug/options.h"
#include "../errors.h"
#include "../switch.h"
#include "attr.h"

/* In the order of SLUB's. */
static const struct {
	char letter;
	slubx_flags_t flag;
} letters[] = {
	{ 'F', SLUBX_CONSISTENCY_CHECKS },
	{ 'Z', SLUBX_RED_ZONE },
	{ 'P', SLUBX_POISON },
	{ 'U', SLUBX_STORE_USER },
	{ 'T', SLUBX_TRACE },
	{ 'A', SLUBX_FAILSLAB },
};

/* "FZPU", or "-" for none. */
static int put_letters(char *buf, int len, slubx_flags_t flags)
{
	int i, before = len;

	for (i = 0; i < (int)ARRAY_SIZE(letters); i++)
		if (flags & letters[i].flag)
			len += sysfs_emit_at(buf, len, "%c", letters[i].letter);
	if (len == before)
		len += sysfs_emit_at(buf, len, "-");
	return len;
}

/* What new slabs get; then each mode with its slabs, if it has some. */
ssize_t slubx_attr_show_debug(struct slubx_kmem_cache *s,
			      const struct slubx_attr *a, char *buf)
{
	slubx_flags_t now = slubx_mode_now(s)->flags & SLUBX_DEBUG_FLAGS;
	int len = put_letters(buf, 0, now | (s->flags & SLUBX_FAILSLAB));
	struct slubx_kmem_cache *m;
	unsigned long slabs;

	len += sysfs_emit_at(buf, len, "\n");
	slubx_for_each_mode(s, m) {
		slabs = slubx_cache_mode_slabs(m);
		if (!slabs || !slubx_attr_has_room(len))
			continue;
		len = put_letters(buf, len, m->flags & SLUBX_DEBUG_FLAGS);
		len += sysfs_emit_at(buf, len, " %lu\n", slabs);
	}
	return len;
}

/* What was done already is not done again. */
static int answer(int err)
{
	return err == -EAGAIN ? restart_syscall() : err;
}

static int switch_to(struct slubx_kmem_cache *s, slubx_flags_t flags)
{
	return answer(slubx_switch_debugging(s, flags & SLUBX_DEBUG_FLAGS));
}

/* Letters as in slubx_debug=; none at all stand for FZPU, as there. */
ssize_t slubx_attr_store_debug(struct slubx_kmem_cache *s,
			       const struct slubx_attr *a, const char *buf,
			       size_t len)
{
	char text[16];
	size_t count = strcspn(buf, "\n");
	struct slubx_options options;
	int err;

	if (count != strspn(buf, "FfZzPpUuTtAa-") || count >= sizeof(text)) {
		slubx_error(s,
			    "debugging can't be switched: letters of FZPUTA-");
		return -EINVAL;
	}
	strscpy(text, buf, count + 1);
	slubx_options_parse(&options, text, NULL);
	err = switch_to(s, options.flags) ?:
		      answer(slubx_switch_failslab(s, options.flags &
							      SLUBX_FAILSLAB));
	return err ?: len;
}

/* Of the cache itself, whatever its mode. */
ssize_t slubx_attr_show_failslab(struct slubx_kmem_cache *s,
				 const struct slubx_attr *a, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  !!(READ_ONCE(s->flags) & SLUBX_FAILSLAB));
}

ssize_t slubx_attr_store_failslab(struct slubx_kmem_cache *s,
				  const struct slubx_attr *a, const char *buf,
				  size_t len)
{
	int err;

	if (buf[0] != '0' && buf[0] != '1')
		return -EINVAL;
	err = answer(slubx_switch_failslab(s, buf[0] == '1'));
	return err ?: len;
}

/* A flag of the mode that slabs are made in now. */
ssize_t slubx_attr_show_debug_flag(struct slubx_kmem_cache *s,
				   const struct slubx_attr *a, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  !!(READ_ONCE(slubx_mode_now(s)->flags) & a->flag));
}

/* Switches one letter; the others stay. */
ssize_t slubx_attr_store_debug_flag(struct slubx_kmem_cache *s,
				    const struct slubx_attr *a, const char *buf,
				    size_t len)
{
	slubx_flags_t flags = READ_ONCE(slubx_mode_now(s)->flags);
	int err;

	if (buf[0] != '0' && buf[0] != '1')
		return -EINVAL;
	err = switch_to(s, buf[0] == '1' ? flags | a->flag : flags & ~a->flag);
	return err ?: len;
}

/* What is found is in the log, and in errors. */
ssize_t slubx_attr_store_validate(struct slubx_kmem_cache *s,
				  const struct slubx_attr *a, const char *buf,
				  size_t len)
{
	if (buf[0] != '1' || !slubx_switch_is_debugged(s))
		return -EINVAL;
	slubx_cache_validate(s);
	return len;
}
