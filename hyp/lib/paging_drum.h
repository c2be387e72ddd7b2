/* SPDX-License-Identifier: MIT */
/*
 * paging_drum.h - a drum for pages, after the IBM 2301: requests lie in a ring in memory and end in the drum's order, which
 * may be another than that in which they were made.
 */
#ifndef HYP_LIB_PAGING_DRUM_H
#define HYP_LIB_PAGING_DRUM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/fdt.h"

enum { PAGING_DRUM_REQUESTS = 256 };

/* From the drum into core, and back. */
typedef enum { DRUM_READ = 1, DRUM_WRITE = 2 } DrumOperation;

typedef struct {
    uint32_t operation, page;
    uint64_t core;
    uint32_t status, cookie; /* cookie: the program's, or that it has been told of the end */
    uint64_t zero;
} DrumRequest;

typedef struct {
    volatile DrumRequest ring[PAGING_DRUM_REQUESTS];
    uintptr_t base;
    unsigned source; /* of its interrupt */
    uint32_t pages;  /* that it has */
    uint32_t asked, seen,
        look; /* requests; before `seen` all were told of; how far this look has come */
} PagingDrum;

/* What became of a request. */
typedef struct {
    DrumOperation operation;
    uint32_t cookie;
    bool well; /* false: the drum refused it */
} DrumEnd;

/* Finds the drum, which interrupts when requests end; false if there is none. `ordered`: it serves whose slot comes first, not
 * who came first. */
bool paging_drum_open(PagingDrum *drum, const Fdt *fdt, bool ordered);

/* How many more requests fit. An old one that has not ended keeps the place of all behind it. */
unsigned paging_drum_room(const PagingDrum *drum);

/* Page `page` of the drum and the 4 KiB at `core`, a physical address. There must be room. `cookie` is below 0xffffffff. */
void paging_drum_ask(PagingDrum *drum, DrumOperation operation, uint32_t page, uint64_t core,
                     uint32_t cookie);

/* The next request that has ended and was not told of; false: none has. Takes the interrupt back. */
bool paging_drum_ended(PagingDrum *drum, DrumEnd *end);

#endif
