/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stress_step.h - stops a function before any one of its instructions, and does
 * something else there, in a context like that of an NMI.
 *
 * The processor's single-step flag does it, with a debug trap after each
 * instruction. Works in emulators and on stock kernels; on x86 only.
 */
#ifndef _SLUBX_KUNIT_STRESS_STEP_H
#define _SLUBX_KUNIT_STRESS_STEP_H

#include <linux/kdebug.h>
#include <linux/ptrace.h>
#include <linux/types.h>

int stress_step_init(void);
void stress_step_exit(void);
unsigned int stress_step(unsigned int at, void (*run)(void *data),
			 void (*act)(void *data), void *data);

#ifdef CONFIG_X86_64

#include <asm/processor-flags.h>

#define STRESS_CAN_STEP true

static __always_inline void stress_step_on(void)
{
	asm volatile("pushfq; orq %0, (%%rsp); popfq"
		     :
		     : "i"(X86_EFLAGS_TF)
		     : "memory", "cc");
}

static __always_inline void stress_step_off(void)
{
	asm volatile("pushfq; andq %0, (%%rsp); popfq"
		     :
		     : "i"(~X86_EFLAGS_TF)
		     : "memory", "cc");
}

/* Off for whoever was trapped with @regs. True if it was on. */
static inline bool stress_step_stop(struct pt_regs *regs)
{
	bool on = regs->flags & X86_EFLAGS_TF;

	regs->flags &= ~X86_EFLAGS_TF;
	return on;
}

static inline bool stress_step_is_trap(unsigned long event)
{
	return event == DIE_DEBUG;
}

#else

#define STRESS_CAN_STEP false

static inline void stress_step_on(void)
{
}

static inline void stress_step_off(void)
{
}

static inline bool stress_step_stop(struct pt_regs *regs)
{
	return false;
}

static inline bool stress_step_is_trap(unsigned long event)
{
	return false;
}

#endif

#endif /* _SLUBX_KUNIT_STRESS_STEP_H */
