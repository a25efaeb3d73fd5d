#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh [NAME...] - the static checks: all of them, or those that are named.
#
# One line a check (`ok - name`, `not ok - name`) after its findings, and at the
# end `N passed, N failed`. Sparse, the strict build and the floors need a kernel
# to build against: the 6.1 test kernel, or KDIR if it is set.

. "$(dirname "$0")/lib.sh"

CHECKS=(format checkpatch sparse warnings floors size kernel-doc ifdef spdx
	shell python tree docs abi api look)

# What kernel headers themselves raise under -Wextra; all else is an error.
STRICT=(-Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare
	-Wno-missing-field-initializers -Wno-type-limits)

# ---- What is there, once ------------------------------------------------------

# files GLOB...: what git knows or would add, and is there.
files() {
	git -C "$TOP" -c safe.directory='*' ls-files -co --exclude-standard -- "$@" |
		sort -u | while read -r name; do
		[[ ! -f $TOP/$name ]] || echo "$name"
	done
}

c_files() { files {slubx,kunit,samples,bench}/'*.'[ch] 'qemu/*.c'; }

# Tracepoints are a language of their own, which no formatter knows.
formatted_files() { c_files | xargs -r grep -L TRACE_INCLUDE_FILE || true; }

is_script() { head -n 1 "$1" | grep -qE '^#!.*\b(ba)?sh$'; }

shell_files() {
	files '*.sh'
	files 'qemu/*' 'scripts/*' '.ci/*' | while read -r name; do
		[[ $name == *.sh ]] || ! is_script "$name" || echo "$name"
	done
}

kernel_source() { "$TOP/scripts/source.sh" 6.1; }
kdir() { echo "${KDIR:-$("$TOP/scripts/kernel.sh" 6.1 plain)}"; }

# build TARGET MAKE-ARGS...: the modules in build/TARGET; findings stay in its log.
build() {
	local target=$1 kdir
	kdir=$(kdir) || return
	shift
	"$TOP/scripts/modules.sh" "$kdir" "$target" -k "$@" >/dev/null 2>&1
}

# findings TARGET: what compiler and sparse said of our files, paths as in git.
findings() {
	local src=$TOP/build/$1/src/
	grep -E "^$src.*: (fatal )?(warning|error):" "$TOP/build/$1/modules.log" |
		sed "s|^$src||" | sort -u
}

# show_log TARGET: why its build failed, or how its log ends; and fail.
show_log() {
	findings "$1" || tail -n 20 "$TOP/build/$1/modules.log"
	return 1
}

# ---- The checks ---------------------------------------------------------------

check_format() { formatted_files | xargs -r python3 scripts/check-format.py; }

# Not trace.h: it knows nothing of the shape that event macros have.
check_checkpatch() {
	c_files | grep -v '/trace\.h$' |
		xargs -r scripts/checkpatch.sh "$(kernel_source)"
}

# Endianness, address spaces, bitwise types, lock balance. Old sparse stumbles
# over some kernel headers: only lines that name our files count.
check_sparse() {
	build check C=2 CF=-D__CHECK_ENDIAN__ || show_log check
	! findings check
}

# gcc only: headers of a kernel that gcc configured hold gcc's options, which
# Debian's clang 14 refuses.
check_warnings() {
	build check-strict KCFLAGS="${STRICT[*]}" || show_log check-strict
}

# Objects without -Werror, so that a mere warning is told once and not here too.
check_floors() {
	build check || show_log check
	python3 scripts/check-floors.py slubx build/check/src/slubx
}

check_size() { c_files | xargs -r python3 scripts/check-size.py; }

check_kernel-doc() {
	local src
	src=$(kernel_source)
	files 'slubx/*.[ch]' | xargs -r perl "$src/scripts/kernel-doc" -none -Werror
	files 'slubx/*.[ch]' | xargs -r python3 scripts/check-kerneldoc.py
}

# A variant is a constant or a pair of inlines in a header.
check_ifdef() {
	! files {slubx,kunit}/'*.c' |
		xargs -r grep -nE '^\s*#\s*(if|ifdef|ifndef|elif)\b' /dev/null
}

check_spdx() { python3 scripts/check-text.py spdx; }
check_tree() { python3 scripts/check-text.py tree; }
check_docs() { python3 scripts/check-text.py docs "$(kernel_source)"; }

# The text that is made of the code is made of this code.
check_abi() { python3 scripts/gen-abi.py --check; }

# Every name of the kernel's slab interface has a twin or a reason.
check_api() { python3 scripts/api-coverage.py "$(kernel_source)"; }

# The command that looks at slubx, over files that are made up.
check_look() { python3 scripts/check-slubx.py; }

check_shell() { shell_files | xargs -r shellcheck -x -P SCRIPTDIR; }

check_python() {
	files '*.py' | while read -r name; do
		python3 -c 'import sys; compile(open(sys.argv[1]).read(), *sys.argv[1:], "exec")' "$name"
	done
}

# ---- One after the other ------------------------------------------------------

# Bash forgets `set -e` inside a condition, so the check runs in a shell of its
# own whose status is looked at afterwards.
run_check() {
	local name=$1 status
	set +e
	(set -e; "check_$name") 2>&1
	status=$?
	set -e
	if ((status == 0)); then
		echo "ok - $name"
		passed=$((passed + 1))
	else
		echo "not ok - $name"
		failed=$((failed + 1))
	fi
}

main() {
	local name passed=0 failed=0
	for name in "$@"; do
		[[ " ${CHECKS[*]} " == *" $name "* ]] ||
			die "no check named $name; there are: ${CHECKS[*]}."
	done
	(($# > 0)) || set -- "${CHECKS[@]}"
	cd "$TOP"
	"$TOP/scripts/need.sh" base check kernel
	for name in "$@"; do
		run_check "$name"
	done
	echo "$passed passed, $failed failed"
	((failed == 0))
}

main "$@"
