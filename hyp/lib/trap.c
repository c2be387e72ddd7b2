/* SPDX-License-Identifier: MIT */
/* trap.c - the end of a program that met a trap it does not know; see trap.h. */
#include "lib/trap.h"

#include <stddef.h>

#include "lib/causes.h"
#include "lib/hart.h"
#include "lib/print.h"

_Static_assert(offsetof(TrapFrame, pc) == TRAP_PC && offsetof(TrapFrame, status) == TRAP_STATUS &&
                   sizeof(TrapFrame) == TRAP_SIZE,
               "trap.S knows another layout");

void trap_die(const TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    panic("hart %lu: trap nobody expects: %s (scause 0x%lx), sepc 0x%lx, stval 0x%lx, ra 0x%lx",
          hart_self()->id, cause_name(cause), cause, frame->pc, tval, frame->x[1]);
}
