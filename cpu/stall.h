/* SPDX-License-Identifier: MIT */
/* stall.h - timed mode: what an instruction waited for becomes time of its hart. */
#ifndef CPU_STALL_H
#define CPU_STALL_H

#include "cpu/hart.h"
#include "mmu/timed.h"

/* What the hart waited for passes. */
static inline void stall_settle(Hart *hart)
{
    TimingHart *h = hart->mmu.timing;
    if (LIKELY(!h))
        return;
    hart->left -= (int64_t)h->stall;
    hart->stall_units += h->stall;
    h->stall = 0;
}

#endif
