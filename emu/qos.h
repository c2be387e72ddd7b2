/* SPDX-License-Identifier: MIT */
/* qos.h - the quality-of-service controllers of the board, which has them with -M cbqri=on. */
#ifndef EMU_QOS_H
#define EMU_QOS_H

#include "emu/machine.h"
#include "mmu/timing/qos.h"

/* Gives the harts srmcfg, with as many identifiers as the controllers know. Before harts are made. */
void qos_add_extension(Machine *m);
/* Makes the controllers, and has the model of cache and bus ask them. After both. */
bool qos_add(Machine *m, GError **error);

#endif
