/* SPDX-License-Identifier: MIT */
/* test_pdp_time.c - an instruction takes 10 us, as on a PDP-1, for the guest; and with somebody at a typewriter for them, too. */
#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "emu/pace.h"
#include "emu/time/history.h"
#include "tests/lib/machine_rig.h"

enum { NOP = 0x13, JUMP_SELF = 0x6f, WFI = 0x10500073, US = 1000, MS = 1000 * US, UNIT = 10 * US };

/* Counts in s0, takes the time to s1, and pauses now and then, so that harts take turns in another order. */
static const uint32_t counter[] = {
    0x00140413, /* addi s0,s0,1 */
    0xc01024f3, /* csrr s1,time */
    0x00994933, /* xor s2,s2,s1 */
    0x00747293, /* andi t0,s0,7 */
    0xfe0298e3, /* bnez t0,counter */
    0x0100000f, /* pause */
    0xfe9ff06f, /* j counter */
};

/* With a typewriter at the other end of `line`, if that is not NULL. */
static Machine *pdp(unsigned n_harts, const uint32_t *code, size_t count, HostChar *line)
{
    MachineConfig config = {
        .n_harts = n_harts, .ram_size = 16 << 20, .quantum = PDP_QUANTUM, .pdp_time = true
    };
    GError *error = NULL;
    if (line) {
        cr_assert(plugs_read(&config.plugs, "typewriter"));
        config.plugs.at[0].chr = line;
    }
    if (!isa_parse(&config.isa, NULL, &error))
        g_error("%s", error->message);
    Machine *m = machine_new(&config, &error);
    if (!m)
        g_error("%s", error->message);
    m->reset_pc = BOARD_RAM;
    cr_assert(machine_reset(m, &error));
    cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM }, code, count * 4));
    return m;
}

#define PDP(n_harts, code) pdp(n_harts, code, G_N_ELEMENTS(code), NULL)

static uint64_t now(const Machine *m)
{
    return clock_now(&m->clock);
}

Test(pdp_time, an_instruction_is_ten_microseconds)
{
    static const uint32_t code[] = { NOP, 0xc0102573 /* csrr a0,time */, JUMP_SELF };
    for (unsigned n_harts = 1; n_harts <= 3; n_harts++) {
        Machine *m = PDP(n_harts, code);
        machine_run_until(m, 50 * MS);
        cr_expect_eq(now(m), 50 * MS);
        cr_expect_eq(m->harts[0].x[10], 100 / n_harts, "one is over; mtime counts tenths of 1 us");
        for (unsigned i = 0; i < n_harts; i++)
            cr_expect_eq(hart_retired(&m->harts[i]), 5000, "hart %u of %u", i, n_harts);
        machine_free(m);
    }
}

/* A quantum of 140 ms is 14,000 instructions, to the unit, and so is waiting for its end. */
Test(pdp_time, timers_end_a_quantum_at_its_instruction)
{
    static const uint32_t waits[] = { WFI, 0xc0102573 /* csrr a0,time */, JUMP_SELF },
                          works[] = { JUMP_SELF };
    for (unsigned waiting = 0; waiting < 2; waiting++) {
        Machine *m = waiting ? PDP(1, waits) : PDP(1, works);
        Hart *hart = &m->harts[0];
        uint64_t address = BOARD_CLINT + 0x4000;
        csr_write(hart, CSR_mtvec, RIG_HANDLER);
        rig_write64(m, RIG_HANDLER, JUMP_SELF);
        csr_write(hart, CSR_mie, BIT(IRQ_MTI));
        csr_write(hart, CSR_mstatus, waiting ? 0 : 8);
        cr_assert(bus_write(&m->bus, (Spa){ address }, 8, 1400000, requester_hart(0)));
        machine_run_until(m, 140 * MS + UNIT);
        if (waiting)
            cr_expect_eq(hart->idle_units, 13999, "the WFI itself was one");
        else
            cr_expect(hart_retired(hart) == 14000 && hart->pc == RIG_HANDLER);
        cr_expect_eq(hart->csr.mcause, waiting ? 0 : 1ull << 63 | IRQ_MTI);
        machine_free(m);
    }
}

/* What the host waits for, and where slices end, changes nothing. */
Test(pdp_time, slices_and_pace_change_nothing)
{
    for (unsigned n_harts = 1; n_harts <= 2; n_harts++) {
        uint64_t hashes[3];
        for (unsigned i = 0; i < 3; i++) {
            Machine *m = PDP(n_harts, counter);
            m->config.slice = i == 1 ? 3 : 0;
            m->config.live_input = i == 2;
            machine_run_until(m, 100 * MS);
            hashes[i] = machine_state_hash(m);
            machine_free(m);
        }
        cr_expect(hashes[1] == hashes[0] && hashes[2] == hashes[0], "%u harts", n_harts);
    }
}

Test(pdp_time, a_saved_machine_goes_on_as_it_would_have)
{
    Machine *m = PDP(2, counter), *other = PDP(2, counter);
    g_autoptr(GByteArray) saved = g_byte_array_new();
    machine_run_until(m, 30 * MS + 3 * UNIT);
    machine_save(m, saved);
    cr_assert(machine_load(other, saved->data, saved->len, NULL));
    cr_expect_eq(now(other), 30 * MS + 3 * UNIT);
    machine_run_until(m, 70 * MS);
    machine_run_until(other, 70 * MS);
    cr_expect_eq(machine_state_hash(other), machine_state_hash(m));
    machine_free(m);
    machine_free(other);
}

