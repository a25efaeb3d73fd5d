# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034	# see common.sh
#
# tools.sh - slubx slabtop, vmstat, slabinfo: the tools for SLUB, unmodified. They
# look at /proc/slabinfo and /sys/kernel/slab, where a mount namespace of their own
# shows them slubx's; nobody else sees that.

# Where slabinfo is: Debian has no package of it, scripts/tools.sh builds it.
path_of() {
	command -v "$1" && return
	built=$(dirname "$lib")/../build/tools/$1
	[ ! -x "$built" ] || { echo "$built"; return; }
	case $1 in
	slabinfo) die "no slabinfo here; scripts/tools.sh builds it from the kernel's source." ;;
	*) die "no $1 here; it comes with the package procps." ;;
	esac
}

# over SOURCE TARGET, in there: mounts one on the other where both are there.
run_tool() {
	need_slubx
	[ -z "$ROOT" ] || die "$1 looks at this machine only."
	[ -e /proc/slabinfo ] || die "this kernel has no /proc/slabinfo to mount over."
	tool=$(path_of "$1") || exit 1
	[ "$1 $#" != "vmstat 1" ] || set -- vmstat -m
	shift
	# shellcheck disable=SC2016
	exec unshare -m sh -c '
		over() {
			[ ! -e "$1" ] || [ ! -e "$2" ] || mount --bind "$1" "$2"
		}
		over /proc/slubxinfo /proc/slabinfo &&
			over /sys/kernel/slubx /sys/kernel/slab &&
			over /sys/kernel/debug/slubx /sys/kernel/debug/slab &&
			exec "$@"
		echo "slubx: no mount namespace; are you root?" >&2
		exit 1' sh "$tool" "$@"
}
