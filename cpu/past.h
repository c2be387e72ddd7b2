/* SPDX-License-Identifier: MIT */
/*
 * past.h - the last traps of a hart, with what decided about them, for who asks afterwards.
 *
 * A handler changes the tables that a trap was about. So the few facts that an explanation needs are kept when it is
 * taken: what the trap was, the entry of the page tables where a walk ended, and where its handler went back to. A trap
 * that comes again at once, without an instruction between, is counted and not kept twice. This is no state of the
 * machine: a hart that starts or is loaded has no past, and a hart that nobody can ask keeps none.
 */
#ifndef CPU_PAST_H
#define CPU_PAST_H

#include "cpu/hart.h"

enum { PAST_TRAPS = 16, PAST_ROOTS = 4 };

typedef struct {
    uint64_t id; /* counts the hart's traps from 1; 0: none */
    Trap trap;
    uint64_t epc, retired; /* pc, and instructions of the hart, when it was taken */
    /* If it was returned from: to where, and when; else epc and retired. */
    uint64_t back_pc, back_retired;
    uint64_t walk;    /* number of the walk that ended in it, as mmu_fault_walk has it; 0: none */
    uint32_t times;   /* how often in a row, without an instruction between */
    uint32_t returns; /* how often it was returned from, of these */
    uint8_t mode, back_mode; /* MODE_* and PRIV_* */
    uint8_t level;           /* Level that took it */
    bool returned;
} PastTrap;

/* Values of hgatp: of a VMID, and what it had before. 0: there was none. */
typedef struct {
    uint64_t now, before;
} PastRoot;

typedef struct Past {
    PastTrap traps[LEVEL_M + 1]
                  [PAST_TRAPS]; /* by Level: one that takes many does not drive out others' */
    uint32_t next[LEVEL_M + 1]; /* how many were put there; the last one is before it */
    uint64_t count;             /* traps */
    uint64_t back_pc;           /* of the last xRET */
    uint8_t back_mode;
    uint8_t entered;            /* bit n: some xRET went to mode n */
    bool midway;                /* there was a time before all that is counted here */
    uint64_t hvip_ever;         /* bits that were set in hvip */
    uint64_t hgatp_wanted;      /* what was written last, before WARL rules */
    PastRoot roots[PAST_ROOTS]; /* the one written last first */
} Past;

/* Keeps its past from now on. */
void past_keep(Hart *hart);
/* Forgets everything: the hart starts anew, or in the middle of a run whose beginning is not known. */
void past_forget(Hart *hart, bool midway);

/* The hart is about to take `trap` at `level`, and to return to privilege `to`, in a guest or not; pc is where. */
void past_trap(Hart *hart, const Trap *trap, Level level);
void past_return(Hart *hart, unsigned to, bool guest);
/* hgatp was written: what was asked for. And hvip. */
void past_hgatp(Hart *hart, uint64_t wanted);
void past_hvip(Hart *hart);

/* The trap with that number, or the n-th last one, 0 being the last; NULL: it is not remembered. */
const PastTrap *past_find(const Past *past, uint64_t id);
const PastTrap *past_last(const Past *past, unsigned n);

/* The walk that ended in it; NULL: none did, or it is not remembered. */
const FaultWalk *past_walk(const Hart *hart, const PastTrap *trap);

#endif
