/* SPDX-License-Identifier: MIT */
/* loop.c - a user who computes, and wants nothing else. */
#include "pdp.h"

void run(uint64_t argument)
{
    (void)argument;
    for (;;)
        pdp_count++;
}
