/* SPDX-License-Identifier: MIT */
/*
 * notes.h - what trace events about traps need to be told of earlier ones.
 *
 * A hart has notes while such an event is on. They are not state of the machine.
 */
#ifndef CPU_NOTES_H
#define CPU_NOTES_H

#include "cpu/hart.h"

/* Of the last trap to a level. */
typedef struct {
    uint64_t id; /* 0: there was none, or it was returned from */
    uint64_t time, insns, epc;
    unsigned caller;  /* SBI call: 1 of VS-mode, 2 of HS-mode; 0: it is none */
    uint64_t call[8]; /* a0 to a7 */
} TrapNote;

typedef struct TrapNotes {
    uint64_t traps;
    TrapNote last[LEVEL_M + 1]; /* by Level */
    struct {
        uint64_t partition, reason, trap, time, insns, walks;
    } host; /* since the host has the hart; of no meaning while a guest runs */
} TrapNotes;

typedef enum { WHY_TRAP, WHY_SRET, WHY_MRET, WHY_MNRET } ModeReason;

/* Takes notes from now on if an event is on that needs them, else no longer. */
void notes_update(Hart *hart);
/* The hart is somewhere else in time: what notes say of earlier traps is of no meaning. */
void notes_forget(Hart *hart);

/* The hart is about to take `trap` at `level`. */
void notes_trap(Hart *hart, const Trap *trap, Level level);
/* It is about to return to privilege `to`, in a guest or not; pc is where. */
void notes_return(Hart *hart, unsigned to, bool guest, ModeReason why);

/* CSR `number` is about to be written: its event, and those of interrupts it injects. */
void notes_csr_write(Hart *hart, unsigned number, uint64_t value);

#endif
