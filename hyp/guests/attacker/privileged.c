/* SPDX-License-Identifier: MIT */
/* privileged.c - attacks by instructions: of other modes, and of all CSRs; see attacker.h. */
#include "attacker.h"

enum { CSRS = 4096, CSRRW_A0_A0 = 0x00051573, CSRR_A0 = 0x00002573, RET = 0x8067 };
enum { STVEC = 0x105, SATP = 0x180 }; /* for these two, we would be the victim */

static uint32_t code[3];

/* mret, hfence.gvma, hfence.vvma, hinval.gvma, hlv.d, hlvx.wu, hsv.d, mnret, wrs.sto, sctrclr, dret, and a custom one; those
 * that come back alone may be executed where they are. */
static const uint32_t instructions[] = {
    0x30200073, 0x62000073, 0x22000073, 0x66000073, 0x6c054573, 0x68354573, 0x6eb54073, 0x70200073,
    0x01d00073, 0x10400073, 0x7b200073, 0x8c000073, 0x00000000, 0xffffffff, 0x00001073, 0x0000300f,
};

static uint64_t run(uint32_t instruction, uint64_t a0)
{
    uint64_t (*function)(uint64_t) = (uint64_t(*)(uint64_t))code;
    code[0] = instruction;
    code[1] = RET;
    fence_i();
    return function(a0);
}

uint64_t attack_instructions(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        for (unsigned j = 0; j < sizeof(instructions) / sizeof(instructions[0]); j++)
            run(instructions[j], attacker.at);
    return n;
}

/* What can be read is written as well: all ones, all zeros, and what there was. */
uint64_t attack_registers(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        for (uint32_t csr = 0; csr < CSRS; csr++) {
            uint64_t before = exceptions, old = run(csr << 20 | CSRR_A0, 0);
            if (exceptions != before || csr == STVEC || csr == SATP)
                continue;
            run(csr << 20 | CSRRW_A0_A0, ~0ul);
            run(csr << 20 | CSRRW_A0_A0, 0);
            run(csr << 20 | CSRRW_A0_A0, old);
        }
    }
    return n;
}
