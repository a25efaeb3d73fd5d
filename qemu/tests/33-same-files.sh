# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 33-same-files.sh - the directory of a cache in /sys/kernel/slubx against that of
# the same cache in /sys/kernel/slab: names, modes, texts, and what each file says
# to what is written. What differs and is meant to is listed here by name, with its
# reason in Documentation/differences.rst.

. /guest/lib.sh

HOST=/sys/kernel/slab
OURS=/sys/kernel/slubx
CACHES="same-small same-plain same-first same-second same-large same-aligned
same-ctor same-user same-hwcache same-reclaim same-dma same-rcu"

# Files of slubx alone.
ONLY_OURS="cpu_free debug errors failslab objects_in_use"
# What both count, where SLUB was built so (CONFIG_SLUB_STATS).
COUNTERS="alloc_fastpath alloc_from_partial
alloc_node_mismatch alloc_refill alloc_slab alloc_slowpath cmpxchg_double_cpu_fail
cmpxchg_double_fail cpu_partial_alloc cpu_partial_drain cpu_partial_free
cpu_partial_node cpuslab_flush deactivate_bypass deactivate_empty deactivate_full
deactivate_remote_frees deactivate_to_head deactivate_to_tail free_add_partial
free_fastpath free_frozen free_remove_partial free_slab free_slowpath
order_fallback"
# Files of SLUB alone.
ONLY_HOSTS="skip_kfence sheaf_capacity"
# Files that have another mode: this can be written.
OTHER_MODE="reclaim_account failslab trace"
# Files that have another text, by the kernel.
OTHER_TEXT=

host_counts() { ls $HOST/*/alloc_fastpath >/dev/null 2>&1; }
host_counts || ONLY_OURS="$ONLY_OURS $COUNTERS"

among() {
	for word in $2; do
		[ "$word" != "$1" ] || return 0
	done
	return 1
}

# Since 7.0 SLUB has another front end, and says 0 of what it has no more.
host_has_sheaves() { ls $HOST/*/sheaf_capacity >/dev/null 2>&1; }
! host_has_sheaves || OTHER_TEXT="cpu_partial cpu_slabs slabs_cpu_partial objects
objects_partial partial slabs total_objects"

# ---- Reading ------------------------------------------------------------------

# names CACHE: of all files on either side.
names() { { ls "$HOST/$1/"; ls "$OURS/$1/"; } | sort -u; }

same_mode() {
	ours=$(stat -c %a "$OURS/$1/$2") host=$(stat -c %a "$HOST/$1/$2")
	[ "$ours" = "$host" ] || among "$2" "$OTHER_MODE" ||
		echo "$1/$2: mode $ours, SLUB $host"
}

same_text() {
	ours=$(cat "$OURS/$1/$2") host=$(cat "$HOST/$1/$2")
	[ "$ours" = "$host" ] || among "$2" "$OTHER_TEXT" ||
		echo "$1/$2: '$ours', SLUB '$host'"
}

differences_of_file() {
	if [ ! -e "$HOST/$1/$2" ]; then
		among "$2" "$ONLY_OURS" || echo "$1/$2: only in slubx"
	elif [ ! -e "$OURS/$1/$2" ]; then
		among "$2" "$ONLY_HOSTS" || echo "$1/$2: only in SLUB"
	else
		same_mode "$1" "$2"
		same_text "$1" "$2"
	fi
}

# The name that a directory has is part of what is shown.
differences_of_name() {
	ours=$(readlink "$OURS/$1") host=$(readlink "$HOST/$1")
	[ "$ours" = "$host" ] || echo "$1: leads to '$ours', SLUB '$host'"
}

differences() {
	for cache in $CACHES; do
		differences_of_name "$cache"
		for file in $(names "$cache"); do
			differences_of_file "$cache" "$file"
		done
	done
}

no_difference() {
	differences >/tmp/differences
	cat /tmp/differences
	[ ! -s /tmp/differences ] && [ "$(names same-plain | wc -l)" -ge 28 ]
}

# ---- Writing ------------------------------------------------------------------

# write_to FILE TEXT: what the shell says to it.
write_to() {
	{ printf '%s' "$2" >"$1"; } 2>&1 | sed 's/.*: //'
}

# What each file says to each of these, and what it says afterwards.
differences_written() {
	for text in 7 x -1 " " "1 " 1x 101 100 0x10 4294967295 4294967296 \
		18446744073709551615 18446744073709551616 0 1; do
		ours=$(write_to "$OURS/same-plain/$1" "$text")
		host=$(write_to "$HOST/same-plain/$1" "$text")
		[ "$ours" = "$host" ] ||
			echo "$1: '$text' gives '$ours', SLUB '$host'"
		same_text same-plain "$1"
	done
}

no_difference_written() {
	for file in $(names same-plain); do
		[ -e "$OURS/same-plain/$file" ] || continue
		[ -e "$HOST/same-plain/$file" ] || continue
		among "$file" "$OTHER_MODE $OTHER_TEXT" && continue
		[ "$(stat -c %a "$OURS/same-plain/$file")" = 600 ] || continue
		differences_written "$file"
		echo "$file" >>/tmp/written
	done >/tmp/differences
	cat /tmp/differences
	[ ! -s /tmp/differences ] && [ -s /tmp/written ]
}

# counted NAME: does any of the caches say more than 0 on both sides?
counted() {
	for cache in $CACHES; do
		[ "$(cut -d ' ' -f 1 "$HOST/$cache/$1")" = 0 ] ||
			[ "$(cut -d ' ' -f 1 "$OURS/$cache/$1")" = 0 ] || return 0
	done
	return 1
}

# What the client does moves these; a counter that always says 0 is soon the same.
counters_count() {
	for file in alloc_fastpath alloc_slowpath alloc_slab free_slowpath \
		free_fastpath cpuslab_flush deactivate_bypass; do
		counted $file || { echo "$file is 0 everywhere"; return 1; }
	done
}

shrink_both() {
	for cache in $CACHES; do
		echo 1 >"$HOST/$cache/shrink"
		echo 1 >"$OURS/$cache/shrink"
	done
}

# ---- Both ---------------------------------------------------------------------

# Objects of SLUB have more on such a kernel, and its files say so.
if zcat /proc/config.gz 2>/dev/null | grep -q '^CONFIG_KASAN=y'; then
	tap skip "same files" "KASAN makes SLUB's objects larger"
	tap_end
	exit
fi

# Counted from the first allocation on, as SLUB does.
check "load slubx" insmod /modules/slubx.ko slubx_stats=1
check "make the same caches on both sides" insmod /modules/slubx_same_client.ko
check "all files are the same" no_difference
check "shrink all" shrink_both
check "all files are the same again" no_difference
if host_counts; then
	check "events were counted on both sides" counters_count
else
	tap skip "events were counted" "SLUB does not count on this kernel"
fi
rm -f /tmp/written
check "what can be written takes and refuses the same" no_difference_written
check "all files are the same at last" no_difference
check "unload the client" rmmod slubx_same_client
check "unload slubx" rmmod slubx
tap_end
