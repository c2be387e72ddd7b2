/* SPDX-License-Identifier: MIT */
/* test_hart.c - traps, CSRs and privilege, one instruction at a time. */
#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "tests/lib/machine_rig.h"

enum {
    ECALL = 0x00000073,
    MRET = 0x30200073,
    SRET = 0x10200073,
    WFI = 0x10500073,
    SFENCE_VMA = 0x12000073,
    NOP = 0x00000013,
    LD_A0_A1 = 0x0005b503,
    SD_A0_A1 = 0x00a5b023,
    FADD_D = 0x02b57553,
};

static uint32_t csrrw(unsigned csr, unsigned rd, unsigned rs1)
{
    return csr << 20 | rs1 << 15 | 1 << 12 | rd << 7 | 0x73;
}

static uint32_t csrrs(unsigned csr, unsigned rd, unsigned rs1)
{
    return csr << 20 | rs1 << 15 | 2 << 12 | rd << 7 | 0x73;
}

Test(hart, ecall_names_the_mode_it_came_from)
{
    static const unsigned modes[] = { PRIV_U, PRIV_S, PRIV_M };
    for (unsigned i = 0; i < 3; i++) {
        Machine *m = rig_in(modes[i], NULL);
        Hart *hart = &m->harts[0];
        uint64_t pc = hart->pc;
        cr_expect(!rig_execute(m, ECALL));
        cr_expect_eq(hart->csr.mcause, 8 + modes[i]);
        cr_expect_eq(hart->csr.mepc, pc);
        cr_expect_eq(hart->csr.mtval, 0);
        cr_expect_eq(hart->pc, RIG_HANDLER);
        cr_expect_eq(hart->mmu.priv, PRIV_M);
        cr_expect_eq(bits(hart->csr.mstatus, 12, 11), modes[i]);
        /* norm:mstatus_xpie_xpp_op */
        hart->pc = BOARD_RAM + 64;
        cr_expect(rig_execute(m, MRET));
        cr_expect_eq(hart->mmu.priv, modes[i]);
        cr_expect_eq(hart->pc, pc);
        cr_expect_eq(bits(hart->csr.mstatus, 12, 11), PRIV_U);
        machine_free(m);
    }
}

Test(hart, delegated_exceptions_go_to_supervisor_mode_but_never_down)
{
    Machine *m = rig_in(PRIV_U, NULL);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_medeleg, 1 << CAUSE_ECALL_U | 1 << CAUSE_ILLEGAL);
    cr_expect(!rig_execute(m, ECALL));
    cr_expect_eq(hart->mmu.priv, PRIV_S);
    cr_expect_eq(hart->csr.scause, 8);
    cr_expect_eq(hart->pc, RIG_S_HANDLER);
    machine_free(m);
    m = rig_in(PRIV_M, NULL);
    hart = &m->harts[0];
    csr_write(hart, CSR_medeleg, 1 << CAUSE_ILLEGAL);
    cr_expect(!rig_execute(m, 0xffffffff));
    cr_expect_eq(hart->mmu.priv, PRIV_M);
    cr_expect_eq(hart->csr.mcause, CAUSE_ILLEGAL);
    cr_expect_eq(hart->csr.mtval, 0xffffffff); /* norm:mtval_instr_bits_lead-in */
    machine_free(m);
}

/* norm:Zicsr_illegal_mode, norm:Zicsr_write_ro */
Test(hart, csr_privilege_and_read_only)
{
    static const struct {
        unsigned csr, priv;
        bool write, legal;
    } cases[] = {
        { CSR_mstatus, PRIV_M, true, true },   { CSR_mstatus, PRIV_S, false, false },
        { CSR_sstatus, PRIV_S, true, true },   { CSR_sstatus, PRIV_U, false, false },
        { CSR_mhartid, PRIV_M, false, true },  { CSR_mhartid, PRIV_M, true, false },
        { CSR_cycle, PRIV_M, false, true },    { CSR_cycle, PRIV_S, false, false },
        { CSR_time, PRIV_U, false, false },    { 0x5c0, PRIV_M, false, false },
        { CSR_stimecmp, PRIV_S, true, false }, { CSR_stimecmp, PRIV_M, true, true },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        Machine *m = rig_in(cases[i].priv, NULL);
        uint32_t raw = cases[i].write ? csrrw(cases[i].csr, 0, 0) : csrrs(cases[i].csr, 10, 0);
        cr_expect_eq(rig_execute(m, raw), cases[i].legal, "csr 0x%x in mode %u", cases[i].csr,
                     cases[i].priv);
        machine_free(m);
    }
}

