/* SPDX-License-Identifier: MIT */
/*
 * wl.h - the workload that runs as a guest of every hypervisor here, and without any.
 *
 * It is an S-mode kernel of ten phases, A to J, each a pure diet of one thing that costs under
 * virtualization. main.c runs them; README.md says what they are for.
 */
#ifndef HYP_WL_H
#define HYP_WL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/csr.h"
#include "lib/fdt.h"
#include "lib/irqchip.h"
#include "lib/paging.h"
#include "lib/trap.h"

/* What the device tree says of the machine, and the command line of this run. */
typedef struct {
    Fdt fdt;
    uint64_t hart;          /* that began */
    uint64_t timebase;      /* ticks of the time CSR in a second */
    bool sstc;              /* timer by stimecmp; else by SBI */
    const Irqchip *irqchip; /* NULL: none */
    uint64_t *root;         /* page table of the kernel */
    uint64_t scale;         /* numbers of the table are divided by this */
} Wl;

extern Wl wl;

/* One phase: it does `n` of what the table in main.c counts, and returns how many it did. */
typedef uint64_t PhaseFn(uint64_t n);
PhaseFn phase_compute, phase_syscall, phase_map, phase_switch, phase_tick, phase_print, phase_disk,
    phase_ping, phase_alarm, phase_trap;

/* Called behind the end of a phase, to say more about it. */
typedef void ReportFn(void);
ReportFn report_tick, report_disk, report_alarm;

/* Ends the run as a failure unless `ok`: `what` should have been, `value` is what was. */
void check(bool ok, const char *what, uint64_t value);
/* The phase cannot be done on this machine. Returns 0, for the phase to return. */
uint64_t skip(const char *why);

/* Called in the trap handler, for the interrupt it is named after; a phase sets what it needs. */
typedef struct {
    void (*timer)(void);
    void (*external)(unsigned source);
    /* An exception in S-mode; false: it was not expected. May change the frame. */
    bool (*exception)(TrapFrame *frame, uint64_t cause, uint64_t tval);
} Hooks;

extern Hooks hooks;

/* Interrupts on or off, for this hart: bits of sie. */
void interrupts_on(uint64_t sources);
void interrupts_off(uint64_t sources);
/* Waits with wfi until `*flag` is not zero; interrupts of sie are served meanwhile. */
void wait_for(const volatile uint64_t *flag);

/* The timer interrupt at `time`, in ticks of the time CSR, or never. */
#define NEVER (~0ul)
void timer_at(uint64_t time);
static inline uint64_t time_now(void)
{
    return csr_read(time);
}

/* Virtual addresses, beside the kernel's: it has physical memory at its own addresses. */
#define USER_BASE   0x1000000000ul /* code of U-mode: the section .user */
#define WINDOW_BASE 0x1800000000ul /* pages that come and go */

/* What runs in U-mode; user_run returns at each trap but the null system call, with scause. */
typedef struct {
    uint64_t x[32];
    uint64_t pc, kernel_sp;
} User;
enum { USER_PC = 256, USER_KERNEL_SP = 264 };

uint64_t user_run(User *user);
/* The address of code of the section .user in U-mode. */
uint64_t user_address(uintptr_t code);

/* Turns translation on, on this hart. */
void paging_on(void);

#endif
