/* SPDX-License-Identifier: MIT */
/* test_checkpoint.c - the machine goes back to what it was, and on from there as before. */
#include <criterion/criterion.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/time/checkpoint.h"
#include "tests/lib/machine_rig.h"

enum { NOP = 0x00000013, PAUSE = 0x0100000f, JUMP_SELF = 0x0000006f };

/* Harts take tickets in turn, and yield now and then: who goes next shows in everybody's a0. */
static const uint32_t tickets[] = {
    0x00100597,             /* auipc a1,0x100 */
    0x00100613,             /* li a2,1 */
    0x00c5a52f,             /* amoadd.w a0,a2,(a1) */
    0x00a6a6b3,             /* slt a3,a3,a0 */
    0x00757713,             /* andi a4,a0,7 */
    0xfe071ae3,             /* bnez a4,-12 */
    PAUSE,      0xfedff06f, /* j -20 */
};

static Machine *new_tickets(void)
{
    return rig_new(3, NULL, tickets, G_N_ELEMENTS(tickets));
}

/* Somebody who looks: takes a checkpoint, and later goes back to it once. */
typedef struct {
    Checkpoint *checkpoint;
    uint64_t hash;
} Traveller;

static void take(Machine *m, void *opaque)
{
    Traveller *traveller = opaque;
    traveller->hash = machine_state_hash(m);
    traveller->checkpoint = checkpoint_take(m);
    cr_expect_eq(checkpoint_units(traveller->checkpoint), m->clock.units);
}

static void go_back(Machine *m, void *opaque)
{
    Traveller *traveller = opaque;
    checkpoint_restore(m, traveller->checkpoint);
    cr_expect_eq(m->clock.units, checkpoint_units(traveller->checkpoint));
    cr_expect_eq(machine_state_hash(m), traveller->hash, "units %lu", m->clock.units);
}

/* Whoever looks may do so at any moment of anybody's turn. */
Test(checkpoint, going_back_in_the_middle_of_a_run_is_invisible)
{
    enum { END = 20000 };
    Machine *straight = new_tickets();
    cr_assert_eq(machine_run_until(straight, END), STOP_DEBUG);
    uint64_t expected = machine_state_hash(straight);
    for (uint64_t at = 1; at < 3 * END; at += 487) {
        Traveller traveller;
        Machine *m = new_tickets();
        machine_look_at(m, at, take, &traveller);
        machine_look_at(m, MIN(at + at % 1999, 3 * END), go_back, &traveller);
        cr_assert_eq(machine_run_until(m, END), STOP_DEBUG);
        cr_expect_eq(machine_state_hash(m), expected, "from unit %lu", at);
        checkpoint_free(m, traveller.checkpoint);
        machine_free(m);
    }
    machine_free(straight);
}

static void reset(Machine *m, void *opaque)
{
    (void)opaque;
    cr_assert(machine_reset(m, NULL));
}

/* Power-on in the middle of somebody's turn: it is hart 0's turn then. */
Test(checkpoint, after_a_reset_in_the_middle_of_a_run_hart_0_is_first)
{
    for (uint64_t at = 1; at < 60000; at += 1733) {
        Machine *m = new_tickets();
        machine_look_at(m, at, reset, NULL);
        m->config.max_insns = at + 2;
        cr_assert_eq(machine_run(m), STOP_LIMIT);
        for (unsigned i = 0; i < 3; i++)
            cr_expect_eq(m->harts[i].pc, m->reset_pc + (i ? 0 : 8), "reset at %lu: hart %u", at, i);
        machine_free(m);
    }
}

/* Whoever writes to RAM: a checkpoint knows what was there. The writing hart is in S-mode, and has the gigabyte of RAM
 * twice: where it is, and at WINDOW. */
enum { DATA = BOARD_RAM + 0x10000, ROOT = BOARD_RAM + 0x20000, SEEN = 0x30000 };
#define WINDOW 0xc0000000u

