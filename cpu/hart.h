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

#include "cpu/breakpoint.h"
#include "cpu/counters.h"
#include "cpu/isa/insn.h"
#include "cpu/isa/isa.h"
#include "cpu/trigger.h"
#include "emu/base/clock.h"
#include "emu/base/irq.h"
#include "emu/base/mutant.h"
#include "emu/base/state.h"
#include "emu/base/trace.h"
#include "mmu/mmu.h"

typedef struct CodeCache CodeCache;
typedef struct Commit Commit;
typedef struct Stats Stats;
typedef struct Worlds Worlds;
typedef struct TrapNotes TrapNotes;
typedef struct Past Past;

/* Why a slice ended before its units were used up. */
enum {
    ATTENTION_IRQ = 1,   /* an interrupt can be taken */
    ATTENTION_YIELD = 2, /* another hart should run first */
    ATTENTION_STOP = 4,  /* the machine or the debugger wants the hart to stop */
    ATTENTION_LOOK = 16, /* somebody wants to look at the machine before the hart goes on */
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
    IRQ_VSSI = 2,
    IRQ_MSI = 3,
    IRQ_STI = 5,
    IRQ_VSTI = 6,
    IRQ_MTI = 7,
    IRQ_SEI = 9,
    IRQ_VSEI = 10,
    IRQ_MEI = 11,
    IRQ_SGEI = 12,
    IRQ_LCOFI = 13,
};
/* Those that the base architecture gives a place; virtual interrupts have the others. */
#define IRQS_BASE MASK(12, 0)
/* Sets of them: what S-mode and guests have, and those a hypervisor sees in hip. */
enum {
    IRQS_S = 1 << IRQ_SSI | 1 << IRQ_STI | 1 << IRQ_SEI,
    IRQS_VS = 1 << IRQ_VSSI | 1 << IRQ_VSTI | 1 << IRQ_VSEI,
    IRQS_H = IRQS_VS | 1 << IRQ_SGEI,
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
#define MSTATUS_GVA BIT(38)
#define MSTATUS_MPV BIT(39)
#define MSTATUS_MDT BIT(42)
#define MSTATUS_SD  BIT(63)

enum {
    HSTATUS_GVA = 1 << 6,
    HSTATUS_SPV = 1 << 7,
    HSTATUS_SPVP = 1 << 8,
    HSTATUS_HU = 1 << 9,
    HSTATUS_VGEIN = 0x3f << 12,
    HSTATUS_VTVM = 1 << 20,
    HSTATUS_VTW = 1 << 21,
    HSTATUS_VTSR = 1 << 22,
};
#define HSTATUS_HUPMM MASK(49, 48)

/* hvictl. AIA, "Virtual interrupts for VS level" */
enum { HVICTL_VTI = 1 << 30, HVICTL_DPR = 1 << 9, HVICTL_IPRIOM = 1 << 8 };

enum { MNSTATUS_NMIE = 1 << 3, MNSTATUS_MNPV = 1 << 7, MNSTATUS_MNPP = 3 << 11 };

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

/* Who asks the shared resources: for their limits, and for their counts. */
#define SRMCFG_RCID MASK(11, 0)
#define SRMCFG_MCID MASK(27, 16)

/* Of mhpmevent, mcyclecfg and minstretcfg. */
#define COUNTER_OF       BIT(63)
#define COUNTER_MINH     BIT(62)
#define COUNTER_SINH     BIT(61)
#define COUNTER_UINH     BIT(60)
#define COUNTER_VSINH    BIT(59)
#define COUNTER_VUINH    BIT(58)
#define COUNTER_SELECTOR MASK(55, 0)

/* Of mstateen0 and hstateen0; bit 63 in all four. */
#define STATEEN_SRMCFG  BIT(55) /* not in hstateen0 */
#define STATEEN_CONTEXT BIT(57)
#define STATEEN_IMSIC   BIT(58)
#define STATEEN_AIA     BIT(59)
#define STATEEN_CSRIND  BIT(60)
#define STATEEN_ENVCFG  BIT(62)
#define STATEEN_SE      BIT(63)

/* Where a trap goes, and whose interrupts are looked at. */
typedef enum { LEVEL_NONE, LEVEL_VS, LEVEL_HS, LEVEL_M } Level;

/* What is known of a trap when it is taken. */
typedef struct {
    uint64_t cause, tval;
    uint64_t tval2, tinst; /* for htval or mtval2, htinst or mtinst */
    bool gva;              /* tval is a guest's virtual address */
} Trap;

struct Hart {
    /* Hot. */
    uint64_t x[33]; /* x[32] takes what is written to x0 */
    uint64_t pc;
    int64_t left; /* units it may still use in this slice, the current instruction included */
    uint32_t attention;
    /* Target bits that must be clear: 0, or 2 without compressed instructions. */
    uint32_t ialign_mask;
    Mmu mmu;
    uint64_t f[32];

