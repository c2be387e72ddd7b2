/* SPDX-License-Identifier: MIT */
/*
 * test_halt.c - harts that a drum halts: the state is saved, the machine stepped, limited, and taken back in the middle of it,
 * and goes on as if nothing had been.
 */
#include <criterion/criterion.h>

#include "emu/time/history.h"
#include "tests/lib/machine_rig.h"

enum { HARTS = 2, MIB = 1 << 20, LAST = 1000000 }; /* ns */

/* Hart 0 exchanges core and fields 1 and 2 by turns, sums up what comes in s1 and where the drum stands in s2; s0 counts.
 * Hart 1 counts in s1, yields now and then, and mixes the time into s2. */
static const uint32_t program[] = {
    0xf14022f3, /* csrrs t0,mhartid,zero */
    0x06029a63, /* bne t0,zero,other */
    0x10010537, /* lui a0,0x10010 */
    0x000015b7, /* lui a1,0x1 */
    0x8015859b, /* addiw a1,a1,-2047 */
    0x01459593, /* slli a1,a1,0x14 */
    0x00b53823, /* sd a1,16(a0) */
    0x00000493, /* addi s1,zero,0 */
    0x00140413, /* addi s0,s0,1 */
    0x00147313, /* andi t1,s0,1 */
    0x0085a023, /* sw s0,0(a1) */
    0x0013039b, /* addiw t2,t1,1 */
    0x0103939b, /* slliw t2,t2,0x10 */
    0x00752023, /* sw t2,0(a0) */
    0x00134313, /* xori t1,t1,1 */
    0x0013031b, /* addiw t1,t1,1 */
    0x0103131b, /* slliw t1,t1,0x10 */
    0x00652423, /* sw t1,8(a0) */
    0x01c52e03, /* lw t3,28(a0) */
    0x01c52e23, /* sw t3,28(a0) */
    0x0005ae83, /* lw t4,0(a1) */
    0x01d484b3, /* add s1,s1,t4 */
    0x01852f03, /* lw t5,24(a0) */
    0x01e94933, /* xor s2,s2,t5 */
    0x12c00f93, /* addi t6,zero,300 */
    0x028f8fb3, /* mul t6,t6,s0 */
    0x3fffff93, /* andi t6,t6,1023 */
    0xffff8f93, /* addi t6,t6,-1 */
    0xfff04ee3, /* blt zero,t6,wait */
    0xfadff06f, /* jal zero,again */
    0x00148493, /* addi s1,s1,1 */
    0x03f4f293, /* andi t0,s1,63 */
    0xfe029ce3, /* bne t0,zero,other */
    0x0100000f, /* fence w,unknown */
    0xc01022f3, /* csrrs t0,time,zero */
    0x00594933, /* xor s2,s2,t0 */
    0xfe9ff06f, /* jal zero,other */
};

enum { BEHIND_DCC = 18 * 4 }; /* the first load of STAT */

static Machine *make(uint64_t slice, uint64_t quantum)
{
    MachineConfig config = {
        .n_harts = HARTS, .ram_size = 2 * MIB, .quantum = quantum, .slice = slice
    };
    GError *error = NULL;
    cr_assert(plugs_read(&config.plugs, "drum,word-us=0.1,words=256,fields=2"));
    cr_assert(isa_parse(&config.isa, NULL, &error));
    Machine *m = machine_new(&config, &error);
    cr_assert(m);
    m->reset_pc = BOARD_RAM;
    cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM }, program, sizeof program));
    cr_assert(machine_reset(m, &error));
    return m;
}

static void run_to(Machine *m, uint64_t ns)
{
    m->paused = false;
    cr_assert_eq(machine_run_until(m, ns), STOP_DEBUG);
}

/* A revolution is 25.6 us, the loop beside it at most 2. */
Test(halt, a_run_is_the_same_however_it_is_cut)
{
    Machine *m = make(0, 1000);
    run_to(m, LAST);
    uint64_t hash = machine_state_hash(m), swaps = m->harts[0].x[8];
    cr_assert(swaps > 35 && swaps < 39, "%lu", swaps);
    /* What is in field 1 and 2 comes back two swaps later. */
    cr_assert_gt(m->harts[0].x[9], 0);
    static const uint64_t slices[] = { 1, 7, 999 };
    for (unsigned i = 0; i < G_N_ELEMENTS(slices); i++) {
        Machine *cut = make(slices[i], 1000);
        for (uint64_t ns = 1; ns < LAST; ns += 7919)
            run_to(cut, ns);
        run_to(cut, LAST);
        cr_assert_eq(machine_state_hash(cut), hash, "slice %lu", slices[i]);
        machine_free(cut);
    }
    machine_free(m);
}

