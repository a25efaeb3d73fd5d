# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 91-verify.sh - slubx verify tells debugged caches from others, and a damaged object
# from none. After 90-debug.sh: its report taints the kernel, too.

. /guest/lib.sh

# verify_is STATUS LINE...: it ends so, and has these lines.
verify_is() {
	want=$1
	shift
	slubx verify >/tmp/said
	status=$?
	for line in "$@"; do
		grep -qx "$line" /tmp/said || { cat /tmp/said; return 1; }
	done
	[ $status -eq "$want" ] || { echo "status $status"; false; }
}

# Of all caches but one.
rest_is_not_checked() {
	! grep -v -e '^slubx-crime ' -e ' not checked: no debugging$' /tmp/said || return
	[ "$(wc -l </tmp/said)" -eq $(($(wc -l </proc/slubxinfo) - 2)) ]
}

json_is() {
	slubx verify --json slubx-crime >/tmp/said
	grep -q "{\"name\": \"slubx-crime\", \"checked\": true, \"corrupt\": $1}" /tmp/said ||
		{ cat /tmp/said; false; }
}

check "load slubx, one cache debugged" insmod /modules/slubx.ko slubx_debug=FZP,slubx-crime
check "load a good client" insmod /modules/slubx_crime_client.ko
check "its cache is clean" verify_is 0 'slubx-crime  *clean'
check "the others are not checked" rest_is_not_checked
check "unload it" rmmod slubx_crime_client
mark expect
check "load one that writes to what it has freed" \
	insmod /modules/slubx_crime_client.ko crime=unseen
check "its cache is corrupt" verify_is 1 'slubx-crime  *1 corrupt'
check "what was found was repaired" verify_is 0 'slubx-crime  *clean'
check "a program is told the same" json_is 0
check "unload that one" rmmod slubx_crime_client
mark expected
check "unload slubx" rmmod slubx
tap_end
