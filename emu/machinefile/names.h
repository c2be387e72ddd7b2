/* SPDX-License-Identifier: MIT */
/* names.h - what a machine file calls things of a machine that runs. */
#ifndef EMU_MACHINEFILE_NAMES_H
#define EMU_MACHINEFILE_NAMES_H

#include "emu/machine.h"
#include "emu/machinefile/machinefile.h"

/* The file's partitions, in their order, as a registry of their own; partitions_free. */
Partitions *mf_partitions(const MachineFile *file);

/* Makes the file's partitions, in their order, those of the machine. Before the run. */
void mf_declare(const MachineFile *file, Machine *machine);

/* What the file says of address `gpa` of partition `number` (from 1 on): a sentence that names file and line. To be
 * freed; NULL: there is no such partition. */
char *mf_place(const MachineFile *file, unsigned number, uint64_t gpa);

#endif
