# SPDX-License-Identifier: GPL-2.0
#
# flame.awk - a flame graph of lines of BYTES, OBJECTS, OLDEST, CACHE, FRAMES.
#
# The root is at the bottom, on it the caches, on these the outermost functions; a
# frame is as wide as the bytes that were allocated below it. flame.js, which goes
# into the picture, does the rest in the browser.

BEGIN {
	FS = "\t"
	WIDTH = 1200
	ROW = 17
	CHAR = 6.6
	HEAD = 44
	NODES = 1
	LABEL[1] = "all"
	for (k = 32; k < 127; k++)
		CODE[sprintf("%c", k)] = k
}

# The child of a node that is called so.
function child(node, label) {
	if (!((node, label) in CHILD)) {
		CHILD[node, label] = ++NODES
		LABEL[NODES] = label
		DEPTH[NODES] = DEPTH[node] + 1
		if (DEPTH[NODES] > DEEPEST)
			DEEPEST = DEPTH[NODES]
		NEXT[NODES] = FIRST[node]	# newest first
		FIRST[node] = NODES
	}
	return CHILD[node, label]
}

function count(node) {
	BYTES[node] += $1
	OBJECTS[node] += $2
}

{
	n = split($5, frame, ";")
	count(1)
	node = child(1, $4)
	count(node)
	for (k = 1; k <= n; k++) {
		node = child(node, frame[k])
		count(node)
	}
}

# A colour by name: caches blue, functions of modules red, of the kernel yellow.
function color_of(node, label, sum, k) {
	label = LABEL[node]
	for (k = 1; k <= length(label); k++)
		sum = (sum * 7 + CODE[substr(label, k, 1)]) % 997
	if (DEPTH[node] < 2)
		return sprintf("hsl(210,%d%%,%d%%)", 35 + sum % 20, 72 + sum % 9)
	return sprintf("hsl(%d,%d%%,%d%%)", (label ~ /\]$/ ? 4 : 34) + sum % 18,
		70 + sum % 20, 66 + sum % 10)
}

# As much of a text as there is room for.
function fitting(text, room, most) {
	most = int((room - 4) / CHAR)
	if (most < 3)
		return ""
	return length(text) <= most ? text : substr(text, 1, most - 2) ".."
}

function show_frame(node, x, width, y) {
	y = HEAD + (DEEPEST - DEPTH[node]) * ROW
	printf "<g class=\"frame\" data-x=\"%.3f\" data-w=\"%.3f\" data-d=\"%d\"" \
		" data-b=\"%s\" data-n=\"%s\">", x, width, DEPTH[node],
		integer(BYTES[node]), xml_text(LABEL[node])
	printf "<title>%s: %s bytes in %s objects, %.1f%%</title>", xml_text(LABEL[node]),
		integer(BYTES[node]), integer(OBJECTS[node]), percent(BYTES[node], BYTES[1])
	printf "<rect x=\"%.3f\" y=\"%d\" width=\"%.3f\" height=\"%d\" fill=\"%s\"/>", x, y,
		width, ROW - 1, color_of(node)
	printf "<text x=\"%.3f\" y=\"%d\">%s</text></g>\n", x + 2, y + 12,
		xml_text(fitting(LABEL[node], width))
}

# Siblings by name, from left to right, so that two pictures can be compared.
function show_tree(node, x, kids, by, at, of, n, k) {
	show_frame(node, x, WIDTH * BYTES[node] / BYTES[1])
	for (k = FIRST[node]; k; k = NEXT[k]) {
		of[++n] = k
		by[n] = LABEL[k]
	}
	sort_by(by, n, at, 0)
	for (k = 1; k <= n; k++) {
		show_tree(of[at[k]], x)
		x += WIDTH * BYTES[of[at[k]]] / BYTES[1]
	}
}

function show_top(height) {
	print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"" \
		" viewBox=\"0 0 %d %d\" data-width=\"%d\">\n", WIDTH, height, WIDTH,
		height, WIDTH
	print "<title>bytes in use, by who allocated them</title>"
	print "<style>text { font: 11px monospace; fill: #222 }" \
		" .head { font-size: 14px; font-weight: bold }" \
		" .frame, .button { cursor: pointer }" \
		" .frame:hover rect { stroke: #333 }" \
		" .found rect { fill: #b048c8 } .above { opacity: 0.5 }</style>"
	printf "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", WIDTH, height
	printf "<text class=\"head\" x=\"6\" y=\"18\">%s in use, %s objects</text>\n",
		human(BYTES[1]), integer(OBJECTS[1])
	printf "<text id=\"said\" x=\"6\" y=\"34\"></text>\n"
	printf "<text id=\"search\" class=\"button\" x=\"%d\" y=\"18\">search</text>\n",
		WIDTH - 120
	printf "<text id=\"reset\" class=\"button\" x=\"%d\" y=\"18\">reset</text>\n",
		WIDTH - 60
}

function show_script(line) {
	print "<script><![CDATA["
	while ((getline line <ENVIRON["SLUBX_SCRIPT"]) > 0)
		print line
	print "]]></script>"
}

END {
	show_top(HEAD + (DEEPEST + 1) * ROW + 10)
	if (NR)
		show_tree(1, 0)
	else
		print "<text x=\"6\" y=\"60\">no object in use is known</text>"
	show_script()
	print "</svg>"
}
