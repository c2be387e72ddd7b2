/* SPDX-License-Identifier: MIT */
/* test_timed_history.c - going back in a timed run, over the moments at which timed mode began and ended. */
#include "tests/unit/test_timed_setup.h"

#include "emu/time/history.h"

enum { HARTS = 2, END = 200000 /* ns */ };

typedef struct {
    Machine *machine;
    InputLog *log;
    History *history;
} Board;

static Board board_new(bool remembers)
{
    MachineConfig config = timed_config(HARTS, "a53x4,llc.size=256K,start=mark:1:64");
    Board b = { .machine = busy_machine(&config), .log = input_log_new() };
    if (remembers) {
        input_log_attach(b.log, b.machine);
        b.history = history_new(b.machine, b.log, 64 * MIB);
    }
    return b;
}

static void board_free(Board *b)
{
    history_free(b->history);
    machine_free(b->machine);
    input_log_free(b->log);
}

static void run_to(Board *b, uint64_t ns)
{
    b->machine->paused = false;
    cr_assert_eq(machine_run_until(b->machine, ns), STOP_DEBUG);
}

/* It begins at a mark; somebody ends it, and begins it anew. */
static void run_all(Board *b)
{
    run_to(b, END / 4);
    cr_assert(b->machine->timed);
    history_timed(b->machine, false);
    run_to(b, END / 2);
    history_timed(b->machine, true);
    run_to(b, END);
}

typedef struct {
    uint64_t units, hash, steps[HARTS];
} Seen;

static void see(Machine *m, void *opaque)
{
    Seen seen = { m->clock.units, machine_state_hash(m), { 0 } };
    for (unsigned i = 0; i < HARTS; i++)
        seen.steps[i] = hart_steps(&m->harts[i]);
    g_array_append_val((GArray *)opaque, seen);
    machine_look_at(m, m->clock.units + 877 + m->clock.units % 501, see, opaque);
}

static TravelEnd step_back(Board *b, unsigned hart, uint64_t count)
{
    const TimeTravel *travel = b->machine->time_travel;
    return travel->step_back(travel->opaque, hart, count);
}

/* What was at a moment, by hart 1's steps, is there again after going back by steps. */
Test(timed_history, every_moment_is_given_back)
{
    Board b = board_new(true), plain = board_new(false);
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Seen));
    unsigned found = 0;
    run_all(&plain);
    machine_look_at(b.machine, 1000, see, list);
    run_all(&b);
    machine_look_at(b.machine, UINT64_MAX, see, list);
    cr_assert_gt(list->len, 100);
    uint64_t hash = machine_state_hash(b.machine);
    cr_expect_eq(hash, machine_state_hash(plain.machine), "remembering changes nothing");
    for (unsigned i = list->len - 1; i > 0; i--) {
        const Seen *seen = &g_array_index(list, Seen, i);
        uint64_t now = hart_steps(&b.machine->harts[1]);
        if (now <= seen->steps[1])
            continue;
        cr_assert_eq(step_back(&b, 1, now - seen->steps[1]), TRAVEL_ARRIVED);
        cr_expect_eq(hart_steps(&b.machine->harts[1]), seen->steps[1]);
        if (b.machine->clock.units == seen->units) {
            found++;
            cr_expect_eq(machine_state_hash(b.machine), seen->hash, "moment %u", i);
        }
        if (i % 7)
            continue;
        run_to(&b, END);
        cr_assert_eq(machine_state_hash(b.machine), hash, "after moment %u", i);
    }
    cr_expect_gt(found, 30, "%u", found);
    run_to(&b, END);
    cr_expect_eq(machine_state_hash(b.machine), hash);
    board_free(&b);
    board_free(&plain);
}

/* One step is one instruction, however long it waited. */
Test(timed_history, single_steps)
{
    Board b = board_new(true);
    run_all(&b);
    uint64_t hash = machine_state_hash(b.machine);
    for (unsigned i = 0; i < 200; i++) {
        uint64_t before = hart_steps(&b.machine->harts[i % 2]);
        cr_assert_eq(step_back(&b, i % 2, 1), TRAVEL_ARRIVED);
        cr_assert_eq(hart_steps(&b.machine->harts[i % 2]), before - 1);
    }
    run_to(&b, END);
    cr_expect_eq(machine_state_hash(b.machine), hash);
    board_free(&b);
}

/* Turning it on or off in the past makes another future. */
Test(timed_history, another_switch_is_another_run)
{
    Board b = board_new(true);
    run_all(&b);
    uint64_t hash = machine_state_hash(b.machine);
    cr_assert_eq(step_back(&b, 0, 1000), TRAVEL_ARRIVED);
    cr_assert(b.machine->replaying);
    history_timed(b.machine, false);
    cr_expect_not(b.machine->replaying);
    run_to(&b, END);
    cr_expect_neq(machine_state_hash(b.machine), hash);
    uint64_t other = machine_state_hash(b.machine);
    cr_assert_eq(step_back(&b, 0, 20000), TRAVEL_ARRIVED);
    run_to(&b, END);
    cr_expect_eq(machine_state_hash(b.machine), other);
    board_free(&b);
}
