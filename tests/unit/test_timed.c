/* SPDX-License-Identifier: MIT */
/* test_timed.c - timed mode: what instructions cost, who waits for what, and that nothing but the program decides it. */
#include "tests/unit/test_timed_setup.h"

#include "cpu/commit.h"

enum { NOP = 0x00000013, END = 300000 /* ns */ };

/* A line that nobody has costs the LLC's cycles and the memory's; at 1 GHz a cycle is a nanosecond. */
#define PLAIN "a53x4,clock=1GHz," COSTS
#define COSTS "llc.cycles=10,bus.latency=100ns,bus.service=1ns,bus.streams=0,trap=7,mmio=50"
enum { MISS = 110, TRAP = 7, MMIO = 50 };

static uint64_t cycles(const Machine *m)
{
    return hart_cycles(&m->harts[0]);
}

static void run(Machine *m, uint64_t steps)
{
    m->config.max_insns = machine_executed(m) + steps;
    cr_assert_eq(machine_run(m), STOP_LIMIT);
}

/* A line of code costs a miss when it is first executed, and sixteen instructions a cycle each. */
Test(timed, instructions_and_misses_are_all_there_is)
{
    uint32_t code[64];
    MachineConfig config = timed_config(1, PLAIN);
    for (unsigned i = 0; i < 64; i++)
        code[i] = NOP;
    code[63] = 0xf05ff06f; /* j code */
    Machine *m = timed_machine(&config, code, sizeof code);
    for (unsigned i = 1; i <= 64; i++) {
        run(m, 1);
        cr_expect_eq(cycles(m), i + MISS * ((i + 15) / 16), "after %u", i);
        cr_expect_eq(hart_retired(&m->harts[0]), i);
        cr_expect_eq(m->harts[0].stall_units, MISS * ((i + 15) / 16));
    }
    uint64_t before = cycles(m);
    run(m, 6400);
    cr_expect_eq(cycles(m) - before, 6400, "all of it is in the L1");
    cr_expect_eq(m->harts[0].model->events.n[COUNT_LLC_MISSES], 4);
    machine_free(m);
}

/* mcycle has the stalls, minstret has not, and time is cycles by the profile's clock. */
Test(timed, counters_and_time_say_the_same)
{
    static const uint32_t code[] = { 0xb0002573 /* csrr a0,mcycle */, 0xb02025f3 /* csrr a1,minstret */,
                                     0xc0102673 /* csrr a2,time */, 0x0000006f /* j . */ };
    MachineConfig config = timed_config(1, "a53x4,clock=2GHz," COSTS);
    Machine *m = timed_machine(&config, code, sizeof code);
    const uint64_t *x = m->harts[0].x;
    run(m, 3);
    cr_expect_eq(x[10], 10 + 200, "the line has come, the instruction is not over");
    cr_expect_eq(x[11], 1);
    cr_expect_eq(x[12], (10 + 200 + 2) / 2 / 100);
    run(m, 1000000);
    cr_expect_eq(cycles(m), 1000003 + 10 + 200);
    cr_expect_eq(clock_now(&m->clock), cycles(m) / 2);
    machine_free(m);
}

/* A load waits; a second one of the line does not; a store to a line that is not there does not either; registers of a
 * device and traps cost what the profile says. */
Test(timed, each_kind_of_access_costs_its_own)
{
    static const struct {
        uint32_t raw;
        uint64_t a1, cycles;
        const char *what;
    } steps[] = {
        { 0x0005b503, 0x80400000, 1 + MISS, "ld" },
        { 0x0085b503, 0x80400000, 1, "ld of the same line" },
        { 0x0005a507, 0x80400000, 1, "flw, through the function" },
        { 0x00a5b023, 0x80500000, 1, "sd to another line: posted" },
        { 0x0005b503, 0x8040003c, 1 + MISS, "a load of two lines" },
        { 0x00a5b52f, 0x80600000, 1 + MISS, "amoadd.d" },
        { 0x1005b52f, 0x80600000, 1, "lr.d" },
        { 0x0005a503, 0x10001000, 1 + MMIO, "lw of a device" },
        { 0x00000073, 0, 1 + TRAP, "ecall" },
    };
    MachineConfig config = timed_config(1, PLAIN);
    Machine *m = timed_machine(&config, (uint32_t[]){ NOP, NOP }, 8);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_mstatus, 1 << 13);
    csr_write(hart, CSR_mtvec, BOARD_RAM);
    run(m, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        hart->pc = BOARD_RAM;
        hart->x[11] = steps[i].a1;
        cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM }, &steps[i].raw, 4));
        uint64_t before = cycles(m);
        run(m, 1);
        cr_expect_eq(cycles(m) - before, steps[i].cycles, "%s: %lu", steps[i].what,
                     cycles(m) - before);
        for (unsigned n = 0; n < 4; n++) { /* what was posted arrives */
            cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM }, &(uint32_t){ 0x0000006f }, 4));
            hart->pc = BOARD_RAM;
            run(m, 100);
        }
    }
    machine_free(m);
}

