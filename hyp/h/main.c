/* SPDX-License-Identifier: MIT */
/* main.c - from the firmware to the guest, and the end; see h.h. */
#include <stddef.h>

#include "h.h"
#include "lib/csr.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

Guest guest;

/* A trap of our own is a mistake of our own. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

/* The guest keeps what it can handle: norm:hedeleg_acc, norm:hideleg_acc */
static void set_up_hart(void)
{
    csr_write(hedeleg, BIT(CAUSE_FETCH_MISALIGNED) | BIT(CAUSE_FETCH_ACCESS) | BIT(CAUSE_ILLEGAL) |
                           BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_LOAD_MISALIGNED) |
                           BIT(CAUSE_LOAD_ACCESS) | BIT(CAUSE_STORE_MISALIGNED) |
                           BIT(CAUSE_STORE_ACCESS) | BIT(CAUSE_ECALL_U) | BIT(CAUSE_FETCH_PAGE) |
                           BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE));
    csr_write(hideleg, HVIP_SOFT | HVIP_TIMER | HVIP_EXTERNAL);
    csr_write(hcounteren, COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR);
    csr_write(henvcfg, guest.henvcfg);
    if (guest.host_sstc)
        csr_write(vstimecmp, -1ul); /* a hart begins with no timer set */
    csr_write(hgatp, guest.hgatp);
    if (csr_read(hgatp) >> ATP_MODE != ATP_SV39)
        panic("h: no Sv39x4 on hart %lu", hart_self()->id);
    hfence_gvma();
    hfence_vvma();
    csr_write(sie, SIE_SOFT | SIE_EXTERNAL);
}

void hart_run(void *guest_hart)
{
    GuestHart *hart = guest_hart;
    set_up_hart();
    vcpu_reset(&hart->vcpu, hart->start_pc, hart->id, hart->start_argument);
    for (;;) {
        vcpu_run(&hart->vcpu);
        exit_handle(hart);
    }
}

void main(void *fdt)
{
    Fdt host;
    if (!fdt_open(&host, fdt))
        panic("h: no device tree");
    power_find(&host);
    console_find(&host);
    vm_make(&host);
    for (unsigned i = 0; i < guest.count; i++) {
        GuestHart *hart = &guest.harts[i];
        if (hart->id != hart_self()->id)
            continue;
        hart->start_pc = guest.ram.base;
        hart->start_argument = (uintptr_t)guest.fdt.base;
        hart_run(hart);
    }
    panic("h: this hart, %lu, is not in the device tree", hart_self()->id);
}
