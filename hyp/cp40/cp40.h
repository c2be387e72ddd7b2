/* SPDX-License-Identifier: MIT */
/*
 * cp40.h - a control program after CP-40 (IBM Cambridge Scientific Center, 1964 to 1967): fourteen virtual machines.
 *
 * Each has 256 KiB and believes that it is alone [S15 Lindquist, Seeber, Comeau 1966; S17]. It runs in problem state, here
 * U-mode; its privileged instructions trap and are simulated. Its pages are in the frames of core or on a drum; a page that is not
 * in core traps to CP, and the machine never hears of it. Which page is where, the associative memory knows (-cpu cat=64).
 *
 * main.c        the dispatcher, and how it begins       privileged.c  instructions that trap, virtual interrupts
 * paging.c      frames, and the drum                    device.c      what a machine finds beyond its memory
 * console.c     CP's own console                        cat.S         the registers of the associative memory
 */
#ifndef CP40_H
#define CP40_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/machine.h"
#include "lib/say.h"
#include "lib/user.h"

enum { VMS = 14, PAGES = 64, FRAMES = 64, PAGE_SIZE = 4096, CORE_SIZE = FRAMES * PAGE_SIZE };

/* Registers of the associative memory: docs/history/cp40.md. */
enum {
    CAT_VALID = 1,
    CAT_VM = 4,
    CAT_PAGE = 8,
    CAT_USE = 1 << 16,
    CAT_CHANGE = 1 << 17,
    CAT_LOCK = 1 << 18,
};
bool cat_is_there(void);
uint64_t cat_read(unsigned frame);
void cat_write(unsigned frame, uint64_t value);
void cat_select(unsigned vm); /* U-mode is that machine */
void cat_base(uintptr_t address);

/* Where a page of a machine is. */
typedef enum { ABSENT, COMING, RESIDENT, GOING } Where;
typedef struct {
    uint8_t where, frame;
    bool on_drum; /* written there once; before that it is as IPL left it */
} Page;

typedef enum {
    READY,
    PAGE_WAIT, /* for a page, or a frame */
    WAITING,   /* enabled wait: for an interrupt */
    STOPPED,   /* it has halted, or was never loaded */
} RunState;

/* The registers that it has in supervisor state, as the hart's own in M-mode. */
typedef struct {
    uint64_t status, ie, tvec, scratch, epc, cause, tval;
} ControlRegisters;

enum { LINE = 80, INPUT = 128 };

typedef struct {
    User user;
    unsigned number; /* 1 to 14, as in the associative memory */
    RunState state;
    bool supervisor; /* of its virtual PSW: else problem state */
    ControlRegisters csr;
    uint64_t timer; /* when its timer interrupts */
    Page page[PAGES];
    unsigned wanted;   /* page that it waits for */
    const char *image; /* what IPL loads from address 0 on */
    size_t image_size;
    char line[LINE], input[INPUT];
    unsigned line_length, input_first, input_count;
    unsigned resident, faults, simulated;
} Vm;

typedef struct {
    Vm vm[VMS]; /* number n is n - 1 */
    unsigned n_vms;
    uint64_t quantum, end;       /* of a visit, of the run */
    const char *tape, *tape_end; /* programs: an archive, in the initial RAM disk */
    uintptr_t uart;
    unsigned uart_source, drum_source;
} Cp;
extern Cp cp;

/* main.c: it cannot go on. The reason is said. */
void vm_stop(Vm *vm, const char *why);

/* paging.c */
void paging_open(const Fdt *fdt);
/* The machine touched a page that is not in core: it comes, or the machine waits for it. */
void page_fault(Vm *vm, unsigned page);
/* What the drum has done since. */
void paging_ended(void);
/* The bytes of a resident page. */
char *page_in_core(const Vm *vm, unsigned page);
unsigned paging_frames(void);

/* privileged.c */
void privileged(Vm *vm, uint32_t insn);
/* What a real machine would do with it: the machine's own handler gets it. */
void reflect(Vm *vm, uint64_t cause, uint64_t tval);
/* Its interrupts: what is pending and enabled; and takes one if it may. */
uint64_t vm_pending(const Vm *vm);
void vm_interrupt(Vm *vm);

/* device.c: a load or store beyond the memory. */
void device_access(Vm *vm);

/* console.c */
void console_open(const Fdt *fdt);
void console_received(void);
/* The console may interrupt again. */
void console_listen(void);
void console_typed(Vm *vm, char character);
void vm_say(const Vm *vm, const char *text);

#endif
