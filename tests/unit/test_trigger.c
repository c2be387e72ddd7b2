/* SPDX-License-Identifier: MIT */
/* test_trigger.c - debug triggers. Source: RISC-V Debug Specification 1.0, Sdtrig. */
#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "tests/lib/machine_rig.h"

enum {
    NOP = 0x00000013,
    LD_A0_A1 = 0x0005b503,
    LW_A0_A1 = 0x0005a503,
    SD_A0_A1 = 0x00a5b023,
    AMOADD_D = 0x00c5b52f,
    LR_D = 0x1005b52f,
    CBO_ZERO = 0x0045a00f,
    CBO_FLUSH = 0x0025a00f,
    ECALL = 0x00000073,
    MRET = 0x30200073,
    HANDLER = 0x80100000,
    S_HANDLER = 0x80200000,
    DATA = 0x80400000,
};

#define TYPE(n)     ((uint64_t)(n) << 60)
#define M6          TYPE(6)
#define ICOUNT      TYPE(3)
#define ITRIGGER    TYPE(4)
#define ETRIGGER    TYPE(5)
#define DISABLED    TYPE(15)
#define M6_ALL      (1u << 6 | 1u << 4 | 1u << 3)
#define M6_MATCH(n) ((n) << 7)
#define M6_SIZE(n)  ((n) << 16)
#define M6_CHAIN    (1u << 11)
#define M6_HIT0     (1u << 22)
enum { LOAD = 1, STORE = 2, EXECUTE = 4 };

static void set_trigger(Hart *hart, unsigned index, uint64_t tdata1, uint64_t tdata2,
                        uint64_t tdata3)
{
    csr_write(hart, CSR_tselect, index);
    csr_write(hart, CSR_tdata1, 0);
    csr_write(hart, CSR_tdata2, tdata2);
    csr_write(hart, CSR_tdata3, tdata3);
    csr_write(hart, CSR_tdata1, tdata1);
}

/* A hart in `priv` that lets triggers fire, with nops to run. */
static Machine *hart_in(unsigned priv)
{
    Machine *m = rig_new(1, NULL, NULL, 0);
    Hart *hart = &m->harts[0];
    for (unsigned i = 0; i < 16; i++)
        rig_write64(m, BOARD_RAM + 8 * i, (uint64_t)NOP << 32 | NOP);
    csr_write(hart, CSR_mtvec, HANDLER);
    csr_write(hart, CSR_stvec, S_HANDLER);
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
    csr_write(hart, CSR_mstatus, MSTATUS_MIE);
    csr_write(hart, CSR_menvcfg, ENVCFG_CBCFE | ENVCFG_CBZE);
    csr_write(hart, CSR_senvcfg, ENVCFG_CBCFE | ENVCFG_CBZE);
    hart->mmu.priv = (uint8_t)priv;
    hart_update_context(hart);
    return m;
}

static bool broke(const Hart *hart, uint64_t epc, uint64_t tval)
{
    return hart->pc == HANDLER && hart->csr.mcause == CAUSE_BREAKPOINT && hart->csr.mepc == epc &&
           hart->csr.mtval == tval;
}

/* tdata1, tdata2 and tdata3 are WARL. */
Test(trigger, registers)
{
    static const struct {
        uint64_t written, read;
    } cases[] = {
        { 0, DISABLED },
        { TYPE(2) | M6_ALL | LOAD, DISABLED },
        { TYPE(7), DISABLED },
        { M6 | M6_ALL | LOAD | STORE | EXECUTE, M6 | M6_ALL | LOAD | STORE | EXECUTE },
        { M6 | M6_MATCH(6) | LOAD, M6 | LOAD },
        { M6 | M6_SIZE(4) | LOAD, M6 | LOAD },
        { M6 | 1 << 12 | LOAD, DISABLED },  /* Debug Mode */
        { M6 | 1 << 21 | LOAD, M6 | LOAD }, /* select: addresses only */
        { ICOUNT | 5 << 10 | 1 << 9, ICOUNT | 5 << 10 | 1 << 9 },
        { ITRIGGER | 1 << 10 | 1 << 7, ITRIGGER | 1 << 7 },
        { ETRIGGER | 1 << 10 | 1 << 6, ETRIGGER | 1 << 6 },
    };
    Machine *m = hart_in(PRIV_M);
    Hart *hart = &m->harts[0];
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        csr_write(hart, CSR_tdata1, cases[i].written);
        cr_expect_eq(csr_read(hart, CSR_tdata1), cases[i].read, "case %u: %lx", i,
                     csr_read(hart, CSR_tdata1));
    }
    unsigned count = 0;
    for (csr_write(hart, CSR_tselect, 0); csr_read(hart, CSR_tselect) == count;)
        csr_write(hart, CSR_tselect, ++count);
    cr_expect_eq(count, TRIGGERS);
    cr_expect_eq(csr_read(hart, CSR_tinfo), 0x1008078);
    csr_write(hart, CSR_tdata3, ~0ull);
    cr_expect_eq(csr_read(hart, CSR_tdata3), 0, "mhselect and sselect have reserved values");
    machine_free(m);
}