typedef struct {
    const char *who;
    uint32_t
        raw; /* executed with a0 = DATA in the window, a1 = the value, a2 = what is there; 0: somebody else writes */
    void (*write)(Machine *m, uint64_t value);
} Writer;

static void write_reserved(Machine *m, uint64_t value)
{
    m->harts[0].x[11] = value;
    cr_assert(rig_execute(m, 0x1005362f)); /* lr.d a2,(a0) */
    cr_assert(rig_execute(m, 0x18b5362f)); /* sc.d a2,a1,(a0) */
    cr_assert_eq(m->harts[0].x[12], 0);
}

/* An SC that fails gives way to stores, but makes none. */
static void write_after_sc(Machine *m, uint64_t value)
{
    cr_assert(rig_execute(m, 0x18b5362f)); /* sc.d a2,a1,(a0) */
    cr_assert_eq(m->harts[0].x[12], 1);
    m->harts[0].x[11] = value;
    cr_assert(rig_execute(m, 0x00b53023)); /* sd a1,0(a0) */
}

static void write_as_guest(Machine *m, uint64_t value)
{
    m->harts[0].x[10] = DATA; /* the guest has no window */
    m->harts[0].x[11] = value;
    cr_assert(rig_execute(m, 0x6eb54073)); /* hsv.d a1,(a0) */
}

static void write_dma(Machine *m, uint64_t value)
{
    uint8_t block[2 * PAGE_SIZE];
    memset(block, (int)value, sizeof block);
    cr_assert(
        bus_write_bytes(&m->bus, (Spa){ DATA + 8 }, block, sizeof block, requester_device(3)));
}

static void write_poke(Machine *m, uint64_t value)
{
    cr_assert(bus_poke(&m->bus, (Spa){ DATA + 0xffc }, &value, 8));
}

static void write_mailbox(Machine *m, uint64_t value)
{
    m->tohost = (Spa){ DATA };
    machine_watch_tohost(m);
    rig_write64(m, DATA + 8, value);
    rig_write64(m, DATA, value << 1);
    rig_run(m, 1);
    cr_assert_eq(rig_read64(m, DATA), 0, "emptied");
}

static void write_page(Machine *m, uint64_t value)
{
    uint8_t page[PAGE_SIZE];
    memset(page, (int)value, sizeof page);
    cr_assert(bus_load_page(&m->bus, DATA - BOARD_RAM, page));
}

static void load_other(Machine *m, uint64_t value)
{
    Machine *other = rig_new(1, NULL, NULL, 0);
    g_autoptr(GByteArray) saved = g_byte_array_new();
    rig_write64(other, DATA + 24, value);
    machine_save(other, saved);
    cr_assert(machine_load(m, saved->data, saved->len, NULL));
    machine_free(other);
}

static const Writer writers[] = {
    { "sd", 0x00b53023, NULL },
    { "sb", 0x00b50023, NULL },
    { "sd across pages", 0xfeb53e23, NULL }, /* -4(a0) */
    { "amoadd.d", 0x00b5362f, NULL },
    { "amocas.d", 0x28b5362f, NULL },
    { "cbo.zero", 0x0045200f, NULL },
    { "a load that sets A", 0x00053603, NULL },
    { "lr.d, sc.d", 0, write_reserved },
    { "sd after sc.d", 0, write_after_sc },
    { "hsv.d", 0, write_as_guest },
    { "DMA", 0, write_dma },
    { "a debugger or loader", 0, write_poke },
    { "the mailbox", 0, write_mailbox },
    { "loading a page", 0, write_page },
    { "loading a state", 0, load_other },
};

static void write_by(const Writer *writer, Machine *m, uint64_t value)
{
    Hart *hart = &m->harts[0];
    hart->x[10] = DATA - BOARD_RAM + WINDOW;
    hart->x[11] = value;
    hart->x[12] = rig_read64(m, DATA);
    if (writer->raw)
        cr_assert(rig_execute(m, writer->raw), "%s", writer->who);
    else
        writer->write(m, value);
}

