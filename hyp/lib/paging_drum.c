/* SPDX-License-Identifier: MIT */
/* paging_drum.c - see paging_drum.h. */
#include "lib/paging_drum.h"

#include "lib/csr.h"
#include "lib/irqchip.h"
#include "lib/mmio.h"

/* Registers, bits of STAT and IE, and what a request's status says. */
enum { RING, RING_HIGH = 4, SIZE = 8, TAIL = 12, MODE = 20, STAT = 24, IE = 28, PAGES = 32 };
enum { DONE = 1, ERROR = 2 };
enum { WAITS = 0, ENDED = 1 };
#define TOLD UINT32_MAX

static volatile DrumRequest *at(PagingDrum *drum, uint32_t number)
{
    return &drum->ring[number % PAGING_DRUM_REQUESTS];
}

bool paging_drum_open(PagingDrum *drum, const Fdt *fdt, bool ordered)
{
    FdtRange reg;
    FdtNode node = fdt_find_compatible(fdt, NULL, "bulkhead,paging-drum");
    if (!node || !fdt_reg(fdt, node, 0, &reg))
        return false;
    drum->base = reg.base;
    drum->source = irqchip_source(fdt, node);
    drum->pages = read32(reg.base + PAGES);
    drum->asked = drum->seen = drum->look = 0;
    write32(reg.base + RING, (uint32_t)(uintptr_t)drum->ring);
    write32(reg.base + RING_HIGH, (uint32_t)((uintptr_t)drum->ring >> 32));
    write32(reg.base + SIZE, PAGING_DRUM_REQUESTS);
    write32(reg.base + MODE, ordered);
    write32(reg.base + STAT, DONE | ERROR);
    write32(reg.base + IE, DONE | ERROR);
    return true;
}

unsigned paging_drum_room(const PagingDrum *drum)
{
    return PAGING_DRUM_REQUESTS - (drum->asked - drum->seen);
}

void paging_drum_ask(PagingDrum *drum, DrumOperation operation, uint32_t page, uint64_t core,
                     uint32_t cookie)
{
    *at(drum, drum->asked) = (DrumRequest){ operation, page, core, WAITS, cookie, 0 };
    fence();
    write32(drum->base + TAIL, ++drum->asked);
}

bool paging_drum_ended(PagingDrum *drum, DrumEnd *end)
{
    if (read32(drum->base + STAT) & (DONE | ERROR)) {
        write32(drum->base + STAT, DONE | ERROR);
        drum->look = drum->seen;
    }
    for (; drum->look != drum->asked; drum->look++) {
        volatile DrumRequest *request = at(drum, drum->look);
        if (request->status == WAITS || request->cookie == TOLD)
            continue;
        *end = (DrumEnd){ request->operation, request->cookie, request->status == ENDED };
        request->cookie = TOLD;
        while (drum->seen != drum->asked && at(drum, drum->seen)->cookie == TOLD)
            drum->seen++;
        return true;
    }
    return false;
}
