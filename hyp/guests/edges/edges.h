/* SPDX-License-Identifier: MIT */
/* edges.h - what the cases have in common; see main.c. */
#ifndef HYP_GUESTS_EDGES_H
#define HYP_GUESTS_EDGES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/fdt.h"
#include "lib/irqchip.h"

extern Fdt fdt;
extern volatile uint64_t *record; /* shared memory, NULL: there is none */
extern uint64_t number;           /* its number */
extern unsigned doorbell;         /* its interrupt, 0: none */

/* Ends the run as failed if it is not so. */
void want(bool right, const char *what);
void wait_us(uint64_t us);
/* Is an external interrupt pending, or will be in that time? */
bool external_within(uint64_t us);

/* sources.c: the clock's interrupt source, 0 if there is no clock; it rings at once, until it is told to be quiet. */
unsigned clock_open(void);
void clock_ring(void);
void clock_quiet(void);

/* Cases about interrupts. */
void do_target(void);
void do_idle_bell(void);
void do_again(void);

#endif
