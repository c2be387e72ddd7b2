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
    static const uint32_t code[] = { 0xb0002573 /* csrr a0,mcycle */,
                                     0xb02025f3 /* csrr a1,minstret */,
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

/* Each instruction takes what its class says, in both loops, and that is a stall of it. */
Test(timed, classes_take_their_cycles)
{
    static const uint32_t code[] = { 0x00000013 /* nop */,
                                     0x02b50533 /* mul a0,a0,a1 */,
                                     0xb0002673 /* csrr a2,mcycle */,
                                     0x00000463 /* beq x0,x0,+8 */,
                                     NOP,
                                     0xfedff06f /* j nop */ };
    for (unsigned watched = 0; watched < 2; watched++) {
        MachineConfig config =
            timed_config(1, PLAIN ",cycles.alu=3,cycles.csr=10,cycles.branch=5,cycles.jump=2");
        Machine *m = timed_machine(&config, code, sizeof code);
        m->harts[0].commit = watched ? &m->commit : NULL;
        run(m, 5000);
        cr_expect_eq(cycles(m), MISS + 1000 * (3 + 3 + 10 + 5 + 2));
        cr_expect_eq(m->harts[0].x[12], MISS + 999 * 23 + 6, "its own cycles are not over");
        cr_expect_eq(hart_retired(&m->harts[0]), 5000);
        machine_free(m);
    }
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

/* With every kind of instruction of another length. */
static const char uneven[] =
    "a53x4,llc.size=256K,cycles.alu=2,cycles.load=3,cycles.store=4,cycles.amo=5,cycles.branch=6,"
    "cycles.jump=7,cycles.csr=8,cycles.system=9";

static Machine *run_busy(uint64_t slice, bool watched, uint64_t end)
{
    MachineConfig config = timed_config(2, uneven);
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
    MachineConfig config = timed_config(2, uneven);
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

enum { HPM3 = 0xb03, EVENT3 = 0x323 };

/* ld a0,0(a1); sd a0,64(a1); addi a1,a1,256; j: a miss to read and one to write in each round, after the first line of code. */
static const uint32_t misses[] = { 0x0005b503, 0x04a5b023, 0x10058593, 0xff5ff06f };

static Machine *miss_machine(const char *timing)
{
    MachineConfig config = timed_config(1, timing);
    Machine *m = timed_machine(&config, misses, sizeof misses);
    m->harts[0].x[11] = 0x80400000;
    return m;
}

static uint64_t count(Machine *m, Event event, uint64_t steps)
{
    csr_write(&m->harts[0], EVENT3, event_info[event].selector);
    csr_write(&m->harts[0], HPM3, 0);
    run(m, steps);
    return csr_read(&m->harts[0], HPM3);
}

Test(timed, the_model_counts_for_event_counters)
{
    enum { ROUNDS = 1000 };
    static const struct {
        Event event;
        uint64_t count;
    } expected[] = {
        { EVENT_cache_references, 2 * ROUNDS },
        { EVENT_cache_misses, 2 * ROUNDS },
        { EVENT_llc_reads, ROUNDS },
        { EVENT_llc_read_misses, ROUNDS },
        { EVENT_llc_writes, ROUNDS },
        { EVENT_llc_write_misses, ROUNDS },
        { EVENT_l1d_read_misses, ROUNDS },
        { EVENT_l1d_write_misses, ROUNDS },
        { EVENT_l1i_read_misses, 0 },
        { EVENT_frontend_stalls, 0 },
        { EVENT_misses_by_others, 0 },
    };
    Machine *m = miss_machine(PLAIN);
    run(m, 4);
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
        cr_expect_eq(count(m, expected[i].event, 4 * ROUNDS), expected[i].count, "%s",
                     event_info[expected[i].event].name);
    uint64_t stalls = m->harts[0].stall_units;
    cr_expect_eq(count(m, EVENT_backend_stalls, 4 * ROUNDS), m->harts[0].stall_units - stalls);
    cr_expect_gt(count(m, EVENT_write_backs, 4 * ROUNDS), 0, "by now the LLC is full");
    timed_switch(m, false);
    cr_expect_eq(count(m, EVENT_cache_misses, 4 * ROUNDS), 0, "in functional mode nothing is");
    machine_free(m);
    m = miss_machine(NULL);
    csr_write(&m->harts[0], EVENT3, event_info[EVENT_cache_misses].selector);
    cr_expect_eq(csr_read(&m->harts[0], EVENT3), 0, "without a model there is no such event");
    machine_free(m);
}

/* The overflow of a counter of misses is taken right behind the instruction that missed, whatever the slice. */
Test(timed, overflow_interrupts_come_at_once)
{
    for (uint64_t budget = 1; budget < 200; budget++) {
        Machine *m = miss_machine("a53x4");
        Hart *hart = &m->harts[0];
        m->config.slice = budget % 7;
        run(m, 1);
        hart->pc = BOARD_RAM;
        hart->x[11] = 0x80800000;
        csr_write(hart, CSR_mtvec, BOARD_RAM + 12);
        csr_write(hart, CSR_mie, 1 << IRQ_LCOFI);
        csr_write(hart, CSR_mstatus, MSTATUS_MIE);
        csr_write(hart, EVENT3, event_info[EVENT_cache_misses].selector);
        csr_write(hart, HPM3, -budget);
        uint64_t before = hart->model->events.n[COUNT_LLC_MISSES];
        while (!hart->trap_units)
            run(m, 1);
        cr_expect_eq(hart->model->events.n[COUNT_LLC_MISSES] - before, budget);
        cr_expect_eq(hart->csr.mcause, CAUSE_INTERRUPT | IRQ_LCOFI);
        cr_expect_eq(hart->csr.mepc, BOARD_RAM + (budget % 2 ? 4 : 8), "budget %lu", budget);
        cr_expect_eq(hart->x[11], 0x80800000 + (budget - 1) / 2 * 256);
        machine_free(m);
    }
}

static Machine *write_machine(uint64_t slice)
{
    static const uint32_t writes[] = {
        0x00a5b023, /* sd a0,0(a1) */
        0x04058593, /* addi a1,a1,64 */
        0xff9ff06f, /* j back */
    };
    MachineConfig config = timed_config(1, "rocket6");
    config.cbqri = true;
    config.rcid_bits = config.mcid_bits = 4;
    config.slice = slice;
    Machine *m = timed_machine(&config, writes, sizeof writes);
    m->harts[0].x[11] = 0x80400000;
    return m;
}

/* One instruction can drive out thousands of lines, where somebody's share of the cache has shrunk: the overflow is taken
 * behind it, whatever the slice. */
Test(timed, a_burst_overflows_at_once)
{
    uint64_t hashes[2];
    for (unsigned slice = 0; slice < 2; slice++) {
        Machine *m = write_machine(slice);
        Hart *hart = &m->harts[0];
        run(m, 3 * 6000);
        csr_write(hart, EVENT3, event_info[EVENT_write_backs].selector);
        csr_write(hart, HPM3, -1000ull);
        m->qos->capacity[0].units = 100;
        run(m, 30);
        cr_expect_lt(csr_read(hart, HPM3), UINT64_MAX / 2, "it has overflowed");
        cr_expect_eq(csr_read(hart, EVENT3) >> 63, 1, "slice %u", slice);
        hashes[slice] = machine_state_hash(m);
        machine_free(m);
    }
    cr_expect_eq(hashes[0], hashes[1]);
}

/* What a counter counts in the model is known when it is looked at for the first time after going back. */
Test(timed, going_back_raises_no_overflow)
{
    g_autoptr(GByteArray) saved = g_byte_array_new();
    Machine *m = miss_machine("a53x4");
    Hart *hart = &m->harts[0];
    run(m, 4);
    csr_write(hart, EVENT3, event_info[EVENT_cache_misses].selector);
    csr_write(hart, HPM3, -1000000ull);
    run(m, 400);
    machine_save(m, saved);
    run(m, 4);
    uint64_t hash = machine_state_hash(m);
    run(m, 40000);
    cr_assert(machine_load(m, saved->data, saved->len, NULL));
    run(m, 4);
    cr_expect_eq(csr_read(hart, EVENT3) >> 63, 0);
    cr_expect_eq(hart->mip_software, 0);
    cr_expect_eq(machine_state_hash(m), hash);
    machine_free(m);
}

static unsigned modelled_translations(const Machine *m)
{
    const TlbModel *tlb = m->harts[0].model->tlb_d;
    unsigned n = 0;
    for (unsigned i = 0; i < tlb->n; i++)
        n += tlb->entries[i].shift != 0;
    return n;
}

Test(timed, modelled_translations_end_with_those_they_model)
{
    MachineConfig config = timed_config(1, "rocket6");
    Machine *m = busy_machine(&config);
    run(m, 5000);
    cr_assert_gt(modelled_translations(m), 0);
    config = timed_config(1, "rocket6,start=monitor");
    m = busy_machine(&config);
    timed_switch(m, true);
    run(m, 5000);
    cr_assert_gt(modelled_translations(m), 0);
    timed_switch(m, false);
    mmu_sfence_vma(&m->harts[0].mmu, true, (Gva){ 0 }, true, 0);
    timed_switch(m, true);
    cr_expect_eq(modelled_translations(m), 0, "a fence in functional mode");
    machine_free(m);
}

/* After a reset the same program takes the same time, and is timed from the same mark on. */
Test(timed, a_reset_is_a_power_on)
{
    static const char *const starts[] = { "reset", "mark:1" };
    for (unsigned i = 0; i < G_N_ELEMENTS(starts); i++) {
        g_autofree char *text = g_strdup_printf("rocket6,start=%s", starts[i]);
        MachineConfig config = timed_config(1, text);
        Machine *m = busy_machine(&config);
        uint64_t stalls[2], missed[2];
        for (unsigned boot = 0; boot < 2; boot++) {
            uint64_t before = m->harts[0].stall_units;
            cr_expect_eq(m->timed, i == 0, "%s, boot %u", text, boot);
            run(m, 20000);
            cr_expect(m->timed);
            stalls[boot] = m->harts[0].stall_units - before;
            missed[boot] = m->timing->counts.counts[m->harts[0].model->owner].n[COUNT_LLC_MISSES];
            cr_assert(machine_reset(m, NULL));
            cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM }, busy, sizeof busy));
            translate_data(&m->harts[0]);
        }
        cr_expect_gt(missed[0], 100);
        cr_expect_eq(missed[0], missed[1], "%s: %lu and %lu", text, missed[0], missed[1]);
        cr_expect_lt(llabs((long long)(stalls[0] - stalls[1])), 100, "%s: %lu and %lu", text,
                     stalls[0], stalls[1]);
        machine_free(m);
    }
}

