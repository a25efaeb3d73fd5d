// SPDX-License-Identifier: GPL-2.0
/*
 * stress_crew.c - sets actors to work: threads, and on every cpu a tasklet, a
 * timer, an irq work of its threads and one of other cpus.
 *
 * They are set off by a thread that stays on their cpu, so they run there, one
 * at a time, in the middle of that thread.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/smp.h>

#include "common.h"
#include "stress.h"

/* The interrupts of one cpu. */
struct station {
	struct stress_crew *crew;
	int cpu;
	struct tasklet_struct tasklet;
	struct irq_work work, shot;
	struct hrtimer timer;
	struct stress_actor on_tasklet, on_work, on_timer, on_shot;
};

struct worker {
	struct stress_crew *crew;
	struct station *station;	/* NULL if it roams */
	void (*act)(struct stress_actor *actor);
	struct task_struct *task;
	struct stress_actor actor;
};

struct stress_crew {
	struct stress *stress;
	struct stress_plan plan;
	unsigned int nr_workers;
	struct worker *workers;
	struct station *stations;	/* nr_cpu_ids */
};

/* What an interrupt may hold: they must not become slow. */
#define HELD_IN_INTERRUPT 24

/* ---- Interrupts ----------------------------------------------------------*/

static void interrupt(struct stress_actor *actor,
		      void (*act)(struct stress_actor *actor))
{
	if (!stress_goes_on(actor->stress))
		return;
	atomic_long_inc(&actor->stress->interrupts);
	act(actor);
}

static void on_tasklet(struct tasklet_struct *tasklet)
{
	struct station *station =
		container_of(tasklet, struct station, tasklet);

	interrupt(&station->on_tasklet, stress_act);
}

static void on_work(struct irq_work *work)
{
	struct station *station = container_of(work, struct station, work);

	interrupt(&station->on_work, stress_act);
}

static enum hrtimer_restart on_timer(struct hrtimer *timer)
{
	struct station *station = container_of(timer, struct station, timer);

	interrupt(&station->on_timer, stress_act);
	return HRTIMER_NORESTART;
}

static void on_shot(struct irq_work *work)
{
	struct station *station = container_of(work, struct station, shot);

	interrupt(&station->on_shot, station->crew->plan.shot);
}

/* Where local locks, which sleep with PREEMPT_RT, may not be taken. */
static void on_call(void *data)
{
	struct station *station = data;

	irq_work_queue(&station->shot);
}

/*
 * Timers are rare where time is emulated. A call comes as soon as it can be,
 * so it meets whatever the other cpu is in the middle of.
 */
static void shoot(struct stress_actor *actor)
{
	struct stress_crew *crew =
		container_of(actor, struct worker, actor)->crew;
	u32 pause = stress_random(actor, 64);
	int cpu = stress_random(actor, nr_cpu_ids);

	if (crew->stations[cpu].crew)
		smp_call_function_single(cpu, on_call, &crew->stations[cpu], 1);
	while (pause--)
		cpu_relax();
}

static void open_station(struct stress_crew *crew, int cpu)
{
	struct station *station = &crew->stations[cpu];
	struct stress *stress = crew->stress;

	station->crew = crew;
	station->cpu = cpu;
	tasklet_setup(&station->tasklet, on_tasklet);
	init_irq_work(&station->work, on_work);
	init_irq_work(&station->shot, on_shot);
	stress_timer_setup(&station->timer, on_timer);
	stress_actor_init(&station->on_tasklet, stress, GFP_ATOMIC,
			  HELD_IN_INTERRUPT);
	stress_actor_init(&station->on_work, stress, GFP_ATOMIC,
			  HELD_IN_INTERRUPT);
	stress_actor_init(&station->on_timer, stress, GFP_NOWAIT,
			  HELD_IN_INTERRUPT);
	stress_actor_init(&station->on_shot, stress, GFP_ATOMIC,
			  HELD_IN_INTERRUPT);
}

static void close_station(struct station *station)
{
	hrtimer_cancel(&station->timer);
	tasklet_kill(&station->tasklet);
	irq_work_sync(&station->work);
	irq_work_sync(&station->shot);
}

/* ---- Threads -------------------------------------------------------------*/

/* Not again before it has expired, or it might never. */
static void set_timer(struct worker *worker)
{
	struct hrtimer *timer = &worker->station->timer;
	u32 ns = stress_random(&worker->actor, 200 * NSEC_PER_USEC);

	if (!hrtimer_active(timer))
		hrtimer_start(timer, ns_to_ktime(ns), HRTIMER_MODE_REL_PINNED);
}

