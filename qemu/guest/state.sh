# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# state.sh - what a module that has gone must not have left behind.
#
# `state_names` lists every name a module could add (the same text before and
# after); `state_memory` are three numbers that may move a little.

state_names() {
	ls -d /sys/kernel/* /proc/slub* /proc/[a-z]* /sys/module/* \
		/sys/kernel/debug/* /sys/kernel/debug/shrinker/slub* \
		/sys/kernel/slab/*slubx* /sys/kernel/tracing/events/* 2>/dev/null
	sed 's/^/cpuhp /' /sys/devices/system/cpu/hotplug/states 2>/dev/null
	cut -d' ' -f1 /proc/modules
}

# Slab pages that are in none of SLUB's caches: large kmalloc() and slubx.
state_other_pages() {
	awk '/^nr_slab_(un)?reclaimable / { pages += $2 }
		/ : slabdata / { pages -= $6 * $(NF - 1) }
		END { print pages + 0 }' /proc/vmstat /proc/slabinfo
}

# Free pages, also those that cpus keep at hand.
state_free() {
	awk '$1 == "pages" && $2 == "free" { free += $3 }
		$1 == "count:" { free += $2 }
		END { print free }' /proc/zoneinfo
}

state_percpu() { awk '/^Percpu:/ { print $2 }' /proc/meminfo; }

# KASAN holds back what is freed, up to a thirty-second of the memory.
has_quarantine() { zcat /proc/config.gz 2>/dev/null | grep -q '^CONFIG_KASAN=y'; }

settle() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 0.3
}

# "OTHER-PAGES FREE-PAGES PERCPU-KB", when the kernel's own allocator holds nothing
# ready and the cpus' parts of the counts are added up.
state_memory() {
	settle
	for shrink in /sys/kernel/slab/*/shrink; do
		[ -L "${shrink%/shrink}" ] || echo 1 >"$shrink"
	done
	echo 1 >/proc/sys/vm/stat_refresh
	echo "$(state_other_pages) $(state_free) $(state_percpu)"
}

# memory_is_back BEFORE AFTER: two such lines, but for what the kernel itself gains
# and loses meanwhile: a large kmalloc() or two, and rather more pages.
memory_is_back() {
	echo "$1 $2" | awk '{
		printf "other slab pages %d, %d; free %d, %d; percpu kB %d, %d\n",
			$1, $4, $2, $5, $3, $6
		exit $4 - $1 > 16 || $2 - $5 > 300 || $6 - $3 > 64
	}'
}

# memory_stays COMMAND...: nothing is left of what it does. What the kernel itself
# keeps meanwhile it does not keep each time: only what is gone twice is.
memory_stays() {
	for _ in 1 2; do
		before=$(state_memory)
		"$@" || return
		memory_is_back "$before" "$(state_memory)" && return
	done
	return 1
}
