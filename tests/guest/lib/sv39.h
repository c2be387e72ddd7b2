/* SPDX-License-Identifier: MIT */
/* sv39.h - page tables for guests: one gigabyte leaf each for devices and RAM at their own addresses, and 512 small
 * pages at WINDOW. */
#ifndef TESTS_GUEST_LIB_SV39_H
#define TESTS_GUEST_LIB_SV39_H

#include "guest.h"
#include "pte.h"

#define WINDOW (3ul << 30)

static uint64_t sv39_root[512] __attribute__((aligned(4096)));
static uint64_t sv39_middle[512] __attribute__((aligned(4096)));
static uint64_t sv39_leaves[512] __attribute__((aligned(4096)));

static inline uint64_t sv39_pte(const void *physical, uint64_t flags)
{
    return (uintptr_t)physical >> 12 << 10 | flags;
}

/* The window begins empty; translation is on for S and U when this returns. */
static inline void sv39_start(void)
{
    for (uintptr_t i = 0; i < 3; i++)
        sv39_root[i] = sv39_pte((void *)(i << 30), PTE_V | PTE_RWX | PTE_AD);
    sv39_root[3] = sv39_pte(sv39_middle, PTE_V);
    sv39_middle[0] = sv39_pte(sv39_leaves, PTE_V);
    CSR_WRITE(satp, 8ul << 60 | (uintptr_t)sv39_root >> 12);
    SFENCE();
}

static inline void sv39_stop(void)
{
    CSR_WRITE(satp, 0);
    SFENCE();
}

#endif
