/* SPDX-License-Identifier: MIT */
/*
 * 26 environment - henvcfg has what menvcfg lets it have, and decides with menvcfg and senvcfg about cache-block
 * operations.
 *
 * norm:henvcfg_sz_acc_op, norm:henvcfg_fiom_op, norm:henvcfg_pbmte_op, norm:henvcfg_adue_op, norm:henvcfg_stce,
 * norm:henvcfg_dte_op, norm:henvcfg_cbze, norm:henvcfg_cbcfe, norm:henvcfg_cbie, norm:cbo-inval_h-mode_veq1_op,
 * norm:cbo-inval_h-mode_op0, norm:cbo-inval_h-mode_op1, norm:cbo-inval_h-mode_op2, norm:henvcfg_lpe_op,
 * norm:henvcfg_sse_op, norm:henvcfg_fiom_order, norm:henvcfg_pmm_op
 *
 * spike: differs FIOM: expected 0x0000000000000001 -- its FIOM is read-only zero with S-mode and translation there
 */
#include "lib/corner.h"

const char corner_name[] = "26 environment";

/* Zero as long as M-mode's bit is. */
static void check_gated(void)
{
    static const struct {
        const char *what;
        uint64_t bit;
    } rows[] = { { "STCE", ENVCFG_STCE },
                 { "PBMTE", ENVCFG_PBMTE },
                 { "ADUE", ENVCFG_ADUE },
                 { "DTE", ENVCFG_DTE } };
    for (unsigned i = 0; i < 4; i++) {
        uint64_t bit = rows[i].bit;
        CSR_WRITE(henvcfg, 0);
        CSR_WRITE(menvcfg, bit);
        check(rows[i].what, bit, CSR_READ(menvcfg) & bit);
        CSR_WRITE(henvcfg, ~0ul);
        check(rows[i].what, bit, CSR_READ(henvcfg) & bit);
        CSR_WRITE(henvcfg, ~bit);
        check(rows[i].what, 0, CSR_READ(henvcfg) & bit);
        CSR_WRITE(henvcfg, bit);
        CSR_WRITE(menvcfg, ~bit);
        check("read-only zero", 0, CSR_READ(henvcfg) & bit);
        CSR_WRITE(henvcfg, ~0ul);
        check("read-only zero", 0, CSR_READ(henvcfg) & bit);
        CSR_WRITE(menvcfg, ~0ul);
        CSR_WRITE(henvcfg, 0);
        CSR_WRITE(menvcfg, ~bit);
        CSR_WRITE(henvcfg, bit); /* goes nowhere */
        CSR_WRITE(menvcfg, ~0ul);
        check("written while read-only zero", 0, CSR_READ(henvcfg) & bit);
    }
    /* LPE and SSE belong to Zicfilp and Zicfiss. */
    CSR_WRITE(henvcfg, ~0ul);
    check("LPE, SSE", 0, CSR_READ(henvcfg) & 0xc);
    CSR_WRITE(henvcfg, ENVCFG_FIOM);
    check("FIOM", ENVCFG_FIOM, CSR_READ(henvcfg) & ENVCFG_FIOM);
    CSR_WRITE(henvcfg, 0);
    check("FIOM", 0, CSR_READ(henvcfg) & ENVCFG_FIOM);
}

/* CBIE: 2 is reserved, 1 flushes, 3 invalidates, and so does nothing less. */
static void check_cbie(void)
{
    for (unsigned value = 0; value < 4; value++) {
        CSR_WRITE(henvcfg, 0);
        CSR_WRITE(henvcfg, value << 4);
        uint64_t found = CSR_READ(henvcfg) >> 4 & 3;
        if (value == 2)
            check("CBIE: reserved value", true, found != 2);
        else
            check("CBIE", value, found);
    }
}

static void check_operation(const char *what, uintptr_t code, uint64_t on)
{
    const uint64_t all = ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE;
    for (unsigned i = 0; i < 8; i++) {
        bool m = i & 1, h = i & 2, s = i & 4;
        for (Mode mode = M; mode <= VU; mode++) {
            CSR_WRITE(menvcfg, m ? on : all & ~(on & ENVCFG_CBIE ? ENVCFG_CBIE : on));
            CSR_WRITE(henvcfg, h ? on : 0);
            CSR_WRITE(senvcfg, s ? on : 0);
            Trap trap = run(mode, code, (uintptr_t)pages[3] + (mode == VU ? USER : 0), 0);
            check(what, enabled_cause(mode, m, h, s), trap.to ? trap.cause : OK);
        }
    }
}

/* FIOM orders more, and stops nothing. */
static void check_fences(void)
{
    CSR_SET(henvcfg, ENVCFG_FIOM);
    check_cause("fence, FIOM", VS, CODE("fence iorw, iorw\nfence i, o"), OK);
    check_cause("amo, FIOM", VS, CODE("amoor.d.aqrl a0, x0, (a0)"), OK);
    CSR_CLEAR(henvcfg, ENVCFG_FIOM);
}

/* PMM of henvcfg is VS-mode's, that of senvcfg VU-mode's. */
static void check_masking(void)
{
    static const struct {
        Mode mode;
        uint64_t h, s, cause; /* PMM */
    } rows[] = { { VS, 0, 0, LOAD_PAGE }, { VS, 2, 0, OK },        { VS, 0, 2, LOAD_PAGE },
                 { VS, 3, 0, OK },        { VU, 0, 0, LOAD_PAGE }, { VU, 0, 2, OK },
                 { VU, 2, 0, LOAD_PAGE } };
    CSR_WRITE(henvcfg, 2ul << 32);
    if (!(CSR_READ(henvcfg) >> 32)) {
        note("no pointer masking");
        return;
    }
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        map(1, rows[i].mode == VU ? U_RWX : S_RWX, G_RWX);
        CSR_WRITE(henvcfg, rows[i].h << 32);
        CSR_WRITE(senvcfg, rows[i].s << 32);
        Trap trap = run(rows[i].mode, CODE("ld a0, 0(a0)"), GVA(1) | 0x5ul << 58, 0);
        check("pointer masking", rows[i].cause, trap.to ? trap.cause : OK);
    }
    CSR_WRITE(senvcfg, 0);
    CSR_WRITE(henvcfg, 1ul << 32); /* reserved */
    check("PMM: reserved value", true, (CSR_READ(henvcfg) >> 32 & 3) != 1);
    CSR_WRITE(henvcfg, 0);
}

void corner(void)
{
    check_gated();
    check_cbie();
    check_operation("cbo.zero", CODE("cbo.zero (a0)"), ENVCFG_CBZE);
    check_operation("cbo.clean", CODE("cbo.clean (a0)"), ENVCFG_CBCFE);
    check_operation("cbo.flush", CODE("cbo.flush (a0)"), ENVCFG_CBCFE);
    check_operation("cbo.inval, flush", CODE("cbo.inval (a0)"), 1 << 4);
    check_operation("cbo.inval", CODE("cbo.inval (a0)"), 3 << 4);
    fresh();
    check_fences();
    check_masking();
}
