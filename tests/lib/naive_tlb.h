/* SPDX-License-Identifier: MIT */
/*
 * naive_tlb.h - a list of translations that were used, and what the fences of the manual take from it.
 *
 * This is ADR 0004 as a linear search: a translation that succeeded is used again wherever its tag
 * fits and its permissions suffice; otherwise the tables are walked, and a translation they give replaces all that
 * covered the address. Only a fence that covers an entry removes it.
 */
#ifndef TESTS_LIB_NAIVE_TLB_H
#define TESTS_LIB_NAIVE_TLB_H

#include "tests/lib/naive_walk.h"

enum { NAIVE_TLB_ENTRIES = 8192 };

typedef struct {
    /* For whom: V, the MODEs of both stages, ASID and VMID. */
    bool v;
    unsigned mode, g_mode, asid, vmid;
    /* What: the smaller of the two leaves. */
    uint64_t va, gpa, spa;
    unsigned shift, s_shift, g_shift;
    uint64_t s_pte, g_pte;
    bool global;
} NaiveEntry;

typedef struct {
    const Naive *machine;
    bool forgets; /* nothing is remembered: every access walks */
    unsigned n, hits;
    NaiveEntry entries[NAIVE_TLB_ENTRIES];
} NaiveTlb;

/* What the access translates to, by a translation of the list or by a walk. */
NaiveResult naive_tlb_translate(NaiveTlb *tlb, const NaiveAccess *access);

/* Takes what that remembered out of the list again. */
void naive_tlb_forget(NaiveTlb *tlb, const NaiveAccess *access);

/* Operands of a fence: x0, or a value. */
typedef struct {
    bool any_address, any_id;
    uint64_t address;
    unsigned id;
} NaiveFence;

/* SFENCE.VMA executed with V = `v`, HFENCE.VVMA and HFENCE.GVMA (`address` is the guest physical address itself). They
 * return how many entries they took. */
unsigned naive_sfence_vma(NaiveTlb *tlb, bool v, const NaiveFence *fence);
unsigned naive_hfence_vvma(NaiveTlb *tlb, const NaiveFence *fence);
unsigned naive_hfence_gvma(NaiveTlb *tlb, const NaiveFence *fence);

#endif
