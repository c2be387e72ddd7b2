/* SPDX-License-Identifier: MIT */
/* mutant.c - hostile: writes instructions and runs them, a0 times, the next across two pages. What it writes is right: `li a0, n; ret`,
 * and what comes back is looked at. Marks 8; 9 if a stale one ran. */
#include "vm.h"

void run(uint64_t count, uint64_t a1, uint64_t a2)
{
    (void)a1, (void)a2;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t *code = (uint32_t *)(0x10ffc + (i % 40) * 4096);
        code[0] = (uint32_t)(i & 1023) << 20 | 0x513;
        code[1] = 0x8067;
        __asm__ volatile("fence.i" ::: "memory");
        if (((uint64_t(*)(void))code)() != (i & 1023))
            mark(9, i);
    }
    mark(8, count);
}
