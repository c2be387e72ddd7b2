/* SPDX-License-Identifier: MIT */
/*
 * walk.h - a guest's page table, walked by software as a hart with Sv39 does: for monitors that keep shadow tables.
 */
#ifndef HYP_LIB_WALK_H
#define HYP_LIB_WALK_H

#include "lib/paging.h"

/* What the guest is about to do at an address. */
typedef struct {
    enum { FETCH, LOAD, STORE } kind;
    bool user;
    uint64_t status; /* SUM and MXR of its sstatus */
} Intent;

/* What its tables say of it. */
typedef struct {
    enum { WALK_DONE, WALK_PAGE_FAULT, WALK_ACCESS_FAULT } result;
    uint64_t gpa;   /* of the address itself */
    uint64_t size;  /* of the page */
    uint64_t flags; /* PTE_... that a shadow may have */
} Walk;

/* Where its tables lie. */
typedef struct {
    /* The entry at that guest-physical address, or NULL: it is not in the guest's memory. */
    uint64_t *(*entry)(void *opaque, uint64_t gpa);
    void *opaque;
    bool svade; /* the guest's harts do not set A and D */
} WalkMemory;

/* Walks the table of `satp`, MODE Bare or Sv39, and sets A and D there as a hart does. A leaf without D permits no
 * stores in a shadow: the first one must come here. */
Walk guest_walk(const WalkMemory *memory, uint64_t satp, uint64_t gva, const Intent *intent);

#endif