/* norm:mcounteren_op: each mode needs the enable of every mode above it. */
Test(hart, counter_enables)
{
    for (unsigned bits_set = 0; bits_set < 4; bits_set++) {
        for (unsigned priv = 0; priv < 2; priv++) {
            Machine *m = rig_in(priv, NULL);
            csr_write(&m->harts[0], CSR_mcounteren, bits_set & 1 ? 4 : 0);
            csr_write(&m->harts[0], CSR_scounteren, bits_set & 2 ? 4 : 0);
            bool legal = bits_set & 1 && (priv == PRIV_S || bits_set & 2);
            cr_expect_eq(rig_execute(m, csrrs(CSR_instret, 10, 0)), legal, "enables %u mode %u",
                         bits_set, priv);
            machine_free(m);
        }
    }
}

Test(hart, traps_that_mstatus_sets)
{
    static const struct {
        uint64_t status;
        unsigned priv;
        uint32_t raw;
        bool legal;
    } cases[] = {
        { 0, PRIV_S, SFENCE_VMA, true },
        { MSTATUS_TVM, PRIV_S, SFENCE_VMA, false },
        { 0, PRIV_U, SFENCE_VMA, false },
        { MSTATUS_TVM, PRIV_S, 0x18002573 /* csrr a0,satp */, false },
        { 0, PRIV_S, 0x18002573, true },
        { 0, PRIV_S, SRET, true },
        { MSTATUS_TSR, PRIV_S, SRET, false },
        { 0, PRIV_U, SRET, false },
        { 0, PRIV_S, MRET, false },
        { MSTATUS_TW, PRIV_S, WFI, false },
        { 0, PRIV_U, WFI, false },
        { 0, PRIV_U, FADD_D, false },
        { MSTATUS_FS, PRIV_U, FADD_D, true },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        Machine *m = rig_in(cases[i].priv, NULL);
        csr_write(&m->harts[0], CSR_mstatus, cases[i].status);
        csr_write(&m->harts[0], CSR_sepc, BOARD_RAM + 0x100);
        cr_expect_eq(rig_execute(m, cases[i].raw), cases[i].legal, "case %u", i);
        machine_free(m);
    }
}

Test(hart, warl_fields)
{
    static const struct {
        unsigned csr;
        uint64_t written, read;
    } cases[] = {
        { CSR_medeleg, ~0ull, 0xfcb7ff },
        { CSR_mideleg, ~0ull, 0x2666 }, /* norm:mideleg_rd1_lower_level */
        { CSR_mie, ~0ull, 0x2eee },
        { CSR_mtvec, 0x80000003, 0x80000001 },
        { CSR_mepc, 0x80000003, 0x80000002 },
        { CSR_satp, 0x5000000000000123, 0 }, /* norm:satp_mode_op_unsupported */
        { CSR_satp, 0x8000000000000123, 0x8000000000000123 },
        { CSR_mcountinhibit, ~0ull, 0xfffffffd },
        { CSR_misa, 0, (2ull << 62) | 0x1411ad }, /* acdfhimsu */
        { CSR_senvcfg, 0x20, 0 },                 /* CBIE = 2 is reserved */
        { CSR_senvcfg, ~0ull, 0x3000000f1 },
        { CSR_mstatus, ~0ull, 0x800000ca007e79aa },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        Machine *m = rig_in(PRIV_M, NULL);
        csr_write(&m->harts[0], cases[i].csr, cases[i].written);
        uint64_t value = csr_read(&m->harts[0], cases[i].csr);
        if (cases[i].csr == CSR_misa)
            value &= ~2ull; /* B */
        cr_expect_eq(value, cases[i].read, "%s: 0x%lx", csr_name(cases[i].csr), value);
        machine_free(m);
    }
}

