/* SPDX-License-Identifier: MIT */
/*
 * irq.h - an interrupt wire.
 *
 * The only thing harts and devices know of each other. A device holds an IrqLine and sets its level; the machine
 * decides, at construction, what is at the other end. An unconnected line swallows its level.
 */
#ifndef EMU_BASE_IRQ_H
#define EMU_BASE_IRQ_H

#include <stdbool.h>

typedef struct {
    void (*set)(void *to, unsigned input, bool level);
    void *to;
    unsigned input;
} IrqLine;

static inline void irq_set(const IrqLine *line, bool level)
{
    if (line->set)
        line->set(line->to, line->input, level);
}

#endif
