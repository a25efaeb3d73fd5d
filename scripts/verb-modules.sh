#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# verb-modules.sh [modules_install] - `make` and `make install`: the modules for
# KDIR, by default the running kernel's headers, else Debian's.

. "$(dirname "$0")/lib.sh"

"$TOP/scripts/need.sh" base headers
if [[ -z ${KDIR:-} ]]; then
	KDIR=/lib/modules/$(uname -r)/build
	[[ -e $KDIR/Makefile ]] || eval "$("$TOP/scripts/stock.sh")"
fi
[[ -e $KDIR/Makefile ]] || die "KDIR=$KDIR is not a kernel build directory."
target=kdir-$(cd "$KDIR" && pwd -P | sha256sum | cut -c1-8)
src=$("$TOP/scripts/modules.sh" "$(cd "$KDIR" && pwd)" "$target")
if [[ ${1:-} == modules_install ]]; then
	make -C "$KDIR" M="$src" modules_install
else
	find "$src" -name '*.ko' -printf '  BUILT   %p\n'
fi
