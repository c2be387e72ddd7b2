/* SPDX-License-Identifier: MIT */
/* cbqri.c - see cbqri.h. */
#include "lib/cbqri.h"

/* Registers, by offset; they are of 64 bits each. */
enum { MON_CTL = 8, MON_CTR_VAL = 16, ALLOC_CTL = 24, LIMIT = 32, UNITS = 40 };

enum { CONFIG_EVENT = 1, READ_COUNTER = 2 }; /* of MON_CTL */
enum { CONFIG_LIMIT = 1 };                   /* of ALLOC_CTL */

static uint64_t read64(uintptr_t address)
{
    return *(volatile uint64_t *)address;
}

static void write64(uintptr_t address, uint64_t value)
{
    *(volatile uint64_t *)address = value;
}

Cbqri cbqri_find(const Fdt *fdt, const char *compatible)
{
    FdtNode node = fdt_find_compatible(fdt, 0, compatible);
    FdtRange reg;
    if (!node || !fdt_reg(fdt, node, 0, &reg))
        return (Cbqri){ 0 };
    return (Cbqri){ reg.base, fdt_cell(fdt, node, "riscv,cbqri-rcid", 0, 0),
                    fdt_cell(fdt, node, "riscv,cbqri-mcid", 0, 0) };
}

/* Asks for an operation and waits until it is done; returns its STATUS. */
static unsigned operate(uintptr_t control, uint64_t request)
{
    uint64_t answer;
    write64(control, request);
    do {
        answer = read64(control);
    } while (answer >> 39 & 1); /* BUSY */
    return answer >> 32 & 0x7f;
}

static unsigned limit(Cbqri it, unsigned rcid, unsigned type, uint64_t value)
{
    write64(it.base + LIMIT, value);
    return operate(it.base + ALLOC_CTL, (uint64_t)rcid << 8 | type << 5 | CONFIG_LIMIT);
}

unsigned cbqri_limit_capacity(Cbqri capacity, unsigned rcid, uint64_t blocks, uint64_t units)
{
    write64(capacity.base + UNITS, units);
    unsigned status = limit(capacity, rcid, CBQRI_DATA, blocks);
    return status == CBQRI_DONE ? limit(capacity, rcid, CBQRI_CODE, blocks) : status;
}

/* Code shares the allocation of data: useShared, sharedAT 0. */
unsigned cbqri_limit_bandwidth(Cbqri bandwidth, unsigned rcid, unsigned blocks, unsigned weight)
{
    unsigned status = limit(bandwidth, rcid, CBQRI_DATA, (uint64_t)weight << 20 | blocks);
    return status == CBQRI_DONE ? limit(bandwidth, rcid, CBQRI_CODE, 1ul << 31) : status;
}

unsigned cbqri_count(Cbqri controller, unsigned mcid, unsigned event)
{
    return operate(controller.base + MON_CTL,
                   (uint64_t)event << 20 | (uint64_t)mcid << 8 | CONFIG_EVENT);
}

unsigned cbqri_counted(Cbqri controller, unsigned mcid, uint64_t *value)
{
    unsigned status = operate(controller.base + MON_CTL, (uint64_t)mcid << 8 | READ_COUNTER);
    *value = read64(controller.base + MON_CTR_VAL) << 2 >> 2; /* without INV and OVF */
    return status;
}
