/* SPDX-License-Identifier: MIT */
/* flood.c - hostile: types without end, and never computes. */
#include "pdp.h"

void run(uint64_t argument)
{
    (void)argument;
    for (;;)
        tyo('#');
}
