# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# apt-private.sh - fetch Debian packages without touching this machine's apt.
#
# Package lists, archives and sources of our own live under the cache; mirror,
# keys and proxy settings are the machine's (scripts/debian-sources.py). Needs no
# root. Sourced after lib.sh.

machine_codename() {
	# shellcheck source=/dev/null
	(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")
}

# apt_tool SUITE TOOL ARGS...: apt-get or apt-cache in the private world of SUITE.
apt_tool() {
	local suite=$1 tool=$2 root=$CACHE/apt/$1
	shift 2
	"$tool" -qq \
		-o APT::Sandbox::User= \
		-o APT::Install-Recommends=false \
		-o Acquire::Retries=3 \
		-o Acquire::Languages=none \
		-o Dir::Etc::SourceList="$root/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null \
		-o Dir::Etc::PreferencesParts=/dev/null \
		-o Dir::State="$root/state" \
		-o Dir::State::Lists="$root/lists" \
		-o Dir::State::status="$root/status" \
		-o Dir::Cache="$root/cache" \
		"$@"
}

apt_private_update() {
	local suite=$1 root=$CACHE/apt/$1 codename extra=()
	command -v apt-get >/dev/null ||
		die "this needs apt; it is made for Debian 12."
	codename=$(machine_codename)
	[[ -n $codename ]] || die "/etc/os-release names no Debian release."
	[[ $suite == "$codename" ]] || extra=("$suite")
	mkdir -p "$root"/{state,lists/partial,cache/archives/partial}
	: >"$root/status"
	python3 "$TOP/scripts/debian-sources.py" "$codename" "${extra[@]}" \
		>"$root/sources.list" || exit 1
	say APT "package lists of $suite (private copy, this machine's mirror)"
	run_logged "$root/update.log" "Reading the package lists of $suite" \
		apt_tool "$suite" apt-get update -o APT::Update::Error-Mode=any
	mark_complete "$root"
}

# Read the lists of SUITE unless some are there.
apt_lists() { is_complete "$CACHE/apt/$1" || apt_private_update "$1"; }

# apt_version SUITE PKG [WISH]: the version to take in SUITE's world, WISH if it is
# offered, else the newest. Reads the lists if they do not know the package.
apt_version() {
	local suite=$1 pkg=$2 wish=${3:-} all
	all=$(apt_offered "$suite" "$pkg")
	if [[ -z $all ]]; then
		apt_private_update "$suite"
		all=$(apt_offered "$suite" "$pkg")
	fi
	[[ -n $all ]] || die "Debian's $suite does not offer $pkg (any more)."
	if [[ -n $wish ]] && grep -qxF -- "$wish" <<<"$all"; then
		echo "$wish"
	else
		head -n 1 <<<"$all"
	fi
}

apt_offered() {
	is_complete "$CACHE/apt/$1" || return 0
	apt_tool "$1" apt-cache madison "$2" 2>/dev/null |
		awk -F'|' '{ gsub(/ /, "", $2); print $2 }' | sort -rV
}

# apt_unpack SUITE PKG VERSION DIR: the package's files under DIR, not installed.
# A version that left the mirror since the lists were read gets a second chance.
apt_unpack() {
	local suite=$1 pkg=$2 version=$3 dir=$4 tmp
	tmp=$(mktemp -d "$CACHE/tmp.XXXXXX")
	say FETCH "$pkg $version"
	if ! (cd "$tmp" && apt_tool "$suite" apt-get download "$pkg=$version") \
		>"$tmp/log" 2>&1; then
		apt_private_update "$suite"
		(cd "$tmp" && run_logged "$tmp/log" "Downloading $pkg $version" \
			apt_tool "$suite" apt-get download "$pkg=$version")
	fi
	mkdir -p "$dir"
	dpkg -x "$tmp"/*.deb "$dir"
	rm -rf "$tmp"
}
