/* SPDX-License-Identifier: MIT */
/* test_machine.c - rounds, virtual time, events, and that nothing depends on how the host slices the run. */
#define _GNU_SOURCE /* memmem */
#include <criterion/criterion.h>
#include <string.h>

#include "cpu/csr.h"
#include "tests/lib/machine_rig.h"

enum { NOP = 0x00000013, WFI = 0x10500073, JUMP_SELF = 0x0000006f, PAUSE = 0x0100000f };

/* Counts up in a0, mixing it into memory: state that shows every difference. */
static const uint32_t busy_loop[] = {
    0x00150513, /* addi a0,a0,1 */
    0x02a50533, /* mul  a0,a0,a0 */
    0xf1402073, /* csrr x0,mhartid */
    0x00100597, /* auipc a1,0x100 */
    0x00a5b023, /* sd   a0,0(a1) */
    0xfedff06f, /* j    -20 */
};

Test(machine, every_hart_uses_one_quantum_a_round)
{
    Machine *m = rig_new(3, NULL, busy_loop, G_N_ELEMENTS(busy_loop));
    rig_run(m, 3 * m->config.quantum);
    for (unsigned i = 0; i < 3; i++)
        cr_expect_eq(m->harts[i].units, m->config.quantum, "hart %u used %lu", i,
                     m->harts[i].units);
    /* T is the units of all, divided by the harts; mtime counts in 100 ns. */
    cr_expect_eq(clock_now(&m->clock), m->config.quantum);
    cr_expect_eq(clint_mtime(m->clint), m->config.quantum / 100);
    machine_free(m);
}

Test(machine, one_instruction_is_one_nanosecond)
{
    Machine *m = rig_new(1, NULL, busy_loop, G_N_ELEMENTS(busy_loop));
    rig_run(m, 12345);
    cr_expect_eq(clock_now(&m->clock), 12345);
    cr_expect_eq(csr_read(&m->harts[0], CSR_minstret), 12345);
    cr_expect_eq(csr_read(&m->harts[0], CSR_mcycle), 12345);
    cr_expect_eq(csr_read(&m->harts[0], CSR_time), 123);
    machine_free(m);
}

/* A timer interrupt comes at the instruction at which mtime reaches mtimecmp, whatever the slices. */
Test(machine, timer_interrupts_come_at_the_exact_instruction)
{
    static const uint64_t slices[] = { 0, 1, 7, 1000 };
    for (unsigned i = 0; i < G_N_ELEMENTS(slices); i++) {
        Machine *m = rig_new(1, NULL, busy_loop, G_N_ELEMENTS(busy_loop));
        Hart *hart = &m->harts[0];
        m->config.slice = slices[i];
        csr_write(hart, CSR_mtvec, BOARD_RAM + 0x1000);
        rig_write64(m, BOARD_RAM + 0x1000, JUMP_SELF);
        csr_write(hart, CSR_mie, BIT(IRQ_MTI));
        csr_write(hart, CSR_mstatus, MSTATUS_MIE);
        cr_assert(bus_write(&m->bus, (Spa){ BOARD_CLINT + 0x4000 }, 8, 50, requester_hart(0)));
        rig_run(m, 5000);
        cr_expect_eq(hart->trap_units, 0, "slice %lu: not before 5000 units", slices[i]);
        rig_run(m, 1);
        cr_expect_eq(hart->trap_units, 1, "slice %lu: at 5000 units", slices[i]);
        cr_expect_eq(hart->csr.mcause, CAUSE_INTERRUPT | IRQ_MTI);
        machine_free(m);
    }
}

static uint64_t hash_after(unsigned n_harts, uint64_t slice, uint64_t units, bool traced)
{
    Machine *m = rig_new(n_harts, NULL, busy_loop, G_N_ELEMENTS(busy_loop));
    m->config.slice = slice;
    for (unsigned i = 0; traced && i < n_harts; i++)
        m->harts[i].commit = &m->commit;
    rig_run(m, units);
    uint64_t hash = machine_state_hash(m);
    machine_free(m);
    return hash;
}

Test(machine, state_does_not_depend_on_slices_or_tracing)
{
    static const uint64_t slices[] = { 1, 2, 13, 999, 10001 };
    for (unsigned harts = 1; harts <= 3; harts++) {
        uint64_t expected = hash_after(harts, 0, 40000, false);
        cr_expect_eq(hash_after(harts, 0, 40000, true), expected);
        cr_expect_neq(hash_after(harts, 0, 40001, false), expected,
                      "the hash sees one instruction");
        for (unsigned i = 0; i < G_N_ELEMENTS(slices); i++)
            cr_expect_eq(hash_after(harts, slices[i], 40000, false), expected,
                         "%u harts, slices of %lu", harts, slices[i]);
    }
}

