/* SPDX-License-Identifier: MIT */
/* mix.h - how often each instruction and each CSR was used. */
#ifndef CPU_MIX_H
#define CPU_MIX_H

#include <stdint.h>
#include <stdio.h>

#include "cpu/isa/insn.h"

enum { MIX_CSRS = 4096 };

typedef struct {
    uint64_t insns[INSN_COUNT]; /* by row: compressed ones count as themselves */
    uint64_t csrs[MIX_CSRS];    /* by number */
    uint64_t refused[MIX_CSRS]; /* accesses that were illegal */
} InsnMix;

/* Counts the instruction whose word is `raw`, decoded as `in`. Of those that `trapped` only ecall and ebreak, which do
 * their work so, and CSR accesses, as refused. */
void mix_count(InsnMix *mix, const Insn *in, uint32_t raw, bool trapped);

/* Writes a line "COUNT NAME" for each row that was used, most frequent first, then "COUNT csr NAME" and "COUNT refused
 * NAME". */
void mix_print(const InsnMix *mix, FILE *out);

#endif
