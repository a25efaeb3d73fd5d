# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# test.sh - mode "test": load slubx and its suites, unload, look for leftovers, do
# it again (what leaks the first time shows the second), then the shell tests.

. /guest/lib.sh
. /guest/state.sh

names_unchanged() {
	state_names >/tmp/names.now
	diff /tmp/names.before /tmp/names.now
}

# What the suites said, by the kernel's log since the mark (the host parses it
# properly; here it decides the verdict).
suites_passed() {
	dmesg | sed -n "/slubx-guest: pass $1\$/,\$p" >/tmp/pass
	grep 'not ok ' /tmp/pass && return 1
	grep -q '\] *ok [0-9]' /tmp/pass || { echo "no test ran"; return 1; }
}

load_and_test() {
	mark "pass $1"
	check "load slubx (pass $1)" insmod /modules/slubx.ko || return
	if check "load slubx_kunit (pass $1)" insmod /modules/slubx_kunit.ko; then
		check "suites pass (pass $1)" suites_passed "$1"
		check "unload slubx_kunit (pass $1)" rmmod slubx_kunit
	fi
	mark "end of pass $1"
	check "unload slubx (pass $1)" rmmod slubx
	check "no name left behind (pass $1)" names_unchanged
}

measure() {
	memory=$(state_memory)
	echo "# slab pages that are not SLUB's, free pages, kB of percpu: $memory"
}

kept_memory() {
	before=$memory
	measure
	echo "$before $memory" | awk '{ exit !($4 - $1 > 64 || $2 - $5 > 2048) }'
}

# The rest of the kernel keeps some memory too (more so under kmemleak), but not
# each time again: only what grows twice is a leak.
memory_came_back() {
	measure
	load_and_test 2
	kept_memory || return 0
	load_and_test 3
	! kept_memory
}

# A test script has its time and at least one result, or it failed.
run_script() {
	name=${1##*/}
	name=${name%.sh}
	mark "script $name"
	echo "# script $name"
	timeout "${SLUBX_SCRIPT_TIMEOUT:-360}" sh "$1" >/tmp/script.out 2>&1
	rc=$?
	sed "s/^\(not ok\|ok\)\( [0-9]*\)\( -\)* */\1\2 - $name: /" /tmp/script.out
	TAP_RUN=$((TAP_RUN + 1))
	if [ $rc -ne 0 ] || grep -q '^not ok' /tmp/script.out ||
		! grep -q '^ok' /tmp/script.out; then
		TAP_BAD=$((TAP_BAD + 1))
		echo "not ok - $name: ended with status $rc"
	fi
	# A script that failed half-way must not fail those after it.
	rmmod slubx_client slubx_mirror slubx_same_client slubx_stress_client \
		slubx_untidy_client slubx_crime_client slubx_kunit slubx 2>/dev/null
}

kmemleak_clean() {
	leaks=/sys/kernel/debug/kmemleak
	echo scan >$leaks
	sleep 6			# objects younger than five seconds are not reported
	echo scan >$leaks
	if grep -q 'unreferenced object' $leaks; then
		mark "kmemleak: unreferenced object"
		cat $leaks
		return 1
	fi
}

echo "# kernel $(uname -r), $(nproc) cpus"
state_names >/tmp/names.before
load_and_test 1
if has_quarantine; then
	load_and_test 2
	tap skip "memory came back" "KASAN keeps freed objects"
elif memory_came_back; then
	tap ok "memory came back"
else
	tap bad "memory came back"
fi
# With lockdep the release of a kobject is put off for seconds, so that a script that
# loads slubx again and again would take an hour; and what only reads files, as the
# tools do, takes minutes and finds no lock that the others don't.
takes_too_long() {
	[ -e /proc/lockdep ] || return
	case $1 in
	*/20-* | */21-* | */22-* | */40-* | */50-* | */8?-*) true ;;
	*) false ;;
	esac
}

for script in /tests/*.sh; do
	if takes_too_long "$script"; then
		tap skip "${script##*/}" "too long with lockdep"
	elif [ -e "$script" ]; then
		run_script "$script"
	fi
done
check "no name left behind (end)" names_unchanged
[ -e /sys/kernel/debug/kmemleak ] && check "kmemleak finds nothing" kmemleak_clean
mark end
verdict
