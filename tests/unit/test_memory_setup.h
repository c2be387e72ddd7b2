/* SPDX-License-Identifier: MIT */
/* test_memory_setup.h - a machine with two partitions that have colours and share a page, and what maps it. */
#ifndef TESTS_UNIT_TEST_MEMORY_SETUP_H
#define TESTS_UNIT_TEST_MEMORY_SETUP_H

#include <string.h>

#include "emu/machinefile/names.h"
#include "emu/sight/memory.h"
#include "tests/unit/test_timed_setup.h"

/* Tables of two guests, and the file that declares them: 16 colours, two pages of them shared. */
enum { TABLES_A = 0x80800000, TABLES_B = 0x80900000, LEAF = 0xdf, LEAVES = 0x5000 };

static const char file_text[] =
    "machine = { harts = 2; memory = \"16M\"; };\n"
    "timing = { profile = \"rocket6\"; start = \"monitor\"; };\n"
    "hypervisor = { image = \"none\"; };\n"
    "partitions = (\n"
    "  { name = \"one\"; harts = 0; memory = \"1M\"; kernel = \"none\"; colors = \"0-6\"; vmid = 1; },\n"
    "  { name = \"two\"; harts = 1; kernel = \"none\"; colors = \"7-13\"; vmid = 2;\n"
    "    memory = { size = \"64K\"; host = 0x80600000; }; }\n"
    ");\n"
    "shmem = { name = \"box\"; size = \"8K\"; between = [\"one\", \"two\"]; address = 0x80100000; };\n";

static MachineFile *file;

static inline Machine *make(bool with_file)
{
    MachineConfig config = timed_config(2, "rocket6,start=monitor");
    const uint32_t nop = 0x13;
    Machine *m = timed_machine(&config, &nop, 4);
    if (!with_file)
        return m;
    file = machinefile_parse("test.bh", file_text, strlen(file_text));
    cr_assert_eq(file->findings->errors, 0);
    m->machine_file = file;
    mf_declare(file, m);
    return m;
}

static inline void end(Machine *m)
{
    machine_free(m);
    g_clear_pointer(&file, machinefile_free);
}

/* Sv39x4: the 2 MiB at guest address 0x80000000 are found in a table of 4 KiB pages at `root` + LEAVES; what is behind them in
 * one of 2 MiB pages. */
static inline void set_up(Machine *m, unsigned hart, uint64_t root, uint64_t vmid)
{
    rig_write64(m, root + 2 * 8, (root + 0x4000) >> 2 | PTE_V);
    rig_write64(m, root + 0x4000, (root + LEAVES) >> 2 | PTE_V);
    csr_write(&m->harts[hart], 0x3b0, ~0ull);
    csr_write(&m->harts[hart], CSR_pmpcfg0, 0x1f);
    csr_write(&m->harts[hart], CSR_hgatp, 8ull << 60 | vmid << 44 | root >> 12);
}

static inline void map_page(Machine *m, uint64_t root, unsigned index, uint64_t spa)
{
    rig_write64(m, root + LEAVES + index * 8, spa >> 2 | LEAF);
}

#endif
