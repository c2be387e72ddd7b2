/* SPDX-License-Identifier: MIT */
/* test_paging_drum.c - the paging drum: slots, how many pages a second in either order, the ring, errors. */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/paging_drum.h"
#include "tests/lib/device_rig.h"

enum { RING = 0x00, SIZE = 0x08, TAIL = 0x0c, HEAD = 0x10, MODE = 0x14, STAT = 0x18, IE = 0x1c };
enum { PAGES = 0x20, REV_US = 0x24, DRA = 0x28, FIFO = 0, ORDERED = 1 };
#define REVOLUTION 17500000ull
#define TRANSFER   3413333ull /* 4096 bytes at 1.2 MB/s */
#define REQUESTS   (RIG_RAM + 0x100000)

static Rig rig;
static PagingDrum *drum;

static void setup(void)
{
    rig_init(&rig);
    DeviceSite site = rig_site(&rig, "paging-drum");
    drum = (PagingDrum *)device_alloc(&paging_drum_type, &site);
    drum->config = (PagingDrumConfig){ .pages = 900, .rev_us = 17500, .rate = 1200000 };
    rig_start(&drum->dev);
}

static void teardown(void)
{
    device_free(&drum->dev);
    rig_free(&rig);
}

TestSuite(paging_drum, .init = setup, .fini = teardown);

static uint32_t random_page(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % 900;
}

static void begin(uint32_t size, uint32_t mode)
{
    rig_write(&rig, RING, 8, REQUESTS);
    rig_write(&rig, MODE, 4, mode);
    rig_write(&rig, SIZE, 4, size);
}

/* Puts a request where TAIL has come to; the doorbell is the caller's. */
static void put(uint32_t number, uint32_t op, uint32_t page, uint64_t core)
{
    uint8_t bytes[PAGING_DRUM_REQUEST] = { 0 };
    memcpy(bytes, &op, 4);
    memcpy(bytes + 4, &page, 4);
    memcpy(bytes + 8, &core, 8);
    cr_assert(bus_write_bytes(&rig.bus, (Spa){ REQUESTS + number % drum->size * 32 }, bytes,
                              sizeof bytes, requester_hart(0)));
}

static uint32_t status(uint32_t number)
{
    uint32_t value;
    cr_assert(bus_read_bytes(&rig.bus, (Spa){ REQUESTS + number % drum->size * 32 + 16 }, &value, 4,
                             requester_hart(0)));
    return value;
}

static void request(uint32_t op, uint32_t page, uint64_t core)
{
    uint32_t tail = (uint32_t)rig_read(&rig, TAIL, 4);
    put(tail, op, page, core);
    rig_write(&rig, TAIL, 4, tail + 1);
}

static void run_to_head(uint32_t head)
{
    while (rig_read(&rig, HEAD, 4) < head) {
        cr_assert_neq(rig.clock.next, CLOCK_NEVER);
        rig_run_until(&rig, rig.clock.next);
    }
}

static uint8_t core_byte(uint64_t at)
{
    uint8_t byte;
    cr_assert(bus_read_bytes(&rig.bus, (Spa){ at }, &byte, 1, requester_hart(0)));
    return byte;
}

static void fill(uint64_t at, uint8_t byte)
{
    uint8_t page[PAGING_DRUM_PAGE];
    memset(page, byte, sizeof page);
    cr_assert(bus_write_bytes(&rig.bus, (Spa){ at }, page, sizeof page, requester_hart(0)));
}

/* Nine slots in two revolutions: page k of the nine begins (2k mod 9)/9 of a revolution after the index. */
Test(paging_drum, slots_lie_on_two_tracks)
{
    static const unsigned ninths[] = { 0, 2, 4, 6, 8, 1, 3, 5, 7 };
    for (unsigned slot = 0; slot < 9; slot++) {
        uint64_t at = paging_drum_slot_begins(drum, slot, 5 * REVOLUTION);
        cr_assert_eq(at, 5 * REVOLUTION + (ninths[slot] * REVOLUTION + 8) / 9);
        cr_assert_eq(paging_drum_slot_begins(drum, slot, at), at);
        cr_assert(paging_drum_slot_begins(drum, slot, at + 1) - at - REVOLUTION <= 1);
        cr_assert_eq(paging_drum_slot(9 * slot + slot), slot);
    }
    cr_assert_eq(rig_read(&rig, PAGES, 4), 900);
    cr_assert_eq(rig_read(&rig, REV_US, 4), 17500);
    rig_run_until(&rig, 3 * REVOLUTION + 1234);
    cr_assert_eq(rig_read(&rig, DRA, 4), 1234);
}

