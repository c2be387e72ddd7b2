/* SPDX-License-Identifier: MIT */
/* mprv.h - M-mode loads and stores as S-mode or VS-mode would, and entries of page tables. */
#ifndef TESTS_TRACE_MPRV_H
#define TESTS_TRACE_MPRV_H

#include "../guest/lib/guest.h"
#include "../guest/lib/pte.h"

__asm__(".option arch, +h");

#define MSTATUS_MPRV  (1ul << 17)
#define MSTATUS_MPP   (3ul << 11)
#define MSTATUS_MPP_S (1ul << 11)
#define MSTATUS_MPV   (1ul << 39)

static inline uint64_t pte(const void *to, uint64_t flags)
{
    return (uintptr_t)to >> 12 << 10 | PTE_V | flags;
}

/* What the two below switch on, for one instruction. */
static inline uint64_t as_supervisor(bool guest)
{
    CSR_CLEAR(mstatus, MSTATUS_MPP | MSTATUS_MPV);
    return MSTATUS_MPRV | MSTATUS_MPP_S | (guest ? MSTATUS_MPV : 0);
}

static inline uint64_t load_as_supervisor(bool guest, uintptr_t address)
{
    uint64_t value = 0, mode = as_supervisor(guest);
    __asm__ volatile(".option push\n.option norvc\n"
                     "csrs mstatus, %1\n"
                     "ld %0, 0(%2)\n"
                     "csrc mstatus, %1\n"
                     ".option pop"
                     : "+&r"(value)
                     : "r"(mode), "r"(address)
                     : "memory");
    return value;
}

static inline void store_as_supervisor(bool guest, uintptr_t address, uint64_t value)
{
    uint64_t mode = as_supervisor(guest);
    __asm__ volatile(".option push\n.option norvc\n"
                     "csrs mstatus, %1\n"
                     "sd %0, 0(%2)\n"
                     "csrc mstatus, %1\n"
                     ".option pop" ::"r"(value),
                     "r"(mode), "r"(address)
                     : "memory");
}

#endif
