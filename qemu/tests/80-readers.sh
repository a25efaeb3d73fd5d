# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2016
#
# 80-readers.sh - the tools for SLUB, unmodified, shown slubx's files by `slubx
# slabtop` and its like: what they print is what slubx has, and nobody else sees it.

. /guest/lib.sh

INFO=/proc/slubxinfo
SYS=/sys/kernel/slubx

# slubx itself may want an object meanwhile: three attempts.
settled() {
	for _ in 1 2 3; do
		cat $INFO >/tmp/info
		"$@" >/tmp/said 2>&1 || { cat /tmp/said; return 1; }
		cat $INFO | cmp -s - /tmp/info && return
	done
	echo "slubx never rests"
	false
}

# rows AWK: "name figures..." that the tool printed, and the same of slubxinfo as the
# expression of fields says, are equal.
rows_are() {
	awk "NR > 2 { print \$1, $2 }" /tmp/info | sort >/tmp/wanted
	awk "$1" /tmp/said | sort >/tmp/found
	[ -s /tmp/found ] && diff /tmp/wanted /tmp/found
}

slabtop_has_all() {
	settled slubx slabtop -o || return
	rows_are 'NF == 8 && $1 ~ /^[0-9]+$/ { print $8, $1, $2, $5, $6 }' \
		'$3, $2, $15, $5'
}

# Active / Total Objects (% used)    : 994447 / 1049743 (94.7%)
slabtop_adds_up() {
	awk 'FNR == 1 { file++ }
		file == 1 && FNR > 2 { active += $2; total += $3; slabs += $15 }
		file == 2 && / Objects \(/ { a = $8; t = $10 }
		file == 2 && / Slabs \(/ { s = $10 }
		END { print active, total, slabs, "and", a, t, s
			exit !(total > 0 && active == a && total == t && slabs == s) }' \
		/tmp/info /tmp/said
}

vmstat_has_all() {
	settled slubx vmstat || return
	rows_are 'NF == 5 && $2 ~ /^[0-9]+$/ { print $1, $2, $3, $5 }' '$2, $3, $5'
}

# All directories, and those caches that have objects as lines.
slabinfo_has_all() {
	settled slubx slabinfo -z -l || return
	find $SYS -mindepth 1 -maxdepth 1 -type d | wc -l >/tmp/wanted
	awk 'NR > 1 { n++ } END { print n }' /tmp/said | diff /tmp/wanted -
}

slabinfo_says() {
	slubx slabinfo "$1" >/tmp/said 2>&1
	awk -v objects="$2" -v size="$3" 'NR > 1 && $2 >= objects && $3 == size { ok = 1 }
		END { exit !ok }' /tmp/said || { cat /tmp/said; false; }
}

slabinfo_totals() {
	slubx slabinfo -T >/tmp/said 2>&1
	n=$(find $SYS -mindepth 1 -maxdepth 1 -type d | wc -l)
	grep -q "^Slabcaches : *$n " /tmp/said || { cat /tmp/said; false; }
}

slabinfo_aliases() {
	slubx slabinfo -a >/tmp/said 2>&1
	grep -q ' untidy_too\b' /tmp/said || { cat /tmp/said; false; }
}

# node_exporter's collector (prometheus/procfs) gives up on all if one line is not so.
collector_reads_all() {
	awk '/slabinfo -/ || /# name/ { next }
		NF != 16 || seen[$1]++ { print; bad = 1 }
		{
			for (i = 2; i <= 16; i++)
				if (i !~ /^(7|8|12|13)$/ && $i !~ /^[0-9]+$/)
					bad = 1
			lines++
		}
		END { exit bad || !lines }' $INFO
}

kernel_keeps_its_own() {
	! grep slubx- /proc/slabinfo && ! grep -q slabinfo /proc/mounts
}

if [ ! -e /proc/slabinfo ]; then
	check "slubx loads" insmod /modules/slubx.ko
	check "unload slubx" rmmod slubx
	tap skip "readers" "a kernel without slabinfo"
	tap_end
	exit
fi
check "load slubx" insmod /modules/slubx.ko
check "slabtop shows each cache as it is" slabtop_has_all
check "and their sums" slabtop_adds_up
check "load a client" insmod /modules/slubx_client.ko
check "load another, whose caches are one" insmod /modules/slubx_untidy_client.ko
check "slabtop shows each cache, with clients" slabtop_has_all
check "and their sums again" slabtop_adds_up
check "vmstat -m shows each cache" vmstat_has_all
check "slabinfo shows each directory" slabinfo_has_all
check "slabinfo knows a client's objects" slabinfo_says item 1000 32
check "slabinfo counts the caches" slabinfo_totals
check "slabinfo finds the alias" slabinfo_aliases
check "each line is one for node_exporter" collector_reads_all
check "the kernel's own files are as they were" kernel_keeps_its_own
check "unload the other" rmmod slubx_untidy_client
check "unload the client" rmmod slubx_client
check "unload slubx" rmmod slubx
tap_end