/* One at a time, asked for at any moment: half a revolution and a transfer, 1/(8.75 + 3.41 ms) = 82.2 pages/s. */
Test(paging_drum, a_page_at_a_time_waits_half_a_revolution)
{
    const unsigned n = 9000;
    uint64_t busy = 0;
    begin(1, FIFO);
    for (unsigned i = 0; i < n; i++) {
        rig_run_until(&rig, clock_now(&rig.clock) + 1000003ull * (1 + random_page()));
        uint64_t start = clock_now(&rig.clock);
        request(PAGING_DRUM_READ, random_page(), RIG_RAM);
        run_to_head(i + 1);
        busy += clock_now(&rig.clock) - start;
    }
    cr_assert_float_eq(n * 1e9 / (double)busy, 82.2, 0.9);
}

/* Pages of random slots, with the ring always full. First in, first out, the next page is asked for when the one before
 * has just passed, which is always at the same distance to a slot's beginning: 0.4716 of a revolution, 85.7 pages/s. */
static double pages_a_second(uint32_t size, uint32_t mode, unsigned n)
{
    begin(size, mode);
    uint64_t start = clock_now(&rig.clock);
    for (uint32_t i = 0; i < size; i++)
        request(PAGING_DRUM_READ, random_page(), RIG_RAM);
    for (uint32_t i = 1; i <= n; i++) {
        run_to_head(i);
        while (rig_read(&rig, TAIL, 4) - drum->first < size)
            request(PAGING_DRUM_READ, random_page(), RIG_RAM);
    }
    return n * 1e9 / (double)(clock_now(&rig.clock) - start);
}

Test(paging_drum, order_is_worth_three_times_as_much)
{
    double fifo = pages_a_second(64, FIFO, 9000), few = pages_a_second(4, ORDERED, 9000),
           ordered = pages_a_second(256, ORDERED, 9000);
    cr_assert_float_eq(fifo, 85.7, 0.9, "%f", fifo);
    cr_assert(few > 120 && few < 200, "%f", few);
    /* Nine pages in two revolutions are 257.14 a second. */
    cr_assert(ordered > 225 && ordered <= 257.2, "%f", ordered);
}

/* One for each slot: nine pages in two revolutions, whatever order they are asked for in. */
Test(paging_drum, nine_slots_take_two_revolutions)
{
    static const uint32_t pages[] = { 5, 17, 0, 800 / 9 * 9 + 3, 4, 8 * 9 + 7, 1, 6, 2 };
    begin(16, ORDERED);
    for (uint32_t i = 0; i < 9; i++)
        put(i, PAGING_DRUM_READ, pages[i], RIG_RAM);
    rig_run_until(&rig, 10 * REVOLUTION);
    rig_write(&rig, TAIL, 4, 9);
    run_to_head(9);
    uint64_t took = clock_now(&rig.clock) - 10 * REVOLUTION;
    cr_assert_eq(took, (16 * REVOLUTION + 8) / 9 + TRANSFER);
}

Test(paging_drum, pages_go_out_and_come_back)
{
    begin(4, FIFO);
    rig_write(&rig, IE, 4, PAGING_DRUM_DONE);
    for (unsigned i = 0; i < 12; i++) {
        fill(RIG_RAM, (uint8_t)(i + 1));
        request(PAGING_DRUM_WRITE, 70 * i, RIG_RAM);
        run_to_head(i + 1);
        cr_assert_eq(status(i), PAGING_DRUM_ENDED);
        cr_assert(rig.level[0]);
        rig_write(&rig, STAT, 4, PAGING_DRUM_DONE);
        cr_assert(!rig.level[0]);
    }
    for (unsigned i = 0; i < 12; i++) {
        request(PAGING_DRUM_READ, 70 * i, RIG_RAM + 0x2000);
        uint8_t before = core_byte(RIG_RAM + 0x2fff);
        rig_run_until(&rig, rig.clock.next); /* the slot begins */
        rig_run_until(&rig, rig.clock.next - 1);
        cr_assert_eq(core_byte(RIG_RAM + 0x2fff), before);
        run_to_head(13 + i);
        cr_assert_eq(core_byte(RIG_RAM + 0x2fff), i + 1);
    }
    cr_assert_eq(drum->reads, 12);
    cr_assert_eq(drum->writes, 12);
}

