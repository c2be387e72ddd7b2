/* SPDX-License-Identifier: MIT */
/* test_drum.c - the swapping drum: its geometry, the exchange, where it begins, errors, wires. */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/drum.h"
#include "tests/lib/device_rig.h"

enum { DIA = 0x00, DBA = 0x04, DCC = 0x08, CORE = 0x10, DRA = 0x18, STAT = 0x1c, IE = 0x20 };
enum { CFG = 0x24, WORDS = 0x28, FIELDS = 0x2c, WORD_PS = 0x30, IRQ_WIRE = 0, HALT_WIRE = 1 };

static Rig rig;
static Drum *drum;

static void make(DrumConfig config)
{
    rig_init(&rig);
    DeviceSite site = rig_site(&rig, "drum");
    drum = (Drum *)device_alloc(&drum_type, &site);
    drum->config = config;
    drum->halt = rig_wire(&rig, HALT_WIRE);
    rig_start(&drum->dev);
}

/* The drum of 1961. */
static DrumConfig bbn(void)
{
    return (
        DrumConfig){ .fields = 22, .words = 4096, .rpm = 1800, .halt = true, .any_start = true };
}

static void setup(void)
{
    make(bbn());
}

static void teardown(void)
{
    device_free(&drum->dev);
    rig_free(&rig);
}

TestSuite(drum, .init = setup, .fini = teardown);

static void remake(DrumConfig config)
{
    teardown();
    make(config);
}

/* Runs a transfer to its end; the time from the command to there. */
static uint64_t transfer(unsigned write, unsigned read, uint32_t address, uint32_t count)
{
    uint64_t start = clock_now(&rig.clock);
    rig_write(&rig, CORE, 8, RIG_RAM);
    rig_write(&rig, DIA, 4, write << 16 | address);
    rig_write(&rig, DCC, 4, (uint64_t)read << 16 | count);
    cr_assert_eq(rig_read(&rig, STAT, 4), DRUM_BUSY);
    while (rig_read(&rig, STAT, 4) & DRUM_BUSY)
        rig_run_until(&rig, rig.clock.next);
    cr_assert_eq(rig_read(&rig, STAT, 4), DRUM_DONE);
    rig_write(&rig, STAT, 4, DRUM_DONE);
    return clock_now(&rig.clock) - start;
}

static uint32_t core(uint32_t word)
{
    uint32_t value;
    cr_assert(bus_read_bytes(&rig.bus, (Spa){ RIG_RAM + 4 * word }, &value, 4, requester_hart(0)));
    return value;
}

static void fill_core(uint32_t seed)
{
    for (uint32_t i = 0; i < 4096; i++) {
        uint32_t word = seed + i;
        cr_assert(bus_write_bytes(&rig.bus, (Spa){ RIG_RAM + 4 * i }, &word, 4, requester_hart(0)));
    }
}

static uint32_t on_drum(unsigned field, uint32_t word)
{
    uint32_t value;
    memcpy(&value, drum_field_data(drum, field) + 4 * word, 4);
    return value;
}

Test(drum, says_what_it_is)
{
    cr_assert_eq(rig_read(&rig, CFG, 4), 3);
    cr_assert_eq(rig_read(&rig, WORDS, 4), 4096);
    cr_assert_eq(rig_read(&rig, FIELDS, 4), 22);
    /* 1800 revolutions a minute, 4096 words: 8.138 us */
    cr_assert_eq(rig_read(&rig, WORD_PS, 4), 8138020);
    rig_write(&rig, CFG, 4, 0);
    rig_write(&rig, WORDS, 4, 1);
    cr_assert_eq(rig_read(&rig, CFG, 4), 3);
    cr_assert_eq(rig_read(&rig, WORDS, 4), 4096);
    cr_assert(rig_write_faults(&rig, 0x34, 4, 0));
    cr_assert(rig_read_faults(&rig, 0x0c, 4));
}

