# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 50-fail-nth.sh - requests for memory that slubx makes while it loads fail, by the
# kernel's fault injection, one at a time: all of the first, on which the others
# stand, and a sample of the many after them. Each time slubx either loads and can
# be used, or does not and leaves nothing.

. /guest/lib.sh
. /guest/state.sh

FAULTS=/sys/kernel/debug
NTH=/proc/self/fail-nth
# So many requests fail one after the other, then a sample.
FIRST=31
# busybox tries twice to load a module, the first time by its file. Of a packed one
# the kernel understands the second alone.
MODULE=/tmp/slubx.ko.gz

if [ ! -e $NTH ] || [ ! -e $FAULTS/failslab ]; then
	tap skip "requests fail one by one" "no fault injection in this kernel"
	tap_end
	exit
fi

# All requests count, also those that could wait for memory; what fails is told.
inject() {
	for fault in failslab fail_page_alloc; do
		echo 0 >$FAULTS/$fault/ignore-gfp-wait
		echo 1 >$FAULTS/$fault/verbose
	done
	echo 0 >$FAULTS/fail_page_alloc/ignore-gfp-highmem
	echo 0 >$FAULTS/fail_page_alloc/min-order
}

# load_failing NTH PARAMETERS: the process that counts becomes insmod; its NTH
# request from here on fails.
load_failing() {
	log_begin
	sh -c "echo $1 >$NTH; exec insmod $MODULE $2" 2>/dev/null
}

# Was there such a request at all?
fires() {
	load_failing "$@"
	rmmod slubx 2>/dev/null
	dmesg | grep -q 'FAULT_INJECTION: forcing'
}

# How many requests there are before slubx's own. With these parameters it gives up
# before the first. From above: some of the kernel's own warn when they fail.
count_kernels() {
	nth=800
	until fires $nth "slubx_min_order=2 slubx_max_order=1"; do
		nth=$((nth - 16))
	done
	while fires $nth "slubx_min_order=2 slubx_max_order=1"; do
		nth=$((nth + 1))
	done
	echo $((nth - 1))
}

# count_all LOW: how many there are when it loads, by bisection.
count_all() {
	low=$1 high=20000
	while [ $((high - low)) -gt 1 ]; do
		middle=$(((low + high) / 2))
		if fires $middle; then
			low=$middle
		else
			high=$middle
		fi
	done
	echo "$low"
}

names_unchanged() {
	state_names >/tmp/names.after
	diff /tmp/names.first /tmp/names.after
}

works() {
	insmod /modules/slubx_mirror.ko || return
	echo "nth 300 0 - 100" >/proc/slubx_mirror
	held=$(awk '$1 == "nth" { print $5 }' /proc/slubx_mirror)
	rmmod slubx_mirror
	[ "$held" = 100 ] || { echo "$held objects"; false; }
}

# Of one request: "loaded" or "refused" by slubx, both as they should be; "kernel"
# if slubx was not even started; anything else is wrong.
outcome() {
	if load_failing "$1"; then
		grep -q ^slubx /proc/slubxinfo && rmmod slubx && names_unchanged &&
			echo loaded
	elif ! dmesg | grep -q 'slubx: '; then
		echo kernel
	elif dmesg | grep -q 'slubx: not loaded, error -12'; then
		names_unchanged && echo refused
	fi
}

# fail_some FROM TO STEP: "NTH OUTCOME" of each.
fail_some() {
	for nth in $(seq "$1" "$3" "$2"); do
		echo "$nth $(outcome "$nth" 2>&1)"
	done
}

# From one time to the next the counts differ, so the first may still be the kernel's.
all_well() {
	sed "1,${FIRST}s/ kernel\$/ refused/" /tmp/each >/tmp/outcomes
	! grep -Ev ' (loaded|refused)$' /tmp/outcomes
}

# Most that slubx asks for it can do without: a large slab, a directory.
some() {
	echo "$(grep -c "$1" /tmp/each) times"
	[ "$(grep -c "$1" /tmp/each)" -ge 4 ]
}

# What leaks then leaks five times.
refuse_again() {
	grep refused /tmp/each >/tmp/refused
	for _ in 1 2 3 4 5; do
		while read -r nth _; do
			outcome "$nth" >/dev/null
		done </tmp/refused
	done
}

inject
gzip -c /modules/slubx.ko >$MODULE
state_names >/tmp/names.first
first=$(($(count_kernels) + 1))
last=$(count_all $first)
fail_some $first $((first + FIRST - 1)) 1 >/tmp/each
fail_some $((first + FIRST)) "$last" $(((last - first) / 40 + 1)) >>/tmp/each
check "slubx loads, or leaves nothing" all_well
check "it loaded some times" some loaded
check "it was refused some times" some refused
if has_quarantine; then
	tap skip "memory is back" "KASAN keeps freed objects"
else
	check "refused again and again, memory is back" memory_stays refuse_again
fi
check "no name is left" names_unchanged
check "slubx loads" insmod /modules/slubx.ko
check "slubx works" works
check "slubx unloads" rmmod slubx
echo "# requests $first to $last: $(grep -c refused /tmp/each) times refused," \
	"$(grep -c loaded /tmp/each) times loaded"
tap_end
