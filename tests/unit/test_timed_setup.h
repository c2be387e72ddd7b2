/* SPDX-License-Identifier: MIT */
/* test_timed_setup.h - machines in timed mode, and a program for two harts that does all that is charged. */
#ifndef TESTS_UNIT_TEST_TIMED_SETUP_H
#define TESTS_UNIT_TEST_TIMED_SETUP_H

#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "emu/machine.h"
#include "mmu/pte.h"
#include "mmu/timing/timing.h"
#include "tests/lib/machine_rig.h"

enum { MIB = 1 << 20, TABLES = 0x80e00000 };

/* Each hart strides through 2 MiB of its own, adds to a word of both, loads across pages, mixes the time and its counters
 * into s5, s6 and s7, executes an instruction that crosses pages, and after every 64th round s2 marks it, pauses, traps
 * and fences. The harts are in M-mode, with MPRV: what they load and store is translated by Sv39. */
static const uint32_t busy[] = {
    0xf14022f3, /* csrr t0,mhartid */
    0x80400437, /* lui s0,0x80400 */
    0x02041413, /* slli s0,s0,0x20 */
    0x02045413, /* srli s0,s0,0x20 */
    0x01529313, /* slli t1,t0,0x15 */
    0x00640433, /* add s0,s0,t1 */
    0x00000397, /* auipc t2,0x0 */
    0x08038393, /* addi t2,t2,128: handler */
    0x30539073, /* csrw mtvec,t2 */
    0x803004b7, /* lui s1,0x80300 */
    0x02049493, /* slli s1,s1,0x20 */
    0x0204d493, /* srli s1,s1,0x20 */
    0x00190913, /* loop: addi s2,s2,1 */
    0x04898993, /* addi s3,s3,72 */
    0x02b99e13, /* slli t3,s3,0x2b */
    0x02be5e13, /* srli t3,t3,0x2b */
    0xff8e7e13, /* andi t3,t3,-8 */
    0x01c40eb3, /* add t4,s0,t3 */
    0x000ebf03, /* ld t5,0(t4) */
    0x012f0f33, /* add t5,t5,s2 */
    0x01eeb023, /* sd t5,0(t4) */
    0x0124bfaf, /* amoadd.d t6,s2,(s1) */
    0x03ef8a33, /* mul s4,t6,t5 */
    0x005eb503, /* ld a0,5(t4) */
    0xc00025f3, /* csrr a1,cycle */
    0x00bacab3, /* xor s5,s5,a1 */
    0xc0102673, /* csrr a2,time */
    0x00cb4b33, /* xor s6,s6,a2 */
    0xc02026f3, /* csrr a3,instret */
    0x00db8bb3, /* add s7,s7,a3 */
    0x785010ef, /* jal ra,far */
    0x03f97293, /* andi t0,s2,63 */
    0xfa0298e3, /* bnez t0,loop */
    0x00192013, /* slti zero,s2,1: mark 1 */
    0x0100000f, /* pause */
    0x00000073, /* ecall */
    0x0000100f, /* fence.i */
    0xf9dff06f, /* j loop */
    0x341022f3, /* handler: csrr t0,mepc */
    0x00428293, /* addi t0,t0,4 */
    0x34129073, /* csrw mepc,t0 */
    0x30200073, /* mret */
};
/* far: c.nop, addi s8,s8,1 across the page's end, ret */
static const uint16_t busy_far[] = { 0x0001, 0x0c13, 0x001c, 0x8067, 0x0000 };
enum { BUSY_FAR = BOARD_RAM + 0x1ffc };

/* An identity map of RAM in pages of 4 KiB, for U- and S-mode. */
static inline void map_ram(Machine *m)
{
    const uint64_t flags = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D;
    rig_write64(m, TABLES + 2 * 8, (TABLES + 0x1000) >> 12 << 10 | PTE_V);
    for (uint64_t table = 0; table < 8; table++) {
        uint64_t leaves = TABLES + 0x2000 + table * 0x1000;
        rig_write64(m, TABLES + 0x1000 + table * 8, leaves >> 12 << 10 | PTE_V);
        for (uint64_t i = 0; i < 512; i++)
            rig_write64(m, leaves + i * 8,
                        (BOARD_RAM + table * 2 * MIB + i * 4096) >> 12 << 10 | flags);
    }
}

/* An identity map of the 2 MiB at 0x80400000, and of the tables, with `levels` levels, for U-mode and a G stage alike; the
 * root, of 16 KiB, is at TABLES. */
static inline void map_levels(Machine *m, unsigned levels)
{
    const uint64_t flags = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D;
    uint64_t table = TABLES, next = TABLES + 0x4000;
    for (unsigned level = levels - 1; level > 1; level--) {
        uint64_t index = (uint64_t)BOARD_RAM >> (12 + 9 * level) & 511;
        rig_write64(m, table + index * 8, next >> 12 << 10 | PTE_V);
        table = next;
        next += 0x1000;
    }
    for (uint64_t i = 0; i < 8; i++) {
        uint64_t leaves = next + i * 0x1000;
        rig_write64(m, table + i * 8, leaves >> 12 << 10 | PTE_V);
        for (uint64_t k = 0; k < 512; k++)
            rig_write64(m, leaves + k * 8,
                        (BOARD_RAM + i * 2 * MIB + k * 4096) >> 12 << 10 | flags);
    }
}

static inline void translate_data(Hart *hart)
{
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
    csr_write(hart, CSR_satp, 8ull << 60 | TABLES >> 12);
    csr_write(hart, CSR_mstatus, 1 << 17 | 1 << 18 | 1 << 11); /* MPRV, SUM, MPP = S */
}

static inline MachineConfig timed_config(unsigned n_harts, const char *timing)
{
    MachineConfig config = { .n_harts = n_harts, .ram_size = 16 * MIB, .quantum = 1000 };
    GError *error = NULL;
    cr_assert(isa_parse(&config.isa, NULL, &error));
    cr_assert(!timing || timed_parse(&config.timed, "-timing", timing, &error), "%s",
              error ? error->message : "");
    return config;
}

/* A machine whose harts begin at the program. */
static inline Machine *timed_machine(const MachineConfig *config, const uint32_t *code, size_t size)
{
    GError *error = NULL;
    Machine *m = machine_new(config, &error);
    cr_assert(m);
    m->reset_pc = BOARD_RAM;
    cr_assert(machine_reset(m, &error));
    cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM }, code, size));
    return m;
}

/* The program above, ready to run. */
static inline Machine *busy_machine(const MachineConfig *config)
{
    Machine *m = timed_machine(config, busy, sizeof busy);
    cr_assert(bus_poke(&m->bus, (Spa){ BUSY_FAR }, busy_far, sizeof busy_far));
    map_ram(m);
    for (unsigned i = 0; i < m->n_harts; i++)
        translate_data(&m->harts[i]);
    return m;
}

#endif
