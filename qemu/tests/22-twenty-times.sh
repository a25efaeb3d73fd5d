# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 22-twenty-times.sh - slubx comes, is used and goes, twenty times. Afterwards the
# machine is as before: names, slab pages, percpu memory, free memory.

. /guest/lib.sh
. /guest/state.sh

# Some caches of each kind, with 1000 objects.
use() {
	for flags in - hwcache_align reclaim_account destroy_by_rcu ctor; do
		for size in 16 200 700 5000; do
			echo "$flags-$size $size 0 $flags 1000" >/proc/slubx_mirror ||
				return
		done
	done
}

one_life() {
	insmod /modules/slubx.ko && insmod /modules/slubx_mirror.ko && use &&
		rmmod slubx_mirror && rmmod slubx
}

lives() {
	for life in $(seq "$1"); do
		one_life || { echo "life $life"; return 1; }
	done
}

names_unchanged() {
	state_names >/tmp/names.after
	diff /tmp/names.first /tmp/names.after
}

state_names >/tmp/names.first
check "two lives first" lives 2
if has_quarantine; then
	check "twenty lives" lives 20
	tap skip "memory is back" "KASAN keeps freed objects"
else
	check "twenty lives, and memory is back" memory_stays lives 20
fi
check "no name is left" names_unchanged
tap_end
