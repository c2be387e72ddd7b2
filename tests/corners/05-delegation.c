/* SPDX-License-Identifier: MIT */
/*
 * 05 delegation - which exceptions a guest may get, and that a guest-page fault is none of them.
 *
 * norm:hedeleg_acc, norm:hedeleg_sz_acc, norm:hedeleg_img, norm:hedeleg_op, norm:H_trap_deleg, norm:H_guest_page_fault,
 * norm:H_cause, norm:H_cause_ecall, norm:H_vm_gpapriv: the kind of the fault is that of the original access.
 *
 * spike: differs hedeleg: writable bit: expected 0x0000000000000012 -- bit 18 is there only with Zicfilp or Zicfiss
 */
#include "lib/corner.h"

const char corner_name[] = "05 delegation";

/* Table "Bits of hedeleg that must be writable or must be read-only zero". */
static void check_hedeleg(void)
{
    static const uint8_t writable[] = { 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 18, 19 };
    static const uint8_t zero[] = { 9, 10, 11, 16, 20, 21, 22, 23 };
    CSR_WRITE(hedeleg, ~0ul);
    for (unsigned i = 0; i < sizeof writable; i++)
        check("hedeleg: writable bit", writable[i],
              CSR_READ(hedeleg) >> writable[i] & 1 ? writable[i] : 99);
    for (unsigned i = 0; i < sizeof zero; i++)
        check("hedeleg: read-only zero", 0, CSR_READ(hedeleg) & BIT(zero[i]));
    CSR_WRITE(hedeleg, 0);
    check("hedeleg: cleared", 0, CSR_READ(hedeleg));
}

/* Everything goes as far down as it may. */
static void check_trap_goes(const char *what, Mode mode, uintptr_t code, uint64_t cause, Mode to)
{
    Trap trap = run(mode, code, GVA(1), 0);
    check(what, cause, trap.cause);
    check(what, to, trap.to);
}

static void check_levels(Mode mode)
{
    uintptr_t load = CODE("ld a0, 0(a0)");
    struct {
        uint64_t medeleg, hedeleg;
        Mode to;
    } rows[] = { { 0, 0, M }, { ~0ul, 0, HS }, { 0, ~0ul, M }, { ~0ul, ~0ul, VS } };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Mode to = mode == M ? M : mode <= U && rows[i].to == VS ? HS : rows[i].to;
        CSR_WRITE(medeleg, rows[i].medeleg & ~(BIT(ECALL_HS) | BIT(ECALL_VS)));
        CSR_WRITE(hedeleg, rows[i].hedeleg);
        check_trap_goes("illegal", mode, CODE(".word 0"), ILLEGAL, to);
        check_trap_goes("breakpoint", mode, CODE("ebreak"), BREAKPOINT, to);
        if (mode < VS)
            continue;
        map(1, 0, G_RWX);
        check_trap_goes("page fault", mode, load, LOAD_PAGE, to);
    }
}

/* Delegated as a guest would have it: still HS-mode's. */
static void check_guest_faults(Mode mode)
{
    CSR_WRITE(medeleg, ~(BIT(ECALL_HS) | BIT(ECALL_VS)));
    CSR_WRITE(hedeleg, ~0ul);
    map(1, mode == VS ? S_RWX : U_RWX, 0);
    check_trap_goes("load", mode, CODE("ld a0, 0(a0)"), LOAD_GUEST_PAGE, HS);
    check_trap_goes("store", mode, CODE("sd a0, 0(a0)"), STORE_GUEST_PAGE, HS);
    check_trap_goes("amo", mode, CODE("amoadd.d a0, a0, (a0)"), STORE_GUEST_PAGE, HS);
    check_trap_goes("lr", mode, CODE("lr.d a0, (a0)"), LOAD_GUEST_PAGE, HS);
    check_trap_goes("fetch", mode, GVA(1), FETCH_GUEST_PAGE, HS);
    check_trap_goes("virtual", mode, CODE("csrr a0, hgatp"), VIRTUAL, HS);
    *g_pte(GPA_LEVEL0) = 0; /* what fails is a load, of a page table */
    fence_all();
    check_trap_goes("load, implicit", mode, CODE("ld a0, 0(a0)"), LOAD_GUEST_PAGE, HS);
    check_trap_goes("store, implicit", mode, CODE("sd a0, 0(a0)"), STORE_GUEST_PAGE, HS);
    check_trap_goes("amo, implicit", mode, CODE("amoadd.d a0, a0, (a0)"), STORE_GUEST_PAGE, HS);
    check_trap_goes("fetch, implicit", mode, GVA(1), FETCH_GUEST_PAGE, HS);
    CSR_WRITE(medeleg, 0);
    check_trap_goes("load, implicit", mode, CODE("ld a0, 0(a0)"), LOAD_GUEST_PAGE, M);
    fresh();
}

/* Every mode's call has its own number. */
static void check_ecalls(void)
{
    static const uint8_t causes[] = {
        [M] = ECALL_M, [HS] = ECALL_HS, [U] = ECALL_U, [VS] = ECALL_VS, [VU] = ECALL_U
    };
    CSR_WRITE(medeleg, 0);
    for (Mode mode = M; mode <= VU; mode++)
        check_trap_goes("ecall", mode, CODE("ecall"), causes[mode], M);
    CSR_WRITE(medeleg, BIT(ECALL_U) | BIT(ECALL_VS));
    check_trap_goes("ecall, delegated", VU, CODE("ecall"), ECALL_U, HS);
    check_trap_goes("ecall, delegated", VS, CODE("ecall"), ECALL_VS, HS);
    CSR_WRITE(medeleg, BIT(ECALL_U));
    CSR_WRITE(hedeleg, BIT(ECALL_U));
    check_trap_goes("ecall, delegated twice", VU, CODE("ecall"), ECALL_U, VS);
    check_trap_goes("ecall, delegated twice", U, CODE("ecall"), ECALL_U, HS);
    fresh();
}

void corner(void)
{
    check_hedeleg();
    for (Mode mode = M; mode <= VU; mode++)
        check_levels(mode);
    fresh();
    check_guest_faults(VS);
    check_guest_faults(VU);
    check_ecalls();
}
