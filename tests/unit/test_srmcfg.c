/* SPDX-License-Identifier: MIT */
/* test_srmcfg.c - Ssqosid: what srmcfg holds, and who may access it. */
#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "cpu/hart.h"
#include "mmu/timing/timing.h"
#include "tests/lib/machine_rig.h"

static uint32_t csrrw(unsigned csr, unsigned rd, unsigned rs1)
{
    return csr << 20 | rs1 << 15 | 1 << 12 | rd << 7 | 0x73;
}

static uint32_t csrrs(unsigned csr, unsigned rd, unsigned rs1)
{
    return csr << 20 | rs1 << 15 | 2 << 12 | rd << 7 | 0x73;
}

/* norm:Ssqosid_srmcfg_register_size: RCID is bits 11:0, MCID bits 27:16, both WARL; their width is the configuration's. */
Test(srmcfg, holds_as_many_bits_as_there_are)
{
    static const struct {
        const char *cpu;
        uint64_t kept;
    } cases[] = {
        { NULL, 0xfff0fff },
        { "max,rcidlen=4,mcidlen=6", 0x3f000f },
        { "max,rcidlen=0,mcidlen=12", 0xfff0000 },
        { "rv64,ssqosid=on,rcidlen=1,mcidlen=0", 1 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        Machine *m = rig_in(PRIV_M, cases[i].cpu);
        Hart *hart = &m->harts[0];
        cr_expect_eq(csr_read(hart, 0x181), 0, "case %u: suggested for reset", i);
        hart->x[11] = ~0ull;
        cr_expect(rig_execute(m, csrrw(0x181, 0, 11)));
        cr_expect(rig_execute(m, csrrs(0x181, 10, 0)));
        cr_expect_eq(hart->x[10], cases[i].kept, "case %u: 0x%llx", i,
                     (unsigned long long)hart->x[10]);
        machine_free(m);
    }
}

/* norm:Ssqosid_srmcfg_access_illegal_instruction, norm:Ssqosid_srmcfg_access_virtual_instruction */
Test(srmcfg, is_for_the_host_s_supervisor_if_machine_mode_lets_it)
{
    static const struct {
        const char *cpu;
        unsigned priv, cause; /* 0: allowed */
        bool v, bit;
    } cases[] = {
        { NULL, PRIV_M, 0, false, false },
        { NULL, PRIV_S, 0, false, true },
        { NULL, PRIV_S, CAUSE_ILLEGAL, false, false },
        { NULL, PRIV_U, CAUSE_ILLEGAL, false, true },
        { NULL, PRIV_S, CAUSE_VIRTUAL, true, true },
        { NULL, PRIV_U, CAUSE_VIRTUAL, true, true },
        { NULL, PRIV_S, CAUSE_ILLEGAL, true, false },
        { NULL, PRIV_U, CAUSE_ILLEGAL, true, false },
        { "max,smstateen=off", PRIV_S, 0, false, false },
        { "max,smstateen=off", PRIV_S, CAUSE_VIRTUAL, true, false },
        { "max,smstateen=off", PRIV_U, CAUSE_VIRTUAL, true, false },
        { "max,ssqosid=off", PRIV_M, CAUSE_ILLEGAL, false, false },
        { "max,ssqosid=off", PRIV_S, CAUSE_ILLEGAL, false, true },
        { "max,ssqosid=off", PRIV_S, CAUSE_ILLEGAL, true, true },
        { "rv64", PRIV_S, CAUSE_ILLEGAL, false, false },
    };
    for (unsigned i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        unsigned at = i / 2;
        Machine *m = rig_in(cases[at].priv, cases[at].cpu);
        Hart *hart = &m->harts[0];
        hart->mmu.v = cases[at].v;
        hart_update_context(hart);
        csr_write(hart, CSR_mstateen0, cases[at].bit ? 1ull << 55 : 0);
        bool done = rig_execute(m, i % 2 ? csrrw(0x181, 0, 11) : csrrs(0x181, 10, 0));
        cr_expect_eq(done, !cases[at].cause, "case %u", at);
        if (!done)
            cr_expect_eq(hart->csr.mcause, cases[at].cause, "case %u: cause %u", at,
                         (unsigned)hart->csr.mcause);
        machine_free(m);
    }
}

/* With controllers on the board it has as many bits as they know identifiers, and requests carry them until a reset. */
Test(srmcfg, is_what_requests_carry)
{
    MachineConfig config = { .n_harts = 1,
                             .ram_size = 1 << 20,
                             .quantum = 10000,
                             .cbqri = true,
                             .rcid_bits = 2,
                             .mcid_bits = 5 };
    cr_assert(isa_parse(&config.isa, "rv64", NULL));
    cr_assert_not(machine_new(&config, NULL), "controllers of nothing");
    cr_assert(timed_parse(&config.timed, "-timing", "rocket6", NULL));
    Machine *m = machine_new(&config, NULL);
    cr_assert(m && machine_reset(m, NULL));
    Hart *hart = &m->harts[0];
    csr_write(hart, 0x181, ~0ull);
    cr_expect_eq(csr_read(hart, 0x181), 0x1f0003);
    cr_expect_eq(hart->model->rcid, 3);
    cr_expect_eq(hart->model->mcid, 31);
    csr_write(hart, 0x181, 5 << 16 | 2);
    cr_expect_eq(hart->model->rcid, 2);
    cr_expect_eq(hart->model->mcid, 5);
    cr_assert(machine_reset(m, NULL));
    cr_expect_eq(csr_read(hart, 0x181), 0);
    cr_expect_eq(hart->model->rcid, 0);
    cr_expect_eq(hart->model->mcid, 0);
    machine_free(m);
}

/* norm:Ssqosid_smstateen_srmcfg_requires_mstateen0; hstateen0 has no such bit, whatever is written. */
Test(srmcfg, has_its_bit_in_mstateen0_only)
{
    static const char *const cpus[] = { "max", "max,ssqosid=off" };
    for (unsigned i = 0; i < 2; i++) {
        Machine *m = rig_in(PRIV_M, cpus[i]);
        Hart *hart = &m->harts[0];
        csr_write(hart, CSR_mstateen0, ~0ull);
        csr_write(hart, CSR_hstateen0, ~0ull);
        cr_expect_eq(csr_read(hart, CSR_mstateen0) >> 55 & 1, !i);
        cr_expect_eq(csr_read(hart, CSR_hstateen0) >> 55 & 1, 0);
        machine_free(m);
    }
}
