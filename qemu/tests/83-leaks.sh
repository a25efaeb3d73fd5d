# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 83-leaks.sh - slubx leaks of caches that track their users: who has what, the oldest
# first, and what came since a mark.

. /guest/lib.sh

CONTROL=/proc/slubx_mirror

if [ ! -d /sys/kernel/debug/kunit ] && [ -z "$(ls /sys/kernel/debug)" ]; then
	tap skip "leaks" "no debugfs"
	tap_end
	exit
fi

# add NAME OBJECTS: a cache of objects of 100 bytes that holds so many.
add() { echo "$1 100 8 - $2" >$CONTROL; }

fails_saying() {
	text=$1
	shift
	"$@" >/tmp/said 2>&1 && return 1
	grep -q "$text" /tmp/said || { cat /tmp/said; false; }
}

# rows_are CMD... -- CACHE OBJECTS BYTES ...: of the table, in this order; each with the
# mirror as the site, and none older than the one before.
rows_are() {
	: >/tmp/wanted
	leaks=
	while [ "$1" != -- ]; do
		leaks="$leaks $1"
		shift
	done
	shift
	while [ $# -gt 0 ]; do
		echo "$1 $2 $3" >>/tmp/wanted
		shift 3
	done
	# shellcheck disable=SC2086
	slubx leaks $leaks >/tmp/said || return
	sed '1d;$d' /tmp/said | awk '
		$5 !~ /^mirror_/ || (NR > 1 && $1 > age) { print > "/dev/stderr"; exit 1 }
		{ age = $1; print $4, $2, $3 }' >/tmp/found || return
	diff /tmp/wanted /tmp/found || { cat /tmp/said; false; }
}

# The last line has what they are together.
sum_is() {
	tail -n 1 /tmp/said | awk -v objects="$1" -v sites="$2" '
		{ exit !($1 == objects && $3 == sites && $4 == "sites") }' || tail -n 1 /tmp/said
}

# What came after the mark can't be older than it.
is_young() {
	awk 'NR == 2 { exit !($1 <= 30) }' /tmp/said
}

by_stack() {
	slubx leaks tracked_a --json >/tmp/said || return
	cat /tmp/said
	grep -q '"cache": "tracked_a", "bytes": 30000, "objects": 300, "oldest": [0-9.]*,' \
		/tmp/said && grep -q '"stack": \[.*"ksys_write", .*"mirror_write' /tmp/said
}

only_one_cache() { slubx leaks tracked_b | awk '/tracked_a/ { exit 1 }'; }

marks() { slubx leaks --mark; }
thin_out() { echo "thin $1 50" >$CONTROL; }
free_all() { echo free >$CONTROL; }

check "load slubx to track users" insmod /modules/slubx.ko "slubx_debug=U,tracked*"
check "load the mirror" insmod /modules/slubx_mirror.ko
check "no cache: there is no mark to set" fails_saying "track" slubx leaks --mark
check "a cache holds objects" add tracked_a 300
sleep 1
check "another, later, fewer" add tracked_b 20
check "the oldest come first" rows_are -- tracked_a 300 29.3K tracked_b 20 2.0K
check "and are added up" sum_is 320 2
check "as JSON, with stacks" by_stack
check "one cache alone" only_one_cache
check "there is no mark yet" fails_saying "no mark" slubx leaks --since
check "a mark is set" marks
check "nothing came since" rows_are --since --
check "some come" add tracked_c 7
check "they came since" rows_are --since -- tracked_c 7 700
check "not long ago" is_young
check "some go" thin_out tracked_a
check "that is no leak" rows_are --since -- tracked_c 7 700
check "a new mark" marks
check "nothing came since that" rows_are --since --
check "all go" free_all
check "unload the mirror" rmmod slubx_mirror
check "unload slubx" rmmod slubx
tap_end
