/* SPDX-License-Identifier: MIT */
/* typist.c - a user who types so many characters, as fast as he is let, and halts: lines of 64. */
#include "pdp.h"

void run(uint64_t argument)
{
    for (uint64_t i = 0; i < argument; i++) {
        tyo(i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : (char)('0' + i % 64));
        pdp_count++;
    }
}
