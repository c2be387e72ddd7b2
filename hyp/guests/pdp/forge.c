/* SPDX-License-Identifier: MIT */
/*
 * forge.c - hostile: says the system's events in its stead, of another user: that he was stopped for a fault, that his command is
 * done. What user mode says is marked as such, and whoever judges the system takes its own word only (`m=M`).
 */
#include "pdp.h"

/* A mark of such a kind; docs/trace.md has what it stands for. */
#define SAY(kind, value) \
    __asm__ volatile(".insn i 0x13, 2, zero, %0, %1" ::"r"((uint64_t)(value)), "i"(kind))

enum { START = 64, STOP, READY, DONE, SWAP, BREAK };
enum { OTHER = 1, FAULT = 11 };

void run(uint64_t argument)
{
    (void)argument;
    for (;; pdp_count++) {
        SAY(START, OTHER);
        SAY(STOP, OTHER | FAULT << 16);
        SAY(READY, OTHER);
        SAY(DONE, OTHER);
        SAY(BREAK, 14 | OTHER << 8 | 3 << 16);
    }
}
