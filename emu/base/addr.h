/* SPDX-License-Identifier: MIT */
/*
 * addr.h - addresses are types.
 *
 * A guest virtual address is translated by the first (VS or S) stage into a guest physical address, and that by
 * the second (G) stage into a supervisor physical address, the one the bus sees. Each is a one-field struct, so
 * that mixing two stages does not compile. Without two-stage translation a Gpa equals its Spa.
 */
#ifndef EMU_BASE_ADDR_H
#define EMU_BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t v;
} Gva;

typedef struct {
    uint64_t v;
} Gpa;

typedef struct {
    uint64_t v;
} Spa;

enum { PAGE_SHIFT = 12, PAGE_SIZE = 1 << PAGE_SHIFT, PAGE_OFFSET = PAGE_SIZE - 1 };

/* Does the access `[address, address + size)` leave the page it starts in? */
static inline bool crosses_page(uint64_t address, unsigned size)
{
    return (address & PAGE_OFFSET) + size > PAGE_SIZE;
}

/* Who issues an access on the bus: a hart (its number) or a device (its DMA requester id). */
typedef struct {
    uint16_t id;
    bool is_device;
} Requester;

static inline Requester requester_hart(unsigned hart)
{
    return (Requester){ .id = (uint16_t)hart };
}

static inline Requester requester_device(unsigned id)
{
    return (Requester){ .id = (uint16_t)id, .is_device = true };
}

#endif
