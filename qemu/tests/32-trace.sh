# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 32-trace.sh - the events of slubx, as perf and trace-cmd get them: by tracefs.

. /guest/lib.sh

TRACING=/sys/kernel/tracing
SLUBX=$TRACING/events/slubx
EVENTS="alloc alloc_slow cpu_flush free free_slow large_alloc large_free
partial_add partial_remove slab_free slab_new"

events_are_there() {
	ls $SLUBX
	for event in $EVENTS; do
		[ -e "$SLUBX/slubx_$event/format" ] || return
	done
}

tell() {
	echo "$2" >"$TRACING/$1"
}

# run SECONDS: what the client does so long is in /tmp/trace.
run() {
	tell trace ""
	tell tracing_on 1
	insmod /modules/slubx_stress_client.ko threads=2 || return
	sleep "$1"
	tell tracing_on 0
	cat $TRACING/trace >/tmp/trace
	rmmod slubx_stress_client
}

seen() {
	grep -m 1 "slubx_$1: $2" /tmp/trace >/dev/null ||
		{ grep -m 3 "slubx_$1:" /tmp/trace; false; }
}

nothing_seen() {
	! grep -m 3 slubx_ /tmp/trace
}

only_of_one_cache() {
	grep -q "slubx_alloc: .* name=$1 " /tmp/trace || return
	! grep "slubx_alloc:" /tmp/trace | grep -v -m 3 " name=$1 "
}

slabs_now() {
	find /sys/kernel/slubx -name slabs -exec cat {} + |
		awk '{ n += $1 } END { print n + 0 }'
}

# Slabs that were made and not freed are those that there are more than before.
slabs_come_and_go() {
	before=$(slabs_now)
	tell trace ""
	tell tracing_on 1
	insmod /modules/slubx_stress_client.ko threads=2 || return
	sleep 1
	rmmod slubx_stress_client
	after=$(slabs_now)
	tell tracing_on 0
	lost=$(cat $TRACING/per_cpu/cpu*/stats |
		awk '/^(overrun|dropped events):/ { n += $NF } END { print n + 0 }')
	[ "$lost" -eq 0 ] || { echo "$lost events lost"; return 1; }
	new=$(grep -c slubx_slab_new: $TRACING/trace)
	freed=$(grep -c slubx_slab_free: $TRACING/trace)
	echo "$before slabs, $new made, $freed freed, $after slabs"
	[ "$new" -gt 0 ] && [ $((before + new - freed)) -eq "$after" ]
}

NUMBER='[0-9]*'
POINTER='[^ ]*'
SITE='call_site=.*+0x[0-9a-f]*/0x[0-9a-f]* \[.*\]'

check "load slubx" insmod /modules/slubx.ko
if [ ! -d $TRACING/events ]; then
	tap skip "events" "a kernel without tracefs"
	check "unload slubx" rmmod slubx
	tap_end
	exit
fi
check "each event is there" events_are_there
tell buffer_size_kb 8192

check "run, with events off" run 1
check "no event comes" nothing_seen

tell events/slubx/enable 1
check "run, with events on" run 1
tell events/slubx/enable 0
check "objects were allocated" seen alloc \
	"$SITE ptr=$POINTER name=.* bytes_req=$NUMBER bytes_alloc=$NUMBER gfp_flags=.*GFP_.* node=-\?$NUMBER\$"
check "objects were freed" seen free "$SITE ptr=$POINTER name=[^ ]*\$"
check "by the client itself" seen alloc ".*\[slubx_stress_client\]"
check "some not fast, from a new slab" seen alloc_slow \
	"name=.* from=new_slab gfp_flags=.* node=-\?$NUMBER\$"
check "and from what the cpu has" seen alloc_slow "name=.* from=cpu "
check "some freed to another cpu's slab" seen free_slow \
	"ptr=$POINTER name=.* objects=$NUMBER slab=frozen\$"
check "slabs were made" seen slab_new \
	"slab=$POINTER name=.* order=$NUMBER objects=$NUMBER node=$NUMBER\$"
check "slabs were freed" seen slab_free "slab=$POINTER name="
check "slabs were listed" seen partial_add \
	"slab=$POINTER name=.* inuse=$NUMBER objects=$NUMBER node=$NUMBER nr_partial=$NUMBER\$"
check "and taken off" seen partial_remove "slab=$POINTER name="
check "cpus were flushed" seen cpu_flush "name=.* cpu=$NUMBER\$"

tell events/slubx/slubx_slab_new/enable 1
tell events/slubx/slubx_slab_free/enable 1
check "slabs made and freed add up" slabs_come_and_go
tell events/slubx/enable 0

tell events/slubx/slubx_alloc/filter 'name == "slubx_kmem_cache"'
tell events/slubx/slubx_alloc/enable 1
check "run, with a filter" run 1
check "one cache alone is seen" only_of_one_cache slubx_kmem_cache
tell events/slubx/slubx_alloc/filter 0
tell events/slubx/enable 0
tell trace ""

check "unload slubx" rmmod slubx
check "its events are gone" test ! -e $SLUBX
tap_end
