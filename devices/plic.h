/* SPDX-License-Identifier: MIT */
/*
 * plic.h - the platform-level interrupt controller: PLIC 1.0.0 with SiFive's sizes, 95
 * level-triggered sources.
 *
 *   0x000000 + 4 * source                  priority, 0 (never) to 7
 *   0x001000 + 4 * word                    pending, a bit a source
 *   0x002000 + 0x80 * context + 4 * word   enable, a bit a source
 *   0x200000 + 0x1000 * context            threshold
 *   0x200004 + 0x1000 * context            claim (read), complete (write)
 *
 * A context is one interrupt input of one hart: 2 * hart is its machine external, 2 * hart + 1 its
 * supervisor external interrupt.
 */
#ifndef DEVICES_PLIC_H
#define DEVICES_PLIC_H

#include "devices/device.h"

enum { PLIC_MAX_CONTEXTS = 64, PLIC_SOURCES = 95, PLIC_MAX_PRIORITY = 7 };

/* A set of sources: bit s % 64 of word s / 64. */
enum { PLIC_SET_WORDS = 2 };

typedef struct {
    Device dev;
    unsigned n_contexts; /* configuration: 1..PLIC_MAX_CONTEXTS */
    IrqLine *out;        /* configuration: a wire a context; the array stays the machine's */
    uint8_t priority[PLIC_SOURCES + 1];
    uint8_t threshold[PLIC_MAX_CONTEXTS];
    uint64_t enable[PLIC_MAX_CONTEXTS * PLIC_SET_WORDS];
    uint64_t pending[PLIC_SET_WORDS], in_service[PLIC_SET_WORDS], level[PLIC_SET_WORDS];
    uint64_t out_level; /* a bit a context */
    /* Derived from priority: the sources with a priority above p. */
    uint64_t above[PLIC_MAX_PRIORITY + 1][PLIC_SET_WORDS];
    /* Not state, for who looks: what each context claimed last; 0: nothing. */
    uint8_t last_claim[PLIC_MAX_CONTEXTS];
} Plic;

extern const DeviceType plic_type;

/* The level of the wire of `source` (1..PLIC_SOURCES). Fits IrqLine.set. */
void plic_set_source(void *plic, unsigned source, bool level);

#endif
