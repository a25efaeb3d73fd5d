# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2016
#
# 81-command.sh - scripts/slubx in the machine: what it prints of a running slubx is
# what the files say, and adds up.

. /guest/lib.sh

SYS=/sys/kernel/slubx
INFO=/proc/slubxinfo
STATS=/sys/module/slubx/parameters/slubx_stats

fails() { ! "$@"; }

fails_saying() {
	text=$1
	shift
	"$@" >/tmp/said 2>&1 && return 1
	grep -q "$text" /tmp/said || { cat /tmp/said; false; }
}

# The table has each line of slubxinfo; slubx itself may want an object meanwhile.
caches_are_all() {
	for _ in 1 2 3; do
		slubx caches -s name >/tmp/said || return
		awk 'NR > 2 { print $1, $3 }' $INFO | sort >/tmp/wanted
		sed '1d;$d' /tmp/said | awk '{ print $1, $4 }' | sort >/tmp/found
		cmp -s /tmp/wanted /tmp/found && return
	done
	diff /tmp/wanted /tmp/found
}

cache_is() {
	slubx caches --json '^item$' >/tmp/said || return
	grep -q '"name": "item", "object_size": 32, .*"active": 1[0-9][0-9][0-9],' \
		/tmp/said || { cat /tmp/said; false; }
}

# By the last row of the table.
sums_are() {
	slubx caches | awk 'NR > 1 && $2 != "caches" { n++; a += $3; t += $4; s += $6 }
		$2 == "caches" { ok = $1 == n && $3 == a && $4 == t && $6 == s }
		END { exit !ok }'
}

# Of two frames, the second counts what a busy client did.
top_counts() {
	insmod /modules/slubx_stress_client.ko threads=2 || return
	slubx top -s alloc -n 2 >/tmp/said
	slubx top --json >/tmp/said.json
	rmmod slubx_stress_client
	[ "$(cat $STATS)" = 0 ] || { echo "counting was left on"; return 1; }
	head -n 8 /tmp/said
	awk '/^slubx: / { frame++ }
		frame == 2 && $2 == "allocations/s," { all = $1 + 0 }
		frame == 2 && NF >= 9 && $7 + 0 > 0 && $9 + 0 > 0 { busy++ }
		END { exit !(frame == 2 && all > 0 && busy > 0) }' /tmp/said || return
	grep -q '"counted": true, .*"allocs": [1-9]' /tmp/said.json
}

# The counters of one cache are those of its files: nothing counts just now.
metrics_are_the_files() {
	slubx metrics >/tmp/said || return
	for f in alloc_fastpath free_slowpath; do
		echo "slubx_cache_events_total{cache=\"slubx-kmalloc-64\",event=\"$f\"}" \
			"$(cut -d ' ' -f 1 $SYS/slubx-kmalloc-64/$f)" >/tmp/wanted
		grep -xF "$(cat /tmp/wanted)" /tmp/said || { cat /tmp/wanted; return 1; }
	done
	[ "$(grep -c '^slubx_cache_slabs{' /tmp/said)" -eq $(($(wc -l <$INFO) - 2)) ]
}

metrics_replace_a_file() {
	echo old >/tmp/slubx.prom
	slubx metrics -o /tmp/slubx.prom || return
	grep -q '^slubx_cache_slabs{' /tmp/slubx.prom && ! grep old /tmp/slubx.prom
}

# All are checked, or those without debugging are told apart, or there is no way.
verify_says() {
	if [ ! -e $SYS/item/validate ]; then
		fails_saying "no cache has a file validate" slubx verify
		return
	fi
	slubx verify >/tmp/said || { cat /tmp/said; return 1; }
	! grep -v -e ' clean$' -e ' not checked: no debugging$' /tmp/said || return
	[ "$(wc -l </tmp/said)" -eq $(($(wc -l <$INFO) - 2)) ]
}

# After a frame, however long that takes here; with no complaint.
top_ends_when_slubx_goes() {
	slubx top -d 1 -n 20 >/tmp/said 2>&1 &
	pid=$!
	for _ in $(seq 240); do
		grep -q '^CACHE' /tmp/said && break
		sleep 0.5
	done
	rmmod slubx || return
	wait $pid
	[ ! -e $INFO ] && grep -q '^CACHE' /tmp/said
}

check "help" slubx help
check "without slubx there is a sentence" fails_saying "slubx is not loaded" slubx caches
check "load slubx" insmod /modules/slubx.ko
check "load a client" insmod /modules/slubx_client.ko
check "caches shows all of them" caches_are_all
check "and their sums" sums_are
check "and a client's objects" cache_is
check "a wrong key is refused" fails_saying "no key named" slubx caches -s colour
check "top counts what happens" top_counts
check "metrics are what the files say" metrics_are_the_files
check "metrics go to a file" metrics_replace_a_file
check "verify tells of each cache" verify_says
check "unload the client" rmmod slubx_client
check "top ends when slubx goes" top_ends_when_slubx_goes
check "without slubx again" fails_saying "slubx is not loaded" slubx caches
tap_end
