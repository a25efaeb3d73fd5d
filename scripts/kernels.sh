# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# kernels.sh - the kernels and flavours this tree is tested on: the one table.
#
# Sourced after lib.sh. A kernel is a Debian source package and the suite that
# has it; a flavour is a fragment in qemu/kconfig/.

# shellcheck disable=SC2034		# used where this is sourced
KERNELS="6.1 6.12 7.2"
# shellcheck disable=SC2034
STOCKS="stock-6.1 stock-6.12 stock-7.2"

kernel_suite() {
	case $1 in
	6.1) echo bookworm ;;
	6.12) echo bookworm-backports ;;
	7.2) echo trixie-backports ;;
	*) die "unknown KERNEL=$1; known are $KERNELS, each also as stock-N (stock is stock-6.1)." ;;
	esac
}

flavours() {
	local f
	for f in "$TOP"/qemu/kconfig/flavour-*.config; do
		f=${f##*/flavour-}
		f=${f%.config}
		[[ $f == *-* ]] || echo "$f"	# not the ones of one kernel
	done
}

flavour_check() {
	[[ -e $TOP/qemu/kconfig/flavour-$1.config ]] ||
		die "unknown FLAVOUR=$1; known are $(flavours | tr '\n' ' ')"
}

# Some flavours exist on some kernels only: a line "# only: ..." in the fragment.
flavour_fits() {
	local only
	only=$(sed -n 's/^# only: //p' "$TOP/qemu/kconfig/flavour-$1.config")
	[[ -z $only || " $only " == *" $2 "* ]]
}

# The fragments of one kernel and flavour, in the order they are merged.
kconfig_fragments() {
	local f
	for f in base "kernel-$1" "flavour-$2" "flavour-$2-$1"; do
		f=$TOP/qemu/kconfig/$f.config
		[[ ! -e $f ]] || echo "$f"
	done
}