/* From every moment, most of them in the middle of a transfer, another machine goes on in the same way. */
Test(halt, a_snapshot_is_whole_while_harts_are_halted)
{
    Machine *m = make(0, 300), *other = make(0, 300);
    unsigned halted = 0;
    for (uint64_t ns = 10000; ns < LAST; ns += 33331) {
        GByteArray *saved = g_byte_array_new();
        run_to(m, ns);
        machine_save(m, saved);
        cr_assert(machine_load(other, saved->data, saved->len, NULL));
        cr_assert_eq(other->halted, m->halted);
        cr_assert_eq(machine_state_hash(other), machine_state_hash(m));
        halted += m->halted;
        run_to(m, ns + 30000);
        run_to(other, ns + 30000);
        cr_assert_eq(machine_state_hash(other), machine_state_hash(m), "from %lu ns", ns);
        g_byte_array_free(saved, TRUE);
    }
    cr_assert_gt(halted, 20);
    machine_free(m);
    machine_free(other);
}

/* A step that begins halted ends behind the next instruction; the debugger's having timers off does not stop the drum. */
Test(halt, a_step_over_the_command_finds_it_done)
{
    for (unsigned timers_off = 0; timers_off < 2; timers_off++) {
        Machine *m = make(0, 1000);
        for (unsigned step = 0; m->harts[0].pc != BOARD_RAM + BEHIND_DCC; step++) {
            cr_assert_lt(step, 100);
            m->stepping = 1;
            cr_assert_eq(machine_run(m), STOP_DEBUG);
        }
        cr_assert(m->halted);
        uint64_t before = hart_retired(&m->harts[0]), others = hart_retired(&m->harts[1]);
        uint64_t start = clock_now(&m->clock);
        m->restraint.timers_off = timers_off;
        m->stepping = 1;
        cr_assert_eq(machine_run(m), STOP_DEBUG);
        cr_assert_not(m->halted);
        cr_assert_eq(m->harts[0].pc, BOARD_RAM + BEHIND_DCC + 4);
        cr_assert_eq(m->harts[0].x[28], DRUM_DONE);
        cr_assert_eq(hart_retired(&m->harts[0]) - before, 1);
        cr_assert_leq(hart_retired(&m->harts[1]) - others, 1000);
        cr_assert(clock_now(&m->clock) - start > 25000);
        machine_free(m);
    }
}

/* Time that is halted away is no instruction. */
Test(halt, a_limit_counts_what_was_executed)
{
    Machine *m = make(0, 1000);
    m->config.max_insns = 5000;
    cr_assert_eq(machine_run(m), STOP_LIMIT);
    cr_assert_eq(machine_executed(m), 5000);
    machine_free(m);
}

/* A reset in the middle of a transfer lets everybody go. */
Test(halt, a_reset_ends_it)
{
    Machine *m = make(0, 1000);
    run_to(m, 10000);
    cr_assert(m->halted);
    cr_assert(machine_reset(m, NULL));
    cr_assert_not(m->halted);
    run_to(m, 20000);
    cr_assert(m->halted);
    machine_free(m);
}

/* Step by step back through transfers, and forward again to the same end. */
Test(halt, going_back_leads_through_it)
{
    Machine *plain = make(0, 1000), *m = make(0, 1000);
    InputLog *log = input_log_new();
    input_log_attach(log, m);
    History *history = history_new(m, log, 64 * MIB);
    run_to(plain, LAST);
    run_to(m, LAST);
    const TimeTravel *travel = m->time_travel;
    uint64_t hash = machine_state_hash(plain);
    for (unsigned i = 0; i < 400; i++) {
        unsigned hart = i % 3 != 0;
        uint64_t before = hart_steps(&m->harts[hart]), count = i % 5 ? 1 : 200;
        cr_assert_eq(travel->step_back(travel->opaque, hart, count), TRAVEL_ARRIVED);
        cr_assert_eq(hart_steps(&m->harts[hart]), before - count);
        if (i % 50 == 49) {
            run_to(m, LAST);
            cr_assert_eq(machine_state_hash(m), hash, "after %u steps back", i);
        }
    }
    history_free(history);
    machine_free(m);
    machine_free(plain);
    input_log_free(log);
}
