/* SPDX-License-Identifier: MIT */
/* reach.c - hostile: loads, stores and atomics at a0 addresses that are not its own, of every size, also across the end of its memory.
 * Its handler goes on behind the instruction. Marks 8 with how many trapped, 9 with an address where a store did not. */
#include "vm.h"

static volatile uint64_t traps;

__attribute__((interrupt("machine"), aligned(4))) static void handler(void)
{
    traps++;
    csr_write(mepc, csr_read(mepc) + 4);
}

static void touch(uint64_t address)
{
    uint64_t before = traps;
    __asm__ volatile("lb a3, (%0); lh a3, (%0); lw a3, (%0); ld a3, (%0)" ::"r"(address)
                     : "a3", "memory");
    __asm__ volatile("sb a3, (%0); sh a3, (%0); sw a3, (%0); sd a3, (%0)" ::"r"(address)
                     : "memory");
    __asm__ volatile(
        "amoadd.d a3, a3, (%0); lr.d a3, (%0); sc.d a4, a3, (%0)" ::"r"(address & ~7ull)
        : "a3", "a4", "memory");
    if (traps - before < 10)
        mark(9, address);
}

void run(uint64_t count, uint64_t a1, uint64_t a2)
{
    static const uint64_t places[] = { 0x40000,    0x40008,    0x80000000,       0x80040000,
                                       0x10010000, 0x10011000, 0x10000006,       0x2000000,
                                       0xc000000,  0x100008,   0x88000000,       ~7ull,
                                       1ull << 63, 1ull << 38, 0x3fffffffffffff8 };
    uint64_t seed = 3;
    (void)a1, (void)a2;
    csr_write(mtvec, (uint64_t)handler);
    for (uint64_t i = 0; i < count; i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        touch(i < sizeof(places) / sizeof(*places) ? places[i] : 0x20000000 | seed);
    }
    __asm__ volatile("ld a3, (%0); sd a3, (%0)" ::"r"(0x3fffcull)
                     : "a3", "memory"); /* half of it is its own */
    mark(8, traps);
}
