#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# mirror.sh - what the kernel keeps in SLUB, kept by slubx as well, side by side.
#
# One read of /proc/slabinfo is the input. For each cache in it, slubx_mirror
# makes one of the same object size, alignment and flags, and holds as many
# objects. Then all of it goes, and the machine's pages are counted again.
#
# Needs root, sh, awk and a few small tools. The status is 0 if everything was as
# it should be.
#
#   MIRROR_MODULES=DIR   where slubx.ko and slubx_mirror.ko are (/modules)
#   MIRROR_TOP=N         rows of the table that are shown (20)
#   MIRROR_TABLE=FILE    gets the whole table
#   MIRROR_LIMIT=KIB     memory for objects (a quarter of what is free)

modules=${MIRROR_MODULES:-/modules}
control=/proc/slubx_mirror
tmp=$(mktemp -d) || exit 1
failures=0

# Pages that the kernel may have come to use for itself meanwhile.
SLAB_TOLERANCE=256
FREE_TOLERANCE=512

title() { printf '\n== %s\n' "$*"; }

fail() {
	echo "FAILED: $*"
	failures=$((failures + 1))
}

# ---- The machine ------------------------------------------------------------

load() {
	[ -d /sys/module/slubx ] || insmod "$modules/slubx.ko" || return
	insmod "$modules/slubx_mirror.ko" ${MIRROR_LIMIT:+limit_kib="$MIRROR_LIMIT"}
}

# Both, whoever loaded them: an unload is part of what is shown.
unload() {
	[ ! -d /sys/module/slubx_mirror ] || rmmod slubx_mirror
	[ ! -d /sys/module/slubx ] || rmmod slubx
}

# What slubx has found wrong since it was loaded the first time.
errors() { dmesg | grep -c 'slubx: cache'; }

