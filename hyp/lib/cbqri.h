/* SPDX-License-Identifier: MIT */
/*
 * cbqri.h - who may have how much of the shared cache and of the memory bus, and who has: a driver for the controllers of
 * the RISC-V Capacity and Bandwidth QoS Register Interface, and srmcfg, which says who asks (Ssqosid).
 */
#ifndef HYP_LIB_CBQRI_H
#define HYP_LIB_CBQRI_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/fdt.h"

typedef struct {
    uintptr_t base; /* of its registers; 0: there is no such controller */
    uint32_t rcids, mcids;
} Cbqri;

#define CBQRI_CAPACITY  "riscv,cbqri-capacity-controller"
#define CBQRI_BANDWIDTH "riscv,cbqri-bandwidth-controller"

/* The first controller in the device tree that is compatible with that. */
Cbqri cbqri_find(const Fdt *fdt, const char *compatible);

/* Access types. */
enum { CBQRI_DATA = 0, CBQRI_CODE = 1 };

/* Events of counters: of a capacity controller, and of a bandwidth controller. */
enum { CBQRI_OCCUPANCY = 1 };
enum { CBQRI_BYTES = 1, CBQRI_BYTES_READ = 2, CBQRI_BYTES_WRITTEN = 3 };

/* STATUS of an operation that was done. All functions return it. */
enum { CBQRI_DONE = 1 };

/* Of a capacity controller, for code and data alike: `blocks` has a bit for each capacity block; in them, at most so many
 * units each, 0: as many as fit. */
unsigned cbqri_limit_capacity(Cbqri capacity, unsigned rcid, uint64_t blocks, uint64_t units);
/* Of a bandwidth controller, for code and data together: blocks of bandwidth, and the weight in what is left. */
unsigned cbqri_limit_bandwidth(Cbqri bandwidth, unsigned rcid, unsigned blocks, unsigned weight);

/* Lets the counter of `mcid` count `event` from 0 on, of both access types. */
unsigned cbqri_count(Cbqri controller, unsigned mcid, unsigned event);
/* What it has counted: lines, or bytes. */
unsigned cbqri_counted(Cbqri controller, unsigned mcid, uint64_t *value);

/* The identifiers of what this hart asks for from now on. The assembler does not know the register yet. */
static inline void cbqri_be(unsigned rcid, unsigned mcid)
{
    __asm__ volatile("csrw 0x181, %0" ::"r"((uint64_t)mcid << 16 | rcid) : "memory");
}

#endif
