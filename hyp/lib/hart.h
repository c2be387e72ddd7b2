/* SPDX-License-Identifier: MIT */
/*
 * hart.h - the harts of the machine, each with a stack and a record of its own.
 *
 * tp points to the record of the hart that runs. The layout is known to start.S.
 */
#ifndef HYP_LIB_HART_H
#define HYP_LIB_HART_H

#define HART_MAX   32
#define HART_STACK 16384

/* Offsets in Hart, for the assembler. */
#define HART_ID       0
#define HART_SP       8
#define HART_FUNCTION 16
#define HART_ARGUMENT 24
#define HART_INDEX    32

#ifndef __ASSEMBLER__
#include <stdint.h>

typedef struct {
    uint64_t id; /* what the firmware and the device tree call it */
    uint8_t *sp; /* at the start */
    void (*function)(void *argument);
    void *argument;
    uint64_t index; /* its place in harts[]; 0 is the one that began */
} Hart;

extern Hart harts[HART_MAX];

/* The record of the hart that runs this. */
static inline Hart *hart_self(void)
{
    Hart *self;
    __asm__("mv %0, tp" : "=r"(self));
    return self;
}

/* Has the stopped hart `id` run function(argument) in S-mode; it stops when that returns. Returns the
 * error of SBI's hart_start, 0 if there is none. */
long hart_start(uint64_t id, void (*function)(void *argument), void *argument);

/* Stops this hart, until it is started anew. */
void hart_stop(void) __attribute__((noreturn));

/* Defined by the program: runs on the first hart, with the device tree at `fdt`. */
void main(void *fdt);
#endif

#endif
