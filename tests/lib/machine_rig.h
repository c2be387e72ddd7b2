/* SPDX-License-Identifier: MIT */
/* machine_rig.h - a whole machine in a few lines, for tests that run instructions. */
#ifndef TESTS_LIB_MACHINE_RIG_H
#define TESTS_LIB_MACHINE_RIG_H

#include "cpu/isa/insn.h"
#include "emu/machine.h"

/* A machine with `n_harts` harts and 16 MiB of RAM whose harts start at the RAM's first byte, where the `count` words
 * of `code` are. `cpu` as -cpu has it; NULL: max. Aborts the test on failure. */
Machine *rig_new(unsigned n_harts, const char *cpu, const uint32_t *code, size_t count);

/* A program for two harts: hart 0 reserves, pauses, and stores conditionally (x12: did it fail?); hart 1 stores to the same
 * granule in between. */
enum { RIG_RESERVATION = 11 };
extern const uint32_t rig_reservation[RIG_RESERVATION];

/* Where the harts of rig_in trap to. */
enum { RIG_HANDLER = 0x80100000, RIG_S_HANDLER = 0x80200000 };

/* A machine of one hart, which is in `priv` with trap handlers set and all of memory open. `cpu` as above. */
Machine *rig_in(unsigned priv, const char *cpu);

/* Runs at most `units` instructions and traps, in all harts together. */
void rig_run(Machine *m, uint64_t units);

/* Hart 0, one instruction at a time: gives it `x[1..]` values and runs `raw`. True: it retired. */
bool rig_execute(Machine *m, uint32_t raw);

/* The word of row `id` with these operands. An immediate has the bits its row has for it. */
uint32_t rig_encode(InsnId id, unsigned rd, unsigned rs1, unsigned rs2, unsigned imm);

/* x10 of hart 0 after the instruction `id` with x10, x11 and x12 as given. Aborts the test if it traps. */
uint64_t rig_compute(Machine *m, InsnId id, uint64_t rs1, uint64_t rs2, unsigned imm);

uint64_t rig_read64(Machine *m, uint64_t address);
void rig_write64(Machine *m, uint64_t address, uint64_t value);

#endif