/* norm:mip_seip_rdcsr: what csrrs modifies is the software bit, not the wire. */
Test(hart, seip_is_the_wire_or_the_software_bit)
{
    Machine *m = rig_in(PRIV_M, NULL);
    Hart *hart = &m->harts[0];
    hart_set_irq(hart, IRQ_SEI, true);
    hart->x[10] = BIT(IRQ_SSI);
    cr_expect(rig_execute(m, csrrs(CSR_mip, 11, 10)));
    cr_expect_eq(hart->x[11], BIT(IRQ_SEI));
    hart_set_irq(hart, IRQ_SEI, false);
    cr_expect_eq(hart_mip(hart), BIT(IRQ_SSI));
    machine_free(m);
}

/* norm:vsip_vsie_lcofi, but what mideleg has not, hideleg has not: norm:mideleg_hroz. */
Test(hart, count_overflow_is_delegated_to_a_guest_through_supervisor_mode)
{
    const uint64_t overflow = BIT(IRQ_LCOFI);
    for (unsigned i = 0; i < 4; i++) {
        Machine *m = rig_in(PRIV_S, NULL);
        Hart *hart = &m->harts[0];
        bool by_machine = i & 1, by_supervisor = i & 2;
        csr_write(hart, CSR_mip, overflow);
        csr_write(hart, CSR_mie, overflow);
        csr_write(hart, CSR_hideleg, by_supervisor ? overflow : 0);
        csr_write(hart, CSR_mideleg, by_machine ? overflow : 0);
        cr_expect_eq(csr_read(hart, CSR_hideleg), i == 3 ? overflow : 0, "case %u", i);
        cr_expect_eq(csr_read(hart, CSR_sip), by_machine ? overflow : 0, "case %u", i);
        cr_expect_eq(csr_read(hart, CSR_vsip), i == 3 ? overflow : 0, "case %u", i);
        cr_expect_eq(csr_read(hart, CSR_vsie), i == 3 ? overflow : 0, "case %u", i);
        machine_free(m);
    }
}

Test(hart, the_interrupt_with_the_highest_priority_is_taken)
{
    static const uint8_t order[] = { IRQ_MEI, IRQ_MSI, IRQ_MTI, IRQ_SEI, IRQ_SSI, IRQ_STI };
    for (unsigned skip = 0; skip < sizeof order; skip++) {
        Machine *m = rig_in(PRIV_U, NULL);
        Hart *hart = &m->harts[0];
        csr_write(hart, CSR_mie, ~0ull);
        for (unsigned i = skip; i < sizeof order; i++) {
            if (order[i] == IRQ_SSI || order[i] == IRQ_STI)
                csr_write(hart, CSR_mip, csr_read(hart, CSR_mip) | BIT(order[i]));
            else
                hart_set_irq(hart, order[i], true);
        }
        rig_run(m, 1);
        cr_expect_eq(hart->csr.mcause, CAUSE_INTERRUPT | order[skip], "from %u on", skip);
        machine_free(m);
    }
}

Test(hart, vectored_handlers)
{
    Machine *m = rig_in(PRIV_U, NULL);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_mtvec, RIG_HANDLER | 1);
    csr_write(hart, CSR_mie, BIT(IRQ_MTI));
    hart_set_irq(hart, IRQ_MTI, true);
    rig_run(m, 1);
    cr_expect_eq(hart->pc, RIG_HANDLER + 4 * IRQ_MTI);
    hart->mmu.priv = PRIV_U;
    hart_set_irq(hart, IRQ_MTI, false);
    hart->pc = BOARD_RAM;
    hart_update_context(hart);
    cr_expect(!rig_execute(m, ECALL));
    cr_expect_eq(hart->pc, RIG_HANDLER);
    machine_free(m);
}

