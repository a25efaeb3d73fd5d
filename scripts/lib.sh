# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib.sh - what every script here starts with: strict mode, paths, words for the
# person at the terminal, and a cache that an interrupted run cannot spoil.
#
# Sourced, never run. Scripts print their result (a path) on stdout, so all talk
# goes to stderr.

set -euo pipefail

# Sourced by many scripts; each uses a part of what is set here.
# shellcheck disable=SC2034
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${SLUBX_CACHE:-${HOME:-~}/.cache/slubx}
export LC_ALL=C

say() { printf '  %-8s%s\n' "$1" "$2" >&2; }

# One clear sentence and out. Every foreseen failure ends here.
die() {
	printf 'slubx: %s\n' "$*" >&2
	exit 1
}

# With -j the first error is rarely in the last lines: show both.
explain_log() {
	grep -nE 'error:|undefined!|\*\*\*' "$1" | head -n 20 >&2 || true
	echo "--- end of $1" >&2
	tail -n 12 "$1" >&2
}

# run_logged LOG WHAT CMD...: quiet while it works, the errors of the log when not.
run_logged() {
	local log=$1 what=$2
	shift 2
	mkdir -p "$(dirname "$log")"
	if ! "$@" >"$log" 2>&1 </dev/null; then
		explain_log "$log"
		die "$what failed; the whole log is $log."
	fi
}

# with_lock NAME CMD...: one at a time for all runs that share this cache. The
# lock goes with the processes that hold it, so a killed run leaves none behind.
with_lock() {
	local name=$1 fd
	shift
	mkdir -p "$CACHE/locks"
	exec {fd}>"$CACHE/locks/$name"
	if ! flock -n "$fd"; then
		say WAIT "for another run to finish with $name"
		flock "$fd"
	fi
	"$@"
	exec {fd}>&-
}

# A name for locks on things under build/, of this checkout and no other.
tree_lock() { echo "tree${TOP//\//-}-$1"; }

# need_space MB WHAT: better one sentence now than a full disk half-way.
need_space() {
	local have
	have=$(df -Pm "$CACHE" | awk 'NR == 2 { print $4 }')
	((have >= $1)) ||
		die "$2 needs $1 MB in $CACHE, and $have MB are free (SLUBX_CACHE moves it)."
}

# Something in the cache counts only when its stamp was written, as the last step.
is_complete() { [[ -e $1/.complete ]]; }
mark_complete() { touch "$1/.complete"; }

jobs_here() { nproc 2>/dev/null || echo 2; }
