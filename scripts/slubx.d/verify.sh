# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034	# see common.sh
#
# verify.sh - slubx verify: has each cache check all of its slabs, by its file
# validate, and says how many faults it found, by its file errors. False if any.

main_verify() {
	need_slubx
	parse j "$@"
	set -- "$SYS"/*/validate
	[ -e "$1" ] || die "this slubx can't check its slabs: no cache has a file validate."
	faults=0
	results=$(verify_all) || faults=1
	printf '%s\n' "$results" | run_awk text verify
	return $faults
}

names() { run_awk text cache names; }

# The first word of a file, without a process.
first_word() {
	word=''
	[ ! -r "$1" ] || read -r word _ <"$1" || true
	echo "${word:-0}"
}

# "FAULTS NAME" of each, "-" where it was not checked.
verify_all() {
	bad=0
	set -f		# names are no patterns
	for name in $(names); do
		dir=$SYS/$(file_of "$name")
		before=$(first_word "$dir/errors")
		if { echo 1 >"$dir/validate"; } 2>/dev/null; then
			found=$(($(first_word "$dir/errors") - before))
			[ $found -eq 0 ] || bad=1
		else
			found=-
		fi
		printf '%s %s\n' "$found" "$name"
	done
	return $bad
}
