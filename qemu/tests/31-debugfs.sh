# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 31-debugfs.sh - every slab of a cache in debugfs, and every object in use of one that
# is tracked: the text, what it adds up to, ten thousand slabs, and a cache that goes
# while its file is open.

. /guest/lib.sh

SYS=/sys/kernel/slubx
DEBUG=/sys/kernel/debug/slubx
CONTROL=/proc/slubx_mirror
MANY=10000

if [ ! -d /sys/kernel/debug/kunit ] && [ -z "$(ls /sys/kernel/debug)" ]; then
	tap skip "debugfs" "not there"
	tap_end
	exit
fi

# add NAME SIZE OBJECTS: a cache that holds so many, and is left alone.
add() { echo "$1 $2 8 - $3" >$CONTROL; }

sum() { awk '{ print $1; exit }' "$SYS/$1/$2"; }

# What the files of the cache's directory say, as slabs.awk does.
sums() {
	echo "$(sum "$1" slabs) $(sum "$1" objects_in_use)" \
		"$(sum "$1" total_objects) $(sum "$1" cpu_free)"
}

every_cache_has_slabs() {
	sed 1,2d /proc/slubxinfo | while read -r name _; do
		mode=$(stat -c %a "$DEBUG/$name/slabs") || exit
		[ "$mode" = 400 ] || { echo "$name: $mode"; exit 1; }
	done
}

# All of them, as they are now: the text at least is right.
every_text_is_right() {
	for file in "$DEBUG"/*/slabs; do
		cat "$file" >/tmp/slabs || return
		awk -f /guest/slabs.awk /tmp/slabs || { echo "$file"; return 1; }
	done
}

adds_up() {
	cat "$DEBUG/$1/slabs" >/tmp/slabs || return
	seen=$(awk -f /guest/slabs.awk /tmp/slabs)
	echo "seen $seen, files $(sums "$1")"
	[ "$seen" = "$(sums "$1")" ] &&
		[ "$(sum "$1" objects_in_use)" = "$2" ]
}

info_agrees() {
	[ "$(awk -v n="$1" '$1 == n { print $2 }' /proc/slubxinfo)" = "$2" ]
}

# Frees go to the slabs of the cpu's list, and stay there.
adds_up_after_shrink() {
	echo 1 >"$SYS/$1/shrink"
	[ "$(sum "$1" cpu_free)" = 0 ] && adds_up "$1" "$2"
}

can_not_be_written() { ! echo 1 2>/dev/null >"$DEBUG/$1/slabs"; }

same_in_pieces() {
	cat "$DEBUG/$1/slabs" >/tmp/whole
	dd if="$DEBUG/$1/slabs" of=/tmp/pieces bs=77 2>/dev/null
	cmp /tmp/whole /tmp/pieces
}

many_slabs() {
	per=$(cat $SYS/small/objs_per_slab)
	add many 256 $((MANY * per)) || return
	start=$(date +%s)
	adds_up many $((MANY * per)) || return
	echo "$(wc -c </tmp/slabs) bytes in $(($(date +%s) - start)) s"
	[ "$(grep -c '^0x' /tmp/slabs)" -ge $MANY ]
}

# The rest of the file is an error, and opening it again too.
cache_goes_under_open_file() {
	dd bs=1 count=3 <&3 >/dev/null 2>&1
	echo free >$CONTROL || return
	[ ! -e $DEBUG/small ] || return
	cat <&3 >/tmp/rest 2>/tmp/why && { echo "read on"; return 1; }
	grep -i 'input/output error' /tmp/why || { cat /tmp/why; return 1; }
}

# Lines of the file objects, and the bytes that they say: COUNT objects of SIZE bytes,
# each younger than a minute, the oldest first, with a stack in the mirror.
objects_are() {
	cat "$DEBUG/$1/objects" >/tmp/objects || return
	[ "$(stat -c %a "$DEBUG/$1/objects")" = 400 ] || return
	awk -v count="$2" -v size="$3" '
		NR == 1 { head = $0 == "# slubx objects 1" }
		/^#/ { last = $0; next }
		NF < 8 || $1 > 60 || (n && $1 > age) || $7 != size { print; bad = 1; exit }
		! / [a-z_]+\+0x[0-9a-f]+\/0x[0-9a-f]+ \[slubx_mirror\]/ { print; bad = 1; exit }
		!seen[$2, $3]++ { age = $1; n++ }
		END { print n; exit bad || !head || last != "# end" || n != count }
	' /tmp/objects
}

# In the map of its slab, each object is one in use.
objects_are_used() {
	cat "$DEBUG/$1/slabs" >/tmp/slabs && cat "$DEBUG/$1/objects" >/tmp/objects || return
	awk '/^#/ { next }
		NR == FNR { map[$1] = $8; next }
		substr(map[$2], $3 + 1, 1) != "u" { print; bad = 1; exit }
		{ n++ }
		END { exit bad || !n }' /tmp/slabs /tmp/objects
}

objects_in_pieces() {
	dd if="$DEBUG/$1/objects" of=/tmp/pieces bs=77 2>/dev/null
	awk '!/^#/ { $1 = ""; print }' /tmp/pieces >/tmp/pieces.text
	awk '!/^#/ { $1 = ""; print }' /tmp/objects | cmp - /tmp/pieces.text
}

# Nothing of theirs is open when they go; the file says so from then on.
tracked_goes_under_open_file() {
	exec 4<"$DEBUG/tracked/objects"
	dd bs=1 count=3 <&4 >/dev/null 2>&1
	echo free >$CONTROL || return
	cat <&4 >/tmp/rest 2>/tmp/why && { echo "read on"; return 1; }
	exec 4<&-
	grep -i 'input/output error' /tmp/why || { cat /tmp/why; return 1; }
}

# For a while caches are made and destroyed as their files are read.
read_while_they_come_and_go() {
	rm -f /tmp/done
	(
		for _ in $(seq 30); do
			add tracked_b 64 300 && add tracked_c 700 40
			echo free >$CONTROL
		done
		touch /tmp/done
	) &
	reads=0
	while [ ! -e /tmp/done ]; do
		cat "$DEBUG"/tracked_*/objects "$DEBUG"/tracked_*/alloc_traces \
			>/tmp/texts 2>/dev/null && reads=$((reads + 1))
	done
	wait
	echo "$reads whole reads"
	echo free >$CONTROL
}

