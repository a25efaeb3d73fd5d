# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# pictures.sh - mode "pictures": clients at work on slubx, and what they look like.
# Each picture goes to the host between the lines "file NAME" and "end NAME".

. /guest/lib.sh

CONTROL=/proc/slubx_mirror

# The largest caches of this kernel, a part of their objects, as lines for the mirror.
largest() {
	sed 1,2d /proc/slabinfo | sort -k 2,2nr | awk '!seen[$1]++ && ++n <= 10 {
		print $1, $4, 8, "-", ($2 < 400 ? $2 : 400) }'
}

# What the flame graph is of: three clients come, and hold what they allocate.
work() {
	insmod /modules/slubx_client.ko || return
	insmod /modules/slubx_untidy_client.ko || return
	insmod /modules/slubx_mirror.ko || return
	largest | while read -r line; do
		echo "$line" >$CONTROL || return
	done
}

# 2000 objects, of which most are freed by chance. The cache keeps what becomes empty,
# for shrinking to show something.
wear() {
	echo "worn 192 8 - 2000" >$CONTROL || return
	echo 100 >/sys/kernel/slubx/worn/min_partial || return
	echo "thin worn 90" >$CONTROL
}

send() {
	[ -s "/tmp/$1" ] || return
	echo "file $1"
	cat "/tmp/$1"
	echo "end $1"
}

if [ "${1:-}" = work ]; then
	work
	exit
fi
head -c 1 /dev/random >/dev/null	# until then no event tells pointers
check "load slubx" insmod /modules/slubx.ko
check "a flame graph of three clients at work" \
	slubx flame -o /tmp/flame.svg -- sh "$0" work
check "a cache that was used for long" wear
check "a map of it, shrunk" slubx map worn --shrink -o /tmp/map.svg
check "the caches" sh -c "slubx caches >/tmp/caches.txt"
check "all objects are freed, none is damaged" sh -c "echo free >$CONTROL &&
	grep ' damaged 0\$' $CONTROL"
check "unload all" rmmod slubx_mirror slubx_untidy_client slubx_client slubx
for picture in flame.svg map.svg caches.txt; do
	send $picture
done
verdict
