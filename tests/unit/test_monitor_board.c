/* SPDX-License-Identifier: MIT */
/* test_monitor_board.c - what the monitor shows of translation, interrupts and the board. */
#include "tests/unit/test_monitor_setup.h"

enum { TABLES = 0x80400000 };

static void open_memory(Hart *hart)
{
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
}

Test(monitor_board, info_mem_lists_what_follows_each_other_as_one)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    Hart *hart = &m->harts[0];
    open_memory(hart);
    CHECK({ "info mem", "hart 0: satp Bare, ASID 0\nNo translation or protection\n" });
    /* Two gigapages that follow each other, a pointer to a table of which two pages follow each other and a third has
     * other permissions, and a page at the top. */
    rig_write64(m, TABLES + 8 * 2, 0x80000000 >> 2 | 0xcf);
    rig_write64(m, TABLES + 8 * 3, 0xc0000000 >> 2 | 0xcf);
    rig_write64(m, TABLES, (TABLES + 0x1000) >> 2 | 1);
    rig_write64(m, TABLES + 0x1000, (TABLES + 0x2000) >> 2 | 1);
    rig_write64(m, TABLES + 0x2000 + 8 * 5, 0x80001000 >> 2 | 0x43);
    rig_write64(m, TABLES + 0x2000 + 8 * 6, 0x80002000 >> 2 | 0x43);
    rig_write64(m, TABLES + 0x2000 + 8 * 7, 0x80003000 >> 2 | 0x57);
    rig_write64(m, TABLES + 8 * 511, 0x80000000 >> 2 | 0xe7);
    csr_write(hart, CSR_satp, 8ull << 60 | 9ull << 44 | TABLES >> 12);
    CHECK({ "info mem", "hart 0: satp Sv39, ASID 9\n"
                        "vaddr            paddr            size             attr   \n"
                        "---------------- ---------------- ---------------- -------\n"
                        "0000000000005000 0000000080001000 0000000000002000 r----a-\n"
                        "0000000000007000 0000000080003000 0000000000001000 rw-u-a-\n"
                        "0000000080000000 0000000080000000 0000000080000000 rwx--ad\n"
                        "ffffffffc0000000 0000000080000000 0000000040000000 rw--gad\n" },
          { "info mem -x", "write: info mem [-g]\n" });
    end();
}

/* A table whose every entry leads back to itself maps all there is, page by page: the list ends somewhere. */
Test(monitor_board, info_mem_ends)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    Hart *hart = &m->harts[0];
    open_memory(hart);
    for (unsigned i = 0; i < 512; i++) {
        rig_write64(m, TABLES + 8 * i, TABLES >> 2 | 1);
        rig_write64(m, TABLES + 0x1000 + 8 * i, (TABLES + 0x2000) >> 2 | 1);
        rig_write64(m, TABLES + 0x2000 + 8 * i, (0x80000000 >> 2 | 0xcf) + (i & 1) * 0x800);
    }
    for (unsigned i = 0; i < 512; i++)
        rig_write64(m, TABLES + 8 * i, (TABLES + 0x1000) >> 2 | 1);
    csr_write(hart, CSR_satp, 8ull << 60 | TABLES >> 12);
    cr_expect(says("info mem", "(there is more"));
    csr_write(hart, CSR_satp, 10ull << 60 | 0xfffffffffffull);
    cr_expect(says("info mem", "Sv57"), "a root that is nowhere maps nothing");
    end();
}