Test(trigger, addresses_of_instructions_loads_and_stores)
{
    static const struct {
        uint64_t tdata1, tdata2;
        uint32_t insn;
        uint64_t a1;
        bool fires;
    } cases[] = {
        { EXECUTE, BOARD_RAM, NOP, 0, true },
        { EXECUTE, BOARD_RAM + 4, NOP, 0, false },
        { EXECUTE | M6_SIZE(2), BOARD_RAM, NOP, 0, false },
        { EXECUTE | M6_SIZE(3), BOARD_RAM, NOP, 0, true },
        { LOAD, DATA, LD_A0_A1, DATA, true },
        { LOAD, DATA + 7, LD_A0_A1, DATA, true },
        { LOAD, DATA + 8, LD_A0_A1, DATA, false },
        { STORE, DATA, LD_A0_A1, DATA, false },
        { STORE, DATA, SD_A0_A1, DATA, true },
        { LOAD, DATA, SD_A0_A1, DATA, false },
        { LOAD, DATA, AMOADD_D, DATA, true },
        { STORE, DATA, AMOADD_D, DATA, true },
        { STORE, DATA, CBO_ZERO, DATA, true },
        { STORE, DATA, CBO_FLUSH, DATA, true },
        { STORE | M6_SIZE(5), DATA, CBO_ZERO, DATA, false },
        { LOAD, DATA, CBO_ZERO, DATA, false },
        { STORE, DATA, LR_D, DATA, false },
        { LOAD, DATA, LR_D, DATA, true },
        { LOAD | M6_SIZE(5), DATA, LD_A0_A1, DATA, true },
        { LOAD | M6_SIZE(5), DATA, LW_A0_A1, DATA, false },
        { LOAD | M6_MATCH(1), DATA | 0x7ff, LD_A0_A1, DATA + 0xff8, true },
        { LOAD | M6_MATCH(1), DATA | 0x7ff, LD_A0_A1, DATA + 0x1000, false },
        { LOAD | M6_MATCH(2), DATA, LD_A0_A1, DATA + 0x100, true },
        { LOAD | M6_MATCH(2), DATA, LD_A0_A1, DATA - 0x100, false },
        { LOAD | M6_MATCH(3), DATA, LD_A0_A1, DATA - 0x100, true },
        { LOAD | M6_MATCH(3), DATA, LD_A0_A1, DATA, false },
        { LOAD | M6_MATCH(4), 0xfffff00080400000, LD_A0_A1, DATA + 0xff8, true },
        { LOAD | M6_MATCH(4), 0xfffff00080400000, LD_A0_A1, DATA + 0x1000, false },
        { LOAD | M6_MATCH(5), 0xffffffff00000000, LD_A0_A1, DATA, true },
        { LOAD | M6_MATCH(8), DATA, LD_A0_A1, DATA, false },
        { LOAD | M6_MATCH(8), DATA, LD_A0_A1, DATA + 8, true },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (unsigned priv = PRIV_U; priv <= PRIV_M; priv += priv == PRIV_S ? 2 : 1) {
            Machine *m = hart_in(priv);
            Hart *hart = &m->harts[0];
            hart->x[11] = cases[i].a1;
            set_trigger(hart, 3, M6 | M6_ALL | cases[i].tdata1, cases[i].tdata2, 0);
            rig_execute(m, cases[i].insn);
            uint64_t tval = cases[i].tdata1 & EXECUTE ? BOARD_RAM : cases[i].a1;
            cr_expect_eq(broke(hart, BOARD_RAM, tval), cases[i].fires, "case %u mode %u", i, priv);
            cr_expect_eq(!!(csr_read(hart, CSR_tdata1) & M6_HIT0), cases[i].fires, "hit, case %u",
                         i);
            machine_free(m);
        }
    }
}

