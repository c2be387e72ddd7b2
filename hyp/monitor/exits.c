/* SPDX-License-Identifier: MIT */
/* exits.c - why the guest stopped running, and what to do about it, by the tables of the setting. */
#include <stddef.h>

#include "lib/access.h"
#include "lib/causes.h"
#include "lib/power.h"
#include "lib/print.h"
#include "monitor/monitor.h"

/* Only a sibling of this hart sends these; see call_ipi. */
void on_soft(GuestHart *hart)
{
    (void)hart;
    csr_clear(sip, SIE_SOFT);
    csr_set(hvip, HVIP_SOFT);
}

/* The time the guest asked for has come; it says so no more until the guest asks again. */
void on_timer(GuestHart *hart)
{
    (void)hart;
    csr_clear(sie, SIE_TIMER);
    csr_set(hvip, HVIP_TIMER);
}

void on_ecall(GuestHart *hart)
{
    SbiResult result = call_handle(hart);
    hart->vcpu.x[10] = (uint64_t)result.error;
    hart->vcpu.x[11] = result.value;
    hart->vcpu.pc += 4;
}

void device_access(GuestHart *hart, uint64_t gpa)
{
    Access access;
    uint64_t value = 0;
    if (gpa - guest.trapped.base >= guest.trapped.size)
        stop(hart, "an address that is not its own", gpa);
    if (!access_decode(&hart->vcpu, &access) || access.size != 4 || gpa % 4)
        stop(hart, "no access of 32 bits to the interrupt controller", gpa);
    if (access.write)
        setting.write(gpa, (uint32_t)hart->vcpu.x[access.reg]);
    else
        value = setting.read(gpa);
    access_finish(&hart->vcpu, &access, value);
}

void on_guest_page(GuestHart *hart)
{
    device_access(hart, vcpu_fault_gpa(&hart->vcpu));
}

/* It has no hypervisor extension: what needs one is illegal there. */
void on_virtual_instruction(GuestHart *hart)
{
    vcpu_inject(&hart->vcpu, CAUSE_ILLEGAL, hart->vcpu.stval);
}

void exit_handle(GuestHart *hart)
{
    uint64_t code = hart->vcpu.scause & ~SCAUSE_IRQ;
    bool irq = hart->vcpu.scause & SCAUSE_IRQ;
    ExitFn *handle =
        code >= CAUSE_COUNT ? NULL : (irq ? setting.interrupts : setting.exceptions)[code];
    if (!handle)
        stop(hart, "an exit that nobody expects", vcpu_fault_gpa(&hart->vcpu));
    hart->exits[irq][code]++;
    handle(hart);
}

void report_line(uint64_t count, const char *what, unsigned indent)
{
    if (count)
        print("%s: %s%8lu %s\n", setting.name, indent ? "  " : "", count, what);
}

void finish(bool well)
{
    print("%s: exits\n", setting.name);
    for (unsigned i = 0; i < 2 * CAUSE_COUNT; i++) {
        bool irq = i / CAUSE_COUNT;
        unsigned code = i % CAUSE_COUNT;
        uint64_t n = 0;
        for (unsigned j = 0; j < guest.count; j++)
            n += guest.harts[j].exits[irq][code];
        report_line(n, cause_name((irq ? SCAUSE_IRQ : 0) | code), 0);
        if (n && !irq && code == CAUSE_ECALL_VS)
            call_print();
        if (setting.report)
            setting.report(irq, code);
    }
    power_off(well);
}

void stop(const GuestHart *hart, const char *why, uint64_t gpa)
{
    const Vcpu *vcpu = &hart->vcpu;
    print("%s: hart %lu of the guest: %s: %s at pc 0x%lx, stval 0x%lx, guest-physical 0x%lx\n",
          setting.name, hart->id, why, cause_name(vcpu->scause), vcpu->pc, vcpu->stval, gpa);
    finish(false);
}
