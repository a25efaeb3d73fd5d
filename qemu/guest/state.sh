# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# state.sh - what a module that has gone must not have left behind.
#
# `state_names` lists every name a module could add (the same text before and
# after); `state_pages` is a number that may move a little.

state_names() {
	ls -d /sys/kernel/* /proc/slub* /proc/[a-z]* /sys/module/* \
		/sys/kernel/debug/* /sys/kernel/debug/shrinker/slub* \
		/sys/kernel/slab/*slubx* /sys/kernel/tracing/events/* 2>/dev/null
	sed 's/^/cpuhp /' /sys/devices/system/cpu/hotplug/states 2>/dev/null
	cut -d' ' -f1 /proc/modules
}

# Pages the kernel thinks are slab pages, on the whole machine. KB as a unit
# would hide the node counters: these are pages.
state_pages() {
	awk '/^nr_slab_(un)?reclaimable / { sum += $2 } END { print sum + 0 }' /proc/vmstat
}

state_used() {
	awk '/^MemTotal:/ { all = $2 } /^MemFree:/ { print all - $2 }' /proc/meminfo
}

# KASAN holds back what is freed, up to a thirty-second of the memory.
has_quarantine() { zcat /proc/config.gz 2>/dev/null | grep -q '^CONFIG_KASAN=y'; }

settle() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 0.3
}
