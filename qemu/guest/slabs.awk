# SPDX-License-Identifier: GPL-2.0
#
# slabs.awk - is this the text of <cache>/slabs in debugfs? Prints what is wrong,
# or what it adds up to:
#
#	slabs inuse objects cpu_free
#
# cut=1: the cache may have gone while the text was read.

function wrong(what) { print "line " NR ": " what ": " $0; bad++ }
function letters(map, letter) { return gsub(letter, "", map) }

NR == 1 { if ($0 != "# slubx slabs 1") wrong("head"); next }
NR == 2 { if ($2 != "name" || NF % 2 == 0) wrong("head"); next }
NR == 3 { if (!/^# <slab> /) wrong("head"); next }
ended { wrong("behind the end") }
$0 == "# end" { ended = 1; next }

NF != 8 { wrong("fields"); next }
$1 !~ /^0x[0-9a-f]+$/ { wrong("slab") }
seen[$1]++ { wrong("twice") }
$2 $3 !~ /^[0-9]+$/ { wrong("numbers") }
$4 !~ /^(full|partial|empty|cpu|cpu_partial|moving)$/ { wrong("state") }
($5 == "-") == ($4 ~ /^cpu/) { wrong("cpu") }
length($8) != $7 { wrong("length") }
$4 == "moving" { if ($8 ~ /[^?]/) wrong("letters") }
$4 != "moving" {
	if ($8 ~ /[^ufc]/ || letters($8, "u") != $6)
		wrong("letters")
	if ($4 != "cpu" && $8 ~ /c/)
		wrong("letters")
	if ($4 ~ /^cpu/)
		cpu_free += $7 - $6
}
$4 == "full" && $6 != $7 { wrong("inuse") }
$4 == "empty" && $6 { wrong("inuse") }
{ slabs++; inuse += $6; objects += $7 }

END {
	if (!ended && !cut) {
		print "no end"
		bad++
	}
	if (!bad)
		print slabs + 0, inuse + 0, objects + 0, cpu_free + 0
	exit bad > 0
}
