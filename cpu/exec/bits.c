/* SPDX-License-Identifier: MIT */
/*
 * bits.c - bit manipulation that is too rare for the fast loop: carry-less products, packing, permutation; and the
 * may-be-operations, which may be something one day.
 */
#include "cpu/exec/arith.h"
#include "cpu/exec/exec.h"

#define RS1 hart->x[in->rs1]
#define RS2 hart->x[in->rs2]

/* Bits [at + 63 : at] of the product of two polynomials over GF(2); `at` is 0, 63 or 64. */
static uint64_t multiply_carryless(uint64_t a, uint64_t b, unsigned at)
{
    unsigned __int128 product = 0;
    for (unsigned i = 0; i < 64; i++)
        product ^= (unsigned __int128)(a & -(b >> i & 1)) << i;
    return (uint64_t)(product >> at);
}

static uint64_t reverse_in_bytes(uint64_t x)
{
    x = (x & 0x5555555555555555ull) << 1 | (x >> 1 & 0x5555555555555555ull);
    x = (x & 0x3333333333333333ull) << 2 | (x >> 2 & 0x3333333333333333ull);
    return (x & 0x0f0f0f0f0f0f0f0full) << 4 | (x >> 4 & 0x0f0f0f0f0f0f0f0full);
}

/* Each element of `indices`, `width` bits wide, becomes the element of `table` it names, or 0 beyond the last.
 * norm:zbkx_indexing_behavior */
static uint64_t look_up(uint64_t table, uint64_t indices, unsigned width)
{
    uint64_t mask = BIT(width) - 1, result = 0;
    for (unsigned at = 0; at < 64; at += width) {
        uint64_t from = (indices >> at & mask) * width;
        if (from < 64)
            result |= (table >> from & mask) << at;
    }
    return result;
}

TO_RD(clmul, multiply_carryless(RS1, RS2, 0))
TO_RD(clmulr, multiply_carryless(RS1, RS2, 63))
TO_RD(clmulh, multiply_carryless(RS1, RS2, 64))
TO_RD(pack, (uint32_t)RS1 | RS2 << 32)
TO_RD(packh, (uint8_t)RS1 | (uint64_t)(uint8_t)RS2 << 8)
TO_RD(packw, (int32_t)((uint16_t)RS1 | (uint32_t)RS2 << 16))
TO_RD(brev8, reverse_in_bytes(RS1))
TO_RD(xperm4, look_up(RS1, RS2, 4))
TO_RD(xperm8, look_up(RS1, RS2, 8))

/* norm:Zimop_mop-r_op, norm:Zimop_mop-rr_op: zero, until an extension gives one of them a meaning. */
TO_RD(mop_r_n, 0)
TO_RD(mop_rr_n, 0)
