/* SPDX-License-Identifier: MIT */
/* naive_aia_bits.h - numbers of interrupts, for the parts of the model; see naive_aia.h. */
#ifndef TESTS_LIB_NAIVE_AIA_BITS_H
#define TESTS_LIB_NAIVE_AIA_BITS_H

#include "emu/base/bits.h"
#include "tests/lib/naive_aia.h"

enum {
    SSI = 1,
    VSSI = 2,
    MSI = 3,
    STI = 5,
    VSTI = 6,
    MTI = 7,
    SEI = 9,
    VSEI = 10,
    MEI = 11,
    SGEI = 12,
    LCOFI = 13
};

static inline uint64_t bit(uint64_t value, unsigned n)
{
    return value >> n & 1;
}

#endif
