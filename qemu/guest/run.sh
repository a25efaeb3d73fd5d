# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# run.sh - mode "run": slubx at work on an unmodified kernel. Some real load so
# that the host's allocator has something to show, then slubx beside it.

. /guest/lib.sh

real_work() {
	find / -xdev -type f >/tmp/files 2>/dev/null
	tar -C / -cf /tmp/work.tar bin guest modules
	mkdir /tmp/unpacked
	tar -C /tmp/unpacked -xf /tmp/work.tar
	i=0
	while [ $i -lt 200 ]; do
		/bin/true &
		i=$((i + 1))
	done
	wait
	rm -r /tmp/unpacked /tmp/work.tar
}

echo "# stock kernel $(uname -r), $(nproc) cpus"
check "real work (find, tar, 200 processes)" real_work
if check "load slubx" insmod /modules/slubx.ko; then
	grep -h . /proc/slubxinfo 2>/dev/null | head -n 12 | sed 's/^/# /'
	if [ -e /mirror/mirror.sh ]; then
		if sh /mirror/mirror.sh; then
			tap ok "the mirror ran"
		else
			tap bad "the mirror ran"
		fi
	else
		tap bad "samples/mirror/mirror.sh is missing"
	fi
	rmmod slubx_mirror 2>/dev/null
	check "unload slubx" rmmod slubx
	check "nothing left in /sys/kernel and /proc" \
		test ! -e /sys/kernel/slubx -a ! -e /proc/slubxinfo
fi
verdict
