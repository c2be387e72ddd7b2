/* SPDX-License-Identifier: MIT */
/* The root of the G stage lies at a page, as that of any other table, but must lie at a multiple of 16 KiB. */
#include "../lib/world.h"

uint64_t my_roots[6][512] __attribute__((aligned(16384)));

static GUEST uint64_t guest(uint64_t address)
{
    return load(address) == 0x101 ? 0 : 4;
}

void hypervisor(void)
{
    uint64_t *root = my_roots[1];
    for (unsigned i = 0; i < 2048; i++)
        root[i] = g_root[i];
    csr_write(hgatp, ATP(SV39, 1, root));
    hfence_gvma();
    run_guest(guest, GVA(1), NULL);
}
