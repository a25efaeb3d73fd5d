# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# icount.sh - mode "icount": the machine counts instructions instead of time, so
# what the bench module prints is exact. Without one this proves that slubx loads
# under the counter.

. /guest/lib.sh

bench() {
	mark "bench $1"
	insmod "/modules/$1.ko" || return
	dmesg | sed -n "/slubx-guest: bench $1\$/,\$s/^\[ *[0-9.]*\] //p" >/tmp/bench
	rmmod "$1"
}

# Until there is entropy each random number costs some thousand instructions, and
# every new slab wants one.
head -c 1 /dev/random >/dev/null
check "load slubx" insmod /modules/slubx.ko
for ko in /modules/slubx*bench*.ko; do
	[ -e "$ko" ] || continue
	name=${ko##*/}
	name=${name%.ko}
	check "run $name" bench "$name" && grep -v slubx-guest /tmp/bench
done
check "unload slubx" rmmod slubx
verdict
