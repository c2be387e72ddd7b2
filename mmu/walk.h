/* SPDX-License-Identifier: MIT */
/*
 * walk.h - the page table walk, as a pure function.
 *
 * One walker serves harts, IOMMU, monitor, explanations and the window. It knows no hart, no TLB and no bus: it is
 * given a request and a way to read (and, for A and D bits, to update) page table entries, and returns a result with
 * every step it took. Both stages are here: with the G stage on, every address of the first stage, its own PTEs'
 * included, is translated by the second.
 */
#ifndef MMU_WALK_H
#define MMU_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/addr.h"

typedef enum { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH } Access;

typedef struct {
    uint8_t mode;     /* AtpMode */
    bool hardware_ad; /* the walk sets A and D (Svadu) instead of faulting (Svade) */
    bool pbmt;        /* PTEs may carry a memory type (Svpbmt) */
    bool napot;       /* leaves may be 64 KiB (Svnapot) */
    bool rsw60;       /* bits 60:59 are software's (Svrsw60t59b) */
    uint64_t root;    /* address of the root table, in the address space of the next stage */
} WalkStage;

typedef struct Cat Cat;

typedef struct {
    Gva va;
    Access access;
    bool user;            /* effective privilege is U or VU */
    bool sum;             /* S may touch user pages */
    bool mxr;             /* loads may read execute-only pages, first stage */
    bool g_mxr;           /* the same for the G stage */
    bool execute_as_read; /* HLVX: X is needed instead of R */
    WalkStage s, g;
    Requester by;
    const Cat *cat; /* of s.mode ATP_CAT: instead of tables; s.root is the virtual machine */
} WalkRequest;

typedef struct {
    uint8_t stage; /* 0: first, 1: G */
    uint8_t level;
    bool implicit; /* G stage: on the way to a PTE of the first stage, not to what is accessed */
    Gpa gpa;       /* of the PTE, first stage only */
    Spa at;        /* of the PTE */
    uint64_t pte;
} WalkStep;

/* The leaf of a G-stage walk of `reads` steps that succeeded. */
typedef struct {
    uint64_t pte;
    uint8_t level, reads;
} WalkLeaf;

/* Where the walk of a stage comes to its last table, after `reads` entries of either stage. */
typedef struct {
    uint64_t table; /* address of the table of level 0 */
    bool global;    /* a pointer on the way has G */
    uint8_t reads;
} WalkTable;

typedef struct {
    /* Reads the PTE at `at`. False: access fault (no memory there, or PMP). */
    bool (*read)(void *opaque, Spa at, uint64_t *pte);
    /* Sets the bits `set` in the PTE at `at`, and says in `*pte` what it is then; false: access fault. */
    bool (*update)(void *opaque, Spa at, uint64_t set, uint64_t *pte);
    /* All of these may be NULL: what a G-stage walk for `gpa` would find, if that is known; and the steps of one that
     * succeeded. */
    bool (*recall)(void *opaque, Gpa gpa, WalkLeaf *leaf);
    void (*learn)(void *opaque, Gpa gpa, const WalkStep *steps, unsigned count);
    /* The same of the way to the last table of either stage for `address`; the steps are all of them so far. */
    bool (*recall_table)(void *opaque, bool is_g, uint64_t address, WalkTable *table);
    void (*learn_table)(void *opaque, bool is_g, uint64_t address, const WalkTable *table,
                        const WalkStep *steps, unsigned count);
    void *opaque;
} WalkMemory;

typedef enum { WALK_OK, WALK_PAGE_FAULT, WALK_GUEST_PAGE_FAULT, WALK_ACCESS_FAULT } WalkStatus;

/* The rule that ended a walk. */
typedef enum {
    WHY_NONE,
    WHY_NOT_CANONICAL, /* high bits of the address are not a sign extension (or not zero, G stage) */
    WHY_NOT_VALID,     /* V = 0 */
    WHY_RESERVED,      /* W without R, reserved bits, reserved N or PBMT */
    WHY_NO_LEAF,       /* a pointer at the last level */
    WHY_MISALIGNED,    /* superpage whose low PPN bits are not zero */
    WHY_PERMISSION,    /* R, W, X, U, SUM, MXR */
    WHY_ACCESSED,      /* A = 0 and the hardware may not set it */
    WHY_DIRTY,         /* D = 0 on a store and the hardware may not set it */
    WHY_ACCESS,        /* the PTE itself cannot be read or written */
    WHY_NO_FRAME,      /* associative memory: no register has the page */
    WHY_BEYOND,        /* associative memory: not an address of a virtual machine */
} WalkReason;

/* Sv57 over Sv57x4: 5 * (5 + 1) + 5, and 5 more when A or D of the first stage's leaf is to be set. */
enum { WALK_MAX_STEPS = 40 };

typedef struct {
    WalkStatus status;
    WalkReason why;
    Gpa gpa; /* result of the first stage; of a fault the address that failed in the G stage, else 0 */
    Spa spa; /* result */
    /* PTE_R|W|X|U of the first stage's leaf, PTE_D if stores need no further update, PTE_G of any level. */
    uint8_t perms;
    uint8_t g_perms; /* PTE_R|W|X|D of the G stage's leaf; all when there is no G stage */
    uint8_t s_shift; /* log2 of the leaf's size; 63 when the stage is Bare */
    uint8_t g_shift;
    bool implicit;       /* the fault hit a first-stage PTE, not the access itself */
    bool implicit_write; /* and was an A or D update */
    unsigned n_recalled; /* reads that were recalled and are no steps */
    unsigned n_steps;
    WalkStep steps[WALK_MAX_STEPS];
} WalkResult;

/* What there is to say of a walk that ended in a fault. */
typedef struct {
    WalkStep
        entry; /* that it ended at, if `has_entry`: a stage that refuses the address itself has read none */
    WalkStep first;              /* of the first stage that it read last, if `has_first` */
    Gpa gpa;                     /* of a G-stage fault */
    uint8_t status, why, access; /* WalkStatus, WalkReason, Access */
    uint8_t s_mode, g_mode;      /* AtpMode */
    bool has_entry, has_first;
    bool user, sum, mxr, execute_as_read; /* as in WalkRequest */
    bool implicit, implicit_write;        /* as in WalkResult */
    bool in_g;                            /* the G stage refused */
} WalkEnd;

void walk_describe_end(const WalkRequest *request, const WalkResult *result, WalkEnd *end);

/* Translates `request` reading page tables through `memory`. Permission is checked for request->access. The result
 * says how it ended; of WHY_ACCESS the entry that could not be read stands behind the steps, without a value. Source: privileged manual, Virtual Address Translation
 * Process, and Two-Stage Address Translation. */
void walk(const WalkRequest *request, const WalkMemory *memory, WalkResult *result);

/* The part of it for s.mode ATP_CAT: status and why are set already. */
void walk_cat(const WalkRequest *request, WalkResult *result);

/* Do the permissions of a translation allow this access? `perms` as in WalkResult, `bare`: it has no first stage. D is
 * needed by stores. Of the request only what the access is and its flags count, not the stages. */
bool walk_allows(const WalkRequest *request, bool bare, uint8_t perms, uint8_t g_perms);

#endif
