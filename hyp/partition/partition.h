/* SPDX-License-Identifier: MIT */
/*
 * partition.h - a hypervisor that cuts the machine: each partition has harts, memory and devices of its own, for ever.
 *
 *   main.c     from the firmware to the guests; the life of a hart
 *   vm.c       makes a partition: its harts, memory, devices; puts its images there
 *   tree.c     its device tree (tree_write.c: how one is written; isa.c: what harts can do)
 *   frames.c   who has which page of the machine's memory; there is no allocator after the start
 *   color.c    moves the hypervisor itself to pages of its own colours (move.S)
 *   exits.c    why a guest stopped running: tables by cause
 *   mmio.c     addresses that are emulated: a table of each partition
 *   calls.c    its SBI (hsm.c: harts; console.c: text)
 *   timer.c    its timer
 *   budget.c   how much of the memory bus it may use
 *   irq.c      its external interrupts: which way (files.c: guest interrupt files; emulated.h: emulated controllers)
 *   shared.c   memory of several, and doorbells
 *   late.c     profile=jailhouse: called by a running system (late.S)
 *   fault.c    end and restart of a partition alone
 *
 * What a guest does must never stop the hypervisor or another guest: panic() is for the time before the first guest runs,
 * and for mistakes of our own. Whatever comes from a guest is checked, and may change while it is looked at, since the
 * guest's other harts run on.
 */
#ifndef HYP_PARTITION_PARTITION_H
#define HYP_PARTITION_PARTITION_H

#include "lib/access.h"
#include "lib/causes.h"
#include "lib/hart.h"
#include "lib/lock.h"
#include "lib/paging.h"
#include "lib/partitions.h"
#include "lib/sbi.h"
#include "lib/vcpu.h"
#include "tree_write.h"

enum { VMS = HART_MAX, VM_RANGES = 16, VM_SOURCES = 1024, VM_NAME = 32 };
enum { VM_DOORBELLS = 8, VM_VIRTIO = 8, CONSOLE_LINE = 160 };

typedef struct Vm Vm;
typedef struct VmHart VmHart;

/* An address range that the guest does not have but we answer for. `handle` does the access at `offset`; *value is what a
 * store has and a load gets. False: there is no such access, the guest is at fault. Harts of a guest may come at a time. */
typedef struct MmioRange {
    uint64_t base, size;
    bool (*handle)(VmHart *hart, uint64_t offset, const Access *access, uint64_t *value);
} MmioRange;

/* A way of external interrupts to a guest. A row that a way has no use for is NULL. */
typedef struct {
    const char *name; /* "guest files" */
    /* At the start, on the first hart: ranges of MMIO, maps, the real controller. False: the machine has no such thing. */
    bool (*make)(Vm *vm, const Fdt *host);
    /* Writes the controller's nodes into /soc of the guest's tree; devices keep the machine's `interrupts`, and the
     * phandle of its wired controller as `interrupt-parent`. */
    void (*tree)(const Vm *vm, TreeWriter *tree, const Fdt *host);
    /* Before the guest starts or starts anew, when none of its harts runs: sources are as after a reset of the machine.
     * Under vm->irq_lock. */
    void (*forget)(Vm *vm);
    /* On each of the guest's harts before it starts or starts anew, perhaps alone: what is this hart's own. */
    void (*reset)(VmHart *hart);
    /* Raises interrupt `source` of the guest, one without a wire; from any hart. */
    void (*raise)(Vm *vm, unsigned source);
    /* This hart has an external interrupt in HS-mode; it was running the guest, or waiting. */
    void (*external)(VmHart *hart);
    /* Another hart said REQUEST_IRQ. */
    void (*look)(VmHart *hart);
    /* The guest did what is a virtual instruction. False: not because of us. */
    bool (*returns)(VmHart *hart);
} IrqWay;

extern const IrqWay irq_files;             /* files.c */
extern const IrqWay irq_vplic, irq_vaplic; /* vplic.c, vaplic.c, over emulated.h */
extern const IrqWay irq_none;              /* irq.c: no controller, no interrupts */