Test(monitor_board, info_mem_and_tlb_of_a_guest_show_both_stages)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    Hart *hart = &m->harts[0];
    open_memory(hart);
    rig_write64(m, TABLES, 0x80000000 >> 2 | 0xdf); /* G stage: guest 0 is RAM */
    rig_write64(m, TABLES + 0x8000 + 8, 0xcf);      /* VS stage: 1 GiB is guest 0 */
    csr_write(hart, CSR_hgatp, 8ull << 60 | 3ull << 44 | TABLES >> 12);
    csr_write(hart, CSR_vsatp, 8ull << 60 | 4ull << 44 | (TABLES + 0x8000 - 0x80000000) >> 12);
    static const char expected[] =
        "hart 0: guest, VMID 3: vsatp Sv39, ASID 4; hgatp Sv39x4\n"
        "vaddr            gpaddr           paddr            size             attr    gattr\n"
        "---------------- ---------------- ---------------- ---------------- ------- -------\n"
        "0000000040000000 0000000000000000 0000000080000000 0000000040000000 rwx--ad rwxu-ad\n";
    cr_expect_str_eq(ask("info mem -g"), expected, "%s", said->str);
    cr_expect_str_eq(ask("info tlb"), "no translation is remembered\n");
    hart->mmu.priv = PRIV_S;
    hart->mmu.v = true;
    hart->pc = 0x40000000;
    hart_update_context(hart);
    rig_run(m, 1);
    cr_expect_eq(hart->pc, 0x40000004);
    cr_expect_str_eq(ask("info mem"), expected, "%s", said->str);
    cr_expect(says("info tlb", "guest: Sv39, ASID 4, hgatp Sv39x4, VMID 3: 1 translations\n  "
                               "0000000040000000 0000000000000000 0000000080000000     1G "));
    cr_expect(says("info cpus", "mode=VS vmid=3"));
    CHECK({ "gva2gpa 0x40000010", "gpa: 0x10\n" });
    end();
}

Test(monitor_board, irq_shows_the_way_of_an_interrupt)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    Plic *plic = m->plic;
    uint64_t value = 7;
    cr_assert(bus_write(&m->bus, (Spa){ BOARD_PLIC + 4 * 10 }, 4, value, requester_hart(0)));
    cr_assert(bus_write(&m->bus, (Spa){ BOARD_PLIC + 0x2000 }, 4, 1 << 10, requester_hart(0)));
    plic_set_source(plic, 10, true);
    csr_write(&m->harts[0], CSR_mie, 1 << IRQ_MEI);
    cr_expect(says("irq", "hart 0, M: pending=MEI enabled=MEI"));
    cr_expect(says("info irq", "plic context 0: hart 0 M, threshold 0, output 1\n"));
    cr_expect(says("info pic", "plic source 10 (uart): wire 1, priority 7, pending -> hart 0 M\n"));
    cr_assert(bus_write(&m->bus, (Spa){ BOARD_PLIC + 0x200000 }, 4, value, requester_hart(0)));
    cr_expect(says("info pic", "-> hart 0 M (not above its threshold)\n"));
    end();
}

Test(monitor_board, the_board_is_listed)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    cr_expect(says("info mtree", "    0000000080000000-0000000080ffffff (prio 0, ram): ram\n"));
    cr_expect(says("info mtree", "(prio 0, i/o): uart\n"));
    cr_expect(says("info qtree", "  dev: ns16550a, id \"uart\"\n    irq 10\n"));
    cr_expect(says("info version", "10.0.0 (Bulkhead "));
    CHECK({ "info block", "" }, { "info name", "" }, { "info roms", "" },
          { "info chardev", "nothing is connected\n" },
          { "info network", "nothing is connected\n" });
    end();
}

Test(monitor_board, partitions_are_counted_and_nothing_else_changes)
{
    uint64_t hash[2];
    for (unsigned i = 0; i < 2; i++) {
        const uint32_t code[] = { INC_T0, BACK_4 };
        begin(1, code, 2);
        if (i)
            cr_expect(says("part", "counted from now on"));
        rig_run(m, 1000);
        if (i)
            cr_expect(says(
                "part",
                "  host     0  M    100.0  1000   0  0   0   0           0           0               0               0\n"));
        hash[i] = machine_state_hash(m);
        end();
    }
    cr_expect_eq(hash[0], hash[1]);
}
