/* SPDX-License-Identifier: MIT */
/*
 * inject.c - at each ecall the hypervisor makes a software interrupt pending for the guest, which
 * takes it, clears it and goes on.
 */
#include "hyp.h"

#define VSSI (1ull << 2)
#define SSI  (1ull << 1)
#define SIE  (1ull << 1)

extern const char guest_loop[], guest_interrupt[], host_handler[];

__asm__(".text\n"
        ".balign 4\n"
        "guest_loop:\n" /* a0: interrupts to take */
        "    mv a1, a0\n"
        "    li a0, 0\n"
        "    li a7, 1\n"
        "1:  ecall\n"
        "    addi a1, a1, -1\n"
        "    bnez a1, 1b\n"
        "    li a7, 0\n"
        "    ecall\n"
        ".balign 4\n"
        "guest_interrupt:\n"
        "    csrr t0, scause\n" /* bit 63 and 1 */
        "    slli t0, t0, 1\n"
        "    add a0, a0, t0\n"
        "    csrci sip, 2\n"
        "    sret\n"
        ".balign 4\n"
        "host_handler:\n"
        "    beqz a7, 1f\n"
        "    csrsi hvip, 4\n"
        "    csrr t0, sepc\n"
        "    addi t0, t0, 4\n"
        "    csrw sepc, t0\n"
        "    sret\n"
        "1:  ecall\n");

uint64_t bench_main(void)
{
    hyp_start(GSTAGE_SV39X4, host_handler);
    CSR_WRITE(hideleg, VSSI);
    CSR_WRITE(vstvec, (uintptr_t)guest_interrupt);
    CSR_WRITE(vsie, SSI);
    CSR_WRITE(vsstatus, SIE);
    return hyp_run(guest_loop, ROUNDS(600000));
}
