/* SPDX-License-Identifier: MIT */
/* A process of the guest's: system calls, and an address that is not its own, which ends it. */
#include "../lib/world.h"

static GUEST_DATA volatile unsigned calls;

static GUEST __attribute__((naked)) void process(void)
{
    __asm__(".option push\n.option norvc\n"
            "1: ecall\n"
            "addi a0, a0, -1\n"
            "bnez a0, 1b\n"
            "ld a0, 0(a1)\n"
            "j 1b\n.option pop");
}

static GUEST uint64_t guest(uint64_t count)
{
    register uint64_t a0 __asm__("a0") = count, a1 __asm__("a1") = GVA(1);
    csr_write(sepc, (uintptr_t)process + USER);
    csr_clear(sstatus, SSTATUS_SPP);
    __asm__ volatile("sret" ::"r"(a0), "r"(a1));
    return 4;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    if (cause == CAUSE_ECALL_U) {
        calls++;
        frame[FRAME_PC] += 4;
    } else {
        call(CALL_END, cause == CAUSE_LOAD_PAGE && tval == GVA(1) && calls == 5 ? 0 : 3);
    }
}

void hypervisor(void)
{
    run_guest(guest, 5, NULL);
}
