# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# vm-files.sh - which files of a module build go into the test machine.
# Sourced after lib.sh.

# vm_initramfs OUT DIR...: pack OUT with every module under DIRs, the mirror, and
# what looks at slubx.
vm_initramfs() {
	local out=$1 ko pairs=() tools
	shift
	while IFS= read -r ko; do
		pairs+=("$ko:modules/${ko##*/}")
	done < <(find "$@" -name '*.ko')
	if [[ -e $TOP/samples/mirror/mirror.sh ]]; then
		pairs+=("$TOP/samples/mirror/mirror.sh:mirror/mirror.sh")
	fi
	tools=$("$TOP/scripts/tools.sh" pairs)
	mapfile -t -O "${#pairs[@]}" pairs <<<"$tools"
	"$TOP/qemu/initramfs.sh" "$out" "${pairs[@]}"
}

# vm_require SRC NAME...: the modules a run cannot do without.
vm_require() {
	local src=$1 name
	shift
	for name in "$@"; do
		[[ -n $(find "$src" -name "$name.ko" -print -quit) ]] ||
			die "the build made no $name.ko, and this run needs it."
	done
}
