#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# stock.sh - make Debian's unmodified kernel ready and print two lines: KDIR (its
# headers, installed) and IMAGE (its vmlinuz, only unpacked in the cache: nothing
# of this machine's boot changes). `stock.sh kdir`: only the first, only the value.

. "$(dirname "$0")/lib.sh"
. "$TOP/scripts/apt-private.sh"

# The newest installed header package that builds modules for amd64.
stock_release() {
	local d
	for d in /usr/src/linux-headers-*-amd64; do
		[[ -e $d/Makefile && $d != *-rt-amd64 && $d != *-cloud-amd64 ]] &&
			echo "${d#/usr/src/linux-headers-}"
	done | sort -V | tail -n 1
}

unpack_image() {
	local release=$1 dir=$2 tmp version
	is_complete "$dir" && return
	tmp=$CACHE/stock/.unpacking-$release
	rm -rf "$tmp" "$dir"
	# The image of the very headers, or at least of the same ABI.
	version=$(dpkg-query -W -f '${source:Version}' "linux-headers-$release" \
		2>/dev/null || true)
	version=$(apt_version "$suite" "linux-image-$release" "$version") ||
		die "installing linux-headers-amd64 again brings newer headers."
	apt_unpack "$suite" "linux-image-$release" "$version" "$tmp"
	[[ -s $tmp/boot/vmlinuz-$release ]] ||
		die "linux-image-$release holds no boot/vmlinuz-$release."
	mark_complete "$tmp"
	mv "$tmp" "$dir"
}

main() {
	local release suite dir
	suite=$(machine_codename)
	release=$(stock_release)
	if [[ -z $release ]]; then
		"$TOP/scripts/need.sh" headers
		release=$(stock_release)
	fi
	[[ -n $release ]] ||
		die "linux-headers-amd64 is installed but left nothing in /usr/src."
	if [[ ${1:-} == kdir ]]; then
		echo "/usr/src/linux-headers-$release"
		return
	fi
	dir=$CACHE/stock/$release
	mkdir -p "$CACHE/stock"
	with_lock stock unpack_image "$release" "$dir" >&2
	echo "KDIR=/usr/src/linux-headers-$release"
	echo "IMAGE=$dir/boot/vmlinuz-$release"
}

main "$@"
