/* SPDX-License-Identifier: MIT */
/* A second guest gets the VMID of the first, which has other memory; no fence between them. */
#include "../lib/world.h"

static uint64_t other_root[2048] __attribute__((aligned(16384)));
uint64_t other_level1[512] __attribute__((aligned(4096))),
    other_level0[512] __attribute__((aligned(4096)));

static GUEST uint64_t first(uint64_t address)
{
    load(address);
    call(CALL_YIELD, 0);
    return 4;
}

static GUEST uint64_t second(uint64_t address)
{
    return load(address) == 0x105 ? 0 : 4;
}

void hypervisor(void)
{
    memcpy(other_root, g_root, sizeof other_root);
    memcpy(other_level0, g_level0, sizeof other_level0);
    other_root[8] = leaf(other_level1, PTE_V);
    other_level1[0] = leaf(other_level0, PTE_V);
    other_level0[0x41] = leaf(pages[5], G_RWX);
    begin_guest(first, GVA(1));
    continue_guest(NULL);
    csr_write(hgatp, ATP(SV39, 1, other_root));
    vcpu_reset(&vcpu, 0, 0, 0);
    csr_write(vsatp, ATP(SV39, 1, GPA_TABLES));
    run_guest(second, GVA(1), NULL);
}
