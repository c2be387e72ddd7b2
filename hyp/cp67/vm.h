/* SPDX-License-Identifier: MIT */
/*
 * vm.h - CP-67 on a hart without the hypervisor extension: what the control program knows of a virtual machine.
 *
 * The virtual machine, its kernel and its users, runs in U-mode. Whatever it does that a U-mode program may not do traps; the
 * control program (CP) looks into the virtual PSW whether the machine believes to be in supervisor state. If so CP does what a
 * real machine would have done (simulate), if not it gives the machine's kernel the trap that a real one would have given it
 * (reflect). [S17, S19: CP-67 System Description GH20-0802, Parmelee et al. 1972; S39: VM/370 System
 * Programmer's Guide, SPG below; sources by number: docs/history/cp67.md]
 *
 *   dispatch.c    which one runs, and until when     shadow.c   the tables that the hart walks
 *   privileged.c  simulate, or reflect               sbi.c      its calls to the firmware that it does not have
 *   fault.c       page faults of all kinds           devices.c  registers that are not there
 *   storage.c     memory, image, device tree         cp.h       what CP does for users
 *
 * CP itself runs in M-mode: there translation is off, as it was on the 360/67 when an interruption had brought its own PSW.
 */
#ifndef HYP_CP67_VM_H
#define HYP_CP67_VM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/access.h"
#include "lib/csr.h"
#include "lib/fdt.h"
#include "lib/machine.h"
#include "lib/say.h"
#include "lib/shadow.h"
#include "lib/supervisor.h"
#include "lib/user.h"
#include "lib/walk.h"

enum { HART = 0, VM_MAX = 8, TABLES = 64, ENTRIES = PAGE_SIZE / sizeof(uint64_t) };
enum {
    NAME = 12,
    LINE = 128,
    INPUT = 4096
}; /* INPUT: what is typed ahead, a page that is sent at once */

/* Where a virtual machine has its typewriter and its storage, guest-physical. Its device tree lies at the end. */
#define TYPEWRITER   0x10000000ul
#define STORAGE_BASE 0x80200000ul
#define TREE_SPACE   0x20000ul

/* Only a runnable one is dispatched. The others wait for an interrupt of theirs; for a page; for their user, who talks to CP
 * (console function mode); or for nothing any more. */
typedef enum { RUNNABLE, WAITING, PAGE_WAIT, CONSOLE, LOGGED_OFF } RunState;

/* Q1: whose user has typed something, with a short slice; Q2: who has used that up. [Bard 1973, S19; VM/370 SPG, S39] */
typedef enum { Q1, Q2, QUEUES } Queue;

/* Two shadows of each virtual machine, so that its change of mode is a write of satp: what its kernel may touch, and what its
 * users may. VM/370 calls them the additional sets of tables of a machine that runs with translate on. [VM/370 SPG] */
typedef enum { VIEW_KERNEL, VIEW_USER, VIEWS } View;

typedef struct {
    uint64_t exits, simulated, reflected, calls, devices, fills, flushes, dispatches;
} Counts;

/* CP-67's VMBLOK. */
typedef struct {
    User user; /* registers, and the trap that it came back by */
    Supervisor
        csr; /* its control registers, and the mode that it believes to be in: with user.pc, the virtual PSW */

    unsigned number; /* from 1 on */
    char name[NAME];
    RunState state;
    bool failed; /* if it is logged off */

    char *storage; /* cp.storage bytes of the real machine's */
    Fdt fdt;       /* in there */

    uint64_t *roots[VIEWS]; /* of the shadows; NULL: nothing is in there */
    ShadowTables tables;
    unsigned entries; /* pages in the shadows */

    bool timer_real;    /* time passes while it is not dispatched, too */
    bool timer_off;     /* it never interrupts */
    uint64_t time_lag;  /* what its time is ahead, so that a change of these does not show */
    uint64_t timer_at;  /* the timer interrupt, in ticks of its time; ~0: never */
    uint64_t time_used; /* how long it was dispatched, without this time */
    uint64_t since;     /* when it was, if it is now */

    Queue queue;
    uint64_t ticket;    /* who has the lowest one of its queue is next */
    int64_t slice_left; /* ticks */

    bool spoken_to;        /* its user has typed since its last wfi: the next one does not wait */
    unsigned typed, taken; /* characters of `input`, counted on */
    char line[LINE];       /* not yet shown */
    unsigned line_length;
    uint8_t uart[8]; /* registers that are memory only */
    Counts counts;
    char input[INPUT]; /* typed and not yet read: a ring */
} Vm;

