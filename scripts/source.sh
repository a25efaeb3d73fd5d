#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# source.sh KERNEL - make Debian's source of that kernel present in the cache and
# print the directory.

. "$(dirname "$0")/lib.sh"
. "$TOP/scripts/apt-private.sh"
. "$TOP/scripts/kernels.sh"

unpack_source() {
	local suite=$1 pkg=$2 version=$3 dir=$4 tmp
	is_complete "$dir" && return
	need_space 2500 "the source of Linux"
	tmp=$CACHE/src/.unpacking-$pkg
	rm -rf "$tmp" "$dir"
	apt_unpack "$suite" "$pkg" "$version" "$tmp/deb"
	say UNPACK "$pkg"
	mkdir -p "$tmp/tree"
	tar -xJf "$tmp/deb/usr/src/$pkg.tar.xz" --strip-components=1 -C "$tmp/tree"
	mark_complete "$tmp/tree"
	mv "$tmp/tree" "$dir"
	rm -rf "$tmp"
}

main() {
	local kernel=$1 suite pkg version dir
	suite=$(kernel_suite "$kernel")
	pkg=linux-source-$kernel
	# Whatever is there is good enough; a fresh cache gets the newest.
	for dir in "$CACHE/src/$pkg"_*; do
		if is_complete "$dir"; then
			echo "$dir"
			return
		fi
	done
	mkdir -p "$CACHE/src"
	version=$(apt_version "$suite" "$pkg")
	dir=$CACHE/src/${pkg}_${version//[^0-9A-Za-z.+-]/_}
	is_complete "$dir" || with_lock "source-$kernel" unpack_source "$suite" "$pkg" "$version" "$dir" >&2
	echo "$dir"
}

main "${1:?usage: source.sh KERNEL}"