/* Sv39 with one 1 GiB leaf for RAM at its own address and one 4 KiB page at 0x1000. */
static void map_sv39(Machine *m, uint64_t leaf_flags)
{
    const uint64_t root = 0x80800000, middle = 0x80801000, last = 0x80802000;
    rig_write64(m, root + 2 * 8, 0x80000000 >> 2 | 0xcf);
    rig_write64(m, root, middle >> 2 | 1);
    rig_write64(m, middle, last >> 2 | 1);
    rig_write64(m, last + 8, 0x80900000 >> 2 | leaf_flags);
    csr_write(&m->harts[0], CSR_satp, 8ull << 60 | root >> 12);
}

Test(hart, page_faults_and_what_they_report)
{
    static const struct {
        uint64_t flags;
        uint32_t raw;
        uint64_t cause; /* 0: none */
    } cases[] = {
        { 0xc7, LD_A0_A1, 0 },
        { 0xc7, SD_A0_A1, 0 },
        { 0xc3, LD_A0_A1, 0 },
        { 0xc3, SD_A0_A1, CAUSE_STORE_PAGE },
        { 0xc0, LD_A0_A1, CAUSE_LOAD_PAGE },
        { 0xd7, LD_A0_A1, CAUSE_LOAD_PAGE }, /* user page, SUM off */
        { 0xc9, LD_A0_A1, CAUSE_LOAD_PAGE }, /* execute-only, MXR off */
        { 0xc5, LD_A0_A1, CAUSE_LOAD_PAGE }, /* W without R */
        { 0x07, LD_A0_A1, CAUSE_LOAD_PAGE }, /* A = 0 */
        { 0x47, SD_A0_A1, CAUSE_STORE_PAGE },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        Machine *m = rig_in(PRIV_S, NULL);
        Hart *hart = &m->harts[0];
        csr_write(hart, CSR_menvcfg, 0); /* Svade */
        map_sv39(m, cases[i].flags);
        hart->x[11] = 0x1008;
        cr_expect_eq(rig_execute(m, cases[i].raw), !cases[i].cause, "case %u", i);
        if (cases[i].cause) {
            cr_expect_eq(hart->csr.mcause, cases[i].cause, "case %u", i);
            cr_expect_eq(hart->csr.mtval, 0x1008, "case %u", i);
        }
        machine_free(m);
    }
}

/* norm:Svadu_hw_update_a_d_bits */
Test(hart, hardware_sets_accessed_and_dirty)
{
    Machine *m = rig_in(PRIV_S, NULL);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_menvcfg, MENVCFG_ADUE);
    map_sv39(m, 0x07);
    hart->x[11] = 0x1008;
    cr_expect(rig_execute(m, LD_A0_A1));
    cr_expect_eq(rig_read64(m, 0x80802008) & 0xff, 0x47);
    cr_expect(rig_execute(m, SD_A0_A1));
    cr_expect_eq(rig_read64(m, 0x80802008) & 0xff, 0xc7);
    machine_free(m);
}

/* Decision 6: an unmapped page stays usable until a fence; an upgrade needs none. */
Test(hart, translations_live_until_a_fence)
{
    Machine *m = rig_in(PRIV_S, NULL);
    Hart *hart = &m->harts[0];
    map_sv39(m, 0xc3);
    hart->x[11] = 0x1008;
    cr_expect(rig_execute(m, LD_A0_A1));
    rig_write64(m, 0x80802008, 0);
    cr_expect(rig_execute(m, LD_A0_A1), "the old translation is still there");
    rig_write64(m, 0x80802008, 0x80900000 >> 2 | 0xc7);
    cr_expect(rig_execute(m, SD_A0_A1), "more permission needs no fence");
    rig_write64(m, 0x80802008, 0);
    hart->x[12] = 7;
    cr_expect(rig_execute(m, 0x12c58073 /* sfence.vma a1,a2: another ASID */));
    cr_expect(rig_execute(m, LD_A0_A1), "a fence of another ASID does not cover it");
    cr_expect(rig_execute(m, 0x12058073 /* sfence.vma a1,x0 */));
    cr_expect(!rig_execute(m, LD_A0_A1));
    cr_expect_eq(hart->csr.mcause, CAUSE_LOAD_PAGE);
    machine_free(m);
}

