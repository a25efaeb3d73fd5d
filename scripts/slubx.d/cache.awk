# SPDX-License-Identifier: GPL-2.0
#
# cache.awk - all caches, as /proc/slubxinfo and /sys/kernel/slubx show them.
# Functions only. What slubxinfo has is one moment; the rest is read after it, and a
# cache may have gone by then: its files are missing, which is no error.
#
# Caches are 1..CACHES; NAME, ACTIVE, TOTAL, SIZE (with what slubx adds), OBJECT
# (what a client gets), PER (objects a slab), SLABS and MEMORY (bytes) are of each.

BEGIN { PAGE = 4096 }

# The first word of a cache's file: the sum of all nodes or cpus. "" if missing.
function attribute(name, file, path, line, word) {
	gsub("/", "!", name)
	path = ENVIRON["SLUBX_SYS"] "/" name "/" file
	line = ""
	if ((getline line <path) < 0)
		return ""
	close(path)
	split(line, word, " ")
	return word[1]
}

function is_wanted(name) {
	return ENVIRON["SLUBX_PATTERN"] == "" || name ~ ENVIRON["SLUBX_PATTERN"]
}

function keep_cache(f, i) {
	i = ++CACHES
	NAME[i] = f[1]
	ACTIVE[i] = f[2] + 0
	TOTAL[i] = f[3] + 0
	SIZE[i] = f[4] + 0
	PER[i] = f[5] + 0
	SLABS[i] = f[15] + 0
	MEMORY[i] = SLABS[i] * f[6] * PAGE
	OBJECT[i] = attribute(f[1], "object_size") + 0
	if (!OBJECT[i])
		OBJECT[i] = SIZE[i]
}

function read_caches(line, f, info) {
	info = ENVIRON["SLUBX_INFO"]
	CACHES = 0
	while ((getline line <info) > 0)
		if (split(line, f, " ") == 16 && is_wanted(f[1]))
			keep_cache(f)
	close(info)
}

# Bytes that no object fills: free objects, what is added to each, ends of slabs.
function waste_of(i) { return at_least(MEMORY[i] - ACTIVE[i] * OBJECT[i], 0) }

# The value that column KEY has, or complains.
function sort_value(key, i) {
	if (key == "memory")
		return MEMORY[i]
	if (key == "waste")
		return waste_of(i)
	if (key == "active")
		return ACTIVE[i]
	if (key == "total")
		return TOTAL[i]
	if (key == "slabs")
		return SLABS[i]
	if (key == "size")
		return OBJECT[i]
	if (key == "use")
		return percent(ACTIVE[i], TOTAL[i])
	if (key == "name")
		return NAME[i]
	if (!FAILED)
		complain("no key named " key "; see \"slubx help\".")
	return 0
}

# Largest first; names from a to z.
function sort_caches(key, at, i, by) {
	for (i = 1; i <= CACHES; i++)
		by[i] = sort_value(key, i)
	sort_by(by, CACHES, at, key != "name")
}

# The files of the counters. SLUB's names; a kernel without one shows none.
function counter_names(list) {
	return split("alloc_fastpath alloc_slowpath free_fastpath free_slowpath" \
		" free_frozen free_add_partial free_remove_partial" \
		" alloc_from_partial alloc_slab alloc_refill alloc_node_mismatch" \
		" free_slab cpuslab_flush deactivate_full deactivate_empty" \
		" deactivate_to_head deactivate_to_tail deactivate_remote_frees" \
		" deactivate_bypass order_fallback cmpxchg_double_cpu_fail" \
		" cmpxchg_double_fail cpu_partial_alloc cpu_partial_free" \
		" cpu_partial_node cpu_partial_drain", list, " ")
}

# Does slubx count events just now?
function stats_are_on(path, line) {
	path = ENVIRON["SLUBX_STATS_FILE"]
	if ((getline line <path) < 0)
		return 0
	close(path)
	return line == "1" || line == "Y"
}
