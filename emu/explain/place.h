/* SPDX-License-Identifier: MIT */
/* place.h - what an address is, by the device tree that the first software was given. */
#ifndef EMU_EXPLAIN_PLACE_H
#define EMU_EXPLAIN_PLACE_H

#include "emu/machine.h"

/* "/soc/serial@10000000 (reg)": the node whose registers or memory the address lies in, and the property; NULL: none. */
char *explain_place(const Machine *machine, uint64_t address);

/* What the machine file says of an address of the guest that has this VMID on `hart`: "two.bh:17 gives partition "linux"
 * memory there". NULL: there is no file, or no such partition in it. */
char *explain_place_in_file(const Machine *machine, unsigned vmid, unsigned hart, uint64_t gpa);

#endif
