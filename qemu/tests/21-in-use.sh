# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 21-in-use.sh - slubx stays as long as it is needed: by a client, by a cache whose
# client has gone, by a cache that was destroyed too early. No longer than that.

. /guest/lib.sh

SYS=/sys/kernel/slubx
CLIENT=slubx_untidy_client
LEFT=/sys/module/$CLIENT/parameters

references() { cat /sys/module/slubx/refcnt; }

has_references() {
	[ "$(references)" -eq "$1" ] || { echo "$(references) references"; false; }
}

# A cache that was destroyed too early goes a little after its last object.
comes_to_have_references() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(references)" -ne "$1" ] || return 0
		sleep 0.5
	done
	has_references "$1"
}

stays() {
	! rmmod slubx 2>/tmp/why || return
	grep -q 'temporarily unavailable' /tmp/why || { cat /tmp/why; return 1; }
	[ -e /sys/module/slubx ] && cat /proc/slubxinfo >/dev/null
}

goes() {
	rmmod slubx && [ ! -e $SYS ] && [ ! -e /proc/slubxinfo ]
}

client_comes() { insmod "/modules/$CLIENT.ko" "$@"; }

# What it leaves behind can be told by nobody else.
client_goes() {
	cat $LEFT/caches >/tmp/caches
	cat $LEFT/object >/tmp/object
	rmmod $CLIENT
}

heir_frees() {
	client_comes caches="$(cat /tmp/caches)" object="$(cat /tmp/object)" "$@" &&
		rmmod $CLIENT
}

log_has() { dmesg | grep "$1" >/dev/null || { dmesg | tail -n 5; false; }; }

# leaks_are_told ALL LISTED: each of those listed with its caller, and all by callers.
leaks_are_told() {
	dmesg | sed 's/^\[[^]]*\] //' | awk -v all="$1" -v listed="$2" '
		/^slubx: cache .untidy. closed with objects in use; the oldest first:/ { on = 1 }
		!on { next }
		/^slubx: Object 0x.* @offset=[0-9]+ size=1000$/ { objects++; at = NR }
		/^Allocated in take\+0x[^ ]* \[slubx_untidy_client\] age=[0-9]+ cpu=[0-9]+ pid=[0-9]+$/ {
			if (at == NR - 1)
				callers++
		}
		$0 == "slubx: and " all - listed " younger ones" { rest++ }
		/^slubx: by who allocated them, / { sites = 1; next }
		sites && /^slubx: +[0-9]+ take\+0x.* age=[0-9]+\/[0-9]+\/[0-9]+$/ {
			if (n && $2 > last)
				bad = 1
			sum += $2
			last = $2
			n++
		}
		END {
			print objects, callers, rest, n, sum, bad
			exit bad || objects != listed || callers != listed || rest != 1 ||
				n != 2 || sum != all
		}' || { dmesg | tail -n 40; false; }
}

has_cache() { [ -e "$SYS/untidy" ] && grep -q '^untidy ' /proc/slubxinfo; }

check "slubx loads" insmod /modules/slubx.ko
check "nobody needs it" has_references 0

check "a client makes two caches" client_comes frees=0 destroys=0
check "slubx stays while the client is there" stays
check "the client goes without destroying them" client_goes
check "each cache is a reference" has_references 2
check "slubx stays while the caches are there" stays
check "they can be seen" has_cache
check "an heir tells of the object and destroys them" heir_frees dumps=1
check "in one line" log_has 'untidy_client: object: slab untidy start ffff[0-9a-f]* pointer offset 17 size 1000$'
check "they can't be seen any more" eval '! has_cache'
check "nobody needs slubx any more" has_references 0
check "slubx goes" goes

check "slubx loads again" insmod /modules/slubx.ko
check "a client comes" client_comes frees=0
log_begin
check "it destroys its caches, with an object in use" client_goes
check "that is told" log_says "1 objects of 1000 bytes in use"
check "the cache can't be seen" eval '! has_cache'
check "it is a reference" has_references 1
check "slubx stays while it holds an object" stays
check "an heir frees the object" heir_frees destroys=0
check "then the cache is gone" comes_to_have_references 0
check "that is told, too" log_says "slubx: cache 'untidy': the last object is freed"
check "slubx goes again" goes

check "slubx loads to track users" insmod /modules/slubx.ko "slubx_debug=U,untidy"
check "a client comes for more" client_comes frees=0 extra=40
log_begin
check "it destroys its cache, with many objects in use" client_goes
check "who has them is told" leaks_are_told 41 16
check "an heir frees the one that is left" heir_frees destroys=0
check "then that cache is gone" comes_to_have_references 0
check "slubx goes" goes

if [ -e /sys/kernel/debug/kmemleak ]; then
	tap skip "large memory is left" "kmemleak would find it, too"
else
	check "slubx loads once more" insmod /modules/slubx.ko
	check "a client comes for large memory" client_comes large=20000
	check "and goes without freeing it" rmmod $CLIENT
	check "slubx goes all the same" goes
	check "that is told, at last" log_says "1 pieces of large memory are in use at unload, and lost"
fi
tap_end
