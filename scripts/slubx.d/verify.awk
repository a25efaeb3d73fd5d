# SPDX-License-Identifier: GPL-2.0
#
# verify.awk - a line a cache, of "FAULTS NAME".

NF == 2 {
	n++
	found[n] = $1
	name[n] = $2
}

function verdict(found) {
	if (found == "-")
		return "not checked: no debugging"
	if (found == 0)
		return styled("clean", 32)
	return styled(found " corrupt", 31)
}

function show_json(i) {
	print "["
	for (i = 1; i <= n; i++)
		printf "  {\"name\": %s, \"checked\": %s, \"corrupt\": %s}%s\n",
			json_text(name[i]), (found[i] == "-" ? "false" : "true"),
			(found[i] == "-" ? "null" : found[i]), (i < n ? "," : "")
	print "]"
}

END {
	if (ENVIRON["SLUBX_JSON"] == "y") {
		show_json()
		exit
	}
	for (i = 1; i <= n; i++)
		printf "%-24s %s\n", name[i], verdict(found[i])
}
