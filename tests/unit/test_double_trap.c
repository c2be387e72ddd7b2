/* SPDX-License-Identifier: MIT */
/* test_double_trap.c - Smrnmi, Smdbltrp and Ssdbltrp. */
#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "tests/lib/machine_rig.h"

enum {
    NOP = 0x00000013,
    ECALL = 0x00000073,
    EBREAK = 0x00100073,
    MRET = 0x30200073,
    SRET = 0x10200073,
    MNRET = 0x70200073,
    NMI_HANDLER = 0x80300000,
    NMI_EXCEPTION = 0x80310000,
};

#define VECTORS ",rnmi-interrupt-vector=0x80300000,rnmi-exception-vector=0x80310000"

/* norm:rnmi_entry, norm:mnstatus_nmie_set_clear, norm:mnret_restore */
Test(rnmi, taken_and_returned_from)
{
    for (unsigned priv = PRIV_U; priv <= PRIV_M; priv += priv == PRIV_S ? 2 : 1) {
        Machine *m = rig_in(priv, "max,smrnmi=on" VECTORS);
        Hart *hart = &m->harts[0];
        csr_write(hart, CSR_mnstatus, MNSTATUS_NMIE);
        csr_write(hart, CSR_mnstatus, 0);
        cr_expect_eq(hart->csr.mnstatus, MNSTATUS_NMIE, "cannot be cleared");
        hart_set_rnmi(hart, 3);
        rig_run(m, 1);
        cr_expect_eq(hart->pc, NMI_HANDLER);
        cr_expect_eq(hart->csr.mnepc, BOARD_RAM);
        cr_expect_eq(hart->csr.mncause, CAUSE_INTERRUPT | 3);
        cr_expect_eq(hart->csr.mnstatus, (uint64_t)priv << 11);
        cr_expect_eq(hart->mmu.priv, PRIV_M);
        cr_expect_eq(hart->rnmi_pending, 0);
        cr_expect_eq(hart->csr.mepc, 0, "what a trap handler had is untouched");
        cr_expect(rig_execute(m, MNRET));
        cr_expect_eq(hart->pc, BOARD_RAM);
        cr_expect_eq(hart->mmu.priv, priv);
        cr_expect(hart->csr.mnstatus & MNSTATUS_NMIE);
        machine_free(m);
    }
}

/* norm:mnstatus_nmie_reset, norm:mnstatus_nmie_disable, norm:mnstatus_mprv_clear */
Test(rnmi, out_of_reset_no_interrupt_is_taken)
{
    Machine *m = rig_in(PRIV_M, "max,smrnmi=on");
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_mie, BIT(IRQ_SSI));
    csr_write(hart, CSR_mip, BIT(IRQ_SSI));
    csr_write(hart, CSR_mstatus, MSTATUS_MIE | MSTATUS_MPRV);
    hart_set_rnmi(hart, 0);
    cr_expect(rig_execute(m, NOP));
    cr_expect_eq(hart->pc, BOARD_RAM + 4);
    cr_expect_eq(hart->mmu.data_priv, PRIV_M, "MPRV is without effect");
    csr_write(hart, CSR_mnstatus, MNSTATUS_NMIE);
    cr_expect_eq(hart->mmu.data_priv, PRIV_U);
    rig_run(m, 1);
    cr_expect_eq(hart->csr.mncause, CAUSE_INTERRUPT, "the non-maskable one goes first");
    cr_expect_eq(hart->pc, RIG_HANDLER, "without a vector: where mtvec points");
    machine_free(m);
}

/* norm:rnmi_exception_nmie0 */
Test(rnmi, exceptions_of_the_handler_have_their_own_address)
{
    Machine *m = rig_in(PRIV_M, "max,smrnmi=on" VECTORS);
    Hart *hart = &m->harts[0];
    cr_expect(!rig_execute(m, EBREAK));
    cr_expect_eq(hart->pc, NMI_EXCEPTION);
    cr_expect_eq(hart->csr.mcause, CAUSE_BREAKPOINT);
    machine_free(m);
}

/* norm:mnret_mode */
Test(rnmi, mnret_is_for_machine_mode)
{
    Machine *m = rig_in(PRIV_S, "max,smrnmi=on");
    cr_expect(!rig_execute(m, MNRET));
    cr_expect_eq(m->harts[0].csr.mcause, CAUSE_ILLEGAL);
    machine_free(m);
    m = rig_in(PRIV_M, NULL);
    cr_expect(!rig_execute(m, MNRET), "not there without Smrnmi");
    machine_free(m);
}

/* norm:mstatus_mdt_rst, norm:mstatus_mie_clr_by_mdt_rv64 */
Test(double_trap, mdt_and_mie)
{
    static const struct {
        uint64_t written, read;
    } cases[] = {
        { MSTATUS_MDT | MSTATUS_MIE, MSTATUS_MDT },
        { MSTATUS_MIE, MSTATUS_MIE },
        { MSTATUS_MDT, MSTATUS_MDT },
    };
    Machine *m = rig_in(PRIV_M, "max,smdbltrp=on");
    Hart *hart = &m->harts[0];
    cr_expect(hart->csr.mstatus & MSTATUS_MDT, "set by reset");
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        csr_write(hart, CSR_mstatus, cases[i].written);
        cr_expect_eq(hart->csr.mstatus & (MSTATUS_MDT | MSTATUS_MIE), cases[i].read, "case %u", i);
    }
    machine_free(m);
}