/* A request that comes while the drum waits goes before, if its slot does; a transfer is not interrupted. */
Test(paging_drum, ordered_looks_at_what_comes_later)
{
    begin(8, ORDERED);
    rig_run_until(&rig, 2 * REVOLUTION + 1);
    request(PAGING_DRUM_READ, 0, RIG_RAM);          /* in a whole revolution */
    request(PAGING_DRUM_READ, 8, RIG_RAM + 0x1000); /* 7/9 */
    request(PAGING_DRUM_READ, 5, RIG_RAM + 0x2000); /* 1/9 */
    run_to_head(1);
    cr_assert_eq(status(2), PAGING_DRUM_ENDED);
    cr_assert_eq(status(0) | status(1), 0);
    run_to_head(2);
    cr_assert_eq(status(1), PAGING_DRUM_ENDED);
    run_to_head(3);
    cr_assert_eq(rig_read(&rig, STAT, 4), PAGING_DRUM_DONE);
}

/* Who always has the next request for slot 0 ready cannot keep slot 5 waiting, which begins a ninth behind it, while a
 * page of slot 0 still passes. Nor those of two other slots. */
Test(paging_drum, a_slot_is_not_passed_over_for_ever)
{
    begin(8, ORDERED);
    for (unsigned competitors = 1; competitors <= 3; competitors++) {
        rig_run_until(&rig, (100 * competitors + 1) * REVOLUTION);
        uint64_t start = clock_now(&rig.clock);
        uint32_t mine = (uint32_t)rig_read(&rig, TAIL, 4) + competitors, number = mine;
        for (uint32_t i = 0; i < competitors; i++)
            request(PAGING_DRUM_READ, 4 * i, RIG_RAM);
        request(PAGING_DRUM_READ, 5, RIG_RAM);
        while (!status(mine) && clock_now(&rig.clock) < start + 50 * REVOLUTION) {
            run_to_head((uint32_t)rig_read(&rig, HEAD, 4) + 1);
            while (rig_read(&rig, TAIL, 4) - rig_read(&rig, HEAD, 4) <= competitors &&
                   rig_read(&rig, TAIL, 4) - drum->first < 8)
                request(PAGING_DRUM_READ, 4 * (number++ % competitors), RIG_RAM);
        }
        cr_assert_eq(status(mine), PAGING_DRUM_ENDED, "%u", competitors);
        cr_assert_leq(clock_now(&rig.clock) - start, 18 * REVOLUTION, "%u", competitors);
        run_to_head((uint32_t)rig_read(&rig, TAIL, 4));
    }
}

/* Where a damaged snapshot may put us: nothing comes any more, and that is all. */
Test(paging_drum, time_may_be_near_its_end, .timeout = 10)
{
    for (uint32_t mode = FIFO; mode <= ORDERED; mode++) {
        begin(8, mode);
        rig.clock.span.ns = UINT64_MAX - 1000;
        request(PAGING_DRUM_READ, 3, RIG_RAM);
        request(PAGING_DRUM_READ, 4, RIG_RAM);
        cr_assert_eq(rig_read(&rig, STAT, 4), PAGING_DRUM_BUSY);
    }
}

