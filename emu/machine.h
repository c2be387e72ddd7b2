/* SPDX-License-Identifier: MIT */
/*
 * machine.h - the whole machine: harts, bus, devices, clock, and who runs when.
 *
 * Everything hangs off Machine and belongs to the emulation thread. machine.c builds it in visible order; sched.c runs
 * it. Two machines in one process work.
 */
#ifndef EMU_MACHINE_H
#define EMU_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "cpu/code.h"
#include "cpu/commit.h"
#include "cpu/hart.h"
#include "devices/aclint.h"
#include "devices/aplic.h"
#include "devices/clint.h"
#include "devices/drum.h"
#include "devices/finisher.h"
#include "devices/imsic.h"
#include "devices/paging_drum.h"
#include "devices/plic.h"
#include "devices/rtc.h"
#include "devices/uart.h"
#include "devices/virtio_gpu.h"
#include "devices/virtio_mmio.h"
#include "emu/base/host.h"
#include "emu/base/partitions.h"
#include "emu/board.h"
#include "emu/inbox.h"
#include "emu/plug.h"
#include "emu/timed.h"

enum { MACHINE_MAX_HARTS = 32, VIRTIO_SLOTS = 8, MACHINE_MAX_AIA_GUESTS = 63 };
/* With pdp_time: units a second, and what harts take turns of. */
enum { PDP_HZ = 100000, PDP_QUANTUM = 10 };

/* Interrupt controllers: PLIC; APLIC; APLIC, and an IMSIC a hart. */
typedef enum { AIA_NONE, AIA_APLIC, AIA_APLIC_IMSIC } MachineAia;

/* What is plugged into a virtio-mmio slot. */
typedef struct {
    const char *driver; /* "virtio-blk-device", ...; NULL: empty */
    char *drive_file;   /* blk */
    bool read_only, snapshot;
    HostChar *chr;  /* console, keyboard, tablet, mouse; gpu: sizes of its outputs */
    HostNet *net;   /* net */
    uint8_t mac[6]; /* net; all zero: the default */
    uint64_t seed;  /* rng */
    char *serial;   /* blk: what GET_ID answers; keyboard, tablet, mouse: ID_SERIAL; may be NULL */
    VirtioGpuConfig gpu;
    HostDisplay *display; /* gpu */
} VirtioConfig;

/* All that decides what the machine is; filled in by the command line. */
typedef struct {
    Isa isa;
    unsigned n_harts;
    uint64_t ram_size;
    bool pdp_time;      /* a unit is 10 us, as most instructions of a PDP-1 were */
    uint64_t quantum;   /* units a hart runs in a round */
    uint64_t slice;     /* longest slice, for tests; 0: no limit */
    uint64_t max_insns; /* stop after so many retired instructions; 0: no limit */
    uint64_t rtc_base_ns;
    uint64_t seed; /* of everything that looks random to the guest */
    bool virtio_modern;
    MachineAia aia;
    unsigned aia_guests;           /* guest interrupt files of each IMSIC */
    bool aia_direct;               /* the APLIC can deliver by wire in place of an IMSIC's file */
    bool aclint;                   /* ACLINT, not CLINT */
    bool cbqri;                    /* quality-of-service controllers of cache and bus */
    unsigned rcid_bits, mcid_bits; /* log2 of the identifiers that they know */
    unsigned dma_rcid, dma_mcid;   /* what DMA carries */
    VirtioConfig virtio[VIRTIO_SLOTS];
    Plugs plugs; /* what else is plugged in */
    HostChar *serial;
    bool live_input; /* somebody may still type: idle time passes at wall rate, with pdp_time all */
    bool stop_on_reset; /* -no-reboot */
    TimedConfig timed;
} MachineConfig;

typedef enum {
    STOP_NONE,
    STOP_EXIT,  /* the guest ended the run: exit_code */
    STOP_RESET, /* the guest asked for a reset and -no-reboot was given */
    STOP_LIMIT, /* max_insns */
    STOP_QUIT,  /* the user: Ctrl-A x, a signal, gdb's kill */
    STOP_DEBUG, /* a breakpoint or a step ended: machine_run may be called again */
} StopReason;

typedef struct Machine Machine;
typedef struct MonitorHub MonitorHub;
typedef struct Timing Timing;

/* Somebody who wants to look at the machine when all harts together have used so many units. */
typedef void LookFn(Machine *machine, void *opaque);
typedef struct {
    uint64_t units, ns; /* ns: CLOCK_NEVER, or what `units` follow from */
    bool again;         /* not yet, at the next opportunity */
    LookFn *look;
    void *opaque;
} Look;

/* What a debugger keeps from happening. */
typedef struct {
    uint32_t held;     /* bit n: hart n idles whatever comes */
    uint32_t irqs_off; /* bit n: hart n takes no interrupts */
    bool timers_off;   /* no timer fires; those that are due do so later */
} Restraint;

