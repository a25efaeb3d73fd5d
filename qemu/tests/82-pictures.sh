# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 82-pictures.sh - slubx flame, leaks and map of a running slubx: what a client holds
# is in them to the byte, and they are XML. samples/client has 1000 items of 32 bytes,
# and their names in slubx-kmalloc-32.

. /guest/lib.sh

SYS=/sys/kernel/slubx
CLIENT=/modules/slubx_client.ko

# Each tag is closed by its own, text has no bare & or <; the script is in CDATA.
well_formed() {
	awk '/\]\]>/ { cdata = 0; sub(/.*\]\]>/, "") }
		cdata || /^<\?xml/ { next }
		/<!\[CDATA\[/ { cdata = 1; sub(/<!\[CDATA\[.*/, "") }
		{
			n = split($0, part, "<")
			for (i = 2; i <= n; i++) {
				if (!match(part[i], />/)) { bad = "no end: " part[i]; exit }
				tag = substr(part[i], 1, RSTART - 1)
				name = tag
				sub(/[ \/].*/, "", name)
				if (tag ~ /^\//) {
					if (open[depth--] != substr(tag, 2)) { bad = tag; exit }
				} else if (tag !~ /\/$/)
					open[++depth] = name
			}
			gsub(/&(amp|lt|gt|quot);/, "")
			if (/&/) { bad = "&"; exit }
		}
		END { if (bad != "" || depth || NR < 3) { print NR ": " bad, depth; exit 1 } }' "$1"
}

# frame_is FILE NAME BYTES: a frame with so many bytes.
frame_is() {
	grep -q "data-b=\"$3\" data-n=\"$2\"" "$1" ||
		{ grep -o "data-b=\"[0-9]*\" data-n=\"$2\"" "$1"; false; }
}

# The bytes of the root are those of all caches.
flame_adds_up() {
	sed -n 's/.* data-d="\([01]\)" data-b="\([0-9]*\)".*/\1 \2/p' "$1" |
		awk '{ sum[$1] += $2 } END { print sum[0], sum[1]; exit !(sum[0] > 0 && sum[0] == sum[1]) }'
}

flame_of_a_client() {
	slubx flame --record -o /tmp/flame.svg -- insmod $CLIENT 2>/tmp/said ||
		{ cat /tmp/said; return 1; }
	cat /tmp/said
	well_formed /tmp/flame.svg && flame_adds_up /tmp/flame.svg &&
		frame_is /tmp/flame.svg item 32000 &&
		frame_is /tmp/flame.svg slubx-kmalloc-32 32000
}

# One cache alone, by its stacks.
leaks_of_a_client() {
	slubx leaks item --json --record -- insmod $CLIENT >/tmp/said 2>&1 || return
	sed 's/"stack".*//' /tmp/said
	grep -q '"cache": "item", "bytes": 32000, "objects": 1000,' /tmp/said || return
	grep -q '"stack": \[.*"do_one_initcall", ' /tmp/said
}

nothing_leaks() {
	slubx leaks item --record -- sh -c "insmod $CLIENT && rmmod slubx_client" >/tmp/said 2>&1
	cat /tmp/said
	tail -n 1 /tmp/said | grep -q ' 0 sites$'
}

instances_are_gone() {
	! find /sys/kernel/tracing/instances -name 'slubx*' | grep .
}

# As many cells of each kind as there are such objects: no one uses the cache.
map_of_a_client() {
	slubx map item -o /tmp/map.svg && well_formed /tmp/map.svg || return
	grep -o 'class="[a-z]*" d="[^"]*"' /tmp/map.svg | sed 's/class="//;s/" d="/ /' |
		awk '{ n[$1] += gsub(/z/, "z") }
			END { print n["used"] + 0, n["used"] + n["free"] + n["cpu"] + n["frozen"] }' \
			>/tmp/found
	echo "$(cut -d ' ' -f 1 $SYS/item/objects_in_use)" \
		"$(cut -d ' ' -f 1 $SYS/item/total_objects)" | diff - /tmp/found || return
	grep '^1000 ' /tmp/found
}

map_shrinks() {
	slubx map item --shrink --json >/tmp/said || return
	awk '/^"before"/ { side = 1 }
		/^"after"/ { side = 2 }
		/"memory"/ { for (i = 1; i < NF; i++) if ($i == "\"used\":") used[side] = $(i + 1) }
		/"state"/ { slabs[side]++ }
		END {
			print slabs[1], slabs[2], used[1], used[2]
			exit !(slabs[1] >= slabs[2] && used[1] + 0 == 1000 && used[2] + 0 == 1000)
		}' /tmp/said
}

# Half of a cache's objects go, here and there: what a client holds is what is drawn.
map_of_a_worn_cache() {
	control=/proc/slubx_mirror
	echo "worn 100 8 - 500" >$control && echo "thin worn 50" >$control || return
	freed=$(awk 'NR == 1 { print $8 }' $control)
	slubx map worn --json >/tmp/said || return
	left=$(sed -n 's/.*"used": \([0-9]*\).*/\1/p' /tmp/said)
	echo "$freed freed, $left left"
	[ "$freed" -gt 100 ] && [ "$left" -gt 100 ] && [ $((freed + left)) -eq 500 ]
}

mirror_refuses() {
	for line in "thin nothing 50" "thin worn" "thin worn 101" "thin worn 50 x"; do
		! echo "$line" 2>/dev/null >/proc/slubx_mirror || { echo "$line"; return 1; }
	done
}

nothing_is_damaged() {
	echo free >/proc/slubx_mirror && cat /proc/slubx_mirror || return
	awk 'NR == 1 { exit !($8 == 500 && $10 == 0) }' /proc/slubx_mirror
}

maps_of_all_caches() {
	sed 1,2d /proc/slubxinfo | while read -r cache _; do
		slubx map "$cache" >/tmp/map.svg || return
		well_formed /tmp/map.svg || { echo "$cache"; return 1; }
	done
}

head -c 1 /dev/random >/dev/null	# until then no event tells pointers
check "load slubx" insmod /modules/slubx.ko
if [ -d /sys/kernel/tracing/events/slubx ]; then
	check "a flame graph while a client loads" flame_of_a_client
	check "unload the client" rmmod slubx_client
	check "what it holds is found as leaks" leaks_of_a_client
	check "unload it again" rmmod slubx_client
	check "what is freed is no leak" nothing_leaks
	check "no instance of tracefs stays" instances_are_gone
else
	tap skip "recording" "a kernel without tracefs"
fi
check "load the client" insmod $CLIENT
if [ -d /sys/kernel/debug/slubx ]; then
	check "a map of its cache" map_of_a_client
	check "a map before and after shrinking" map_shrinks
	check "a map of every cache" maps_of_all_caches
	check "load the mirror" insmod /modules/slubx_mirror.ko
	check "a map of a worn cache" map_of_a_worn_cache
	check "wrong lines are refused" mirror_refuses
	check "what was left is intact" nothing_is_damaged
	check "unload the mirror" rmmod slubx_mirror
else
	tap skip "maps" "no debugfs of slubx"
fi
check "unload the client at last" rmmod slubx_client
check "unload slubx" rmmod slubx
tap_end
