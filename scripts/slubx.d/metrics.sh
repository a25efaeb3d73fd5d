# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034	# see common.sh
#
# metrics.sh - slubx metrics: all figures in the text format of Prometheus, for the
# textfile collector of node_exporter, which wants a file that is never half.

main_metrics() {
	need_slubx
	parse o "$@"
	if [ -z "$output" ]; then
		run_awk text cache metrics
		return
	fi
	if ! run_awk text cache metrics >"$output.$$" || ! mv "$output.$$" "$output"; then
		rm -f "$output.$$"
		die "can't write $output."
	fi
}