Test(paging_drum, refuses_what_cannot_be)
{
    static const struct {
        uint32_t op, page;
        uint64_t core;
    } rows[] = {
        { 0, 1, RIG_RAM },
        { 3, 1, RIG_RAM },
        { PAGING_DRUM_READ, 900, RIG_RAM },
        { PAGING_DRUM_READ, 0xffffffff, RIG_RAM },
        { PAGING_DRUM_WRITE, 1, RIG_BASE },
        { PAGING_DRUM_WRITE, 1, RIG_RAM + RIG_RAM_SIZE - 4095 },
        { PAGING_DRUM_WRITE, 1, UINT64_MAX - 10 },
    };
    begin(8, FIFO);
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        request(rows[i].op, rows[i].page, rows[i].core);
        cr_assert_eq(rig_read(&rig, HEAD, 4), i + 1, "row %u", i);
        cr_assert_eq(status(i), PAGING_DRUM_REFUSED);
        cr_assert_eq(rig_read(&rig, STAT, 4), PAGING_DRUM_DONE | PAGING_DRUM_ERROR);
        cr_assert_eq(rig_guest_errors(&rig), i + 1);
        rig_write(&rig, STAT, 4, 3);
    }
    /* More than the ring has, or less than was there. */
    rig_write(&rig, TAIL, 4, G_N_ELEMENTS(rows) + 9);
    cr_assert_eq(rig_read(&rig, STAT, 4), PAGING_DRUM_ERROR);
    cr_assert_eq(rig_read(&rig, TAIL, 4), G_N_ELEMENTS(rows));
    rig_write(&rig, TAIL, 4, 0);
    cr_assert_eq(rig_read(&rig, TAIL, 4), G_N_ELEMENTS(rows));
    static const uint32_t sizes[] = { 0, 3, 257, 512, 0x80000000 };
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        rig_write(&rig, STAT, 4, 3);
        rig_write(&rig, SIZE, 4, sizes[i]);
        cr_assert_eq(rig_read(&rig, STAT, 4), PAGING_DRUM_ERROR);
        cr_assert_eq(rig_read(&rig, SIZE, 4), 0);
        rig_write(&rig, TAIL, 4, 1);
        cr_assert_eq(rig_read(&rig, TAIL, 4), 0);
    }
    /* A ring in nowhere. */
    rig_write(&rig, RING, 8, UINT64_MAX - 100);
    rig_write(&rig, SIZE, 4, 256);
    rig_write(&rig, TAIL, 4, 256);
    cr_assert_eq(rig_read(&rig, HEAD, 4), 256);
}

Test(paging_drum, stops_when_it_gets_another_ring)
{
    begin(8, FIFO);
    request(PAGING_DRUM_READ, 1, RIG_RAM);
    rig_run_until(&rig, clock_now(&rig.clock) + 100);
    cr_assert_eq(rig_read(&rig, STAT, 4), PAGING_DRUM_BUSY);
    rig_write(&rig, SIZE, 4, 4);
    cr_assert_eq(rig_read(&rig, STAT, 4), 0);
    rig_run_until(&rig, clock_now(&rig.clock) + 10 * REVOLUTION);
    cr_assert_eq(rig_read(&rig, HEAD, 4), 0);
    cr_assert_eq(status(0), 0);
}

Test(paging_drum, is_saved_in_the_middle)
{
    begin(8, ORDERED);
    fill(RIG_RAM, 0x77);
    request(PAGING_DRUM_WRITE, 9, RIG_RAM);
    run_to_head(1);
    for (unsigned i = 0; i < 6; i++)
        request(i % 2 ? PAGING_DRUM_READ : PAGING_DRUM_WRITE, 9 + i, RIG_RAM + 0x1000 * i);
    rig_run_until(&rig, clock_now(&rig.clock) + REVOLUTION / 2);
    uint64_t hash = rig_hash(&drum->dev), then = clock_now(&rig.clock), order = rig.clock.order;
    g_autoptr(GByteArray) saved = rig_save(&drum->dev);
    run_to_head(7);
    uint64_t end = rig_hash(&drum->dev), over = clock_now(&rig.clock);
    rig.clock.units = then;
    rig.clock.order = order;
    rig_load(&rig, &drum->dev, saved);
    cr_assert_eq(rig_hash(&drum->dev), hash);
    run_to_head(7);
    cr_assert_eq(clock_now(&rig.clock), over);
    cr_assert_eq(rig_hash(&drum->dev), end);
    device_reset(&drum->dev);
    cr_assert_eq(rig_read(&rig, STAT, 4), 0);
    begin(1, FIFO);
    request(PAGING_DRUM_READ, 9, RIG_RAM + 0x5000);
    run_to_head(1);
    cr_assert_eq(core_byte(RIG_RAM + 0x5000), 0x77);
}
