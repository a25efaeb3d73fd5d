# SPDX-License-Identifier: GPL-2.0
#
# live.awk - reads a trace of slubx_alloc and slubx_free with stacks, and prints by
# whom that was allocated which was not freed.
#
# A stack follows its event on the same cpu; an interrupt may put an event and a stack
# of its own in between, so the newest event that waits for a stack gets it.

# A stack names no modules; all functions of modules are in a part of kallsyms.
BEGIN {
	while ((getline line <ENVIRON["SLUBX_SYMBOLS"]) > 0)
		if (split(line, f, " ") == 4)
			MODULE[f[3]] = f[4]
}

function field_of(name, at) {
	at = index($0, " " name "=")
	if (!at)
		return ""
	at = substr($0, at + length(name) + 2)
	sub(/ .*/, "", at)
	return at
}

function cpu_of() {
	return match($0, /\[[0-9][0-9][0-9]+\]/) ? substr($0, RSTART, RLENGTH) : ""
}

# "12.345678: slubx_alloc: ..."
function time_of() {
	return match($0, /[0-9]+\.[0-9]+: /) ? substr($0, RSTART, RLENGTH - 2) + 0 : 0
}

# The stack of the lines before is complete.
function end_stack() {
	if (for_object != "")
		STACK[for_object] = joined(frame, frames)
	for_object = ""
	frames = 0
}

function wait_for_stack(cpu, object) { WAITING[cpu, ++WAIT[cpu]] = object }

/ => / {
	sub(/^.* => /, "")
	frame[++frames] = $0 ($0 in MODULE ? " " MODULE[$0] : "")
	next
}

{ end_stack() }

/^#/ { next }

/ <stack trace>$/ {
	cpu = cpu_of()
	if (WAIT[cpu] > 0)
		for_object = WAITING[cpu, WAIT[cpu]--]
	next
}

# An address has many objects, one after the other: each with a number.
/ slubx_alloc: / {
	object = ++allocated
	where = field_of("ptr")
	if (where ~ /ptrval/) {
		complain("the kernel can't tell pointers yet: it waits for entropy.")
		exit
	}
	AT[where] = object
	CACHE[object] = field_of("name")
	BYTES[object] = field_of("bytes_alloc")
	TIME[object] = time_of()
	wait_for_stack(cpu_of(), object)
	next
}

/ slubx_free: / {
	where = field_of("ptr")
	if (where in AT) {
		delete CACHE[AT[where]]
		delete AT[where]
	}
	wait_for_stack(cpu_of(), "")
}

END {
	if (FAILED)
		exit 1
	end_stack()
	for (object in CACHE)
		fold(CACHE[object], (object in STACK ? STACK[object] : "(unknown)"), 1,
			BYTES[object], sprintf("%.3f",
				at_least(ENVIRON["SLUBX_NOW"] - TIME[object], 0)))
	print_folded()
}
