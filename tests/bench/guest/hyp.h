/* SPDX-License-Identifier: MIT */
/*
 * hyp.h - a second stage of translation and the way into a guest, for the programs about virtual
 * machines.
 *
 * Guest-physical addresses equal physical ones. Only RAM is mapped: by pages of 2 MiB, and by pages
 * of 4 KiB from POOL_BASE on. A program's part in HS-mode may use t0 to t3 at every trap.
 */
#ifndef TESTS_BENCH_HYP_H
#define TESTS_BENCH_HYP_H
#include "sv39.h"

#define GSTAGE_SV39X4 8ull
#define GSTAGE_SV48X4 9ull
#define POOL_PAGES    8192 /* mapped one by one */
#define PTE_GUEST     (PTE_DATA | PTE_X | PTE_U)

#define HSTATUS_SPV  (1ull << 7) /* sret goes to V=1 */
#define HSTATUS_SPVP (1ull << 8)
#define SSTATUS_SPP  (1ull << 8)

/* Exceptions a hypervisor handles: ecall of VS-mode, the guest-page faults, virtual instruction. */
#define HYP_EXCEPTIONS (1ull << 10 | 1ull << 20 | 1ull << 21 | 1ull << 22 | 1ull << 23)

static uint64_t gstage_root[2048] __attribute__((aligned(16384)));
static uint64_t gstage_gigas[512] __attribute__((aligned(4096)));
static uint64_t gstage_megas[512] __attribute__((aligned(4096)));
static uint64_t gstage_pool[POOL_PAGES] __attribute__((aligned(4096)));

/* Value for hgatp: mode, guest number. */
static inline uint64_t gstage_hgatp(uint64_t mode, uint64_t vmid)
{
    return mode << 60 | vmid << 44 | (uintptr_t)gstage_root >> 12;
}

/* Maps or takes away the pages of the pool. */
static inline void gstage_map_pool(uint64_t flags)
{
    for (uint64_t i = 0; i < POOL_PAGES; i++) {
        gstage_pool[i] = (POOL_BASE + i * PAGE_SIZE) >> 12 << 10 | flags;
    }
}

/* Builds the tables, selects guest 1 in the mode given, hands the guest's exceptions to handler. */
static inline void hyp_start(uint64_t mode, const void *handler)
{
    uint64_t *gigas = mode == GSTAGE_SV48X4 ? gstage_gigas : gstage_root;

    gstage_root[0] = (uintptr_t)gstage_gigas >> 12 << 10 | PTE_V; /* Sv39x4: no guest goes there */
    gigas[RAM_BASE >> 30] = (uintptr_t)gstage_megas >> 12 << 10 | PTE_V;
    for (uint64_t i = 0; i < 512; i++) {
        gstage_megas[i] = (RAM_BASE + (i << 21)) >> 12 << 10 | PTE_GUEST;
    }
    for (uint64_t i = 0; i < POOL_PAGES / 512; i++) {
        gstage_megas[((POOL_BASE - RAM_BASE) >> 21) + i] =
            (uintptr_t)(gstage_pool + 512 * i) >> 12 << 10 | PTE_V;
    }
    gstage_map_pool(PTE_GUEST);
    CSR_WRITE(hgatp, gstage_hgatp(mode, 1));
    __asm__ volatile(".option push\n.option arch, +h\nhfence.gvma\n.option pop" ::: "memory");
    CSR_WRITE(medeleg, HYP_EXCEPTIONS);
    CSR_WRITE(hedeleg, 0);
    CSR_WRITE(stvec, (uintptr_t)handler);
}

/* The guest calls its hypervisor; number 0 ends the run with a result. */
static inline void hyp_call(uint64_t number, uint64_t result)
{
    register uint64_t a0 __asm__("a0") = result;
    register uint64_t a7 __asm__("a7") = number;

    __asm__ volatile("ecall" ::"r"(a0), "r"(a7) : "t0", "t1", "t2", "t3", "memory");
}

/* Does no more than go on to the guest. */
extern const char hyp_enter_guest[];
__asm__(".text\n"
        ".balign 4\n"
        "hyp_enter_guest:\n"
        "    sret\n");

/*
 * Calls entry(argument) in VS-mode. The guest ends by an ecall that its hypervisor answers with one
 * of its own; an entry in C may simply return. Returns what a0 holds then. M-mode drops to HS-mode
 * first, and from there sret goes on: every emulator knows that way.
 */
static inline uint64_t hyp_run(const void *entry, uint64_t argument)
{
    CSR_WRITE(sepc, (uintptr_t)entry);
    CSR_SET(sstatus, SSTATUS_SPP);
    CSR_SET(hstatus, HSTATUS_SPV | HSTATUS_SPVP);
    return bench_enter(MODE_S, hyp_enter_guest, argument, bench_leave);
}
#endif
