/* SPDX-License-Identifier: MIT */
/* place.h - what an address is, by the device tree that the first software was given. */
#ifndef EMU_EXPLAIN_PLACE_H
#define EMU_EXPLAIN_PLACE_H

#include "emu/machine.h"

/* "/soc/serial@10000000 (reg)": the node whose registers or memory the address lies in, and the property; NULL: none.
 * Machine files will name their lines here. */
char *explain_place(const Machine *machine, uint64_t address);

#endif
