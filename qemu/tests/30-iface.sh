# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 30-iface.sh - /sys/kernel/slubx and /proc/slubxinfo as the shell sees them, with
# no client there, and while slubx goes.

. /guest/lib.sh

SYS=/sys/kernel/slubx
INFO=/proc/slubxinfo

# Every attribute of SLUB 6.1 that slubx has, and no other file.
FILES="aliases align cache_dma cpu_partial cpu_slabs ctor destroy_by_rcu
hwcache_align min_partial object_size objects objects_partial objs_per_slab order
partial poison reclaim_account red_zone remote_node_defrag_ratio sanity_checks
shrink slab_size slabs slabs_cpu_partial store_user total_objects trace usersize"
WRITABLE="min_partial cpu_partial remote_node_defrag_ratio shrink"

mode_is() {
	[ "$(stat -c %a "$2")" = "$1" ] || { echo "$2: $(stat -c %a "$2")"; false; }
}

# SLUB's own file, if this kernel has one, says what the first two lines are.
header_is_slabinfos() {
	head -n 2 $INFO >/tmp/header
	grep -q '^slabinfo - version: 2.1$' /tmp/header || return
	[ ! -e /proc/slabinfo ] || head -n 2 /proc/slabinfo | diff - /tmp/header
}

lines_have_16_fields() {
	awk 'NR > 2 && NF != 16 { print; bad = 1 } END { exit bad || NR < 3 }' $INFO
}

same_in_single_bytes() {
	cat $INFO >/tmp/whole
	dd if=$INFO of=/tmp/bytes bs=1 2>/dev/null
	cmp /tmp/whole /tmp/bytes
}

write_fails() {
	! echo 1 2>/dev/null >"$1"
}

only_directories_and_links() {
	! find $SYS -mindepth 1 -maxdepth 1 ! -type d ! -type l | grep .
}

# Of all caches: the files that should be there, each with its mode, all readable.
files_are_right() {
	for d in "$SYS"/*; do
		for f in $FILES; do
			case " $WRITABLE " in
			*" $f "*) mode_is 600 "$d/$f" || return ;;
			*) mode_is 400 "$d/$f" || return ;;
			esac
			cat "$d/$f" >/dev/null || return
		done
		[ "$(find "$d" -type f | wc -l)" -eq \
			"$(echo "$FILES" | wc -w)" ] || return
	done
}

# A script that changes a value back must find it as it was.
writes_back_what_it_read() {
	for f in min_partial cpu_partial remote_node_defrag_ratio; do
		for d in "$SYS"/*; do
			value=$(cat "$d/$f")
			echo "$value" >"$d/$f" || return
			[ "$(cat "$d/$f")" = "$value" ] || return
		done
	done
}

read_all() {
	while [ ! -e /tmp/stop ]; do
		cat "$SYS"/*/* $INFO
	done >/dev/null 2>&1
}

# For five seconds; once on a flavour where each unloading takes as long.
load_and_unload_under_readers() {
	rm -f /tmp/stop
	for _ in 1 2; do
		read_all &
	done
	ok=true end=$(($(date +%s) + 5))
	while $ok && [ "$(date +%s)" -le $end ]; do
		{ insmod /modules/slubx.ko && rmmod slubx; } || ok=false
	done
	touch /tmp/stop
	wait
	$ok
}

# Whoever has a file open while slubx goes reads an error, and harms nobody.
unload_under_open_files() {
	exec 3<$INFO 4<$SYS/slubx_alias/objects 5<$SYS
	dd bs=1 count=3 <&3 >/dev/null 2>&1
	rmmod slubx || return
	! cat <&3 || return
	! cat <&4 || return
	exec 3<&- 4<&- 5<&-
}

check "slubx loads" insmod /modules/slubx.ko
check "$INFO is the owner's to read" mode_is 400 $INFO
check "$INFO starts as /proc/slabinfo does" header_is_slabinfos
check "lines of $INFO have 16 fields" lines_have_16_fields
check "$INFO read byte by byte is the same" same_in_single_bytes
check "$INFO can't be written" write_fails $INFO
check "$SYS holds directories and links" only_directories_and_links
check "every cache has its files, modes are SLUB's" files_are_right
check "values that were read can be written" writes_back_what_it_read
check "what is read-only is so for root too" write_fails $SYS/slubx_alias/objects
check "slubx unloads under open files" unload_under_open_files
check "$SYS is gone" test ! -e $SYS
check "$INFO is gone" test ! -e $INFO
check "slubx comes and goes under readers" load_and_unload_under_readers
tap_end
