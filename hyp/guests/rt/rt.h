/* SPDX-License-Identifier: MIT */
/*
 * rt.h - a real-time guest: something interrupts it in time, and it says how late.
 *
 * main.c is the run, source.c is who interrupts, latency.c is the arithmetic. README.md says what is measured.
 */
#ifndef HYP_RT_H
#define HYP_RT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/fdt.h"
#include "lib/irqchip.h"

/* Two counters, read one after the other: cycles of this hart, which stand still while it waits, and ticks of `time`. */
typedef struct {
    uint64_t cycle, time;
} Moment;

/* Who interrupts. Moments are those of the handler's second instruction. */
typedef struct {
    const char *word;             /* of irq= */
    const char *(*open)(void);    /* returns how it interrupts; fails if it cannot */
    void (*handle)(Moment entry); /* an interrupt came */
    uint64_t irq;                 /* bit of sie */
} Source;

typedef struct {
    Fdt fdt;
    uint64_t hart, timebase;
    uint64_t hz;            /* interrupts in a second; of doorbells, as many as come */
    uint64_t warm_up;       /* interrupts that do not count */
    uint64_t wanted;        /* that do; 0: no end */
    uint64_t per_tick;      /* cycles in a tick of `time` */
    uint64_t per_tick_here; /* while no other hart has its turn; 0: not known */
    bool by_device; /* the alarm's latency is what its clock says; reading that is part of it */
    bool cold;      /* nothing of the handler is in the cache of instructions */
    const Source *source;
    const Irqchip *chip;    /* NULL: no external interrupts */
    volatile uint64_t seen; /* interrupts so far */
} Rt;

extern Rt rt;
extern const Source sources[];
enum { SOURCES = 3 };

/* Ends the run as a failure unless `ok`: `what` should have been, `value` is what was. */
void check(bool ok, const char *what, uint64_t value);

/* So many cycles, give or take `error`. */
typedef struct {
    uint64_t cycles, error;
} Latency;

/* Finds out how many cycles go by in a tick. */
void latency_calibrate(void);
/* Looks for a millisecond whether `time` makes steps, as where harts take turns: an interrupt may be due within one. */
void latency_watch(void);
/* From the tick `due` to `entry`. Called soon behind that. */
Latency latency_since(uint64_t due, Moment entry);
/* By a clock in nanoseconds, that was `ns` beyond what was due between the cycles `before` and `after`. */
Latency latency_by_clock(uint64_t ns, uint64_t before, uint64_t after, Moment entry);
/* What a clock said, `ns` beyond what was due. */
Latency latency_as_read(uint64_t ns);
/* An interrupt was seen, so late, and so many others before it were lost. It counts if warming up is over, and the end has
 * not come. */
void latency_add(Latency late, uint64_t lost);
/* Prints one line of all that have been added; returns whether none was lost. */
bool latency_print(void);

#endif
