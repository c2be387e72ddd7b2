/* SPDX-License-Identifier: MIT */
/* test_sight_memory.c - physical memory by owner and colour: what the G stage, the machine file and the loader say. */
#include "emu/base/random.h"
#include "tests/unit/test_memory_setup.h"

static MemorySight *look(Machine *m, uint64_t at, uint64_t size)
{
    const SightWants wants = { .memory_at = at, .memory_size = size };
    return memory_sight_new(m, &wants);
}

/* The run that has the page; NULL: nobody has it. */
static const MemoryRun *run_at(const MemorySight *sight, uint64_t at)
{
    for (unsigned i = 0; i < sight->n_runs; i++)
        if (at - sight->runs[i].begin < sight->runs[i].end - sight->runs[i].begin)
            return &sight->runs[i];
    return NULL;
}

static void expect(const MemorySight *sight, uint64_t at, const char *who, const char *what)
{
    const MemoryRun *run = run_at(sight, at);
    cr_assert(run, "nobody has 0x%lx", (unsigned long)at);
    g_autofree char *is = memory_run_who(sight, run), *does = memory_run_what(sight, run);
    cr_expect_str_eq(is, who, "at 0x%lx: %s, not %s", (unsigned long)at, is, who);
    cr_expect_str_eq(does, what, "at 0x%lx: %s, not %s", (unsigned long)at, does, what);
}

Test(sight_memory, pages_are_whose_the_g_stage_says)
{
    Machine *m = make(true);
    for (unsigned i = 0; i < 4; i++)
        map_page(m, TABLES_A, i, 0x80400000 + i * 0x1000); /* colours 0 to 3 */
    map_page(m, TABLES_A, 4, 0x80408000);                  /* 8 is not one's */
    map_page(m, TABLES_B, 0, 0x80409000);
    map_page(m, TABLES_B, 1, 0x80402000); /* one has it */
    map_page(m, TABLES_A, 256, 0x8040c000);
    map_page(m, TABLES_B, 256, 0x8040c000); /* the mailbox */
    map_page(m, TABLES_A, 5, 0x10000000);   /* a device */
    MemorySight *sight = look(m, BOARD_RAM, 16 * MIB);
    cr_expect_null(run_at(sight, 0x80400000), "no guest is set up yet");
    expect(sight, 0x80600000, "two", "declared, not mapped; ! not its colours");
    expect(sight, 0x80607000, "two", "declared, not mapped");
    expect(sight, TABLES_A + LEAVES, "host", "written");
    memory_sight_free(sight);

    set_up(m, 0, TABLES_A, 1);
    set_up(m, 1, TABLES_B, 2);
    sight = look(m, BOARD_RAM, 16 * MIB);
    expect(sight, 0x80400000, "one", "mapped");
    expect(sight, 0x80402000, "one, two", "mapped; ! by both");
    expect(sight, 0x80403000, "one", "mapped");
    expect(sight, 0x80408000, "one", "mapped; ! not its colours");
    expect(sight, 0x80409000, "two", "mapped");
    expect(sight, 0x8040c000, "box", "shared");
    const MemoryRun *first = run_at(sight, 0x80400000);
    cr_expect(first && first->end == 0x80402000);
    cr_expect_eq(sight->colors, 16);
    cr_expect_eq(sight->twice, 1);
    cr_expect_eq(sight->outside, 1 + 7 + 2, "the page of colour 8, and two's declared memory");
    cr_expect_eq(sight->owners[2].pages, 5);
    cr_expect_eq(sight->owners[2].line, 5);
    cr_expect_eq(sight->owners[3].pages, 1 + 16);
    cr_expect_str_eq(sight->owners[4].name, "box");
    cr_expect_eq(sight->owners[4].pages, 1);
    memory_sight_free(sight);
    end(m);
}

