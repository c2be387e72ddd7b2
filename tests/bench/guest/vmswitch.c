/* SPDX-License-Identifier: MIT */
/*
 * vmswitch.c - two guests; at each ecall the hypervisor stores every CSR of the one that called and
 * loads those of the other, with hgatp. Each guest adds to its own word of memory between calls.
 */
#include "hyp.h"

/* One list for the store and the load: a CSR and its place in bytes. */
#define GUEST_CSRS(do_)                                                                         \
    do_(sepc, 0) do_(hstatus, 8) do_(sstatus, 16) do_(hvip, 24) do_(vsstatus, 32) do_(vsie, 40) \
        do_(vstvec, 48) do_(vsscratch, 56) do_(vsepc, 64) do_(vscause, 72) do_(vstval, 80)      \
            do_(vsatp, 88) do_(hgatp, 96)
#define STORE_CSR(name, place) "    csrr t1, " #name "\n    sd t1, " #place "(t0)\n"
#define LOAD_CSR(name, place)  "    ld t1, " #place "(t0)\n    csrw " #name ", t1\n"

typedef struct {
    uint64_t csr[15], other;
} Guest;

static Guest guests[2];
static uint64_t words[2];

extern const char guest_loop[], host_handler[];

/* sscratch points to the running guest. A guest's vsscratch is the address of its word. */
__asm__(".text\n"
        ".balign 4\n"
        "guest_loop:\n" /* a1: calls to make, by both together */
        "    li a7, 1\n"
        "1:  csrr t4, sscratch\n"
        "    ld t5, 0(t4)\n"
        "    add t5, t5, a1\n"
        "    sd t5, 0(t4)\n"
        "    addi a1, a1, -1\n"
        "    ecall\n"
        "    bgtz a1, 1b\n"
        "    li a7, 0\n"
        "    ecall\n"
        ".balign 4\n"
        "host_handler:\n"
        "    beqz a7, 1f\n"
        "    csrr t0, sepc\n"
        "    addi t0, t0, 4\n"
        "    csrw sepc, t0\n"
        "    csrr t0, sscratch\n" GUEST_CSRS(STORE_CSR) "    ld t0, 120(t0)\n"
                                                        "    csrw sscratch, t0\n" GUEST_CSRS(
                                                            LOAD_CSR) "    sret\n"
                                                                      "1:  ecall\n");

enum { SEPC = 0, HSTATUS = 1, SSTATUS = 2, VSSCRATCH = 7, VSATP = 11, HGATP = 12 };

static uint64_t enter(uint64_t calls)
{
    register uint64_t a1 __asm__("a1") = calls;

    __asm__ volatile("j guest_loop" ::"r"(a1));
    __builtin_unreachable();
}

uint64_t bench_main(void)
{
    window_map(1);
    hyp_start(GSTAGE_SV39X4, host_handler);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t *csr = guests[i].csr;

        csr[SEPC] = (uintptr_t)guest_loop;
        csr[HSTATUS] = CSR_READ(hstatus) | HSTATUS_SPV | HSTATUS_SPVP;
        csr[SSTATUS] = CSR_READ(sstatus) | SSTATUS_SPP;
        csr[VSSCRATCH] = (uintptr_t)&words[i];
        csr[VSATP] = paging_satp(1);
        csr[HGATP] = gstage_hgatp(GSTAGE_SV39X4, 1 + i);
        guests[i].other = (uintptr_t)&guests[1 - i];
    }
    CSR_WRITE(sscratch, (uintptr_t)&guests[0]);
    CSR_WRITE(vsscratch, (uintptr_t)&words[0]);
    CSR_WRITE(vsatp, paging_satp(1));
    hyp_run((const void *)enter, ROUNDS(220000));
    return checksum_add(words[0], words[1]);
}
