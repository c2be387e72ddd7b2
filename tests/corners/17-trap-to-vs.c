/* SPDX-License-Identifier: MIT */
/*
 * 17 trap-to-vs - a trap that a guest gets itself changes nothing of the hypervisor's, and its number only if it is an
 * interrupt.
 *
 * norm:H_trap_vs_csrwrites, norm:hideleg_trans, norm:hideleg_op, norm:hedeleg_op, norm:vscause_sz_acc_op,
 * norm:vscause_wlrl, norm:vstval_sz_acc_op, norm:vspec_sz_acc_op, norm:vstvec_sz_acc_op, norm:vsstatus_sz_acc_op
 */
#include "lib/corner.h"

const char corner_name[] = "17 trap-to-vs";

typedef struct {
    uint64_t hstatus, sstatus, scause, sepc, stval, htval, htinst, mstatus;
} Host;

static Host read_host(void)
{
    return (Host){ CSR_READ(hstatus), CSR_READ(sstatus), CSR_READ(scause), CSR_READ(sepc),
                   CSR_READ(stval),   CSR_READ(htval),   CSR_READ(htinst), CSR_READ(mstatus) };
}

static void check_same(const char *what, const Host *before, const Host *after)
{
    check(what, before->hstatus, after->hstatus);
    check(what, before->sstatus, after->sstatus);
    check(what, before->scause, after->scause);
    check(what, before->sepc, after->sepc);
    check(what, before->stval, after->stval);
    check(what, before->htval, after->htval);
    check(what, before->htinst, after->htinst);
}

/* What a trap must not touch. */
static void mark_host(bool ones)
{
    CSR_WRITE(hstatus, ones ? HSTATUS_GVA | HSTATUS_SPV | HSTATUS_SPVP : 0);
    CSR_CLEAR(mstatus, SSTATUS_SPP | SSTATUS_SPIE);
    CSR_SET(mstatus, ones ? SSTATUS_SPP | SSTATUS_SPIE : 0);
    CSR_WRITE(scause, 0x1d);
    CSR_WRITE(sepc, 0x1000);
    CSR_WRITE(stval, 0x2000);
    CSR_WRITE(htval, 0x3000);
    CSR_WRITE(htinst, 0x3020);
}

/* With vsstatus.SIE set and clear. */
static void check_exception(const char *what, Mode mode, uintptr_t code, uint64_t address,
                            uint64_t cause, uint64_t tval)
{
    for (unsigned i = 0; i < 4; i++) {
        uint64_t sie = i & 1 ? SSTATUS_SIE : 0;
        mark_host(i & 2);
        CSR_WRITE(vsstatus, sie | (mode == VU ? SSTATUS_SPP : 0));
        Host before = read_host();
        Trap trap = run(mode, code, address, 0);
        Host after = read_host();
        check_trap(what, (Trap){ .to = VS, .from = mode, .cause = cause, .tval = tval }, trap);
        check("vector of an exception", 0, trap.vector);
        check("SPIE and SIE", sie ? SSTATUS_SPIE : 0,
              CSR_READ(vsstatus) & (SSTATUS_SPIE | SSTATUS_SIE));
        check_same(what, &before, &after);
    }
}

static void check_exceptions(void)
{
    CSR_WRITE(hedeleg, ~0ul);
    CSR_SET(vstvec, 1); /* vectored, for interrupts only */
    map(1, 0, G_RWX);
    for (Mode mode = VS; mode <= VU; mode++) {
        uintptr_t breakpoint = CODE("ebreak");
        uintptr_t shift = mode == VU ? USER : 0;
        check_exception("page fault", mode, CODE("ld a0, 0(a0)"), GVA(1), LOAD_PAGE, GVA(1));
        check_exception("page fault", mode, GVA(1), 0, FETCH_PAGE, GVA(1));
        check_exception("illegal", mode, CODE(".word 0x00001073"), 0, ILLEGAL, 0x1073);
        check_exception("breakpoint", mode, breakpoint, 0, BREAKPOINT, breakpoint + shift);
    }
    check_exception("ecall", VU, CODE("ecall"), 0, ECALL_U, 0); /* not one less */
    Trap trap = run(VS, CODE(".word 0"), 0, 0);
    check("vsepc", trap.epc, CSR_READ(vsepc));
}

/* One less for an interrupt, in vscause and in where the handler is. */
static void check_interrupts(void)
{
    static const struct {
        const char *what;
        uint64_t bit, cause;
    } interrupts[] = { { "software", VSSI, 1 }, { "timer", VSTI, 5 }, { "external", VSEI, 9 } };
    CSR_WRITE(hideleg, VSSI | VSTI | VSEI);
    CSR_WRITE(hie, VSSI | VSTI | VSEI);
    for (unsigned vectored = 0; vectored < 2; vectored++) {
        CSR_CLEAR(vstvec, 1);
        CSR_SET(vstvec, vectored);
        for (unsigned i = 0; i < 6; i++) {
            Mode mode = i & 1 ? VU : VS;
            uint64_t cause = interrupts[i / 2].cause;
            mark_host(i & 1);
            CSR_WRITE(hvip, interrupts[i / 2].bit);
            CSR_WRITE(vsstatus, SSTATUS_SIE);
            CSR_WRITE(vstval, 0x55);
            Host before = read_host();
            Trap trap = run(mode, CODE("nop"), 0, 0);
            Host after = read_host();
            check_trap(interrupts[i / 2].what,
                       (Trap){ .to = VS, .from = mode, .cause = INTERRUPT | cause }, trap);
            check("vector", vectored ? cause : 0, trap.vector);
            check_same(interrupts[i / 2].what, &before, &after);
        }
    }
    CSR_WRITE(hvip, 0);
}

/* Not delegated, they keep their numbers. */
static void check_not_delegated(void)
{
    CSR_WRITE(hideleg, 0);
    CSR_SET(stvec, 1);
    static const struct {
        uint64_t bit, cause;
    } interrupts[] = { { VSSI, 2 }, { VSTI, 6 }, { VSEI, 10 } };
    for (unsigned i = 0; i < 3; i++) {
        CSR_WRITE(hvip, interrupts[i].bit);
        Trap trap = run(VS, CODE("nop"), 0, 0);
        check_trap("not delegated",
                   (Trap){ .to = HS, .from = VS, .cause = INTERRUPT | interrupts[i].cause }, trap);
        check("vector", interrupts[i].cause, trap.vector);
    }
    CSR_WRITE(hvip, 0);
}

void corner(void)
{
    check_exceptions();
    check_interrupts();
    check_not_delegated();
}
