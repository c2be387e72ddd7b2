/* SPDX-License-Identifier: MIT */
/*
 * pte.h - page table entries, as the privileged manual draws them.
 *
 *   63 62  61 60     54 53                    10 9 8 7 6 5 4 3 2 1 0
 *  +--+------+---------+-----------------------+---+-+-+-+-+-+-+-+-+
 *  |N | PBMT | reserved|  physical page number |RSW|D|A|G|U|X|W|R|V|
 *  +--+------+---------+-----------------------+---+-+-+-+-+-+-+-+-+
 */
#ifndef MMU_PTE_H
#define MMU_PTE_H

#include "emu/base/bits.h"

enum {
    PTE_V = 1 << 0,
    PTE_R = 1 << 1,
    PTE_W = 1 << 2,
    PTE_X = 1 << 3,
    PTE_U = 1 << 4,
    PTE_G = 1 << 5,
    PTE_A = 1 << 6,
    PTE_D = 1 << 7,
};

#define PTE_N        BIT(63)
#define PTE_PBMT     MASK(62, 61)
#define PTE_RESERVED MASK(60, 54)
#define PTE_RSW60    MASK(60, 59)
#define PTE_PPN      MASK(53, 10)

/* satp.MODE, vsatp.MODE and hgatp.MODE. norm:satp_mode */
typedef enum {
    ATP_BARE = 0,
    ATP_SV39 = 8,
    ATP_SV48 = 9,
    ATP_SV57 = 10,
    ATP_CAT = 16, /* no MODE: associative memory (cat.h) in place of the first stage */
} AtpMode;

/* Levels of the page table of a mode that has one: 3, 4 or 5. */
static inline unsigned atp_levels(unsigned mode)
{
    return mode - ATP_SV39 + 3;
}

/* Physical address a PTE points at. */
static inline uint64_t pte_address(uint64_t pte)
{
    return (pte & PTE_PPN) << 2;
}

#endif
