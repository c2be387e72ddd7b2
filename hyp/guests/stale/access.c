/* SPDX-License-Identifier: MIT */
/* access.c - accesses, and the exceptions that they may have; see stale.h. */
#include "lib/trap.h"
#include "stale.h"

Access access_fetch(uint64_t va);
Access access_store(uint64_t va, uint64_t cause, uint64_t value);
Access access_user(uint64_t va, uint64_t cause, uint64_t code);

static uint64_t value;

enum { RA = 1, A1 = 11, SPP = SSTATUS_SPP };

/* Behind a load or store the next instruction is a `ret`; a fetch that failed and U-mode end at ra. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    bool data = cause == CAUSE_LOAD_PAGE || cause == CAUSE_STORE_PAGE ||
                cause == CAUSE_LOAD_ACCESS || cause == CAUSE_STORE_ACCESS;
    bool fetched =
        cause == CAUSE_FETCH_PAGE || cause == CAUSE_FETCH_ACCESS || cause == CAUSE_ECALL_U;
    if (!data && !fetched)
        trap_die(frame, cause, tval);
    frame->x[A1] = cause;
    frame->pc = fetched || !(frame->status & SPP) ? frame->x[RA] : frame->pc + 4;
    frame->status |= SPP;
}

uint64_t load(uint64_t va)
{
    Access access = access_load(va);
    value = access.value;
    return access.cause;
}

uint64_t store(uint64_t va, uint64_t new_value)
{
    return access_store(va, 0, new_value).cause;
}

uint64_t fetch(uint64_t va)
{
    return access_fetch(va).cause;
}

uint64_t user_load(uint64_t code, uint64_t va)
{
    Access access = access_user(va, 0, code);
    value = access.value;
    return access.cause;
}

uint64_t loaded(void)
{
    return value;
}
