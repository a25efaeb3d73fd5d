# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034	# see common.sh
#
# top.sh - slubx top: the caches as they change. On a terminal a screen that is
# refreshed until a key says to stop, else -n frames (one) as text or JSON.
#
# Rates come from the counters of the cpus, so these are switched on meanwhile, and
# off again at the end if they were.

main_top() {
	need_slubx
	parse jsdn "$@"
	key=${key:-memory} delay=${delay:-1}
	is_number "$delay" || die "-d wants seconds, a whole number: $delay."
	[ -z "$frames" ] || is_number "$frames" || die "-n wants a number: $frames."
	run_awk text cache key || exit 1
	state=$(mktemp -d) || exit 1
	trap end_top EXIT
	trap 'exit 1' INT TERM HUP
	hold_stats
	choose_spark
	: >"$state/last"
	live=n
	[ ! -t 1 ] || [ ! -t 0 ] || [ "$json" = y ] || [ "$color" = plain ] || start_screen
	run_frames
}

# Eight heights. Blocks where the locale knows them, which was set before we set ours.
choose_spark() {
	case $LOCALE in
	*[Uu][Tt][Ff]*8*) spark='▁ ▂ ▃ ▄ ▅ ▆ ▇ █' ;;
	*) spark='_ . : - = + * #' ;;
	esac
}

hold_stats() {
	was_off=n
	[ -w "$STATS" ] && [ "$(cat "$STATS")" = 0 ] || return 0
	echo 1 >"$STATS" && was_off=y
}

end_top() {
	[ "$live" = n ] || end_screen
	[ "$was_off" = n ] || echo 0 >"$STATS"
	rm -r "$state"
}

# ---- The screen ---------------------------------------------------------------

# A key ends the wait: read() returns after VTIME tenths of a second or at once.
start_screen() {
	saved=$(stty -g) || return
	live=y
	! wants_color || color=color	# a frame is made in a file
	tenths=$((delay * 10))
	[ $tenths -le 255 ] || tenths=255
	stty -icanon -echo min 0 time $tenths
	printf '\033[?1049h\033[?25l'
}

end_screen() {
	stty "$saved"
	printf '\033[?25h\033[?1049l'
}

# A serial line knows of no size.
measure_screen() {
	rows=$(stty size 2>/dev/null) || rows='0 0'
	columns=${rows#* } rows=${rows% *}
	[ "${rows:-0}" -gt 5 ] || rows=24
	[ "${columns:-0}" -gt 20 ] || columns=80
}

# Waits, and does what a key says. False: stop.
wait_for_key() {
	case $(dd bs=1 count=1 2>/dev/null) in
	q) return 1 ;;
	m) key=memory ;;
	w) key=waste ;;
	a) key=alloc ;;
	f) key=free ;;
	p) key=fast ;;
	o) key=active ;;
	t) key=total ;;
	s) key=slabs ;;
	u) key=use ;;
	n) key=name ;;
	esac
}

wait_for_next() {
	if [ "$live" = y ]; then
		wait_for_key
	else
		sleep "$delay"
	fi
}

# ---- Frames -------------------------------------------------------------------

# From the second sample on there is something to compare with.
one_frame() {
	[ "$live" = n ] || measure_screen
	SLUBX_STATE=$state SLUBX_ROWS=${rows:-0} SLUBX_COLUMNS=${columns:-0} \
		SLUBX_LIVE=$live SLUBX_SPARK=$spark SLUBX_UPTIME=$PROC/uptime \
		run_awk text cache top >"$state/frame" || return
	mv "$state/now" "$state/last"
	cat "$state/frame"
}

# When slubx goes, so does its file: the end.
run_frames() {
	left=${frames:-1}
	[ "$live" = n ] || [ -n "$frames" ] || left=-1
	one_frame >/dev/null || exit 1
	while [ "$left" -ne 0 ]; do
		wait_for_next || break
		[ -e "$INFO" ] || break
		one_frame || exit 1
		left=$((left - 1))
	done
}
