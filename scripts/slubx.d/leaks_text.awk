# SPDX-License-Identifier: GPL-2.0
#
# leaks_text.awk - lines of BYTES, OBJECTS, OLDEST, CACHE, FRAMES as a table: the site
# that allocated, then its callers.

BEGIN {
	FS = "\t"
	print styled(sprintf("%10s %9s %9s  %-20s %s", "OLDEST/S", "OBJECTS", "BYTES",
		"CACHE", "ALLOCATED BY"), 1)
}

# The innermost first, as many as a line holds.
function callers(frames, n, k, out, frame) {
	n = split(frames, frame, ";")
	out = frame[n]
	for (k = n - 1; k > 0 && k > n - 5; k--)
		out = out " < " frame[k]
	return k > 0 ? out " < ..." : out
}

{
	printf "%10s %9s %9s  %-20s %s\n", $3, integer($2), human($1), $4, callers($5)
	objects += $2
	bytes += $1
}

END {
	print styled(sprintf("%10s %9s %9s  %d sites", "", integer(objects), human(bytes),
		NR), 1)
}
