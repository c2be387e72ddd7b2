/* SPDX-License-Identifier: MIT */
/* look.h - what a verdict has counted so far, for who watches while the run goes on. */
#ifndef EMU_VERDICT_LOOK_H
#define EMU_VERDICT_LOOK_H

#include "emu/verdict/verdict.h"

typedef struct {
    const char *name; /* as long as the verdict */
    uint32_t harts;   /* bit n: hart n */
    uint64_t guest_ns, host_ns,
        idle_ns;    /* of its harts: its own; hypervisor's and firmware's; waiting */
    uint64_t exits; /* to the host, or to M-mode past it */
    uint64_t interrupts, latest_ns; /* taken, and how late the latest was */
    uint64_t longest_ns;            /* stay of the host */
} VerdictLook;

/* Partition `number`, from 1 to PARTITIONS_MAX - 1, up to its last event; false if there was nothing of it. */
bool verdict_look(const Verdict *verdict, unsigned number, VerdictLook *look);

#endif
