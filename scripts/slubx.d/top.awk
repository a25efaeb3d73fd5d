# SPDX-License-Identifier: GPL-2.0
#
# top.awk - one frame: this sample of all caches, and how it differs from the last.
#
# A sample is a file: "time SECONDS", then "NAME ALLOCS FREES FAST HISTORY..." of
# each cache, where HISTORY are rates of allocation, the oldest first. SLUBX_STATE
# is the directory with the last one; the new one is left there as "now".

function seconds_now(path, line, word) {
	path = ENVIRON["SLUBX_UPTIME"]
	if ((getline line <path) < 0)
		return 0
	close(path)
	split(line, word, " ")
	return word[1] + 0
}

function read_last(path, line, f, n, k) {
	path = ENVIRON["SLUBX_STATE"] "/last"
	LAST = -1
	while ((getline line <path) > 0) {
		n = split(line, f, " ")
		if (f[1] == "time" && n == 2) {
			LAST = f[2]
			continue
		}
		SEEN[f[1]] = 1
		LAST_ALLOCS[f[1]] = f[2]
		LAST_FREES[f[1]] = f[3]
		LAST_FAST[f[1]] = f[4]
		HISTORY[f[1]] = ""
		for (k = at_least(n - HISTORY_MAX + 2, 5); k <= n; k++)
			HISTORY[f[1]] = HISTORY[f[1]] " " f[k]
	}
	close(path)
}

# A counter that was reset, or a cache that is new by an old name, starts over.
function since(now, last) { return now >= last ? now - last : now }

function read_rates(i, name, fast, gap) {
	gap = at_least(NOW - LAST, 0.01)
	for (i = 1; i <= CACHES; i++) {
		name = NAME[i]
		fast = attribute(name, "alloc_fastpath")
		FAST[i] = attribute(name, "free_fastpath") + fast
		ALLOCS[i] = attribute(name, "alloc_slowpath") + fast
		FREES[i] = attribute(name, "free_slowpath") + \
			attribute(name, "free_fastpath")
		ALLOC_RATE[i] = FREE_RATE[i] = FAST_PART[i] = 0
		if (!SEEN[name] || LAST < 0)
			continue
		ALLOC_RATE[i] = since(ALLOCS[i], LAST_ALLOCS[name]) / gap
		FREE_RATE[i] = since(FREES[i], LAST_FREES[name]) / gap
		FAST_PART[i] = since(FAST[i], LAST_FAST[name]) / gap
		HISTORY[name] = HISTORY[name] " " integer(ALLOC_RATE[i])
	}
}

function keep_sample(i, path) {
	path = ENVIRON["SLUBX_STATE"] "/now"
	print "time " NOW >path
	for (i = 1; i <= CACHES; i++)
		print NAME[i], integer(ALLOCS[i]), integer(FREES[i]), \
			integer(FAST[i]) HISTORY[NAME[i]] >path
	close(path)
}

function fast_share(i) { return percent(FAST_PART[i], ALLOC_RATE[i] + FREE_RATE[i]) }

# What can be sorted by in a frame is more than in a table.
function sort_frame(key, at, i, by) {
	if (key !~ /^(alloc|free|fast)$/) {
		sort_caches(key, at)
		return
	}
	for (i = 1; i <= CACHES; i++)
		by[i] = key == "alloc" ? ALLOC_RATE[i] : \
			key == "free" ? FREE_RATE[i] : fast_share(i)
	sort_by(by, CACHES, at, 1)
}

# The history as a line of eight heights; each cache by its own largest.
function spark(history, f, n, k, most, out, level) {
	n = split(history, f, " ")
	for (k = 1; k <= n; k++)
		most = at_least(f[k] + 0, most + 0)
	for (k = 1; k <= n; k++) {
		level = f[k] > 0 ? 2 + int(f[k] * 6.99 / most) : 1
		out = out SPARK[level]
	}
	return out
}

function rate(x) { return COUNTED ? human_count(x) : "-" }

function share(i) {
	if (!COUNTED || ALLOC_RATE[i] + FREE_RATE[i] == 0)
		return "-"
	return sprintf("%.0f", fast_share(i))
}

