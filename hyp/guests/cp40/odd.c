/* SPDX-License-Identifier: MIT */
/* odd.c - hostile: each privileged instruction that there could be, with operands nobody expects, in both states. Its handler goes on
 * behind the instruction. Marks 8 with how many trapped. */
#include "vm.h"

static volatile uint64_t traps;
static uint32_t code[4] __attribute__((aligned(16)));

__attribute__((interrupt("machine"), aligned(4))) static void handler(void)
{
    traps++;
    csr_write(mepc, csr_read(mcause) >> 63 ? csr_read(mepc) : csr_read(mepc) + 4);
    csr_write(mstatus, 3 << 11); /* back to supervisor state */
}

/* The instruction, then `ret`; all registers it may change are ones that a call may change. */
static void execute(uint32_t insn)
{
    code[0] = insn;
    code[1] = 0x8067;
    __asm__ volatile("fence.i; jalr %0" ::"r"(code)
                     : "ra", "memory", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1",
                       "t2", "t3", "t4", "t5", "t6");
}

void run(uint64_t a0, uint64_t a1, uint64_t a2)
{
    static const uint32_t others[] = { 0x10200073,        0x70200073,          0x12000073,
                                       0x62000073,        0x00100073,          0x00000073,
                                       0x10500073 | 0x80, 0x30200073 | 1 << 7, 0xffffffff,
                                       0x0000006b,        0x0000100f,          0x0005200f };
    (void)a0, (void)a1, (void)a2;
    csr_write(mtvec, (uint64_t)handler);
    for (uint32_t number = 0; number < 4096; number++)
        for (uint32_t how = 1; how < 8; how++) {
            bool steers =
                number == 0x305 || number == 0x300 || number == 0x304; /* would lose the handler */
            if (how == 4 || (steers && how != 2 && how != 6))
                continue;
            execute(number << 20 |
                    (steers     ? 0
                     : how == 3 ? 31
                                : number % 2 * 10)
                        << 15 |
                    how << 12 | 10 << 7 | 0x73);
        }
    csr_write(mie, 0);
    for (unsigned i = 0; i < sizeof(others) / sizeof(*others); i++)
        execute(others[i]);
    mark(8, traps);
}
