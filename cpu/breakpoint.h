/* SPDX-License-Identifier: MIT */
/*
 * breakpoint.h - where the debugger wants harts to stop.
 *
 * Addresses are compared, nothing is written into the guest's memory: points survive whatever it does to its page
 * tables, and it cannot see them. A point counts in every address space or in one. A hart that has any looks at every
 * instruction (run_watched in interp.c). The guest's own triggers are in trigger.h.
 */
#ifndef CPU_BREAKPOINT_H
#define CPU_BREAKPOINT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Hart Hart;

/* Where addresses mean what they mean: a guest's, or what is no guest's; within that, of one ASID. */
typedef struct {
    bool guest;
    uint16_t vmid; /* of a guest */
    int32_t asid;  /* -1: no first stage translates, or M-mode */
} AddressSpace;

/* Where a point counts. */
typedef struct {
    enum {
        SCOPE_ANY,
        SCOPE_VMID,
        SCOPE_ASID
    } kind; /* everywhere; in `space` whatever its ASID; in just that space */
    AddressSpace space;
} BreakScope;

typedef struct {
    uint64_t pc;
    BreakScope scope;
} Breakpoint;

/* What an access has to be for a watchpoint: as gdb numbers them. */
typedef enum { WATCHED_WRITE = 2, WATCHED_READ = 3, WATCHED_ACCESS = 4 } WatchKind;

typedef struct {
    uint64_t first, last; /* virtual addresses */
    WatchKind kind;
    BreakScope scope;
} Watchpoint;

enum { BREAK_FILTER_BITS = 4096 };

/* All of them; belongs to the debugger. */
typedef struct {
    Breakpoint *points;
    Watchpoint *watches;
    unsigned n_points, n_watches;
    uint64_t filter[BREAK_FILTER_BITS / 64]; /* a bit for each address there may be a point at */
} Breakpoints;

/* Makes the filter of what is in `points`. */
void breakpoints_prepare(Breakpoints *breakpoints);

/* Is there a point that counts where the hart is now? */
bool breakpoints_at(const Breakpoints *breakpoints, const Hart *hart, uint64_t pc);

/* Does the access that the instruction is about to make touch a watchpoint, and is it not let pass (watch_over)? Then
 * Hart.watch_hit says which. `how`: ACCESSED_*. */
bool breakpoints_stop_access(Hart *hart, uint64_t address, unsigned size, unsigned how);

/* The space that instructions, or loads and stores (MPRV applies), of the hart are in. */
AddressSpace hart_code_space(const Hart *hart);
AddressSpace hart_data_space(const Hart *hart);

bool scope_covers(const BreakScope *scope, const AddressSpace *space);

#endif