/* norm:trap_exp, norm:trap_unexp_hndl_no_rnmi */
Test(double_trap, without_rnmi_the_hart_stops_where_it_was)
{
    Machine *m = rig_in(PRIV_M, "max,smdbltrp=on");
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_mstatus, 0);
    cr_expect(!rig_execute(m, ECALL));
    cr_expect(hart->csr.mstatus & MSTATUS_MDT);
    cr_expect_eq(hart->pc, RIG_HANDLER);
    rig_execute(m, EBREAK);
    cr_expect(hart->critical);
    cr_expect_eq(hart->pc, RIG_HANDLER);
    cr_expect_eq(hart->csr.mcause, CAUSE_ECALL_M, "nothing was written");
    cr_expect_eq(m->stop, STOP_EXIT);
    machine_free(m);
}

/* norm:trap_unexp_hndl_rnmi, norm:trap_unexp_mnstatus_nmie_0 */
Test(double_trap, with_rnmi_its_handler_gets_it_once)
{
    Machine *m = rig_in(PRIV_M, "max,smdbltrp=on,smrnmi=on" VECTORS);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_mnstatus, MNSTATUS_NMIE);
    cr_expect(!rig_execute(m, EBREAK), "MDT is set out of reset");
    cr_expect_eq(hart->pc, NMI_HANDLER);
    cr_expect_eq(hart->csr.mncause, CAUSE_BREAKPOINT);
    cr_expect_eq(hart->csr.mnepc, BOARD_RAM);
    cr_expect_eq(hart->csr.mnstatus, MNSTATUS_MNPP);
    cr_expect_eq(hart->csr.mcause, 0);
    rig_execute(m, EBREAK);
    cr_expect(hart->critical, "a trap in the handler is the end");
    machine_free(m);
}

/* norm:sstatus_sdt_trap: the double trap tells of the first in mcause and of the second in mtval2. */
Test(double_trap, supervisor_mode)
{
    Machine *m = rig_in(PRIV_S, NULL);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_medeleg, ~0ull);
    csr_write(hart, CSR_menvcfg, MENVCFG_DTE);
    cr_expect(!rig_execute(m, EBREAK));
    cr_expect_eq(hart->pc, RIG_S_HANDLER);
    cr_expect(hart->csr.mstatus & MSTATUS_SDT);
    cr_expect(!rig_execute(m, EBREAK));
    cr_expect_eq(hart->pc, RIG_HANDLER);
    cr_expect_eq(hart->csr.mcause, CAUSE_DOUBLE_TRAP);
    cr_expect_eq(hart->csr.mtval2, CAUSE_BREAKPOINT);
    cr_expect_eq(hart->csr.mepc, RIG_S_HANDLER);
    cr_expect_eq(hart->csr.mtval, RIG_S_HANDLER);
    cr_expect_eq(bits(hart->csr.mstatus, 12, 11), PRIV_S);
    cr_expect(!rig_execute(m, ECALL));
    cr_expect_eq(hart->csr.mtval2, 0, "other traps clear it");
    machine_free(m);
}

/* norm:menvcfg_dte_op, norm:sstatus_sdt_sstatus_sie_overwrite, norm:sstatus_sdt_sret */
Test(double_trap, sdt_follows_dte_and_sret)
{
    Machine *m = rig_in(PRIV_S, NULL);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_sstatus, MSTATUS_SDT | MSTATUS_SIE);
    cr_expect_eq(csr_read(hart, CSR_sstatus) & (MSTATUS_SDT | MSTATUS_SIE), MSTATUS_SIE);
    csr_write(hart, CSR_menvcfg, MENVCFG_DTE);
    csr_write(hart, CSR_sstatus, MSTATUS_SDT | MSTATUS_SIE);
    cr_expect_eq(csr_read(hart, CSR_sstatus) & (MSTATUS_SDT | MSTATUS_SIE), MSTATUS_SDT);
    csr_write(hart, CSR_menvcfg, 0);
    cr_expect_eq(csr_read(hart, CSR_sstatus) & MSTATUS_SDT, 0);
    csr_write(hart, CSR_menvcfg, MENVCFG_DTE);
    csr_write(hart, CSR_sstatus, MSTATUS_SDT | MSTATUS_SPP);
    csr_write(hart, CSR_sepc, BOARD_RAM);
    cr_expect(rig_execute(m, SRET));
    cr_expect_eq(csr_read(hart, CSR_sstatus) & MSTATUS_SDT, 0);
    machine_free(m);
}

/* norm:mstatus_mdt_clr_mret_sret, norm:sstatus_sdt_clr_mret_sret */
Test(double_trap, returns_clear_mdt_and_sdt)
{
    for (unsigned to = PRIV_U; to <= PRIV_S; to++) {
        Machine *m = rig_in(PRIV_M, "max,smdbltrp=on");
        Hart *hart = &m->harts[0];
        csr_write(hart, CSR_menvcfg, MENVCFG_DTE);
        csr_write(hart, CSR_mepc, BOARD_RAM);
        csr_write(hart, CSR_mstatus, MSTATUS_MDT | MSTATUS_SDT | (uint64_t)to << 11);
        cr_expect(rig_execute(m, MRET));
        cr_expect_eq(hart->csr.mstatus & MSTATUS_MDT, 0);
        cr_expect_eq(!(hart->csr.mstatus & MSTATUS_SDT), to == PRIV_U);
        machine_free(m);
    }
}
