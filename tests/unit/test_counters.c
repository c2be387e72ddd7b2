/* SPDX-License-Identifier: MIT */
/* test_counters.c - events, filters by mode, overflow, delegation, and the state enables in front of them. */
#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "tests/lib/machine_rig.h"

enum {
    NOP = 0x00000013,
    LD_A0_A1 = 0x0005b503,
    SD_A0_A1 = 0x00a5b023,
    BEQ_TAKEN = 0x00000463, /* beq x0, x0, .+8 */
    BNE_NOT = 0x00001463,   /* bne x0, x0, .+8 */
    JAL_NEXT = 0x0040006f,
    ECALL = 0x00000073,
    MRET = 0x30200073,
    AMOADD = 0x00a5b52f,
    HPM3 = 0xb03,
    EVENT3 = 0x323,
    DATA = 0x80400000,
    SELECTOR_LOADS = 0x10000,
};

static uint32_t csrr(unsigned csr)
{
    return csr << 20 | 2 << 12 | 10 << 7 | 0x73;
}

static uint32_t csrw_a1(unsigned csr)
{
    return csr << 20 | 11 << 15 | 1 << 12 | 0x73;
}

static void put_code(Machine *m, uint64_t at, const uint32_t *code, size_t size)
{
    cr_assert(bus_poke(&m->bus, (Spa){ at }, code, size));
}

/* A hart in `priv`, all of memory open, traps to RAM + 0x1000, where there are nops. */
static Machine *hart_in(unsigned priv, const char *cpu)
{
    Machine *m = rig_new(1, cpu, NULL, 0);
    Hart *hart = &m->harts[0];
    for (unsigned i = 0; i < 64; i++)
        rig_write64(m, BOARD_RAM + 8 * i, (uint64_t)NOP << 32 | NOP);
    for (unsigned i = 0; i < 64; i++)
        rig_write64(m, BOARD_RAM + 0x1000 + 8 * i, (uint64_t)NOP << 32 | NOP);
    csr_write(hart, CSR_mtvec, BOARD_RAM + 0x1000);
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
    hart->mmu.priv = (uint8_t)priv;
    hart_update_context(hart);
    return m;
}

