/* SPDX-License-Identifier: MIT */
/* test_sight_setup.h - a machine with a guest, whose last events are kept. */
#ifndef TESTS_UNIT_TEST_SIGHT_SETUP_H
#define TESTS_UNIT_TEST_SIGHT_SETUP_H

#include "cpu/csr.h"
#include "emu/base/ring.h"
#include "emu/sight/sights.h"
#include "tests/lib/machine_rig.h"
#include <criterion/criterion.h>
#include <string.h>

enum { ROOT = 0x80400000, GUEST = BOARD_RAM + 0x40, HANDLER = BOARD_RAM + 0x80, VMID = 5 };

/* Hart 0 goes to a guest, which makes a call again and again; others wait. */
static const uint32_t program[] = {
    0xf14022f3, /* csrr t0,mhartid */
    0x00029463, /* bnez t0,idle */
    0x30200073, /* mret */
    0x10500073, /* idle: wfi */
    0xffdff06f, /* j idle */
};
static const uint32_t guest[] = {
    0x00140413, /* addi s0,s0,1 */
    0x00140413, /* addi s0,s0,1 */
    0x00000073, /* ecall */
    0xff5ff06f, /* j guest */
};
static const uint32_t handler[] = {
    0x341022f3, /* csrr t0,mepc */
    0x00428293, /* addi t0,t0,4 */
    0x34129073, /* csrw mepc,t0 */
    0x30200073, /* mret */
};

static inline Machine *begin(unsigned n_harts, const char *name)
{
    Machine *m = rig_new(n_harts, NULL, program, G_N_ELEMENTS(program));
    Hart *hart = &m->harts[0];
    cr_assert(bus_poke(&m->bus, (Spa){ GUEST }, guest, sizeof guest));
    cr_assert(bus_poke(&m->bus, (Spa){ HANDLER }, handler, sizeof handler));
    rig_write64(m, ROOT + 16, 0x80000000 >> 2 | 0xdf);
    csr_write(hart, CSR_mtvec, HANDLER);
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
    csr_write(hart, CSR_mepc, GUEST);
    csr_write(hart, CSR_mstatus, MSTATUS_MPV | 1 << 11);
    csr_write(hart, CSR_hgatp, 8ull << 60 | (uint64_t)VMID << 44 | ROOT >> 12);
    m->config.quantum = 1000;
    for (unsigned i = 0; i < n_harts; i++)
        m->round_left[i] = m->round_given[i] = 1000;
    if (name)
        partitions_declare(m->partitions, name, 1, VMID, NULL, 1);
    m->trace.ring = ring_new(1 << 20);
    cr_assert(trace_enable(&m->trace, TRACE_TO_RING, TRACE_CHEAP, NULL));
    machine_trace_changed(m);
    return m;
}

static inline void end(Machine *m)
{
    memset(m->trace.on, 0, sizeof m->trace.on);
    machine_trace_changed(m);
    ring_free(m->trace.ring);
    m->trace.ring = NULL;
    machine_free(m);
}

#endif
