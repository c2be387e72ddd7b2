/* SPDX-License-Identifier: MIT */
/*
 * modules.h - images of partitions, as the hypervisor finds them in memory.
 *
 * A module is a run of bytes somewhere in the machine's memory, out of everybody's way, and where its partition is to see
 * it. An ELF file becomes one such run, with zeros where it has none: the hypervisor copies, and need not know formats.
 */
#ifndef EMU_MACHINEFILE_MODULES_H
#define EMU_MACHINEFILE_MODULES_H

#include "emu/machinefile/machinefile.h"

typedef struct {
    unsigned partition; /* index */
    bool is_initrd;
    uint64_t load, entry; /* guest physical; entry: of a kernel */
    uint64_t at;          /* where it is in the machine's memory, once placed */
    GByteArray *bytes;
} MfModule;

/* An empty list of MfModule, and one more in it, without bytes. */
GPtrArray *mf_modules_new(void);
MfModule *mf_module_add(GPtrArray *modules, unsigned partition, bool is_initrd);

/* Reads the images of all partitions: a list of MfModule. NULL: EXIT_FILE or EXIT_CONFIG. */
GPtrArray *mf_modules_load(const MachineFile *file, GError **error);

/* Gives each a place below `top`, from the last one downwards, where no partition's memory and nothing below `bottom` is.
 * False: there is no room. */
bool mf_modules_place(GPtrArray *modules, const MachineFile *file, uint64_t bottom, uint64_t top,
                      GError **error);

#endif
