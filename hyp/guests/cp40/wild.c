/* SPDX-License-Identifier: MIT */
/* wild.c - hostile: jumps to anywhere, a0 times, and comes back by its trap handler. Marks 8 with what it survived. */
#include "vm.h"

static const uint64_t places[] = { 0x3fffe,     0x40000, 0x80000000, 0x80000100, 0x10000000,
                                   0x2004000,   ~0ull,   ~1ull,      1ull << 63, 0x7ffffffffffffffe,
                                   0x100000000, 0x12344, 0x3f000 };

void run(uint64_t count, uint64_t a1, uint64_t a2)
{
    uint64_t seed = 1;
    (void)a1, (void)a2;
    for (uint64_t i = 0; i < count; i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        uint64_t to = i < sizeof(places) / sizeof(*places) ? places[i]
                      : i & 1                              ? seed
                                                           : 0x20000 + (seed >> 40) % 0x20000;
        /* The handler is the instruction behind the jump: whatever happens, it goes on there. */
        __asm__ volatile(
            "la t0, 1f; csrw mtvec, t0; csrw mscratch, sp; jr %0; .balign 4; 1: csrr sp, mscratch" ::
                "r"(to & ~1ull)
            : "memory", "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a3", "a4", "a5", "a6",
              "a7");
    }
    mark(8, count);
}
