/* SPDX-License-Identifier: MIT */
/* notes.c - what is known of a trap or a return when it happens; see notes.h. */
#include "cpu/notes.h"

#include <string.h>

#include "cpu/csr.h"

enum { SOME_RING = 1 << TRACE_TO_RING };

void notes_update(Hart *hart)
{
    static const TraceId needs[] = { TRACE_trap,     TRACE_trap_ret, TRACE_mode,
                                     TRACE_hyp_span, TRACE_sbi,      TRACE_irq_deliver };
    unsigned sinks = 0, csrs = hart->trace->on[TRACE_csr] | hart->trace->on[TRACE_irq_inject];
    for (unsigned i = 0; i < G_N_ELEMENTS(needs); i++)
        sinks |= hart->trace->on[needs[i]];
    if (!(sinks | csrs)) {
        g_clear_pointer(&hart->notes, g_free);
        return;
    }
    if (!hart->notes) {
        hart->notes = g_new0(TrapNotes, 1);
        notes_forget(hart);
    }
    hart->notes->tells = sinks & ~(unsigned)SOME_RING;
    hart->notes->ring = sinks & SOME_RING ? hart->trace->ring : NULL;
}

void notes_forget(Hart *hart)
{
    TrapNotes *notes = hart->notes;
    if (!notes)
        return;
    memset(notes->last, 0, sizeof notes->last);
    notes->calls = 0;
    notes->host.known = true;
    notes->host.partition = notes->host.reason = notes->host.trap = 0;
    notes->host.units = hart->clock->units - (uint64_t)*hart->clock->left;
    notes->host.insns = hart_retired(hart);
    notes->host.walks = notes_walks(hart);
}

/* Of an instruction that a guest may not execute. Encodings: "RISC-V Privileged Instruction Set Listings" */
static ExitReason instruction_reason(uint64_t raw)
{
    enum { SYSTEM = 0x73, WFI = 0x10500073, WRS_NTO = 0x00d00073, WRS_STO = 0x01d00073 };
    static const uint8_t fences[] = { 0x09, 0x0b, 0x0c, 0x11, 0x13, 0x31, 0x33 };
    if ((raw & 0x7f) != SYSTEM)
        return EXIT_VIRT_INSN;
    if (raw >> 12 & 3)
        return EXIT_CSR;
    if (raw == WFI || raw == WRS_NTO || raw == WRS_STO)
        return EXIT_WFI;
    for (unsigned i = 0; !(raw >> 12 & 7) && i < sizeof fences; i++)
        if (raw >> 25 == fences[i])
            return EXIT_HFENCE;
    return EXIT_VIRT_INSN;
}

/* What the guest has no memory for, and the board neither, is meant for a device that the hypervisor imitates. */
static ExitReason fault_reason(const Hart *hart, const Trap *trap)
{
    WalkReason why = hart->mmu.fault.why;
    if (why == WHY_PERMISSION || why == WHY_ACCESSED || why == WHY_DIRTY)
        return EXIT_GPF_PERM;
    bool of_data = trap->cause != CAUSE_FETCH_GUEST_PAGE && !hart->mmu.fault.implicit;
    Spa there = { trap->tval2 << 2 | (trap->tval & 3) };
    return of_data && !bus_is_ram(hart->mmu.bus, there, 1) ? EXIT_MMIO : EXIT_GPF_MISSING;
}

static bool is_timer(uint64_t number)
{
    return number == IRQ_STI || number == IRQ_MTI || number == IRQ_VSTI;
}

static ExitReason exit_reason(const Hart *hart, const Trap *trap)
{
    if (trap->cause & CAUSE_INTERRUPT)
        return is_timer(trap->cause & ~CAUSE_INTERRUPT) ? EXIT_TIMER : EXIT_IRQ;
    switch (trap->cause) {
    case CAUSE_ECALL_U:
    case CAUSE_ECALL_VS: return EXIT_ECALL;
    case CAUSE_ILLEGAL:
    case CAUSE_VIRTUAL: return instruction_reason(trap->tval);
    case CAUSE_FETCH_GUEST_PAGE:
    case CAUSE_LOAD_GUEST_PAGE:
    case CAUSE_STORE_GUEST_PAGE: return fault_reason(hart, trap);
    default: return EXIT_OTHER;
    }
}

