# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# lib.sh - TAP for scripts in the test machine: `check NAME CMD...` prints one
# line, `verdict` the last one. Sourced by guest scripts and by qemu/tests/*.sh.

TAP_BAD=0
TAP_RUN=0

tap() {
	TAP_RUN=$((TAP_RUN + 1))
	case $1 in
	ok) echo "ok $TAP_RUN - $2" ;;
	skip) echo "ok $TAP_RUN - $2 # SKIP $3" ;;
	*)
		echo "not ok $TAP_RUN - $2"
		TAP_BAD=$((TAP_BAD + 1))
		;;
	esac
}

# check NAME CMD...: the command's exit status is the result; what it printed is
# shown only when it failed.
check() {
	check_name=$1
	shift
	if check_out=$("$@" 2>&1); then
		tap ok "$check_name"
	else
		tap bad "$check_name"
		[ -z "$check_out" ] || echo "$check_out" | sed 's/^/# /'
		return 1
	fi
}

# For a script of qemu/tests: its last command.
tap_end() {
	echo "1..$TAP_RUN"
	[ "$TAP_BAD" -eq 0 ]
}

# A line in the kernel's log: the host cuts the console at these.
mark() { echo "slubx-guest: $*" >/dev/kmsg; }

# Forgets what the log says, so that log_says TEXT looks only at what comes now.
log_begin() { dmesg -c >/dev/null; }
log_says() { dmesg | grep -qF -- "$1" || { dmesg | tail -n 5; false; }; }

# The host takes "success" alone on the last line for a verdict, nothing else.
verdict() {
	if [ "$TAP_BAD" -eq 0 ] && [ "$TAP_RUN" -gt 0 ]; then
		echo success
	else
		echo "failure: $TAP_BAD of $TAP_RUN"
	fi
}
