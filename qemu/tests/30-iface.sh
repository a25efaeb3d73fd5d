# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 30-iface.sh - /sys/kernel/slubx and /proc/slubxinfo as the shell sees them, with
# no client there, and while slubx goes.

. /guest/lib.sh

SYS=/sys/kernel/slubx
INFO=/proc/slubxinfo

# Every attribute of SLUB 6.1 that slubx has, and its own: no other file.
FILES="aliases align cache_dma cpu_free cpu_partial cpu_slabs ctor debug destroy_by_rcu errors
failslab hwcache_align min_partial object_size objects objects_in_use objects_partial
objs_per_slab order
partial poison reclaim_account red_zone remote_node_defrag_ratio sanity_checks
shrink slab_size slabs slabs_cpu_partial store_user total_objects trace usersize
validate"
STATS="alloc_fastpath alloc_from_partial alloc_node_mismatch alloc_refill
alloc_slab alloc_slowpath cmpxchg_double_cpu_fail cmpxchg_double_fail
cpu_partial_alloc cpu_partial_drain cpu_partial_free cpu_partial_node cpuslab_flush
deactivate_bypass deactivate_empty deactivate_full deactivate_remote_frees
deactivate_to_head deactivate_to_tail free_add_partial free_fastpath free_frozen
free_remove_partial free_slab free_slowpath order_fallback"
FILES="$FILES $STATS"
WRITABLE="debug failslab min_partial cpu_partial reclaim_account remote_node_defrag_ratio shrink
trace validate
$STATS"
WRITABLE=$(echo "$WRITABLE" | tr '\n' ' ')

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

# "mode name" of every file that a cache should have.
files_wanted() {
	for f in $FILES; do
		case " $WRITABLE " in
		*" $f "*) echo "600 $f" ;;
		*) echo "400 $f" ;;
		esac
	done | sort
}

# All caches have these files, no others, and each can be read. In few processes:
# there are thousands of files.
files_are_right() {
	files_wanted >/tmp/wanted
	find $SYS -mindepth 1 -maxdepth 1 -type d >/tmp/directories
	find $SYS -mindepth 2 -maxdepth 2 -type f -exec stat -c '%a %n' {} + |
		sed 's| .*/| |' | sort | uniq -c >/tmp/found
	awk -v n="$(wc -l </tmp/directories)" '$1 == n { print $2, $3; next }
		{ print "not everywhere:", $0 }' /tmp/found | diff /tmp/wanted - ||
		return
	find $SYS -type f -exec cat {} + >/dev/null
}

# A script that changes a value back must find it as it was.
writes_back_what_it_read() {
	for f in min_partial cpu_partial reclaim_account remote_node_defrag_ratio; do
		for d in $(find $SYS -mindepth 1 -type d | head -n 10); do
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
