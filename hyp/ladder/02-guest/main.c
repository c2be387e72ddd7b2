/* SPDX-License-Identifier: MIT */
/* main.c - into a guest by sret, and back by its ecall. */
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/fdt.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

enum { CALLS = 3 };

extern const char guest[];

/* The way back: the guest trapped, and what trap.S has on our stack are the guest's registers. */
static void on_exit(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    uint64_t n = frame->x[10];
    if (cause != CAUSE_ECALL_VS)
        trap_die(frame, cause, tval);
    print("hyp: back by %s at guest+0x%lx, a0 = %lu\n", cause_name(cause),
          frame->pc - (uintptr_t)guest, n);
    if (n == CALLS)
        power_off(true);
    frame->pc += 4; /* sepc is the ecall itself: go on behind it */
}

/* A trap to HS-mode sets SPV to the V it came from. norm:hstatus_spv_op */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    if (csr_read(hstatus) & HSTATUS_SPV)
        on_exit(frame, cause, tval);
    else
        trap_die(frame, cause, tval); /* ours, by mistake */
}

/* The way in: sret goes to sepc, and to the mode that SPV and SPP name. norm:hstatus_spv_sret */
static void __attribute__((noreturn)) enter_guest(uint64_t pc, uint64_t a0)
{
    csr_set(hstatus, HSTATUS_SPV); /* V = 1 */
    csr_set(sstatus, SSTATUS_SPP); /* S, so VS-mode */
    csr_write(sepc, pc);
    register uint64_t r0 __asm__("a0") = a0;
    __asm__ volatile("sret" ::"r"(r0) : "memory");
    __builtin_unreachable();
}

void main(void *tree)
{
    Fdt fdt;
    if (!fdt_open(&fdt, tree))
        panic("hyp: no device tree");
    power_find(&fdt);
    csr_write(hedeleg, 0); /* all its traps come to us */
    csr_write(vsatp, 0);   /* its addresses are guest-physical, */
    csr_write(hgatp, 0);   /* and guest-physical ones are the machine's: norm:hgatp_mode_bare */
    print("hyp: into the guest\n");
    enter_guest((uintptr_t)guest, 0);
}
