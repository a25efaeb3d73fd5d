# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 20-parameters.sh - each parameter does what it says, the line at load tells it,
# and a value that makes no sense is refused with a sentence.

. /guest/lib.sh

SYS=/sys/kernel/slubx
PARAMETERS=/sys/module/slubx/parameters
# The largest order of pages, of this kernel.
MAX_ORDER=$(awk '/^Node/ { print NF - 5; exit }' /proc/buddyinfo)

gone() {
	[ ! -e /sys/module/slubx ] && [ ! -e $SYS ] && [ ! -e /proc/slubxinfo ]
}

# "0-3" and "3" are four.
how_many() { sed 's/.*[-,]//' "$1" | awk '{ print $1 + 1 }'; }

# load_line ORDER MINOBJECTS: what slubx must say, from what the kernel knows.
load_line() {
	echo "slubx: HWalign=$(awk '/^cache_alignment/ { print $3; exit }' /proc/cpuinfo)," \
		"Order=$1, MinObjects=$2," \
		"CPUs=$(how_many /sys/devices/system/cpu/possible)," \
		"Nodes=$(how_many /sys/devices/system/node/possible)"
}

# ---- Values that are taken ------------------------------------------------------

# A slab of objects of 512 bytes wastes nothing, so its order follows from the
# parameters alone.
order_of_512() {
	insmod /modules/slubx_mirror.ko || return
	echo "parameters 512 0 - 10" >/proc/slubx_mirror || return
	order=$(cat $SYS/parameters/order)
	rmmod slubx_mirror || return
	[ "$order" = "$1" ] || { echo "order $order"; false; }
}

# cuts PARAMETERS RANGE MINOBJECTS ORDER: what the line says, and how a cache is
# cut then.
cuts() {
	log_begin
	# shellcheck disable=SC2086	# several parameters
	insmod /modules/slubx.ko $1 || return
	if log_says "$(load_line "$2" "$3")" && order_of_512 "$4"; then
		rmmod slubx
	else
		rmmod slubx
		return 1
	fi
}

check_cut() {
	check "${1:-no parameter}: Order=$2, MinObjects=$3, 512 bytes in order $4" \
		cuts "$@"
}

reads() {
	value=$(cat "$PARAMETERS/$1")
	[ "$value" = "$2" ] || { echo "$1 is $value"; false; }
}

loads() { insmod /modules/slubx.ko "$@"; }

# Two caches of a size share slabs, and both names are links; or they do not.
merged() {
	insmod /modules/slubx_untidy_client.ko || return
	[ -d $SYS/untidy ] && [ -L $SYS/untidy ]
	is_link=$?
	[ "$(cat $SYS/untidy_too/aliases)" -eq 1 ]
	has_alias=$?
	rmmod slubx_untidy_client || return 2
	[ $is_link -eq $has_alias ] || { echo "a link, but no alias"; return 2; }
	return $is_link
}

not_merged() {
	merged
	[ $? -eq 1 ]
}

# can_write VALUE PARAMETER, while slubx is loaded.
can_write() { echo "$1" 2>/dev/null >"$PARAMETERS/$2"; }

not() { ! "$@"; }

NO_CX16="slubx: no 16-byte compare-and-exchange, slabs have a bit lock"

# ---- Values that are refused ----------------------------------------------------

# refused PARAMETERS SENTENCE
refused() {
	log_begin
	# shellcheck disable=SC2086	# several parameters
	if insmod /modules/slubx.ko $1 2>/tmp/why; then
		rmmod slubx
		echo "loaded"
		return 1
	fi
	gone && log_says "$2"
}

check_refused() { check "$1 is refused" refused "$@"; }

check_number() {
	for value in "$2" -1 x "" 1x 4294967296; do
		check_refused "$1=$value" \
			"slubx: $1=$value: give a number from 0 to $(($2 - 1))"
	done
}

second_load_is_refused() {
	cat /proc/slubxinfo >/tmp/before
	log_begin
	! insmod /modules/slubx.ko 2>/tmp/why || return
	grep -q 'File exists' /tmp/why || { cat /tmp/why; return 1; }
	! log_says "slubx:" >/dev/null || return
	diff /tmp/before /proc/slubxinfo
}

check_cut "" 0-3 16 1
check_cut slubx_min_order=0x2 2-3 16 2
check_cut slubx_min_order=3 3-3 16 3
check_cut slubx_max_order=0 0-0 16 0
check_cut "slubx_min_order=4 slubx_max_order=$MAX_ORDER" "4-$MAX_ORDER" 16 4
check_cut slubx_min_objects=0 0-3 16 1
check_cut slubx_min_objects=1 0-3 1 0
check_cut slubx_min_objects=33 0-3 33 3
check_cut slubx_min_objects=32767 0-3 32767 3
check_cut "slubx_max_order=2 slubx_min_objects=64" 0-2 64 2

log_begin
check "slubx loads" loads
check "a 16-byte exchange is used" not log_says "$NO_CX16"
check "caches of one size share slabs" merged
check "slubx_nomerge reads N" reads slubx_nomerge N
check "slubx_stats reads 0" reads slubx_stats 0
check "slubx_stats can be switched on" can_write 1 slubx_stats
check "slubx_stats reads 1 then" reads slubx_stats 1
check "nonsense can't be written to slubx_stats" not can_write x slubx_stats
check "that is told" log_says "slubx: slubx_stats=x: give 0 or 1"
check "slubx_stats still reads 1" reads slubx_stats 1
check "orders can't be changed now" not can_write 1 slubx_max_order
check "a second load fails and changes nothing" second_load_is_refused
check "slubx unloads" rmmod slubx

log_begin
check "slubx loads with three switches" \
	loads slubx_nomerge=1 slubx_stats=1 slubx_nocx16=1
check "slubx_nocx16: a bit lock is used" log_says "$NO_CX16"
check "slubx_nomerge: caches of one size are apart" not_merged
check "slubx_stats: reads 1" reads slubx_stats 1
check "slubx unloads again" rmmod slubx

check_number slubx_min_order $((MAX_ORDER + 1))
check_number slubx_max_order $((MAX_ORDER + 1))
check_number slubx_min_objects 32768
check_refused "slubx_min_order=2 slubx_max_order=1" \
	"slubx: slubx_min_order=2 is over slubx_max_order=1"
check_refused slubx_min_order=4 "slubx: slubx_min_order=4 is over slubx_max_order=3"
check_refused slubx_stats=maybe "slubx: slubx_stats=maybe: give 0 or 1"
for switch in slubx_nomerge slubx_nocx16; do
	check_refused $switch=maybe "slubx: \`maybe' invalid for parameter \`$switch'"
done
check "a refused load leaves nothing" gone
tap_end
