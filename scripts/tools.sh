#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# tools.sh build SOURCE | pairs - the tools that look at slubx in the test machine.
#
# "build" makes build/tools/slabinfo of the kernel's SOURCE, once. "pairs" prints
# FILE:PATH for initramfs.sh: the command slubx, slabinfo if it was built, Debian's
# slabtop and vmstat with the libraries they load, and the terminals they know.

. "$(dirname "$0")/lib.sh"

TOOLS=$TOP/build/tools

# In tools/vm until 6.2, then tools/mm. Static: the machine needs no library then.
compile_slabinfo() {
	local file
	for file in "$1"/tools/{vm,mm}/slabinfo.c; do
		[[ ! -e $file ]] || break
	done
	gcc -O2 -static -o "$TOOLS/slabinfo.tmp" "$file"
	mv "$TOOLS/slabinfo.tmp" "$TOOLS/slabinfo"
}

build() {
	[[ ! -x $TOOLS/slabinfo ]] || return 0
	mkdir -p "$TOOLS"
	run_logged "$TOOLS/slabinfo.log" "Building slabinfo" compile_slabinfo "$1"
}

# What the dynamic linker would load for the programs, and itself, one a line.
libraries() { ldd "$@" | grep -oE '/[^ ():]+ \(0x' | sed 's/ (0x$//' | sort -u; }

# pair FILE: at the same place in the machine.
pair() { [[ ! -e $1 ]] || echo "$1:${1#/}"; }

pairs() {
	local name file programs=()
	for file in "$TOP"/scripts/slubx "$TOP"/scripts/slubx.d/*; do
		echo "$file:bin/${file#"$TOP"/scripts/}"
	done
	[[ ! -x $TOOLS/slabinfo ]] || echo "$TOOLS/slabinfo:bin/slabinfo"
	for name in slabtop vmstat; do
		file=$(command -v "$name") || die "no $name here, the package procps has it."
		echo "$file:bin/$name"
		programs+=("$file")
	done
	libraries "${programs[@]}" | while read -r file; do
		pair "$file"
	done
	for name in l/linux v/vt100 v/vt102 v/vt220 x/xterm x/xterm-256color; do
		pair "/lib/terminfo/$name"
	done
}

case ${1:-} in
build) build "${2:?usage: tools.sh build SOURCE}" ;;
pairs) pairs ;;
*) die "usage: tools.sh build SOURCE | pairs" ;;
esac
