/* SPDX-License-Identifier: MIT */
/* harts.h - harts of the guest, and calls by which one of them reaches another. */
#ifndef HARTS_H
#define HARTS_H

#include "lib/hart.h"
#include "lib/sbi.h"
#include "lib/vcpu.h"

/* A hart of the guest: the machine's of the same number. */
typedef struct {
    Vcpu vcpu;
    uint64_t start_pc, start_argument;
} GuestHart;

extern GuestHart guest_harts[HART_MAX];

/* Runs a GuestHart, for ever. */
void hart_run(void *which);

/* Answer calls of these extensions. */
SbiResult call_ipi(uint64_t function, const uint64_t *a);
SbiResult call_rfence(uint64_t function, const uint64_t *a);
SbiResult call_hsm(uint64_t function, const uint64_t *a);
/* Answers another hart's call_ipi. */
void on_soft(Vcpu *vcpu);

#endif
