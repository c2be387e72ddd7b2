/* SPDX-License-Identifier: MIT */
/* test_history.c - a machine that went back is what it was then, goes forward again as it did, and hears and says nothing
 * on the way. */
#include <criterion/criterion.h>
#include <string.h>

#include "emu/time/history.h"
#include "tests/lib/machine_rig.h"

enum { HARTS = 2, MIB = 1 << 20 };

/* Hart 0 waits for the serial port's interrupt, reads what is there, mixes it into s0 and says it again; '!' starts the
 * machine anew. Hart 1 counts, yields now and then, and mixes the time into s2. */
static const uint32_t program[] = {
    0xf14022f3, /* csrr t0,mhartid */
    0x06029e63, /* bnez t0,other */
    0x10000537, /* lui a0,0x10000 */
    0x00100293, /* li t0,1 */
    0x005500a3, /* sb t0,1(a0) */
    0x0c0005b7, /* lui a1,0xc000 */
    0x0255a423, /* sw t0,40(a1) */
    0x40000313, /* li t1,1024 */
    0x0c002637, /* lui a2,0xc002 */
    0x00662023, /* sw t1,0(a2) */
    0x0c2006b7, /* lui a3,0xc200 */
    0x00001337, /* lui t1,0x1 */
    0x00135313, /* srl t1,t1,0x1 */
    0x30431073, /* csrw mie,t1 */
    0x10500073, /* wfi */
    0x0046a383, /* lw t2,4(a3) */
    0x0076a223, /* sw t2,4(a3) */
    0x00554e03, /* lbu t3,5(a0) */
    0x001e7e13, /* and t3,t3,1 */
    0xfe0e06e3, /* beqz t3,loop */
    0x00054e83, /* lbu t4,0(a0) */
    0x00541f13, /* sll t5,s0,0x5 */
    0x408f0433, /* sub s0,t5,s0 */
    0x01d40433, /* add s0,s0,t4 */
    0x01d50023, /* sb t4,0(a0) */
    0x02100f13, /* li t5,33 */
    0xfdee9ee3, /* bne t4,t5,more */
    0x00100fb7, /* lui t6,0x100 */
    0x00007f37, /* lui t5,0x7 */
    0x777f0f13, /* add t5,t5,1911 */
    0x01efa023, /* sw t5,0(t6) */
    0xfc9ff06f, /* j more */
    0x00148493, /* add s1,s1,1 */
    0x03f4f293, /* and t0,s1,63 */
    0xfe029ce3, /* bnez t0,other */
    0x0100000f, /* fence w,unknown */
    0xc01022f3, /* rdtime t0 */
    0x00594933, /* xor s2,s2,t0 */
    0xfe9ff06f, /* j other */
};

/* The other end of the serial line: types a character at each of these moments (units of all harts); what the device
 * has no room for waits until it asks. */
typedef struct {
    HostChar chr;
    Machine *machine;
    InputLog *log;
    History *history;
    GString *typed, *said;
    gsize taken;
    unsigned next;
} Board;

static const char text[] = "In the beginning was the word, and there were two more: carry on!"
                           "And it began anew, with words that filled the queue and then some: "
                           "0123456789abcdefghijklmnopqrstuvwxyz.";

static uint64_t moment(unsigned i)
{
    return 3001 + i * 1009ull + i * i * 17ull % 977;
}

static void write_char(void *host, const uint8_t *data, size_t size)
{
    g_string_append_len(((Board *)host)->said, (const char *)data, (gssize)size);
}

static void offer(void *host)
{
    Board *b = host;
    while (b->taken < b->typed->len) {
        size_t n = b->chr.receive(b->chr.device, (const uint8_t *)b->typed->str + b->taken,
                                  b->typed->len - b->taken);
        if (!n)
            return;
        b->taken += n;
    }
}

/* Most of the text comes one by one, the end at once. */
static void type(Machine *m, void *opaque)
{
    Board *b = opaque;
    unsigned n = b->next < sizeof text - 41 ? 1 : (unsigned)sizeof text - 1 - b->next;
    g_string_append_len(b->typed, text + b->next, n);
    b->next += n;
    offer(b);
    if (b->next < sizeof text - 1)
        machine_look_at(m, moment(b->next), type, b);
}

static Board *board_new(bool remembers, size_t limit, uint64_t slice)
{
    Board *b = g_new0(Board, 1);
    MachineConfig config = {
        .n_harts = HARTS, .ram_size = 16 * MIB, .quantum = 1000, .slice = slice
    };
    GError *error = NULL;
    b->typed = g_string_new(NULL);
    b->said = g_string_new(NULL);
    b->chr = (HostChar){ .write = write_char, .ready = offer, .host = b };
    b->log = input_log_new();
    config.serial = remembers ? input_log_tap_char(b->log, &b->chr) : &b->chr;
    cr_assert(isa_parse(&config.isa, NULL, &error));
    Machine *m = b->machine = machine_new(&config, &error);
    cr_assert(m);
    m->reset_pc = BOARD_RAM;
    cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM }, program, sizeof program));
    cr_assert(machine_reset(m, &error));
    if (remembers) {
        input_log_attach(b->log, m);
        b->history = history_new(m, b->log, limit);
    }
    machine_look_at(m, moment(0), type, b);
    return b;
}

