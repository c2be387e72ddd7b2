/* SPDX-License-Identifier: MIT */
/* test_security.c - Smepmp, pointer masking and the entropy source. */
#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "tests/lib/machine_rig.h"

enum {
    LD_A0_A1 = 0x0005b503,
    SD_A0_A1 = 0x00a5b023,
    AMOADD_D_A0_A2_A1 = 0x00c5b52f,
    CSRRW_A0_SEED_ZERO = 0x01501573,
    CSRRS_A0_SEED_ZERO = 0x01502573,
    CSRRS_A0_SEED_A1 = 0x0155a573,
    DATA = 0x80400000,
};

static Pmp locked_down(uint8_t cfg)
{
    Pmp pmp = { .rlb = true, .mml = true };
    pmp_write_addr(&pmp, 0, DATA >> 2 | 0x1ff);
    pmp_write_cfg(&pmp, 0, cfg | 0x18);
    pmp.rlb = false;
    pmp_update(&pmp);
    return pmp;
}

/* norm:mml_truth_table, as the manual prints it: L R W X, then what M-mode and the others may do. */
Test(smepmp, the_truth_table)
{
    static const struct {
        uint8_t l, r, w, x;
        const char *machine, *others;
    } rows[] = {
        { 0, 0, 0, 0, "---", "---" }, { 0, 0, 0, 1, "---", "--x" }, { 0, 0, 1, 0, "rw-", "r--" },
        { 0, 0, 1, 1, "rw-", "rw-" }, { 0, 1, 0, 0, "---", "r--" }, { 0, 1, 0, 1, "---", "r-x" },
        { 0, 1, 1, 0, "---", "rw-" }, { 0, 1, 1, 1, "---", "rwx" }, { 1, 0, 0, 0, "---", "---" },
        { 1, 0, 0, 1, "--x", "---" }, { 1, 0, 1, 0, "--x", "--x" }, { 1, 0, 1, 1, "r-x", "--x" },
        { 1, 1, 0, 0, "r--", "---" }, { 1, 1, 0, 1, "r-x", "---" }, { 1, 1, 1, 0, "rw-", "---" },
        { 1, 1, 1, 1, "r--", "r--" },
    };
    static const Access access[] = { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t cfg = (uint8_t)(rows[i].l << 7 | rows[i].x << 2 | rows[i].w << 1 | rows[i].r);
        Pmp pmp = locked_down(cfg);
        for (unsigned a = 0; a < 3; a++) {
            cr_expect_eq(pmp_allows(&pmp, (Spa){ DATA }, 4, access[a], 3),
                         rows[i].machine[a] != '-', "row %u, M, access %u", i, a);
            for (unsigned priv = 0; priv < 2; priv++)
                cr_expect_eq(pmp_allows(&pmp, (Spa){ DATA }, 4, access[a], priv),
                             rows[i].others[a] != '-', "row %u, %u, access %u", i, priv, a);
        }
    }
}

/* norm:mseccfg_mmwp_op_warl, norm:mseccfg_mml_exec_code */
Test(smepmp, memory_without_a_rule)
{
    Pmp pmp = { .mml = true };
    pmp_update(&pmp);
    cr_expect(pmp_allows(&pmp, (Spa){ DATA }, 8, ACCESS_WRITE, 3));
    cr_expect(!pmp_allows(&pmp, (Spa){ DATA }, 4, ACCESS_FETCH, 3));
    pmp.mmwp = true;
    pmp_update(&pmp);
    cr_expect(!pmp_allows(&pmp, (Spa){ DATA }, 8, ACCESS_READ, 3));
}

