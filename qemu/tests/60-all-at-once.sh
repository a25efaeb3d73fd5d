# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 60-all-at-once.sh - for a minute everybody reads and writes every file of
# slubx, while caches come and go, cpus go off and on and memory is shaken. Then
# all must be as it was, and slubx must go.

. /guest/lib.sh

LENGTH=60
SYS=/sys/kernel/slubx
DEBUG=/sys/kernel/debug/slubx
INFO=/proc/slubxinfo
PARAMETERS=/sys/module/slubx_stress_client/parameters

# A line of a cache has 16 fields, and no name stands there twice.
well_formed() {
	awk '
		NR == 1 { bad += $0 != "slabinfo - version: 2.1"; next }
		NR == 2 { bad += !/^# name +<active_objs> /; next }
		NF != 16 || $7 $12 != "::" || $2 > $3 { bad++; print }
		seen[$1]++ { bad++; print "twice: " $1 }
		END { exit bad || NR < 3 }' "$1"
}

# ---- Readers: what they read may be gone, but is never malformed ----------------

read_info() {
	cat $INFO >/tmp/info.read
	well_formed /tmp/info.read >>/tmp/malformed || echo "by cat" >>/tmp/malformed
}

read_info_by_bytes() {
	dd if=$INFO of=/tmp/info.dd bs=1 2>/dev/null
	well_formed /tmp/info.dd >>/tmp/malformed || echo "by dd" >>/tmp/malformed
}

read_files() {
	cat $SYS/*/* >/tmp/files.read 2>/dev/null
}

# Of a cache that went meanwhile the rest is an error.
read_slabs() {
	for file in "$DEBUG"/*/slabs; do
		cat "$file" >/tmp/slabs.read 2>/dev/null || continue
		awk -f /guest/slabs.awk /tmp/slabs.read >/tmp/slabs.sums || {
			echo "$file"
			cat /tmp/slabs.sums
		} >>/tmp/malformed
		: >/tmp/slabs.seen
	done
}

# By links too, a few bytes of each, and away.
peek_at_slabs() {
	head -qc 100 "$DEBUG"/*/slabs >/dev/null 2>&1
	ls -lR $DEBUG $SYS >/dev/null 2>&1
}

# ---- Writers: of good values and bad ones ---------------------------------------

# write_all ATTRIBUTE VALUE: of every cache there is now.
write_all() {
	for file in "$SYS"/*/"$1"; do
		echo "$2" >"$file"
	done 2>/dev/null
}

write_each() {
	attribute=$1
	shift
	for value in "$@"; do
		write_all "$attribute" "$value"
	done
}

write_files() {
	write_each shrink 1 0 x ""
	write_each min_partial 0 7 5 -1 18446744073709551616 x ""
	write_each cpu_partial 0 30 4294967295 120 -1 x
	write_each reclaim_account 1 0 x 1
	write_each remote_node_defrag_ratio 0 100 101 x 99
}

# ---- The machine around ---------------------------------------------------------

toggle_cpus() {
	for cpu in 1 2 3; do
		echo 0 >/sys/devices/system/cpu/cpu$cpu/online
		sleep 0.1
		echo 1 >/sys/devices/system/cpu/cpu$cpu/online
		: >/tmp/toggled
	done
}

shake_memory() {
	echo 1 >/proc/sys/vm/compact_memory
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
}

# On a busy host a cpu may not answer in the ten seconds that it has.
bring_up_cpus() {
	for file in /sys/devices/system/cpu/cpu*/online; do
		for _ in 1 2 3 4 5; do
			[ "$(cat "$file")" = 1 ] || echo 1 >"$file"
		done
	done 2>/dev/null
}

all_cpus_online() {
	bring_up_cpus
	for file in /sys/devices/system/cpu/cpu*/online; do
		[ "$(cat "$file")" = 1 ] || { echo "$file"; return 1; }
	done
}

# ---- Judgement ------------------------------------------------------------------

none_malformed() {
	head -n 20 /tmp/malformed
	[ ! -s /tmp/malformed ]
}

every_file_readable() {
	find $SYS -type f -exec cat {} + >/dev/null
}

many_caches() {
	echo "$(cat $PARAMETERS/caches) caches"
	[ "$(cat $PARAMETERS/caches)" -gt 20 ]
}

no_damage() {
	echo "$(cat $PARAMETERS/wrongs) objects"
	[ "$(cat $PARAMETERS/wrongs)" -eq 0 ]
}

gone() {
	[ ! -e $SYS ] && [ ! -e $INFO ] && [ ! -e $DEBUG ]
}

# Where every lock and byte is checked, a third of it takes as long.
is_slow() {
	[ -e /proc/lockdep ] ||
		zcat /proc/config.gz 2>/dev/null | grep -q '^CONFIG_KASAN=y'
}

until_stop() {
	while [ ! -e /tmp/stop ]; do
		"$1"
	done
}

is_slow && LENGTH=20
rm -f /tmp/stop /tmp/toggled /tmp/slabs.seen
: >/tmp/malformed
check "load slubx" insmod /modules/slubx.ko
check "load the client" insmod /modules/slubx_stress_client.ko threads=4

for job in read_info read_info_by_bytes read_files read_slabs peek_at_slabs \
	write_files toggle_cpus shake_memory; do
	until_stop $job &
done
sleep $LENGTH
: >/tmp/stop
wait

check "cpus went off and on" test -e /tmp/toggled
check "all cpus are online" all_cpus_online
check "no malformed line was read" none_malformed
[ ! -d $DEBUG ] || check "slabs were looked at" test -e /tmp/slabs.seen
check "caches came and went" many_caches
check "no object was damaged" no_damage
check "unload the client" rmmod slubx_stress_client
check "every file can be read" every_file_readable
cat $INFO >/tmp/info.last
check "slubxinfo is well-formed" well_formed /tmp/info.last
check "unload slubx: no cache is left" rmmod slubx
check "no name left behind" gone
tap_end