# Gives back what is only kept for the next time, SLUB's empty slabs too. Twice:
# what is freed at first holds more. Then the cpus' parts of the counts are added.
settle() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	echo 3 >/proc/sys/vm/drop_caches
	for shrink in /sys/kernel/slab/*/shrink; do
		[ -L "${shrink%/shrink}" ] || echo 1 >"$shrink"
	done
	sleep 0.3
	echo 1 >/proc/sys/vm/stat_refresh
}

# "SLAB FREE", in pages; free are also those that cpus keep at hand.
pages() {
	awk '/^nr_slab_(un)?reclaimable / { slab += $2 }
		$1 == "pages" && $2 == "free" { free += $3 }
		$1 == "count:" { free += $2 }
		END { print slab, free }' /proc/vmstat /proc/zoneinfo
}

# ---- From SLUB to slubx -----------------------------------------------------

# A line for slubx_mirror about each cache in slabinfo. The name of a merged
# cache is a link in sysfs and leads to the right directory, too.
#
# SLUB aligns its kmalloc caches to their size; clients of both can ask for a
# page at most. That makes no difference: objects of whole pages fill them.
describe() {
	awk -v flags="hwcache_align reclaim_account cache_dma destroy_by_rcu" \
		-v page="$page_size" '
	function attr(file, path, value) {
		path = "/sys/kernel/slab/" $1 "/" file
		value = ""
		getline value <path
		close(path)
		return value
	}
	function flag_list(list, n, i, name) {
		n = split(flags, name)
		for (i = 1; i <= n; i++)
			if (attr(name[i]) == 1)
				list = list name[i] ","
		if (attr("ctor") != "")
			list = list "ctor,"
		return list == "" ? "-" : substr(list, 1, length(list) - 1)
	}
	/^(slabinfo|#)/ || seen[$1]++ { next }
	{
		align = attr("align") + 0
		print $1, attr("object_size"), (align > page + 0 ? page : align),
			flag_list(), $2
	}' "$tmp/slabinfo"
}

# One write a line. What is refused is no reason to stop.
hold() {
	while read -r line; do
		echo "$line" 2>/dev/null >"$control" ||
			fail "slubx_mirror refused: $line"
	done
	cat "$control" >"$tmp/held"
	cat /proc/slubxinfo >"$tmp/slubxinfo"
}

# $1 NAME, $2 SIZE; $3 OBJECTS, $4 PER SLAB, $5 SLABS, $6 PAGES, $7 WASTE of
# SLUB; $8 to $12 the same of slubx; $13 why less is held; $14 are the slabs cut
# alike? The largest caches first.
compare() {
	awk -v page="$page_size" '
	function waste(pages, objects, size) {
		return int((pages * page - objects * size) / 1024)
	}
	FNR == 1 { file++ }
	/^(slabinfo|page_size|#)/ { next }
	file == 1 { size[$1] = $2; allowed[$1] = $4; held[$1] = $5; next }
	file == 2 { per[$1] = $5; each[$1] = $6; slabs[$1] = $(NF - 1); next }
	seen[$1]++ { next }
	{
		theirs = $(NF - 1) * $6
		ours = slabs[$1] * each[$1]
		note = "-"
		if (!($1 in held) || !($1 in per))
			note = "missing"
		else if (held[$1] < allowed[$1])
			note = "memory"
		else if (held[$1] < $2)
			note = "limit"
		print $1, size[$1] + 0, $2, $5, $(NF - 1), theirs,
			waste(theirs, $2, size[$1]), held[$1] + 0, per[$1] + 0,
			slabs[$1] + 0, ours, waste(ours, held[$1], size[$1]), note,
			(per[$1] == $5 && each[$1] == $6)
	}' "$tmp/held" "$tmp/slubxinfo" "$tmp/slabinfo" |
		sort -k 6,6nr -k 3,3nr -k 1,1
}

# ---- What is shown ----------------------------------------------------------

# show_table N: the N largest caches, and the total of all.
show_table() {
	awk -v top="$1" '
	function side(objects, per, slabs, pages, waste) {
		return sprintf("|%8s %5s %5s %6s %6s ", objects, per, slabs, pages,
			waste)
	}
	function row(name, size, slub, slubx, note, line) {
		line = sprintf("%-23.23s %5s %s%s%s", name, size, slub, slubx, note)
		sub(/ +$/, "", line)
		print line
	}
	BEGIN {
		row("", "", sprintf("| %-33s", "SLUB, the kernel'\''s own"), "| slubx")
		head = side("objects", "/slab", "slabs", "pages", "waste")
		row("cache", "bytes", head, head)
	}
	NR <= top {
		row($1, $2, side($3, $4, $5, $6, $7), side($8, $9, $10, $11, $12),
			$13 == "-" ? "" : $13)
	}
	{
		for (i = 3; i <= 12; i++)
			sum[i] += $i
	}
	END {
		if (NR > top)
			row("(" NR - top " more)", "", side(), side())
		row("all " NR " caches", "",
			side(sum[3], "", sum[5], sum[6], sum[7]),
			side(sum[8], "", sum[10], sum[11], sum[12]))
	}' "$tmp/rows"
}

# What the table does not say by itself. Slabs are cut differently where SLUB has
# the free pointer inside of an object that keeps its bytes (7.2, vm_area_struct).
show_notes() {
	awk -v given="$MIRROR_LIMIT" '
	FNR == 1 { file++ }
	file == 1 && FNR == 1 { limit = $4; used = $6 }
	file == 1 { next }
	!$14 { differ++; names = names " " $1 }
	$13 == "limit" { limited++ }
	END {
		printf "Memory for objects: %.1f MiB, at most %.1f MiB%s%s.\n",
			used / 1024, limit / 1024,
			given == "" ? ", a quarter of what was free" : "",
			limited ? "; " limited " caches hold less for it" : ""
		print "Waste: KiB that no object fills. SLUB counts as objects what its" \
			" cpus hold ready, and its slabs"
		print "have aged; those of slubx are new. Slabs are cut alike in " \
			FNR - differ " of " FNR " caches" \
			(differ && differ < 4 ? ", not in" names : "") "."
	}' "$tmp/held" "$tmp/rows"
}

# show_slubxinfo N: the file's head and its N largest caches, without the ends of
# the lines, where the slabs are.
show_slubxinfo() {
	title "/proc/slubxinfo, $1 of $(($(wc -l <"$tmp/slubxinfo") - 2)) caches"
	{
		head -n 2 "$tmp/slubxinfo"
		sed 1,2d "$tmp/slubxinfo" | sort -k 2,2nr | head -n "$1"
	} | sed 's/ : tunables.*/ .../'
}

