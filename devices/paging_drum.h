/* SPDX-License-Identifier: MIT */
/*
 * paging_drum.h - a drum for pages of 4 KiB, after the IBM 2301 as TSS/360 and CP-67 formatted it.
 *
 * Nine pages lie on two tracks, so the page of slot k begins (2k mod 9)/9 of a revolution after the index, and while one
 * is transferred the beginning of the next comes near: a program that has a request for every slot gets nine pages in two
 * revolutions, one that asks for a page at a time waits half a revolution for each. Requests stand in a ring in memory;
 * the drum serves them first in, first out, or in the order in which their slots come, of which none is passed over for long.
 */
#ifndef DEVICES_PAGING_DRUM_H
#define DEVICES_PAGING_DRUM_H

#include "devices/device.h"

enum { PAGING_DRUM_SLOTS = 9, PAGING_DRUM_PAGE = 4096, PAGING_DRUM_MOST_PAGES = 8192 };
enum {
    PAGING_DRUM_PATIENCE = 16
}; /* revolutions that a slot is passed over; what waits longer goes first */
enum { PAGING_DRUM_MOST_REQUESTS = 256, PAGING_DRUM_REQUEST = 32 };

typedef struct {
    unsigned pages;
    unsigned rev_us; /* of a revolution */
    unsigned rate;   /* bytes a second */
} PagingDrumConfig;

/* Bits of STAT; IE has the first two. */
enum { PAGING_DRUM_DONE = 1, PAGING_DRUM_ERROR = 2, PAGING_DRUM_BUSY = 8 };

/* Of a request, `op` and `status`. */
enum { PAGING_DRUM_READ = 1, PAGING_DRUM_WRITE = 2 };
enum { PAGING_DRUM_ENDED = 1, PAGING_DRUM_REFUSED = 2 };

/* A request as it was when its turn to be counted came: what software writes there later is not seen. */
typedef struct {
    uint64_t core, came; /* came: ns of virtual time */
    uint32_t op, page;
} PagingRequest;

typedef enum { PAGING_DRUM_IDLE, PAGING_DRUM_WAITS, PAGING_DRUM_TRANSFERS } PagingDrumPhase;

typedef struct {
    Device dev;
    PagingDrumConfig config;
    uint64_t ring; /* physical address */
    uint32_t size, tail, head, mode, stat, ie, n_pages, rev_us,
        dra; /* as read; dra: only while it is read */

    /* The queue: requests are numbered from 0 on, as TAIL counts them. */
    uint32_t first, end; /* the oldest that is not over; the next to come */
    uint64_t over[PAGING_DRUM_MOST_REQUESTS / 64];     /* bit n % size: request n is over */
    PagingRequest requests[PAGING_DRUM_MOST_REQUESTS]; /* request n is n % size */
    uint32_t phase, current;                           /* current: the one that it is about */
    uint64_t free_at, begin_at;            /* since when nothing is transferred; when it begins */
    uint64_t served_at[PAGING_DRUM_SLOTS]; /* when the last transfer of a slot began */
    uint64_t reads, writes;                /* pages, for people */

    uint8_t *data; /* all pages */
    uint8_t *used; /* one byte a page: it was written */
    Timer step;
} PagingDrum;

extern const DeviceType paging_drum_type;

/* The slot of a page; when one begins next, from `ns` on; ns of a revolution and of a transfer. */
unsigned paging_drum_slot(unsigned page);
uint64_t paging_drum_slot_begins(const PagingDrum *drum, unsigned slot, uint64_t ns);
uint64_t paging_drum_revolution(const PagingDrum *drum);
uint64_t paging_drum_transfer(const PagingDrum *drum);

/* Requests that are not over, and request `number` from the oldest on; NULL: it is over. */
unsigned paging_drum_queued(const PagingDrum *drum);
const PagingRequest *paging_drum_waiting(const PagingDrum *drum, unsigned number);

#endif
