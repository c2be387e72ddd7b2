/* SPDX-License-Identifier: MIT */
/* notes.c - trace events about traps, what they are for, and what becomes of them; see notes.h. */
#include "cpu/notes.h"

#include <string.h>

#include "cpu/csr.h"

/* Words of the field `exit`. */
typedef enum {
    EXIT_NONE,
    EXIT_ECALL,
    EXIT_CSR,
    EXIT_WFI,
    EXIT_HFENCE,
    EXIT_VIRT_INSN,
    EXIT_MMIO,
    EXIT_GPF_MISSING,
    EXIT_GPF_PERM,
    EXIT_IRQ,
    EXIT_TIMER,
    EXIT_OTHER,
} ExitReason;

enum { REG_A0 = 10 };

static uint64_t count_walks(const Hart *hart)
{
    const uint64_t *walks = hart->mmu.counts.walks;
    return walks[ACCESS_READ] + walks[ACCESS_WRITE] + walks[ACCESS_FETCH];
}

void notes_update(Hart *hart)
{
    static const TraceId needs[] = {
        TRACE_trap, TRACE_trap_ret,    TRACE_mode,       TRACE_hyp_span,
        TRACE_sbi,  TRACE_irq_deliver, TRACE_irq_inject, TRACE_csr,
    };
    bool wanted = false;
    for (unsigned i = 0; i < G_N_ELEMENTS(needs); i++)
        wanted |= hart->trace->on[needs[i]] != 0;
    if (wanted == (hart->notes != NULL))
        return;
    g_clear_pointer(&hart->notes, g_free);
    if (!wanted)
        return;
    hart->notes = g_new0(TrapNotes, 1);
    notes_forget(hart);
}

void notes_forget(Hart *hart)
{
    if (!hart->notes)
        return;
    *hart->notes = (TrapNotes){ .traps = hart->notes->traps };
    hart->notes->host.time = clock_now(hart->clock);
    hart->notes->host.insns = hart_retired(hart);
    hart->notes->host.walks = count_walks(hart);
}

