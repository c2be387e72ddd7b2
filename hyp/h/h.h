/* SPDX-License-Identifier: MIT */
/*
 * h.h - a hypervisor of one guest: two stages of translation, and as few exits as that takes.
 *
 * main.c starts harts, vm.c makes the guest's memory and device tree, exits.c answers exits, calls.c
 * those that are SBI calls. README.md says what is passed through.
 */
#ifndef HYP_H_H
#define HYP_H_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/causes.h"
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

typedef struct {
    Fdt fdt;         /* its device tree, in its memory */
    FdtRange ram;    /* guest-physical = physical */
    FdtRange claims; /* registers of the interrupt controller that are not mapped */
    uint64_t hgatp;
    uint64_t henvcfg;
    bool host_sstc; /* HS-mode has stimecmp; else SBI's timer */
    GuestHart harts[HART_MAX];
    unsigned count;
} Guest;

extern Guest guest;

/* From the machine's device tree: the guest's memory with its image, its map and its own tree. */
void vm_make(const Fdt *host);

/* Runs a hart of the guest, for ever. */
void hart_run(void *guest_hart);

/* Answers the exit that `hart` just had. */
void exit_handle(GuestHart *hart);
/* Answers an ecall. */
SbiResult call_handle(GuestHart *hart);
/* Prints how many of each kind there were. */
void call_print(void);

/* Prints how many exits there were and of what kind, and ends the run. */
void finish(bool well) __attribute__((noreturn));
/* The guest did what this hypervisor does not bear. */
void stop(const GuestHart *hart, const char *why) __attribute__((noreturn));

#endif