struct Machine {
    MachineConfig config;
    Clock clock;
    Trace trace;
    const char *ring_file; /* where the last events go when somebody wants to see them */
    Bus bus;
    CodeCache code;
    Inbox inbox;
    Commit commit;
    Hart *harts;
    unsigned n_harts;
    GPtrArray *devices; /* of Device, in the order they were made */
    Clint *clint;       /* or what is the timer of an ACLINT */
    Plic *plic;         /* NULL with an APLIC */
    Aplic *aplic_m, *aplic_s;
    Imsic *imsic_m, *imsic_s;
    ImsicPort *imsic_ports; /* one a hart */
    struct Qos *qos;        /* NULL without its controllers */
    Finisher *finisher;
    Rtc *rtc;
    Uart *uart;
    Device *virtio[VIRTIO_SLOTS];
    Drum *drum;              /* NULL: there is none */
    PagingDrum *paging_drum; /* NULL: there is none */
    bool halted;             /* it keeps all harts from running; follows from its state */
    uint64_t halted_since;   /* ns of virtual time */
    GPtrArray *wires;        /* arrays of IrqLine, from interrupt controllers to harts */

    /* Where the harts are in the round; saved. */
    int64_t round_left[MACHINE_MAX_HARTS];
    uint64_t current; /* hart that runs or ran last */
    uint64_t
        turn; /* whose turn it is in the present pass over the harts; n_harts: the pass is over */
    bool pass_ran; /* somebody ran in this pass */
    uint64_t rounds;
    uint64_t idle_units; /* of all harts */
    /* What each had at the round's start: a quantum, less what an instruction that waited had used of it. Saved by timed
     * mode, always a quantum without. */
    int64_t round_given[MACHINE_MAX_HARTS];
    int64_t wall_offset; /* wall clock minus virtual time, ns, while idle time follows the wall */

    /* Timed mode: timed.c. */
    Timing *timing; /* NULL: there is no model */
    Partitions *partitions;
    const struct MachineFile *machine_file; /* where they are declared, NULL: nowhere */
    bool timed;                             /* it is on; saved */
    bool timed_mark_passed;                 /* that it begins at; saved */
    bool timed_from_here;                   /* a mark was just passed */
    uint8_t more_cycles[INSN_OP_COUNT];

    StopReason stop;
    int exit_code;
    bool reset_requested;
    bool warned_idle;
    GError *stop_error;    /* why the machine could not start again, or go on; with STOP_QUIT */
    unsigned stopped_hart; /* STOP_DEBUG: which */
    /* The debugger's; not state. */
    bool paused;       /* nothing runs and no time passes; the inbox is still served */
    uint32_t stepping; /* bit n: hart n runs one unit, then debug_stopped is told */
    uint8_t entering
        [MACHINE_MAX_HARTS]; /* plus 1, an interrupt that a guest has taken, and has not begun to handle; only
                                          * while the event handler is on. Not state */
    Restraint restraint; /* machine_restraint_changed must hear of changes */
    /* Told between slices that a hart reached a breakpoint or the end of its step; may set `paused`. NULL: the machine
     * stops with STOP_DEBUG instead. */
    void (*debug_stopped)(void *opaque, unsigned hart);
    void *debug_opaque;
    /* Does the user, for whom the machine is travelling, not want to wait? NULL: nobody asks. */
    bool (*wants_back)(void *opaque);
    void *debug_user;
    struct MemoryLook
        *memory_look;            /* what a window sees of memory, under way; NULL: nobody looks */
    struct LiveVerdict *verdict; /* NULL: none is asked for; the observer's */
    struct CsrMarks *csr_marks;  /* NULL: nobody asked what changes */
    struct Explain *explain;     /* not NULL: facts for explanations are kept; the machine's own */
    uint64_t ended_at; /* units of all harts when the guest ended the run, 0: it has not */
    bool table_written_by_guest; /* of page tables that walks have read: who wrote the last one */
    const struct TimeTravel *time_travel; /* NULL: nobody can go back */
    void (*first_pause)(
        void *
            opaque); /* called once, when somebody stops it for the first time; NULL: nobody wants to know */
    void *first_pause_opaque;
    const char *
        remembered_from; /* since when, for people; NULL: the start, or as much as there is memory for */
    const char *no_time_travel; /* and why, for people; NULL: nobody asked for it */
    /* Of whoever remembers the run; time/history.h. Not state. */
    struct History *history; /* NULL: nobody does */
    bool replaying;          /* what happens has happened before: input comes from a log */
    bool silent;             /* and was heard: output goes nowhere */
    bool travelling; /* on the way to somewhere else in time: nobody is to hear or say anything */
    Restraint recorded; /* when this happened before */
    unsigned stop_hart; /* debug_stopped is told when this one has done stop_steps; n_harts: none */
    uint64_t stop_steps;
    struct Input *input;    /* keyboard and pointers: display/input.h; NULL: there are none */
    MonitorHub *monitors;   /* what monitors share; NULL: there are none */
    uint32_t commit_traced; /* bit n: hart n reports instructions for the sake of events alone */
    uint64_t step_end; /* steps of hart step_hart at which the machine pauses; UINT64_MAX: never */
    unsigned step_hart;
    bool noticed; /* monitors are to be told between slices: by `notice`, which may set `paused` */
    void (*notice)(Machine *machine);
    struct Checkpoints *checkpoints; /* NULL: none is alive */

