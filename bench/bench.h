/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench.h - two loops, one for SLUB and one for slubx, take turns.
 *
 * They run with interrupts off and are timed by the time stamp counter: under
 * `make icount` its ticks are instructions, exact; elsewhere cycles or whatever
 * the machine counts, and only the ratio means something.
 */
#ifndef _SLUBX_BENCH_H
#define _SLUBX_BENCH_H

#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/timex.h>

#define ROUNDS 5

/* Each prints its figures. 0 or an errno. */
int bench_pairs(void);
int bench_kmalloc(void);

typedef void (*loop_fn)(void *cache);

static inline u64 ticks(loop_fn loop, void *s)
{
	unsigned long irq;
	u64 start, end;

	local_irq_save(irq);
	start = rdtsc_ordered();
	loop(s);
	end = rdtsc_ordered();
	local_irq_restore(irq);
	return end - start;
}

/* The best of some rounds, in ticks for each allocation with its free. */
struct result {
	u64 slub;
	u64 slubx;
};

static inline void measure(struct result *best, loop_fn loop,
			   loop_fn slubx_loop, void *s, void *x,
			   unsigned int ops)
{
	unsigned int i;

	*best = (struct result){ U64_MAX, U64_MAX };
	for (i = 0; i < ROUNDS; i++) {
		best->slub = min(best->slub, ticks(loop, s));
		best->slubx = min(best->slubx, ticks(slubx_loop, x));
	}
	best->slub = DIV_ROUND_CLOSEST_ULL(best->slub, ops);
	best->slubx = DIV_ROUND_CLOSEST_ULL(best->slubx, ops);
}

static inline void print(const char *what, unsigned int size,
			 const struct result *result)
{
	u64 percent = DIV_ROUND_CLOSEST_ULL(result->slubx * 100, result->slub);

	pr_info("slubx-bench: %-10s %5u bytes  SLUB %5llu  slubx %5llu  %3llu%%\n",
		what, size, result->slub, result->slubx, percent);
}

#endif /* _SLUBX_BENCH_H */
