/* SPDX-License-Identifier: MIT */
/*
 * 30 without-hypervisor - what is left of the extension when misa says that it is not there: nothing.
 *
 * Either misa.H can be cleared, or it says for good what there is; other runs have a machine without the extension.
 * norm:misa_h_op, norm:mideleg_acc_h, norm:mip_mie_vs, norm:mtval2_Ssdbltrap, norm:H_mtval_nrz
 *
 * variants: -cpu max,h=off
 * variants: -cpu rv64,h=off
 */
#include "lib/corner.h"

const char corner_name[] = "30 without-hypervisor";

#define GONE(text) ROW(text, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL)

static void check_gone(void)
{
    const Row rows[] = {
        GONE("csrr a0, hstatus"),   GONE("csrr a0, hedeleg"),    GONE("csrr a0, hideleg"),
        GONE("csrr a0, hie"),       GONE("csrr a0, hip"),        GONE("csrr a0, hvip"),
        GONE("csrr a0, hgeie"),     GONE("csrr a0, hgeip"),      GONE("csrr a0, hcounteren"),
        GONE("csrr a0, henvcfg"),   GONE("csrr a0, htimedelta"), GONE("csrr a0, htval"),
        GONE("csrr a0, htinst"),    GONE("csrr a0, hgatp"),      GONE("csrr a0, vsstatus"),
        GONE("csrr a0, vsie"),      GONE("csrr a0, vstvec"),     GONE("csrr a0, vsscratch"),
        GONE("csrr a0, vsepc"),     GONE("csrr a0, vscause"),    GONE("csrr a0, vstval"),
        GONE("csrr a0, vsip"),      GONE("csrr a0, vsatp"),      GONE("csrr a0, vstimecmp"),
        GONE("csrr a0, mtinst"),    GONE("hlv.d a0, (a0)"),      GONE("hlvx.wu a0, (a0)"),
        GONE("hsv.d a0, (a0)"),     GONE("hfence.vvma"),         GONE("hfence.gvma"),
        GONE("hinval.vvma x0, x0"), GONE("hinval.gvma x0, x0"),
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (Mode mode = M; mode <= U; mode++)
            check_cause(rows[i].text, mode, rows[i].code, ILLEGAL);
}

/* Fields and bits of registers that stay. */
static void check_fields(void)
{
    const uint64_t interrupts = VSSI | VSTI | VSEI | SGEI;
    const uint64_t exceptions = BIT(ECALL_VS) | BIT(FETCH_GUEST_PAGE) | BIT(LOAD_GUEST_PAGE) |
                                BIT(VIRTUAL) | BIT(STORE_GUEST_PAGE);
    CSR_SET(mstatus, MSTATUS_MPV | MSTATUS_GVA);
    check("mstatus: MPV, GVA", 0, CSR_READ(mstatus) & (MSTATUS_MPV | MSTATUS_GVA));
    CSR_WRITE(mideleg, ~0ul);
    check("mideleg", 0, CSR_READ(mideleg) & interrupts);
    CSR_WRITE(mie, ~0ul);
    check("mie", 0, CSR_READ(mie) & interrupts);
    CSR_WRITE(mie, 0);
    CSR_SET(mip, interrupts);
    check("mip", 0, CSR_READ(mip) & interrupts);
    CSR_WRITE(medeleg, ~0ul);
    check("medeleg", 0, CSR_READ(medeleg) & exceptions);
    CSR_WRITE(medeleg, 0);
}

/* There is no virtualization mode to return to, and none a trap can come from. */
static void check_modes(void)
{
    static const uint64_t causes[] = {
        [M] = ECALL_M, [HS] = ECALL_HS, [U] = ECALL_U, [VS] = ECALL_HS, [VU] = ECALL_U
    };
    for (Mode mode = M; mode <= VU; mode++) {
        Trap trap = run(mode, CODE("ecall"), 0, 0);
        check("ecall", M, trap.to);
        check("ecall", causes[mode], trap.cause);
    }
    uintptr_t load = CODE("csrs mstatus, a1\nld a0, 0(a0)");
    pages[0][0] = 0x55;
    check("MPRV with MPV", 0x55,
          run(M, load, (uintptr_t)pages[0], MSTATUS_MPRV | MSTATUS_MPV | MSTATUS_MPP_S).value);
    uint64_t value = 0x123456;
    CSR_WRITE(mtval, value); /* is a register */
    check("mtval", value, CSR_READ(mtval));
}

void corner(void)
{
    uint64_t misa = CSR_READ(misa);
    CSR_CLEAR(misa, BIT(7));
    if (has_hypervisor()) {
        check("misa is all or nothing", misa, CSR_READ(misa));
        return;
    }
    check_gone();
    check_fields();
    check_modes();
    if (!(misa & BIT(7)))
        return;
    CSR_SET(misa, BIT(7)); /* and back */
    check("misa", misa, CSR_READ(misa));
    check("mideleg", VSSI | VSTI | VSEI, CSR_READ(mideleg) & (VSSI | VSTI | VSEI));
    fresh();
    pages[0][0] = 0x55;
    check("load in VS-mode", 0x55, run(VS, CODE("ld a0, 0(a0)"), GVA(0), 0).value);
}
