# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 40-memory.sh - memory is compacted, and its blocks are taken offline and brought
# back, while slubx holds objects in many of them and a client goes on working.
# Blocks that hold slabs must stay, all others may go, and no object is lost.

. /guest/lib.sh

BLOCKS=/sys/devices/system/memory
PARAMETERS=/sys/module/slubx_stress_client/parameters

# Slabs of every order, in nearly all of the memory that is free.
hold() {
	for size in 64 500 1000 2000 4000 8192 20000; do
		echo "held-$size $size 0 - $((24000000 / size))" \
			>/proc/slubx_mirror || return
	done
}

# Every block once: "BLOCK went" or "BLOCK stayed".
shake_blocks() {
	for state in "$BLOCKS"/memory[0-9]*/state; do
		if echo offline 2>/dev/null >"$state"; then
			echo "$state went"
			echo online >"$state"
		else
			echo "$state stayed"
		fi
	done >/tmp/blocks
}

some_blocks() { grep "$1" /tmp/blocks; }

all_online() { ! grep -Lx online "$BLOCKS"/memory[0-9]*/state | grep .; }

compact() {
	for _ in 1 2 3 4 5; do
		echo 1 >/proc/sys/vm/compact_memory
		echo 3 >/proc/sys/vm/drop_caches
	done
}

held() { awk 'NR > 2 { sum += $5 } END { print sum }' /proc/slubx_mirror; }

all_come_back() {
	held=$(held)
	echo free >/proc/slubx_mirror || return
	awk -v held="$held" 'NR == 1 { print $7, $8, $9, $10, "of", held
		exit !($8 == held && held && $10 == 0) }' /proc/slubx_mirror
}

no_damage() {
	grep -H . $PARAMETERS/caches $PARAMETERS/wrongs
	[ "$(cat $PARAMETERS/caches)" -gt 0 ] && [ "$(cat $PARAMETERS/wrongs)" -eq 0 ]
}

check "load slubx" insmod /modules/slubx.ko
check "load a client" insmod /modules/slubx_stress_client.ko threads=2
check "load the mirror" insmod /modules/slubx_mirror.ko
check "hold objects of seven sizes" hold
check "compaction" compact
if [ -e $BLOCKS/block_size_bytes ]; then
	shake_blocks
	check "blocks with slabs stay" some_blocks stayed
	check "others go" some_blocks went
	check "all are online again" all_online
else
	tap skip "blocks go and come" "no memory hotplug in this kernel"
fi
check "all objects come back as they were" all_come_back
check "no object of the client was damaged" no_damage
check "unload the mirror" rmmod slubx_mirror
check "unload the client" rmmod slubx_stress_client
check "unload slubx" rmmod slubx
tap_end
