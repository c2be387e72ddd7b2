/* SPDX-License-Identifier: MIT */
/*
 * profile.h - how large and how slow the modelled machine is: a table of named profiles.
 *
 * Sources and choices are in docs/adr/0024-shared-machine.md.
 */
#ifndef MMU_TIMING_PROFILE_H
#define MMU_TIMING_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef enum { REPLACE_LRU, REPLACE_PLRU, REPLACE_RANDOM, REPLACE_COUNT } Replacement;
typedef enum { HASH_NONE, HASH_XOR, HASH_COUNT } CacheHash;
extern const char *const replacement_names[REPLACE_COUNT];
extern const char *const cache_hash_names[HASH_COUNT];

enum { TIMING_CLASSES = 16, TIMING_MAX_WAYS = 64, TIMING_MAX_OUTSTANDING = 16 };

typedef struct {
    uint64_t size; /* bytes */
    unsigned ways;
} CacheSize;

typedef struct {
    unsigned entries, ways; /* ways 0: fully associative; entries 0: there is none */
} TlbSize;

typedef struct {
    const char *name, *about;
    uint64_t clock_hz;
    unsigned line; /* bytes, of every cache */
    CacheSize l1i, l1d, llc;
    Replacement llc_replacement;
    CacheHash llc_hash;
    unsigned llc_cycles;    /* from a miss in L1 to the line, if the LLC has it */
    unsigned snoop_cycles;  /* more if another hart's L1 has it modified */
    unsigned memory_ps;     /* L0: from the start on the bus to the line, picoseconds */
    unsigned service_ps;    /* S: how long a line occupies the bus */
    unsigned outstanding;   /* m: lines a hart can wait for at once */
    unsigned streams;       /* sequences of lines that are recognised at once; 0: no prefetcher */
    unsigned dma_gap;       /* a device takes no more than every so many-th slot of the bus */
    TlbSize tlb_i, tlb_d;   /* first level */
    TlbSize tlb_l2;         /* unified */
    unsigned tlb_l2_cycles; /* a hit there, after a miss in the first */
    unsigned walk_cycles;   /* of a page table entry that the L1D has */
    unsigned
        walk_entries; /* page table entries that are no leaf of an access, remembered by address; 0: none */
    unsigned trap_cycles;           /* more, of entering a handler */
    unsigned mmio_cycles;           /* more, of an access to a device */
    uint8_t cycles[TIMING_CLASSES]; /* of an instruction, by InsnClass; 0: one */
} TimingProfile;

typedef struct {
    TimingProfile profile; /* with the user's changes */
    uint64_t seed;         /* of random replacement */
} TimingConfig;

/* A row of the table; NULL: there is none of that name. `name` NULL: the first. */
const TimingProfile *timing_profile_find(const char *name);
/* The n-th row, from 0; NULL: there are no more. */
const TimingProfile *timing_profile_at(unsigned n);

/* Can such a machine be modelled? Says what is wrong with which value, and which values are right. */
bool timing_profile_check(const TimingProfile *profile, GError **error);

/* Values in the units that users write them in; UNIT_TIME: picoseconds. To be freed. */
typedef enum { UNIT_NONE, UNIT_SIZE, UNIT_TIME, UNIT_CLOCK } TimingUnit;
char *timing_value_text(TimingUnit unit, uint64_t value);

/* Colours of pages: pages in a way of the LLC. At least 1. */
unsigned timing_colors(const TimingProfile *profile);
/* The colour of the page at `spa`, whatever the hash. */
unsigned timing_color(const TimingProfile *profile, uint64_t spa);

#endif