    Spa tohost;         /* HTIF mailbox in RAM, 8 bytes; 0: none */
    bool tohost_posted; /* its last byte was written since it was emptied; false between turns */
    uint64_t reset_pc;
    /* Called after every reset to put the images back where they were; may be NULL. */
    bool (*load_images)(Machine *machine, void *opaque, GError **error);
    void *load_opaque;
    uint64_t
        look_at; /* when the next of these wants to look, in units of all harts; UINT64_MAX: nobody */
    GArray *looks;       /* of Look: looks.c */
    GArray *state_marks; /* of uint64_t: virtual times at which to print the state hash */
    unsigned next_mark;
    FILE *hash_out;
};

/* Builds the machine that `config` describes. The HostChar and HostNet it names must outlive it. */
Machine *machine_new(const MachineConfig *config, GError **error);
void machine_free(Machine *machine);

/* Power-on. */
bool machine_reset(Machine *machine, GError **error);

/* Runs until `stop` is set; returns it. While `paused` it waits for messages that change that. */
StopReason machine_run(Machine *machine);

/* Units a hart runs in a round. In timed mode that is short, so that what harts do to each other comes in order. */
static inline int64_t machine_quantum(const Machine *machine)
{
    return (int64_t)(machine->timed ? machine->config.timed.quantum : machine->config.quantum);
}

/* Instructions, traps and idle units of the hart that is stepped over. Between slices. */
static inline uint64_t machine_steps_over(const Machine *machine)
{
    const Hart *hart = &machine->harts[machine->step_hart];
    return hart_steps(hart) + hart->idle_units;
}

/* Calls first_pause if the machine is paused, and it was not before. Between slices; before somebody lets it go on at the
 * latest. */
void machine_tell_pause(Machine *machine);

/* Asks the machine to stop after the current slice. Emulation thread. */
void machine_stop(Machine *machine, StopReason reason, int exit_code);

/* What builds the machine: allocates a device at `base` with interrupt `irq` (0: none), to be configured; then realizes
 * it and makes it part of the machine. */
Device *machine_new_device(Machine *machine, const DeviceType *type, const char *id, uint64_t base,
                           unsigned irq);
bool machine_add_device(Machine *machine, Device *dev, GError **error);
/* The wire of a device that keeps all harts from running while it is up: from the end of the instruction that raised it
 * on, whatever interrupts come. `machine` is a Machine. */
void machine_halt(void *machine, unsigned input, bool level);
/* Somebody set mtime. `machine` is a Machine. */
void machine_time_set(void *machine);

/* Stores to mailboxes are heard of, from the next slice on. */
void machine_watch_tohost(Machine *machine);

/* Visits all state but RAM, in order. A machine that was loaded must have been built from the same configuration. */
void machine_visit(Machine *machine, StateVisitor *visitor);
uint64_t machine_state_hash(Machine *machine);
void machine_save(Machine *machine, GByteArray *out);
/* False: the state is not this machine's; the machine is unfit to run then, until another state is loaded or it is reset. */
bool machine_load(Machine *machine, const uint8_t *data, size_t size, GError **error);
/* To be called when all of the state was replaced: rebuilds what is made from it. Decoded instructions that are no longer
 * what memory has must be gone by then. */
void machine_loaded(Machine *machine);
/* To be called when that state is of another run: the last events do not lead to it. */
void machine_begin_events(Machine *machine);

/* To be called when `restraint` or `recorded` changed. */
void machine_restraint_changed(Machine *machine);

/* To be called when events were turned on or off. Those of every instruction turn the slower loop on. */
void machine_trace_changed(Machine *machine);

/* Calls `look` once, between slices, when all harts together have used `units` units: slices end there, which the guest
 * cannot see. It takes the place of what was asked for the same `look` and `opaque` before; UINT64_MAX: never. */
void machine_look_at(Machine *machine, uint64_t units, LookFn *look, void *opaque);
/* The same at virtual time `ns`, or as soon after as an instruction ends. */
void machine_look_at_time(Machine *machine, uint64_t ns, LookFn *look, void *opaque);
/* To be called when units have become longer or shorter, or the state was replaced. */
void machine_rate_changed(Machine *machine);
/* The same, from a look: once more at the next opportunity. Before that nothing happens that takes time. */
void machine_look_again(Machine *machine, LookFn *look, void *opaque);
/* Lets those look whose time has come; what machine_run does. */
void machine_look(Machine *machine);

/* Prints the state hash at each of these virtual times (ns, ascending). */
void machine_hash_at(Machine *machine, const uint64_t *times, unsigned count, FILE *out);
/* A state was loaded: times before it do not come any more. */
void machine_looks_loaded(Machine *machine);

/* Runs until virtual time `ns`, or until something else stops the machine; STOP_DEBUG: the time
 * was reached. */
StopReason machine_run_until(Machine *machine, uint64_t ns);

/* Instructions and traps of all harts, what they idled left out. */
uint64_t machine_executed(const Machine *machine);
/* Instructions retired by all harts. */
uint64_t machine_retired(const Machine *machine);

#endif
