#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# checkpatch.sh KERNEL-SOURCE FILE... - the kernel's own style check, strict.
#
# Nothing may remain: no error, no warning, no check. What is ignored is below,
# each type with its reason; a reason that is gone takes its line along.

. "$(dirname "$0")/lib.sh"

IGNORED=(
	# compat.h is the one place that asks for the kernel's version, and the
	# floors check keeps it the only one.
	LINUX_VERSION_CODE
	# Arguments used twice here are names (a field, a type, a loop's variable),
	# which have no effect to happen twice.
	MACRO_ARG_REUSE
	# Where lines break is decided by clang-format, which knows one way more.
	OPEN_ENDED_LINE
	# slubx_kmem_buckets is a type because kmem_buckets is.
	NEW_TYPEDEFS
	# slubx_kmem_dump_obj() ends a line that its caller began, as the kernel's.
	LOGGING_CONTINUATION
	# The argument is the name of a field, which has no parentheses.
	MACRO_ARG_PRECEDENCE
	# kmem_dump_obj() says where an object is, or it says nothing.
	VSPRINTF_SPECIFIER_PX
	# It does not see the definition in DEFINE_STATIC_KEY_TRUE(x), LIST_HEAD(x).
	EXPORT_SYMBOL
)

main() {
	local src=$1 ignored
	shift
	ignored=$(IFS=,; echo "${IGNORED[*]}")
	perl "$src/scripts/checkpatch.pl" --no-tree --strict --terse --show-types \
		--no-summary --color=never --ignore "$ignored" \
		--typedefsfile <(echo slubx_kmem_buckets) -f "$@"
}

main "$@"