Test(trigger, only_in_the_modes_and_contexts_it_names)
{
    static const struct {
        uint64_t modes, tdata3;
        unsigned priv;
        bool fires;
    } cases[] = {
        { 1 << 6, 0, PRIV_M, true },
        { 1 << 6, 0, PRIV_U, false },
        { 1 << 4, 0, PRIV_S, true },
        { 1 << 4, 0, PRIV_M, false },
        { 1 << 3, 0, PRIV_U, true },
        { M6_ALL, 4ull << 48 | 77ull << 51, PRIV_U, true },
        { M6_ALL, 4ull << 48 | 78ull << 51, PRIV_U, false },
        { M6_ALL, 1 | 0x1234ull << 2, PRIV_U, true },
        { M6_ALL, 1 | 0x1235ull << 2, PRIV_U, false },
        { M6_ALL, 1 | 0x1235ull << 2 | 1ull << 36, PRIV_U, true },
        { M6_ALL, 2 | 9ull << 2, PRIV_U, true },
        { M6_ALL, 2 | 8ull << 2, PRIV_U, false },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        Machine *m = hart_in(cases[i].priv);
        Hart *hart = &m->harts[0];
        csr_write(hart, CSR_mcontext, 77);
        csr_write(hart, CSR_scontext, 0x1234);
        csr_write(hart, CSR_satp, 9ull << 44);
        set_trigger(hart, 0, M6 | EXECUTE | cases[i].modes, BOARD_RAM, cases[i].tdata3);
        rig_run(m, 1);
        cr_expect_eq(broke(hart, BOARD_RAM, BOARD_RAM), cases[i].fires, "case %u", i);
        machine_free(m);
    }
}

/* All members of a chain must match the same instruction. */
Test(trigger, chains)
{
    Machine *m = hart_in(PRIV_M);
    Hart *hart = &m->harts[0];
    hart->x[11] = DATA;
    set_trigger(hart, 0, M6 | M6_ALL | EXECUTE | M6_CHAIN, BOARD_RAM + 4, 0);
    set_trigger(hart, 1, M6 | M6_ALL | LOAD, DATA, 0);
    cr_expect(rig_execute(m, LD_A0_A1), "the address alone is not enough");
    cr_expect(!rig_execute(m, LD_A0_A1));
    cr_expect(broke(hart, BOARD_RAM + 4, DATA));
    csr_write(hart, CSR_tselect, 0);
    cr_expect(csr_read(hart, CSR_tdata1) & M6_HIT0);
    machine_free(m);
}

/* "Native Triggers": a handler is not interrupted before it is ready. */
Test(trigger, holds_still_in_handlers)
{
    static const struct {
        unsigned priv;
        uint64_t mstatus, medeleg;
        bool fires;
    } cases[] = {
        { PRIV_M, 0, 0, false }, { PRIV_M, MSTATUS_MIE, 0, true }, { PRIV_S, 0, 0, true },
        { PRIV_S, 0, 8, false }, { PRIV_S, MSTATUS_SIE, 8, true }, { PRIV_U, 0, 8, true },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        Machine *m = hart_in(cases[i].priv);
        Hart *hart = &m->harts[0];
        csr_write(hart, CSR_mstatus, cases[i].mstatus);
        csr_write(hart, CSR_medeleg, cases[i].medeleg);
        set_trigger(hart, 0, M6 | EXECUTE | M6_ALL, BOARD_RAM, 0);
        rig_run(m, 1);
        cr_expect_eq(hart->pc != BOARD_RAM + 4, cases[i].fires, "case %u", i);
        machine_free(m);
    }
}

/* icount: so many instructions, then the exception with tval 0; a trap counts as one. */
Test(trigger, icount)
{
    for (unsigned count = 1; count < 4; count++) {
        Machine *m = hart_in(PRIV_U);
        Hart *hart = &m->harts[0];
        set_trigger(hart, 7, ICOUNT | 1 << 6 | (uint64_t)count << 10, 0, 0);
        rig_run(m, count + 1);
        cr_expect(broke(hart, BOARD_RAM + 4 * count, 0), "%u", count);
        cr_expect_eq(csr_read(hart, CSR_tdata1), ICOUNT | 1 << 6 | 1 << 24);
        machine_free(m);
    }
    Machine *m = hart_in(PRIV_U);
    Hart *hart = &m->harts[0];
    set_trigger(hart, 7, ICOUNT | 1 << 6 | 1 << 10, 0, 0);
    cr_expect(!rig_execute(m, ECALL));
    cr_expect_eq(hart->csr.mcause, CAUSE_ECALL_U, "the handler runs first");
    cr_expect(csr_read(hart, CSR_tdata1) & 1 << 8, "pending");
    machine_free(m);
}

