/* SPDX-License-Identifier: MIT */
/*
 * protect.c - restricted mode [S1]: a user in U-mode reaches the 4,096 words of his memory, and no device.
 *
 * The PDP-1's way was a bound on addresses, which one entry of PMP is; what came of it later, pages, is here for comparison.
 */
#include "bbn.h"

enum { PMP_RWX = 7, PMP_NAPOT = 3 << 3, PAGE = 4096, PAGES = CORE_SIZE / PAGE };
/* Bits of an entry of Sv39; A and D are set before. */
enum { PTE_V = 1, PTE_RWX = 0xe, PTE_U = 0x10, PTE_AD = 0xc0 };

/* norm:pmp_a_field_napot_na4: so many ones in the low bits say how long the region is. */
static uint64_t napot(uint64_t base, uint64_t size)
{
    return base >> 2 | (size / 8 - 1);
}

static uint64_t tables[3][PAGE / 8] __attribute__((aligned(PAGE)));

static uint64_t pte_to(uint64_t address, uint64_t bits)
{
    return address >> 12 << 10 | bits | PTE_V;
}

/* Three levels of Sv39 with four leaves: each page where it is. */
static void map(void)
{
    for (unsigned level = 0; level < 2; level++)
        tables[level][CORE >> (30 - 9 * level) & 511] = pte_to((uintptr_t)tables[level + 1], 0);
    for (unsigned i = 0; i < PAGES; i++) {
        uint64_t page = CORE + i * PAGE;
        tables[2][page >> 12 & 511] = pte_to(page, PTE_RWX | PTE_U | PTE_AD);
    }
    csr_write(satp, ATP_SV39 << ATP_MODE | (uintptr_t)tables[0] >> 12);
    sfence_vma();
}

void protect(bool by_pages)
{
    bbn.protect_by_pages = by_pages;
    /* norm:pmp_check_pagetable_access. PMP binds U-mode wherever an entry does not let it through; the tables' walk is under it, too. */
    csr_write(pmpaddr0, by_pages ? ~0ul : napot(CORE, CORE_SIZE));
    csr_write(pmpcfg0, PMP_NAPOT | PMP_RWX);
    csr_write(satp, 0);
    sfence_vma();
    if (by_pages)
        map();
    /* norm:mcounteren_clr_ill_inst_exc. No clock: a user does not see the others' time. */
    csr_write(mcounteren, 0);
    csr_clear(mstatus, SSTATUS_FS);
    /* norm:mstatus_tw_umode_op. To wait is to halt, and not a user's business. */
    csr_set(mstatus, MSTATUS_TW);
    csr_write(medeleg, 0);
    csr_write(mideleg, 0);
}