static void board_free(Board *b)
{
    history_free(b->history);
    machine_free(b->machine);
    input_log_free(b->log);
    g_string_free(b->typed, TRUE);
    g_string_free(b->said, TRUE);
    g_free(b);
}

enum { END = 250000 }; /* ns */

static void run_to(Board *b, uint64_t ns)
{
    b->machine->paused = false;
    cr_assert_eq(machine_run_until(b->machine, ns), STOP_DEBUG);
}

static void must_be_like(Board *b, Board *other)
{
    cr_assert_str_eq(b->said->str, other->said->str);
    cr_assert_eq(machine_state_hash(b->machine), machine_state_hash(other->machine));
}

static void step_back(Board *b, unsigned hart, uint64_t count, TravelEnd end)
{
    const TimeTravel *travel = b->machine->time_travel;
    cr_assert_eq(travel->step_back(travel->opaque, hart, count), end);
    cr_assert(b->machine->paused);
}

static uint64_t cycles(const Board *b, unsigned hart)
{
    return hart_cycles(&b->machine->harts[hart]);
}

Test(history, remembering_changes_nothing)
{
    Board *plain = board_new(false, 0, 0), *b = board_new(true, 64 * MIB, 0);
    run_to(plain, END);
    run_to(b, END);
    cr_assert_str_eq(b->said->str, text);
    must_be_like(b, plain);
    board_free(plain);
    board_free(b);
}

/* Where a debugger had the machine: remembered, and what it was like. */
typedef struct {
    uint64_t units, cycles[HARTS], hash;
} Seen;

static void see(Machine *m, void *opaque)
{
    Seen seen = { .units = m->clock.units, .hash = machine_state_hash(m) };
    for (unsigned i = 0; i < HARTS; i++)
        seen.cycles[i] = hart_cycles(&m->harts[i]);
    history_paused(m);
    g_array_append_val((GArray *)opaque, seen);
    machine_look_at(m, m->clock.units + 777 + m->clock.units % 501, see, opaque);
}

static const Seen *seen_at(const GArray *list, unsigned index)
{
    return &g_array_index(list, Seen, index);
}

/* Every moment that was seen is given back, in any order, input and a restart included, and so is the end. */
Test(history, every_moment_is_given_back)
{
    for (uint64_t slice = 0; slice < 200; slice += 99) {
        Board *plain = board_new(false, 0, 0), *b = board_new(true, 64 * MIB, slice);
        g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Seen));
        unsigned restarts = 0;
        run_to(plain, END);
        machine_look_at(b->machine, 1000, see, list);
        run_to(b, END - 1000);
        machine_look_at(b->machine, UINT64_MAX, see, list);
        run_to(b, END);
        cr_assert_gt(list->len, 300);
        for (unsigned i = list->len; i-- > 0;) {
            const Seen *seen = seen_at(list, i);
            bool last = i + 1 == list->len || seen_at(list, i + 1)->cycles[1] != seen->cycles[1];
            if (!last || cycles(b, 1) <= seen->cycles[1])
                continue;
            step_back(b, 1, cycles(b, 1) - seen->cycles[1], TRAVEL_ARRIVED);
            /* The restart is a moment of its own, and the later one. */
            restarts += b->machine->clock.units != seen->units;
            cr_assert(b->machine->clock.units != seen->units ||
                          machine_state_hash(b->machine) == seen->hash,
                      "moment %u, slice %lu", i, slice);
            if (i % 5 == 0)
                run_to(b, END);
        }
        cr_assert_leq(restarts, 1);
        run_to(b, END);
        must_be_like(b, plain);
        board_free(plain);
        board_free(b);
    }
}

/* Hart by hart, unit by unit: what was executed is undone, and doing it again leads to the same. */
Test(history, single_steps_go_back_by_one)
{
    Board *plain = board_new(false, 0, 0), *b = board_new(true, 64 * MIB, 0);
    run_to(plain, END);
    run_to(b, END);
    for (unsigned i = 0; i < 300; i++) {
        unsigned hart = i % 7 == 0 ? 0 : 1;
        uint64_t before = cycles(b, hart);
        step_back(b, hart, 1, TRAVEL_ARRIVED);
        cr_assert_eq(cycles(b, hart), before - 1);
        cr_assert_not(b->machine->harts[hart].idle && cycles(b, hart) > 20);
    }
    run_to(b, END);
    must_be_like(b, plain);
    step_back(b, 1, cycles(b, 1) + 1, TRAVEL_AT_START);
    cr_assert_eq(b->machine->clock.units, 0);
    run_to(b, END);
    must_be_like(b, plain);
    board_free(plain);
    board_free(b);
}