    /* Exception being raised: set with EXEC_TRAP. */
    Trap exception;

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
    uint64_t hgeip;        /* guest external interrupts, as the wires have them */
    /* AIA: enables of virtual interrupts, and priorities of major interrupts at M and S level. */
    uint64_t sie_virtual, vsie_virtual;
    uint8_t iprio[2][64];
    bool stip, vstip;   /* stimecmp, vstimecmp has passed */
    bool idle;          /* in WFI or WRS */
    bool wakes_on_loss; /* the last of these was WRS, which the loss of the reservation ends, too */
    bool has_rnmi, has_double_trap, has_h; /* Smrnmi, Smdbltrp, H: every trap asks; never change */
    bool critical;         /* in the critical-error state: a double trap ended it (Smdbltrp) */
    uint64_t rnmi_pending; /* resumable non-maskable interrupts, bit n of cause n */

    uint64_t entropy; /* of the seed CSR; set by the machine, kept over resets */

    /* Units: all since power-on up to the end of the slice, and those that retired nothing. */
    uint64_t units, idle_units, trap_units;
    /* Those it waited in timed mode, for memory and for instructions that take longer; saved by timed mode. */
    uint64_t stall_units, fetch_stalls; /* fetch_stalls: those of them for instructions */
    Counters counters;
    TriggerUnit triggers;

