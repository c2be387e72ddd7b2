/* SPDX-License-Identifier: MIT */
/*
 * vtx1.h - page tables by software: the hart walks shadow tables, which say in one step what the guest's table and the
 * monitor's map of the guest's memory say in two.
 *
 *   guest virtual --satp, in the guest's memory--> guest-physical --guest.map--> physical
 *                 `----------------- vsatp: a shadow, filled on demand ---------'
 *
 * A shadow behaves as a TLB that forgets nothing: entries come by page faults (fault.c), and go when the guest says so
 * (privileged.c). lib/walk.c reads the guest's table, shadow.c keeps shadows.
 */
#ifndef HYP_VTX1_VTX1_H
#define HYP_VTX1_VTX1_H

#include "lib/lock.h"
#include "lib/paging.h"
#include "lib/shadow.h"
#include "lib/walk.h"
#include "monitor/monitor.h"

enum { SPACES = 8, TABLES = 64, ENTRIES = PAGE_SIZE / sizeof(uint64_t) };

/* An address space of the guest. */
typedef struct {
    uint64_t satp;  /* as the guest wrote it */
    uint64_t *root; /* its shadow */
} Space;

typedef struct {
    uint64_t fills, faults,
        devices; /* page faults: the shadow's, the guest's, and those of registers */
    uint64_t spaces, reads, fences; /* satp written, read; sfence.vma */
} ShadowCounts;

/* The shadows of a hart. Another hart may take the lock, and entries away; everything else is its own. */
typedef struct {
    Lock lock;
    uint64_t satp; /* what the guest reads there */
    Space spaces[SPACES];
    unsigned n_spaces;
    uint64_t *root;      /* of the space of now */
    ShadowTables tables; /* TABLES of them */
    bool asids;          /* the hart tells spaces apart */
    ShadowCounts counts;
} Shadow;

/* The shadows of a hart of the guest. */
Shadow *shadow_of(const GuestHart *hart);

/* Another address space from now on: satp is written, and that of the hart. */
void shadow_switch(Shadow *shadow, uint64_t satp);
/* Nothing is left of any space, as after sfence.vma without operands. */
void shadow_empty(Shadow *shadow);
/* A page for a shadow, of any size: all of the guest's page, or a piece of it. */
typedef struct {
    uint64_t address, size, flags; /* physical; PTE_... */
    uint64_t whole;                /* size of the guest's page */
} Piece;

/* In the space of now: the page around `gva` is this. */
void shadow_fill(Shadow *shadow, uint64_t gva, const Piece *piece);
/* Takes away what a fence covers, whole pages of the guest's. The hart itself must forget everything then, since
 * it knows pieces and spaces otherwise than the guest: the caller's. */
void shadow_drop(Shadow *shadow, const Fence *fence);

/* What the Setting in main.c needs. */
ExitFn on_page_fault, on_privileged;
void shadow_tree(void);
void shadow_begin(GuestHart *hart);
void shadow_forget(GuestHart *hart, const Fence *fence);
void shadow_report(bool irq, unsigned code);

#endif
