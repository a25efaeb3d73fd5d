#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# client.sh KDIR TARGET - build samples/client against KDIR and the slubx that was
# built in build/TARGET/src, as Documentation/client.rst says: in a directory of
# its own, by its own Makefile. Prints that directory, build/TARGET/client.

. "$(dirname "$0")/lib.sh"

build_client() {
	local kdir=$1 dir=$2 slubx=$3
	rm -rf "$dir"
	mkdir -p "$dir"
	cp "$TOP"/samples/client/* "$dir/"
	# As in modules.sh: no BTF, which needs a vmlinux.
	make -C "$dir" SLUBX="$slubx" KDIR="$kdir" \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules
}

main() {
	local kdir=$1 base=$TOP/build/$2
	[[ -e $base/src/Module.symvers ]] || die "slubx is not built in $base/src."
	run_logged "$base/client.log" "Building a client for $2" \
		build_client "$kdir" "$base/client" "$base/src"
	echo "$base/client"
}

main "${1:?usage: client.sh KDIR TARGET}" "${2:?usage: client.sh KDIR TARGET}"
