/* SPDX-License-Identifier: MIT */
/*
 * 00 registers - what is no corner: fields of hstatus, what the VS CSRs hold, and what every trap writes.
 *
 * norm:hstatus_sz_acc_op, norm:hstatus_vsxl_op, norm:hstatus_vsxl_64, norm:vsxl_ro, norm:hstatus_vsbe_op, norm:hsxlen,
 * norm:vsxlen, norm:vstvec_img, norm:vsscratch_sz_acc_op, norm:vsepc_warl, norm:vstval_warl, norm:vscause_wlrl,
 * norm:H_trap_m_csrwrites, norm:H_trap_hs_csrwrites
 */
#include "lib/corner.h"

const char corner_name[] = "00 registers";

/* Bits that are something: all but WPRI. */
static void check_hstatus(void)
{
    const uint64_t fields = HSTATUS_GVA | HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_HU | HSTATUS_VTVM |
                            HSTATUS_VTW | HSTATUS_VTSR;
    const uint64_t vsbe = 1 << 5, vgein = 63ul << HSTATUS_VGEIN_SHIFT, vsxl = 3ul << 32,
                   hupmm = 3ul << 48;
    CSR_WRITE(hstatus, ~0ul);
    uint64_t all = CSR_READ(hstatus);
    check("hstatus: fields that can be set", fields, all & fields);
    check("hstatus: what is none", 0, all & ~(fields | vsbe | vgein | vsxl | hupmm));
    check("hstatus.VSXL", 2, all >> 32 & 3);
    CSR_WRITE(hstatus, 0);
    check("hstatus: cleared", 0, CSR_READ(hstatus) & ~(vsxl | vsbe));
    check("hstatus.VSXL", 2, CSR_READ(hstatus) >> 32 & 3);
    check("hstatus.VSBE is that of HS-mode", CSR_READ(mstatus) >> 36 & 1,
          CSR_READ(hstatus) >> 5 & 1);
    for (unsigned bit = 6; bit < 23; bit++)
        if (fields & BIT(bit)) {
            CSR_WRITE(hstatus, BIT(bit));
            check("hstatus: one bit", BIT(bit), CSR_READ(hstatus) & fields);
        }
    CSR_WRITE(hstatus, 0);
    check("registers of 64 bits in VS-mode", ~0ul,
          run(VS, CODE("li a0, -1\nsrli a0, a0, 0"), 0, 0).value);
}

/* Whatever the supervisor's register holds, the guest's can hold, each its own. */
#define CHECK_PAIR(s, vs, value)                                   \
    do {                                                           \
        CSR_WRITE(s, value);                                       \
        uint64_t held_ = CSR_READ(s);                              \
        CSR_WRITE(s, 0);                                           \
        CSR_WRITE(vs, value);                                      \
        check(#vs " holds what " #s " does", held_, CSR_READ(vs)); \
        check(#s " is another", 0, CSR_READ(s));                   \
        CSR_WRITE(vs, 0);                                          \
    } while (0)

static void check_pairs(void)
{
    static const uint64_t values[] = {
        ~0ul,          0x5555555555555554, 0xaaaaaaaaaaaaaaa8, 1, 2, 0x80000000,
        INTERRUPT | 9, 0xffffffff80000000, 0x0000007ffffffffc, 15
    };
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        CHECK_PAIR(stvec, vstvec, values[i]);
        CHECK_PAIR(sscratch, vsscratch, values[i]);
        CHECK_PAIR(sepc, vsepc, values[i]);
        CHECK_PAIR(scause, vscause, values[i]);
        CHECK_PAIR(stval, vstval, values[i]);
    }
    fresh();
}

/* xPIE, xIE, xPP and xPV. */
static void check_traps(void)
{
    const uint64_t fields = SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP;
    for (Mode mode = HS; mode <= VU; mode++) {
        for (unsigned i = 0; i < 4; i++) {
            CSR_CLEAR(mstatus, fields);
            CSR_SET(mstatus, (i & 1 ? SSTATUS_SIE : 0) | (i & 2 ? SSTATUS_SPIE | SSTATUS_SPP : 0));
            CSR_WRITE(hstatus, i & 2 ? HSTATUS_SPV : 0);
            CSR_WRITE(vsstatus, i & 1 ? SSTATUS_SIE : 0);
            uint64_t guest = CSR_READ(vsstatus);
            uintptr_t code = CODE(".word 0");
            Trap trap = run(mode, code, 0, 0);
            bool nominal_s = mode == HS || mode == VS;
            check("trap to", HS, trap.to);
            check("trap from", mode, trap.from);
            check("sepc", code + (mode == VU ? USER : 0), trap.epc);
            check("SPIE, SIE and SPP", (i & 1 ? SSTATUS_SPIE : 0) | (nominal_s ? SSTATUS_SPP : 0),
                  CSR_READ(sstatus) & fields);
            check("vsstatus is left alone", guest, CSR_READ(vsstatus));
        }
    }
    CSR_CLEAR(mstatus, fields);
    CSR_WRITE(vsstatus, 0);
    CSR_WRITE(medeleg, 0);
    for (Mode mode = M; mode <= VU; mode++) {
        Trap trap = run(mode, CODE(".word 0"), 0, 0);
        check("trap to", M, trap.to);
        check("trap from", mode, trap.from);
        check("MPIE and MIE", 0, trap.status & (MSTATUS_MPIE | 8));
    }
    Trap trap = run(M, CODE("csrsi mstatus, 8\n.word 0"), 0, 0);
    check("MPIE and MIE", MSTATUS_MPIE, trap.status & (MSTATUS_MPIE | 8));
}

void corner(void)
{
    check_hstatus();
    check_pairs();
    check_traps();
}
