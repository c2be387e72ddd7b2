/* SPDX-License-Identifier: MIT */
/*
 * trap.h - what a trap left behind, and who looks at it.
 *
 * stvec holds `trap_entry`: that of trap.S, or one that the program brings along.
 */
#ifndef HYP_LIB_TRAP_H
#define HYP_LIB_TRAP_H

/* Offsets in TrapFrame, for the assembler; a register x\n lies at 8 * n. */
#define TRAP_PC     256
#define TRAP_STATUS 264
#define TRAP_SIZE   272

#ifndef __ASSEMBLER__
#include <stdint.h>

typedef struct {
    uint64_t x[32];      /* x[0] holds nothing */
    uint64_t pc, status; /* sepc and sstatus: trap() may change them */
} TrapFrame;

/* Defined by the program. `cause` and `tval` are scause and stval. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval);

/* Says what happened, and ends the run as a failure. */
void trap_die(const TrapFrame *frame, uint64_t cause, uint64_t tval) __attribute__((noreturn));
#endif

#endif
