# SPDX-License-Identifier: GPL-2.0
#
# metrics.awk - the figures of all caches as metrics.

function family(name, type, help) {
	FAMILY = "slubx_" name
	print "# HELP " FAMILY " " help
	print "# TYPE " FAMILY " " type
}

function sample(i, value) {
	print FAMILY "{cache=" label_text(NAME[i]) "} " integer(value)
}

# One family after the other, as the format wants it.
function gauges(i) {
	family("cache_objects_active", "gauge", "Objects in use.")
	for (i = 1; i <= CACHES; i++)
		sample(i, ACTIVE[i])
	family("cache_objects", "gauge", "Objects that the slabs have room for.")
	for (i = 1; i <= CACHES; i++)
		sample(i, TOTAL[i])
	family("cache_object_bytes", "gauge", "Size of an object.")
	for (i = 1; i <= CACHES; i++)
		sample(i, OBJECT[i])
	family("cache_slabs", "gauge", "Slabs.")
	for (i = 1; i <= CACHES; i++)
		sample(i, SLABS[i])
	family("cache_memory_bytes", "gauge", "Memory of all slabs.")
	for (i = 1; i <= CACHES; i++)
		sample(i, MEMORY[i])
	family("cache_waste_bytes", "gauge", "Memory of slabs that no object fills.")
	for (i = 1; i <= CACHES; i++)
		sample(i, waste_of(i))
}

function counters(n, list, k, i, value) {
	family("cache_events_total", "counter", "Events since counting began or was reset.")
	n = counter_names(list)
	for (i = 1; i <= CACHES; i++)
		for (k = 1; k <= n; k++) {
			value = attribute(NAME[i], list[k])
			if (value != "")
				print FAMILY "{cache=" label_text(NAME[i]) ",event=\"" \
					list[k] "\"} " integer(value)
		}
}

BEGIN {
	read_caches()
	family("stats_enabled", "gauge", "Whether events are counted.")
	print FAMILY " " stats_are_on()
	gauges()
	counters()
}
