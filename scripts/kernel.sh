#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel.sh KERNEL FLAVOUR - build the test kernel, once, and print its build
# directory: a KDIR for modules, with bzImage inside.
#
# The directory's name carries a hash of everything that shapes the kernel (the
# fragments, the source version, the compiler), so an edit to a fragment builds a
# new kernel and an old cache stays valid. An interrupted build is continued.

. "$(dirname "$0")/lib.sh"
. "$TOP/scripts/kernels.sh"

IMAGE=arch/x86/boot/bzImage

# The lines that count: a reworded comment builds no kernel.
settings() { grep -hE '^(CONFIG_[A-Z0-9_]+=|# CONFIG_[A-Z0-9_]+ is not set)' "$@"; }

config_hash() {
	local src=$1
	shift
	{
		basename "$src"
		gcc --version | head -n 1
		settings "$@"
	} | sha256sum | cut -c1-12
}

# A line of a fragment that did not make it into .config is a kernel that does
# not test what its name says: fail, do not shrug.
check_config() {
	local out=$1 missing
	shift
	missing=$(settings "$@" |
		awk '{ k = $0; sub(/^# /, "", k); sub(/[= ].*/, "", k); last[k] = $0 }
			END { for (k in last) print last[k] }' |
		while read -r line; do
			case $line in
			"# "*) key=${line#\# }; key=${key%% *}
				! grep -q "^$key=" "$out/.config" || echo "$line" ;;
			*) grep -qxF -- "$line" "$out/.config" || echo "$line" ;;
			esac
		done)
	[[ -z $missing ]] ||
		die "this kernel cannot have: $(tr '\n' ';' <<<"$missing")"
}

configure() {
	local src=$1 out=$2
	shift 2
	make -s -C "$src" O="$out" allnoconfig
	"$src/scripts/kconfig/merge_config.sh" -m -O "$out" "$out/.config" "$@"
	make -s -C "$src" O="$out" olddefconfig
}

build() {
	local src=$1 out=$2 label=$3 fragments=("${@:4}")
	is_complete "$out" && return
	mkdir -p "$out"
	need_space 1500 "a test kernel"
	say CONFIG "kernel $label"
	run_logged "$out/slubx-config.log" "Configuring the $label kernel" \
		configure "$src" "$out" "${fragments[@]}"
	check_config "$out" "${fragments[@]}"
	say BUILD "kernel $label, once; a few minutes (log: $out/slubx-build.log)"
	run_logged "$out/slubx-build.log" "Building the $label kernel" \
		make -C "$src" O="$out" -j"$(jobs_here)" bzImage modules_prepare modules
	[[ -s $out/$IMAGE ]] || die "the $label build left no $IMAGE."
	mark_complete "$out"
}

main() {
	local kernel=$1 flavour=$2 src out fragments
	flavour_check "$flavour"
	flavour_fits "$flavour" "$kernel" ||
		die "there is no $flavour flavour of $kernel."
	src=$("$TOP/scripts/source.sh" "$kernel")
	mapfile -t fragments < <(kconfig_fragments "$kernel" "$flavour")
	out=$CACHE/kernels/$kernel-$flavour-$(config_hash "$src" "${fragments[@]}")
	is_complete "$out" ||
		with_lock kernel-build build "$src" "$out" "$kernel $flavour" \
			"${fragments[@]}" >&2
	echo "$out"
}

main "${1:?usage: kernel.sh KERNEL FLAVOUR}" "${2:?usage: kernel.sh KERNEL FLAVOUR}"