# Of values for each node or cpu only the sum, of a ctor only the name.
list_directory() {
	for file in "$1"/*; do
		read -r value <"$file" || value=-
		value=${value%% *}
		echo "${file##*/} ${value%%+*}"
	done
}

# show_directory DIR: its files and what they say, in columns.
show_directory() {
	title "$1"
	list_directory "$1" | awk -v columns=4 '
	function longest(text, column, i, most) {
		for (i = column * rows; i < (column + 1) * rows && i < NR; i++)
			if (length(text[i]) > most)
				most = length(text[i])
		return most + 0
	}
	{ name[NR - 1] = $1; value[NR - 1] = $2 }
	END {
		rows = int((NR + columns - 1) / columns)
		for (c = 0; c < columns; c++)
			format[c] = "%-" longest(name, c) "s %" longest(value, c) "s  "
		for (i = 0; i < rows; i++) {
			line = ""
			for (c = 0; c < columns && (at = c * rows + i) < NR; c++)
				line = line sprintf(format[c], name[at], value[at])
			sub(/ +$/, "", line)
			print line
		}
	}'
}

# ---- The verdict ------------------------------------------------------------

check_rows() {
	short=$(awk '$13 ~ /missing|memory/ { printf " %s", $1 }' "$tmp/rows")
	[ -z "$short" ] || fail "less than was asked for:$short"
}

# check_objects TEXT: did all come back, and as they were?
check_objects() {
	objects=$(awk 'NR > 2 { n += $5 } END { print n + 0 }' "$tmp/held")
	freed=$(awk 'NR == 1 { print $8 }' "$control")
	damaged=$(awk 'NR == 1 { print $10 }' "$control")
	echo "objects freed: $freed of $objects, damaged: $damaged"
	[ "$freed" -eq "$objects" ] || fail "objects are lost"
	[ "$objects" -gt 0 ] || fail "there was not one object"
	[ "$damaged" -eq 0 ] || fail "objects are damaged"
}

check_errors() {
	found=$(($(errors) - $1))
	echo "errors that slubx reported: $found"
	[ "$found" -eq 0 ] || fail "slubx reported errors, see dmesg"
}

# check_pages BEFORE DURING AFTER, each "SLAB FREE"
check_pages() {
	echo "$*" | awk -v slab=$SLAB_TOLERANCE -v free=$FREE_TOLERANCE '{
		format = "%-12s %8s %11s %8s %11s %8s\n"
		printf format, "", "before", "with slubx", "after", "difference",
			"allowed"
		printf format, "slab pages", $1, $3, $5, sprintf("%+d", $5 - $1), slab
		printf format, "free pages", $2, $4, $6, sprintf("%+d", $6 - $2), -free
		returned = $5 - $1 <= slab && $2 - $6 <= free
		print "returned: " (returned ? "yes" : "no")
		exit !returned
	}' || fail "pages did not come back"
}

main() {
	cat /proc/slabinfo >"$tmp/slabinfo" || return
	reported=$(errors)
	settle
	before=$(pages)
	load || return
	page_size=$(awk 'NR == 1 { print $2 }' "$control")

	describe >"$tmp/lines"
	hold <"$tmp/lines"
	during=$(pages)
	compare >"$tmp/rows"
	title "$(wc -l <"$tmp/rows") caches of this kernel, and a twin of each in slubx"
	show_table "${MIRROR_TOP:-20}"
	show_notes
	show_table 100000 >"${MIRROR_TABLE:-/dev/null}"
	show_slubxinfo 5
	show_directory "/sys/kernel/slubx/$(awk '{ print $1; exit }' "$tmp/rows")"

	title "All objects freed, all caches destroyed, slubx unloaded"
	check_rows
	echo free >"$control" || fail "can't free"
	check_objects
	unload || fail "can't unload"
	check_errors "$reported"
	settle
	check_pages "$before" "$during" "$(pages)"
	[ "$failures" -eq 0 ]
}

trap 'unload; rm -r "$tmp"' EXIT
main
