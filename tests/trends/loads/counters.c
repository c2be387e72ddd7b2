/* SPDX-License-Identifier: MIT */
/*
 * counters.c - events counted by the hart itself, by way of SBI's Performance Monitoring Unit extension: what a kernel on a
 * real machine would have, too.
 */
#include "loads.h"

#include "lib/csr.h"
#include "lib/print.h"
#include "lib/sbi.h"

enum { RAW = 0x20000 };
enum { NONE = 32, KNOWN = 11, FIRST_CSR = 0xc00 }; /* KNOWN: of read_counter */

/* Numbers of events as SBI has them; those from RAW on are what the machine has beside. Without a model of caches
 * there is nothing to count for some. */
static struct {
    const char *name;
    uint64_t event;
    unsigned counter; /* hpmcounterN, or NONE */
    uint64_t before, after;
} counters[] = {
    { .name = "cycles", .event = 1 },
    { .name = "insns", .event = 2 },
    { .name = "llc", .event = 3 },
    { .name = "refills", .event = 4 },
    { .name = "load_walks", .event = 0x10019 },
    { .name = "store_walks", .event = 0x1001b },
    { .name = "walk_reads", .event = 0x20008 },
};
enum { COUNTERS = sizeof(counters) / sizeof(counters[0]) };

static uint64_t read_counter(unsigned number)
{
    switch (number) {
    case 0: return csr_read(cycle);
    case 2: return csr_read(instret);
    case 3: return csr_read(hpmcounter3);
    case 4: return csr_read(hpmcounter4);
    case 5: return csr_read(hpmcounter5);
    case 6: return csr_read(hpmcounter6);
    case 7: return csr_read(hpmcounter7);
    case 8: return csr_read(hpmcounter8);
    case 9: return csr_read(hpmcounter9);
    case 10: return csr_read(hpmcounter10);
    default: return 0;
    }
}

/* Those that count without being told to: `cycle`, `instret`. */
static unsigned fixed_counter(uint64_t event)
{
    return event == 1 ? 0 : event == 2 ? 2 : NONE;
}

/* A hardware counter says in its information which CSR it is; the firmware's own are none. Under a hypervisor that keeps
 * the extension for itself there are the fixed ones. */
void counters_find(void)
{
    uint64_t all = BIT(KNOWN) - 1;
    for (unsigned i = 0; i < COUNTERS; i++) {
        uint64_t event = counters[i].event;
        SbiResult got = sbi_call5(SBI_PMU, PMU_CONFIG_MATCHING, 0, all, PMU_CONFIG_CLEAR,
                                  event < RAW ? event : RAW, event);
        counters[i].counter = fixed_counter(event);
        if (got.error)
            continue;
        all &= ~BIT(got.value);
        sbi_call(SBI_PMU, PMU_START, got.value, 1, 0);
        uint64_t info = sbi_call(SBI_PMU, PMU_COUNTER_INFO, got.value, 0, 0).value;
        counters[i].counter = info >> 63 ? NONE : (info & 0xfff) - FIRST_CSR;
    }
}

void counters_start(void)
{
    for (unsigned i = 0; i < COUNTERS; i++)
        counters[i].before = read_counter(counters[i].counter);
}

void counters_stop(void)
{
    for (unsigned i = 0; i < COUNTERS; i++)
        counters[i].after = read_counter(counters[i].counter);
}

void counters_print(void)
{
    for (unsigned i = 0; i < COUNTERS; i++) {
        if (counters[i].counter != NONE)
            print("%s=%lu ", counters[i].name, counters[i].after - counters[i].before);
    }
    print("\n");
}
