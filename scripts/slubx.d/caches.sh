# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034	# see common.sh
#
# caches.sh - slubx caches: a line a cache, and what all of them have.

main_caches() {
	need_slubx
	parse js "$@"
	key=${key:-memory}
	run_awk text cache caches
}
