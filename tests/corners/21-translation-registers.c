/* SPDX-License-Identifier: MIT */
/*
 * 21 translation-registers - what hgatp and vsatp hold after a write, and U and G of G-stage entries.
 *
 * norm:hgatp_mode_warl, norm:hgatp_ppn_op, norm:hgatp_vmid, norm:hgatp_vmid_lsbs, norm:hgatp_sz_acc_op,
 * norm:vsatp_sz_acc_op, norm:vsatp_mode_unsupported_v0, norm:vsatp_mode_unsupported_v1, norm:H_vm_gpatrans,
 * norm:H_vm_gpa_g, norm:H_vm_supported
 */
#include "lib/corner.h"

const char corner_name[] = "21 translation-registers";

enum { PPN_BITS = 44, VMID_BITS = 14 };
#define PPN(n)  ((uint64_t)(n) & (BIT(PPN_BITS) - 1))
#define MODE(n) ((uint64_t)(n) << 60)

/* A MODE that is not there: the write is not ignored, the other fields are taken. */
static void check_hgatp(void)
{
    for (unsigned mode = 0; mode < 16; mode++) {
        bool known = mode == BARE || (mode >= SV39 && mode <= SV57);
        CSR_WRITE(hgatp, ATP(SV39, 1, g_root));
        CSR_WRITE(hgatp, MODE(mode) | 2ul << 44 | (mode == BARE ? 0 : 0x1238));
        uint64_t found = CSR_READ(hgatp);
        if (mode == BARE) /* the other fields are whatever they like */
            check("hgatp, Bare", 0, found >> 60);
        else if (known)
            check("hgatp", MODE(mode) | 2ul << 44 | 0x1238, found);
        else
            check("hgatp, unknown MODE", 2ul << 44 | 0x1238, found & ~MODE(15));
        if (!known)
            check("hgatp, unknown MODE, reads as a known one", true,
                  found >> 60 == BARE || (found >> 60 >= SV39 && found >> 60 <= SV57));
    }
    for (unsigned mode = SV39; mode <= SV57; mode++) {
        CSR_WRITE(hgatp, MODE(mode) | 0x1237);
        check("hgatp: the root has 16 KiB", MODE(mode) | 0x1234, CSR_READ(hgatp));
    }
    CSR_WRITE(hgatp, MODE(SV39) | ~0ul >> 4);
    uint64_t vmid = CSR_READ(hgatp) >> 44 & 0xffff;
    check("hgatp: more than 14 bits of VMID", 0, vmid >> VMID_BITS);
    check("hgatp: a gap among the bits of VMID", 0, vmid & (vmid + 1));
    CSR_WRITE(hgatp, 0);
    check("hgatp: zero", 0, CSR_READ(hgatp));
}

/* In VS-mode satp is vsatp, and a MODE that is not there leaves all of it alone. */
static void check_vsatp(void)
{
    const uint64_t before = CSR_READ(vsatp);
    for (unsigned mode = 1; mode < 16; mode++) {
        if (mode >= SV39 && mode <= SV57)
            continue;
        run(VS, CODE("csrw satp, a0"), MODE(mode) | 0x777, 0);
        check("satp in VS-mode, unknown MODE", before, CSR_READ(vsatp));
        CSR_WRITE(vsatp, MODE(mode) | 0x777);
        uint64_t found = CSR_READ(vsatp);
        if (found != before) { /* WARL: a known MODE, whatever else */
            note("a vsatp of unknown MODE is not ignored");
            check("vsatp, unknown MODE", true,
                  found >> 60 == BARE || (found >> 60 >= SV39 && found >> 60 <= SV57));
        }
        CSR_WRITE(vsatp, before);
    }
    for (unsigned mode = SV39; mode <= SV57; mode++) {
        CSR_WRITE(vsatp, MODE(mode) | 5ul << 44 | 0x777);
        check("vsatp", MODE(mode) | 5ul << 44 | 0x777, CSR_READ(vsatp));
    }
    CSR_WRITE(satp, 0);
    CSR_WRITE(vsatp, before);
    check("satp of HS-mode is another", 0, run(HS, CODE("csrr a0, satp"), 0, 0).value);
    run(HS, CODE("csrw vsatp, a0"), 0, 0);
    check("vsatp written in HS-mode", 0, CSR_READ(vsatp));
    CSR_WRITE(vsatp, before);
}

/* U is needed in the G stage, whatever the mode; G is not looked at. */
static void check_entries(void)
{
    for (Mode mode = VS; mode <= VU; mode++) {
        uint64_t flags = mode == VS ? S_RWX : U_RWX;
        map(1, flags, G_RWX & ~PTE_U);
        check_cause("G stage, U is clear", mode, CODE("li t0, 0x100001000\nld a0, 0(t0)"),
                    LOAD_GUEST_PAGE);
        check_cause("G stage, U is clear", mode, CODE("li t0, 0x100001000\nsd a0, 8(t0)"),
                    STORE_GUEST_PAGE);
        map(1, flags, G_RWX | PTE_G);
        check_cause("G stage, G", mode, CODE("li t0, 0x100001000\nld a0, 0(t0)"), OK);
    }
    /* SUM and the guest's status are no matter. */
    CSR_SET(mstatus, SSTATUS_SUM);
    CSR_SET(vsstatus, SSTATUS_SUM);
    map(1, S_RWX, G_RWX & ~PTE_U);
    check_cause("G stage, U is clear, SUM", VS, CODE("li t0, 0x100001000\nld a0, 0(t0)"),
                LOAD_GUEST_PAGE);
    /* A G bit, and another VMID: nothing is global in the G stage. */
    map(1, S_RWX, G_RWX | PTE_G);
    pages[1][0] = 1;
    check("VMID 1", 1, run(VS, CODE("ld a0, 0(a0)"), GVA(1), 0).value);
    *g_pte(GPA(1)) = (uintptr_t)pages[2] >> 12 << 10 | G_RWX | PTE_G;
    pages[2][0] = 2;
    CSR_WRITE(hgatp, ATP(SV39, 2, g_root));
    check("VMID 2", 2, run(VS, CODE("ld a0, 0(a0)"), GVA(1), 0).value);
}

void corner(void)
{
    check_hgatp();
    fresh();
    check_vsatp();
    fresh();
    check_entries();
}
