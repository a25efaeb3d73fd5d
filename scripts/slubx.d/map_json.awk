# SPDX-License-Identifier: GPL-2.0
#
# map_json.awk - the map for a program: each slab with its objects as characters, and
# how many there are of each kind.

function show_side(side, i, k) {
	printf "{\"slabs\": ["
	for (i = 1; i <= SLABS_OF[side]; i++) {
		printf "%s\n  {\"slab\": %s, \"node\": %d, \"order\": %d, ",
			(i > 1 ? "," : ""), json_text(ID[side, i]), NODE[side, i],
			ORDER[side, i]
		printf "\"state\": %s, \"cpu\": %s, \"inuse\": %d, \"objects\": %d, ",
			json_text(STATE[side, i]),
			(CPU[side, i] == "-" ? "null" : CPU[side, i]),
			INUSE[side, i], OBJECTS[side, i]
		printf "\"map\": %s}", json_text(MAP[side, i])
	}
	printf "],\n \"memory\": %s, \"objects\": %d", integer(MEMORY_OF[side]),
		objects_of(side)
	for (k = 1; k <= KINDS; k++)
		printf ", \"%s\": %d", KIND_NAME[k], COUNT[side, KIND_NAME[k]]
	printf "}"
}

function show(sides) {
	printf "{\"name\": %s, \"object_size\": %d, \"slab_size\": %d,\n\"before\": ",
		json_text(ABOUT["name"]), ABOUT["object_size"], ABOUT["slab_size"]
	show_side(1)
	printf ",\n\"after\": "
	if (sides == 2)
		show_side(2)
	else
		printf "null"
	print "}"
}
