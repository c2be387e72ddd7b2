/* SPDX-License-Identifier: MIT */
/*
 * hart.h - one hart: registers, CSRs, and what it needs to run a slice.
 *
 * What the engines touch at every instruction stands first, at offsets that are asserted below: a translator will
 * build them into code.
 */
#ifndef CPU_HART_H
#define CPU_HART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu/counters.h"
#include "cpu/isa/insn.h"
#include "cpu/isa/isa.h"
#include "cpu/trigger.h"
#include "emu/base/clock.h"
#include "emu/base/irq.h"
#include "emu/base/state.h"
#include "emu/base/trace.h"
#include "mmu/mmu.h"

typedef struct CodeCache CodeCache;
typedef struct Commit Commit;

/* What an access has to be for a watchpoint: as gdb numbers them. */
typedef enum { WATCHED_WRITE = 2, WATCHED_READ = 3, WATCHED_ACCESS = 4 } WatchKind;

typedef struct {
    uint64_t first, last; /* virtual addresses */
    WatchKind kind;
} Watchpoint;

/* Addresses at which harts stop before executing, and those after whose access they do; belongs to the debugger. */
typedef struct {
    uint64_t *pcs;
    Watchpoint *watches;
    unsigned count, n_watches;
} Breakpoints;

/* Why a slice ended before its units were used up. */
enum {
    ATTENTION_IRQ = 1,   /* an interrupt can be taken */
    ATTENTION_YIELD = 2, /* another hart should run first */
    ATTENTION_STOP = 4,  /* the machine or the debugger wants the hart to stop */
    ATTENTION_LOOP = 8, /* the loop that runs the hart must be chosen anew; never leaves hart_run */
};

/* Why the hart runs in the loop that looks at every instruction. */
enum {
    WATCH_EVENTS = 1,   /* a counter counts instructions of some kind */
    WATCH_OVERFLOW = 2, /* a counter may overflow in this slice */
    WATCH_TRIGGERS = 4, /* a debug trigger is armed */
};

/* Interrupt numbers; bit n of mip and mie. norm:mip_mie_std_enc_txt */
enum {
    IRQ_SSI = 1,
    IRQ_MSI = 3,
    IRQ_STI = 5,
    IRQ_MTI = 7,
    IRQ_SEI = 9,
    IRQ_MEI = 11,
    IRQ_LCOFI = 13
};
#define CAUSE_INTERRUPT BIT(63)

enum {
    MSTATUS_SIE = 1 << 1,
    MSTATUS_MIE = 1 << 3,
    MSTATUS_SPIE = 1 << 5,
    MSTATUS_MPIE = 1 << 7,
    MSTATUS_SPP = 1 << 8,
    MSTATUS_MPP = 3 << 11,
    MSTATUS_FS = 3 << 13,
    MSTATUS_MPRV = 1 << 17,
    MSTATUS_SUM = 1 << 18,
    MSTATUS_MXR = 1 << 19,
    MSTATUS_TVM = 1 << 20,
    MSTATUS_TW = 1 << 21,
    MSTATUS_TSR = 1 << 22,
    MSTATUS_SDT = 1 << 24,
};
#define MSTATUS_UXL BIT(33)
#define MSTATUS_SXL BIT(35)
#define MSTATUS_MDT BIT(42)
#define MSTATUS_SD  BIT(63)

enum { MNSTATUS_NMIE = 1 << 3, MNSTATUS_MNPP = 3 << 11 };

enum { ENVCFG_FIOM = 1, ENVCFG_CBIE = 3 << 4, ENVCFG_CBCFE = 1 << 6, ENVCFG_CBZE = 1 << 7 };
#define ENVCFG_PMM MASK(33, 32) /* of menvcfg, senvcfg and mseccfg */
enum {
    MSECCFG_MML = 1 << 0,
    MSECCFG_MMWP = 1 << 1,
    MSECCFG_RLB = 1 << 2,
    MSECCFG_USEED = 1 << 8,
    MSECCFG_SSEED = 1 << 9,
};
#define MENVCFG_DTE   BIT(59)
#define MENVCFG_CDE   BIT(60)
#define MENVCFG_ADUE  BIT(61)
#define MENVCFG_PBMTE BIT(62)
#define MENVCFG_STCE  BIT(63)

/* Of mhpmevent, mcyclecfg and minstretcfg. */
#define COUNTER_OF       BIT(63)
#define COUNTER_MINH     BIT(62)
#define COUNTER_SINH     BIT(61)
#define COUNTER_UINH     BIT(60)
#define COUNTER_SELECTOR MASK(55, 0)

/* Of mstateen0; bit 63 in all four. */
#define STATEEN_CONTEXT BIT(57)
#define STATEEN_CSRIND  BIT(60)
#define STATEEN_ENVCFG  BIT(62)
#define STATEEN_SE      BIT(63)

struct Hart {
    /* Hot. */
    uint64_t x[33]; /* x[32] takes what is written to x0 */
    uint64_t pc;
    int64_t left; /* units it may still use in this slice, the current instruction included */
    uint32_t attention;
    uint32_t
        ialign_mask; /* target bits that must be clear: 0, or 2 without compressed instructions */
    Mmu mmu;
    uint64_t f[32];

    /* Exception being raised: set with EXEC_TRAP. */
    struct {
        uint64_t cause, tval;
    } exception;

