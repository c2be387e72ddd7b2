/* SPDX-License-Identifier: MIT */
/* hart.c - starting and stopping harts; see hart.h. */
#include "lib/hart.h"

#include <stddef.h>

#include "lib/csr.h"
#include "lib/sbi.h"

_Static_assert(offsetof(Hart, id) == HART_ID && offsetof(Hart, sp) == HART_SP &&
                   offsetof(Hart, function) == HART_FUNCTION &&
                   offsetof(Hart, argument) == HART_ARGUMENT && offsetof(Hart, index) == HART_INDEX,
               "start.S knows another layout");

Hart harts[HART_MAX];
uint8_t hart_stacks[HART_MAX][HART_STACK] __attribute__((aligned(16)));

extern const char hart_entry[];

long hart_start(uint64_t id, unsigned index, void (*function)(void *argument), void *argument)
{
    harts[index] = (Hart){ id, hart_stacks[index + 1], function, argument, index };
    fence();
    return sbi_call(SBI_HSM, SBI_HART_START, id, (uintptr_t)hart_entry, (uintptr_t)&harts[index])
        .error;
}

void hart_stop(void)
{
    csr_write(sie, 0);
    sbi_call(SBI_HSM, SBI_HART_STOP, 0, 0, 0);
    for (;;)
        wfi(); /* a firmware without HSM */
}