/* A source without a wire at a controller that files.c emulates. */
typedef struct {
    uint32_t source; /* 0: no such */
    uint32_t mode, target;
    bool enabled, pending;
} Doorbell;

/* As hypercall partition_status has them. */
typedef enum { VM_STOPPED, VM_RUNNING, VM_FAILED } VmState;

/* What one hart asks of another: kick(). */
enum { REQUEST_SOFT = 1, REQUEST_LOOK = 2, REQUEST_IRQ = 4 };

/* A hart of a guest: the machine's hart `id`, for ever. */
struct VmHart {
    Vcpu vcpu; /* first: vcpu_run knows it */
    Vm *vm;
    unsigned number; /* what the guest calls it */
    uint64_t id;     /* what the machine does */
    unsigned place;  /* of the machine's controller: index of an IMSIC or IDC, context of a PLIC */
    uint32_t state;  /* SBI_HART_...; under vm->lock */
    uint64_t start_pc, start_argument;
    uint64_t tick;       /* when the guest wants its timer's interrupt; -1: never */
    uint64_t period_end; /* of its budget; -1: never */
    bool has_budget;
    uint64_t counter, throttled;    /* of misses; how often it had to stand still */
    uint32_t requests;              /* REQUEST_...; atomic */
    uint64_t exits[2][CAUSE_COUNT]; /* exceptions, interrupts */
    uint64_t file;                  /* host address of its guest interrupt file; files.c */
};

struct Vm {
    char name[VM_NAME];
    unsigned index; /* in vms[]; 0 is the manager */
    unsigned number, vmid;
    VmHart *harts; /* n_harts of them */
    unsigned n_harts;
    uint64_t *root; /* of its G-stage tables */
    Colors colors;
    bool superpages;
    unsigned n_memories;
    PartitionMemory memories[PARTITION_MEMORIES];
    PartitionModule kernel, initrd, tree; /* what is copied at each start */
    MmioRange ranges[VM_RANGES];
    unsigned n_ranges;
    uint64_t budget_fills, budget_period; /* lines; ticks of time. 0: none */
    const IrqWay *irq;
    FdtNode controller;        /* that wires go to, in the machine's tree; NULL: none */
    struct Emulated *emulated; /* of irq_vplic and irq_vaplic */
    uint64_t sources[VM_SOURCES /
                     64]; /* bit n: interrupt n of the machine's wired controller is its own */
    uintptr_t
        virtio[VM_VIRTIO]; /* registers of its devices that read and write memory by themselves */
    unsigned n_virtio;
    uint64_t doorbells[VM_SOURCES / 64]; /* bit n: interrupt n is one without a wire */
    Doorbell doorbell[VM_DOORBELLS];     /* what files.c keeps of them */
    uint64_t next_frame[3];              /* where to look for more, see frames.c */

    Lock irq_lock; /* of what is pending, here or in the controller: others raise interrupts */
    Lock lock;     /* of what follows */
    VmState state;
    bool restart;     /* as soon as nothing of it runs */
    bool loading;     /* now */
    bool refused;     /* never to run: vm_refuse */
    bool created;     /* a cell of PROFILE_JAILHOUSE */
    unsigned running; /* harts */
    char line[CONSOLE_LINE];
    unsigned line_length;
    uint8_t letter; /* bytes that its last letter still needs, in UTF-8 */
};

/* How other hypervisors of this kind differ: README.md, "Profiles". */
typedef enum { PROFILE_OWN, PROFILE_BAO, PROFILE_DOM0LESS, PROFILE_JAILHOUSE } Profile;

/* From the command line. */
typedef struct {
    Profile profile;
    bool timer_by_calls; /* no vstimecmp, or not for guests */
    bool irq_emulated;   /* no guest files, though there are */
    bool lazy;           /* memory is mapped at its first touch: the bad example */
    bool quiet;
    bool sstc, stateen; /* what the harts have */
    bool svade, fpu;
} Config;

extern Vm vms[VMS];
extern unsigned n_vms;
extern Config config;