# A narrow screen has no room for the size, and less for names.
function row(name, size, active, use, memory, waste, allocs, frees, fast, line) {
	name = sprintf(NARROW ? "%-17.17s" : "%-22.22s %6s", name, size)
	return sprintf("%s %8s %4s %7s %7s %8s %8s %5s  %s", name, active, use, memory,
		waste, allocs, frees, fast, line)
}

# What there is room for behind the rest: the newest part.
function newest(history, room, f, n, k, out) {
	n = split(history, f, " ")
	for (k = at_least(n - room + 1, 1); k <= n; k++)
		out = out " " f[k]
	return out
}

function show_line(text) { print text (ENVIRON["SLUBX_LIVE"] == "y" ? "\033[K" : "") }

function show_head(i, memory, waste, allocs, frees, fast) {
	for (i = 1; i <= CACHES; i++) {
		memory += MEMORY[i]
		waste += waste_of(i)
		allocs += ALLOC_RATE[i]
		frees += FREE_RATE[i]
		fast += FAST_PART[i]
	}
	show_line(sprintf("slubx: %d caches, %s in slabs, %s of it no object's", CACHES,
		human(memory), human(waste)))
	show_line(!COUNTED ? "events are not counted: " ENVIRON["SLUBX_STATS_FILE"] : \
		sprintf("%s allocations/s, %s frees/s, %.0f%% fast; by %s", human_count(allocs),
			human_count(frees), percent(fast, allocs + frees), ENVIRON["SLUBX_KEY"]))
	show_line(styled(row("CACHE", "SIZE", "ACTIVE", "USE%", "MEMORY", "WASTE",
		"ALLOC/S", "FREE/S", "FAST%", (NARROW ? "" : "ALLOC/S BEFORE")), 7))
}

function show_frame(at, k, i, rows) {
	if (ENVIRON["SLUBX_LIVE"] == "y")
		printf "\033[H"
	show_head()
	rows = ENVIRON["SLUBX_ROWS"] > 0 ? ENVIRON["SLUBX_ROWS"] - 5 : CACHES
	for (k = 1; k <= CACHES && k <= rows; k++) {
		i = at[k]
		show_line(row(NAME[i], OBJECT[i], human_count(ACTIVE[i]),
			sprintf("%.0f", percent(ACTIVE[i], TOTAL[i])), human(MEMORY[i]),
			human(waste_of(i)), rate(ALLOC_RATE[i]), rate(FREE_RATE[i]),
			share(i), styled(spark(newest(HISTORY[NAME[i]], ROOM)), 32)))
	}
	if (ENVIRON["SLUBX_LIVE"] == "y")
		printf "\033[J\033[%d;1H%s", ENVIRON["SLUBX_ROWS"],
			substr("q quit; by: m memory w waste a alloc f free p fast n name" \
				" o active t total s slabs u use", 1, COLUMNS - 1)
}

# A frame is a line, so that several can be told apart.
function show_json(at, k, i) {
	printf "{\"seconds\": %.2f, \"counted\": %s, \"caches\": [", NOW - LAST,
		(COUNTED ? "true" : "false")
	for (k = 1; k <= CACHES; k++) {
		i = at[k]
		printf "%s{\"name\": %s, \"active\": %s, \"total\": %s, \"memory\": %s, ",
			(k > 1 ? ", " : ""), json_text(NAME[i]), integer(ACTIVE[i]),
			integer(TOTAL[i]), integer(MEMORY[i])
		printf "\"waste\": %s, \"allocs\": %.1f, \"frees\": %.1f, \"fast\": %.1f}",
			integer(waste_of(i)), ALLOC_RATE[i], FREE_RATE[i], fast_share(i)
	}
	print "]}"
}

BEGIN {
	HISTORY_MAX = 20
	COLUMNS = ENVIRON["SLUBX_LIVE"] == "y" ? ENVIRON["SLUBX_COLUMNS"] + 0 : 120
	NARROW = COLUMNS < 100
	ROOM = at_least(COLUMNS - (NARROW ? 74 : 86), 0)
	split(ENVIRON["SLUBX_SPARK"], SPARK, " ")
	read_caches()
	COUNTED = stats_are_on()
	NOW = seconds_now()
	read_last()
	read_rates()
	keep_sample()
	sort_frame(ENVIRON["SLUBX_KEY"], at)
	if (ENVIRON["SLUBX_JSON"] == "y")
		show_json(at)
	else
		show_frame(at)
}
