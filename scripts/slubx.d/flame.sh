# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034	# see common.sh
#
# flame.sh - slubx flame [CACHE]: the bytes in use by the stacks that allocated them,
# as a picture (SVG) to be opened in a browser, where a click goes into a frame.

# shellcheck source=stacks.sh
. "$lib/stacks.sh"

end_stacks() { rm -r "$tmp"; }

main_flame() {
	need_slubx
	parse joRd "$@"
	shift $(($# - rest))
	tmp=$(mktemp -d) || exit 1
	trap end_stacks EXIT
	collect_stacks "$tmp/stacks" "$@"
	if [ "$json" = y ]; then
		write_output run_awk text stacks_json -- "$tmp/stacks"
	else
		SLUBX_SCRIPT=$lib/flame.js write_output run_awk text flame -- "$tmp/stacks"
	fi
}
