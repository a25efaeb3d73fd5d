# SPDX-License-Identifier: GPL-2.0
#
# caches.awk - the caches as a table or as JSON, sorted.

function row(name, size, active, total, use, slabs, memory, waste) {
	return sprintf("%-24s %6s %9s %9s %5s %7s %9s %9s", name, size, active,
		total, use, slabs, memory, waste)
}

# KiB, so that a column can be added up and compared.
function kib(bytes) { return sprintf("%.0f", bytes / 1024) }

function show_table(n, at, k, i, sum) {
	print styled(row("CACHE", "SIZE", "ACTIVE", "TOTAL", "USE%", "SLABS",
		"KIB", "WASTE"), 1)
	for (k = 1; k <= n; k++) {
		i = at[k]
		print row(NAME[i], OBJECT[i], integer(ACTIVE[i]), integer(TOTAL[i]),
			sprintf("%.0f", percent(ACTIVE[i], TOTAL[i])), integer(SLABS[i]),
			kib(MEMORY[i]), kib(waste_of(i)))
		sum["active"] += ACTIVE[i]
		sum["total"] += TOTAL[i]
		sum["slabs"] += SLABS[i]
		sum["memory"] += MEMORY[i]
		sum["waste"] += waste_of(i)
	}
	print styled(row(n " caches", "", integer(sum["active"]),
		integer(sum["total"]),
		sprintf("%.0f", percent(sum["active"], sum["total"])),
		integer(sum["slabs"]), kib(sum["memory"]), kib(sum["waste"])), 1)
}

function show_json(n, at, k, i) {
	print "["
	for (k = 1; k <= n; k++) {
		i = at[k]
		printf "  {\"name\": %s, \"object_size\": %d, \"slab_size\": %d, ",
			json_text(NAME[i]), OBJECT[i], SIZE[i]
		printf "\"active\": %s, \"total\": %s, \"objects_per_slab\": %d, ",
			integer(ACTIVE[i]), integer(TOTAL[i]), PER[i]
		printf "\"slabs\": %s, \"memory\": %s, \"waste\": %s}%s\n",
			integer(SLABS[i]), integer(MEMORY[i]),
			integer(waste_of(i)), k < n ? "," : ""
	}
	print "]"
}

BEGIN {
	read_caches()
	sort_caches(ENVIRON["SLUBX_KEY"], at)
	if (FAILED)
		exit 1
	if (ENVIRON["SLUBX_JSON"] == "y")
		show_json(CACHES, at)
	else
		show_table(CACHES, at)
}