/* Nothing is known of the window: neither translations nor A and D. */
static void forget_window(Machine *m)
{
    rig_write64(m, ROOT + 3 * 8, BOARD_RAM >> 2 | 0x0f);
    mmu_sfence_vma(&m->harts[0].mmu, true, (Gva){ 0 }, true, 0);
}

static void fill(Machine *m)
{
    uint8_t data[3 * PAGE_SIZE];
    memset(data, 0x11, sizeof data);
    cr_assert(bus_poke(&m->bus, (Spa){ DATA - PAGE_SIZE }, data, sizeof data));
}

static Machine *new_writer(void)
{
    Machine *m = rig_in(PRIV_S, "max");
    fill(m);
    csr_write(&m->harts[0], CSR_menvcfg, MENVCFG_ADUE | ENVCFG_CBZE);
    rig_write64(m, ROOT + 2 * 8, BOARD_RAM >> 2 | 0xcf);
    forget_window(m);
    csr_write(&m->harts[0], CSR_satp, 8ull << 60 | ROOT >> 12);
    return m;
}

static void check_writer(const Writer *writer, bool forgets)
{
    g_autofree uint8_t *before = NULL, *after = NULL;
    Machine *m = new_writer();
    write_by(writer, m, 1); /* by the slow way, so that there is a fast one */
    fill(m);
    if (forgets)
        forget_window(m);
    Checkpoint *checkpoint = checkpoint_take(m);
    uint64_t hash = machine_state_hash(m);
    before = g_memdup2(m->bus.ram, SEEN);
    for (unsigned i = 0; i < 3; i++) {
        write_by(writer, m, 2);
        if (!i)
            after = g_memdup2(m->bus.ram, SEEN);
        cr_expect(memcmp(m->bus.ram, before, SEEN), "%s wrote nothing", writer->who);
        cr_expect_arr_eq(m->bus.ram, after, SEEN, "%s does not do the same again", writer->who);
        write_by(writer, m, 3);
        checkpoint_restore(m, checkpoint);
        cr_expect_arr_eq(m->bus.ram, before, SEEN, "%s went unnoticed", writer->who);
        cr_expect_eq(machine_state_hash(m), hash, "%s", writer->who);
    }
    checkpoint_free(m, checkpoint);
    machine_free(m);
}

Test(checkpoint, notices_whoever_writes_to_ram)
{
    for (size_t i = 0; i < G_N_ELEMENTS(writers); i++)
        for (unsigned forgets = 0; forgets < 2; forgets++)
            check_writer(&writers[i], forgets || !strcmp(writers[i].who, "a load that sets A"));
}

/* Any of several, in any order, and after some are gone; what is not alive any more costs nothing. */
Test(checkpoint, any_of_several_can_be_restored_in_any_order)
{
    enum { COUNT = 12, STEP = 997 };
    Checkpoint *checkpoints[COUNT];
    uint64_t hashes[COUNT];
    Machine *m = new_tickets();
    for (unsigned i = 0; i < COUNT; i++) {
        hashes[i] = machine_state_hash(m);
        checkpoints[i] = checkpoint_take(m);
        cr_assert_eq(machine_run_until(m, (i + 1) * STEP), STOP_DEBUG);
        rig_write64(m, BOARD_RAM + 0x200000 + i * PAGE_SIZE,
                    i + 1); /* pages that were zeros before */
    }
    for (unsigned i = 0; i < 200; i++) {
        unsigned which = i * 7919 % COUNT;
        if (!checkpoints[which])
            continue;
        checkpoint_restore(m, checkpoints[which]);
        cr_expect_eq(machine_state_hash(m), hashes[which], "checkpoint %u", which);
        if (i % 3 == 0)
            rig_run(m, i + 1);
        if (i % 17 == 16) {
            checkpoint_free(m, checkpoints[which]);
            checkpoints[which] = NULL;
        }
    }
    for (unsigned i = 0; i < COUNT; i++)
        if (checkpoints[i])
            checkpoint_free(m, checkpoints[i]);
    cr_expect_null(m->checkpoints);
    for (size_t page = 0; page < m->bus.ram_size >> PAGE_SHIFT; page++)
        cr_assert(!(m->bus.page_flags[page] & PAGE_CLEAN));
    machine_free(m);
}

