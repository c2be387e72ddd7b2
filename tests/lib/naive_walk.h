/* SPDX-License-Identifier: MIT */
/*
 * naive_walk.h - what the privileged manual says an access does, sentence by sentence.
 *
 * A second opinion for mmu/: written from the manual alone, it includes nothing of mmu/ and remembers nothing. Its
 * state are the CSRs as the manual draws them and a piece of memory; an access ends in an address or in the exception
 * that the manual asks for. Slow on purpose.
 */
#ifndef TESTS_LIB_NAIVE_WALK_H
#define TESTS_LIB_NAIVE_WALK_H

#include "emu/base/addr.h"
#include "emu/base/bits.h"

enum { NAIVE_PMPS = 16, NAIVE_MAX_READS = 64 };

/* Privilege levels. */
enum { NAIVE_U = 0, NAIVE_S = 1, NAIVE_M = 3 };

typedef struct {
    uint64_t satp, vsatp, hgatp;
    struct {
        bool adue, pbmte;
    } menvcfg, henvcfg; /* henvcfg as it reads: its bits are zero where those of menvcfg are */
    struct {
        bool sum, mxr;
    } mstatus, vsstatus;
    struct {
        bool mml, mmwp;
    } mseccfg;
    uint8_t pmpcfg[NAIVE_PMPS];
    uint64_t pmpaddr[NAIVE_PMPS];
    bool svnapot, svrsw60t59b; /* extensions there are */
    uint8_t *memory;
    Spa memory_base;
    uint64_t memory_size;
} Naive;

/* NAIVE_HLVX: a load that needs execute permission in place of read permission. */
typedef enum { NAIVE_LOAD, NAIVE_STORE, NAIVE_FETCH, NAIVE_HLVX } NaiveKind;

typedef struct {
    Gva va;
    NaiveKind kind;
    unsigned priv; /* effective privilege mode: NAIVE_U, NAIVE_S, NAIVE_M */
    bool v;        /* effective virtualization mode */
} NaiveAccess;

typedef enum { NAIVE_OK, NAIVE_PAGE_FAULT, NAIVE_GUEST_PAGE_FAULT, NAIVE_ACCESS_FAULT } NaiveStatus;

/* The sentence that ended a translation. */
typedef enum {
    NAIVE_NO_RULE,
    NAIVE_CANONICAL,  /* high bits of a virtual address, or of a guest physical one */
    NAIVE_INVALID,    /* V = 0 */
    NAIVE_W_NO_R,     /* R = 0 and W = 1 */
    NAIVE_RESERVED,   /* bits 60:54, or D, A, U, PBMT, N of a pointer */
    NAIVE_PBMT,       /* of a leaf: the extension is off, or the value is 3 */
    NAIVE_NAPOT,      /* a reserved encoding of N = 1 */
    NAIVE_LAST_LEVEL, /* a pointer where there are no more levels */
    NAIVE_MISALIGNED, /* superpage */
    NAIVE_USER,       /* U bit, SUM */
    NAIVE_RWX,        /* R, W, X, MXR */
    NAIVE_A,
    NAIVE_D,        /* neither may be set by the walk */
    NAIVE_PTE_READ, /* PMP or PMA of the entry itself */
    NAIVE_PTE_WRITE,
    NAIVE_FINAL, /* PMP or PMA of the address that results */
    NAIVE_RULES,
} NaiveRule;

typedef struct {
    bool g; /* G stage */
    unsigned level;
    Gpa gpa; /* of the entry, first stage */
    Spa at;
    uint64_t pte;
} NaiveRead;

typedef struct {
    NaiveStatus status;
    NaiveRule rule;
    bool rule_g;               /* and it was one of the G stage */
    unsigned cause;            /* of the exception */
    Gpa gpa;                   /* of a guest-page fault; else what the first stage results in */
    bool implicit;             /* the guest-page fault was met by an access to a VS-level entry */
    bool implicit_write;       /* which was to set A or D */
    Spa spa;                   /* of what was asked for */
    unsigned s_shift, g_shift; /* log2 of the sizes of both leaves; 63: no translation */
    uint64_t s_pte, g_pte;     /* both leaves as they are in the end; 0: no translation */
    bool global;               /* some entry of the first stage says G */
    bool updated;              /* the walk stored to memory */
    unsigned n_reads;          /* of table entries, in order: the references of the walk */
    NaiveRead reads[NAIVE_MAX_READS];
} NaiveResult;

/* Translates, and sets A and D bits in memory where the manual lets the hart do so. The result is not checked against
 * physical memory protection. */
NaiveResult naive_translate(const Naive *machine, const NaiveAccess *access);

/* May the access use a leaf (of the G stage if `g`) as it is, without setting A or D? */
bool naive_leaf_allows(const Naive *machine, const NaiveAccess *access, bool g, uint64_t pte);

/* Does physical memory protection let it reach `size` bytes at `spa`? */
bool naive_may_reach(const Naive *machine, const NaiveAccess *access, Spa spa, unsigned size);

/* Makes the result an access fault of what was translated to. */
void naive_refuse(NaiveResult *result, const NaiveAccess *access);

/* Physical memory protection: may privilege `priv` make this access to `[spa, spa + size)`? NAIVE_HLVX as a load. */
bool naive_pmp_allows(const Naive *machine, Spa spa, unsigned size, NaiveKind kind, unsigned priv);

/* Is all of `[spa, spa + size)` memory? */
bool naive_is_memory(const Naive *machine, Spa spa, unsigned size);

#endif
