# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 61-without-cx16.sh - slubx as on a machine that can't swap 16 bytes: a restless
# client, and a bit lock instead of the exchange.

. /guest/lib.sh

PARAMETERS=/sys/module/slubx_stress_client/parameters

no_damage() {
	grep -H . $PARAMETERS/caches $PARAMETERS/wrongs
	[ "$(cat $PARAMETERS/caches)" -gt 0 ] && [ "$(cat $PARAMETERS/wrongs)" -eq 0 ]
}

check "load slubx" insmod /modules/slubx.ko slubx_nocx16=1
check "load the client" insmod /modules/slubx_stress_client.ko threads=6
sleep 4
check "no object was damaged" no_damage
check "unload the client" rmmod slubx_stress_client
check "unload slubx: no cache is left" rmmod slubx
tap_end