static TrapFact fact_here(const Hart *hart)
{
    return (TrapFact){ .hart = (uint8_t)hart->id,
                       .mode = (uint8_t)hart_mode(hart),
                       .vmid = (uint16_t)bits(hart->csr.hgatp, 57, 44),
                       .units = hart->clock->units - (uint64_t)*hart->clock->left,
                       .insns = hart_retired(hart),
                       .own = hart_own_time(hart),
                       .walks = notes_walks(hart),
                       .pc = hart->pc };
}

static void send(void *opaque, TraceRecord *record)
{
    trace_send(opaque, record);
}

static void tell(const Hart *hart, const TrapFact *fact)
{
    notes_tell(hart->notes, fact,
               &(NotesListener){ hart->clock, send, hart->trace, hart->trace->partitions });
}

static void tell_trap(const Hart *hart, const Trap *trap, Level level, ExitReason exit)
{
    TrapFact fact = fact_here(hart);
    fact.id = hart->notes->traps;
    fact.to = notes_mode_of(level);
    fact.level = (uint8_t)level;
    fact.cause = (uint8_t)trap->cause;
    fact.irq = trap->cause & CAUSE_INTERRUPT;
    fact.implicit = hart->mmu.fault.implicit;
    fact.exit = (uint8_t)exit;
    fact.tval = trap->tval;
    fact.tval2 = trap->tval2;
    fact.tinst = trap->tinst;
    fact.calls = notes_is_call(trap);
    memcpy(fact.call, &hart->x[REG_A0], sizeof fact.call);
    tell(hart, &fact);
}

static bool is_muted(const Hart *hart)
{
    return hart->trace->muted & SOME_RING;
}

void notes_trap(Hart *hart, const Trap *trap, Level level)
{
    ExitReason exit = EXIT_NONE;
    if (hart_is_guest(hart) && level != LEVEL_VS)
        exit = exit_reason(hart, trap);
    hart->notes->traps++;
    if (LIKELY(hart->notes->ring && !is_muted(hart)))
        notes_ring_trap(hart, trap, level, exit);
    if (UNLIKELY(hart->notes->tells))
        tell_trap(hart, trap, level, exit);
}

void notes_return(Hart *hart, unsigned to, bool guest, ModeReason why)
{
    if (LIKELY(hart->notes->ring && !is_muted(hart)))
        notes_ring_return(hart, mode_of(to, guest), why);
    if (!UNLIKELY(hart->notes->tells))
        return;
    TrapFact fact = fact_here(hart);
    fact.returns = true;
    fact.to = (uint8_t)mode_of(to, guest);
    fact.why = (uint8_t)why;
    fact.spvp = hart->csr.hstatus >> 8 & 1;
    fact.call[0] = hart->x[REG_A0];
    fact.call[1] = hart->x[REG_A0 + 1];
    tell(hart, &fact);
}

void notes_csr_write(Hart *hart, unsigned number, uint64_t value)
{
    enum { VIA_HVIP, VIA_HVICTL, VIA_VGEIN };
    TRACE(hart->trace, csr, hart->id, hart->pc, number, csr_read(hart, number), value);
    if (number == CSR_hvip) {
        for (uint64_t new = value & ~hart->csr.hvip; new; new &= new - 1)
            TRACE(hart->trace, irq_inject, hart->id, (unsigned)__builtin_ctzll(new), VIA_HVIP,
                  hart->pc);
    } else if (number == CSR_hvictl && value & HVICTL_VTI) {
        TRACE(hart->trace, irq_inject, hart->id, bits(value, 27, 16), VIA_HVICTL, hart->pc);
    } else if (number == CSR_hstatus && (value ^ hart->csr.hstatus) & HSTATUS_VGEIN) {
        TRACE(hart->trace, irq_inject, hart->id, bits(value, 17, 12), VIA_VGEIN, hart->pc);
    }
}
