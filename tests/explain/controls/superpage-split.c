/* SPDX-License-Identifier: MIT */
/* The G stage maps 2 MiB at once until the guest stores there: then a table of small pages. */
#include "../lib/world.h"

static uint64_t memory[1024][512] __attribute__((aligned(4096)));
static uint64_t small[512] __attribute__((aligned(4096)));
static uint64_t base;

static GUEST uint64_t guest(uint64_t address)
{
    if (load(address) != 0x300)
        return 4;
    store(address, 6);
    return load(address) == 6 && load(address + 4096) == 0x301 ? 0 : 4;
}

static bool handle(void)
{
    if (vcpu.scause != CAUSE_STORE_GUEST_PAGE)
        return false;
    for (unsigned i = 0; i < 512; i++)
        small[i] = leaf((void *)(base + 4096 * i), i ? G_RWX & ~PTE_W : G_RWX);
    g_level1[1] = leaf(small, PTE_V);
    hfence_gvma();
    return true;
}

void hypervisor(void)
{
    base = ((uintptr_t)memory + 0x1fffff) & ~0x1ffffful;
    *(uint64_t *)base = 0x300;
    *(uint64_t *)(base + 4096) = 0x301;
    g_level1[1] = leaf((void *)base, G_RWX & ~PTE_W);
    VS_LEAF(1) = 0x200200000ul >> 12 << 10 | S_RWX;
    VS_LEAF(2) = 0x200201000ul >> 12 << 10 | S_RWX;
    run_guest(guest, GVA(1), handle);
}
