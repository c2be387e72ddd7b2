/* SPDX-License-Identifier: MIT */
/*
 * naive_timing.h - the shared machine once more, as slow and as plain as can be, to hold the model against.
 *
 * Lines stand in lists with what is known of them, time of last use included; every question is answered by looking at all
 * of them. Nothing is shared with mmu/timing but the profile and the generator of random numbers.
 */
#ifndef TESTS_LIB_NAIVE_TIMING_H
#define TESTS_LIB_NAIVE_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "mmu/timing/profile.h"

enum { NAIVE_HARTS = 4, NAIVE_OWNERS = 16, NAIVE_SLOTS = 1 << 23 };

typedef struct {
    bool valid, dirty, exclusive, code, pending;
    uint64_t line, used;
    unsigned owner;
} NaiveLine;

typedef struct {
    NaiveLine *lines; /* all of set 0, then of set 1, ... */
    unsigned sets, ways;
} NaiveCache;

/* A place for a line on its way: when the bus was asked, when the transfer began, when the line is there, and until when
 * the place is taken. */
typedef struct {
    uint64_t line, asked, begin, done, busy;
} NaiveFlight;

typedef struct {
    uint64_t next, since, used;
    bool there, known;
} NaiveStream;

typedef struct {
    NaiveCache data, code;
    NaiveFlight flights[TIMING_MAX_OUTSTANDING];
    NaiveStream streams[TIMING_MAX_OUTSTANDING];
    unsigned owner;
    uint64_t allowed[2];  /* ways that its lines may be put into: data, code */
    uint64_t now, waited; /* the clock; cycles that accesses waited so far */
} NaiveHart;

typedef struct {
    TimingProfile profile;
    uint64_t random, uses;
    NaiveCache llc;
    bool *tree; /* plru: ways of them for each set, which half was used last; by node */
    NaiveHart harts[NAIVE_HARTS];
    int16_t *bus;     /* by slot: owner, -1 */
    uint64_t slot256; /* length of a slot in 1/256 cycles */
    /* Counted: */
    uint64_t hits[NAIVE_OWNERS], misses[NAIVE_OWNERS], write_backs[NAIVE_OWNERS];
    uint64_t evictions[NAIVE_OWNERS][NAIVE_OWNERS], waits[NAIVE_OWNERS][NAIVE_OWNERS];
} Naive;

Naive *naive_timing_new(const TimingProfile *profile, uint64_t seed);
void naive_timing_free(Naive *n);

/* An access of a hart to the byte at `spa`; its clock moves on by what it waits. */
void naive_timing_load(Naive *n, unsigned hart, uint64_t spa);
void naive_timing_store(Naive *n, unsigned hart, uint64_t spa);
void naive_timing_fetch(Naive *n, unsigned hart, uint64_t spa);
/* A device reads or writes a line at a time. */
void naive_timing_dma(Naive *n, unsigned owner, uint64_t spa, bool write, uint64_t now);

/* The line in the cache; NULL: it is not there. */
NaiveLine *naive_timing_find(const Naive *n, const NaiveCache *cache, uint64_t line);

#endif