/* norm:mseccfg_mml_X_restrict */
Test(smepmp, lockdown_refuses_new_code_of_machine_mode)
{
    static const uint8_t refused[] = { 0x84, 0x85, 0x82, 0x86 };
    static const uint8_t taken[] = { 0x80, 0x81, 0x83, 0x87, 0x07, 0x06, 0x02 };
    for (unsigned rlb = 0; rlb < 2; rlb++) {
        for (unsigned i = 0; i < sizeof refused; i++) {
            Pmp pmp = { .mml = true, .rlb = rlb };
            pmp_write_cfg(&pmp, 0, refused[i]);
            cr_expect_eq(pmp.cfg[0], rlb ? refused[i] : 0, "%02x", refused[i]);
        }
    }
    for (unsigned i = 0; i < sizeof taken; i++) {
        Pmp pmp = { .mml = true };
        pmp_write_cfg(&pmp, 0, taken[i]);
        cr_expect_eq(pmp.cfg[0], taken[i], "%02x", taken[i]);
    }
}

/* norm:mseccfg_mml_sticky, norm:mseccfg_rlb_op_warl */
Test(smepmp, bits_of_mseccfg_stick)
{
    Machine *m = rig_new(1, NULL, NULL, 0);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_mseccfg, MSECCFG_RLB);
    cr_expect_eq(hart->csr.mseccfg, MSECCFG_RLB);
    csr_write(hart, 0x3b0, 1);
    csr_write(hart, CSR_pmpcfg0, 0x80);
    csr_write(hart, 0x3b0, 5);
    cr_expect_eq(csr_read(hart, 0x3b0), 5, "RLB opens locked rules");
    csr_write(hart, CSR_mseccfg, MSECCFG_MMWP);
    cr_expect_eq(hart->csr.mseccfg, MSECCFG_MMWP);
    csr_write(hart, CSR_mseccfg, MSECCFG_RLB);
    cr_expect_eq(hart->csr.mseccfg, MSECCFG_MMWP, "locked rules keep RLB clear, MMWP stays");
    csr_write(hart, 0x3b0, 9);
    cr_expect_eq(csr_read(hart, 0x3b0), 5, "locked again");
    machine_free(m);
}

/* norm:pm_ignore_va, norm:pm_ignore_pa: PMLEN 7 and 16, translated and not; loads, stores, AMOs and the address in mtval. */
Test(pointer_masking, the_top_bits_are_ignored_where_enabled)
{
    static const struct {
        unsigned pmm;
        uint64_t tagged;
        bool reaches;
    } cases[] = {
        { 0, DATA, true },
        { 0, DATA | 1ull << 57, false },
        { 2, DATA | 0x7full << 57, true },
        { 2, DATA | 1ull << 56, false },
        { 3, DATA | 0xffffull << 48, true },
        { 3, DATA | 1ull << 47, false },
    };
    static const uint32_t insns[] = { LD_A0_A1, SD_A0_A1, AMOADD_D_A0_A2_A1 };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (unsigned k = 0; k < G_N_ELEMENTS(insns); k++) {
            Machine *m = rig_new(1, NULL, NULL, 0);
            Hart *hart = &m->harts[0];
            csr_write(hart, CSR_mseccfg, (uint64_t)cases[i].pmm << 32);
            hart->x[11] = cases[i].tagged;
            cr_expect_eq(rig_execute(m, insns[k]), cases[i].reaches, "case %u insn %u", i, k);
            unsigned pmlen = cases[i].pmm == 3 ? 16 : cases[i].pmm == 2 ? 7 : 0;
            if (!cases[i].reaches)
                cr_expect_eq(hart->csr.mtval, bits(cases[i].tagged, 63 - pmlen, 0));
            machine_free(m);
        }
    }
}

