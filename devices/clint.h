/* SPDX-License-Identifier: MIT */
/*
 * clint.h - the core-local interruptor: software interrupts and timers of all harts, SiFive's
 * layout.
 *
 *   0x0000 + 4 * hart   msip       bit 0 is MSIP of that hart
 *   0x4000 + 8 * hart   mtimecmp   MTIP of that hart is mtime >= mtimecmp
 *   0xbff8              mtime      10 MHz, shared by all harts
 *
 * Without the first of these, and the others from 0 and 0x7ff8 on, it is the ACLINT's mtimer.
 */
#ifndef DEVICES_CLINT_H
#define DEVICES_CLINT_H

#include "devices/device.h"

enum { CLINT_MAX_HARTS = 32, CLINT_NS_PER_TICK = 100 };

typedef struct Clint Clint;

typedef struct {
    Clint *clint;
    unsigned hart;
    Timer timer;
} ClintTimer;

struct Clint {
    Device dev;
    /* Configuration: how many harts, and their wires, `n_harts` of each. The arrays stay the
     * machine's. */
    unsigned n_harts;
    IrqLine *msip, *mtip; /* no msip: an mtimer */
    /* Configuration, may be NULL: software has set mtime, so whoever waits for a time must
     * compute anew. */
    void (*time_set)(void *opaque);
    void *opaque;
    uint32_t msip_reg[CLINT_MAX_HARTS];
    uint64_t mtimecmp[CLINT_MAX_HARTS];
    uint64_t mtime;        /* as last read or written */
    uint64_t mtime_offset; /* mtime minus virtual time in ticks, modulo 2^64 */
    ClintTimer timers[CLINT_MAX_HARTS];
    Timer wrap; /* fires when mtime goes from its largest value to 0 */
};

extern const DeviceType clint_type, aclint_mtimer_type;

/* mtime now, in ticks of 100 ns; what `rdtime` reads. */
uint64_t clint_mtime(const Clint *clint);

/* When mtime reaches `mtime`, in ns of virtual time: now if it has already, CLOCK_NEVER if it
 * never will. */
uint64_t clint_deadline(const Clint *clint, uint64_t mtime);

#endif
