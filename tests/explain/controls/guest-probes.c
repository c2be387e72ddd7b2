/* SPDX-License-Identifier: MIT */
/* The guest tries what there may not be: an unknown instruction, a CSR of nobody's, an address of nothing. */
#include "../lib/world.h"

static GUEST_DATA volatile uint64_t seen;

static GUEST uint64_t guest(uint64_t nowhere)
{
    __asm__ volatile(".option push\n.option norvc\n.4byte 0xfffffff3\n.option pop");
    __asm__ volatile(".option push\n.option norvc\ncsrr t0, 0x5ff\n.option pop" ::: "t0");
    load(nowhere);
    return seen == (2ul << 32 | 1) ? 0 : 4;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)tval;
    seen += cause == CAUSE_ILLEGAL ? 1ul << 32 : cause == CAUSE_LOAD_PAGE ? 1 : 0;
    frame[FRAME_PC] += 4;
}

void hypervisor(void)
{
    run_guest(guest, 0x700000000, NULL);
}