static uint64_t vmid_now(const Hart *hart)
{
    return bits(hart->csr.hgatp, 57, 44);
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

static uint64_t guest_physical(const Hart *hart, const Trap *trap)
{
    return trap->tval2 << 2 | (hart->mmu.fault.implicit ? 0 : trap->tval & 3);
}

/* What the guest has no memory for, and the board neither, is meant for a device that the hypervisor imitates. */
static ExitReason fault_reason(const Hart *hart, const Trap *trap)
{
    WalkReason why = hart->mmu.fault.why;
    if (why == WHY_PERMISSION || why == WHY_ACCESSED || why == WHY_DIRTY)
        return EXIT_GPF_PERM;
    bool of_data = trap->cause != CAUSE_FETCH_GUEST_PAGE && !hart->mmu.fault.implicit;
    Spa there = { guest_physical(hart, trap) };
    return of_data && !bus_is_ram(hart->mmu.bus, there, 1) ? EXIT_MMIO : EXIT_GPF_MISSING;
}

static bool is_timer(uint64_t number)
{
    return number == IRQ_STI || number == IRQ_MTI || number == IRQ_VSTI;
}

static ExitReason exit_reason(const Hart *hart, const Trap *trap, Level level)
{
    if (!hart_is_guest(hart) || level == LEVEL_VS)
        return EXIT_NONE;
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

static unsigned instruction_kind(uint64_t tinst)
{
    enum { ZERO, TRANSFORMED, PTE_READ, PTE_WRITE };
    return tinst == 0x3000 ? PTE_READ : tinst == 0x3020 ? PTE_WRITE : tinst ? TRANSFORMED : ZERO;
}

static unsigned source_of(uint64_t number)
{
    enum { OTHER, SOFTWARE, TIMER, EXTERNAL, GUEST_EXTERNAL, OVERFLOW };
    switch (number) {
    case IRQ_SSI:
    case IRQ_VSSI:
    case IRQ_MSI: return SOFTWARE;
    case IRQ_SEI:
    case IRQ_VSEI:
    case IRQ_MEI: return EXTERNAL;
    case IRQ_SGEI: return GUEST_EXTERNAL;
    case IRQ_LCOFI: return OVERFLOW;
    default: return is_timer(number) ? TIMER : OTHER;
    }
}

static void report_call(const Hart *hart, const TrapNote *note, bool returned)
{
    const uint64_t *a = note->call;
    TRACE(hart->trace, sbi, hart->id, note->caller, a[7], a[6], a[0], a[1], a[2], a[3], a[4], a[5],
          returned, returned ? hart->x[REG_A0] : 0, returned ? hart->x[REG_A0 + 1] : 0);
}

static void note_trap(Hart *hart, const Trap *trap, TrapNote *note)
{
    if (note->id && note->caller)
        report_call(hart, note, false);
    *note = (TrapNote){ .id = ++hart->notes->traps,
                        .time = clock_now(hart->clock),
                        .insns = hart_retired(hart),
                        .epc = hart->pc };
    if (trap->cause == CAUSE_ECALL_VS || trap->cause == CAUSE_ECALL_S) {
        note->caller = trap->cause == CAUSE_ECALL_VS ? 1 : 2;
        memcpy(note->call, &hart->x[REG_A0], sizeof note->call);
    }
}

static void leave_guest(Hart *hart, const TrapNote *note, ExitReason reason)
{
    TrapNotes *notes = hart->notes;
    notes->host.partition = vmid_now(hart);
    notes->host.reason = reason;
    notes->host.trap = note->id;
    notes->host.time = note->time;
    notes->host.insns = note->insns;
    notes->host.walks = count_walks(hart);
}

static void report_mode(const Hart *hart, unsigned to, ModeReason why, uint64_t pc)
{
    if (to != hart_mode(hart))
        TRACE(hart->trace, mode, hart->id, hart_mode(hart), to, why, pc);
}

void notes_trap(Hart *hart, const Trap *trap, Level level)
{
    static const uint8_t modes[] = {
        [LEVEL_VS] = MODE_VS, [LEVEL_HS] = PRIV_S, [LEVEL_M] = PRIV_M
    };
    TrapNote *note = &hart->notes->last[level];
    ExitReason reason = exit_reason(hart, trap, level);
    bool irq = trap->cause & CAUSE_INTERRUPT;
    uint64_t number = trap->cause & ~CAUSE_INTERRUPT;
    bool faults = number >= CAUSE_FETCH_GUEST_PAGE && number != CAUSE_VIRTUAL &&
                  number <= CAUSE_STORE_GUEST_PAGE && !irq;
    note_trap(hart, trap, note);
    if (irq)
        TRACE(hart->trace, irq_deliver, hart->id, modes[level], number, source_of(number));
    TRACE(hart->trace, trap, hart->id, note->id, hart->pc, number, irq, modes[level], level,
          trap->tval, trap->tval2, faults ? guest_physical(hart, trap) : 0, trap->tinst,
          instruction_kind(trap->tinst), reason);
    report_mode(hart, modes[level], WHY_TRAP, hart->pc);
    if (hart_is_guest(hart) && level != LEVEL_VS)
        leave_guest(hart, note, reason);
}

static void enter_guest(Hart *hart)
{
    const TrapNotes *notes = hart->notes;
    uint64_t now = clock_now(hart->clock);
    TRACE(hart->trace, hyp_span, hart->id, notes->host.partition, notes->host.reason,
          notes->host.trap, notes->host.time, now - notes->host.time,
          hart_retired(hart) - notes->host.insns, count_walks(hart) - notes->host.walks);
}

void notes_return(Hart *hart, unsigned to, bool guest, ModeReason why)
{
    Level level = hart->mmu.priv == PRIV_M ? LEVEL_M : hart_is_guest(hart) ? LEVEL_VS : LEVEL_HS;
    TrapNote *note = &hart->notes->last[level];
    if (note->id && note->caller)
        report_call(hart, note, hart->pc == note->epc + 4);
    TRACE(hart->trace, trap_ret, hart->id, note->id, hart->pc, mode_of(to, guest), guest,
          hart->csr.hstatus >> 8 & 1, note->id ? clock_now(hart->clock) - note->time : 0,
          note->id ? hart_retired(hart) - note->insns : 0);
    report_mode(hart, mode_of(to, guest), why, hart->pc);
    note->id = 0;
    if (guest && !hart_is_guest(hart))
        enter_guest(hart);
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