Test(machine, saved_and_loaded_state_goes_on_the_same)
{
    Machine *a = rig_new(2, NULL, busy_loop, G_N_ELEMENTS(busy_loop)),
            *b = rig_new(2, NULL, NULL, 0);
    g_autoptr(GByteArray) saved = g_byte_array_new();
    GError *error = NULL;
    rig_run(a, 12345);
    machine_save(a, saved);
    rig_write64(b, BOARD_RAM + 0x9000, 1); /* must go */
    cr_assert(machine_load(b, saved->data, saved->len, &error), "%s", error ? error->message : "");
    cr_expect_eq(machine_state_hash(a), machine_state_hash(b));
    rig_run(a, 23456);
    rig_run(b, 23456);
    cr_expect_eq(machine_state_hash(a), machine_state_hash(b));
    machine_free(a);
    machine_free(b);
}

Test(machine, damaged_snapshots_are_refused)
{
    Machine *m = rig_new(1, NULL, busy_loop, G_N_ELEMENTS(busy_loop)),
            *two = rig_new(2, NULL, NULL, 0);
    g_autoptr(GByteArray) saved = g_byte_array_new();
    machine_save(m, saved);
    for (size_t size = 0; size < saved->len; size += 997) {
        g_autoptr(GError) error = NULL;
        cr_expect(!machine_load(m, saved->data, size, &error), "%zu of %u bytes", size, saved->len);
        cr_expect_not_null(error);
    }
    g_autoptr(GError) error = NULL;
    cr_expect(!machine_load(two, saved->data, saved->len, &error), "another machine's");
    machine_free(m);
    machine_free(two);
}

/* A hart in WFI lets the others go on, costs nothing, and is woken by an IPI; the sender yields. */
/* Where the value of `field` is in a saved state: behind its name and size. */
static uint8_t *saved_field(GByteArray *saved, const char *object, const char *field)
{
    size_t length = strlen(field);
    const uint8_t *at = memmem(saved->data, saved->len, object, strlen(object));
    cr_assert_not_null(at, "%s", object);
    do {
        at = memmem(at + 1, (size_t)(saved->data + saved->len - at - 1), field, length);
        cr_assert_not_null(at, "%s.%s", object, field);
    } while (at[-1] != length || at[-2] != 'F');
    return saved->data + (at - saved->data) + length + 8;
}

