/* SPDX-License-Identifier: MIT */
/*
 * paging_drum.c - a drum for pages; see paging_drum.h.
 *
 * Requests are copied when TAIL says that they are there. Whenever nothing is transferred, the next one is chosen, and in
 * the ordered mode chosen anew when one comes before its slot does. A page moves when all of it has passed (ADR 0043).
 */
#include "devices/paging_drum.h"

#include <string.h>

#include "emu/base/bits.h"

enum { STATUS = 16, ORDERED = 1 };

/* Geometry. */

unsigned paging_drum_slot(unsigned page)
{
    return page % PAGING_DRUM_SLOTS;
}

uint64_t paging_drum_revolution(const PagingDrum *drum)
{
    return drum->config.rev_us * 1000ull;
}

uint64_t paging_drum_transfer(const PagingDrum *drum)
{
    const uint64_t second = 1000000000;
    return PAGING_DRUM_PAGE * second / drum->config.rate;
}

/* The beginning of ninth `number` of a revolution, counted from time 0 on. */
static uint64_t ninth_begins(const PagingDrum *drum, uint64_t number)
{
    unsigned __int128 ns = (unsigned __int128)number * paging_drum_revolution(drum);
    return (uint64_t)MIN((ns + PAGING_DRUM_SLOTS - 1) / PAGING_DRUM_SLOTS, CLOCK_NEVER);
}

uint64_t paging_drum_slot_begins(const PagingDrum *drum, unsigned slot, uint64_t ns)
{
    const uint64_t n = PAGING_DRUM_SLOTS;
    uint64_t ninth = (uint64_t)((unsigned __int128)ns * n / paging_drum_revolution(drum));
    if (ninth_begins(drum, ninth) < ns)
        ninth++;
    return ninth_begins(drum, ninth + (2 * slot % n + n - ninth % n) % n);
}

/* The queue. */

static bool is_over(const PagingDrum *drum, uint32_t number)
{
    uint32_t at = number % drum->size;
    return drum->over[at / 64] >> at % 64 & 1;
}

unsigned paging_drum_queued(const PagingDrum *drum)
{
    unsigned n = 0;
    for (uint32_t number = drum->first; number != drum->end; number++)
        n += !is_over(drum, number);
    return n;
}

const PagingRequest *paging_drum_waiting(const PagingDrum *drum, unsigned number)
{
    uint32_t at = drum->first + number;
    return number < drum->end - drum->first && !is_over(drum, at) ? &drum->requests[at % drum->size]
                                                                  : NULL;
}

static void update_wires(PagingDrum *drum)
{
    drum->stat = (uint32_t)set_bits(drum->stat, 3, 3, drum->first != drum->end);
    irq_set(&drum->dev.irq, drum->stat & drum->ie);
}

static void report_error(PagingDrum *drum, uint64_t value)
{
    drum->stat |= PAGING_DRUM_ERROR;
    device_guest_error(&drum->dev, GUEST_ERROR_QUEUE, value);
}

static uint64_t address_of(const PagingDrum *drum, uint32_t number)
{
    return drum->ring + (uint64_t)(number % drum->size) * PAGING_DRUM_REQUEST;
}

/* One that cannot be read asks for nothing. */
static void take(PagingDrum *drum, uint32_t number)
{
    uint8_t bytes[PAGING_DRUM_REQUEST] = { 0 };
    PagingRequest *request = &drum->requests[number % drum->size];
    if (!device_dma_read(&drum->dev, address_of(drum, number), bytes, sizeof bytes))
        memset(bytes, 0, sizeof bytes);
    memcpy(&request->op, bytes, 4);
    memcpy(&request->page, bytes + 4, 4);
    memcpy(&request->core, bytes + 8, 8);
    request->came = clock_now(drum->dev.clock);
    drum->over[number % drum->size / 64] &= ~(1ull << number % drum->size % 64);
}

static bool is_sound(const PagingDrum *drum, const PagingRequest *request)
{
    return (request->op == PAGING_DRUM_READ || request->op == PAGING_DRUM_WRITE) &&
           request->page < drum->config.pages &&
           bus_is_ram(drum->dev.bus, (Spa){ request->core }, PAGING_DRUM_PAGE);
}

static void finish(PagingDrum *drum, uint32_t number, uint32_t status)
{
    if (!device_dma_write(&drum->dev, address_of(drum, number) + STATUS, &status, sizeof status))
        drum->stat |= PAGING_DRUM_ERROR;
    drum->over[number % drum->size / 64] |= 1ull << number % drum->size % 64;
    while (drum->first != drum->end && is_over(drum, drum->first))
        drum->first++;
    drum->head++;
    drum->stat |= PAGING_DRUM_DONE;
}

