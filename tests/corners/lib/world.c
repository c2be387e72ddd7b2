/* SPDX-License-Identifier: MIT */
/* world.c - the tables and registers that code of a corner finds; see corner.h. */
#include "corner.h"

extern const char corner_hs_entry[], corner_vs_entry[];

uint64_t pages[PAGES][512] __attribute__((aligned(4096)));
uint64_t vs_root[512] __attribute__((aligned(4096))), vs_level1[512] __attribute__((aligned(4096))),
    vs_level0[512] __attribute__((aligned(4096)));
uint64_t g_root[2048] __attribute__((aligned(16384))), g_level1[512] __attribute__((aligned(4096))),
    g_level0[512] __attribute__((aligned(4096)));

static uint64_t pte(uint64_t address, uint64_t flags)
{
    return address >> 12 << 10 | flags;
}

static uint64_t pte_to(const void *memory, uint64_t flags)
{
    return pte((uintptr_t)memory, flags);
}

void fence_all(void)
{
    __asm__ volatile("sfence.vma\nhfence.vvma\nhfence.gvma" ::: "memory");
}

uint64_t *g_pte(uint64_t gpa)
{
    return &g_level0[gpa >> 12 & 511];
}

void map(unsigned page, uint64_t vs_flags, uint64_t g_flags)
{
    vs_level0[page] = pte(GPA(page), vs_flags);
    *g_pte(GPA(page)) = pte_to(pages[page], g_flags);
    fence_all();
}

static void make_tables(void)
{
    memset(vs_root, 0, sizeof vs_root);
    memset(vs_level1, 0, sizeof vs_level1);
    memset(vs_level0, 0, sizeof vs_level0);
    memset(g_root, 0, sizeof g_root);
    memset(g_level1, 0, sizeof g_level1);
    memset(g_level0, 0, sizeof g_level0);
    vs_root[0] = pte(0, S_RWX);
    vs_root[2] = pte(RAM, S_RWX);
    vs_root[3] = pte(RAM, U_RWX);
    vs_root[4] = pte(GPA_LEVEL1, PTE_V);
    vs_level1[0] = pte(GPA_LEVEL0, PTE_V);
    g_root[0] = pte(0, G_RWX);
    g_root[2] = pte(RAM, G_RWX);
    g_root[GPA_LEVEL1 >> 30] = pte_to(g_level1, PTE_V);
    g_level1[0] = pte_to(g_level0, PTE_V);
    *g_pte(GPA_LEVEL1) = pte_to(vs_level1, G_RWX);
    *g_pte(GPA_LEVEL0) = pte_to(vs_level0, G_RWX);
    for (unsigned page = 0; page < PAGES; page++) {
        map(page, S_RWX, G_RWX);
        memset(pages[page], 0, sizeof pages[page]);
    }
}

static void reset_machine_csrs(void)
{
    /* Calls from HS and VS are how runs end. */
    CSR_WRITE(medeleg, ~(BIT(ECALL_HS) | BIT(ECALL_VS)));
    CSR_WRITE(mideleg, ~0ul);
    CSR_WRITE(mie, 0);
    CSR_WRITE(mcounteren, ~0ul);
    CSR_WRITE(menvcfg, ENVCFG_STCE | ENVCFG_PBMTE);
    if (has_hypervisor())
        CSR_WRITE(mstateen0, ~0ul);
    CSR_CLEAR(mstatus, MSTATUS_MPRV | SSTATUS_SUM | SSTATUS_MXR | MSTATUS_TVM | MSTATUS_TW |
                           MSTATUS_TSR | SSTATUS_SIE | SSTATUS_FS);
}

static void reset_supervisor_csrs(void)
{
    CSR_WRITE(stvec, corner_hs_entry);
    CSR_WRITE(satp, 0);
    CSR_WRITE(scounteren, ~0ul);
    CSR_WRITE(senvcfg, 0);
    CSR_WRITE(stimecmp, ~0ul);
}

static void reset_hypervisor_csrs(void)
{
    CSR_WRITE(hstatus, 0);
    CSR_WRITE(hedeleg, 0);
    CSR_WRITE(hideleg, 0);
    CSR_WRITE(hvip, 0);
    CSR_WRITE(hgeie, 0);
    CSR_WRITE(htimedelta, 0);
    CSR_WRITE(hcounteren, ~0ul);
    CSR_WRITE(henvcfg, ENVCFG_STCE | ENVCFG_PBMTE);
    CSR_WRITE(hstateen0, ~0ul);
    CSR_WRITE(htval, 0);
    CSR_WRITE(htinst, 0);
}

static void reset_guest_csrs(void)
{
    CSR_WRITE(vsstatus, 0);
    CSR_WRITE(vstvec, corner_vs_entry);
    CSR_WRITE(vscause, 0);
    CSR_WRITE(vsepc, 0);
    CSR_WRITE(vstval, 0);
    CSR_WRITE(vstimecmp, ~0ul);
}

void fresh(void)
{
    reset_machine_csrs();
    reset_supervisor_csrs();
    if (!has_hypervisor())
        return;
    reset_hypervisor_csrs();
    reset_guest_csrs();
    make_tables();
    CSR_WRITE(hgatp, ATP(SV39, 1, g_root));
    CSR_WRITE(vsatp, ATP(SV39, 1, vs_root));
    fence_all();
}
