# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 70-client.sh - samples/client, built outside of this tree: it loads with slubx and
# not without, its objects are seen, and slubx stays as long as it does.

. /guest/lib.sh

CLIENT=/modules/slubx_client.ko
SYS=/sys/kernel/slubx

fails() { ! "$@"; }

# Since the mark, so that a line of an earlier run does not count.
client_said() {
	dmesg | sed -n '/slubx-guest: script 70-client$/,$p' >/tmp/client
	grep 'slubx_client: 1000 items of 32 bytes, the last is "item 999"' /tmp/client
}

# The first number of a file is the sum of all nodes.
count_is() {
	[ "$(cut -d ' ' -f 1 "$2")" -ge "$1" ] || { cat "$2"; false; }
}

check "no client without slubx" fails insmod $CLIENT
check "load slubx" insmod /modules/slubx.ko
check "load the client" insmod $CLIENT
check "the client works" client_said
check "its cache is in sysfs" test -d $SYS/item
check "its items are in its cache" count_is 1000 $SYS/item/total_objects
check "their names are in slubx-kmalloc-32" count_is 1000 $SYS/slubx-kmalloc-32/total_objects
check "slubx stays while the client does" fails rmmod slubx
check "unload the client" rmmod slubx_client
check "its cache is gone" test ! -e $SYS/item
check "unload slubx" rmmod slubx
tap_end