/* A state may come from anywhere: what no machine could have saved becomes what one could have, or at least runs. */
Test(machine, impossible_states_are_made_possible)
{
    static const struct {
        const char *object, *field;
        uint64_t value;
        unsigned size;
    } damages[] = {
        { "machine", "turn", UINT64_MAX, 8 },
        { "machine", "turn", 3, 8 },
        { "machine", "pass_ran", 0xff, 1 },
        { "machine", "round_left", UINT64_MAX, 8 },
        { "machine", "round_left", 1ull << 62, 8 },
        { "hart1", "idle", 0x80, 1 },
        { "hart1", "frm", 0xff, 1 },
        { "hart1", "mmu.priv", 2, 1 },
        { "hart1", "mmu.priv", 0xfe, 1 },
        { "hart1", "csr.satp", ~0ull, 8 },
        { "hart1", "csr.tselect", 1ull << 40, 8 },
        { "hart1", "csr.mie", ~0ull, 8 },
        { "hart1", "mip_software", 1ull << 40, 8 },
        { "hart0.store", "", 0, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(damages); i++) {
        Machine *m = rig_new(2, NULL, busy_loop, G_N_ELEMENTS(busy_loop));
        g_autoptr(GByteArray) saved = g_byte_array_new();
        rig_run(m, 100);
        m->harts[1].csr.mie = m->harts[1].mip_lines = 1ull << 40; /* what the damage makes real */
        m->harts[1].csr.mstatus |= MSTATUS_MIE;
        machine_save(m, saved);
        if (damages[i].size)
            memcpy(saved_field(saved, damages[i].object, damages[i].field), &damages[i].value,
                   damages[i].size);
        else /* nonsense where lists are */
            memset((char *)memmem(saved->data, saved->len, damages[i].object, 11) + 11 + 8, 0x5a,
                   sizeof(Store));
        cr_assert(machine_load(m, saved->data, saved->len, NULL), "%zu", i);
        cr_expect_leq(m->turn, 2, "%zu", i);
        cr_expect(m->round_left[0] >= 0 && m->round_left[0] <= (int64_t)m->config.quantum);
        cr_expect_neq(m->harts[1].mmu.priv, 2);
        rig_run(m, 100000);
        cr_expect_geq(m->harts[0].units, 40000, "%zu", i);
        machine_free(m);
    }
}

Test(machine, an_ipi_wakes_a_waiting_hart)
{
    static const uint32_t program[] = {
        0xf1402573,             /* csrr a0,mhartid */
        0x00051c63,             /* bnez a0,+24 */
        0x020005b7,             /* lui  a1,0x2000 */
        0x00100613,             /* li   a2,1 */
        0x00c5a223,             /* sw   a2,4(a1)   msip of hart 1 */
        0x0000006f,             /* j    . */
        NOP,        0x30446073, /* csrsi mie,8      (hart 1) */
        WFI,        0x00100693, /* li   a3,1 */
        JUMP_SELF,
    };
    Machine *m = rig_new(2, NULL, program, G_N_ELEMENTS(program));
    rig_run(m, 40);
    cr_expect_eq(m->harts[1].x[13], 1, "hart 1 went on");
    cr_expect_lt(m->harts[0].units, 10, "hart 0 yielded when it sent the IPI");
    machine_free(m);
}

/* When everybody waits, time goes to the next event at once. */
Test(machine, idle_time_is_skipped_to_the_next_event)
{
    static const uint32_t program[] = { NOP, WFI, JUMP_SELF };
    Machine *m = rig_new(2, NULL, program, G_N_ELEMENTS(program));
    for (unsigned i = 0; i < 2; i++)
        csr_write(&m->harts[i], CSR_mie, BIT(IRQ_MTI));
    cr_assert(bus_write(&m->bus, (Spa){ BOARD_CLINT + 0x4000 }, 8, 10000000, requester_hart(0)));
    rig_run(m, 50);
    cr_expect_geq(clint_mtime(m->clint), 10000000, "one second of virtual time passed");
    cr_expect_eq(m->harts[1].idle, true);
    cr_expect_eq(m->harts[0].idle, false);
    machine_free(m);
}

/* Stores to code are seen by the next instruction, also by one that is being run already. */
Test(machine, stores_to_code_are_seen_at_once)
{
    Machine *m = rig_new(1, NULL, NULL, 0);
    Hart *hart = &m->harts[0];
    /* The fourth word is stored to by the first, and runs three instructions later. */
    static const uint32_t code[] = {
        0x00c5a623, /* sw a2,12(a1) */
        0x00000013, /* nop */
        0x00000013, /* nop */
        0x00000013, /* becomes addi a0,zero,42 */
        0xff1ff06f, /* j -16 */
    };
    cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM }, code, sizeof code));
    hart->x[11] = BOARD_RAM;
    hart->x[12] = 0x00000013;
    rig_run(m, 5); /* once round: every slot is decoded */
    hart->x[12] = 0x02a00513;
    rig_run(m, 4);
    cr_expect_eq(hart->x[10], 42);
    machine_free(m);
}

/* The slot of a store that hits its own code is cleared while it runs; the hart goes on behind it all the same. */
Test(machine, an_instruction_may_overwrite_itself)
{
    static const uint32_t code[] = {
        0x00c5a023, /* sw a2,0(a1): itself */
        0x00150513, /* addi a0,a0,1 */
        0x0cc5a6af, /* amoswap.w.. a3,a2,(a1) with a1 at itself, see below */
        0x00150513, /* addi a0,a0,1 */
    };
    Machine *m = rig_new(1, NULL, code, G_N_ELEMENTS(code));
    Hart *hart = &m->harts[0];
    hart->x[11] = BOARD_RAM;
    hart->x[12] = 0x00000013;
    rig_run(m, 2);
    cr_expect_eq(hart->x[10], 1, "the store retired once");
    hart->x[11] = BOARD_RAM + 8;
    rig_run(m, 2);
    cr_expect_eq(hart->x[10], 2);
    cr_expect_eq(hart->x[13], 0x0cc5a6af, "the atomic wrote its register");
    cr_expect_eq(hart->x[0], 0, "and not x0");
    machine_free(m);
}