/* Every hart gets the same, however long instructions wait: what one uses beyond its turn comes off its next. */
Test(timed, harts_stay_together)
{
    MachineConfig config = timed_config(2, "a53x4,quantum=200");
    Machine *m = busy_machine(&config);
    for (unsigned i = 1; i < 200; i++) {
        cr_assert_eq(machine_run_until(m, i * 997), STOP_DEBUG);
        int64_t apart = (int64_t)(m->harts[0].units - m->harts[1].units);
        cr_expect_lt(llabs((long long)apart), 200 + 3000, "after %u: %ld", i, apart);
        cr_expect_eq(m->clock.units, m->harts[0].units + m->harts[1].units);
        cr_expect_eq(clock_now(&m->clock), m->clock.units * 5 / 12);
    }
    cr_expect_gt(m->harts[0].stall_units, 10000);
    machine_free(m);
}

static Machine *run_busy(uint64_t slice, bool watched, uint64_t end)
{
    MachineConfig config = timed_config(2, "a53x4,llc.size=256K");
    config.slice = slice;
    Machine *m = busy_machine(&config);
    for (unsigned i = 0; i < m->n_harts; i++)
        m->harts[i].commit = watched ? &m->commit : NULL;
    cr_assert_eq(machine_run_until(m, end), STOP_DEBUG);
    return m;
}

/* The state is the same in the loop that looks at every instruction, for any slice, and after a turn in the middle. */
Test(timed, only_the_program_decides)
{
    Machine *m = run_busy(0, false, END);
    uint64_t hash = machine_state_hash(m), misses = m->harts[0].model->events.n[COUNT_LLC_MISSES];
    cr_expect_gt(misses, 1000);
    cr_expect_gt(m->harts[0].trap_units, 3);
    machine_free(m);
    for (uint64_t slice = 1; slice < 300; slice = slice * 3 + 1) {
        for (unsigned watched = 0; watched < 2; watched++) {
            m = run_busy(slice, watched, END);
            cr_expect_eq(machine_state_hash(m), hash, "slice %lu, %u", slice, watched);
            machine_free(m);
        }
    }
    m = run_busy(0, false, END / 7);
    for (unsigned i = 0; i < 500; i++)
        machine_run_until(m, END / 7 + i * 101);
    machine_run_until(m, END);
    cr_expect_eq(machine_state_hash(m), hash);
    machine_free(m);
}

/* Saved anywhere and loaded into another machine, it goes on as it would have. */
Test(timed, state_is_all_there_is)
{
    Machine *whole = run_busy(0, false, END);
    uint64_t hash = machine_state_hash(whole);
    MachineConfig config = timed_config(2, "a53x4,llc.size=256K");
    for (uint64_t at = 1; at < END; at += 17011) {
        g_autoptr(GByteArray) saved = g_byte_array_new();
        GError *error = NULL;
        Machine *m = run_busy(0, false, at), *other = timed_machine(&config, busy, sizeof busy);
        machine_save(m, saved);
        cr_assert(machine_load(other, saved->data, saved->len, &error));
        cr_expect_eq(machine_state_hash(other), machine_state_hash(m), "at %lu", at);
        machine_run_until(other, END);
        cr_expect_eq(machine_state_hash(other), hash, "from %lu", at);
        machine_free(m);
        machine_free(other);
    }
    machine_free(whole);
}

/* Off and on again: T goes on where it is, and off is what functional mode is. */
Test(timed, the_switch_is_continuous)
{
    MachineConfig config = timed_config(2, "rocket6,start=monitor");
    Machine *m = busy_machine(&config);
    uint64_t stalls = 0;
    for (unsigned i = 1; i < 40; i++) {
        cr_assert_eq(machine_run_until(m, i * 3333), STOP_DEBUG);
        uint64_t before = clock_now(&m->clock);
        timed_switch(m, i % 2);
        cr_expect_eq(m->timed, i % 2);
        cr_expect_leq(clock_now(&m->clock) - before, 1000, "harts wait for each other");
        cr_expect_eq(m->harts[0].units, m->harts[1].units);
        if (i % 2)
            cr_expect_eq(m->harts[0].stall_units, stalls, "nobody waits in functional mode");
        stalls = m->harts[0].stall_units;
    }
    cr_expect_gt(stalls, 0);
    machine_free(m);
}

/* Timed mode begins after the mark that was named, once. */
Test(timed, a_mark_begins_it)
{
    MachineConfig config = timed_config(1, "a53x4,start=mark:1:128");
    Machine *m = busy_machine(&config);
    while (!m->timed && machine_executed(m) < 10000)
        run(m, 1);
    cr_expect_eq(m->harts[0].x[18], 128);
    cr_expect_eq(m->harts[0].pc, BOARD_RAM + 34 * 4, "at the pause behind it");
    cr_expect_eq(m->harts[0].stall_units, 0);
    timed_switch(m, false);
    run(m, 5000);
    cr_expect_not(m->timed);
    machine_free(m);
}

/* A machine without -timing has none of it. */
Test(timed, without_a_model_nothing_happens)
{
    MachineConfig config = timed_config(1, NULL);
    Machine *m = busy_machine(&config);
    timed_switch(m, true);
    cr_expect_not(m->timed);
    run(m, 10000);
    cr_expect_eq(m->clock.units, 10000);
    cr_expect_eq(m->harts[0].stall_units, 0);
    machine_free(m);
}
