# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 90-debug.sh - slubx_debug= reaches the caches that it names, the kmalloc caches
# too, and what is found is in the log as SLUB would print it. Comes last: a report
# taints the kernel.

. /guest/lib.sh

SYS=/sys/kernel/slubx
CRIME=$SYS/slubx-crime
DEBUG=/sys/kernel/debug/slubx
FLAGS="sanity_checks red_zone poison store_user trace"

load() { insmod /modules/slubx.ko "$@"; }

# flags_are CACHE FLAG...: these files of the cache say 1, the others 0.
flags_are() {
	cache=$1
	shift
	for f in $FLAGS; do
		case " $* " in
		*" $f "*) want=1 ;;
		*) want=0 ;;
		esac
		[ "$(cat "$SYS/$cache/$f")" = $want ] ||
			{ echo "$cache: $f is not $want"; return 1; }
	done
}

errors_are() { [ "$(cat /sys/module/slubx/parameters/slubx_errors)" = "$1" ]; }

# with PARAMETER CMD...: slubx is loaded with it for the command.
with() {
	load "$1" || return
	shift
	"$@"
	with_result=$?
	rmmod slubx && return $with_result
}

usual_flags_everywhere() {
	for d in slubx-kmalloc-64 slubx-kmalloc-8k slubx-kmalloc-cg-8 slubx_alias; do
		flags_are $d sanity_checks red_zone poison store_user || return
	done
	# What slubx itself is made of is not debugged.
	flags_are slubx_kmem_cache && flags_are slubx_kmem_cache_node
}

one_class_alone() {
	flags_are slubx-kmalloc-64 poison && flags_are slubx-kmalloc-96 &&
		flags_are slubx-kmalloc-128 && flags_are slubx_alias
}

unknown_letters_are_told() {
	log_says "slubx: slubx_debug option 'x' unknown. skipped" &&
		log_says "slubx: slubx_debug option '1' unknown. skipped" &&
		flags_are slubx_alias sanity_checks poison
}

too_long_is_refused() {
	! load "slubx_debug=F,$(printf '%01100d' 0)" 2>/dev/null
}

# commit CRIME LINE...: the log has these lines then, and errors counts one.
commit() {
	log_begin
	insmod /modules/slubx_crime_client.ko crime="$1" || return
	shift
	cat $CRIME/errors >/tmp/errors
	rmmod slubx_crime_client || return
	for line in "$@"; do
		log_says "$line" || { echo "no line: $line"; return 1; }
	done
	[ "$(cat /tmp/errors)" = 1 ] || { cat /tmp/errors; false; }
}

traces() {
	log_begin
	insmod /modules/slubx_crime_client.ko && rmmod slubx_crime_client &&
		log_says "TRACE slubx-crime alloc 0x" &&
		log_says "TRACE slubx-crime free 0x"
}

# Caches and objects as the kernel has them, all debugged: nothing is found.
busy_and_clean() {
	insmod /modules/slubx_mirror.ko limit_kib=8192 || return
	for size in 24 64 192 1000 4096; do
		echo "busy$size $size 0 - 400" >/proc/slubx_mirror || return
	done
	for d in "$SYS"/busy*; do
		echo 1 >"$d/validate" || return
	done
	echo free >/proc/slubx_mirror && rmmod slubx_mirror && errors_are 0
}

# 300 objects by one caller: the first record of alloc_traces, with a stack. Nobody
# had freed them before.
traces_are_right() {
	insmod /modules/slubx_mirror.ko || return
	echo "held 64 0 - 300" >/proc/slubx_mirror || return
	echo "plain 64 0 - 3" >/proc/slubx_mirror || return
	echo "held_none 64 0 - 0" >/proc/slubx_mirror || return
	cat $DEBUG/held/alloc_traces >/tmp/alloc_traces
	cat $DEBUG/held/free_traces >/tmp/free_traces
	cat $DEBUG/plain/alloc_traces >/tmp/plain
	cat $DEBUG/held_none/alloc_traces >/tmp/no_traces
	echo free >/proc/slubx_mirror
	rmmod slubx_mirror || return
	head -n 1 /tmp/alloc_traces | grep -E '^    300 [a-z_]+\+0x[0-9a-f]+/0x[0-9a-f]+ \[slubx_mirror\] age=[0-9/]+ pid=[0-9]+ cpus=' &&
		grep -q '^        [a-z_]*+0x' /tmp/alloc_traces &&
		grep -q '^    300 <not-available> age=' /tmp/free_traces &&
		[ "$(cat /tmp/plain)" = "No data" ] &&
		[ "$(cat /tmp/no_traces)" = "No data" ] && return
	head /tmp/alloc_traces /tmp/free_traces /tmp/no_traces
	false
}

log_begin
check "slubx_debug: the usual checks for all caches" \
	with slubx_debug usual_flags_everywhere
check "slubx_debug=: the same" with slubx_debug= usual_flags_everywhere
check "slubx_debug=P,slubx-kmalloc-64: one class" \
	with slubx_debug=P,slubx-kmalloc-64 one_class_alone
check "slubx_debug=Fx1P: the rest counts" \
	with slubx_debug=Fx1P unknown_letters_are_told
check "a text that is too long is refused" too_long_is_refused
check "all caches debugged: nothing is found" with slubx_debug busy_and_clean
check "U: who allocated is in alloc_traces" \
	with "slubx_debug=U,held*" traces_are_right
check "T: allocations and frees are told" with slubx_debug=T,slubx-crime traces

check "slubx loads to debug one cache" load "slubx_debug=;FZPU,slubx-crime;P,x"
check "a good client is not noticed" errors_are 0
check "a byte behind the object" commit after \
	"BUG slubx-crime (Tainted): Right Redzone overwritten" \
	". First byte 0x12 instead of 0xcc" \
	"Allocated in come+" \
	" objects=" \
	"Redzone  " \
	"FIX slubx-crime: Restoring Right Redzone 0x" \
	"FIX slubx-crime: Object at 0x"
check "a byte of a freed object" commit late \
	"BUG slubx-crime (Tainted): Poison overwritten" \
	". First byte 0x12 instead of 0x6b" \
	"Freed in come+" \
	"FIX slubx-crime: Restoring Poison 0x"
check "an object freed twice" commit double \
	"BUG slubx-crime (Tainted): Object already free"
check "three faults in all" errors_are 3
check "slubx unloads" rmmod slubx
tap_end