/* A message to the host acts when its last byte is there, before another instruction runs; a lone low word, which is
 * how old test programs end, when the round ends. */
Test(machine, messages_to_the_host_are_read_when_they_are_whole)
{
    enum { MAILBOX = BOARD_RAM + 0x2000 };
    static const uint32_t code[] = {
        0x0005b423, /* sd x0,8(a1): this page has been stored to before */
        0x00c5a023, /* sw a2,0(a1) */
        0x00150513, /* addi a0,a0,1 */
        0x0005a223, /* sw x0,4(a1), or what the case says */
        0x00150513, /* addi a0,a0,1 */
        0xffdff06f, /* j -4 */
    };
    static const struct {
        uint32_t last_store;
        uint64_t count;                 /* of additions before the end */
    } cases[] = { { 0x0005a223, 1 },    /* sw x0,4(a1) */
                  { 0x00c5b023, 1 },    /* sd a2,0(a1) */
                  { 0x000583a3, 1 },    /* sb x0,7(a1) */
                  { 0x00058323, 4999 }, /* sb x0,6(a1): no end of a message */
                  { 0x0005a823, 4999 }, /* sw x0,16(a1): elsewhere in the page */
                  { NOP, 4999 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        Machine *m = rig_new(1, NULL, code, G_N_ELEMENTS(code));
        Hart *hart = &m->harts[0];
        m->tohost = (Spa){ MAILBOX };
        hart->x[11] = MAILBOX;
        hart->x[12] = 7 << 1 | 1;
        cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM + 12 }, &cases[i].last_store, 4));
        cr_expect_eq(machine_run(m), STOP_EXIT, "case %u", i);
        cr_expect_eq(m->exit_code, 7, "case %u: exit code %d", i, m->exit_code);
        cr_expect_eq(hart->x[10], cases[i].count, "case %u: %lu additions", i, hart->x[10]);
        machine_free(m);
    }
}

/* Stopping and going on, or saving and loading, in the middle of anybody's turn changes nothing. */
Test(machine, a_stop_in_the_middle_of_a_turn_is_invisible)
{
    static const uint32_t program[] = {
        0x00150513,             /* addi a0,a0,1 */
        0x0ff57593,             /* andi a1,a0,255 */
        0xfe059ce3,             /* bnez a1,-8 */
        PAUSE,      0xff1ff06f, /* j -16 */
    };
    Machine *straight = rig_new(3, NULL, program, G_N_ELEMENTS(program));
    cr_assert_eq(machine_run_until(straight, 20000), STOP_DEBUG);
    uint64_t expected = machine_state_hash(straight);
    for (uint64_t stop = 1; stop < 20000; stop += 331) {
        Machine *m = rig_new(3, NULL, program, G_N_ELEMENTS(program)),
                *n = rig_new(3, NULL, NULL, 0);
        g_autoptr(GByteArray) saved = g_byte_array_new();
        cr_assert_eq(machine_run_until(m, stop), STOP_DEBUG);
        machine_save(m, saved);
        cr_assert(machine_load(n, saved->data, saved->len, NULL));
        cr_assert_eq(machine_run_until(m, 20000), STOP_DEBUG);
        cr_assert_eq(machine_run_until(n, 20000), STOP_DEBUG);
        cr_expect_eq(machine_state_hash(m), expected, "stopped at %lu", stop);
        cr_expect_eq(machine_state_hash(n), expected, "saved and loaded at %lu", stop);
        machine_free(m);
        machine_free(n);
    }
    machine_free(straight);
}

/* norm:sc_other_hart_store_fail, also when the machine was saved and loaded in between. */
Test(machine, a_loaded_reservation_still_breaks)
{
    for (uint64_t stop = 0; stop < 14; stop++) {
        Machine *m = rig_new(2, NULL, rig_reservation, RIG_RESERVATION),
                *n = rig_new(2, NULL, NULL, 0);
        g_autoptr(GByteArray) saved = g_byte_array_new();
        if (stop)
            rig_run(m, stop);
        machine_save(m, saved);
        cr_assert(machine_load(n, saved->data, saved->len, NULL));
        rig_run(m, 40);
        rig_run(n, 40);
        cr_expect_eq(m->harts[0].x[12], 1, "stopped at %lu", stop);
        cr_expect_eq(n->harts[0].x[12], 1, "loaded at %lu", stop);
        machine_free(m);
        machine_free(n);
    }
}
