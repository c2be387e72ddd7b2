/* SPDX-License-Identifier: MIT */
/*
 * irqchip.h - the interrupt controllers and timers of the machine, and the wires between them and the harts.
 *
 *   aia=none          devices → PLIC → M and S external interrupts
 *   aia=aplic         devices → APLIC: machine level, supervisor level → M and S external interrupts
 *   aia=aplic-imsic   devices → APLIC → messages → IMSICs → M, S and guest external interrupts
 */
#ifndef EMU_IRQCHIP_H
#define EMU_IRQCHIP_H

#include "emu/machine.h"

/* Adds what the configuration asks for, before anything that has an interrupt. */
bool irqchip_add(Machine *m, GError **error);

/* Input `number` of the controller that devices are connected to. */
IrqLine irqchip_input(const Machine *m, unsigned number);

#endif
