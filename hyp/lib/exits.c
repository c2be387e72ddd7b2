/* SPDX-License-Identifier: MIT */
/* exits.c - see exits.h. */
#include "lib/exits.h"

#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/print.h"
#include "lib/sbi.h"

enum { EXCEPTIONS, INTERRUPTS };

static uint64_t exits[2][CAUSE_COUNT];
static struct {
    uint64_t extension; /* 0: any other */
    const char *name;
    uint64_t count;
} calls[] = {
    { SBI_BASE, "base", 0 },     { SBI_TIME, "time", 0 }, { SBI_IPI, "ipi", 0 },
    { SBI_RFENCE, "rfence", 0 }, { SBI_HSM, "hsm", 0 },   { SBI_DBCN, "dbcn", 0 },
    { SBI_SRST, "srst", 0 },     { 0, "other", 0 },
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

static void add_one(uint64_t *count)
{
    __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

void exits_count(const Vcpu *vcpu)
{
    uint64_t code = vcpu->scause & ~SCAUSE_IRQ;
    unsigned i = 0;
    if (code < CAUSE_COUNT)
        add_one(&exits[vcpu->scause & SCAUSE_IRQ ? INTERRUPTS : EXCEPTIONS][code]);
    if (vcpu->scause != CAUSE_ECALL_VS)
        return;
    while (calls[i].extension && calls[i].extension != vcpu->x[17])
        i++;
    add_one(&calls[i].count);
}

static void print_causes(const char *who, const uint64_t *counts, uint64_t irq)
{
    for (uint64_t code = 0; code < CAUSE_COUNT; code++) {
        if (counts[code])
            print("%s: %4lu %s\n", who, counts[code], cause_name(irq | code));
    }
}

void exits_print(const char *who)
{
    print_causes(who, exits[EXCEPTIONS], 0);
    print_causes(who, exits[INTERRUPTS], SCAUSE_IRQ);
    for (unsigned i = 0; i < CALLS; i++) {
        if (calls[i].count)
            print("%s: %6lu %s\n", who, calls[i].count, calls[i].name);
    }
}
