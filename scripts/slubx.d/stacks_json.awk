# SPDX-License-Identifier: GPL-2.0
#
# stacks_json.awk - lines of BYTES, OBJECTS, OLDEST, CACHE, FRAMES as JSON.

BEGIN {
	FS = "\t"
	print "["
}

{
	printf "%s  {\"cache\": %s, \"bytes\": %s, \"objects\": %s, \"oldest\": %s,\n",
		(NR > 1 ? ",\n" : ""), json_text($4), integer($1), integer($2),
		($3 == "-" ? "null" : $3 + 0)
	n = split($5, frame, ";")
	printf "   \"site\": %s, \"stack\": [", json_text(frame[n])
	for (k = 1; k <= n; k++)
		printf "%s%s", (k > 1 ? ", " : ""), json_text(frame[k])
	printf "]}"
}

END { print NR ? "\n]" : "]" }