/* Service. */

/* When the slot of request `number` begins next; what asks for nothing need not wait. */
static uint64_t begins(const PagingDrum *drum, uint32_t number, uint64_t now)
{
    const PagingRequest *request = &drum->requests[number % drum->size];
    return is_sound(drum, request)
               ? paging_drum_slot_begins(drum, paging_drum_slot(request->page), now)
               : now;
}

/* Since when the slot of a request is passed over, if that is too long; else never. A page that begins just behind one which
 * is asked for again and again would not come by itself (ADR 0043). */
static uint64_t neglected_since(const PagingDrum *drum, uint32_t number, uint64_t begins_at)
{
    const PagingRequest *request = &drum->requests[number % drum->size];
    const uint64_t since = MAX(request->came, drum->served_at[paging_drum_slot(request->page)]);
    const uint64_t patience = PAGING_DRUM_PATIENCE * paging_drum_revolution(drum);
    return begins_at > since && begins_at - since > patience ? since : CLOCK_NEVER;
}

/* The request that is served next; there is one. */
static uint32_t choose(const PagingDrum *drum, uint64_t now)
{
    uint32_t best = drum->first;
    uint64_t best_at = begins(drum, best, now), best_since = neglected_since(drum, best, best_at);
    for (uint32_t number = drum->first + 1; drum->mode == ORDERED && number != drum->end;
         number++) {
        if (is_over(drum, number))
            continue;
        uint64_t at = begins(drum, number, now), since = neglected_since(drum, number, at);
        if (since < best_since || (since == best_since && at < best_at)) {
            best = number;
            best_at = at;
            best_since = since;
        }
    }
    return best;
}

/* Nothing is transferred: what comes now? */
static void go_on(PagingDrum *drum)
{
    uint64_t now = clock_now(drum->dev.clock), when = CLOCK_NEVER;
    drum->phase = PAGING_DRUM_IDLE;
    while (drum->first != drum->end && drum->phase == PAGING_DRUM_IDLE) {
        drum->current = choose(drum, now);
        const PagingRequest *request = &drum->requests[drum->current % drum->size];
        if (is_sound(drum, request)) {
            drum->phase = PAGING_DRUM_WAITS;
            when = begins(drum, drum->current, now);
        } else {
            report_error(drum, (uint64_t)request->op << 32 | request->page);
            finish(drum, drum->current, PAGING_DRUM_REFUSED);
        }
    }
    timer_set(drum->dev.clock, &drum->step, when);
}

static void begin_transfer(PagingDrum *drum)
{
    uint64_t now = clock_now(drum->dev.clock);
    drum->phase = PAGING_DRUM_TRANSFERS;
    drum->begin_at = now;
    drum->served_at[paging_drum_slot(drum->requests[drum->current % drum->size].page)] = now;
    timer_set(drum->dev.clock, &drum->step, now + paging_drum_transfer(drum));
}

static bool move(PagingDrum *drum, const PagingRequest *request)
{
    uint8_t *page = drum->data + (size_t)request->page * PAGING_DRUM_PAGE;
    if (request->op == PAGING_DRUM_READ) {
        drum->reads++;
        return device_dma_write(&drum->dev, request->core, page, PAGING_DRUM_PAGE);
    }
    drum->writes++;
    drum->used[request->page] = 1;
    return device_dma_read(&drum->dev, request->core, page, PAGING_DRUM_PAGE);
}

static void end_transfer(PagingDrum *drum)
{
    const PagingRequest *request = &drum->requests[drum->current % drum->size];
    uint64_t now = clock_now(drum->dev.clock), since = MAX(request->came, drum->free_at);
    bool ok = move(drum, request);
    TRACE(drum->dev.trace, drum_slot, request->page, paging_drum_slot(request->page), request->op,
          drum->begin_at - MIN(since, drum->begin_at), now - drum->begin_at,
          paging_drum_queued(drum));
    finish(drum, drum->current, ok ? PAGING_DRUM_ENDED : PAGING_DRUM_REFUSED);
    drum->free_at = now;
    go_on(drum);
}

static void step_fired(void *opaque)
{
    PagingDrum *drum = opaque;
    switch (drum->phase) {
    case PAGING_DRUM_WAITS: begin_transfer(drum); break;
    case PAGING_DRUM_TRANSFERS: end_transfer(drum); break;
    default: go_on(drum);
    }
    update_wires(drum);
}

