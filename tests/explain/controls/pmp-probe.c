/* SPDX-License-Identifier: MIT */
/* The hypervisor tries memory that M-mode keeps for itself, and lives with the answer. */
#include "../lib/world.h"

static volatile unsigned refused;
static uint64_t secret[512] __attribute__((aligned(4096)));

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

void machine(void)
{
    csr_write(pmpaddr1, -1);
    csr_write(pmpaddr0, (uintptr_t)secret >> 2 | 0x1ff); /* 4 KiB */
    csr_write(pmpcfg0, 0x1f18);
}

void trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    if (cause != CAUSE_LOAD_ACCESS || tval != (uintptr_t)secret)
        guest_exit(2);
    refused++;
    frame[FRAME_PC] += 4;
}

void hypervisor(void)
{
    load((uintptr_t)secret);
    if (refused != 1)
        guest_exit(5);
    run_guest(guest, GVA(1), NULL);
}