/* After the trap, before the handler's first instruction. */
Test(trigger, etrigger_and_itrigger)
{
    Machine *m = hart_in(PRIV_U);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_medeleg, 1 << CAUSE_ECALL_U);
    set_trigger(hart, 0, ETRIGGER | 1 << 6, 1 << CAUSE_ECALL_U, 0);
    cr_expect(!rig_execute(m, ECALL));
    cr_expect_eq(hart->pc, S_HANDLER);
    rig_run(m, 1);
    cr_expect(broke(hart, S_HANDLER, 0));
    cr_expect_eq(hart->csr.scause, CAUSE_ECALL_U);
    cr_expect_eq(csr_read(hart, CSR_tdata1), ETRIGGER | 1 << 6 | 1ull << 58);
    machine_free(m);
    m = hart_in(PRIV_U);
    hart = &m->harts[0];
    csr_write(hart, CSR_mideleg, BIT(IRQ_SSI));
    csr_write(hart, CSR_mie, BIT(IRQ_SSI));
    set_trigger(hart, 0, ITRIGGER | 1 << 6, BIT(IRQ_SSI), 0);
    csr_write(hart, CSR_mip, BIT(IRQ_SSI));
    rig_run(m, 2);
    cr_expect(broke(hart, S_HANDLER, 0));
    cr_expect_eq(hart->csr.scause, CAUSE_INTERRUPT | IRQ_SSI);
    machine_free(m);
}

/* The fast loop comes back when nothing is armed. */
Test(trigger, disarmed_costs_nothing)
{
    Machine *m = hart_in(PRIV_M);
    Hart *hart = &m->harts[0];
    set_trigger(hart, 0, M6 | EXECUTE | M6_ALL, 0, 0);
    cr_expect_eq(hart->watch, WATCH_TRIGGERS);
    csr_write(hart, CSR_tdata1, 0);
    cr_expect_eq(hart->watch, 0);
    machine_free(m);
}

/* A machine interrupt that comes between the trap and the handler's first instruction goes first; the trigger waits. */
Test(trigger, an_etrigger_waits_for_interrupts_of_machine_mode)
{
    Machine *m = hart_in(PRIV_U);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_medeleg, 1 << CAUSE_ECALL_U);
    csr_write(hart, CSR_mie, BIT(IRQ_MTI));
    set_trigger(hart, 0, ETRIGGER | 1 << 6, 1 << CAUSE_ECALL_U, 0);
    cr_expect(!rig_execute(m, ECALL));
    hart_set_irq(hart, IRQ_MTI, true);
    rig_write64(m, HANDLER, (uint64_t)NOP << 32 | NOP);
    rig_run(m, 2); /* the interrupt, and the first instruction of its handler */
    cr_expect_eq(hart->csr.mcause, CAUSE_INTERRUPT | IRQ_MTI);
    cr_expect_eq(hart->csr.mepc, S_HANDLER);
    hart_set_irq(hart, IRQ_MTI, false);
    cr_expect(rig_execute(m, MRET));
    rig_run(m, 1);
    cr_expect(broke(hart, S_HANDLER, 0));
    machine_free(m);
}

/* icount does not count where it must hold still, and a write of another trigger is an instruction like any other. */
Test(trigger, icount_counts_where_it_may_fire)
{
    enum { CSRW_TDATA1_ZERO = 0x7a101073 };
    static const struct {
        uint64_t mstatus, medeleg, count;
    } cases[] = { { 0, 8, 5 }, { MSTATUS_SIE, 8, 4 }, { 0, 0, 4 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        Machine *m = hart_in(PRIV_S);
        Hart *hart = &m->harts[0];
        csr_write(hart, CSR_mstatus, cases[i].mstatus);
        csr_write(hart, CSR_medeleg, cases[i].medeleg);
        set_trigger(hart, 2, ICOUNT | 1 << 7 | 5 << 10, 0, 0);
        rig_run(m, 1);
        cr_expect_eq(bits(csr_read(hart, CSR_tdata1), 23, 10), cases[i].count, "case %u", i);
        machine_free(m);
    }
    Machine *m = hart_in(PRIV_M);
    Hart *hart = &m->harts[0];
    set_trigger(hart, 2, ICOUNT | 1 << 9 | 5 << 10, 0, 0);
    csr_write(hart, CSR_tselect, 1);
    cr_expect(rig_execute(m, CSRW_TDATA1_ZERO));
    csr_write(hart, CSR_tselect, 2);
    cr_expect_eq(bits(csr_read(hart, CSR_tdata1), 23, 10), 4);
    machine_free(m);
}
