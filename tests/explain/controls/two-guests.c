/* SPDX-License-Identifier: MIT */
/* Two guests take turns, each with its VMID; the time is the hypervisor's to tell. */
#include "../lib/world.h"

static uint64_t other_root[2048] __attribute__((aligned(16384)));
static uint64_t other_level1[512] __attribute__((aligned(4096)));
static uint64_t other_level0[512] __attribute__((aligned(4096)));
static Vcpu vcpus[2];

static GUEST uint64_t guest(uint64_t wanted)
{
    for (unsigned i = 0; i < 3; i++) {
        uint64_t time;
        __asm__ volatile("csrr %0, time" : "=r"(time));
        if (load(GVA(1)) != wanted || time != 1234)
            return 4;
        call(CALL_YIELD, 0);
    }
    return 0;
}

/* rdtime */
static bool handle(void)
{
    if (vcpu.scause != CAUSE_VIRTUAL_INSTRUCTION || (vcpu.stval & 0xfffff07f) != 0xc0102073)
        return false;
    vcpu.x[vcpu.stval >> 7 & 31] = 1234;
    return skip();
}

void hypervisor(void)
{
    memcpy(other_root, g_root, sizeof other_root);
    memcpy(other_level0, g_level0, sizeof other_level0);
    other_root[8] = leaf(other_level1, PTE_V);
    other_level1[0] = leaf(other_level0, PTE_V);
    other_level0[0x41] = leaf(pages[5], G_RWX);
    csr_write(hcounteren, 0);
    begin_guest(guest, 0x101);
    vcpus[0] = vcpu;
    begin_guest(guest, 0x105);
    vcpu.x[2] -= 2048; /* the half of the stack that is free */
    vcpus[1] = vcpu;
    for (unsigned i = 0;; i ^= 1) {
        csr_write(hgatp, i ? ATP(SV39, 2, other_root) : ATP(SV39, 1, g_root));
        vcpu = vcpus[i];
        continue_guest(handle);
        vcpus[i] = vcpu;
    }
}
