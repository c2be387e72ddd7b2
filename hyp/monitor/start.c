/* SPDX-License-Identifier: MIT */
/* start.c - from the firmware to the guest, and the loop of guest and exit; see monitor.h. */
#include <stddef.h>

#include "lib/paging.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"
#include "monitor/monitor.h"

enum { VMID = 1 };

Guest guest;

/* A trap of our own is a mistake of our own. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

/* The second stage: hardware's, or none. */
static void set_up_memory(void)
{
    uint64_t hgatp =
        ATP_SV39 << ATP_MODE | (uint64_t)VMID << HGATP_VMID | (uintptr_t)guest.map >> 12;
    csr_write(hgatp, setting.two_stages ? hgatp : 0);
    if (setting.two_stages && csr_read(hgatp) >> ATP_MODE != ATP_SV39)
        panic("%s: no Sv39x4 on hart %lu", setting.name, hart_self()->id);
    hfence_gvma();
    hfence_vvma();
}

/* The guest keeps what it can handle: norm:hedeleg_acc, norm:hideleg_acc */
static void set_up_hart(void)
{
    csr_write(hedeleg, setting.delegated | BIT(CAUSE_FETCH_MISALIGNED) | BIT(CAUSE_FETCH_ACCESS) |
                           BIT(CAUSE_ILLEGAL) | BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_LOAD_MISALIGNED) |
                           BIT(CAUSE_LOAD_ACCESS) | BIT(CAUSE_STORE_MISALIGNED) |
                           BIT(CAUSE_STORE_ACCESS) | BIT(CAUSE_ECALL_U));
    csr_write(hideleg, HVIP_SOFT | HVIP_TIMER | HVIP_EXTERNAL);
    csr_write(hcounteren, COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR);
    csr_write(henvcfg, (guest.timer == TIMER_VSTIMECMP ? HENVCFG_STCE : 0) |
                           (guest.svade ? 0 : HENVCFG_ADUE));
    if (guest.host_sstc)
        csr_write(vstimecmp, -1ul); /* a hart begins with no timer set */
    set_up_memory();
    csr_write(sie, setting.enabled);
}

void hart_run(void *guest_hart)
{
    GuestHart *hart = guest_hart;
    set_up_hart();
    vcpu_reset(&hart->vcpu, hart->start_pc, hart->id, hart->start_argument);
    hart->vcpu.hstatus |= setting.hstatus;
    if (setting.begin)
        setting.begin(hart);
    for (;;) {
        vcpu_run(&hart->vcpu);
        exit_handle(hart);
    }
}

void main(void *fdt)
{
    Fdt host;
    if (!fdt_open(&host, fdt))
        panic("%s: no device tree", setting.name);
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
    panic("%s: this hart, %lu, is not in the device tree", setting.name, hart_self()->id);
}
