/* SPDX-License-Identifier: MIT */
/* test_checkpoint.c - the machine goes back to what it was, and on from there as before. */
#include <criterion/criterion.h>
#include <string.h>

#include "emu/checkpoint.h"
#include "tests/lib/machine_rig.h"

enum { PAUSE = 0x0100000f };

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