/* Code that was executed is decoded anew when memory is another. */
Test(checkpoint, decoded_instructions_are_those_of_the_restored_memory)
{
    Machine *m = rig_new(1, NULL, NULL, 0);
    for (unsigned i = 0; i < 2; i++) {
        m->harts[0].x[10] = 0;
        m->harts[0].pc = BOARD_RAM;
        cr_assert(rig_execute(m, 0x00150513)); /* addi a0,a0,1 */
        m->harts[0].pc = BOARD_RAM;
        Checkpoint *checkpoint = checkpoint_take(m);
        cr_assert(rig_execute(m, 0x00550513)); /* addi a0,a0,5 */
        cr_expect_eq(m->harts[0].x[10], 6);
        checkpoint_restore(m, checkpoint);
        rig_run(m, 1);
        cr_expect_eq(m->harts[0].x[10], 2);
        checkpoint_free(m, checkpoint);
    }
    machine_free(m);
}

/* A copy is kept of what changes, not of the rest. */
Test(checkpoint, keeps_what_changes_and_no_more)
{
    Machine *m = new_tickets();
    for (unsigned i = 0; i < 256; i++)
        rig_write64(m, BOARD_RAM + 0x400000 + i * PAGE_SIZE, 1);
    Checkpoint *first = checkpoint_take(m), *second = checkpoint_take(m);
    size_t size = checkpoint_size(m, second);
    cr_expect_lt(size, 128 << 10, "%zu bytes", size);
    for (unsigned i = 0; i < 100; i++)
        rig_write64(m, BOARD_RAM + 0x400000 + i * PAGE_SIZE, 2);
    size_t shared = checkpoint_size(m, second);
    checkpoint_free(m, first);
    size_t alone = checkpoint_size(m, second);
    cr_expect_lt(shared, size + 4096, "both have them: %zu bytes", shared);
    cr_expect_geq(alone, 100 * PAGE_SIZE, "%zu bytes", alone);
    checkpoint_free(m, second);
    machine_free(m);
}

/* Runs on, goes back and runs on again: the same must happen. */
static void check_again(Machine *m, uint64_t units, unsigned stop)
{
    Checkpoint *checkpoint = checkpoint_take(m);
    rig_run(m, units);
    uint64_t hash = machine_state_hash(m);
    checkpoint_restore(m, checkpoint);
    rig_run(m, units);
    cr_expect_eq(machine_state_hash(m), hash, "stopped at %u", stop);
    checkpoint_free(m, checkpoint);
}

/* norm:sc_other_hart_store_fail */
Test(checkpoint, restored_reservations_break_and_restored_timers_fire)
{
    for (unsigned stop = 1; stop < 14; stop++) {
        Machine *m = rig_new(2, NULL, rig_reservation, RIG_RESERVATION);
        Hart *hart = &m->harts[1];
        csr_write(hart, CSR_mtvec, BOARD_RAM + 40);
        csr_write(hart, CSR_mie, BIT(IRQ_MTI));
        csr_write(hart, CSR_mstatus, MSTATUS_MIE);
        cr_assert(bus_write(&m->bus, (Spa){ BOARD_CLINT + 0x4008 }, 8, 50, requester_hart(0)));
        rig_run(m, stop);
        check_again(m, 40, stop);
        cr_expect_eq(m->harts[0].x[12], 1, "stopped at %u", stop);
        check_again(m, 20000, stop);
        cr_expect_eq(hart->trap_units, 1, "stopped at %u", stop);
        machine_free(m);
    }
}
