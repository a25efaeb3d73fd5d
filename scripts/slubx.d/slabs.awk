# SPDX-License-Identifier: GPL-2.0
#
# slabs.awk - reads the file slabs of a cache, once or, with a second file, before and
# after something. Then show() of another program is called.
#
# For side 1 and 2: SLABS_OF[side], and ID, NODE, ORDER, STATE, CPU, INUSE, OBJECTS and
# MAP of [side, i], as the file has them. KIND says what a character of MAP is, which
# depends on the state; COUNT[side, kind] are objects, MEMORY_OF[side] bytes.

BEGIN {
	PAGE = 4096
	KINDS = split("used free cpu frozen unknown", KIND_NAME, " ")
	SAID["used"] = "in use"
	SAID["free"] = "free"
	SAID["cpu"] = "free, on a cpu's freelist"
	SAID["frozen"] = "free, in a cpu's slab"
	SAID["unknown"] = "not known"
}

# What is free in a slab that a cpu owns, nobody else can take.
function kind_of(c, state) {
	if (c == "u")
		return "used"
	if (c == "c")
		return "cpu"
	if (c == "f")
		return state ~ /^cpu/ ? "frozen" : "free"
	return "unknown"
}

FNR == 1 {
	side++
	SLABS_OF[side] = MEMORY_OF[side] = 0
	if ($0 != "# slubx slabs 1") {
		complain("this is no list of slabs that I know: " $0)
		exit
	}
}

# Pairs of key and value.
/^# name / {
	for (k = 2; k < NF; k += 2)
		ABOUT[$k] = $(k + 1)
}

/^# end$/ { COMPLETE[side] = 1 }

/^#/ { next }

NF >= 8 {
	i = ++SLABS_OF[side]
	ID[side, i] = $1
	NODE[side, i] = $2
	ORDER[side, i] = $3
	STATE[side, i] = $4
	CPU[side, i] = $5
	INUSE[side, i] = $6
	OBJECTS[side, i] = $7
	MAP[side, i] = $8
	MEMORY_OF[side] += PAGE * pages_of($3)
	for (k = 1; k <= length($8); k++)
		COUNT[side, kind_of(substr($8, k, 1), $4)]++
}

function pages_of(order, pages) {
	for (pages = 1; order > 0; order--)
		pages *= 2
	return pages
}

function objects_of(side, k, sum) {
	for (k = 1; k <= KINDS; k++)
		sum += COUNT[side, KIND_NAME[k]]
	return sum + 0
}

# Where a slab is, for people.
function whereabouts(side, i, text) {
	text = STATE[side, i]
	gsub(/_/, " ", text)
	if (CPU[side, i] != "-")
		text = text " " CPU[side, i]
	return "node " NODE[side, i] ", " text
}

END {
	for (k = 1; k <= side; k++)
		if (!FAILED && !COMPLETE[k])
			complain("the list of slabs is cut off: did the cache go?")
	if (!FAILED)
		show(side)
	exit FAILED
}