/* main.c: a hart's life: it waits, runs its guest, waits. */
void hart_live(void *vm_hart) __attribute__((noreturn));
/* The same from the middle on: its guest runs, or is about to. */
void hart_go_on(VmHart *hart) __attribute__((noreturn));
/* CSRs of HS-mode, which stay. */
void hart_set_up(const VmHart *hart);
/* Does it still run its guest? */
bool hart_runs(const VmHart *hart);
/* Sends `hart` out of its guest, or out of waiting, to look at its requests. */
void kick(VmHart *hart, uint32_t request);

/* vm.c: makes it from what the device tree says; on the first hart, before any guest runs. */
void vm_make(Vm *vm, const Fdt *host, const Partition *part);
/* Its devices as after a reset, if they are virtio; nobody knows how to reset others. */
void vm_quiet(const Vm *vm);
/* Empties its memory, of whatever it left there. */
void vm_clear(Vm *vm);
/* It cannot be what the device tree says, because of what it has at `gpa`: says so, and it is never started. */
void vm_refuse(Vm *vm, uint64_t gpa, const char *why);
/* Refuses it if it has something at `gpa` that is not at `host`. */
void vm_expect_free(Vm *vm, uint64_t gpa, uint64_t host);
/* Copies its images and its device tree to where they belong, and gives its first hart its start. Nothing of it runs.
 * False: they have no room. */
bool vm_load(Vm *vm);
/* Maps `size` bytes of a device, or of memory that it shares, as they are. */
void vm_map(Vm *vm, uint64_t gpa, uint64_t host, uint64_t size, uint64_t flags);
/* Are [gpa, gpa + size) all of its own memory? */
bool vm_has(const Vm *vm, uint64_t gpa, uint64_t size);
/* Where we see the byte at `gpa`, and how many behind it lie in one piece; NULL if that is no memory of its own. */
char *vm_at(const Vm *vm, uint64_t gpa, uint64_t *size);
/* Is `gpa` memory of its own that was not touched yet? Then it is there from now on. Only with config.lazy. */
bool vm_touch(Vm *vm, uint64_t gpa);
/* The machine's harts of the guest's harts base + i, i set in mask, all for base -1; false if there is none of that
 * number. */
bool vm_harts(const Vm *vm, uint64_t mask, uint64_t base, uint64_t *host_mask);

/* tree.c: writes the guest's device tree; returns its size. */
uint32_t tree_make(const Vm *vm, const Fdt *host, const Partition *part, void *to, uint32_t room);
/* Calls `each` for the nodes that a list of paths in a partition's node names. */
void tree_each(const Fdt *host, FdtNode partition, const char *list,
               void (*each)(void *opaque, FdtNode node), void *opaque);

/* isa.c: does a text like "rv64imac_sstc" name this extension? */
bool isa_has(const char *isa, const char *name);
/* Writes which of these a guest's harts have. */
void isa_put(TreeWriter *tree, const Vm *vm, const char *isa);

/* frames.c: all RAM of the machine is nobody's, but for what the firmware, the loader and we have. */
void frames_find(const Fdt *host, const PartitionSetup *setup);
/* From now on that is somebody's. */
void frames_take(uint64_t base, uint64_t size);
/* `size` bytes in one piece, a power of two of at least a page, aligned to themselves, the first page of one of
 * the partition's colours; 0 if there are none. */
uint64_t frames_get(Vm *vm, uint64_t size);
/* The same of our own memory and colours; it is our mistake if there are none. */
void *frames_own(uint64_t size);
/* page_alloc gives tables to this partition from now on; NULL: to us. */
void frames_for(Vm *vm);

/* color.c: moves us to our own colours, when all other harts wait in color_join. */
void color_move(const PartitionSetup *setup, unsigned others);
void color_join(void);

/* exits.c: answers the exit that `hart` just had. */
void exit_handle(VmHart *hart);
/* Another hart asks for something: kick(). */
void exit_soft(VmHart *hart);
/* What the manual calls it; "?" if no guest can have it. */
const char *exit_name(uint64_t scause);
/* How many exits of that scause there were in all harts. */
uint64_t exit_count(const Vm *vm, uint64_t scause);

