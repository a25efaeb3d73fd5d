# SPDX-License-Identifier: GPL-2.0
#
# map_text.awk - the map for a terminal: a line a slab, a character an object.

BEGIN {
	SIGN["used"] = "#"
	SIGN["free"] = "."
	SIGN["cpu"] = "c"
	SIGN["frozen"] = "-"
	SIGN["unknown"] = "?"
	STYLE["used"] = 34
	STYLE["free"] = 2
	STYLE["cpu"] = 33
	STYLE["frozen"] = 32
	STYLE["unknown"] = 31
}

# Runs of one kind are coloured at once.
function drawn(map, state, out, k, kind, run, last) {
	for (k = 1; k <= length(map); k++) {
		kind = kind_of(substr(map, k, 1), state)
		if (kind != last && run != "") {
			out = out styled(run, STYLE[last])
			run = ""
		}
		run = run SIGN[kind]
		last = kind
	}
	return out styled(run, STYLE[last])
}

function show_side(side, i, k, kind) {
	for (i = 1; i <= SLABS_OF[side]; i++)
		printf "%-24s %4d/%-4d %s\n", whereabouts(side, i), INUSE[side, i],
			OBJECTS[side, i], drawn(MAP[side, i], STATE[side, i])
	printf "%s: %d slabs, %s, %d objects:", ABOUT["name"], SLABS_OF[side],
		human(MEMORY_OF[side]), objects_of(side)
	for (k = 1; k <= KINDS; k++) {
		kind = KIND_NAME[k]
		if (COUNT[side, kind])
			printf " %d %s (%s)", COUNT[side, kind], SAID[kind],
				styled(SIGN[kind], STYLE[kind])
	}
	print ""
}

function show(sides) {
	if (sides == 2)
		print "before:"
	show_side(1)
	if (sides == 2) {
		print "after:"
		show_side(2)
	}
}
