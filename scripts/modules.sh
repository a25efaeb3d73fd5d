#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# modules.sh KDIR TARGET [MAKE-ARGS...] - build every module of the tree against
# KDIR in build/TARGET/src and print that directory. V=1 shows the commands.

. "$(dirname "$0")/lib.sh"

build_modules() {
	local kdir=$1 src=$2
	shift 2
	python3 "$TOP/scripts/stage.py" "$TOP" "$src"
	# Stock headers ask for BTF, which needs pahole and a vmlinux; the modules
	# load without it.
	make -C "$kdir" M="$src" -j"$(jobs_here)" \
		CONFIG_DEBUG_INFO_BTF_MODULES= "$@" modules
}

main() {
	local kdir=$1 target=$2 src log
	shift 2
	[[ -e $kdir/Makefile ]] || die "KDIR=$kdir is not a kernel build directory."
	src=$TOP/build/$target/src
	log=$TOP/build/$target/modules.log
	mkdir -p "$src"
	say MODULES "for $target"
	if [[ ${V:-0} != 0 ]]; then
		with_lock "$(tree_lock "$target")" \
			build_modules "$kdir" "$src" "V=$V" "$@" >&2
	else
		with_lock "$(tree_lock "$target")" \
			run_logged "$log" "Building the modules for $target" \
			build_modules "$kdir" "$src" "$@"
		grep -E 'warning:|WARNING:' "$log" >&2 || true
	fi
	echo "$src"
}

main "${1:?usage: modules.sh KDIR TARGET}" "${2:?usage: modules.sh KDIR TARGET}" "${@:3}"
