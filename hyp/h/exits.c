/* SPDX-License-Identifier: MIT */
/* exits.c - why the guest stopped running, and what to do about it. */
#include <stddef.h>

#include "h.h"
#include "lib/access.h"
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/mmio.h"
#include "lib/power.h"
#include "lib/print.h"

typedef void ExitFn(GuestHart *hart);

/* The guest's external interrupt is what is pending for us. While it is, ours stays off, or it would come again at
 * once. */
static void pass_external(void)
{
    if (csr_read(sip) & SIE_EXTERNAL) {
        csr_set(hvip, HVIP_EXTERNAL);
        csr_clear(sie, SIE_EXTERNAL);
    } else {
        csr_clear(hvip, HVIP_EXTERNAL);
        csr_set(sie, SIE_EXTERNAL);
    }
}

static void on_external(GuestHart *hart)
{
    (void)hart;
    pass_external();
}

/* Only a sibling of this hart sends these; see call_ipi. */
static void on_soft(GuestHart *hart)
{
    (void)hart;
    csr_clear(sip, SIE_SOFT);
    csr_set(hvip, HVIP_SOFT);
}

/* The time the guest asked for has come; it says so no more until the guest asks again. */
static void on_timer(GuestHart *hart)
{
    (void)hart;
    csr_clear(sie, SIE_TIMER);
    csr_set(hvip, HVIP_TIMER);
}

static void on_ecall(GuestHart *hart)
{
    SbiResult result = call_handle(hart);
    hart->vcpu.x[10] = (uint64_t)result.error;
    hart->vcpu.x[11] = result.value;
    hart->vcpu.pc += 4;
}

/* The registers by which a hart takes an interrupt: done here in the guest's place, since they change what is
 * pending. */
static void on_guest_page(GuestHart *hart)
{
    Access access;
    uint64_t gpa = vcpu_fault_gpa(&hart->vcpu), value = 0;
    if (gpa - guest.claims.base >= guest.claims.size)
        stop(hart, "an address that is not its own");
    if (!access_decode(&hart->vcpu, &access) || access.size != 4 || gpa % 4)
        stop(hart, "no access of 32 bits to the interrupt controller");
    if (access.write)
        write32(gpa, (uint32_t)hart->vcpu.x[access.reg]);
    else
        value = read32(gpa);
    pass_external();
    access_finish(&hart->vcpu, &access, value);
}

/* It has no hypervisor extension: what needs one is illegal there. */
static void on_virtual_instruction(GuestHart *hart)
{
    vcpu_inject(&hart->vcpu, CAUSE_ILLEGAL, hart->vcpu.stval);
}

static ExitFn *const exceptions[CAUSE_COUNT] = {
    [CAUSE_ECALL_VS] = on_ecall,
    [CAUSE_FETCH_GUEST_PAGE] = on_guest_page,
    [CAUSE_LOAD_GUEST_PAGE] = on_guest_page,
    [CAUSE_VIRTUAL_INSTRUCTION] = on_virtual_instruction,
    [CAUSE_STORE_GUEST_PAGE] = on_guest_page,
};

static ExitFn *const interrupts[CAUSE_COUNT] = {
    [IRQ_SOFT] = on_soft,
    [IRQ_TIMER] = on_timer,
    [IRQ_EXTERNAL] = on_external,
};

void exit_handle(GuestHart *hart)
{
    uint64_t code = hart->vcpu.scause & ~SCAUSE_IRQ;
    bool irq = hart->vcpu.scause & SCAUSE_IRQ;
    ExitFn *handle = code >= CAUSE_COUNT ? NULL : (irq ? interrupts : exceptions)[code];
    if (!handle)
        stop(hart, "an exit that nobody expects");
    hart->exits[irq][code]++;
    handle(hart);
}

void finish(bool well)
{
    print("h: exits\n");
    for (unsigned i = 0; i < 2 * CAUSE_COUNT; i++) {
        bool irq = i / CAUSE_COUNT;
        unsigned code = i % CAUSE_COUNT;
        uint64_t n = 0;
        for (unsigned j = 0; j < guest.count; j++)
            n += guest.harts[j].exits[irq][code];
        if (n)
            print("h: %8lu %s\n", n, cause_name((irq ? SCAUSE_IRQ : 0) | code));
        if (n && !irq && code == CAUSE_ECALL_VS)
            call_print();
    }
    power_off(well);
}

void stop(const GuestHart *hart, const char *why)
{
    const Vcpu *vcpu = &hart->vcpu;
    print("h: hart %lu of the guest: %s: %s at pc 0x%lx, stval 0x%lx, guest-physical 0x%lx\n",
          hart->id, why, cause_name(vcpu->scause), vcpu->pc, vcpu->stval, vcpu_fault_gpa(vcpu));
    finish(false);
}
