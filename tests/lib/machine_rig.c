/* SPDX-License-Identifier: MIT */
/* machine_rig.c - a whole machine in a few lines; see machine_rig.h. */
#include "tests/lib/machine_rig.h"

#include <string.h>

#include "cpu/csr.h"

enum { RIG_RAM = 16 << 20 };

Machine *rig_new(unsigned n_harts, const char *cpu, const uint32_t *code, size_t count)
{
    MachineConfig config = { .n_harts = n_harts, .ram_size = RIG_RAM, .quantum = 10000 };
    GError *error = NULL;
    if (!isa_parse(&config.isa, cpu, &error))
        g_error("%s", error->message);
    Machine *m = machine_new(&config, &error);
    if (!m)
        g_error("%s", error->message);
    m->reset_pc = BOARD_RAM;
    if (!machine_reset(m, &error))
        g_error("%s", error->message);
    if (count && !bus_poke(&m->bus, (Spa){ BOARD_RAM }, code, count * 4))
        g_error("the program does not fit");
    return m;
}

Machine *rig_in(unsigned priv, const char *cpu)
{
    Machine *m = rig_new(1, cpu, NULL, 0);
    Hart *hart = &m->harts[0];
    csr_write(hart, CSR_mtvec, RIG_HANDLER);
    csr_write(hart, CSR_stvec, RIG_S_HANDLER);
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
    hart->mmu.priv = (uint8_t)priv;
    hart_update_context(hart);
    return m;
}

const uint32_t rig_reservation[RIG_RESERVATION] = {
    0x00000013, /* nop */
    0xf1402573, /* csrr a0,mhartid */
    0x00100597, /* auipc a1,0x100 */
    0x00051a63, /* bnez a0,+20 */
    0x1005b62f, /* lr.d a2,(a1) */
    0x0100000f, /* pause */
    0x18d5b62f, /* sc.d a2,a3,(a1) */
    0x0000006f, /* j . */
    0x00a5b423, /* sd a0,8(a1): the same granule */
    0x0100000f, /* pause */
    0x0000006f, /* j . */
};

void rig_run(Machine *m, uint64_t units)
{
    m->config.max_insns = units;
    for (unsigned i = 0; i < m->n_harts; i++)
        m->config.max_insns += hart_cycles(&m->harts[i]);
    machine_run(m);
    m->config.max_insns = 0;
}

bool rig_execute(Machine *m, uint32_t raw)
{
    Hart *hart = &m->harts[0];
    uint64_t traps = hart->trap_units, pc = hart->pc;
    if (!bus_poke(&m->bus, (Spa){ pc }, &raw, 4))
        g_error("pc 0x%" G_GINT64_MODIFIER "x is not in RAM", pc);
    rig_run(m, 1);
    return hart->trap_units == traps;
}

uint32_t rig_encode(InsnId id, unsigned rd, unsigned rs1, unsigned rs2, unsigned imm)
{
    insn_table_init();
    const InsnDef *def = &insn_table[id];
    uint32_t raw = def->match;
    for (unsigned i = 0; i < def->n_fields; i++) {
        const InsnField *f = &def->fields[i];
        unsigned value = f->slot == SLOT_RD    ? rd
                         : f->slot == SLOT_RS1 ? rs1
                         : f->slot == SLOT_RS2 ? rs2
                         : f->slot == SLOT_IMM ? imm
                                               : 0;
        raw |= (((value - f->bias) >> f->shift) & ((1u << f->width) - 1)) << f->lo;
    }
    return raw;
}

uint64_t rig_compute(Machine *m, InsnId id, uint64_t rs1, uint64_t rs2, unsigned imm)
{
    Hart *hart = &m->harts[0];
    hart->x[11] = rs1;
    hart->x[12] = rs2;
    hart->pc = BOARD_RAM;
    if (!rig_execute(m, rig_encode(id, 10, 11, 12, imm)))
        g_error("%s trapped, cause %" G_GINT64_MODIFIER "u", insn_table[id].name, hart->csr.mcause);
    return hart->x[10];
}

uint64_t rig_read64(Machine *m, uint64_t address)
{
    uint64_t value;
    if (!bus_read_bytes(&m->bus, (Spa){ address }, &value, 8, requester_hart(0)))
        g_error("0x%" G_GINT64_MODIFIER "x is not memory", address);
    return value;
}

void rig_write64(Machine *m, uint64_t address, uint64_t value)
{
    if (!bus_poke(&m->bus, (Spa){ address }, &value, 8))
        g_error("0x%" G_GINT64_MODIFIER "x is not memory", address);
}
