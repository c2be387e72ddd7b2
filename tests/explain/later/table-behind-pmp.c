/* SPDX-License-Identifier: MIT */
/* M-mode keeps the memory that the hypervisor has a table of the G stage in. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

static uint64_t secret[512] __attribute__((aligned(4096)));

void machine(void)
{
    secret[0x41] = leaf(pages[1], G_RWX);
    csr_write(pmpaddr1, -1);
    csr_write(pmpaddr0, (uintptr_t)secret >> 2 | 0x1ff); /* 4 KiB */
    csr_write(pmpcfg0, 0x1f18);
}

void hypervisor(void)
{
    g_level1[1] = leaf(secret, PTE_V);
    VS_LEAF(1) = 0x200241000ul >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(1), NULL);
}
