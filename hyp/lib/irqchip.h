/* SPDX-License-Identifier: MIT */
/*
 * irqchip.h - external interrupts: a PLIC, an APLIC alone, or an APLIC that sends messages to IMSICs.
 *
 * Which one there is says the device tree. Interrupt sources have the numbers that devices have in
 * its `interrupts`. They all go to the hart that called irqchip_open, level-triggered unless `edge` says
 * otherwise, at equal priority.
 */
#ifndef HYP_LIB_IRQCHIP_H
#define HYP_LIB_IRQCHIP_H

#include "lib/fdt.h"

typedef struct {
    const char *name;
    const char *compatible; /* of the node that wired interrupts go to */
    /* Sets the controller up for hart `id`; false if its node does not say how. */
    bool (*open)(const Fdt *fdt, FdtNode node, uint64_t id);
    /* Lets a source interrupt that hart, or not. */
    void (*enable)(unsigned source, bool on);
    /* The most urgent source that is pending, which then is no longer; 0 if there is none. */
    unsigned (*claim)(void);
    /* The source has been served. */
    void (*complete)(unsigned source);
    /* Said behind `enable`: the source is an edge, not a level. NULL where there is no difference. */
    void (*edge)(unsigned source);
} Irqchip;

extern const Irqchip plic, aplic, imsic;
/* The PLIC as M-mode is interrupted by it, for programs without firmware: irqchip_open does not look for this one. */
extern const Irqchip plic_machine;

/* Finds and sets up the controller; NULL if there is none. */
const Irqchip *irqchip_open(const Fdt *fdt, uint64_t id);

/* The source of a device, 0 if it has none. */
static inline unsigned irqchip_source(const Fdt *fdt, FdtNode device)
{
    return fdt_cell(fdt, device, "interrupts", 0, 0);
}

/* Does the device tree call it an edge? */
static inline bool irqchip_is_edge(const Fdt *fdt, FdtNode device)
{
    return fdt_cell(fdt, device, "interrupts", 1, 0) == 1; /* IRQ_TYPE_EDGE_RISING */
}

/* In the order of a node's `interrupts-extended`, the place of interrupt `irq` of hart `id`; -1 if it is not there. */
int irqchip_place_of(const Fdt *fdt, FdtNode node, uint64_t id, unsigned irq);
/* The place of its supervisor external interrupt. */
int irqchip_place(const Fdt *fdt, FdtNode node, uint64_t id);

#endif
