#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# accel.sh IMAGE - print the QEMU accelerator to use: ACCEL if it is tcg or kvm,
# else what this machine has proven to bear.
#
# A /dev/kvm that opens may still hang or abort the guest, so "auto" boots IMAGE
# once with a five-second limit and remembers the answer for this host kernel.

. "$(dirname "$0")/../scripts/lib.sh"

probe() {
	local image=$1 dir
	dir=$(mktemp -d)
	"$TOP/qemu/initramfs.sh" "$dir/initrd"
	if "$TOP/qemu/boot.sh" --accel kvm --image "$image" --initrd "$dir/initrd" \
		--mode probe --smp 2 --mem 512 --timeout 5 --out "$dir" >/dev/null 2>&1; then
		echo kvm
	else
		echo tcg
	fi
	rm -rf "$dir"
}

accel=${ACCEL:-auto}
case $accel in
tcg | kvm) echo "$accel" ;;
auto)
	if [[ ! -r /dev/kvm || ! -w /dev/kvm ]]; then
		echo tcg
		exit
	fi
	verdict=$CACHE/accel-$(uname -r)
	if [[ ! -s $verdict ]]; then
		mkdir -p "$CACHE"
		say PROBE "KVM, 5 s at most, once on this machine"
		probe "${1:?usage: accel.sh IMAGE}" >"$verdict.tmp"
		mv "$verdict.tmp" "$verdict"
		say PROBE "result: $(cat "$verdict")"
	fi
	cat "$verdict"
	;;
*) die "unknown ACCEL=$accel; known are auto, tcg and kvm." ;;
esac
