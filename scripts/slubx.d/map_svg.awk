# SPDX-License-Identifier: GPL-2.0
#
# map_svg.awk - the map as a picture: a row a slab, a cell an object. Of two maps, a
# slab has the same row in both: where it has gone, there is a frame, and new ones are
# at the end.
#
# All cells of one kind in a row are one path, a square each: a picture of 100,000
# objects stays small enough to look at.

BEGIN {
	COLOR["used"] = "#2f6296"
	COLOR["free"] = "#d5dde6"
	COLOR["cpu"] = "#f0a92e"
	COLOR["frozen"] = "#74b58d"
	COLOR["unknown"] = "#c0392b"
	LABEL = 150	# width of the text before a row
	HEAD = 86	# height of what is above the rows
	GAP = 30	# between two maps
	ROW = 9
}

# Which row a slab has, and how many rows there are.
function place_rows(sides, i, row) {
	for (i = 1; i <= SLABS_OF[1]; i++)
		ROW_OF[ID[1, i]] = i
	ROWS = SLABS_OF[1]
	for (i = 1; sides == 2 && i <= SLABS_OF[2]; i++)
		if (!(ID[2, i] in ROW_OF))
			ROW_OF[ID[2, i]] = ++ROWS
}

# Wide enough for the eye, and all of a row on a screen.
function measure(sides, side, i) {
	MOST = 1
	for (side = 1; side <= sides; side++)
		for (i = 1; i <= SLABS_OF[side]; i++)
			MOST = at_least(OBJECTS[side, i], MOST)
	CELL = at_least(int(900 / sides / MOST), 2)
	if (CELL > 16)
		CELL = 16
	PANEL = at_least(MOST * CELL, 330)
}

function left_of(side) { return LABEL + (side - 1) * (PANEL + GAP) }

function top_of(id) { return HEAD + (ROW_OF[id] - 1) * ROW }

function text_at(x, y, class, text) {
	printf "<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>\n", x, y, class,
		xml_text(text)
}

function show_top(sides, width, height, k) {
	width = left_of(sides) + PANEL + 10
	height = HEAD + ROWS * ROW + 30
	print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"" \
		" viewBox=\"0 0 %d %d\">\n", width, height, width, height
	print "<title>slabs of " xml_text(ABOUT["name"]) "</title>"
	print "<style>text { font: 11px monospace; fill: #222 }" \
		" .name { font-size: 15px; font-weight: bold }" \
		" .row { font-size: 8px; fill: #667; text-anchor: end }" \
		" .gone { fill: none; stroke: #c8ccd2; stroke-dasharray: 2 2 }"
	for (k = 1; k <= KINDS; k++)
		print " ." KIND_NAME[k] " { fill: " COLOR[KIND_NAME[k]] " }"
	print "</style>"
	printf "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height
	text_at(10, 20, "name", ABOUT["name"])
	text_at(10, 36, "", ABOUT["object_size"] " bytes,")
	text_at(10, 50, "", ABOUT["objs_per_slab"] " a slab")
}

# What the colours mean, with how many there are in it.
function show_legend(side, k, kind, text, x, y) {
	x = left_of(side)
	y = 52
	for (k = 1; k <= KINDS; k++) {
		kind = KIND_NAME[k]
		if (!COUNT[side, kind])
			continue
		text = COUNT[side, kind] " " SAID[kind]
		if (x + 11 + 7 * length(text) > left_of(side) + PANEL) {
			x = left_of(side)
			y += 13
		}
		printf "<rect x=\"%d\" y=\"%d\" width=\"8\" height=\"8\" class=\"%s\"/>\n",
			x, y - 8, kind
		text_at(x + 11, y, "", text)
		x += 25 + 7 * length(text)
	}
}

function show_sums(side, sides, text) {
	text = SLABS_OF[side] " slabs, " human(MEMORY_OF[side]) ", " \
		sprintf("%.0f%% of %d objects in use",
			percent(COUNT[side, "used"], objects_of(side)), objects_of(side))
	if (sides == 2)
		text = (side == 1 ? "before: " : "after: ") text
	text_at(left_of(side), 36, "", text)
	show_legend(side)
}

# A square for each object, by kinds.
function show_cells(side, i, map, n, k, kind, squares, x) {
	map = MAP[side, i]
	n = length(map)
	for (k = 1; k <= n; k++) {
		kind = kind_of(substr(map, k, 1), STATE[side, i])
		x = left_of(side) + (k - 1) * CELL
		squares[kind] = squares[kind] "M" x " " top_of(ID[side, i]) "h" \
			(CELL - 1) "v" (ROW - 2) "h-" (CELL - 1) "z"
	}
	for (k = 1; k <= KINDS; k++)
		if (squares[KIND_NAME[k]] != "")
			print "<path class=\"" KIND_NAME[k] "\" d=\"" \
				squares[KIND_NAME[k]] "\"/>"
}

function show_slab(side, i) {
	print "<g class=\"slab\">"
	print "<title>" xml_text("slab " ID[side, i] ", " whereabouts(side, i) ", " \
		INUSE[side, i] " of " OBJECTS[side, i] " in use") "</title>"
	if (side == 1 || ROW_OF[ID[side, i]] > SLABS_OF[1])
		text_at(LABEL - 6, top_of(ID[side, i]) + 7, "row", whereabouts(side, i))
	show_cells(side, i)
	print "</g>"
	IS_THERE[side, ID[side, i]] = 1
}

# Slabs of the other side alone.
function show_gone(i) {
	for (i = 1; i <= SLABS_OF[1]; i++)
		if (!IS_THERE[2, ID[1, i]])
			printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\"" \
				" class=\"gone\"/>\n", left_of(2) + 0.5,
				top_of(ID[1, i]) + 0.5, OBJECTS[1, i] * CELL - 2, ROW - 3
}

function show(sides, side, i) {
	place_rows(sides)
	measure(sides)
	show_top(sides)
	for (side = 1; side <= sides; side++) {
		show_sums(side, sides)
		for (i = 1; i <= SLABS_OF[side]; i++)
			show_slab(side, i)
	}
	if (sides == 2)
		show_gone()
	print "</svg>"
}
