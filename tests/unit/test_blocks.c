/* SPDX-License-Identifier: MIT */
/* test_blocks.c - cache-block operations: where they are allowed, and what they report where not. */
#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "cpu/hart.h"
#include "tests/lib/machine_rig.h"

enum {
    CBO_INVAL_A0 = 0x0005200f,
    CBO_CLEAN_A0 = 0x0015200f,
    CBO_FLUSH_A0 = 0x0025200f,
    CBO_ZERO_A0 = 0x0045200f
};

/* norm:cbm_unperm_fault, norm:cbz_unperm_fault, norm:fault_excep_csr */
Test(blocks, where_there_is_no_memory_they_raise_store_access_faults)
{
    static const uint32_t words[] = { CBO_INVAL_A0, CBO_CLEAN_A0, CBO_FLUSH_A0, CBO_ZERO_A0 };
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++) {
        Machine *m = rig_new(1, NULL, NULL, 0);
        Hart *hart = &m->harts[0];
        hart->x[10] = 0x80001004;
        cr_expect(rig_execute(m, words[i]), "%08x in RAM", words[i]);
        hart->x[10] = 0x180000024;
        cr_expect(!rig_execute(m, words[i]), "%08x nowhere", words[i]);
        cr_expect_eq(hart->csr.mcause, CAUSE_STORE_ACCESS);
        cr_expect_eq(hart->csr.mtval, 0x180000024, "the value of rs1, not the block's address");
        machine_free(m);
    }
}

/* A page that can be read but not written, and a PMP region that allows neither. norm:cbm_unperm_fault
 * Then the page can be written: its dirty bit stays. norm:cbm_unperm_translate */
Test(blocks, where_translation_permits_reading_they_raise_access_faults)
{
    Machine *m = rig_new(1, NULL, NULL, 0);
    Hart *hart = &m->harts[0];
    rig_write64(m, 0x80002010, 0x80000000 >> 2 | 0xcf);    /* a gigabyte: RWX, A, D */
    rig_write64(m, 0x80002018, 0x80003000 >> 2 | 1);       /* a table */
    rig_write64(m, 0x80003000, 0x80000000ull >> 2 | 0xc3); /* two megabytes: R, A, D */
    csr_write(hart, CSR_satp, 8ull << 60 | 0x80002);
    csr_write(hart, 0x3b0, 0x80004000 >> 2 | 0x1ff);
    csr_write(hart, 0x3b1, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f18);
    csr_write(hart, CSR_menvcfg, ENVCFG_CBCFE);
    hart->mmu.priv = PRIV_S;
    hart_update_context(hart);
    hart->x[10] = 0xc0003000;
    cr_expect(rig_execute(m, CBO_CLEAN_A0), "readable: cause %lu", hart->csr.mcause);
    hart->x[10] = 0xc0004000;
    cr_expect(!rig_execute(m, CBO_CLEAN_A0));
    cr_expect_eq(hart->csr.mcause, CAUSE_STORE_ACCESS);
    hart->pc = 0x80000000;
    rig_write64(m, 0x80003000, 0x80000000ull >> 2 | 0x47); /* R, W, A */
    mmu_sfence_vma(&hart->mmu, true, (Gva){ 0 }, true, 0);
    hart->mmu.priv = PRIV_S;
    hart_update_context(hart);
    cr_expect(!rig_execute(m, CBO_CLEAN_A0));
    cr_expect_eq(hart->csr.mcause, CAUSE_STORE_ACCESS);
    cr_expect_eq(rig_read64(m, 0x80003000), 0x80000000ull >> 2 | 0x47);
    machine_free(m);
}

/* norm:pm_csr_hw_apply: with pointer masking the address that is reported has no tag. */
Test(blocks, a_reported_address_has_no_tag)
{
    static const uint32_t words[] = { CBO_FLUSH_A0, CBO_ZERO_A0 };
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++) {
        Machine *m = rig_new(1, NULL, NULL, 0);
        Hart *hart = &m->harts[0];
        csr_write(hart, CSR_mseccfg, 2ull << 32); /* PMM: 7 bits */
        hart->x[10] = 0x7e00000180000020;
        cr_expect(!rig_execute(m, words[i]));
        cr_expect_eq(hart->csr.mcause, CAUSE_STORE_ACCESS);
        cr_expect_eq(hart->csr.mtval, 0x180000020);
        machine_free(m);
    }
}

/* A device has no blocks to zero, and a block of which one part may not be written stays whole. */
Test(blocks, all_of_a_block_is_zeroed_or_nothing)
{
    Machine *m = rig_new(1, NULL, NULL, 0);
    Hart *hart = &m->harts[0];
    hart->x[10] = 0x2004000; /* mtimecmp */
    cr_expect(!rig_execute(m, CBO_ZERO_A0));
    cr_expect_eq(hart->csr.mcause, CAUSE_STORE_ACCESS);
    cr_expect_eq(hart->csr.mtval, 0x2004000);
    hart->pc = 0x80000000;
    rig_write64(m, 0x80004000, ~0ull);
    csr_write(hart, 0x3b0, 0x80004020 >> 2 | 3); /* 32 bytes, locked: read only */
    csr_write(hart, CSR_pmpcfg0, 0x99);
    hart->x[10] = 0x80004008;
    cr_expect(!rig_execute(m, CBO_ZERO_A0));
    cr_expect_eq(hart->csr.mtval, 0x80004008);
    cr_expect_eq(rig_read64(m, 0x80004000), ~0ull);
    machine_free(m);
}

/* Nothing of an earlier fault, here one of a guest's access, shows in a later one. norm:mstatus_gva_op */
Test(blocks, a_fault_of_nowhere_is_not_a_guests)
{
    static const uint32_t words[] = { CBO_CLEAN_A0, CBO_ZERO_A0 };
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++) {
        Machine *m = rig_new(1, NULL, NULL, 0);
        Hart *hart = &m->harts[0];
        hart->x[10] = 0x180000020;
        cr_expect(!rig_execute(m, 0x60054073), "hlv.b x0, (a0) reads what no memory has");
        cr_expect_eq(hart->csr.mstatus & MSTATUS_GVA, MSTATUS_GVA);
        hart->pc = 0x80000000;
        cr_expect(!rig_execute(m, words[i]));
        cr_expect_eq(hart->csr.mcause, CAUSE_STORE_ACCESS);
        cr_expect_eq(hart->csr.mstatus & MSTATUS_GVA, 0);
        machine_free(m);
    }
}

/* Nothing but the access itself is translated, so it makes no difference that the entry is gone before the end. */
Test(blocks, a_block_of_the_tables_it_is_found_by_is_zeroed)
{
    static const char *const cpus[] = { "max", "max,tlb=none" };
    for (unsigned i = 0; i < G_N_ELEMENTS(cpus); i++) {
        Machine *m = rig_in(PRIV_S, cpus[i]);
        Hart *hart = &m->harts[0];
        rig_write64(m, 0x80002010, 0x80000000 >> 2 | 0xcf); /* a gigabyte: RWX, A, D */
        rig_write64(m, 0x80002038, ~0ull);
        csr_write(hart, CSR_satp, 8ull << 60 | 0x80002);
        csr_write(hart, CSR_menvcfg, ENVCFG_CBZE);
        hart_update_context(hart);
        hart->x[10] = 0x80002000;
        cr_expect(rig_execute(m, CBO_ZERO_A0), "%s: cause %lu", cpus[i], hart->csr.scause);
        cr_expect_eq(rig_read64(m, 0x80002010), 0);
        cr_expect_eq(rig_read64(m, 0x80002038), 0);
        machine_free(m);
    }
}
