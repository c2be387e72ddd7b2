/* SPDX-License-Identifier: MIT */
/* thirst.c - hostile: asks for what is typed, without end. */
#include "pdp.h"

void run(uint64_t argument)
{
    (void)argument;
    for (;; pdp_count++)
        tyi();
}
