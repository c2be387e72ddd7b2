/* SPDX-License-Identifier: MIT */
/* test_guest_setup.h - a guest with small page tables of both stages, for tests of walks. */
#ifndef TESTS_UNIT_TEST_GUEST_SETUP_H
#define TESTS_UNIT_TEST_GUEST_SETUP_H

#include "cpu/csr.h"
#include "mmu/pte.h"
#include "tests/lib/machine_rig.h"

enum { VS = BOARD_RAM + 0x300000, G = BOARD_RAM + 0x310000, DATA = BOARD_RAM + 0x320000 };
enum { LEAF = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D, G_LEAF = LEAF | PTE_U };
#define VA 0x40201000ul

static inline uint64_t entry(uint64_t address, uint64_t flags)
{
    return address >> 12 << 10 | flags;
}

/* VA is guest-physical DATA by three tables from VS on; a leaf of the G stage of 1 GiB covers all of RAM. */
static inline Machine *guest(void)
{
    Machine *m = rig_in(PRIV_S, NULL);
    Hart *hart = &m->harts[0];
    rig_write64(m, VS + 8, entry(VS + 0x1000, PTE_V));
    rig_write64(m, VS + 0x1000 + 8, entry(VS + 0x2000, PTE_V));
    rig_write64(m, VS + 0x2000 + 8, entry(DATA, LEAF));
    rig_write64(m, G + 16, entry(BOARD_RAM, G_LEAF));
    csr_write(hart, CSR_menvcfg, 0);
    csr_write(hart, CSR_vsatp, 8ull << 60 | 3ull << 44 | VS >> 12);
    csr_write(hart, CSR_hgatp, 8ull << 60 | 7ull << 44 | G >> 12);
    return m;
}

#endif