    struct {
#define CSR(name, ...) uint64_t name;
#define VIEW(...)
#define VIEWS(...)
#include "cpu/csr.def"
#undef CSR
#undef VIEW
#undef VIEWS
    } csr;
    uint8_t fflags, frm;
    uint64_t mip_lines;    /* MSIP, MTIP, MEIP, SEIP as the wires have them */
    uint64_t mip_software; /* SSIP, STIP, SEIP as M-mode wrote them */
    bool stip;             /* stimecmp has passed */
    bool idle;             /* in WFI or WRS */
    bool wakes_on_loss; /* the last of these was WRS, which the loss of the reservation ends, too */
    bool has_rnmi, has_double_trap; /* Smrnmi, Smdbltrp: every trap asks; never changes */
    bool critical;         /* in the critical-error state: a double trap ended it (Smdbltrp) */
    uint64_t rnmi_pending; /* resumable non-maskable interrupts, bit n of cause n */

    uint64_t entropy; /* of the seed CSR; set by the machine, kept over resets */

    /* Units: all since power-on up to the end of the slice, and those that retired nothing. */
    uint64_t units, idle_units, trap_units;
    Counters counters;
    TriggerUnit triggers;

    /* Not state: */
    unsigned id;
    const Isa *isa;
    Trace *trace;
    Clock *clock;
    CodeCache *code;
    uint64_t (*mtime)(void *opaque); /* the time CSR, in ticks of 100 ns */
    void *mtime_opaque;
    const AiaPort *aia;             /* its IMSIC, or NULL */
    Timer stimer;                   /* fires when stimecmp is reached */
    const Breakpoints *breakpoints; /* not NULL: stop there with ATTENTION_STOP */
    Watchpoint watch_hit;           /* the access that stopped the hart: kind 0: none */
    bool step_over;                 /* execute the next instruction even if there is a breakpoint */
    uint32_t watch;                 /* WATCH_*: not 0, run in the slower loop */
    Commit *commit;                 /* not NULL: every retired instruction is reported there */
    /* Not NULL: asked at every uncompressed EBREAK whether it is a semihosting call. EXEC_TRAP: it is none; EXEC_NEXT:
     * done; EXEC_JUMP: to be tried again. */
    ExecResult (*semihost)(void *opaque, Hart *hart);
    void *semihost_opaque;
    uint32_t csr_written; /* number + 1 of the CSR the current instruction wrote */
};

_Static_assert(offsetof(Hart, x) == 0 && offsetof(Hart, pc) == 264 && offsetof(Hart, left) == 272,
               "hot fields keep their places");

/* Prepares a hart; `isa` and the pointers it is given must outlive it. */
void hart_init(Hart *hart, unsigned id, const Isa *isa, Bus *bus, Clock *clock, Trace *trace,
               CodeCache *code);
void hart_free(Hart *hart);

/* Power-on: everything cleared, pc = `pc`, machine mode. See the privileged manual, "Reset". */
void hart_reset(Hart *hart, uint64_t pc);

/* A wire into mip: `input` is IRQ_MSI, IRQ_MTI, IRQ_MEI or IRQ_SEI. Fits IrqLine.set. */
void hart_set_irq(void *hart, unsigned input, bool level);

/* Makes resumable non-maskable interrupt `cause` (below 64) pending, until it is taken (Smrnmi). */
void hart_set_rnmi(Hart *hart, unsigned cause);

/* mip as the architecture sees it. */
uint64_t hart_mip(const Hart *hart);

/* To be called when anything that decides about interrupts changed: sets or clears ATTENTION_IRQ. */
void hart_update_irq(Hart *hart);
/* To be called when mseccfg changed: tells the PMP. */
void hart_update_protection(Hart *hart);
/* To be called when mstatus, satp, an envcfg, mseccfg or the privilege changed. */
void hart_update_context(Hart *hart);

/* Sets or clears a reason to look at every instruction. */
void hart_watch(Hart *hart, uint32_t reason, bool on);

/* Compares stimecmp with the time, sets STIP and the timer that waits for it. */
void hart_update_stimer(Hart *hart);

/* Retired instructions and cycles (instructions and traps) since power-on, exact in the middle of a slice. */
uint64_t hart_retired(const Hart *hart);
uint64_t hart_cycles(const Hart *hart);

/* Raises an exception from an instruction: `return hart_raise(hart, CAUSE_ILLEGAL, raw);` */
ExecResult hart_raise(Hart *hart, uint64_t cause, uint64_t tval);
/* The same with the instruction word as tval. norm:mtval_instr_bits_lead-in */
ExecResult hart_raise_illegal(Hart *hart);
/* The same for what mmu->fault says. */
ExecResult hart_raise_fault(Hart *hart);

/* Takes the trap in `exception` at `pc`, which becomes the handler. */
void hart_take_trap(Hart *hart);
/* Takes the pending interrupt with the highest priority; one must be pending and enabled. */
void hart_take_interrupt(Hart *hart);
/* Is there a reason to wake: an interrupt pending, enabled or not, or the reservation lost that WRS waited on? */
bool hart_wakes(const Hart *hart);

/* xRET. `level` is PRIV_M or PRIV_S. The new pc is set. */
void hart_trap_return(Hart *hart, unsigned level);
/* MNRET. */
void hart_rnmi_return(Hart *hart);

/* Runs until `left` units are used up or attention is needed. */
void hart_run(Hart *hart);

void hart_visit(Hart *hart, StateVisitor *visitor);

#endif