static void stop(PagingDrum *drum)
{
    drum->first = drum->end = drum->tail = drum->head = 0;
    drum->phase = PAGING_DRUM_IDLE;
    drum->free_at = clock_now(drum->dev.clock);
    timer_set(drum->dev.clock, &drum->step, CLOCK_NEVER);
}

/* Registers. */

static void size_written(Device *dev, const Reg *reg, unsigned index)
{
    PagingDrum *drum = (PagingDrum *)dev;
    (void)reg;
    (void)index;
    stop(drum);
    if (!is_power_of_two(drum->size) || drum->size > PAGING_DRUM_MOST_REQUESTS) {
        report_error(drum, drum->size);
        drum->size = 0;
    }
    update_wires(drum);
}

/* More than the ring holds is refused as a whole. */
static void tail_written(Device *dev, const Reg *reg, unsigned index)
{
    PagingDrum *drum = (PagingDrum *)dev;
    uint32_t tail = drum->tail;
    (void)reg;
    (void)index;
    drum->tail = drum->end;
    if (tail - drum->first > drum->size || tail - drum->first < drum->end - drum->first) {
        report_error(drum, tail);
    } else {
        while (drum->end != tail)
            take(drum, drum->end++);
        drum->tail = tail;
        if (drum->phase == PAGING_DRUM_IDLE ||
            (drum->phase == PAGING_DRUM_WAITS && drum->mode == ORDERED))
            go_on(drum);
    }
    update_wires(drum);
}

static void stat_or_ie_written(Device *dev, const Reg *reg, unsigned index)
{
    (void)reg;
    (void)index;
    update_wires((PagingDrum *)dev);
}

static void read_dra(Device *dev, const Reg *reg, unsigned index)
{
    PagingDrum *drum = (PagingDrum *)dev;
    (void)reg;
    (void)index;
    drum->dra = (uint32_t)(clock_now(dev->clock) % paging_drum_revolution(drum));
}

// clang-format off
#define WORD  0xffffffff
#define FLAGS (PAGING_DRUM_DONE | PAGING_DRUM_ERROR)
static const Reg paging_drum_regs[] = {
    { "ring",   0x00, 1, AT(PagingDrum, ring),    REG_RW,  ~0ull,   NULL,     NULL },
    { "size",   0x08, 1, AT(PagingDrum, size),    REG_RW,  WORD,    NULL,     size_written },
    { "tail",   0x0c, 1, AT(PagingDrum, tail),    REG_RW,  WORD,    NULL,     tail_written },
    { "head",   0x10, 1, AT(PagingDrum, head),    REG_RO,  0,       NULL,     NULL },
    { "mode",   0x14, 1, AT(PagingDrum, mode),    REG_RW,  ORDERED, NULL,     NULL },
    { "stat",   0x18, 1, AT(PagingDrum, stat),    REG_W1C, FLAGS,   NULL,     stat_or_ie_written },
    { "ie",     0x1c, 1, AT(PagingDrum, ie),      REG_RW,  FLAGS,   NULL,     stat_or_ie_written },
    { "pages",  0x20, 1, AT(PagingDrum, n_pages), REG_RO,  0,       NULL,     NULL },
    { "rev_us", 0x24, 1, AT(PagingDrum, rev_us),  REG_RO,  0,       NULL,     NULL },
    { "dra",    0x28, 1, AT(PagingDrum, dra),     REG_RO,  0,       read_dra, NULL },
};
// clang-format on

/* Life. */

static bool paging_drum_realize(Device *dev, GError **error)
{
    PagingDrum *drum = (PagingDrum *)dev;
    (void)error;
    g_assert(drum->config.pages && drum->config.pages <= PAGING_DRUM_MOST_PAGES);
    g_assert(drum->config.rev_us && drum->config.rate);
    drum->n_pages = drum->config.pages;
    drum->rev_us = drum->config.rev_us;
    drum->data = g_malloc0((size_t)drum->config.pages * PAGING_DRUM_PAGE);
    drum->used = g_malloc0(drum->config.pages);
    clock_add_timer(dev->clock, &drum->step, step_fired, drum);
    return true;
}

