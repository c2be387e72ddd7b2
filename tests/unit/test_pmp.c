/* SPDX-License-Identifier: MIT */
/* test_pmp.c - physical memory protection. */
#include <criterion/criterion.h>

#include "mmu/pmp.h"

enum { OFF = 0x00, TOR = 0x08, NA4 = 0x10, NAPOT = 0x18 };

static uint64_t napot(uint64_t base, uint64_t size)
{
    return (base | (size / 2 - 1)) >> 2;
}

/* norm:pmp_no_entry_match */
Test(pmp, without_entries_only_machine_mode_may_access)
{
    Pmp pmp = { 0 };
    pmp_update(&pmp);
    cr_expect(pmp_allows(&pmp, (Spa){ 0x80000000 }, 8, ACCESS_WRITE, 3));
    cr_expect(!pmp_allows(&pmp, (Spa){ 0x80000000 }, 8, ACCESS_READ, 1));
    cr_expect(!pmp_allows(&pmp, (Spa){ 0x80000000 }, 8, ACCESS_READ, 0));
}

Test(pmp, address_matching)
{
    static const struct {
        uint8_t cfg;
        uint64_t before, addr, inside, outside;
    } cases[] = {
        { NA4, 0, 0x80001000 >> 2, 0x80001000, 0x80001004 },
        { TOR, 0x80000000 >> 2, 0x80003000 >> 2, 0x80002ffc, 0x80003000 },
        { TOR, 0x80000000 >> 2, 0x80003000 >> 2, 0x80000000, 0x7ffffffc },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        Pmp pmp = { 0 };
        pmp_write_addr(&pmp, 0, cases[i].before);
        pmp_write_addr(&pmp, 1, cases[i].addr);
        pmp_write_cfg(&pmp, 1, cases[i].cfg | PMP_R);
        cr_expect(pmp_allows(&pmp, (Spa){ cases[i].inside }, 4, ACCESS_READ, 1), "case %u", i);
        cr_expect(!pmp_allows(&pmp, (Spa){ cases[i].outside }, 4, ACCESS_READ, 1), "case %u", i);
        cr_expect(!pmp_allows(&pmp, (Spa){ cases[i].inside }, 4, ACCESS_WRITE, 1), "case %u", i);
    }
    for (uint64_t size = 8; size <= 1ull << 40; size *= 2) {
        Pmp pmp = { 0 };
        uint64_t base = size << 3;
        pmp_write_addr(&pmp, 0, napot(base, size));
        pmp_write_cfg(&pmp, 0, NAPOT | PMP_R);
        cr_expect(pmp_allows(&pmp, (Spa){ base }, 8, ACCESS_READ, 0), "%lx", size);
        cr_expect(pmp_allows(&pmp, (Spa){ base + size - 8 }, 8, ACCESS_READ, 0), "%lx", size);
        cr_expect(!pmp_allows(&pmp, (Spa){ base + size }, 8, ACCESS_READ, 0), "%lx", size);
        cr_expect(!pmp_allows(&pmp, (Spa){ base - 8 }, 8, ACCESS_READ, 0), "%lx", size);
    }
}

/* norm:pmp_entry_priority */
Test(pmp, the_lowest_entry_decides)
{
    Pmp pmp = { 0 };
    pmp_write_addr(&pmp, 0, napot(0x80000000, 0x1000));
    pmp_write_addr(&pmp, 1, napot(0x80000000, 0x100000));
    pmp_write_cfg(&pmp, 0, NAPOT);
    pmp_write_cfg(&pmp, 1, NAPOT | PMP_R | PMP_W | PMP_X);
    cr_expect(!pmp_allows(&pmp, (Spa){ 0x80000800 }, 4, ACCESS_READ, 1));
    cr_expect(pmp_allows(&pmp, (Spa){ 0x80001000 }, 4, ACCESS_FETCH, 1));
}

/* norm:pmp_full_match_required */
Test(pmp, an_access_partly_inside_an_entry_fails)
{
    Pmp pmp = { 0 };
    pmp_write_addr(&pmp, 0, 0x80001000 >> 2);
    pmp_write_cfg(&pmp, 0, NA4 | PMP_R | PMP_W | PMP_X);
    pmp_write_addr(&pmp, 1, napot(0x80000000, 0x100000));
    pmp_write_cfg(&pmp, 1, NAPOT | PMP_R | PMP_W | PMP_X);
    cr_expect(!pmp_allows(&pmp, (Spa){ 0x80001000 }, 8, ACCESS_READ, 1));
    cr_expect(!pmp_allows(&pmp, (Spa){ 0x80001000 }, 8, ACCESS_READ, 3));
    cr_expect(pmp_allows(&pmp, (Spa){ 0x80001000 }, 4, ACCESS_READ, 1));
    bool uniform;
    pmp_page(&pmp, (Spa){ 0x80001000 }, 1, &uniform);
    cr_expect(!uniform);
    cr_expect_eq(pmp_page(&pmp, (Spa){ 0x80002000 }, 1, &uniform), PMP_R | PMP_W | PMP_X);
    cr_expect(uniform);
}

/* norm:pmp_l_bit_write_protection, norm:pmp_l_bit_m_mode_enforcement */
Test(pmp, locked_entries_bind_machine_mode_and_do_not_change)
{
    Pmp pmp = { 0 };
    pmp_write_addr(&pmp, 0, 0x80000000 >> 2);
    pmp_write_addr(&pmp, 1, 0x80001000 >> 2);
    pmp_write_cfg(&pmp, 1, PMP_L | TOR | PMP_R);
    cr_expect(pmp_allows(&pmp, (Spa){ 0x80000000 }, 4, ACCESS_READ, 3));
    cr_expect(!pmp_allows(&pmp, (Spa){ 0x80000000 }, 4, ACCESS_WRITE, 3));
    pmp_write_cfg(&pmp, 1, 0);
    pmp_write_addr(&pmp, 1, 0);
    pmp_write_addr(&pmp, 0, 0); /* the bottom of a locked TOR entry is locked too */
    cr_expect_eq(pmp.cfg[1], PMP_L | TOR | PMP_R);
    cr_expect_eq(pmp.addr[1], 0x80001000 >> 2);
    cr_expect_eq(pmp.addr[0], 0x80000000 >> 2);
}

/* norm:pmp_rwx_warl */
Test(pmp, write_without_read_is_reserved)
{
    Pmp pmp = { 0 };
    pmp_write_cfg(&pmp, 0, NAPOT | PMP_R);
    pmp_write_cfg(&pmp, 0, NAPOT | PMP_W);
    cr_expect_eq(pmp.cfg[0] & (PMP_R | PMP_W), PMP_R);
}