Test(timed, clocks_are_of_whole_megahertz)
{
    TimedConfig config = { 0 };
    GError *error = NULL;
    cr_expect(!timed_parse(&config, "-timing", "rocket6,clock=3200000001Hz", &error));
    cr_expect(strstr(error->message, "whole MHz"), "%s", error->message);
    g_clear_error(&error);
    cr_expect(timed_parse(&config, "-timing", "rocket6,clock=100000MHz", &error));
}

/* T15: what a walk reads, without anything that remembers parts of walks. */
Test(timed, walks_read_what_the_manual_says)
{
    static const struct {
        const char *what;
        uint64_t satp, vsatp, hgatp, reads;
    } walks[] = {
        { "Sv39", 8, 0, 0, 3 },
        { "Sv48", 9, 0, 0, 4 },
        { "Sv39 over Sv39x4", 0, 8, 8, 15 },
        { "Sv48 over Sv48x4", 0, 9, 9, 24 },
        { "Sv39x4", 0, 0, 8, 3 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(walks); i++) {
        MachineConfig config = timed_config(1, "a53x4,tlb.walk_entries=0");
        Machine *m = timed_machine(&config, (uint32_t[]){ 0x0005b503 /* ld a0,0(a1) */ }, 4);
        Hart *hart = &m->harts[0];
        map_levels(m, MAX(walks[i].satp, MAX(walks[i].vsatp, walks[i].hgatp)) == 9 ? 4 : 3);
        csr_write(hart, 0x3b0, ~0ull);
        csr_write(hart, CSR_pmpcfg0, 0x1f);
        csr_write(hart, CSR_satp, walks[i].satp ? walks[i].satp << 60 | TABLES >> 12 : 0);
        csr_write(hart, CSR_vsatp, walks[i].vsatp ? walks[i].vsatp << 60 | TABLES >> 12 : 0);
        csr_write(hart, CSR_hgatp, walks[i].hgatp ? walks[i].hgatp << 60 | TABLES >> 12 : 0);
        bool guest = walks[i].hgatp;
        csr_write(hart, CSR_mstatus, MSTATUS_MPRV | (guest ? MSTATUS_MPV : 0)); /* MPP = U */
        hart->x[11] = 0x80400000;
        for (unsigned again = 0; again < 2; again++) {
            uint64_t before = hart->model->events.n[COUNT_WALK_READS];
            hart->pc = BOARD_RAM;
            run(m, 1);
            cr_expect_eq(hart->trap_units, 0, "%s", walks[i].what);
            cr_expect_eq(hart->model->events.n[COUNT_WALK_READS] - before,
                         again ? 0 : walks[i].reads, "%s: %lu", walks[i].what,
                         hart->model->events.n[COUNT_WALK_READS] - before);
        }
        machine_free(m);
    }
}