Test(counters, every_event_counts_what_it_says)
{
    static const uint32_t code[] = { LD_A0_A1, SD_A0_A1, BNE_NOT, JAL_NEXT,
                                     AMOADD,   LD_A0_A1, NOP,     ECALL };
    static const struct {
        Event event;
        unsigned count;
    } expected[] = {
        { EVENT_loads, 2 },          { EVENT_stores, 1 },       { EVENT_branches, 1 },
        { EVENT_branches_taken, 0 }, { EVENT_jumps, 1 },        { EVENT_atomics, 1 },
        { EVENT_exceptions, 1 },     { EVENT_csr_accesses, 0 }, { EVENT_instructions, 7 },
        { EVENT_cycles, 8 },         { EVENT_none, 0 },         { EVENT_trap_returns, 0 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++) {
        Machine *m = hart_in(PRIV_M, NULL);
        Hart *hart = &m->harts[0];
        put_code(m, BOARD_RAM, code, sizeof code);
        hart->x[11] = DATA;
        csr_write(hart, EVENT3, event_info[expected[i].event].selector);
        cr_expect_eq(csr_read(hart, EVENT3), event_info[expected[i].event].selector);
        rig_run(m, G_N_ELEMENTS(code));
        cr_expect_eq(csr_read(hart, HPM3), expected[i].count, "%s: %lu",
                     event_info[expected[i].event].name, csr_read(hart, HPM3));
        machine_free(m);
    }
}

Test(counters, events_that_are_not_known_select_none)
{
    Machine *m = hart_in(PRIV_M, NULL);
    csr_write(&m->harts[0], EVENT3, 0x777);
    cr_expect_eq(csr_read(&m->harts[0], EVENT3), 0);
    machine_free(m);
}

/* A counter of what the fast loop does not count can be switched on by the code that is running. */
Test(counters, counting_starts_with_the_next_instruction)
{
    Machine *m = hart_in(PRIV_M, NULL);
    Hart *hart = &m->harts[0];
    const uint32_t code[] = {
        BNE_NOT, csrw_a1(EVENT3), BNE_NOT, BNE_NOT, csrw_a1(CSR_mcountinhibit), BNE_NOT
    };
    put_code(m, BOARD_RAM, code, sizeof code);
    hart->x[11] = event_info[EVENT_branches].selector | 8;
    csr_write(hart, EVENT3, 0);
    hart->x[11] = event_info[EVENT_branches].selector;
    rig_run(m, 4);
    cr_expect_eq(csr_read(hart, HPM3), 2);
    hart->x[11] = 8; /* inhibits hpmcounter3 */
    rig_run(m, 2);
    cr_expect_eq(csr_read(hart, HPM3), 2);
    cr_expect_eq(hart->watch, 0);
    machine_free(m);
}

/* norm:instret_exception, norm:instret_xret: three instructions in U, the third traps; two in M, the last returns. */
Test(counters, filters_by_mode)
{
    static const struct {
        uint64_t filter;
        unsigned instret;
    } cases[] = {
        { 0, 2 + 3 + 1 },
        { COUNTER_MINH, 2 + 1 },
        { COUNTER_UINH, 3 },
        { COUNTER_MINH | COUNTER_UINH, 0 },
        { COUNTER_SINH, 2 + 3 + 1 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (unsigned hpm = 0; hpm < 2; hpm++) {
            Machine *m = hart_in(PRIV_U, NULL);
            Hart *hart = &m->harts[0];
            const uint32_t user[] = { NOP, NOP, ECALL, NOP };
            const uint32_t machine[] = { csrr(CSR_mepc), NOP, MRET };
            put_code(m, BOARD_RAM, user, sizeof user);
            put_code(m, BOARD_RAM + 0x1000, machine, sizeof machine);
            csr_write(hart, hpm ? EVENT3 : CSR_minstretcfg, cases[i].filter | (hpm ? 2 : 0));
            csr_write(hart, hpm ? HPM3 : CSR_minstret, 0);
            hart->counters.offset[hpm ? 3 : 2] = 0;
            uint64_t before = csr_read(hart, hpm ? HPM3 : CSR_minstret);
            rig_run(m, 6);
            hart->pc = BOARD_RAM + 12;
            rig_run(m, 1);
            cr_expect_eq(csr_read(hart, hpm ? HPM3 : CSR_minstret) - before, cases[i].instret,
                         "case %u.%u: %lu", i, hpm,
                         csr_read(hart, hpm ? HPM3 : CSR_minstret) - before);
            machine_free(m);
        }
    }
}

/* norm:count_overflow_interrupt: at the very instruction, with OF as the disable. */
Test(counters, overflow_interrupts_once_and_at_once)
{
    for (unsigned of = 0; of < 2; of++) {
        Machine *m = hart_in(PRIV_M, NULL);
        Hart *hart = &m->harts[0];
        csr_write(hart, EVENT3, 2 | (of ? COUNTER_OF : 0));
        csr_write(hart, HPM3,
                  (uint64_t)-6); /* one less is left: the write itself would have counted */
        csr_write(hart, CSR_mie, BIT(IRQ_LCOFI));
        csr_write(hart, CSR_mstatus, MSTATUS_MIE);
        rig_run(m, 6);
        cr_expect_eq(csr_read(hart, HPM3), (uint64_t)-1);
        cr_expect_eq(csr_read(hart, CSR_mip), 0);
        cr_expect_eq(csr_read(hart, CSR_scountovf), of ? 8 : 0);
        rig_run(m, 2);
        cr_expect_eq(csr_read(hart, CSR_mip), of ? 0 : BIT(IRQ_LCOFI));
        cr_expect_eq(csr_read(hart, CSR_scountovf), 8);
        cr_expect_eq(csr_read(hart, EVENT3) & COUNTER_OF, COUNTER_OF);
        cr_expect_eq(hart->csr.mcause, of ? 0 : CAUSE_INTERRUPT | 13);
        if (!of)
            cr_expect_eq(hart->csr.mepc, BOARD_RAM + 28, "%lx", hart->csr.mepc);
        machine_free(m);
    }
}

/* norm:count_overflow_trigger: writes never overflow. */
Test(counters, writes_do_not_overflow)
{
    Machine *m = hart_in(PRIV_M, NULL);
    Hart *hart = &m->harts[0];
    csr_write(hart, EVENT3, 1);
    hart->x[11] = ~0ull;
    cr_expect(rig_execute(m, csrw_a1(HPM3)));
    hart->x[11] = 0;
    cr_expect(rig_execute(m, csrw_a1(HPM3)));
    cr_expect_eq(csr_read(hart, HPM3), 0);
    rig_run(m, 3);
    hart->x[11] = 2;
    cr_expect(rig_execute(m, csrw_a1(EVENT3)));
    rig_run(m, 3);
    cr_expect_eq(csr_read(hart, CSR_mip), 0);
    cr_expect_eq(csr_read(hart, CSR_scountovf), 0);
    machine_free(m);
}

/* What was looked at when is the host's business: it is not in the state, and a load looks anew. */
Test(counters, an_armed_counter_does_not_show_slices)
{
    uint64_t hashes[4];
    for (unsigned way = 0; way < G_N_ELEMENTS(hashes); way++) {
        Machine *m = hart_in(PRIV_M, NULL);
        m->config.slice = way % 2 ? 3 : 0;
        csr_write(&m->harts[0], EVENT3, 2);
        rig_run(m, 20);
        g_autoptr(GByteArray) saved = g_byte_array_new();
        machine_save(m, saved);
        cr_assert(way < 2 || machine_load(m, saved->data, saved->len, NULL));
        rig_run(m, 30);
        hashes[way] = machine_state_hash(m);
        cr_expect_eq(hashes[way], hashes[0], "%s slices, %s", way % 2 ? "short" : "long",
                     way < 2 ? "in one go" : "saved and loaded");
        machine_free(m);
    }
}

/* The instruction that selects the event is not counted, whichever loop it runs in. */
Test(counters, the_commit_log_does_not_change_counts)
{
    for (unsigned logged = 0; logged < 2; logged++) {
        Machine *m = hart_in(PRIV_M, NULL);
        Hart *hart = &m->harts[0];
        hart->commit = logged ? &m->commit : NULL;
        hart->x[11] = 0x20004; /* CSR accesses */
        const uint32_t code[] = { csrw_a1(EVENT3), csrr(HPM3) };
        put_code(m, BOARD_RAM, code, sizeof code);
        rig_run(m, 4);
        cr_expect_eq(hart->x[10], 0, "%s", logged ? "logged" : "not logged");
        cr_expect_eq(csr_read(hart, HPM3), 1);
        machine_free(m);
    }
}

/* The event is an interrupt that is taken before the hart runs: as the first thing after a load, and without one. */
Test(counters, overflow_before_the_hart_runs_is_seen)
{
    for (unsigned loaded = 0; loaded < 2; loaded++) {
        Machine *m = hart_in(PRIV_M, NULL);
        Hart *hart = &m->harts[0];
        rig_run(m, 2);
        csr_write(hart, EVENT3, 0x20006);
        csr_write(hart, HPM3, (uint64_t)-1);
        csr_write(hart, CSR_mie, BIT(IRQ_SSI));
        csr_write(hart, CSR_mstatus, MSTATUS_MIE);
        csr_write(hart, CSR_mip, BIT(IRQ_SSI));
        g_autoptr(GByteArray) saved = g_byte_array_new();
        machine_save(m, saved);
        if (loaded)
            cr_assert(machine_load(m, saved->data, saved->len, NULL));
        rig_run(m, 3);
        cr_expect_eq(csr_read(hart, HPM3), 0);
        cr_expect_eq(csr_read(hart, CSR_scountovf), 8);
        machine_free(m);
    }
}

/* norm:scountovf_smode_read_access */
Test(counters, scountovf_shows_what_mcounteren_opens)
{
    Machine *m = hart_in(PRIV_S, NULL);
    Hart *hart = &m->harts[0];
    csr_write(hart, EVENT3, COUNTER_OF);
    csr_write(hart, EVENT3 + 1, COUNTER_OF);
    csr_write(hart, CSR_mcounteren, 0x10);
    cr_expect(rig_execute(m, csrr(CSR_scountovf)));
    cr_expect_eq(hart->x[10], 0x10);
    machine_free(m);
}

/* "Indirect HPM State Mappings", and its list of illegal accesses. */
Test(counters, delegated_ones_are_behind_siselect)
{
    static const struct {
        uint64_t select, menvcfg, mcounteren, mstateen0;
        unsigned csr;
        bool legal;
    } cases[] = {
        { 0x43, MENVCFG_CDE, 8, STATEEN_CSRIND, CSR_sireg, true },
        { 0x43, MENVCFG_CDE, 8, STATEEN_CSRIND, CSR_sireg2, true },
        { 0x40, MENVCFG_CDE, 1, STATEEN_CSRIND, CSR_sireg, true },
        { 0x42, MENVCFG_CDE, 4, STATEEN_CSRIND, CSR_sireg2, true },
        { 0x43, 0, 8, STATEEN_CSRIND, CSR_sireg, false },
        { 0x43, MENVCFG_CDE, 0, STATEEN_CSRIND, CSR_sireg, false },
        { 0x41, MENVCFG_CDE, 2, STATEEN_CSRIND, CSR_sireg, false },
        { 0x43, MENVCFG_CDE, 8, STATEEN_CSRIND, CSR_sireg3, false },
        { 0x43, MENVCFG_CDE, 8, STATEEN_CSRIND, CSR_sireg4, false },
        { 0x43, MENVCFG_CDE, 8, STATEEN_CSRIND, CSR_sireg6, false },
        { 0x43, MENVCFG_CDE, 8, 0, CSR_sireg, false },
        { 0x60, MENVCFG_CDE, 8, STATEEN_CSRIND, CSR_sireg, false },
        { 0, MENVCFG_CDE, 8, STATEEN_CSRIND, CSR_scountinhibit, true },
        { 0, 0, 8, STATEEN_CSRIND, CSR_scountinhibit, false },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        Machine *m = hart_in(PRIV_S, NULL);
        Hart *hart = &m->harts[0];
        csr_write(hart, CSR_siselect, cases[i].select);
        csr_write(hart, CSR_menvcfg, cases[i].menvcfg);
        csr_write(hart, CSR_mcounteren, cases[i].mcounteren);
        csr_write(hart, CSR_mstateen0, cases[i].mstateen0);
        cr_expect_eq(rig_execute(m, csrr(cases[i].csr)), cases[i].legal, "case %u", i);
        machine_free(m);
    }
}

Test(counters, delegated_ones_are_the_same_registers)
{
    Machine *m = hart_in(PRIV_S, NULL);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_menvcfg, MENVCFG_CDE);
    csr_write(hart, CSR_mcounteren, 8);
    csr_write(hart, CSR_mstateen0, ~0ull);
    csr_write(hart, CSR_siselect, 0x43);
    csr_write(hart, EVENT3, COUNTER_MINH);
    hart->x[11] = SELECTOR_LOADS | COUNTER_UINH;
    cr_expect(rig_execute(m, csrw_a1(CSR_sireg2)));
    cr_expect_eq(csr_read(hart, EVENT3), SELECTOR_LOADS | COUNTER_UINH | COUNTER_MINH,
                 "MINH stays");
    cr_expect(rig_execute(m, csrr(CSR_sireg2)));
    cr_expect_eq(hart->x[10], SELECTOR_LOADS | COUNTER_UINH);
    hart->x[11] = 100;
    cr_expect(rig_execute(m, csrw_a1(CSR_sireg)));
    cr_expect_eq(csr_read(hart, HPM3), 100);
    hart->x[11] = ~0ull;
    cr_expect(rig_execute(m, csrw_a1(CSR_scountinhibit)));
    cr_expect_eq(hart->csr.mcountinhibit, 8, "only what is delegated");
    machine_free(m);
}

/* norm:stateen_op, norm:mstateen0_envcfg_op, norm:mstateen_bit_63_op */
Test(stateen, closes_registers_to_lower_modes)
{
    static const struct {
        unsigned csr, stateen;
        uint64_t bit;
    } cases[] = {
        { CSR_senvcfg, CSR_mstateen0, STATEEN_ENVCFG },
        { CSR_siselect, CSR_mstateen0, STATEEN_CSRIND },
        { CSR_SSTATEEN0, CSR_mstateen0, STATEEN_SE },
        { CSR_SSTATEEN0 + 1, CSR_mstateen1, STATEEN_SE },
        { CSR_SSTATEEN0 + 2, CSR_mstateen2, STATEEN_SE },
        { CSR_SSTATEEN0 + 3, CSR_mstateen3, STATEEN_SE },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (unsigned priv = PRIV_S; priv <= PRIV_M; priv += 2) {
            for (unsigned open = 0; open < 2; open++) {
                Machine *m = hart_in(priv, NULL);
                csr_write(&m->harts[0], cases[i].stateen, open ? cases[i].bit : ~cases[i].bit);
                cr_expect_eq(rig_execute(m, csrr(cases[i].csr)), open || priv == PRIV_M,
                             "case %u priv %u open %u", i, priv, open);
                machine_free(m);
            }
        }
        Machine *m = hart_in(PRIV_S, "max,smstateen=off");
        cr_expect(rig_execute(m, csrr(cases[i].csr)), "without Smstateen nothing is closed");
        machine_free(m);
    }
}
