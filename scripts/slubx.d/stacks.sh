# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034	# see common.sh
#
# stacks.sh - who has allocated the objects that are in use: for flame and leaks.
#
# Two ways to know. Caches that track their users tell in alloc_traces. For all
# others the events slubx_alloc and slubx_free are recorded for some time, with the
# stack of each, on any kernel that has tracefs: then objects count that were
# allocated while it recorded, and not freed.
#
# Either way the result is a file of lines with tabs: BYTES, OBJECTS, OLDEST (seconds
# or -), CACHE, FRAMES (the outermost first, with ";" in between).

TRACING=$ROOT/sys/kernel/tracing

# tracks FILE: an alloc_traces of a cache that does now, or has objects from before.
tracks() {
	[ -e "$1" ] || return
	dir=${1%/*}
	[ "$(cat "$SYS/${dir##*/}/store_user" 2>/dev/null)" = 1 ] ||
		! head -n 1 "$1" | grep -qx 'No data'
}

# collect_stacks FILE [CMD...]: as the options say. Recording lasts as long as CMD.
collect_stacks() {
	stacks=$1
	shift
	if [ $# -eq 0 ] && [ "$record" = n ] && [ -z "$delay" ]; then
		set -- "$DEBUG"/*/alloc_traces
		if [ -n "$pattern" ]; then
			set -- "$DEBUG/$(file_of "$pattern")/alloc_traces"
		fi
		for file; do
			shift
			! tracks "$file" || set -- "$@" "$file"
		done
		if [ $# -gt 0 ]; then
			SLUBX_HZ=$(ticks) run_awk text cache fold traces -- "$@" >"$stacks"
			return
		fi
		[ "$mark$since" = nn ] ||
			die "a mark is for caches that track their users; none does here."
		note "no cache here tracks its users; recording for ${delay:-5} s."
		set --
	fi
	record_stacks "$@"
}

# Jiffies a second: the kernel's own configuration tells, Debian's are 250.
ticks() {
	{ zcat "$PROC/config.gz" || cat "$ROOT/boot/config-$(uname -r)"; } 2>/dev/null |
		awk -F = '$1 == "CONFIG_HZ" { hz = $2 } END { print hz ? hz : 250 }'
}

tell() { printf '%s\n' "$2" >"$instance/$1"; }

# An instance of our own: others who trace are not disturbed.
record_stacks() {
	[ -d "$TRACING/events/slubx" ] ||
		die "no events in $TRACING: is tracefs mounted?"
	wait_for_pointers
	instance=$TRACING/instances/slubx.$$
	mkdir "$instance" || die "can't make an instance in tracefs; are you root?"
	trap 'exit 1' INT TERM HUP
	trap 'end_recording; end_stacks' EXIT
	start_recording
	if [ $# -gt 0 ]; then
		"$@" >&2 || note "$1 ended with status $?."
	else
		sleep "${delay:-5}"
	fi
	tell tracing_on 0
	note_lost
	grep '\]$' "$PROC/kallsyms" >"$tmp/symbols"
	SLUBX_NOW=$(cut -d ' ' -f 1 "$PROC/uptime") SLUBX_SYMBOLS=$tmp/symbols \
		run_awk text fold live -- "$instance/trace" >"$stacks" || exit 1
	end_recording
}

start_recording() {
	tell buffer_size_kb "${SLUBX_BUFFER_KB:-16384}"
	tell trace_clock boot		# as /proc/uptime
	tell options/stacktrace 1 || die "this kernel has no stack traces."
	# Not hash-ptr: without it 6.1 prints an empty text for each %s (it edits the
	# format that it reads). That two hashes of 32 bits meet is rare enough.
	for event in slubx_alloc slubx_free; do
		[ -z "$pattern" ] ||
			tell "events/slubx/$event/filter" "name == \"$pattern\"" ||
			die "no events of a cache named $pattern."
		tell "events/slubx/$event/enable" 1
	done
}

end_recording() {
	[ -d "$instance" ] || return 0
	for event in slubx_alloc slubx_free; do
		tell "events/slubx/$event/enable" 0
	done
	rmdir "$instance"
}

# A full buffer loses the oldest events: what is shown is then not all.
note_lost() {
	lost=$(cat "$instance"/per_cpu/cpu*/stats |
		awk '$1 == "overrun:" || $1 == "dropped" { n += $NF } END { print n + 0 }')
	[ "$lost" -eq 0 ] ||
		note "$lost events are lost, so not all is shown: record for less time, or" \
			"with a larger SLUBX_BUFFER_KB."
}
