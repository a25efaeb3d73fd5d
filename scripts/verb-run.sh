#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# verb-run.sh run|shell|icount|pictures - boot Debian's own kernel with slubx in it.

. "$(dirname "$0")/lib.sh"
. "$TOP/scripts/vm-files.sh"

mode=${1:?usage: verb-run.sh run|shell|icount|pictures}
RELEASE='' KDIR='' IMAGE=''

# What the guest sent, between "file NAME" and "end NAME", as DIR/NAME; and whether
# it is what it should be.
unpack_pictures() {
	local dir=$1
	rm -rf "$dir"
	mkdir -p "$dir"
	tr -d '\r' <"$vm/results.log" | awk -v dir="$dir" '
		$1 == "end" && $2 == name && NF == 2 { close(file); name = "" }
		name != "" { print >file }
		$1 == "file" && NF == 2 && name == "" { name = $2; file = dir "/" name }'
	python3 "$TOP/scripts/check-pictures.py" "$dir"
}

"$TOP/scripts/need.sh" base headers vm tools
stock=$("$TOP/scripts/stock.sh" "${KERNEL:-6.1}")
eval "$stock"
target=stock-$RELEASE
src=$("$TOP/scripts/modules.sh" "$KDIR" "$target")
vm=$TOP/build/$target/$mode
mkdir -p "$vm"
client=$src
[[ $mode != pictures ]] || client=$("$TOP/scripts/client.sh" "$KDIR" "$target")
vm_initramfs "$vm/initrd" "$src" "$client"
boot=("$TOP/qemu/boot.sh" --image "$IMAGE" --initrd "$vm/initrd" --out "$vm"
	--mode "$mode")

case $mode in
shell)
	[[ -t 0 ]] || die "make shell needs a terminal."
	say BOOT "Debian $RELEASE; Ctrl-A x ends the machine"
	exec "${boot[@]}" --shell
	;;
icount)
	# Debian zeroes every object by default; half of a small pair is that.
	for zeroing in 1 0; do
		say BOOT "Debian $RELEASE, counting instructions, init_on_alloc=$zeroing"
		"${boot[@]}" --icount --show --timeout 900 \
			--append "init_on_alloc=$zeroing"
	done
	;;
run)
	vm_require "$src" slubx slubx_mirror
	say BOOT "Debian $RELEASE, unmodified, in QEMU"
	"${boot[@]}" --show --timeout 180
	say DONE "slubx ran on the stock kernel; its log is $vm/console.log"
	;;
pictures)
	vm_require "$src" slubx slubx_mirror slubx_untidy_client
	say BOOT "Debian $RELEASE, unmodified, in QEMU"
	"${boot[@]}" --timeout 300
	unpack_pictures "$TOP/build/pictures"
	;;
*) die "verb-run.sh: no mode named $mode." ;;
esac
