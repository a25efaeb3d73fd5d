#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# verb-modules.sh [modules_install] - `make` and `make install`: the modules for
# KDIR, by default the running kernel's headers, else Debian's.

. "$(dirname "$0")/lib.sh"

"$TOP/scripts/need.sh" base
kdir=${KDIR:-}
if [[ -z $kdir ]]; then
	kdir=/lib/modules/$(uname -r)/build
	[[ -e $kdir/Makefile ]] ||
		kdir=$("$TOP/scripts/stock.sh" kdir)
fi
target=kdir-$(cd "$kdir" && pwd -P | sha256sum | cut -c1-8)
src=$("$TOP/scripts/modules.sh" "$(cd "$kdir" && pwd)" "$target")
if [[ ${1:-} == modules_install ]]; then
	make -C "$kdir" M="$src" modules_install
else
	find "$src" -name '*.ko' -printf '  BUILT   %p\n'
fi
