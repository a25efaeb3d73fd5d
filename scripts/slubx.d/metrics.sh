# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034	# see common.sh
#
# metrics.sh - slubx metrics: all figures in the text format of Prometheus, for the
# textfile collector of node_exporter, which wants a file that is never half.

main_metrics() {
	need_slubx
	parse o "$@"
	write_output run_awk text cache metrics
}
