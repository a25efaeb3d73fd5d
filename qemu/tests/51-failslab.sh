# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# 51-failslab.sh - clients' allocations fail by the settings in debugfs: named as the
# kernel's, with what they begin with, and followed.

. /guest/lib.sh

DIR=/sys/kernel/debug/slubx/failslab
CRIME=/sys/kernel/slubx/slubx-crime
# What failslab of the kernel begins with; of a kernel that has it, 50-fail-nth.sh has
# changed some.
SETTINGS="probability=0 interval=1 times=1 space=0 verbose=2 task-filter=N
cache-filter=N ignore-gfp-wait=Y"

set_to() { echo "$2" >$DIR/"$1"; }
is() { [ "$(cat "$1")" = "$2" ] || { echo "$1: $(cat "$1")"; false; }; }

begins_as_the_kernels() {
	for setting in $SETTINGS; do
		is "$DIR/${setting%=*}" "${setting#*=}" || return
	done
}

takes_numbers() {
	set_to times -1 && is $DIR/times -1 || return
	set_to space 0x10 && is $DIR/space 16 && set_to space 0 || return
	! set_to times -2 2>/dev/null && ! set_to interval -1 2>/dev/null &&
		! set_to probability x 2>/dev/null
}

loads() { insmod /modules/slubx_crime_client.ko && rmmod slubx_crime_client; }
fails() { ! insmod /modules/slubx_crime_client.ko 2>/dev/null; }
other_loads() {
	insmod /modules/slubx_untidy_client.ko && rmmod slubx_untidy_client
}

# Its only allocation can wait for memory.
fails_when_all_is_set() {
	set_to verbose 1
	set_to cache-filter Y
	set_to probability 100
	loads || return
	log_begin
	set_to ignore-gfp-wait N
	fails && log_says "name failslab of slubx, cache slubx-crime, interval 1"
}

stops() {
	set_to times 0
	loads && set_to times -1 && fails && set_to interval 1000 && loads &&
		set_to interval 1
}

filter_opens() {
	other_loads && set_to cache-filter N &&
		! insmod /modules/slubx_untidy_client.ko 2>/dev/null
}

task_is_meant() {
	set_to task-filter Y && loads && set_to task $$ && loads || return
	! sh -c "echo \$\$ >$DIR/task; exec insmod /modules/slubx_crime_client.ko" \
		2>/dev/null || return
	set_to task-filter N && fails
}

letter_is_switched() {
	set_to probability 0
	insmod /modules/slubx_crime_client.ko || return
	is $CRIME/failslab 1 && echo F >$CRIME/debug && is $CRIME/failslab 0 &&
		echo fa >$CRIME/debug && [ "$(head -n 1 $CRIME/debug)" = FA ] &&
		echo 0 >$CRIME/failslab && [ "$(head -n 1 $CRIME/debug)" = F ]
	letter_result=$?
	rmmod slubx_crime_client && return $letter_result
}

check "load slubx, one cache may fail" insmod /modules/slubx.ko slubx_debug=A,slubx-crime
if [ -e $DIR ]; then
	check "settings are there and begin as the kernel's" begins_as_the_kernels
	check "numbers are taken, nonsense is not" takes_numbers
	check "an allocation fails when all is set" fails_when_all_is_set
	check "only so often" stops
	check "without the filter others fail, too" filter_opens
	check "of one task alone" task_is_meant
	check "letter A is switched" letter_is_switched
else
	tap skip "allocations fail" "no debugfs"
fi
check "unload slubx" rmmod slubx
tap_end