/* norm:pm_auto_apply_active_mode, norm:pm_mprv_spvp, norm:pm_mxr_exception */
Test(pointer_masking, the_setting_is_that_of_the_effective_mode)
{
    Machine *m = rig_new(1, NULL, NULL, 0);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_mseccfg, 3ull << 32);
    csr_write(hart, CSR_menvcfg, 2ull << 32);
    csr_write(hart, CSR_senvcfg, 3ull << 32);
    static const struct {
        uint64_t mstatus;
        unsigned pmlen;
    } cases[] = {
        { MSTATUS_MPP, 16 },
        { MSTATUS_MPRV | PRIV_S << 11, 7 },
        { MSTATUS_MPRV | PRIV_U << 11, 16 },
        { MSTATUS_MPRV | PRIV_S << 11 | MSTATUS_MXR, 0 },
        { MSTATUS_MPP | MSTATUS_MXR, 16 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        csr_write(hart, CSR_mstatus, cases[i].mstatus);
        Gva tagged = { DATA | 0xffffull << 48 };
        cr_expect_eq(mmu_unmask(&hart->mmu, tagged).v, bits(tagged.v, 63 - cases[i].pmlen, 0),
                     "case %u", i);
    }
    csr_write(hart, CSR_mstatus, MSTATUS_MPRV | PRIV_U << 11);
    csr_write(hart, CSR_satp, 8ull << 60);
    cr_expect_eq(mmu_unmask(&hart->mmu, (Gva){ 0x1234800000001000 }).v, 0xffff800000001000);
    cr_expect_eq(mmu_unmask(&hart->mmu, (Gva){ 0x1234700000001000 }).v, 0x0000700000001000);
    csr_write(hart, CSR_senvcfg, 1ull << 32);
    cr_expect_eq(hart->csr.senvcfg >> 32, 3, "reserved: the old value stays");
    machine_free(m);
}

/* norm:mseccfg_sseed_useed_op_tbl, norm:seed_ro_illegal */
Test(seed, who_may_ask)
{
    static const struct {
        unsigned priv;
        uint32_t mseccfg, insn;
        bool legal;
    } cases[] = {
        { PRIV_M, 0, CSRRW_A0_SEED_ZERO, true },
        { PRIV_M, 0, CSRRS_A0_SEED_A1, true },
        { PRIV_M, 0, CSRRS_A0_SEED_ZERO, false },
        { PRIV_S, 0, CSRRW_A0_SEED_ZERO, false },
        { PRIV_S, MSECCFG_USEED, CSRRW_A0_SEED_ZERO, false },
        { PRIV_S, MSECCFG_SSEED, CSRRW_A0_SEED_ZERO, true },
        { PRIV_U, MSECCFG_SSEED, CSRRW_A0_SEED_ZERO, false },
        { PRIV_U, MSECCFG_USEED, CSRRW_A0_SEED_ZERO, true },
        { PRIV_U, MSECCFG_USEED, CSRRS_A0_SEED_ZERO, false },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        Machine *m = rig_new(1, NULL, NULL, 0);
        Hart *hart = &m->harts[0];
        csr_write(hart, 0x3b0, ~0ull);
        csr_write(hart, CSR_pmpcfg0, 0x1f);
        csr_write(hart, CSR_mseccfg, cases[i].mseccfg);
        hart->mmu.priv = (uint8_t)cases[i].priv;
        hart_update_context(hart);
        cr_expect_eq(rig_execute(m, cases[i].insn), cases[i].legal, "case %u", i);
        if (cases[i].legal)
            cr_expect_eq(hart->x[10] >> 16, 0x8000, "ES16");
        machine_free(m);
    }
}

/* norm:seed_entropy_unique: the stream goes on, and spreads over all values. */
Test(seed, numbers_differ)
{
    Machine *m = rig_new(1, NULL, NULL, 0);
    Hart *hart = &m->harts[0];
    uint64_t ones = 0, zeros = 0, same = 0, last = 0;
    for (unsigned i = 0; i < 64; i++) {
        hart->pc = BOARD_RAM;
        cr_expect(rig_execute(m, CSRRW_A0_SEED_ZERO));
        uint64_t entropy = hart->x[10] & 0xffff;
        ones |= entropy;
        zeros |= ~entropy & 0xffff;
        same += entropy == last;
        last = entropy;
    }
    cr_expect_eq(ones, 0xffff);
    cr_expect_eq(zeros, 0xffff);
    cr_expect_lt(same, 3);
    machine_free(m);
}
