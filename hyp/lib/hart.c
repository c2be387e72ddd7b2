/* SPDX-License-Identifier: MIT */
/* hart.c - starting and stopping harts; see hart.h. */
#include "lib/hart.h"

#include "lib/lock.h"
#include "lib/print.h"
#include "lib/sbi.h"

_Static_assert(offsetof(Hart, id) == HART_ID && offsetof(Hart, sp) == HART_SP &&
                   offsetof(Hart, function) == HART_FUNCTION &&
                   offsetof(Hart, argument) == HART_ARGUMENT && offsetof(Hart, index) == HART_INDEX,
               "start.S knows another layout");

Hart harts[HART_MAX];
uint8_t hart_stacks[HART_MAX][HART_STACK] __attribute__((aligned(16), section(".bss.stacks")));

static Lock records_lock;
static unsigned count = 1; /* records in use */

extern const char hart_entry[];

/* A hart that ran before has its record still. The first one's is harts[0], whatever its number is. */
static Hart *find_record(uint64_t id)
{
    unsigned i = 0;
    while (i < count && harts[i].id != id)
        i++;
    if (i == HART_MAX)
        panic("hart: more than %u of them", HART_MAX);
    count = i < count ? count : i + 1;
    return &harts[i];
}

long hart_start(uint64_t id, void (*function)(void *argument), void *argument)
{
    lock(&records_lock);
    Hart *hart = find_record(id);
    uint64_t index = (uint64_t)(hart - harts);
    *hart = (Hart){ id, hart_stacks[index + 1], function, argument, index };
    unlock(&records_lock);
    fence();
    return sbi_call(SBI_HSM, SBI_HART_START, id, (uintptr_t)hart_entry, (uintptr_t)hart).error;
}

void hart_stop(void)
{
    csr_write(sie, 0);
    sbi_call(SBI_HSM, SBI_HART_STOP, 0, 0, 0);
    for (;;)
        wfi(); /* a firmware without HSM */
}
