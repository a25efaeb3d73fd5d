# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# run.sh - mode "run": slubx at work on an unmodified kernel. Some real work, so
# that the kernel has something in its slabs, then the same in slubx's.

. /guest/lib.sh

# Processes that come and go, and some that stay.
start_processes() {
	i=0
	while [ $i -lt 150 ]; do
		/bin/true &
		sleep 1000 >/dev/null 2>&1 &
		[ $((i % 2)) -eq 0 ] || echo $! >>/tmp/every-second
		i=$((i + 1))
	done
	xargs kill </tmp/every-second
}

real_work() {
	find / -path /proc -prune -o -type f -print >/tmp/files || return
	tar -C / -cf /tmp/work.tar bin guest modules || return
	mkdir /tmp/unpacked || return
	tar -C /tmp/unpacked -xf /tmp/work.tar || return
	start_processes
}

echo "# Linux $(uname -r), $(uname -v), $(nproc) cpus"
check "real work: find, tar, 300 processes" real_work
if MIRROR_TABLE=/tmp/mirror.txt sh /mirror/mirror.sh; then
	tap ok "the mirror"
else
	tap bad "the mirror"
fi
check "nothing of slubx is left in /sys and /proc" \
	test ! -e /sys/kernel/slubx -a ! -e /proc/slubxinfo -a ! -e /sys/module/slubx
# The console's log is the file that the host keeps.
[ ! -s /tmp/mirror.txt ] || cat /tmp/mirror.txt >/dev/console
verdict