    /* Not state: */
    bool irq_ready; /* an interrupt is pending and enabled, whether or not the mode lets it in */
    bool masks_pointers;   /* some mode's configuration says so (PMM) */
    bool has_virtual_irqs; /* mvien, hvien or hvictl add interrupts that mip does not show */
    uint64_t mip_guest;    /* VSSIP, VSTIP, VSEIP and SGEIP, made of what decides about them */
    unsigned id;
    const Isa *isa;
    Trace *trace;
    Clock *clock;
    CodeCache *code;
    uint64_t (*mtime)(void *opaque); /* the time CSR, in ticks of 100 ns */
    void *mtime_opaque;
    const AiaPort *aia;             /* its IMSIC, or NULL */
    IrqPriority external;           /* of its external interrupts */
    Timer stimer, vstimer;          /* fire when stimecmp, vstimecmp is reached */
    const Breakpoints *breakpoints; /* not NULL: stop there with ATTENTION_STOP */
    Watchpoint watch_hit;           /* what the next instruction would access: kind 0: nothing */
    bool step_over;                 /* execute the next instruction even if there is a breakpoint */
    bool watch_over;                /* and whatever it accesses */
    bool irqs_off;                  /* the debugger steps and wants no interrupts meanwhile */
    Worlds *worlds;                 /* not NULL: notes are taken of who comes and goes */
    uint32_t watch;                 /* WATCH_*: not 0, run in the slower loop */
    uint8_t *csr_gates;             /* of each CSR, what gates it: csr.c */
    Past *past;                     /* not NULL: its last traps are kept there */
    TrapNotes *notes;               /* not NULL: trace events want to know of traps */
    Stats *stats;                   /* not NULL: what happens is counted there */
    Commit *commit;                 /* not NULL: every retired instruction is reported there */
    /* Not NULL: asked at every uncompressed EBREAK whether it is a semihosting call. EXEC_TRAP: it is none; EXEC_NEXT:
     * done; EXEC_JUMP: to be tried again. */
    ExecResult (*semihost)(void *opaque, Hart *hart);
    void *semihost_opaque;
    /* Timed mode: its side of the model, whether or not that is on; cycles beyond one of each operation; what fetching
     * the instruction under way took. */
    TimingHart *model;
    const uint8_t *more_cycles;
    uint32_t fetch_stall;
    /* Not NULL: told of every mark. */
    void (*marked)(void *opaque, Hart *hart, uint64_t kind, uint64_t value);
    void *marked_opaque;
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

/* Is the hart in VS- or VU-mode? */
static inline bool hart_is_guest(const Hart *hart)
{
    return hart->mmu.v;
}

/* The privilege modes as one number: those of PRIV_*, and the guest's. */
enum { MODE_GUEST = 4, MODE_VU = 4, MODE_VS = 5, MODES = 6 };

static inline unsigned mode_of(unsigned priv, bool guest)
{
    return priv + (guest ? MODE_GUEST : 0);
}

static inline unsigned hart_mode(const Hart *hart)
{
    return mode_of(hart->mmu.priv, hart->mmu.v);
}

/* What people call `mode`: "M", "HS" (on a hart without hypervisor "S"), "U", "VS", "VU". */
const char *hart_mode_name(const Hart *hart, unsigned mode);

/* Writes to an f register or fflags make FS dirty, of a guest's status as well. norm:vsstatus_fs_op */
static inline void hart_dirty_float(Hart *hart)
{
    if (!(BROKEN(dirty_host) && hart->mmu.v))
        hart->csr.mstatus |= MSTATUS_FS;
    if (UNLIKELY(hart->mmu.v) && !BROKEN(dirty_guest))
        hart->csr.vsstatus |= MSTATUS_FS;
}

/* May floating-point instructions run? */
static inline bool hart_has_float(const Hart *hart)
{
    return hart->csr.mstatus & MSTATUS_FS &&
           LIKELY(!hart->mmu.v || hart->csr.vsstatus & MSTATUS_FS || BROKEN(float_guest_off));
}

/* Bits of mie and mideleg that the hypervisor extension adds. norm:mideleg_acc_h */
uint64_t hart_hypervisor_irqs(const Hart *hart);
/* Pointer bits that a guest's access with privilege `priv`, made by HLV or HSV, ignores. norm:ssnpm_definition */
uint8_t hart_guest_masked_bits(const Hart *hart, unsigned priv);

/* A wire into mip: `input` is IRQ_MSI, IRQ_MTI, IRQ_MEI or IRQ_SEI, IRQ_SSI, whose rising edge sets SSIP, or
 * IRQ_GUEST_EXTERNAL + n. Fits IrqLine.set. */
void hart_set_irq(void *hart, unsigned input, bool level);

/* mnstatus.NMIE; where there are no RNMIs they are never disabled. */
static inline bool hart_nmie(const Hart *hart)
{
    return !hart->has_rnmi || hart->csr.mnstatus & MNSTATUS_NMIE;
}
/* Would the hart take a resumable non-maskable interrupt now? */
bool hart_takes_rnmi(const Hart *hart);

/* Makes resumable non-maskable interrupt `cause` (below 64) pending, until it is taken (Smrnmi). */
void hart_set_rnmi(Hart *hart, unsigned cause);

/* mip, sip and sie as the architecture sees them; sip and sie without what hip and hie show. */
uint64_t hart_mip(const Hart *hart);
uint64_t hart_sip(const Hart *hart);
uint64_t hart_sie(const Hart *hart);
/* hideleg: what nobody delegates to S-mode cannot be delegated on. */
uint64_t hart_hideleg(const Hart *hart);
/* mtopi, stopi or vstopi. AIA, "Machine top interrupt CSR (mtopi)" and its kind */
uint64_t hart_topi(const Hart *hart, Level level);

/* Recomputes mip_guest and calls hart_update_irq. */
void hart_update_guest_irqs(Hart *hart);
/* The level that would take an interrupt now, and which; LEVEL_NONE: nothing to take. */
Level hart_find_interrupt(const Hart *hart, unsigned *number);

/* To be called when anything that decides about interrupts changed: sets or clears ATTENTION_IRQ. The second, when only
 * the mode and the interrupt enables in mstatus and vsstatus did. */
void hart_update_irq(Hart *hart);
void hart_update_irq_mode(Hart *hart);
/* To be called when menvcfg or henvcfg changed. */
void hart_update_environment(Hart *hart);
/* To be called when mseccfg changed: tells the PMP. */
void hart_update_protection(Hart *hart);
/* To be called when mstatus, satp, an envcfg, mseccfg or the privilege changed, and when only the mode or MPRV did. */
void hart_update_context(Hart *hart);
void hart_update_mode(Hart *hart);

/* Sets or clears a reason to look at every instruction. */
void hart_watch(Hart *hart, uint32_t reason, bool on);

/* Compares stimecmp and vstimecmp with the time, sets STIP and VSTIP and the timers that wait for them. */
void hart_update_stimer(Hart *hart);

/* Retired instructions, and cycles (instructions, traps and, in timed mode, stalls) since power-on, exact in the middle
 * of a slice. */
static inline uint64_t hart_cycles(const Hart *hart)
{
    return hart->units - (uint64_t)hart->left - hart->idle_units;
}

static inline uint64_t hart_retired(const Hart *hart)
{
    return hart_cycles(hart) - hart->trap_units - hart->stall_units;
}

/* Instructions and traps. */
static inline uint64_t hart_steps(const Hart *hart)
{
    return hart_cycles(hart) - hart->stall_units;
}

/* ns of the hart's own clock: of all it has used, which at the ends of rounds is the machine's time. */
static inline uint64_t hart_own_time(const Hart *hart)
{
    return clock_time_at(hart->clock, (hart->units - (uint64_t)hart->left) * hart->clock->n_harts);
}

/* Raises an exception from an instruction: `return hart_raise(hart, CAUSE_ILLEGAL, raw);` */
ExecResult hart_raise(Hart *hart, uint64_t cause, uint64_t tval);
/* The same with the instruction word as tval. norm:mtval_instr_bits_lead-in */
ExecResult hart_raise_illegal(Hart *hart);
ExecResult hart_raise_virtual(Hart *hart);
/* An instruction that the present mode may not execute: illegal without V, a virtual instruction with it.
 * norm:H_cause_virtual_instruction */
ExecResult hart_refuse(Hart *hart);
/* A breakpoint or misaligned jump at the virtual `address`. norm:hstatus_gva_op */
ExecResult hart_raise_at(Hart *hart, uint64_t cause, uint64_t address);
/* What mmu->fault says. */
ExecResult hart_raise_fault(Hart *hart);

/* Takes the trap in `exception` at `pc`, which becomes the handler. */
void hart_take_trap(Hart *hart);
/* Takes the pending interrupt with the highest priority; one must be pending and enabled. */
void hart_take_interrupt(Hart *hart);
/* Is there a reason to wake: an interrupt pending, enabled or not, or the reservation lost that WRS waited on? */
bool hart_wakes(const Hart *hart);

/* MRET, SRET and MNRET. The new pc is set. */
void hart_machine_return(Hart *hart);
void hart_supervisor_return(Hart *hart);
void hart_rnmi_return(Hart *hart);

/* Runs until `left` units are used up or attention is needed. */
void hart_run(Hart *hart);

void hart_visit(Hart *hart, StateVisitor *visitor);

#endif
