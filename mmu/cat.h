/* SPDX-License-Identifier: MIT */
/*
 * cat.h - the associative memory that maps pages where the machine has one (-cpu cat=64), after CP-40's.
 *
 * There are 64 registers, one a frame of 4 KiB: each says which page of which virtual machine is in its frame. All of
 * them are compared with an address at once. It is an inverted table, and it is the mapping itself: nothing is cached of
 * it, and there are no fences. docs/history/cp40.md has the registers, docs/adr/0047 says why they are as they are.
 */
#ifndef MMU_CAT_H
#define MMU_CAT_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/addr.h"
#include "emu/base/bits.h"

enum {
    CAT_FRAMES = 64,
    CAT_PAGES = 64,
    CAT_VMS = 16,
    CAT_VALID = 1 << 0, /* bits of a register */
    CAT_VM = 15 << 4,
    CAT_VPAGE = 63 << 8,
    CAT_USE = 1 << 16,
    CAT_CHANGE = 1 << 17,
    CAT_LOCK = 1 << 18,
    CAT_ENABLE = 1 << 0, /* of catctl, which has CAT_VM as well */
    CAT_MAPPING = CAT_VALID | CAT_VM | CAT_VPAGE,
};
/* Virtual memory of a machine: what lies beyond is not there. */
#define CAT_SIZE ((uint64_t)CAT_PAGES << PAGE_SHIFT)
/* The address of frame 0, which a page divides. */
#define CAT_BASE MASK(55, 12)

typedef struct Cat {
    uint64_t frame[CAT_FRAMES];
    uint64_t ctl, base;
} Cat;

static inline bool cat_is_on(const Cat *cat)
{
    return cat && cat->ctl & CAT_ENABLE;
}

/* The virtual machine that U-mode is. */
static inline unsigned cat_vm(const Cat *cat)
{
    return (unsigned)bits(cat->ctl, 7, 4);
}

/* The frame that holds the page of `va` of virtual machine `vm`, the lowest if there are several; -1: there is none. */
int cat_find(const Cat *cat, unsigned vm, uint64_t va);

/* Where byte `va` of a page in `frame` is. */
static inline Spa cat_address(const Cat *cat, unsigned frame, uint64_t va)
{
    return (Spa){ cat->base + ((uint64_t)frame << PAGE_SHIFT | (va & PAGE_OFFSET)) };
}

#endif