static void set_off(struct worker *worker)
{
	const struct stress_plan *plan = &worker->crew->plan;

	if (plan->soft && !stress_random(&worker->actor, 8))
		tasklet_schedule(&worker->station->tasklet);
	if (plan->hard && !stress_random(&worker->actor, 8))
		irq_work_queue(&worker->station->work);
	if (plan->timers && !stress_random(&worker->actor, 8))
		set_timer(worker);
}

static int work(void *data)
{
	struct worker *worker = data;

	while (!kthread_should_stop()) {
		if (stress_goes_on(worker->crew->stress)) {
			worker->act(&worker->actor);
			if (worker->station)
				set_off(worker);
			cond_resched();
		} else {
			msleep(20);
		}
	}
	return 0;
}

/* On @cpu, or anywhere if that is negative. */
static void hire(struct stress_crew *crew, int cpu,
		 void (*act)(struct stress_actor *actor))
{
	struct worker *worker = &crew->workers[crew->nr_workers];

	worker->crew = crew;
	worker->act = act;
	worker->station = cpu < 0 ? NULL : &crew->stations[cpu];
	stress_actor_init(&worker->actor, crew->stress, GFP_KERNEL,
			  STRESS_HELD);
	worker->task = kthread_create(work, worker, "slubx_stress/%d",
				      crew->nr_workers);
	if (IS_ERR(worker->task)) {
		KUNIT_FAIL(crew->stress->test, "no thread: %ld",
			   PTR_ERR(worker->task));
		return;
	}
	if (cpu >= 0)
		kthread_bind(worker->task, cpu);
	crew->nr_workers++;
	wake_up_process(worker->task);
}

/* ---- The crew ------------------------------------------------------------*/

static void *need(struct kunit *test, size_t n, size_t size)
{
	void *memory = kunit_kcalloc(test, n, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	return memory;
}

static void start_on_cpu(struct stress_crew *crew, int cpu)
{
	unsigned int i;

	open_station(crew, cpu);
	for (i = 0; i < crew->plan.pinned; i++)
		hire(crew, cpu, crew->plan.thread);
}

struct stress_crew *stress_crew_start(struct stress *stress,
				      const struct stress_plan *plan)
{
	struct kunit *test = stress->test;
	struct stress_crew *crew = need(test, 1, sizeof(*crew));
	unsigned int i;
	int cpu;

	crew->stress = stress;
	crew->plan = *plan;
	crew->plan.thread = plan->thread ?: stress_act;
	crew->plan.shot = plan->shot ?: stress_act;
	crew->workers = need(test,
			     plan->pinned * num_online_cpus() + plan->roaming +
				     plan->shooters,
			     sizeof(*crew->workers));
	crew->stations = need(test, nr_cpu_ids, sizeof(*crew->stations));
	for_each_online_cpu(cpu)
		start_on_cpu(crew, cpu);
	for (i = 0; i < plan->roaming; i++)
		hire(crew, -1, stress_act);
	for (i = 0; i < plan->shooters; i++)
		hire(crew, -1, shoot);
	return crew;
}

/* All fall silent, with what they hold in their hands. */
void stress_crew_stop(struct stress_crew *crew)
{
	unsigned int i;

	WRITE_ONCE(crew->stress->stop, true);
	for (i = 0; i < crew->nr_workers; i++)
		kthread_stop(crew->workers[i].task);
	for (i = 0; i < nr_cpu_ids; i++)
		if (crew->stations[i].crew)
			close_station(&crew->stations[i]);
}

void stress_crew_drain(struct stress_crew *crew)
{
	unsigned int i;

	for (i = 0; i < crew->nr_workers; i++)
		stress_drain(&crew->workers[i].actor);
	for (i = 0; i < nr_cpu_ids; i++) {
		struct station *station = &crew->stations[i];

		stress_drain(&station->on_tasklet);
		stress_drain(&station->on_work);
		stress_drain(&station->on_timer);
		stress_drain(&station->on_shot);
	}
	stress_drain_slots(crew->stress);
}

/* The whole of a case: all at once, then silence, and the books are checked. */
void stress_run(struct stress *stress, const struct stress_plan *plan)
{
	struct stress_crew *crew = stress_crew_start(stress, plan);

	while (stress_goes_on(stress)) {
		if (plan->chore)
			plan->chore(stress);
		msleep(20);
	}
	stress_crew_stop(crew);
	stress_balance(stress);
	stress_crew_drain(crew);
	stress_end(stress);
}
