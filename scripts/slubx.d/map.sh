# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034	# see common.sh
#
# map.sh - slubx map CACHE: every slab of a cache as a row and every object as a
# cell. A picture (SVG) for a file or a pipe, text for a terminal; --shrink makes the
# cache give back what it can, and shows it before and after.

main_map() {
	need_slubx
	parse joTS "$@"
	[ -n "$pattern" ] || die "map wants a cache; \"slubx caches\" tells them."
	file=$(file_of "$pattern")
	[ -e "$SYS/$file" ] || die "no cache named $pattern."
	slabs=$DEBUG/$file/slabs
	[ -e "$slabs" ] || die "no $slabs: is debugfs mounted, and does this slubx have it?"
	wait_for_pointers		# by which slabs are told apart
	tmp=$(mktemp -d) || exit 1
	trap 'rm -r "$tmp"' EXIT
	set -- "$tmp/before"
	cat "$slabs" >"$1" || die "can't read $slabs."
	[ "$shrink" = n ] || { shrink_and_look && set -- "$1" "$tmp/after"; } || exit 1
	write_output run_awk text slabs "$(form_of_map)" -- "$@"
}

shrink_and_look() {
	echo 1 >"$SYS/$file/shrink" || die "can't shrink $pattern."
	cat "$slabs" >"$tmp/after" || die "can't read $slabs."
}

form_of_map() {
	if [ "$json" = y ]; then
		echo map_json
	elif [ "$text" = y ] || { [ -t 1 ] && [ -z "$output" ]; }; then
		echo map_text
	else
		echo map_svg
	fi
}
