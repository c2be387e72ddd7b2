/* SPDX-License-Identifier: MIT */
/*
 * monitor.h - a monitor of one guest: what hyp/h, hyp/pass and hyp/vtx1 have in common.
 *
 * Each of these brings a Setting, in its main.c, which says what hardware does for the guest and what is left for exits.
 * start.c starts harts, vm.c makes the guest's memory and device tree, exits.c answers exits, calls.c those that are
 * SBI calls; claims.c is there for who delivers interrupts by software. README.md says how to read them.
 */
#ifndef HYP_MONITOR_MONITOR_H
#define HYP_MONITOR_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/fdt.h"
#include "lib/hart.h"
#include "lib/sbi.h"
#include "lib/vcpu.h"

enum { CALLS = 8 };

/* A hart of the guest. It is the machine's hart of the same number. */
typedef struct {
    Vcpu vcpu;
    uint64_t id;
    uint64_t start_pc, start_argument; /* where the guest wants it to begin */
    uint64_t exits[2][CAUSE_COUNT];    /* exceptions, interrupts */
    uint64_t calls[CALLS];             /* ecalls, by place in the table of calls.c */
} GuestHart;

/* Whose the guest's timer is: the firmware's, HS-mode's stimecmp, or the guest's own. */
typedef enum { TIMER_SBI, TIMER_SSTC_HS, TIMER_VSTIMECMP } Timer;

typedef struct {
    Fdt fdt;          /* its device tree, in its memory */
    FdtRange ram;     /* guest-physical = physical */
    FdtRange trapped; /* registers of the interrupt controller that are not mapped */
    uint64_t *map;    /* of what it may touch, by guest-physical address: a table of Sv39x4 */
    bool host_sstc;   /* HS-mode has stimecmp */
    bool svade;       /* its harts do not set A and D in page tables */
    Timer timer;
    GuestHart harts[HART_MAX];
    unsigned count;
} Guest;

extern Guest guest;

/* sfence.vma on a hart: of [start, start + size), all if size is 0 or ~0; of one address space, or all. */
typedef struct {
    uint64_t start, size;
    bool one_space;
    uint64_t asid;
} Fence;

typedef void ExitFn(GuestHart *hart);

/* What makes one monitor differ from another. */
typedef struct {
    const char *name;
    bool two_stages;    /* hardware walks guest.map behind the guest's own tables */
    uint64_t delegated; /* hedeleg, beyond what all delegate */
    uint64_t hstatus;   /* bits of it, while the guest runs */
    uint64_t enabled;   /* sie: interrupts that come to us */
    ExitFn *exceptions[CAUSE_COUNT], *interrupts[CAUSE_COUNT];
    /* Maps an interrupt controller for the guest, and sets guest.trapped; false: the guest has none. */
    bool (*map_irqchip)(const Fdt *tree, FdtNode node, FdtRange reg);
    /* Registers in guest.trapped, as the guest sees them. */
    uint32_t (*read)(uint64_t gpa);
    void (*write)(uint64_t gpa, uint32_t value);
    /* The rest may be NULL. Changes guest.fdt, before any hart of the guest runs: */
    void (*tree)(void);
    /* Before the guest's first instruction on a hart: */
    void (*begin)(GuestHart *hart);
    /* Before a remote fence of the guest comes to that hart, which then forgets all that it remembers itself: */
    void (*forget)(GuestHart *hart, const Fence *fence);
    /* Prints more behind the exits of that kind. */
    void (*report)(bool irq, unsigned code);
} Setting;

extern const Setting setting;

#define PAGE_FAULTS (BIT(CAUSE_FETCH_PAGE) | BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE))

/* From the machine's device tree: the guest's memory with its image, its map and its own tree. */
void vm_make(const Fdt *host);
/* Lets the guest touch `size` bytes from `gpa` on, physically from `to` on; `flags` are PTE_RW or PTE_RWX. */
void vm_map(uint64_t gpa, uint64_t to, uint64_t size, uint64_t flags);

/* Runs a hart of the guest, for ever. */
void hart_run(void *guest_hart);

/* Answers the exit that `hart` just had. */
void exit_handle(GuestHart *hart);
/* Answers for the table of a Setting: an ecall; a guest-page fault; an instruction that needs the hypervisor extension;
 * a sibling's interrupt; the timer. */
ExitFn on_ecall, on_guest_page, on_virtual_instruction, on_soft, on_timer;
/* Does a load or store of registers in guest.trapped in the guest's place. */
void device_access(GuestHart *hart, uint64_t gpa);

/* Answers an ecall. */
SbiResult call_handle(GuestHart *hart);
/* Prints how many of each kind there were. */
void call_print(void);
/* Prints a line of the report. */
void report_line(uint64_t count, const char *what, unsigned indent);

/* Interrupt controllers whose claims come to us, claims.c: what a Setting needs of them. */
bool claims_map(const Fdt *tree, FdtNode node, FdtRange reg);
uint32_t claims_read(uint64_t gpa);
void claims_write(uint64_t gpa, uint32_t value);
ExitFn on_external;

/* Prints how many exits there were and of what kind, and ends the run. */
void finish(bool well) __attribute__((noreturn));
/* The guest did, at that guest-physical address, what this monitor does not bear. */
void stop(const GuestHart *hart, const char *why, uint64_t gpa) __attribute__((noreturn));

#endif