/* Without a file: guests by VMID, a firmware in reach of one, superpages, and memory that is not there. */
Test(sight_memory, guests_without_a_file_have_their_vmid)
{
    Machine *m = make(false);
    set_up(m, 0, TABLES_A, 5);
    set_up(m, 1, TABLES_B, 0);
    rig_write64(m, TABLES_A + 0x4000 + 8, 0x80a00000 >> 2 | LEAF);  /* 2 MiB */
    rig_write64(m, TABLES_A + 0x4000 + 16, 0x7fe00000 >> 2 | LEAF); /* below RAM */
    rig_write64(m, TABLES_B + 3 * 8, 0x80000000 >> 2 | LEAF);       /* 1 GiB: all RAM, and more */
    rig_write64(m, TABLES_B + 4 * 8, (0xffffffffc0000000 & PTE_PPN) | LEAF);
    MemorySight *sight = look(m, BOARD_RAM, 16 * MIB);
    expect(sight, 0x80000000, "vmid0.hart1", "mapped");
    expect(sight, 0x80a00000, "vmid5, vmid0.hart1", "mapped; ! by both");
    expect(sight, 0x80bff000, "vmid5, vmid0.hart1", "mapped; ! by both");
    cr_expect_eq(sight->twice, 512);
    cr_expect_eq(sight->owners[2].number, 5);
    cr_expect_neq(sight->owners[3].number, 0, "not the host's");
    cr_expect_eq(sight->owners[0].pages, 0);
    memory_sight_free(sight);
    end(m);
}

/* A guest without a VMID on two harts: the same tables are the same guest. */
Test(sight_memory, a_guest_on_two_harts_has_its_pages_once)
{
    for (unsigned vmid = 0; vmid < 2; vmid++) {
        Machine *m = make(false);
        map_page(m, TABLES_A, 0, 0x80400000);
        set_up(m, 0, TABLES_A, vmid);
        set_up(m, 1, TABLES_A, vmid);
        MemorySight *sight = look(m, BOARD_RAM, 16 * MIB);
        cr_expect_eq(sight->twice, 0);
        expect(sight, 0x80400000, vmid ? "vmid1" : "vmid0.hart0", "mapped");
        memory_sight_free(sight);
        end(m);
    }
}

Test(sight_memory, cells_say_who_has_how_much)
{
    Machine *m = make(true);
    for (unsigned i = 0; i < 7; i++)
        map_page(m, TABLES_A, i, 0x80400000 + i * 0x1000);
    for (unsigned i = 0; i < 7; i++)
        map_page(m, TABLES_B, i, 0x80407000 + i * 0x1000);
    set_up(m, 0, TABLES_A, 1);
    set_up(m, 1, TABLES_B, 2);
    MemorySight *sight = look(m, BOARD_RAM, 16 * MIB);
    cr_expect_eq(sight->n_cells, 1024);
    cr_expect_eq(sight->cell, 0x4000);
    const MemoryCell *cell = &sight->cells[0x400000 / 0x4000 + 1];
    cr_expect_eq(cell->n, 2);
    cr_expect_eq(cell->parts[0].owner, 2);
    cr_expect_eq(cell->parts[0].pages, 3);
    cr_expect_eq(cell->parts[1].owner, 3);
    cr_expect_eq(cell->parts[1].pages, 1);
    cr_expect_eq(sight->cells[0x400000 / 0x4000 + 4].n, 0, "nobody's");
    memory_sight_free(sight);
    /* A part of it, page by page: it begins and ends with whole pages. */
    sight = look(m, 0x80400ff8, 0x1010);
    cr_expect_eq(sight->at, 0x80400000);
    cr_expect_eq(sight->size, 0x3000);
    cr_expect_eq(sight->n_cells, 3);
    cr_expect_eq(sight->n_runs, 1);
    cr_expect_eq(sight->runs[0].end, 0x80403000);
    cr_expect_eq(sight->owners[2].pages, 7, "sums are of all");
    memory_sight_free(sight);
    /* Whatever somebody types. */
    sight = look(m, 0x80ffffff, UINT64_MAX);
    cr_expect_eq(sight->at, 0x80fff000);
    cr_expect_eq(sight->size, PAGE_SIZE);
    memory_sight_free(sight);
    sight = look(m, UINT64_MAX, UINT64_MAX);
    cr_expect_eq(sight->size, 16 * MIB, "no RAM is there");
    memory_sight_free(sight);
    end(m);
}

/* Every page against the walker. */
static void compare(Machine *m, const MemorySight *sight)
{
    static uint8_t has[2][16 * MIB / PAGE_SIZE];
    memset(has, 0, sizeof has);
    for (unsigned hart = 0; hart < 2; hart++)
        for (uint64_t gpa = 0x80000000; gpa < 0x80000000 + 4 * MIB; gpa += PAGE_SIZE) {
            const MmuSpace space = { .guest = true,
                                     .is_physical = true,
                                     .hgatp = m->harts[hart].mmu.hgatp };
            WalkResult result;
            if (mmu_peek_space(&m->harts[hart].mmu, &space, (Gva){ gpa }, &result) &&
                bus_is_ram(&m->bus, result.spa, PAGE_SIZE))
                has[hart][(result.spa.v - BOARD_RAM) / PAGE_SIZE] = 1;
        }
    for (uint64_t page = 0; page < 16 * MIB / PAGE_SIZE; page++) {
        const MemoryRun *run = run_at(sight, BOARD_RAM + page * PAGE_SIZE);
        bool one = false, two = false;
        for (unsigned i = 0; run && i < 2; i++) {
            const char *name = sight->owners[i ? run->other : run->owner].name;
            one = one || !strcmp(name, "vmid1");
            two = two || !strcmp(name, "vmid2");
        }
        cr_assert_eq(one, has[0][page], "page %lu", (unsigned long)page);
        cr_assert_eq(two, has[1][page], "page %lu", (unsigned long)page);
    }
}

