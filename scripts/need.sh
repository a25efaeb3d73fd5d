#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# need.sh TOPIC... - install the Debian packages that a verb needs and that are
# missing, saying which and why. Nothing is installed twice; of what is there, only busybox
# makes room, for its static build.

. "$(dirname "$0")/lib.sh"

packages_for() {
	case $1 in
	base) echo "make gcc libc6-dev python3 util-linux" ;;
	headers) echo "libelf1 xz-utils" ;;
	vm) echo "qemu-system-x86 busybox-static cpio" ;;
	kernel) echo "flex bison bc libelf-dev xz-utils perl kmod" ;;
	tools) echo "procps libc-bin ncurses-base" ;;
	check) echo "git sparse clang-format shellcheck perl busybox-static mawk" ;;
	*) die "need.sh: no topic named $1." ;;
	esac
}

why() {
	case $1 in
	base) echo "to build anything" ;;
	headers) echo "to build modules against unpacked headers" ;;
	vm) echo "to boot a kernel in a virtual machine" ;;
	kernel) echo "to build the test kernel" ;;
	tools) echo "for slabtop and vmstat in the virtual machine" ;;
	check) echo "for the static checks" ;;
	esac
}

is_installed() {
	local status
	status=$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) || return 1
	[[ $status == installed ]]
}

as_root() {
	if [[ $(id -u) -eq 0 ]]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "need root (or sudo) to install: ${missing[*]}."
	fi
}

# Packages are not worth a download of lists that are there and good enough, so
# the lists are read only when installing without them failed.
install_all() {
	local apt=(apt-get -y -qq --no-install-recommends -o Dpkg::Use-Pty=0
		-o DPkg::Lock::Timeout=120 install "$@")
	as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" && return
	as_root apt-get -qq update
	as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}"
}

mkdir -p "$CACHE" 2>/dev/null ||
	die "cannot create the cache $CACHE; SLUBX_CACHE names another place."

missing=()
for topic in "$@"; do
	wanted=()
	for package in $(packages_for "$topic"); do
		is_installed "$package" || wanted+=("$package")
	done
	((${#wanted[@]} == 0)) && continue
	say INSTALL "${wanted[*]} ($(why "$topic"))"
	missing+=("${wanted[@]}")
done
((${#missing[@]} == 0)) && exit 0

command -v apt-get >/dev/null ||
	die "missing ${missing[*]}, and there is no apt-get here to install them."
run_logged "$CACHE/install.log" "Installing ${missing[*]}" install_all "${missing[@]}"
