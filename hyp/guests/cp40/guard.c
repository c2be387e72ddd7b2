/* SPDX-License-Identifier: MIT */
/* guard.c - who would notice: fills its memory with numbers of its own, and looks a0 times whether all of them are still there. Marks 7:
 * 1 at the end, 0 if not. */
#include "vm.h"

enum { FROM = 0x8000, TO = 0x28000 };

static uint64_t number_at(uint64_t address)
{
    return (address + csr_read(mscratch)) * 0x9e3779b97f4a7c15;
}

void run(uint64_t rounds, uint64_t a1, uint64_t a2)
{
    (void)a1, (void)a2;
    csr_write(mscratch, csr_read(mhartid) << 32);
    for (uint64_t at = FROM; at < TO; at += 512)
        *(volatile uint64_t *)at = number_at(at);
    for (uint64_t round = 0; round < rounds; round++) {
        for (uint64_t at = FROM; at < TO; at += 512)
            if (*(volatile uint64_t *)at != number_at(at)) {
                mark(7, 0);
                type("guard: somebody was here\n");
                return;
            }
    }
    mark(7, 1);
    type("guard: all is well\n");
}
