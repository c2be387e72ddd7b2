/* SPDX-License-Identifier: MIT */
/*
 * memory.c - fuzzing: whose each page is, with G stages of any shape.
 *
 * The case sets the page tables of two guests, which may be each other's, lead back to themselves, or have entries of any
 * kind. Every address that the walker translates must be its guest's page, looks in parts must come to the same, and the
 * machine must be what it was before.
 */
#include <string.h>

#include "cpu/csr.h"
#include "emu/sight/memory.h"
#include "tests/lib/fuzz.h"

enum { TABLES = 8, ASKED = 64, PARTS = 4 };
#define TABLE(n) (BOARD_RAM + 0x4000 + PAGE_SIZE * (uint64_t)(n))

static const uint16_t slots[] = { 0, 1, 2, 3, 4, 128, 510, 511 };

/* A pointer to a table, a leaf with most flags somewhere in RAM, or anything. */
static uint64_t take_pte(Bytes *in)
{
    switch (take_below(in, 5)) {
    case 0: return take(in, 8);
    case 1:
    case 2: return TABLE(take_below(in, TABLES)) >> 12 << 10 | 1;
    case 3: return ((BOARD_RAM >> 12) + take_below(in, FUZZ_RAM >> 12)) << 10 | 0xdf;
    default: return (uint64_t)take_below(in, 8) << 28 | take(in, 1) | 1;
    }
}

static void put_tables(Machine *m, Bytes *in)
{
    for (unsigned i = 0; i < TABLES * G_N_ELEMENTS(slots); i++) {
        uint64_t pte = take_pte(in), at = TABLE(i % TABLES) + 8 * slots[i / TABLES];
        if (!bus_poke(&m->bus, (Spa){ at }, &pte, 8))
            fuzz_fail("no RAM at 0x%lx", (unsigned long)at);
    }
}

static void set_up(Machine *m, Bytes *in)
{
    static const uint8_t modes[] = { 8, 8, 8, 9, 10, 0 };
    for (unsigned i = 0; i < m->n_harts; i++) {
        csr_write(&m->harts[i], 0x3b0, ~0ull);
        csr_write(&m->harts[i], CSR_pmpcfg0, 0x1f);
        csr_write(&m->harts[i], CSR_hgatp,
                  (uint64_t)modes[take_below(in, sizeof modes)] << 60 |
                      (uint64_t)take_below(in, 3) << 44 | TABLE(take_below(in, TABLES)) >> 12);
    }
}

/* Is the page the guest's? Others may have it, too. */
static bool has(const MemorySight *sight, uint64_t at, const char *name)
{
    for (unsigned i = 0; i < sight->n_runs; i++) {
        const MemoryRun *run = &sight->runs[i];
        const MemoryOwner *owner = &sight->owners[run->owner], *other = &sight->owners[run->other];
        if (at - run->begin < run->end - run->begin)
            return g_str_has_prefix(owner->name, name) ||
                   (run->other && g_str_has_prefix(other->name, name)) || run->flags & MEMORY_TWICE;
    }
    return false;
}

/* An address that the slots above lead to, mostly. */
static uint64_t take_address(Bytes *in)
{
    uint64_t address = take(in, 1) << 12;
    for (unsigned level = 0; level < 4; level++)
        address |= (uint64_t)slots[take_below(in, G_N_ELEMENTS(slots))] << (12 + 9 * level);
    return address & MASK(take_below(in, 59), 0);
}

static void ask(Machine *m, const MemorySight *sight, Bytes *in)
{
    Mmu *mmu = &m->harts[take_below(in, m->n_harts)].mmu;
    const MmuSpace space = { .guest = true, .is_physical = true, .hgatp = mmu->hgatp };
    g_autofree char *name = g_strdup_printf("vmid%u", (unsigned)bits(mmu->hgatp, 57, 44));
    WalkResult result;
    if (mmu->hgatp >> 60 && mmu_peek_space(mmu, &space, (Gva){ take_address(in) }, &result) &&
        bus_is_ram(&m->bus, result.spa, 1) && !sight->cut && !sight->more_runs &&
        !has(sight, result.spa.v, name))
        fuzz_fail("0x%lx is of %s", (unsigned long)result.spa.v, name);
}

static char *print(const MemorySight *sight)
{
    GString *out = g_string_new(NULL);
    memory_sight_print(sight, out);
    Json json = { .out = out };
    json_begin(&json, NULL, '{');
    memory_sight_json(sight, &json);
    json_end(&json, '{');
    return g_string_free(out, FALSE);
}

/* Several looks, of which the first may not be whole. The first ones may be of another machine. */
static void compare_parts(Machine *m, const SightWants *wants, const char *whole)
{
    SightWants in_parts = *wants;
    in_parts.in_parts = true;
    MemorySight *sight = NULL;
    g_clear_pointer(&m->memory_look, memory_look_free);
    for (unsigned i = 0; i < PARTS && !sight; i++)
        sight = memory_sight_make(m, &in_parts);
    g_autofree char *text = sight ? print(sight) : NULL;
    if (text && strcmp(text, whole))
        fuzz_fail("in parts it is\n%s\nand not\n%s", text, whole);
    memory_sight_free(sight);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzMachine its;
    Bytes in = { data, data + size };
    const SightWants wants = { .memory_at = BOARD_RAM, .memory_size = FUZZ_RAM };
    if (!its.machine) {
        MachineConfig config = { .n_harts = 2, .quantum = 100 };
        its = fuzz_machine(&config, NULL);
    }
    Machine *m = its.machine;
    fuzz_restart(&its);
    put_tables(m, &in);
    set_up(m, &in);
    const bool compares = !take_below(&in, 64);
    const uint64_t before = compares ? machine_state_hash(m) : 0;
    MemorySight *sight = memory_sight_new(m, &wants);
    g_autofree char *text = print(sight);
    for (unsigned i = 0; i < ASKED; i++)
        ask(m, sight, &in);
    compare_parts(m, &wants, text);
    memory_sight_free(sight);
    if (compares && machine_state_hash(m) != before)
        fuzz_fail("looking changed the machine");
    return 0;
}
