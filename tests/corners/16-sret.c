/* SPDX-License-Identifier: MIT */
/*
 * 16 sret - to where SPV and SPP say, and what is left; of a guest only its own registers change.
 *
 * norm:sret_h, norm:sret_v0, norm:sret_v1, norm:sret_dt, norm:hstatus_spv_sret, norm:hstatus_spv_op,
 * norm:vsstatus_sdt_op, norm:henvcfg_dte_op
 */
#include "lib/corner.h"

const char corner_name[] = "16 sret";

static const struct {
    const char *what;
    bool spv, spp;
    Mode to;
} rows[] = {
    { "SRET to U", false, false, U },
    { "SRET to HS", false, true, HS },
    { "SRET to VU", true, false, VU },
    { "SRET to VS", true, true, VS },
};

/* From HS-mode and M-mode; the new mode and all fields are seen by a trap to M-mode. */
static void check_host(Mode mode)
{
    const uint64_t fields = SSTATUS_SPP | SSTATUS_SIE | SSTATUS_SPIE;
    uintptr_t code = CODE("csrw sepc, ra\ncsrc sstatus, a0\ncsrs sstatus, a1\nsret");
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned other = 0; other < 4; other++) {
            uint64_t spvp = other & 1 ? HSTATUS_SPVP : 0, spie = other & 2 ? SSTATUS_SPIE : 0;
            CSR_WRITE(hstatus, spvp | (rows[i].spv ? HSTATUS_SPV : 0));
            CSR_WRITE(vsstatus, SSTATUS_SPP);
            Trap trap = run(mode, code, fields, spie | (rows[i].spp ? SSTATUS_SPP : 0));
            check(rows[i].what, NOWHERE, trap.to);
            check(rows[i].what, rows[i].to, trap.from);
            check("SPV is clear, SPVP is left alone", spvp,
                  CSR_READ(hstatus) & (HSTATUS_SPV | HSTATUS_SPVP));
            check("SPP, SIE, SPIE", SSTATUS_SPIE | (spie ? SSTATUS_SIE : 0),
                  CSR_READ(sstatus) & fields);
            check("vsstatus is left alone", SSTATUS_SPP, CSR_READ(vsstatus) & fields);
            CSR_CLEAR(mstatus, SSTATUS_SIE);
        }
    }
    CSR_WRITE(hstatus, 0);
    CSR_CLEAR(mstatus, SSTATUS_SPP | SSTATUS_SIE | SSTATUS_SPIE);
}

/* In M-mode it takes MPRV away, on the way to anybody else. */
static void check_mprv(void)
{
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CSR_WRITE(hstatus, rows[i].spv ? HSTATUS_SPV : 0);
        Trap trap = run(M, CODE("csrw sepc, ra\ncsrs mstatus, a1\nsret"), 0,
                        MSTATUS_MPRV | MSTATUS_MPP | (rows[i].spp ? SSTATUS_SPP : 0));
        check(rows[i].what, rows[i].to, trap.from);
        check("MPRV after SRET", 0, trap.status & MSTATUS_MPRV);
    }
}

/* From VS-mode; hstatus and sstatus hold the opposite of what they should not be asked. */
static void check_guest(void)
{
    const uint64_t fields = SSTATUS_SPP | SSTATUS_SIE | SSTATUS_SPIE;
    uintptr_t code = CODE("csrw sepc, ra\ncsrc sstatus, a0\ncsrs sstatus, a1\nsret");
    for (unsigned i = 0; i < 8; i++) {
        uint64_t spp = i & 1 ? SSTATUS_SPP : 0, spie = i & 2 ? SSTATUS_SPIE : 0;
        uint64_t spv = i & 4 ? HSTATUS_SPV : 0;
        CSR_WRITE(hstatus, spv);
        CSR_CLEAR(mstatus, fields);
        CSR_SET(mstatus, SSTATUS_SPP ^ spp);
        uint64_t sstatus = CSR_READ(sstatus);
        CSR_WRITE(sepc, 0x1000);
        Trap trap = run(VS, code, fields, spie | spp);
        check("SRET in VS", NOWHERE, trap.to);
        check("SRET in VS, to", spp ? VS : VU, trap.from);
        check("vsstatus", SSTATUS_SPIE | (spie ? SSTATUS_SIE : 0), CSR_READ(vsstatus) & fields);
        check("hstatus is left alone", spv, CSR_READ(hstatus) & HSTATUS_SPV);
        check("sstatus is left alone", sstatus, CSR_READ(sstatus));
        check("sepc is left alone", 0x1000, CSR_READ(sepc));
        CSR_WRITE(vsstatus, 0);
    }
    CSR_WRITE(hstatus, 0);
    CSR_CLEAR(mstatus, SSTATUS_SPP | SSTATUS_SIE | SSTATUS_SPIE);
}

/* SDT of the guest: cleared on the way to VU-mode, and by its own SRET, and not there without DTE. */
static void check_double_trap(void)
{
    CSR_SET(menvcfg, ENVCFG_DTE);
    CSR_SET(henvcfg, ENVCFG_DTE);
    CSR_WRITE(vsstatus, SSTATUS_SDT);
    if (!(CSR_READ(vsstatus) & SSTATUS_SDT)) {
        note("no double traps");
        return;
    }
    uintptr_t code = CODE("csrw sepc, ra\ncsrs sstatus, a1\nsret");
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CSR_WRITE(vsstatus, SSTATUS_SDT);
        CSR_WRITE(hstatus, rows[i].spv ? HSTATUS_SPV : 0);
        CSR_CLEAR(mstatus, SSTATUS_SPP);
        run(HS, code, 0, rows[i].spp ? SSTATUS_SPP : 0);
        check(rows[i].what, rows[i].to == VU ? 0 : SSTATUS_SDT, CSR_READ(vsstatus) & SSTATUS_SDT);
    }
    for (unsigned spp = 0; spp < 2; spp++) {
        CSR_WRITE(vsstatus, SSTATUS_SDT);
        run(VS, code, 0, spp ? SSTATUS_SPP : 0);
        check("SRET in VS, SDT", 0, CSR_READ(vsstatus) & SSTATUS_SDT);
    }
    CSR_WRITE(vsstatus, SSTATUS_SDT);
    CSR_CLEAR(henvcfg, ENVCFG_DTE);
    check("vsstatus.SDT without henvcfg.DTE", 0, CSR_READ(vsstatus) & SSTATUS_SDT);
    CSR_WRITE(vsstatus, SSTATUS_SDT);
    check("vsstatus.SDT without henvcfg.DTE", 0, CSR_READ(vsstatus) & SSTATUS_SDT);
}

void corner(void)
{
    CSR_WRITE(
        medeleg,
        0); /* the call back goes to M-mode and changes nothing; it is at one place in every mode */
    CSR_WRITE(vsatp, 0);
    fence_all();
    check_host(HS);
    check_host(M);
    check_mprv();
    check_guest();
    check_double_trap();
}