/* A revolution, so a swap that begins anywhere: 33.33 ms of the first design, 34.82 of the Type 23, 20 of 5 us a word. */
Test(drum, a_swap_takes_a_revolution_whenever_it_begins)
{
    static const struct {
        uint64_t rpm, word_ps, revolution, word;
    } rows[] = { { 1800, 0, 33333333, 8139 },
                 { 0, 8500000, 34816000, 8500 },
                 { 0, 4882813, 20000003, 4883 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        DrumConfig config = bbn();
        config.rpm = (unsigned)rows[i].rpm;
        config.word_ps = rows[i].word_ps;
        remake(config);
        for (unsigned phase = 0; phase < 97; phase++) {
            rig_run_until(&rig, clock_now(&rig.clock) + 1234567);
            uint64_t took = transfer(1 + phase % 22, 1 + phase * 5 % 22, 0, 0);
            cr_assert(took >= rows[i].revolution && took <= rows[i].revolution + rows[i].word + 1,
                      "took %lu of %lu", took, rows[i].revolution);
        }
    }
}

/* 30 revolutions a second, and no rounding adds up: after ten hours word 0 comes where it should. */
Test(drum, position_follows_from_time_alone)
{
    for (unsigned second = 0; second < 36000; second += 3599) {
        rig_run_until(&rig, second * 1000000000ull);
        cr_assert_eq(rig_read(&rig, DRA, 4), 0);
        rig_run_until(&rig, second * 1000000000ull + 16666667);
        cr_assert_eq(rig_read(&rig, DRA, 4), 2048);
    }
    rig_run_until(&rig, 40000000000000ull);
    cr_assert_eq(rig_read(&rig, DRA, 4), 0);
    rig_run_until(&rig, 40000000000000ull + 8138);
    cr_assert_eq(rig_read(&rig, DRA, 4), 0);
    rig_run_until(&rig, 40000000000000ull + 8139);
    cr_assert_eq(rig_read(&rig, DRA, 4), 1);
}

/* With a fixed start the wait is half a revolution in the mean over all phases, so a swap takes 1.5, and one that writes
 * and then reads 2, as it finds word 0 coming. */
Test(drum, waits_for_its_word_half_a_revolution_in_the_mean)
{
    DrumConfig config = bbn();
    config.any_start = false;
    remake(config);
    const unsigned n = 512;
    uint64_t once = 0, twice = 0;
    for (unsigned phase = 0; phase < n; phase++) {
        uint64_t begin = (2 * phase + 1000000ull) * 1000000000ull + 33333333ull * phase / n;
        rig_run_until(&rig, begin);
        once += transfer(1, 2, 0, 0);
        rig_run_until(&rig, begin + 1000000000ull);
        twice += transfer(1, 0, 0, 0) + transfer(0, 2, 0, 0);
    }
    cr_assert_float_eq((double)once / n, 50.0e6, 0.1e6);
    cr_assert_float_eq((double)twice / n, 83.33e6, 0.1e6);
}

Test(drum, writes_one_field_and_reads_another_in_one_pass)
{
    fill_core(0x1000000);
    (void)transfer(3, 0, 0, 0);
    cr_assert_eq(on_drum(3, 0), 0x1000000);
    cr_assert_eq(on_drum(3, 4095), 0x1000fff);
    cr_assert_eq(core(17), 0x1000011);
    fill_core(0x2000000);
    rig_run_until(&rig, clock_now(&rig.clock) + 7654321);
    cr_assert_lt(transfer(22, 3, 0, 0), 33342000u);
    for (uint32_t i = 0; i < 4096; i += 273) {
        cr_assert_eq(core(i), 0x1000000 + i);
        cr_assert_eq(on_drum(22, i), 0x2000000 + i);
        cr_assert_eq(on_drum(3, i), 0x1000000 + i);
        cr_assert_eq(on_drum(21, i), 0);
    }
    /* One field both ways: what was on the drum and what was in core change places. */
    fill_core(0x3000000);
    (void)transfer(22, 22, 0, 0);
    cr_assert_eq(core(4000), 0x2000000 + 4000);
    cr_assert_eq(on_drum(22, 4000), 0x3000000 + 4000);
}

/* Data move when the last word has passed. */
Test(drum, core_and_drum_stay_until_the_end)
{
    fill_core(0x4000000);
    rig_write(&rig, CORE, 8, RIG_RAM);
    rig_write(&rig, DIA, 4, 1 << 16);
    rig_write(&rig, DCC, 4, 2 << 16);
    rig_run_until(&rig, 33333333);
    cr_assert_eq(core(0), 0x4000000);
    cr_assert_eq(on_drum(1, 0), 0);
    rig_run_until(&rig, 33333334);
    cr_assert_eq(core(0), 0);
    cr_assert_eq(on_drum(1, 0), 0x4000000);
}

/* A part waits for its address, and goes on at the beginning of the field after its end. */
Test(drum, a_part_is_where_its_addresses_say)
{
    fill_core(0x5000000);
    (void)transfer(5, 0, 4090, 10);
    for (uint32_t i = 0; i < 4096; i++)
        cr_assert_eq(on_drum(5, i), i >= 4090 || i < 4 ? 0x5000000 + i : 0, "word %u", i);
    rig_run_until(&rig, 1000000000);
    cr_assert_eq(transfer(0, 5, 2048, 2), 16666667 + 16276); /* half a revolution, two words */
    rig_run_until(&rig, 2000000000);
    cr_assert_eq(transfer(0, 0, 0, 1), 8139);
}

Test(drum, address_break)
{
    rig_write(&rig, IE, 4, DRUM_ADDRESS);
    rig_write(&rig, DBA, 4, 1024);
    rig_run_until(&rig, 8333332);
    cr_assert_eq(rig_read(&rig, STAT, 4), 0);
    rig_run_until(&rig, 8333334);
    cr_assert_eq(rig_read(&rig, STAT, 4), DRUM_ADDRESS);
    cr_assert(rig.level[IRQ_WIRE]);
    rig_write(&rig, STAT, 4, DRUM_ADDRESS);
    cr_assert(!rig.level[IRQ_WIRE]);
    rig_run_until(&rig, 100000000);
    cr_assert_eq(rig_read(&rig, STAT, 4), 0);
    rig_write(&rig, DBA, 4, 4096);
    cr_assert_eq(rig_read(&rig, STAT, 4), DRUM_ERROR | DRUM_BAD_ADDRESS << 8);
}

Test(drum, halts_or_interrupts)
{
    cr_assert(!rig.level[HALT_WIRE]);
    rig_write(&rig, CORE, 8, RIG_RAM);
    rig_write(&rig, DCC, 4, 1 << 16);
    cr_assert(rig.level[HALT_WIRE]);
    rig_run_until(&rig, 33000000);
    cr_assert(rig.level[HALT_WIRE]);
    rig_run_until(&rig, 34000000);
    cr_assert(!rig.level[HALT_WIRE]);
    cr_assert_eq(rig.changes[IRQ_WIRE], 0);

    DrumConfig config = bbn();
    config.halt = false;
    remake(config);
    rig_write(&rig, IE, 4, DRUM_DONE);
    rig_write(&rig, CORE, 8, RIG_RAM);
    rig_write(&rig, DCC, 4, 1 << 16);
    cr_assert_eq(rig_read(&rig, DRA, 4), BIT(31));
    rig_run_until(&rig, 33000000);
    cr_assert(!rig.level[IRQ_WIRE]);
    rig_run_until(&rig, 34000000);
    cr_assert(rig.level[IRQ_WIRE]);
    cr_assert_eq(rig.changes[HALT_WIRE], 0);
    rig_write(&rig, STAT, 4, DRUM_DONE);
    cr_assert(!rig.level[IRQ_WIRE]);
}

/* Nothing is transferred, and software is told at once. */
Test(drum, refuses_what_cannot_be)
{
    static const struct {
        uint64_t core;
        uint32_t dia, dcc, code;
    } rows[] = {
        { RIG_RAM, 23 << 16, 0, DRUM_BAD_FIELD },
        { RIG_RAM, 0, 23 << 16, DRUM_BAD_FIELD },
        { RIG_RAM, 0xffff0000, 0, DRUM_BAD_FIELD },
        { RIG_RAM, 1 << 16 | 4096, 0, DRUM_BAD_ADDRESS },
        { RIG_RAM, 1 << 16, 4097, DRUM_BAD_ADDRESS },
        { RIG_BASE, 1 << 16, 0, DRUM_BAD_CORE },
        { 0, 0, 1 << 16, DRUM_BAD_CORE },
        { RIG_RAM + 2, 0, 1 << 16, DRUM_BAD_CORE },
        { RIG_RAM + RIG_RAM_SIZE - 16380, 0, 1 << 16, DRUM_BAD_CORE },
        { RIG_RAM - 4, 4095, 1 << 16 | 2, DRUM_BAD_CORE },
        { UINT64_MAX - 3, 0, 1 << 16, DRUM_BAD_CORE },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        rig_write(&rig, CORE, 8, rows[i].core);
        rig_write(&rig, DIA, 4, rows[i].dia);
        rig_write(&rig, DCC, 4, rows[i].dcc);
        cr_assert_eq(rig_read(&rig, STAT, 4), DRUM_ERROR | rows[i].code << 8, "row %u", i);
        cr_assert(!rig.level[HALT_WIRE]);
        cr_assert_eq(rig_guest_errors(&rig), i + 1);
        rig_write(&rig, STAT, 4, DRUM_ERROR);
        cr_assert_eq(rig_read(&rig, STAT, 4), 0);
    }
    /* The end of RAM, to the byte; a field that is not there again is. */
    rig_write(&rig, CORE, 8, RIG_RAM + RIG_RAM_SIZE - 16384);
    rig_write(&rig, DIA, 4, 22 << 16);
    rig_write(&rig, DCC, 4, 4096);
    cr_assert_eq(rig_read(&rig, STAT, 4), DRUM_BUSY);
    /* The one that goes on is not disturbed, and has not ended. */
    rig.trace.on[TRACE_drum_end] = true;
    rig_write(&rig, DCC, 4, 1 << 16);
    fflush(rig.trace.out);
    cr_assert_null(strstr(rig.trace_text, " drum.end "));
    cr_assert_eq(rig_read(&rig, STAT, 4), DRUM_BUSY | DRUM_ERROR | DRUM_IS_BUSY << 8);
    rig_run_until(&rig, 34000000);
    fflush(rig.trace.out);
    cr_assert(strstr(rig.trace_text, " drum.end "));
    cr_assert_eq(rig_read(&rig, STAT, 4), DRUM_DONE | DRUM_ERROR | DRUM_IS_BUSY << 8);
    cr_assert_eq(drum->field[21].writes, 1);
    cr_assert_eq(drum->field[0].reads, 0);
}

/* Saved in the middle of a transfer; what came after is undone, and comes again. */
Test(drum, is_saved_in_the_middle)
{
    fill_core(0x6000000);
    rig_write(&rig, CORE, 8, RIG_RAM);
    rig_write(&rig, DIA, 4, 7 << 16);
    rig_write(&rig, DCC, 4, 0);
    rig_write(&rig, DBA, 4, 4000);
    rig_run_until(&rig, 10000000);
    uint64_t hash = rig_hash(&drum->dev);
    g_autoptr(GByteArray) saved = rig_save(&drum->dev);
    rig_run_until(&rig, 40000000);
    uint64_t end = rig_hash(&drum->dev);
    cr_assert_neq(end, hash);
    cr_assert_eq(on_drum(7, 9), 0x6000009);
    rig.clock.units = 10000000;
    rig_load(&rig, &drum->dev, saved);
    cr_assert_eq(rig_hash(&drum->dev), hash);
    cr_assert(drum_halts(drum));
    cr_assert_eq(on_drum(7, 9), 0);
    rig_run_until(&rig, 40000000);
    cr_assert_eq(on_drum(7, 9), 0x6000009);
    cr_assert(!drum_halts(drum));
}

Test(drum, reset_ends_a_transfer_and_keeps_what_is_written)
{
    fill_core(0x7000000);
    (void)transfer(7, 0, 0, 0);
    rig_write(&rig, DCC, 4, 1 << 16);
    rig_write(&rig, DBA, 4, 1);
    device_reset(&drum->dev);
    cr_assert(!rig.level[HALT_WIRE]);
    cr_assert_eq(rig_read(&rig, STAT, 4), 0);
    cr_assert_eq(rig_read(&rig, DCC, 4), 0);
    cr_assert_eq(rig.clock.next, CLOCK_NEVER);
    cr_assert_eq(on_drum(7, 5), 0x7000005);
}
