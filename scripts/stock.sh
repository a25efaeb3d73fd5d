#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# stock.sh [KERNEL] - make Debian's own kernel (default 6.1) ready and print three
# lines: RELEASE, KDIR (its headers) and IMAGE (its vmlinuz).
#
# Headers, build tools and image are unpacked side by side in the cache, all from
# one release, not installed: nothing of this machine's boot or /usr/src changes,
# and headers and image cannot drift apart.

. "$(dirname "$0")/lib.sh"
. "$TOP/scripts/apt-private.sh"
. "$TOP/scripts/kernels.sh"

# The newest release of KERNEL that the suite has, like 6.1.0-56-amd64; or none.
newest_release() {
	local suite=$1 kernel=$2
	apt_tool "$suite" apt-cache pkgnames "linux-image-$kernel." |
		grep -E -- '-amd64$' | grep -vE -- '-(rt|cloud)-' |
		sed 's/^linux-image-//' | sort -V | tail -n 1 || true
}

# What a kernel package pulls in of its own family, itself first.
family() {
	local suite=$1 pkg=$2
	echo "$pkg"
	apt_tool "$suite" apt-cache depends "$pkg" |
		sed -nE 's/^ *\|?(Pre)?Depends: //p' |
		grep -E '^linux-(headers|kbuild|binary|modules)-'
}

# The packaged Makefile has absolute paths, as if installed.
relocate_headers() {
	local makefile=$1/usr/src/linux-headers-$2/Makefile
	[[ -e $makefile ]] || die "linux-headers-$2 holds no Makefile."
	sed -i -E 's,^(include |KBUILD_OUTPUT=)/usr/src/,\1../,' "$makefile"
}

# Headers made for a compiler that is not here are used with the one that is,
# without the options that only the other knows.
fit_compiler() {
	local kdir=$1 wanted
	wanted=$(sed -nE 's/^CC = .*(gcc-[0-9]+)$/\1/p' "$kdir/.kernelvariables")
	if [[ -z $wanted ]] || command -v "$wanted" >/dev/null; then
		return
	fi
	sed -i "s/$wanted\$/gcc/" "$kdir/.kernelvariables"
	sed -i '/^CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=/d' \
		"$kdir/include/config/auto.conf"
}

# Debian builds the tools of a backport for its own release: a modpost that wants
# a newer libc does not start here. The test kernel of the same source has ours.
replace_tools() {
	local kernel=$1 kdir=$2 own tool said
	said=$("$kdir/tools/objtool/objtool" 2>&1 || true)
	[[ $said == *GLIBC_* ]] || return 0
	say TOOLS "of Debian's $kernel do not run here; taking our own build's"
	own=$("$TOP/scripts/kernel.sh" "$kernel" plain)
	for tool in scripts/basic/fixdep scripts/mod/modpost tools/objtool/objtool; do
		rm -f "$kdir/$tool"
		cp "$own/$tool" "$kdir/$tool"
	done
}

unpack_stock() {
	local kernel=$1 suite release dir tmp pkg
	suite=$(kernel_suite "$kernel")
	apt_lists "$suite"
	release=$(newest_release "$suite" "$kernel")
	[[ -n $release ]] || die "Debian's $suite does not offer a $kernel kernel (any more)."
	dir=$CACHE/stock/$release
	is_complete "$dir" && return
	need_space 1500 "a stock kernel"
	tmp=$CACHE/stock/.unpacking-$kernel
	rm -rf "$tmp" "$dir"
	for pkg in $(family "$suite" "linux-headers-$release") \
		$(family "$suite" "linux-image-$release"); do
		apt_unpack "$suite" "$pkg" "$(apt_version "$suite" "$pkg")" "$tmp"
	done
	mkdir -p "$tmp/boot"
	[[ ! -e $tmp/usr/lib/modules/$release/vmlinuz ]] ||	# where 7.2 has it
		ln -s "../usr/lib/modules/$release/vmlinuz" "$tmp/boot/vmlinuz-$release"
	[[ -s $tmp/boot/vmlinuz-$release ]] ||
		die "the packages of $release hold no vmlinuz."
	relocate_headers "$tmp" "$release"
	fit_compiler "$tmp/usr/src/linux-headers-$release"
	replace_tools "$kernel" "$tmp/usr/src/linux-headers-$release"
	mark_complete "$tmp"
	mv "$tmp" "$dir"
}

# Whatever is there is good enough; a fresh cache gets the newest.
cached_release() {
	local dir
	for dir in "$CACHE/stock/$1."*; do
		! is_complete "$dir" || basename "$dir"
	done | sort -V | tail -n 1
}

main() {
	local kernel=$1 release
	kernel_suite "$kernel" >/dev/null
	release=$(cached_release "$kernel")
	if [[ -z $release ]]; then
		mkdir -p "$CACHE/stock"
		with_lock "stock-$kernel" unpack_stock "$kernel" >&2
		release=$(cached_release "$kernel")
	fi
	echo "RELEASE=$release"
	echo "KDIR=$CACHE/stock/$release/usr/src/linux-headers-$release"
	echo "IMAGE=$CACHE/stock/$release/boot/vmlinuz-$release"
}

main "${1:-6.1}"
