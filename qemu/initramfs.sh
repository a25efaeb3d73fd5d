#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# initramfs.sh OUT [FILE:PATH...] - the test machine's file system: busybox, the
# guest scripts, the in-VM tests, and each FILE at PATH. Needs no root.

. "$(dirname "$0")/../scripts/lib.sh"

out=${1:?usage: initramfs.sh OUT [FILE:PATH...]}
shift

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

busybox=$(command -v busybox || echo /bin/busybox)
mkdir -p "$root"/{bin,guest,tests,modules,mirror}
cp "$busybox" "$root/bin/busybox"
cp "$TOP"/qemu/guest/*.{sh,awk} "$root/guest/"
for t in "$TOP"/qemu/tests/*.sh; do
	[[ ! -e $t ]] || cp "$t" "$root/tests/"
done
install -m 755 "$TOP/qemu/guest/init" "$root/init"

for pair in "$@"; do
	file=${pair%%:*} path=$root/${pair#*:}
	mkdir -p "$(dirname "$path")"
	# Debug info is most of a stock module and of no use in the guest.
	if [[ $file == *.ko ]]; then
		strip --strip-debug -o "$path" "$file"
	else
		cp "$file" "$path"
	fi
done

mkdir -p "$(dirname "$out")"
(cd "$root" && find . -print0 | LC_ALL=C sort -z |
	cpio --null --create --format=newc --owner=0:0 --quiet) >"$out.tmp"
mv "$out.tmp" "$out"
