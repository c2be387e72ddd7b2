/* SPDX-License-Identifier: MIT */
/*
 * stats.h - what a hart did, by mode and by guest: for -d stats.
 *
 * Guests are told apart by VMID. Nothing here is state of the machine: it is not saved, and counting changes nothing.
 */
#ifndef CPU_STATS_H
#define CPU_STATS_H

#include <stdint.h>
#include <stdio.h>

#include "cpu/hart.h"

enum { STATS_CAUSES = 64, STATS_GUESTS = MMU_VMIDS };

typedef struct {
    uint64_t exits[2][STATS_CAUSES]; /* traps that left the guest: exceptions, interrupts */
    uint64_t instructions[2];        /* VU, VS */
    uint64_t own_traps;              /* exceptions that the guest took itself */
    uint64_t direct, injected; /* interrupts that the guest took: of hardware, of the hypervisor */
} GuestStats;

typedef struct Stats {
    uint64_t since; /* ns of the hart's own clock when counting began */
    uint64_t instructions[MODES];
    uint64_t counted; /* retired instructions that are in the line above */
    uint64_t
        seen[STATS_GUESTS / 64]; /* bit n % 64 of word n / 64: there is something in guests[n] */
    GuestStats guests[STATS_GUESTS];
} Stats;

/* Begins to count. */
void stats_start(Hart *hart);
void stats_free(Hart *hart);

/* The hart leaves its mode. */
void stats_leave_mode(Hart *hart);
/* The hart is about to take `trap` at `level`. */
void stats_trap(Hart *hart, const Trap *trap, Level level);

/* Writes a table of the hart's modes and of each guest it ran. */
void stats_print(Hart *hart, FILE *out);

#endif