# What the open file needs to be closed is code of slubx.
open_file_keeps_slubx() {
	rmmod slubx_mirror || return
	! rmmod slubx 2>/dev/null || return
	[ -d $DEBUG ]
}

unloads_when_closed() {
	rmmod slubx && [ ! -e $DEBUG ]
}

check "slubx loads" insmod /modules/slubx.ko
check "the mirror loads" insmod /modules/slubx_mirror.ko
check "a cache is made" add small 256 100
check "every cache has its file" every_cache_has_slabs
check "every file is as it should be" every_text_is_right
check "a cache adds up" adds_up small 100
check "slubxinfo says the same" info_agrees small 100
check "it adds up when nothing is the cpus'" adds_up_after_shrink small 100
check "it can't be written" can_not_be_written small
check "it is the same read in pieces" same_in_pieces small
check "$MANY slabs add up" many_slabs
exec 3<$DEBUG/small/slabs
check "a cache goes while its file is open" cache_goes_under_open_file
check "slubx stays while a file is open" open_file_keeps_slubx
exec 3<&-
check "slubx goes when it is closed" unloads_when_closed
check "slubx loads to track users" insmod /modules/slubx.ko "slubx_debug=U,tracked*"
check "the mirror loads again" insmod /modules/slubx_mirror.ko
check "a cache is tracked" add tracked 100 700
check "each object is there, the oldest first" objects_are tracked 700 100
check "each is in use" objects_are_used tracked
check "it is the same read in pieces" objects_in_pieces tracked
check "a cache goes while its objects are read" tracked_goes_under_open_file
check "objects are read while caches come and go" read_while_they_come_and_go
check "the mirror goes" rmmod slubx_mirror
check "slubx goes at last" rmmod slubx
tap_end
