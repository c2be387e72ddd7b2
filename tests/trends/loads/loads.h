/* SPDX-License-Identifier: MIT */
/*
 * loads.h - programs whose cache misses are known, and one that makes others miss.
 *
 * They run in S-mode, alone or as a guest: the same image. Its memory, 10 MiB from where it is linked to:
 *
 *   LOADS_BASE    program, tables, device tree    2 MiB page    what a kernel has of its own
 *   FILES         input of a load                 2 MiB page    a kernel's page cache, in its linear map
 *   PROCESS       what a load makes of it         4 KiB pages   a process's memory
 *   OTHERS        what ran before                 2 MiB page
 *
 * So a load has pages of both sizes, as a program under Linux does: those of the process are small whatever the
 * hypervisor does, those of the kernel fall to pieces when the G stage has none but small pages (docs/trends.md).
 */
#ifndef LOADS_H
#define LOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/fdt.h"

#define LOADS_BASE 0x80200000ul
#define FILES      0x80400000ul
#define PROCESS    0x80600000ul
#define OTHERS     0x80800000ul
#define LOADS_END  0x80c00000ul
enum { FILES_SIZE = 0x200000, PROCESS_SIZE = 0x200000, OTHERS_SIZE = 0x400000 };

/* What switches the machine off, and its word for a good end. */
#define FINISHER 0x100000ul
enum { FINISHER_PASS = 0x5555 };

/* The mark from which on time is worth modelling: what comes before only sets up. */
enum { MARK_MEASURE = 3 };

/* Calls that only our hypervisor knows, in the space that SBI leaves for experiments. */
enum { SBI_TRENDS = 0x08000000, TRENDS_READY = 0 };

/* What a load does with a size: how it is counted is its own affair. */
typedef struct {
    const char *name;
    void (*prepare)(unsigned size); /* makes the input; not measured */
    void (*run)(unsigned size);     /* what is measured */
    uint64_t (*verify)(
        unsigned size); /* looks at the results, panics if one is wrong; a sum over all */
    unsigned size;
} Load;

extern const Load loads[];
extern const unsigned n_loads;

void sort_prepare(unsigned count), sort_run(unsigned count);
uint64_t sort_verify(unsigned count);
void corners_prepare(unsigned height), corners_run(unsigned height);
uint64_t corners_verify(unsigned height);
void edges_prepare(unsigned height), edges_run(unsigned height);
uint64_t edges_verify(unsigned height);
void bits_prepare(unsigned count), bits_run(unsigned count);
uint64_t bits_verify(unsigned count);
void maths_prepare(unsigned count), maths_run(unsigned count);
uint64_t maths_verify(unsigned count);
void passes_prepare(unsigned count), passes_run(unsigned count);
uint64_t passes_verify(unsigned count);

/* Maps the program's memory as above, and the devices. */
void memory_map(void);
/* Writes over `OTHERS`, so that caches hold nothing of the load any more. */
void memory_sweep(void);

/* Counts between two moments. */
void counters_find(void);
void counters_start(void);
void counters_stop(void);
/* NAME=VALUE of each, in one line. */
void counters_print(void);

/* The interferer: `count` harts from this one on write and read `size` bytes each, for ever. */
void stream_run(unsigned count, uint64_t size) __attribute__((noreturn));

/* Ends the run as a failure unless `ok`. */
void check(bool ok, const char *what, uint64_t value);
/* The next of a fixed row of numbers without a pattern. */
uint64_t next_random(uint64_t *state);
/* One more value into a sum in which the order counts. */
static inline uint64_t mix(uint64_t sum, uint64_t value)
{
    return (sum ^ value) * 0x9e3779b97f4a7c15;
}

#endif