typedef struct {
    Vm vms[VM_MAX];
    unsigned count;
    Fdt fdt;          /* the real machine's */
    uint64_t storage; /* bytes that each has */
    uint64_t slice[QUEUES];
    bool fast;        /* fast.c is used */
    bool svade;       /* harts do not set A and D in page tables */
    bool asids;       /* the hart tells shadows apart by ASIDs */
    bool reconsider;  /* who runs is to be decided anew */
    Vm *running;      /* who is dispatched; NULL: nobody */
    Why why;          /* who was woken last was so for that reason */
    uint64_t entered; /* satp of the shadow that was entered last */
} Cp;

extern Cp cp;

/* dispatch.c: runs virtual machines, for ever. */
void dispatch(void) __attribute__((noreturn));
/* Lets a machine that waits go on: its state becomes RUNNABLE, at the end of that queue. `why` is for the trace. */
void vm_wake(Vm *vm, Queue queue, Why why);
/* It does not go on; WAITING, PAGE_WAIT, CONSOLE. */
void vm_stop(Vm *vm, RunState state);
/* Its run has come to an end; when none is left the real machine is switched off. */
void vm_log_off(Vm *vm, bool well);
/* Its time, in ticks: the real machine's, or how long it was dispatched. */
uint64_t vm_time(const Vm *vm);
/* How it passes from now on, without a jump. */
void vm_set_timer(Vm *vm, bool real, bool off);

/* privileged.c: an illegal instruction. */
void on_illegal(Vm *vm);
/* It gets this trap, as hardware would have given it to its kernel. */
void reflect(Vm *vm, uint64_t cause, uint64_t tval);
/* Its sip, as it reads it. */
uint64_t vm_pending(const Vm *vm);
/* Reflects an interrupt that is pending and enabled: to be asked after each change of SIE, SPIE, SPP, sie and sip. */
void reflect_interrupt(Vm *vm);

/* fast.c: the same for the most frequent instructions, in a shorter way: a UserFastFn. */
bool fast(User *user);
/* fault.c: a page fault. */
void on_page_fault(Vm *vm);
/* Reads the instruction at pc; false if the machine could not fetch it either. */
bool vm_fetch(Vm *vm, uint32_t *code);
/* sbi.c: an ecall of its kernel. */
void on_call(Vm *vm);

/* shadow.c: the hart will walk the shadow of the machine's mode of now. */
void shadow_enter(Vm *vm);
/* Enters a page that is at `host` really. `walk` is what the machine's table says. */
void shadow_fill(Vm *vm, uint64_t va, const Walk *walk, const void *host);
/* Nothing is left. */
void shadow_flush(Vm *vm);
/* The machine's page at `va` is not, whatever its size. */
void shadow_flush_page(Vm *vm, uint64_t va);
/* Can the hart tell shadows apart? Once, at the start. */
void shadow_begin(void);

/* storage.c: makes the machines that the command line asks for, and loads them. */
void storage_make(void);
/* Initial program load: a machine as after power-on, with its image and device tree; but what is in storage stays. */
void vm_ipl(Vm *vm);
/* Where the byte at that guest-physical address is; NULL: there is none, or (state is PAGE_WAIT then) not yet. */
void *storage_at(Vm *vm, uint64_t gpa);

/* devices.c: a load or store of registers: `value` is what is stored, and gets what is loaded. False: there are none. */
bool device_access(Vm *vm, uint64_t gpa, const Access *access, uint64_t *value);

/* users/console.c: a character that it types; what it has typed and not shown. */
void console_put(Vm *vm, char c);
void console_flush(Vm *vm);
/* The next character that its user has typed; -1: none. */
int console_get(Vm *vm);
/* An external interrupt of the real machine, or some time has passed. */
void console_poll(void);
#endif