/* mmio.c: adds a row. */
void mmio_add(Vm *vm, uint64_t base, uint64_t size,
              bool (*handle)(VmHart *hart, uint64_t offset, const Access *access, uint64_t *value));
/* Does an access to what is emulated; false if nothing there is, or if it cannot be done. */
bool mmio_handle(VmHart *hart, uint64_t gpa, const Access *access, uint64_t *value);

/* calls.c: answers an ecall of SBI. */
SbiResult call_handle(VmHart *hart);
SbiResult call_hsm(VmHart *hart, uint64_t function, const uint64_t *a);
SbiResult call_console(VmHart *hart, uint64_t function, const uint64_t *a);
void console_make(void);
/* Takes what the guest has not ended with a newline yet; under vm->lock. To be printed without it: that takes long, and who
 * stops the partition must not wait for a hart of it that prints. */
typedef struct {
    char text[CONSOLE_LINE];
} ConsoleLine;
void console_take(Vm *vm, ConsoleLine *line);
void console_print(const Vm *vm, const ConsoleLine *line);

/* timer.c */
void timer_reset(VmHart *hart);
void timer_set(VmHart *hart, uint64_t time);
void timer_due(VmHart *hart);
/* Sets the timer of HS-mode to what is due first. */
void timer_arm(VmHart *hart);

/* budget.c: at the start of the machine's hart; at the begin of a period; when the budget of one is used up. */
void budget_open(VmHart *hart);
void budget_begin(VmHart *hart);
void budget_spent(VmHart *hart);

/* irq.c: chooses the way of a partition's interrupts. */
void irq_choose(Vm *vm, const Fdt *host);
/* Before a partition starts: all its sources are off, and nothing is pending. */
void irq_forget(Vm *vm);
/* The place of a hart's supervisor external interrupt among those of a controller's node; -1: there is none. */
int irq_place(const Fdt *host, FdtNode node, uint64_t id);
/* Raises a guest's external interrupt that has no wire. */
void interrupt_vm(Vm *vm, unsigned source);
static inline bool source_in(const uint64_t *sources, unsigned source)
{
    return source < VM_SOURCES && (sources[source / 64] >> source % 64 & 1);
}

/* shared.c: finds what is shared, and what of it has a place of its own. */
void shared_find(const Fdt *host);
/* Maps what the partition shares, and makes its doorbells. */
void shared_give(Vm *vm);
void shared_tree(const Vm *vm, TreeWriter *tree, const Fdt *host);
/* Rings the others' doorbells of the shared memory of that number; false if it has none, or is none of the partition's. */
bool shared_ring(const Vm *vm, uint64_t number);

/* late.c: profile=jailhouse. Gives the machine to the root, which calls us when it wants to be a guest. */
void late_begin(const Fdt *host, const PartitionSetup *setup) __attribute__((noreturn));
/* What the root asks for a cell: PARTITION_CREATE, _START or _DESTROY. Returns an error of SBI. */
long late_call(const Vm *vm, Vm *cell, uint64_t what);
/* A waiting hart of a cell that is no more goes back to the firmware. */
void late_leave(const VmHart *hart);

/* fault.c: ends the partition of a guest that did what it must not as one that failed, and says why and where: all its
 * harts stop, its memory stays, the others go on. */
void vm_fault(VmHart *hart, const char *why);
/* Ends it in good order, or as failed. If it has ended already, and is to start anew, only the manager can stop that. */
void vm_end(Vm *vm, VmState state, bool by_manager);
/* As others see it: one that is about to start anew runs. */
VmState vm_state(Vm *vm);
/* It stops, and starts as it did the first time; of its own only if it runs, by the manager's word in any case. */
void vm_restart(Vm *vm, bool by_manager);
/* Does what vm_restart asked for when nothing of it runs any more; called by harts that wait. */
void vm_settle(Vm *vm);

#endif