Test(sight_memory, it_is_what_the_walker_says)
{
    for (unsigned seed = 0; seed < 20; seed++) {
        Machine *m = make(false);
        set_up(m, 0, TABLES_A, 1);
        set_up(m, 1, TABLES_B, 2);
        for (unsigned i = 0; i < 1024; i++) {
            uint64_t r = random_at(seed * 5000 + i), root = i & 1 ? TABLES_A : TABLES_B;
            uint64_t flags = r % 4 == 0 ? r >> 8 & 0xff : LEAF;
            uint64_t spa = 0x80400000 + (r >> 20 & 0x3ff) * PAGE_SIZE;
            uint64_t odd = r >> 40 & 31 ? 0 : r & (PTE_N | PTE_PBMT | PTE_RESERVED);
            rig_write64(m, root + LEAVES + i / 2 * 8, spa >> 2 | flags | odd);
        }
        rig_write64(m, TABLES_A + 0x4000 + 8,
                    (0x80600000 >> 2 | LEAF) + (seed & 1 ? 0x400 : 0)); /* misaligned, too */
        MemorySight *sight = look(m, BOARD_RAM, 16 * MIB);
        compare(m, sight);
        memory_sight_free(sight);
        end(m);
    }
}

/* Tables that lead back to themselves map more than there is, and the look ends. */
Test(sight_memory, it_ends)
{
    Machine *m = make(false);
    set_up(m, 0, TABLES_A, 1);
    for (unsigned i = 0; i < 2048; i++)
        rig_write64(m, TABLES_A + i * 8, TABLES_A >> 2 | PTE_V);
    MemorySight *sight = look(m, BOARD_RAM, 16 * MIB);
    memory_sight_free(sight);
    for (unsigned i = 0; i < 2048; i++) {
        rig_write64(m, TABLES_A + i * 8, (TABLES_A + 0x4000) >> 2 | PTE_V);
        rig_write64(m, TABLES_A + 0x4000 + i % 512 * 8, (TABLES_A + LEAVES) >> 2 | PTE_V);
        rig_write64(m, TABLES_A + LEAVES + i % 512 * 8, (0x80000000 >> 2 | LEAF) ^ (i & 1) << 3);
    }
    sight = look(m, BOARD_RAM, 16 * MIB);
    cr_expect(sight->cut);
    memory_sight_free(sight);
    end(m);
}

/* In parts it becomes the same, and neither changes the machine. */
Test(sight_memory, looks_in_parts_come_to_the_same_and_change_nothing)
{
    Machine *m = make(true);
    set_up(m, 0, TABLES_A, 1);
    for (unsigned i = 0; i < 512; i++)
        map_page(m, TABLES_A, i, 0x80400000 + i * 0x1000);
    uint64_t hash = machine_state_hash(m);
    SightWants wants = { .which = 1u << SIGHT_MEMORY, .in_parts = true };
    MemorySight *sight = NULL;
    for (unsigned i = 0; i < 50; i++) {
        memory_sight_free(sight);
        sight = memory_sight_make(m, &wants);
    }
    cr_assert(sight);
    MemorySight *whole = look(m, 0, 0);
    g_autoptr(GString) one = g_string_new(NULL), other = g_string_new(NULL);
    memory_sight_print(sight, one);
    memory_sight_print(whole, other);
    cr_expect_str_eq(one->str, other->str);
    cr_expect(!memcmp(sight->cells, whole->cells, sight->n_cells * sizeof(MemoryCell)));
    cr_expect_eq(machine_state_hash(m), hash);
    memory_sight_free(sight);
    memory_sight_free(whole);
    sight = memory_sight_make(
        m, &(SightWants){ .in_parts = true, .memory_at = 0x80100000, .memory_size = MIB });
    memory_sight_free(sight); /* one is under way when the machine is freed */
    end(m);
}
