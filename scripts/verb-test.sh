#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# verb-test.sh - `make test`: build, boot and judge every KERNEL x FLAVOUR asked
# for; the last line is "N passed, N failed".
#
# A run that cannot be built or booted counts as a failure and the others still
# go on: the closing line covers everything that was asked.

. "$(dirname "$0")/lib.sh"
. "$TOP/scripts/kernels.sh"
. "$TOP/scripts/vm-files.sh"

# SLUBX_TALLY (for .ci/run) collects the counts of several calls.
tally=$TOP/build/tally.$$
trap 'rm -f "$tally"' EXIT

# The kernel's own parser, from the oldest source: it reads what all of them print.
kunit_py() { echo "$1/tools/testing/kunit/kunit.py"; }

# Slower kernels need longer; all numbers are generous under TCG with two cores.
time_limit() {
	case $1 in
	plain | stock) echo 1800 ;;
	*) echo 3600 ;;
	esac
}

# One of the flavours also zeroes all that is freed, which Debian does not.
flavour_args() {
	[[ $1 != lockdep ]] || echo init_on_free=1
}

# The guest's limit for one script; the slow flavours get as much more.
script_limit() { echo $(($(time_limit "$1") / 5)); }

build_one() {
	local kernel=$1 flavour=$2 stock='' RELEASE='' KDIR='' IMAGE=''
	if [[ $kernel == stock-* ]]; then
		stock=$("$TOP/scripts/stock.sh" "${kernel#stock-}")
		eval "$stock"
		kdir=$KDIR image=$IMAGE
		target=stock-$RELEASE
	else
		kdir=$("$TOP/scripts/kernel.sh" "$kernel" "$flavour")
		image=$kdir/arch/x86/boot/bzImage
		target=$kernel-$flavour
	fi
	src=$("$TOP/scripts/modules.sh" "$kdir" "$target")
	vm_require "$src" slubx slubx_kunit
	client=$("$TOP/scripts/client.sh" "$kdir" "$target")
}

# QEMU 7.2's emulation may leave a pointer for the flags behind a 16-byte exchange,
# if an interrupt comes right there; SLUB has the same instruction. Then the kernel
# dies with bits in EFLAGS that no processor sets, or that are never set in the
# kernel: single step, direction, nested task (Documentation/testing.rst).
machine_broke_flags() {
	local flags
	while read -r flags; do
		((0x$flags & 0xffc0c528)) && return 0
	done < <(sed -n 's/.*EFLAGS: \([0-9a-f]\{8\}\).*/\1/p' "$1")
	return 1
}

# It may also run an instruction that is there no more, as if a block translated while
# another cpu wrote to its page were kept. A static key is switched by way of an int3,
# and the kernel dies of one that is not in memory.
machine_ran_old_code() {
	local byte
	byte=$(sed -nE '/int3: [0-9a-f]{4}/,$s/.*Code: .*([0-9a-f]{2}) <[0-9a-f]{2}>.*/\1/p' "$1" |
		head -n 1)
	[[ -n $byte && $byte != cc ]]
}

# Says what, if it was the machine that failed.
machine_fault() {
	if machine_broke_flags "$1"; then
		echo "broke the flags"
	elif machine_ran_old_code "$1"; then
		echo "ran code that was there no more"
	else
		return 1
	fi
}

boot_once() {
	"$TOP/qemu/boot.sh" --image "$image" --initrd "$vm/initrd" --out "$vm" \
		--append "SLUBX_SCRIPT_TIMEOUT=$(script_limit "$1") $(flavour_args "$1")" \
		--mode test --timeout "$(time_limit "$1")" --show || true
}

boot_one() {
	local flavour=$1 vm=$TOP/build/$target/test fault again
	mkdir -p "$vm"
	vm_initramfs "$vm/initrd" "$src" "$client"
	say BOOT "$target"
	boot_once "$flavour"
	for again in 1 2; do
		fault=$(machine_fault "$vm/console.log") || break
		cp "$vm/console.log" "$vm/console-broken-$again.log"
		say AGAIN "$target: QEMU $fault, see $vm/console-broken-$again.log"
		boot_once "$flavour"
	done
	python3 "$TOP/scripts/judge.py" "$target" "$vm" "$(kunit_py "$parser")" "$tally"
}

test_one() {
	local kdir='' image='' target='' src='' client=''
	build_one "$@"
	with_lock "$(tree_lock "$target-test")" boot_one "$2"
}

# In a subshell of its own: `die` ends one run, not all of them. Not "|| true",
# which would switch off `set -e` in there.
test_or_note() {
	local before after
	before=$(wc -l <"$tally")
	set +e
	(
		set -e
		test_one "$@"
	)
	set -e
	after=$(wc -l <"$tally")
	((after > before)) || echo "$1-$2 0 1" >>"$tally"
}

# KERNEL and FLAVOUR become lists of names that exist.
read_request() {
	local kernel flavour fits=n
	[[ ${KERNEL:=6.1 stock} != all ]] || KERNEL="$KERNELS $STOCKS"
	[[ ${FLAVOUR:=plain} != all ]] || FLAVOUR=$(flavours)
	KERNEL=" $KERNEL "
	KERNEL=${KERNEL// stock / stock-6.1 }
	for kernel in $KERNEL; do
		kernel_suite "${kernel#stock-}" >/dev/null
	done
	for flavour in $FLAVOUR; do
		flavour_check "$flavour"
		for kernel in $KERNEL; do
			! flavour_fits "$flavour" "$kernel" || fits=y
		done
	done
	[[ $fits == y ]] || die "there is no $FLAVOUR flavour of $KERNEL."
}

main() {
	local kernel flavour
	read_request
	"$TOP/scripts/need.sh" base headers vm kernel tools
	parser=$("$TOP/scripts/source.sh" 6.1)
	"$TOP/scripts/tools.sh" build "$parser"
	mkdir -p "$TOP/build"
	: >"$tally"
	for kernel in $KERNEL; do
		if [[ $kernel == stock-* ]]; then
			test_or_note "$kernel" stock
			continue
		fi
		for flavour in $FLAVOUR; do
			flavour_fits "$flavour" "$kernel" || continue
			test_or_note "$kernel" "$flavour"
		done
	done
	[[ -z ${SLUBX_TALLY:-} ]] || cat "$tally" >>"$SLUBX_TALLY"
	python3 "$TOP/scripts/total.py" "$tally"
}

main
