/* SPDX-License-Identifier: MIT */
/* arith.h - arithmetic that C leaves undefined or has no operator for. */
#ifndef CPU_EXEC_ARITH_H
#define CPU_EXEC_ARITH_H

#include <stdint.h>

static inline uint64_t divide(uint64_t a, uint64_t b)
{
    if (!b)
        return UINT64_MAX;
    if (b == UINT64_MAX)
        return -a; /* also the overflow: INT64_MIN / -1 */
    return (uint64_t)((int64_t)a / (int64_t)b);
}

static inline uint64_t remainder_of(uint64_t a, uint64_t b)
{
    if (!b)
        return a;
    if (b == UINT64_MAX)
        return 0;
    return (uint64_t)((int64_t)a % (int64_t)b);
}

/* Each byte becomes 0xff if any of its bits is set. */
static inline uint64_t or_combine_bytes(uint64_t x)
{
    const uint64_t low7 = 0x7f7f7f7f7f7f7f7full;
    uint64_t high = (((x & low7) + low7) | x) & ~low7; /* top bit of every byte that is not zero */
    return high | (high - (high >> 7));
}

#endif
