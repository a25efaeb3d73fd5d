# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034	# see common.sh
#
# leaks.sh - slubx leaks [CACHE]: who allocated the objects in use, the oldest first.
# What is there from the start is no leak: `slubx leaks --mark` notes who has what, and
# --since shows what has been added to that.

# shellcheck source=stacks.sh
. "$lib/stacks.sh"

MARK=${SLUBX_MARK:-/run/slubx.mark}

end_stacks() { rm -r "$tmp"; }

main_leaks() {
	need_slubx
	parse jRdMB "$@"
	shift $(($# - rest))
	tmp=$(mktemp -d) || exit 1
	trap end_stacks EXIT
	[ "$mark$since" = nn ] || [ "$record$delay$#" = n0 ] ||
		die "a mark is of all objects, not of what is recorded."
	[ "$since" = n ] || [ -r "$MARK" ] || die "no mark is set; \"slubx leaks --mark\" does."
	collect_stacks "$tmp/stacks" "$@"
	if [ "$mark" = y ]; then
		mkdir -p "$(dirname "$MARK")"
		cp "$tmp/stacks" "$MARK" || die "can't write $MARK."
		return
	fi
	# What has been added is younger than the mark, whatever else the stack has.
	limit=
	[ "$since" = n ] || limit=$(($(date +%s) - $(stat -c %Y "$MARK") + 1))
	[ "$since" = y ] || MARK=/dev/null
	SLUBX_AGE_MAX=$limit run_awk text leaks -- "$MARK" "$tmp/stacks" |
		sort -t "$(printf '\t')" -k 3,3nr -k 1,1nr >"$tmp/sorted"
	if [ "$json" = y ]; then
		run_awk text stacks_json -- "$tmp/sorted"
	else
		run_awk text leaks_text -- "$tmp/sorted"
	fi
}
