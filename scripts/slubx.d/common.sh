# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# common.sh - what every command starts with: where slubx shows itself, options,
# words for the person at the terminal. Sourced by slubx, which sets $lib; what is
# set here, each command uses a part of.
# shellcheck disable=SC2034,SC2154

ROOT=${SLUBX_ROOT:-}
PROC=$ROOT/proc
SYS=$ROOT/sys/kernel/slubx
INFO=$PROC/slubxinfo
DEBUG=$ROOT/sys/kernel/debug/slubx
STATS=$ROOT/sys/module/slubx/parameters/slubx_stats

die() {
	printf 'slubx: %s\n' "$*" >&2
	exit 1
}

note() { printf 'slubx: %s\n' "$*" >&2; }

need_slubx() {
	[ -e "$INFO" ] || die "slubx is not loaded here: there is no $INFO."
	[ -r "$INFO" ] || die "only root may read $INFO."
}

# In one place, for all commands. What is not for everybody is left to them.
json=n text=n shrink=n record=n mark=n since=n rest=0
key='' pattern='' output='' delay='' frames='' color=auto
need_value() { [ "$1" -ge 2 ] || die "$2 wants a value."; }

# parse OPTS ARG...: OPTS are the letters of the options that the command knows; those
# that have a name and no value are capital, or j. One other word is the pattern.
parse() {
	known=$1
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--json) letter=j ;;
		--text) letter=T ;;
		--shrink) letter=S ;;
		--record) letter=R ;;
		--mark) letter=M ;;
		--since) letter=B ;;
		--)
			rest=$(($# - 1))
			return
			;;
		--color | --plain) letter='' color=${1#--} ;;
		-[a-z]) letter=${1#-} ;;
		-*) die "no option $1; see \"slubx help\"." ;;
		*)
			[ -z "$pattern" ] || die "one pattern at most: $pattern, $1."
			pattern=$1 letter=''
			;;
		esac
		case $known in
		*"$letter"*) ;;
		*) die "no option $1 here; see \"slubx help\"." ;;
		esac
		case $letter in
		'') ;;
		j) json=y ;;
		T) text=y ;;
		S) shrink=y ;;
		R) record=y ;;
		M) mark=y ;;
		B) since=y ;;
		*)
			need_value $# "$1"
			set_option "$letter" "$2"
			shift
			;;
		esac
		shift
	done
}

set_option() {
	case $1 in
	s) key=$2 ;;
	o) output=$2 ;;
	d) delay=$2 ;;
	n) frames=$2 ;;
	esac
}

# is_number TEXT: a whole number over zero?
is_number() {
	case $1 in
	'' | *[!0-9]* | 0*) false ;;
	esac
}

wants_color() {
	case $color in
	color) true ;;
	plain) false ;;
	*) [ -t 1 ] && [ -z "${NO_COLOR:-}" ] ;;
	esac
}

# Some seconds long, after it booted and has entropy, the kernel prints no pointers. A
# file that shows some tells.
wait_for_pointers() {
	waited=0
	while [ $waited -lt 20 ] && grep -q ptrval "$PROC/timer_list" 2>/dev/null; do
		sleep 1
		waited=$((waited + 1))
	done
}

# file_of NAME: what a cache's directory is called.
file_of() { printf '%s' "$1" | tr / '!'; }

# write_output CMD...: what it prints goes to -o FILE, as a whole or not at all.
write_output() {
	if [ -z "$output" ]; then
		"$@"
	elif ! "$@" >"$output.$$" || ! mv "$output.$$" "$output"; then
		rm -f "$output.$$"
		die "$output is not written."
	fi
}

# run_awk NAME... [-- FILE...]: the programs NAME.awk as one, with all that they
# could want to know. By the environment: -v would read backslashes.
run_awk() {
	program=''
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		program="$program$(cat "$lib/$1.awk")
"
		shift
	done
	[ $# -eq 0 ] || shift
	color_is=0
	! wants_color || color_is=1
	SLUBX_INFO=$INFO SLUBX_SYS=$SYS SLUBX_STATS_FILE=$STATS SLUBX_KEY=$key \
		SLUBX_PATTERN=$pattern SLUBX_JSON=$json SLUBX_COLOR=$color_is \
		awk "$program" "$@"
}
