// SPDX-License-Identifier: GPL-2.0
/*
 * stress_step.c - one thread at a time is stepped; see stress_step.h.
 */
#include <linux/notifier.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "stress_step.h"

static struct {
	struct task_struct *task;	/* NULL: nobody is stepped */
	unsigned int step, at;
	void (*act)(void *data);
	void *data;
} stepped;

static int on_trap(struct notifier_block *block, unsigned long event,
		   void *data)
{
	struct die_args *args = data;

	if (!stress_step_is_trap(event) || !READ_ONCE(stepped.task))
		return NOTIFY_DONE;
	/* The flag went with a switch of tasks: this one is not meant. */
	if (current != stepped.task)
		return stress_step_stop(args->regs) ? NOTIFY_STOP : NOTIFY_DONE;
	if (stepped.step++ == stepped.at)
		stepped.act(stepped.data);
	return NOTIFY_STOP;
}

/* Before others: a debugger would be at a loss. */
static struct notifier_block block = {
	.notifier_call = on_trap,
	.priority = INT_MAX,
};

int stress_step_init(void)
{
	return register_die_notifier(&block);
}

void stress_step_exit(void)
{
	unregister_die_notifier(&block);
}

/*
 * Calls @run with @data, which must not sleep, and @act with it before the
 * instruction number @at. Returns the number of instructions there were: if
 * that is not above @at, @act was not called.
 */
unsigned int stress_step(unsigned int at, void (*run)(void *data),
			 void (*act)(void *data), void *data)
{
	preempt_disable();
	stepped.step = 0;
	stepped.at = at;
	stepped.act = act;
	stepped.data = data;
	WRITE_ONCE(stepped.task, current);
	stress_step_on();
	run(data);
	stress_step_off();
	WRITE_ONCE(stepped.task, NULL);
	preempt_enable();
	return stepped.step;
}
