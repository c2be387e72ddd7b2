/* SPDX-License-Identifier: MIT */
/* supervisor.c - see supervisor.h. */
#include "lib/supervisor.h"

#include <stddef.h>

#include "lib/csr.h"

enum { CSRRW = 1, CSRRS = 2, IMMEDIATE = 4 };

/* clang-format off */
#define CSR(number, name, mask) { number, offsetof(Supervisor, name), mask }
#define SOURCES (SIE_SOFT | SIE_TIMER | SIE_EXTERNAL)
#define STATUS  (SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_SUM | SSTATUS_MXR)
static const struct {
    uint16_t number, offset;
    uint64_t mask;
} csrs[] = {
    CSR(0x100, sstatus,    STATUS),
    CSR(0x104, sie,        SOURCES),
    CSR(0x105, stvec,      ~2ul),
    CSR(0x106, scounteren, COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR),
    CSR(0x10a, senvcfg,    1),
    CSR(0x140, sscratch,   ~0ul),
    CSR(0x141, sepc,       ~1ul),
    CSR(0x142, scause,     ~0ul),
    CSR(0x143, stval,      ~0ul),
    CSR(0x144, sip,        SIE_SOFT),
    CSR(CSR_SATP, satp,       ~0ul),
};
/* clang-format on */
#define UXL_64 (2ul << 32) /* U-mode has 64 bits, too */

bool system_writes(const System *insn)
{
    return (insn->funct3 & 3) == CSRRW || insn->rs1;
}

uint64_t system_value(const System *insn, const uint64_t *x, uint64_t old)
{
    uint64_t operand = insn->funct3 & IMMEDIATE ? insn->rs1 : x[insn->rs1];
    unsigned kind = insn->funct3 & 3;
    return kind == CSRRW ? operand : kind == CSRRS ? old | operand : old & ~operand;
}

void supervisor_reset(Supervisor *hart)
{
    *hart = (Supervisor){ .supervisor = true, .sstatus = UXL_64 };
}

uint64_t *supervisor_csr(Supervisor *hart, unsigned number, uint64_t *mask)
{
    for (unsigned i = 0; i < sizeof(csrs) / sizeof(csrs[0]); i++) {
        *mask = csrs[i].mask;
        if (csrs[i].number == number)
            return (uint64_t *)((char *)hart + csrs[i].offset);
    }
    return NULL;
}

/* norm:mstatus_xpie_xie_xpp_trap_op */
uint64_t supervisor_trap(Supervisor *hart, uint64_t pc, uint64_t cause, uint64_t tval)
{
    uint64_t pushed = hart->sstatus & ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE);
    bool by_number = cause & SCAUSE_IRQ && hart->stvec & 1;
    pushed |= hart->supervisor ? SSTATUS_SPP : 0;
    pushed |= hart->sstatus & SSTATUS_SIE ? SSTATUS_SPIE : 0;
    hart->sstatus = pushed;
    hart->sepc = pc;
    hart->scause = cause;
    hart->stval = tval;
    hart->supervisor = true;
    return (hart->stvec & ~3ul) + (by_number ? 4 * (cause & ~SCAUSE_IRQ) : 0);
}

/* norm:mstatus_xret_op */
uint64_t supervisor_return(Supervisor *hart)
{
    uint64_t status = hart->sstatus;
    hart->supervisor = status & SSTATUS_SPP;
    hart->sstatus = (status & ~(SSTATUS_SPP | SSTATUS_SIE)) | SSTATUS_SPIE |
                    (status & SSTATUS_SPIE ? SSTATUS_SIE : 0);
    return hart->sepc;
}

/* External, software, timer: norm:s_interrupt_priority */
uint64_t supervisor_interrupt(const Supervisor *hart, uint64_t pending)
{
    static const uint8_t order[] = { IRQ_EXTERNAL, IRQ_SOFT, IRQ_TIMER };
    uint64_t due = pending & hart->sie;
    if (!due || (hart->supervisor && !(hart->sstatus & SSTATUS_SIE)))
        return 0;
    for (unsigned i = 0; i < sizeof(order); i++) {
        if (due & BIT(order[i]))
            return SCAUSE_IRQ | order[i];
    }
    return 0;
}
