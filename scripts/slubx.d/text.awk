# SPDX-License-Identifier: GPL-2.0
#
# text.awk - numbers, names and colours as text, and sorting. Functions only; in
# the awk that mawk and busybox have in common: no ^, no log(), and %d ends at 2^31.

function integer(x) { return sprintf("%.0f", x) }

function at_least(x, least) { return x < least ? least : x }

function percent(part, whole) { return whole > 0 ? 100 * part / whole : 0 }

# For people: 999, 1.2K, 34.5M. Bytes by 1024, what is counted by 1000.
function human(x) { return scaled(x, 1024) }

function human_count(x) { return scaled(x, 1000) }

function scaled(x, step, unit) {
	unit = 1
	while (x >= 1000 && unit < 6) {
		x /= step
		unit++
	}
	if (unit == 1)
		return sprintf("%.0f", x)
	return sprintf(x < 100 ? "%.1f%s" : "%.0f%s", x, substr(" KMGTP", unit, 1))
}

# Each character of @from that is in @text becomes its text in MEANING.
function escape(text, meaning, out, i, c) {
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		out = out (c in meaning ? meaning[c] : c)
	}
	return out
}

function json_text(text) {
	if (!("\"" in JSON_MEANING)) {
		JSON_MEANING["\""] = "\\\""
		JSON_MEANING["\\"] = "\\\\"
		JSON_MEANING["\t"] = "\\t"
	}
	return "\"" escape(text, JSON_MEANING) "\""
}

function xml_text(text) {
	if (!("&" in XML_MEANING)) {
		XML_MEANING["&"] = "&amp;"
		XML_MEANING["<"] = "&lt;"
		XML_MEANING[">"] = "&gt;"
		XML_MEANING["\""] = "&quot;"
	}
	return escape(text, XML_MEANING)
}

# A label's value in the text format of Prometheus.
function label_text(text) { return json_text(text) }

# STYLE is a number of ECMA-48: 1 bold, 7 inverse, 31 red...
function styled(text, style) {
	if (!(ENVIRON["SLUBX_COLOR"] + 0))
		return text
	return "\033[" style "m" text "\033[0m"
}

function complain(text) {
	print "slubx: " text | "cat >&2"	# not every /dev has a stderr
	FAILED = 1
}

# sort_by(by, n, at, down): at[1..n] become the indices 1..n of BY in order, equals
# as they came. Shell's sort: some hundred lines, no recursion, no process.
function sort_by(by, n, at, down, gap, i, j, x) {
	for (i = 1; i <= n; i++)
		at[i] = i
	for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
		for (i = gap + 1; i <= n; i++) {
			x = at[i]
			for (j = i; j > gap && is_before(by, x, at[j - gap], down); j -= gap)
				at[j] = at[j - gap]
			at[j] = x
		}
}

function is_before(by, a, b, down) {
	if (by[a] == by[b])
		return a < b
	return down ? by[a] > by[b] : by[a] < by[b]
}
