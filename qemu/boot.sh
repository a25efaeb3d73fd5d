#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# boot.sh --image FILE --initrd FILE --mode MODE --out DIR [options] - run one
# virtual machine to its end.
#
#   --accel NAME   tcg, kvm (default: what accel.sh says)
#   --smp N        virtual CPUs (default 4)
#   --mem M        megabytes (default 2048)
#   --timeout S    seconds until it is killed (default 300)
#   --append TEXT  more kernel arguments
#   --show         copy what the guest scripts say to stdout as it comes
#   --icount       count instructions: one CPU, one tick each, no wall clock
#   --shell        the console is this terminal; no verdict, no limit
#   CPU=model      QEMU CPU model (default qemu64,+cx16, alike on every host)
#
# DIR/console.log is the kernel's log, DIR/results.log what the guest said. The
# exit status is 0 if the last line of the latter is "success".

. "$(dirname "$0")/../scripts/lib.sh"

image='' initrd='' mode='' out='' accel='' smp=4 mem=2048 limit=300
append='' show=n icount=n shell=n
while (($#)); do
	case $1 in
	--show | --icount | --shell) declare "${1#--}=y" ;;
	--timeout) limit=$2; shift ;;
	--image | --initrd | --mode | --out | --accel | --smp | --mem | --append)
		declare "${1#--}=$2"
		shift
		;;
	*) die "boot.sh: unknown option $1." ;;
	esac
	shift
done
[[ -n $image && -n $initrd && -n $mode && -n $out ]] ||
	die "boot.sh needs --image, --initrd, --mode and --out."

memory_or_die() {
	local have
	have=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
	((have > mem / 2)) ||
		die "the test machine wants $mem MB of memory; only $have MB are free here."
}

machine() {
	if [[ $icount == y ]]; then
		echo "-accel tcg,thread=single -icount shift=0 -smp 1"
	elif [[ $accel == kvm ]]; then
		echo "-accel kvm -smp $smp"
	else
		echo "-accel tcg,thread=multi -smp $smp"
	fi
}

# no_timer_check: on a busy host the emulated timer may miss the one tick that
# the kernel's boot check waits for.
kernel_args() {
	local args="console=ttyS0,115200 SLUBX_MODE=$mode loglevel=5 log_buf_len=8M"
	args+=" panic_on_warn=1 oops=panic panic=-1 numa=fake=2 no_timer_check"
	# An emulated cpu may stand still for a minute where the host is busy; for
	# expedited grace periods 21 s is the most that 6.1 waits, so there are none.
	args+=" rcupdate.rcu_cpu_stall_timeout=240 rcupdate.rcu_normal=1"
	args+=" watchdog_thresh=60 workqueue.watchdog_thresh=240"
	echo "$args $append"
}

# Copies the guest's words until QEMU has gone; tail notices within a second.
show_results() {
	[[ $show == n ]] || tail -n +1 -s 0.2 -f --pid="$1" "$out/results.log"
}

succeeded() {
	[[ $(tr -d '\r' <"$out/results.log" | grep . | tail -n 1) == success ]]
}

# The first line of trouble in the kernel's log: the log's end may be far from it.
first_trouble() {
	grep -m 1 -E '(BUG|WARNING|INFO|Oops|panic):|not syncing|(double|page) fault|protection' \
		"$out/console.log" || echo "nothing in the kernel's log"
}

explain() {
	local status=$1
	if ((status == 124 || status == 137)); then
		say TIMEOUT "no end after $limit s"
	else
		say FAILED "no success from the guest (QEMU status $status)"
	fi
	{
		echo "--- the kernel's first trouble: $(first_trouble)"
		echo "--- end of the guest's results ($out/results.log)"
		tail -n 15 "$out/results.log"
		echo "--- end of the kernel's log ($out/console.log)"
		tail -n 25 "$out/console.log"
	} >&2
}

[[ -n $accel || $icount == y ]] || accel=$("$TOP/qemu/accel.sh" "$image")
memory_or_die
mkdir -p "$out"

qemu=(qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot
	-cpu "${CPU:-qemu64,+cx16}" -m "$mem" -kernel "$image" -initrd "$initrd"
	-append "$(kernel_args)")
read -ra machine_args < <(machine)
qemu+=("${machine_args[@]}")

if [[ $shell == y ]]; then
	exec "${qemu[@]}" -serial mon:stdio
fi

# On a very busy host an emulated machine now and then stops in the middle of
# the kernel's own boot. No use in waiting for the whole time limit then.
boot_limit=150
[[ $icount == n ]] || boot_limit=900
reached_user_space() { [[ -s $out/results.log ]]; }

end_if_stuck() {
	local pid=$1 waited=0
	while kill -0 "$pid" 2>/dev/null && ! reached_user_space; do
		if ((waited++ >= boot_limit * 5)); then
			kill "$pid" 2>/dev/null
			return
		fi
		sleep 0.2
	done
}

run_machine() {
	local pid
	status=0
	: >"$out/console.log"
	: >"$out/results.log"
	timeout --kill-after=5 "$limit" "${qemu[@]}" -monitor none \
		-serial "file:$out/console.log" -serial "file:$out/results.log" \
		</dev/null >"$out/qemu.log" 2>&1 &
	pid=$!
	trap 'kill '"$pid"' 2>/dev/null' EXIT
	end_if_stuck "$pid"
	show_results "$pid"
	wait "$pid" || status=$?
	trap - EXIT
}

run_machine
# Nothing of this tree has run before user space: one more try is fair.
if ! reached_user_space && [[ $mode != probe ]]; then
	say RETRY "the machine did not reach user space: $(tail -n 1 "$out/console.log")"
	run_machine
fi

if ! succeeded; then
	cat "$out/qemu.log" >&2
	explain "$status"
	exit 1
fi
