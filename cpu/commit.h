/* SPDX-License-Identifier: MIT */
/*
 * commit.h - what every retired instruction did: the trace hash and the commit log.
 *
 * A record is (hart, pc, written register, value, memory address, value). Records are folded into a 64-bit rolling hash;
 * when a log is open they are also written as Spike writes its commit log.
 */
#ifndef CPU_COMMIT_H
#define CPU_COMMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cpu/mix.h"

typedef struct Hart Hart;
typedef struct Insn Insn;

typedef struct Commit Commit;

typedef enum { ACCESSED_READ = 1, ACCESSED_WRITE = 2, ACCESSED_BOTH = 3 } Accessed;
struct Commit {
    uint64_t hash, count;
    FILE *log;         /* Spike's format, or NULL */
    uint64_t print_at; /* print the hash when this many records were made, 0: never */
    uint64_t print_every;
    FILE *print_to;
    InsnMix *mix; /* not NULL: count what is executed */
    /* Of the instruction that runs, filled in as it does: */
    bool is_load, is_store;
    unsigned size;
    uint64_t address, value, value_high; /* value_high: of a store of 16 bytes */
};

/* Notes an access the running instruction made. */
void commit_access(Hart *hart, uint64_t address, unsigned size, Accessed how, uint64_t value);

/* Reports the instruction `in`, which was at `pc` in privilege `priv` and has retired. */
void commit_record(Commit *commit, Hart *hart, const Insn *in, uint64_t pc, unsigned priv,
                   uint32_t raw);

#endif
