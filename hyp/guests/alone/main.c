/* SPDX-License-Identifier: MIT */
/*
 * main.c - a program in M-mode with the machine for itself, and a user in U-mode who may nothing.
 *
 * The user counts until the timer ends his time, asks to be served, and tries what is forbidden. `-bios none -kernel alone.elf`
 */
#include "lib/hart.h"
#include "lib/machine.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/user.h"

enum { COUNT = 5, QUANTUM_MS = 10 };

/* All of memory, for U-mode: NAPOT, R W X. norm:pmp_no_entry_match: U-mode has nothing otherwise. */
enum { PMP_NAPOT_RWX = 0x1f };

static User user;
static uint8_t stack[4096] __attribute__((aligned(16)));

/* What the user runs: a0 counts; every ecall is a service, then a forbidden read. */
void user_program(void);
__asm__(".pushsection .text\n"
        "user_program:\n"
        "    li   a1, 100000\n"
        "1:  addi a0, a0, 1\n"
        "    bne  a0, a1, 1b\n"
        "    ecall\n"
        "    csrr a2, mstatus\n"
        "    j    1b\n"
        ".popsection");

static void serve(unsigned *ended)
{
    user_run(&user);
    if (user.cause == (MCAUSE_IRQ | IRQ_M_TIMER))
        machine_alarm(machine_time() + QUANTUM_MS * machine_hz() / 1000);
    else if (user.cause == CAUSE_ECALL_U)
        print("alone: the user calls, having counted to %lu\n", user.x[10]);
    else if (user.cause == CAUSE_ILLEGAL)
        print("alone: the user tried what is not his\n");
    else
        panic("alone: cause %lx at 0x%lx", user.cause, user.pc);
    *ended += user.cause != (MCAUSE_IRQ | IRQ_M_TIMER);
    user.pc += user.cause & MCAUSE_IRQ ? 0 : 4;
}

void main(void *tree)
{
    Fdt fdt;
    unsigned ended = 0, trips = 0;
    if (!fdt_open(&fdt, tree))
        for (;;)
            wfi();
    machine_find(&fdt);
    csr_write(pmpaddr0, ~0ul);
    csr_write(pmpcfg0, PMP_NAPOT_RWX);
    csr_write(mie, MIE_TIMER);
    machine_alarm(machine_time() + 10);
    user.pc = (uintptr_t)user_program;
    user.x[2] = (uintptr_t)(stack + sizeof stack);
    while (ended < 2)
        serve(&ended), trips++;
    print("alone: in M-mode, %s\n", trips > 2 ? "interrupted" : "never interrupted");
    power_off(trips > 2);
}