/* What is changed in the past begins another run: its future is new, its own past remains. */
Test(history, a_change_in_the_past_makes_another_future)
{
    Board *b = board_new(true, 64 * MIB, 0);
    run_to(b, 100000);
    uint64_t old = cycles(b, 1);
    g_autofree char *said = g_strdup(b->said->str);
    step_back(b, 1, 20000, TRAVEL_ARRIVED);
    uint64_t s1 = b->machine->harts[1].x[9];
    history_touched(b->machine);
    b->machine->harts[1].x[9] = 0;
    run_to(b, 100000);
    cr_assert_eq(cycles(b, 1), old);
    cr_assert_lt(b->machine->harts[1].x[9], s1);
    cr_assert_eq(b->said->len, strlen(said),
                 "what was said is not said again, what waited comes later");
    step_back(b, 1, 20001, TRAVEL_ARRIVED);
    step_back(b, 1, 1, TRAVEL_ARRIVED);
    run_to(b, 100000);
    cr_assert_lt(b->machine->harts[1].x[9], s1, "the change is part of the run now");
    step_back(b, 1, 20000, TRAVEL_ARRIVED);
    cr_assert_eq(b->machine->harts[1].x[9], 0);
    board_free(b);
}

/* A debugger that holds harts back has its part in what happens, and it is remembered. */
Test(history, restraint_is_remembered)
{
    Board *b = board_new(true, 64 * MIB, 0);
    run_to(b, 50000);
    b->machine->restraint.held = 1;
    run_to(b, 80000);
    b->machine->restraint.held = 0;
    run_to(b, 120000);
    uint64_t hash = machine_state_hash(b->machine);
    step_back(b, 1, 90000, TRAVEL_ARRIVED);
    run_to(b, 120000);
    cr_assert_eq(machine_state_hash(b->machine), hash);
    cr_assert_eq(b->machine->recorded.held, 0);
    /* Another restraint in the past is another run, from where it matters. */
    step_back(b, 1, 30000, TRAVEL_ARRIVED);
    b->machine->restraint.held = 2;
    run_to(b, 120000);
    b->machine->restraint.held = 0;
    cr_assert_not(b->machine->replaying);
    cr_assert_neq(machine_state_hash(b->machine), hash);
    board_free(b);
}

/* With little room the past gets short, and says so, but what there is of it is right. */
Test(history, forgetting_the_oldest_leaves_the_rest)
{
    Board *b = board_new(true, 1, 0), *plain = board_new(false, 0, 0);
    g_autoptr(GString) out = g_string_new(NULL);
    run_to(b, 30000000);
    run_to(plain, 30000000);
    step_back(b, 1, cycles(b, 1), TRAVEL_AT_START);
    cr_assert_gt(clock_now(&b->machine->clock), 1000000);
    history_describe(b->history, out);
    cr_assert(strstr(out->str, "in the past"));
    run_to(b, 30000000);
    must_be_like(b, plain);
    board_free(plain);
    board_free(b);
}

static bool at_once(void *opaque)
{
    (void)opaque;
    return true;
}

/* Whoever does not want to wait finds the machine somewhere in its past, sound as ever. */
Test(history, a_journey_can_be_given_up)
{
    Board *b = board_new(true, 64 * MIB, 7), *plain = board_new(false, 0, 0);
    run_to(b, 9000000);
    run_to(plain, 9000000);
    b->machine->wants_back = at_once;
    step_back(b, 1, 1, TRAVEL_CANCELLED);
    cr_assert(b->machine->replaying);
    run_to(b, 9000000);
    must_be_like(b, plain);
    board_free(plain);
    board_free(b);
}

Test(history, reasons_not_to_go_back)
{
    Board *b = board_new(false, 0, 0);
    cr_assert_null(history_refusal(b->machine));
    b->machine->config.virtio[3].drive_file = (char *)"disk";
    cr_assert(strstr(history_refusal(b->machine), "-snapshot"));
    b->machine->config.virtio[3].snapshot = true;
    cr_assert_null(history_refusal(b->machine));
    board_free(b);
}

static size_t take_all(void *device, const uint8_t *data, size_t size)
{
    (void)device, (void)data;
    return size;
}

/* A recording's reader refuses records that are longer. */
Test(history, much_input_is_taken_in_pieces)
{
    InputLog *log = input_log_new();
    HostChar host = { 0 };
    HostChar *tap = input_log_tap_char(log, &host);
    g_autofree uint8_t *much = g_malloc0(MIB);
    Machine *m = rig_in(PRIV_M, NULL);
    tap->receive = take_all;
    input_log_attach(log, m);
    cr_assert_eq(host.receive(host.device, much, MIB), INPUT_MOST_BYTES);
    cr_assert_leq(input_log_at(log, input_log_first(log))->size, INPUT_MOST_DATA);
    machine_free(m);
    input_log_free(log);
}

/* Of a run that is only recorded, input is not kept in memory, too. */
Test(history, input_is_forgotten_where_nobody_goes_back)
{
    InputLog *log = input_log_new();
    Machine *m = rig_in(PRIV_M, NULL);
    input_log_attach(log, m);
    History *h = history_new(m, log, 0);
    input_log_add(log, INPUT_BYTES, 0, 3, "abc", 3);
    history_go_on(m);
    cr_assert_eq(input_log_end(log), 1);
    cr_assert_eq(input_log_first(log), 1);
    history_free(h);
    machine_free(m);
    input_log_free(log);
}
