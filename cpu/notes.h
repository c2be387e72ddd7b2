/* SPDX-License-Identifier: MIT */
/*
 * notes.h - trace events about traps and returns.
 *
 * What the hart did is a TrapFact. Events are told of it at once (notes_tell.c), with what was noted of earlier ones; or
 * the fact is only put into the ring, which is a few stores, and events are told of it when somebody reads the ring. A
 * hart has notes while such an event is on. They are not state of the machine.
 */
#ifndef CPU_NOTES_H
#define CPU_NOTES_H

#include "cpu/csr.h"
#include "cpu/hart.h"
#include "emu/base/partitions.h"
#include "emu/base/ring.h"

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

typedef enum { WHY_TRAP, WHY_SRET, WHY_MRET, WHY_MNRET } ModeReason;

enum { REG_A0 = 10 };

/* A trap that was taken, or a return. */
typedef struct {
    bool returns;
    uint8_t hart, mode, to; /* modes before and after */
    uint16_t vmid;
    uint64_t units, insns, walks; /* before it; `walks` where a guest is left or entered */
    uint64_t own; /* ns of the hart's own clock; 0: not known, as of what comes from the ring */
    uint64_t id;  /* of the trap */
    uint64_t pc;  /* where the trap was taken, or where the return goes */
    /* Of traps. */
    uint8_t level, cause, exit;
    bool irq, implicit;
    uint64_t tval, tval2, tinst;
    bool
        refused; /* by the G stage: `refusal`, and whether an implicit access was a write, are known */
    bool implicit_write;
    uint8_t reason; /* WalkReason */
    Refusal refusal;
    bool calls;       /* it may be an SBI call */
    uint64_t call[8]; /* a0 to a7; of returns, a0 and a1 */
    /* Of returns. */
    uint8_t why;
    bool spvp;
} TrapFact;

/* Of the last trap to a level. */
typedef struct {
    uint64_t id; /* 0: there was none, or it was returned from */
    uint64_t units, insns, epc;
    unsigned caller; /* SBI call: 1 of VS-mode, 2 of HS-mode; 0: it is none */
    uint64_t call[8];
} TrapNote;

typedef struct TrapNotes {
    bool tells;                 /* some event goes somewhere else than into the ring */
    TraceRing *ring;            /* NULL: none does go there */
    uint64_t traps, kept;       /* that there were, and that are or were in the ring */
    uint8_t calls;              /* bit n: the last trap to Level n may have been an SBI call */
    TrapNote last[LEVEL_M + 1]; /* by Level */
    struct {
        bool known;
        uint64_t partition, reason, trap, units, insns, walks;
    } host; /* since the host has the hart; of no meaning while a guest runs */
} TrapNotes;

/* Who hears of events. */
typedef struct {
    const Clock *clock; /* makes times of units */
    void (*put)(void *opaque, TraceRecord *record);
    void *opaque;
    const Partitions *partitions; /* what guests are called, NULL: by their VMIDs */
} NotesListener;

/* Takes notes from now on if an event is on that needs them, else no longer. */
void notes_update(Hart *hart);
/* The hart is somewhere else in time: what notes say of earlier traps is of no meaning. */
void notes_forget(Hart *hart);

/* The hart is about to take `trap` at `level`. */
void notes_trap(Hart *hart, const Trap *trap, Level level);
/* It is about to return to privilege `to`, in a guest or not; pc is where. */
void notes_return(Hart *hart, unsigned to, bool guest, ModeReason why);

/* Walks of all kinds. */
static inline uint64_t notes_walks(const Hart *hart)
{
    const uint64_t *walks = hart->mmu.counts.walks;
    return walks[ACCESS_READ] + walks[ACCESS_WRITE] + walks[ACCESS_FETCH];
}

static inline bool notes_is_call(const Trap *trap)
{
    return trap->cause == CAUSE_ECALL_VS || trap->cause == CAUSE_ECALL_S;
}

/* Is the event csr on, or may writing CSR `number` inject an interrupt? */
static inline bool notes_want_csr(const Hart *hart, unsigned number)
{
    return hart->trace->on[TRACE_csr] || number == CSR_hvip || number == CSR_hvictl ||
           number == CSR_hstatus;
}

/* The mode in which a level handles traps. */
static inline uint8_t notes_mode_of(Level level)
{
    static const uint8_t modes[] = {
        [LEVEL_VS] = MODE_VS, [LEVEL_HS] = PRIV_S, [LEVEL_M] = PRIV_M
    };
    return modes[level];
}

/* CSR `number` is about to be written: its event, and those of interrupts it injects. */
void notes_csr_write(Hart *hart, unsigned number, uint64_t value);

/* Tells the events of `fact`, whether or not they are on, and takes note of it. */
void notes_tell(TrapNotes *notes, const TrapFact *fact, const NotesListener *listener);

/* The ring (notes_ring.c): the same as notes_trap and notes_return, into an entry, and the fact of such an entry, but for
 * the trap's id. */
void notes_ring_trap(const Hart *hart, const Trap *trap, Level level, ExitReason exit);
void notes_ring_return(const Hart *hart, unsigned to, ModeReason why);
void notes_ring_fact(const RingEntry *entry, TrapFact *fact);

/* The little of it that a picture needs, of many entries. `to`: the mode after it; `cause`: 64 and above of interrupts. */
typedef struct {
    uint8_t to, cause, exit;
    uint64_t pc;
} RingGlance;
RingGlance notes_ring_glance(const RingEntry *entry);

#endif
