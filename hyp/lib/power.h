/* SPDX-License-Identifier: MIT */
/*
 * power.h - the end of the run.
 *
 * SBI can say that there was a failure, but firmware does not hand that on. The test finisher of
 * QEMU's virt board makes it the emulator's exit code.
 */
#ifndef HYP_LIB_POWER_H
#define HYP_LIB_POWER_H

#include <stdbool.h>

#include "lib/fdt.h"

/* Looks for a finisher in the device tree. Without one, failures go by SBI. */
void power_find(const Fdt *fdt);

/* Switches the machine off. `well`: nothing failed; else the exit code is 1, if there is a finisher. */
void power_off(bool well) __attribute__((noreturn));

#endif