/* Gives back what is typed at the typewriter, one by one. */
static const uint32_t echo[] = {
    0x10012537, /* lui a0,0x10012 */
    0x00554283, /* lbu t0,5(a0) */
    0x0012f313, /* andi t1,t0,1 */
    0xfe030ce3, /* beqz t1,-8 */
    0x00054383, /* lbu t2,0(a0) */
    0x00554283, /* lbu t0,5(a0) */
    0x0202f313, /* andi t1,t0,32 */
    0xfe030ce3, /* beqz t1,-8 */
    0x00750023, /* sb t2,0(a0) */
    0xfe1ff06f, /* j -32 */
};

static void hear(void *host, const uint8_t *data, size_t size)
{
    g_string_append_len(host, (const char *)data, (gssize)size);
}

/* Back to a moment at which a character is half printed, and on from there: what was typed is typed again. */
Test(pdp_time, going_back_finds_the_typewriter_as_it_was)
{
    g_autoptr(GString) said = g_string_new(NULL);
    HostChar line = { .write = hear, .host = said };
    InputLog *log = input_log_new();
    Machine *m = pdp(1, echo, G_N_ELEMENTS(echo), input_log_tap_char(log, &line));
    input_log_attach(log, m);
    History *history = history_new(m, log, 64 << 20);
    machine_run_until(m, 30 * MS);
    cr_assert_eq(line.receive(line.device, (const uint8_t *)"a", 1), 1);
    machine_run_until(m, 60 * MS);
    uint64_t then = machine_state_hash(m);
    machine_run_until(m, 80 * MS);
    cr_assert_eq(line.receive(line.device, (const uint8_t *)"b", 1), 1);
    machine_run_until(m, 400 * MS);
    uint64_t end = machine_state_hash(m);
    cr_assert_str_eq(said->str, "ab");
    m->paused = true;
    const TimeTravel *travel = m->time_travel;
    cr_assert_eq(travel->step_back(travel->opaque, 0, 34000), TRAVEL_ARRIVED);
    cr_expect_eq(now(m), 60 * MS);
    cr_expect_eq(machine_state_hash(m), then);
    m->paused = false;
    machine_run_until(m, 400 * MS);
    cr_expect_eq(machine_state_hash(m), end);
    cr_expect_str_eq(said->str, "ab", "nobody hears it twice");
    history_free(history);
    machine_free(m);
    input_log_free(log);
}

/* At least as long on the wall, with work and with waiting, and whoever wants the machine to stop need not wait. */

static int64_t wall_ns(void)
{
    return g_get_monotonic_time() * 1000;
}

Test(pdp_time, work_takes_as_long_as_it_does_there)
{
    for (unsigned n_harts = 1; n_harts <= 2; n_harts++) {
        Machine *m = PDP(n_harts, counter);
        m->config.live_input = true;
        int64_t start = wall_ns();
        machine_run_until(m, 150 * MS);
        cr_expect_geq(wall_ns() - start, 145 * MS, "%u harts", n_harts);
        machine_free(m);
    }
}

Test(pdp_time, without_somebody_there_nothing_waits)
{
    static const uint32_t code[] = { JUMP_SELF };
    Machine *m = PDP(1, code);
    int64_t start = wall_ns();
    machine_run_until(m, UINT64_C(60000) * MS);
    cr_expect_lt(wall_ns() - start, INT64_C(30000) * MS, "a minute took less than half of one");
    cr_expect_eq(now(m), UINT64_C(60000) * MS);
    machine_free(m);
}

static void stop_it(void *opaque, void *data)
{
    (void)data;
    machine_stop(opaque, STOP_QUIT, 0);
}

static gpointer stop_later(gpointer opaque)
{
    Machine *m = opaque;
    g_usleep(60000);
    inbox_post(&m->inbox, stop_it, m, NULL);
    return NULL;
}

/* It has come no further than the wall when it hears of it, but for a slice. */
Test(pdp_time, it_stops_while_it_waits)
{
    Machine *m = PDP(1, counter);
    m->config.live_input = true;
    int64_t start = wall_ns();
    GThread *thread = g_thread_new("stop", stop_later, m);
    cr_expect_eq(machine_run_until(m, UINT64_C(3600000) * MS), STOP_QUIT);
    cr_expect_leq((int64_t)now(m), wall_ns() - start + 7 * MS);
    cr_expect_geq((int64_t)now(m), 5 * MS);
    g_thread_join(thread);
    machine_free(m);
}

/* A machine that went on at full speed, or is another all at once, is not waited for. */
Test(pdp_time, a_leap_is_not_waited_for)
{
    Machine *m = PDP(1, counter);
    machine_run_until(m, UINT64_C(10000) * MS);
    m->config.live_input = true;
    int64_t start = wall_ns();
    machine_run_until(m, UINT64_C(10050) * MS);
    cr_expect_lt(wall_ns() - start, INT64_C(5000) * MS);
    machine_free(m);
}
