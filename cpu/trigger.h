/* SPDX-License-Identifier: MIT */
/*
 * trigger.h - debug triggers (Sdtrig): breakpoints and watchpoints that the guest sets for itself.
 *
 * There are eight, each of type mcontrol6 (addresses of instructions, loads and stores), icount, itrigger or etrigger.
 * What fires raises a breakpoint exception; there is no Debug Mode. While one is armed the hart runs in the loop that
 * looks at every instruction. Triggers do not fire in M-mode while mstatus.MIE is clear, nor in S-mode while SIE is
 * clear if breakpoints are delegated: the first solution of "Native Triggers". Source: RISC-V Debug Specification 1.0,
 * Sdtrig.
 */
#ifndef CPU_TRIGGER_H
#define CPU_TRIGGER_H

#include <stdbool.h>
#include <stdint.h>

#include "mmu/walk.h"

typedef struct Hart Hart;

enum { TRIGGERS = 8 };

/* What armed triggers look at. */
enum {
    TRIGGER_LOADS = 1,
    TRIGGER_STORES = 2,
    TRIGGER_FETCHES = 4,
    TRIGGER_COUNT = 8,
    TRIGGER_TRAPS = 16,
};

typedef struct {
    uint64_t tdata1, tdata2, tdata3;
} Trigger;

typedef struct {
    Trigger list[TRIGGERS];
    uint8_t after_trap; /* not 0: an itrigger or etrigger fires before the first instruction of
                           the handler, which is in this mode (hart_mode) plus one */
    /* Not state: */
    bool may_count;   /* triggers did not hold still when the current instruction began */
    uint32_t kinds;   /* TRIGGER_* */
    uint32_t matched; /* by the current instruction */
} TriggerUnit;

/* Disables all of them. */
void trigger_reset(Hart *hart);
/* Recomputes what is derived, after load. */
void trigger_update(Hart *hart);

/* Before an instruction: true: a breakpoint exception is raised instead of it. */
bool trigger_fires_before(Hart *hart);
/* Before an access of `size` bytes at `address`: true: a breakpoint exception is in hart->mmu.fault. */
bool trigger_fires_on_access(Hart *hart, uint64_t address, unsigned size, Access access);
/* An instruction that was fetched in mode `from` retired. */
void trigger_retired(Hart *hart, unsigned from);
/* May triggers fire in the present mode, or must they hold still? "Native Triggers", first solution. */
bool trigger_may_fire(const Hart *hart);
/* A trap was taken from mode `from`, where triggers might fire if `may_count`. */
void trigger_trapped(Hart *hart, unsigned from, uint64_t cause, bool may_count);

#endif
