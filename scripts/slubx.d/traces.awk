# SPDX-License-Identifier: GPL-2.0
#
# traces.awk - reads files alloc_traces, each of one cache, and prints by whom the
# objects in use were allocated. A record is
#
#	     12 site+0x1/0x2 age=1/2/3 pid=1-9 cpus=0-3
#	        frame+0x3/0x4
#	        ...
#
# and ends with an empty line. Ages are in jiffies; without the frames the site is all.

function end_record() {
	if (!objects)
		return
	if (!frames)
		frame[++frames] = site
	fold(cache, joined(frame, frames), objects, objects * size, oldest)
	objects = frames = 0
}

# The directory's name is that of the cache, or of an alias.
FNR == 1 {
	end_record()
	parts = split(FILENAME, part, "/")
	cache = part[parts - 1]
	size = attribute(cache, "object_size") + 0
	gsub(/!/, "/", cache)
}

/^ *[0-9]+ / {
	end_record()
	objects = $1
	site = $2
	if ($3 ~ /^\[/)
		site = site " " $3
	oldest = "-"
	if (match($0, / age=[0-9\/]+/)) {
		n = split(substr($0, RSTART + 5, RLENGTH - 5), age, "/")
		oldest = sprintf("%.3f", age[n] / ENVIRON["SLUBX_HZ"])
	}
	next
}

/^        / {
	sub(/^ +/, "")
	frame[++frames] = $0
}

END {
	end_record()
	print_folded()
}
