/* SPDX-License-Identifier: MIT */
/*
 * machine.h - a program that has the machine for itself: M-mode, no firmware.
 *
 * `-bios none -kernel build/hyp/NAME.elf` starts it at 0x80000000 on hart 0, if the link.ld of its folder is
 *
 *     INCLUDE hyp/lib/machine/link.ld
 *
 * Other harts wait forever. Interrupts stay off in M-mode (mstatus.MIE is 0): they are taken in U-mode only (user.h), and end
 * a wfi. A trap of M-mode itself is a mistake of the program: it is said, and the run ends as a failure.
 *
 * console_write and power_off (print.h, power.h) are those of machine/ here: by the serial port and the finisher, not by SBI.
 */
#ifndef HYP_LIB_MACHINE_H
#define HYP_LIB_MACHINE_H

#include <stdint.h>

#include "lib/csr.h"
#include "lib/fdt.h"

/* mstatus: what a trap pushes, and what mret pops. */
#define MSTATUS_MIE  BIT(3)
#define MSTATUS_MPIE BIT(7)
#define MSTATUS_MPP  (3ul << 11) /* 0: mret goes to U-mode */
#define MSTATUS_MPRV BIT(17)     /* loads and stores as MPP says */
#define MSTATUS_TW   BIT(21)     /* wfi of U-mode is an illegal instruction */

/* mie, mip and mcause of an interrupt: by number. */
enum { IRQ_M_SOFT = 3, IRQ_M_TIMER = 7, IRQ_M_EXTERNAL = 11 };
#define MIE_TIMER    BIT(IRQ_M_TIMER)
#define MIE_EXTERNAL BIT(IRQ_M_EXTERNAL)
#define MCAUSE_IRQ   BIT(63)

/* Finds the serial port, the finisher and the timer in the device tree. The first call of main. */
void machine_find(const Fdt *fdt);

/* The serial port that print writes to; a program may bring a console_write of its own along. */
uintptr_t machine_serial(void);

/* mtime; machine_hz of it are a second. */
uint64_t machine_time(void);
uint64_t machine_hz(void);
/* The timer interrupt of this hart is pending from `when` on (mtimecmp); UINT64_MAX: never. */
void machine_alarm(uint64_t when);

#endif