/* What is written on the drum stays there. */
static void paging_drum_reset(Device *dev)
{
    PagingDrum *drum = (PagingDrum *)dev;
    stop(drum);
    drum->ring = drum->begin_at = drum->reads = drum->writes = 0;
    drum->size = drum->mode = drum->stat = drum->ie = drum->dra = drum->current = 0;
    memset(drum->over, 0, sizeof drum->over);
    memset(drum->requests, 0, sizeof drum->requests);
    memset(drum->served_at, 0, sizeof drum->served_at);
    update_wires(drum);
}

static void paging_drum_finalize(Device *dev)
{
    PagingDrum *drum = (PagingDrum *)dev;
    g_free(drum->data);
    g_free(drum->used);
}

/* State. */

/* Whatever a damaged snapshot says: the queue fits its ring, and what is under way is in it. */
static void paging_drum_loaded(void *object)
{
    PagingDrum *drum = object;
    if (!is_power_of_two(drum->size) || drum->size > PAGING_DRUM_MOST_REQUESTS)
        drum->size = 0;
    if (drum->end - drum->first > drum->size)
        drum->end = drum->first;
    while (drum->first != drum->end && is_over(drum, drum->first))
        drum->first++;
    drum->tail = drum->end;
    if (drum->current - drum->first >= drum->end - drum->first || is_over(drum, drum->current) ||
        !is_sound(drum, &drum->requests[drum->current % drum->size]))
        drum->phase = PAGING_DRUM_IDLE;
    uint64_t now = clock_now(drum->dev.clock);
    uint64_t longest = now + paging_drum_revolution(drum) + paging_drum_transfer(drum);
    /* What waits will be served. */
    if (drum->first == drum->end)
        drum->step.deadline = CLOCK_NEVER;
    else if (drum->step.deadline > longest || drum->phase == PAGING_DRUM_IDLE)
        drum->step.deadline = 0;
    drum->begin_at = MIN(drum->begin_at, now);
    for (unsigned slot = 0; slot < PAGING_DRUM_SLOTS; slot++)
        drum->served_at[slot] = MIN(drum->served_at[slot], now);
    drum->mode &= ORDERED;
    drum->stat = (uint32_t)set_bits(drum->stat & FLAGS, 3, 3, drum->first != drum->end);
}

// clang-format off
static const StateField paging_drum_fields[] = {
    STATE(PagingDrum, ring), STATE(PagingDrum, size), STATE(PagingDrum, tail), STATE(PagingDrum, head),
    STATE(PagingDrum, mode), STATE(PagingDrum, stat), STATE(PagingDrum, ie), STATE(PagingDrum, first),
    STATE(PagingDrum, end), STATE_ARRAY(PagingDrum, over), STATE_WORDS(PagingDrum, requests), STATE(PagingDrum, phase),
    STATE(PagingDrum, current), STATE(PagingDrum, free_at), STATE(PagingDrum, begin_at), STATE(PagingDrum, reads),
    STATE(PagingDrum, writes), STATE_ARRAY(PagingDrum, served_at), STATE(PagingDrum, step.deadline), STATE(PagingDrum, step.order), STATE_END,
};
// clang-format on

static const StateDesc paging_drum_state = {
    .name = "paging_drum", .version = 1, .fields = paging_drum_fields, .loaded = paging_drum_loaded
};

/* Pages that were written, which checkpoints share while they stay the same; the others are zeros. */
static void paging_drum_visit(Device *dev, StateVisitor *visitor)
{
    PagingDrum *drum = (PagingDrum *)dev;
    g_autofree char *used = g_strdup_printf("%s.used", dev->id);
    visitor->blob(visitor, used, drum->used, drum->config.pages);
    for (unsigned i = 0; i < drum->config.pages; i++) {
        uint8_t *page = drum->data + (size_t)i * PAGING_DRUM_PAGE;
        g_autofree char *name = g_strdup_printf("%s.page.%u", dev->id, i);
        if (drum->used[i])
            visitor->blob(visitor, name, page, PAGING_DRUM_PAGE);
        else if (visitor->loads)
            memset(page, 0, PAGING_DRUM_PAGE);
    }
}

const DeviceType paging_drum_type = {
    .name = "paging-drum",
    .compatible = "bulkhead,paging-drum",
    .size = sizeof(PagingDrum),
    .mmio_size = 0x1000,
    .regs = paging_drum_regs,
    .n_regs = G_N_ELEMENTS(paging_drum_regs),
    .state = &paging_drum_state,
    .realize = paging_drum_realize,
    .reset = paging_drum_reset,
    .finalize = paging_drum_finalize,
    .visit = paging_drum_visit,
};