/* Global translations are spared by fences that name an ASID. */
Test(hart, fences_by_asid_spare_global_pages)
{
    Machine *m = rig_in(PRIV_S, NULL);
    Hart *hart = &m->harts[0];
    map_sv39(m, 0xe3);
    hart->x[11] = 0x1008;
    hart->x[12] = 0;
    cr_expect(rig_execute(m, LD_A0_A1));
    rig_write64(m, 0x80802008, 0);
    cr_expect(rig_execute(m, 0x12c00073 /* sfence.vma x0,a2 */));
    cr_expect(rig_execute(m, LD_A0_A1));
    cr_expect(rig_execute(m, SFENCE_VMA));
    cr_expect(!rig_execute(m, LD_A0_A1));
    machine_free(m);
}

/* norm:sc_reservation_invalidate */
Test(hart, reservations)
{
    enum { LR_D = 0x1005b52f, SC_D = 0x18d5b62f };
    Machine *m = rig_in(PRIV_M, NULL);
    Hart *hart = &m->harts[0];
    hart->x[11] = 0x80900000;
    cr_expect(rig_execute(m, LR_D) && rig_execute(m, SC_D));
    cr_expect_eq(hart->x[12], 0, "an SC after its LR succeeds");
    cr_expect(rig_execute(m, SC_D));
    cr_expect_neq(hart->x[12], 0, "a second SC does not");
    cr_expect(rig_execute(m, LR_D));
    cr_expect(bus_write(&m->bus, (Spa){ 0x80900040 }, 8, 0, requester_device(1)));
    cr_expect(rig_execute(m, SC_D));
    cr_expect_eq(hart->x[12], 0, "a store to the next granule does not matter");
    cr_expect(rig_execute(m, LR_D));
    cr_expect(bus_write_bytes(&m->bus, (Spa){ 0x80900038 }, "12345678", 8, requester_device(1)));
    cr_expect(rig_execute(m, SC_D));
    cr_expect_neq(hart->x[12], 0, "a device's store to the granule does");
    cr_expect(rig_execute(m, LR_D));
    cr_expect(!rig_execute(m, ECALL));
    cr_expect(rig_execute(m, SC_D));
    cr_expect_neq(hart->x[12], 0, "a trap ends it");
    machine_free(m);
}

/* Counters: traps do not retire; a written value is what the next instruction reads. */
Test(hart, counters_count)
{
    Machine *m = rig_in(PRIV_M, NULL);
    Hart *hart = &m->harts[0];
    hart->x[10] = 1000;
    cr_expect(rig_execute(m, csrrw(CSR_minstret, 0, 10)));
    cr_expect(rig_execute(m, csrrs(CSR_minstret, 11, 0)));
    cr_expect_eq(hart->x[11], 1000);
    cr_expect(rig_execute(m, NOP));
    cr_expect(!rig_execute(m, ECALL));
    cr_expect(rig_execute(m, csrrs(CSR_minstret, 11, 0)));
    cr_expect_eq(hart->x[11], 1002);
    hart->x[10] = 4;
    cr_expect(rig_execute(m, csrrw(CSR_mcountinhibit, 0, 10)));
    cr_expect(rig_execute(m, csrrs(CSR_minstret, 11, 0)));
    cr_expect(rig_execute(m, csrrs(CSR_minstret, 12, 0)));
    cr_expect_eq(hart->x[11], hart->x[12]);
    machine_free(m);
}
