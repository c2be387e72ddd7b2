/* SPDX-License-Identifier: MIT */
/*
 * attacker.h - a guest that does what it must not, as often as it can. It is for others to see that nothing comes of it.
 *
 * main.c has the table of attacks; memory.c those by addresses, calls.c those by SBI, storm.c those by number, privileged.c
 * those by instructions, dma.c the one by a device.
 */
#ifndef HYP_ATTACKER_H
#define HYP_ATTACKER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/csr.h"
#include "lib/fdt.h"
#include "lib/trap.h"

/* One attack: it does `n` of what the table in main.c counts, on each hart of the partition, and returns how many it did. */
typedef uint64_t AttackFn(uint64_t n);
AttackFn attack_none, attack_store, attack_load, attack_atomic, attack_jump, attack_tables,
    attack_selfmod, attack_crash, attack_hang, attack_calls, attack_console, attack_interrupts,
    attack_fences, attack_controllers, attack_instructions, attack_registers, attack_dma,
    attack_watch, attack_restart, attack_maze;

typedef struct {
    Fdt fdt;
    uint64_t at;    /* the address to attack */
    uint64_t harts; /* of the partition: its own numbers 0 to harts - 1 */
    bool sstc;
} Attacker;

extern Attacker attacker;

/* The next of a hart's random numbers; `state` begins as anything but 0. */
uint64_t next_random(uint64_t *state);
/* A seed of the hart's own. */
uint64_t seed(void);

/* Waits for that moment, in ticks of the time CSR. */
void sleep_until(uint64_t then);

/* Called for an interrupt; NULL: there are none. */
extern void (*volatile on_interrupt)(uint64_t cause);
/* Exceptions: how many there were. What trapped is skipped; where code cannot be fetched, its caller goes on. */
extern uint64_t exceptions;

#endif
