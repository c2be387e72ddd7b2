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
#include <stdint.h>

/* Inputs of a hart: interrupt numbers, then guest external interrupts: 64 + n is bit n of hgeip. */
enum { IRQ_GUEST_EXTERNAL = 64 };

typedef struct {
    void (*set)(void *to, unsigned input, bool level);
    void *to;
    unsigned input;
} IrqLine;

/*
 * What a hart asks of its IMSIC, the other seam between the two. `file` is AIA_FILE_M, AIA_FILE_S or, of guest n,
 * AIA_FILE_GUEST + n with n from 1 to `guests`. Source: "Incoming MSI Controller (IMSIC)" of the AIA specification.
 */
enum { AIA_FILE_M, AIA_FILE_S, AIA_FILE_GUEST };

typedef struct {
    /* The identity (it is the priority, too) that xtopei reports, 0 if there is none. */
    unsigned (*topei)(void *to, unsigned file);
    /* Clears the pending bit of what topei reports. */
    void (*claim)(void *to, unsigned file);
    /* The registers behind xiselect 0x70 to 0xff. False: there is no such register. */
    bool (*read)(void *to, unsigned file, unsigned select, uint64_t *value);
    bool (*write)(void *to, unsigned file, unsigned select, uint64_t value);
    void *to;
    unsigned guests; /* GEILEN */
} AiaPort;

/* What a hart asks of whatever signals its external interrupts, at machine or at supervisor level: which priority
 * number the interrupt has; 0: the controller gives none. AIA, "Configuring priorities of major interrupts at machine
 * level" */
typedef struct {
    unsigned (*number)(void *to, unsigned hart, bool is_machine); /* NULL: it gives none */
    void *to;
} IrqPriority;

static inline void irq_set(const IrqLine *line, bool level)
{
    if (line->set)
        line->set(line->to, line->input, level);
}

#endif
