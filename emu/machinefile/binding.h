/* SPDX-License-Identifier: MIT */
/* binding.h - how the hypervisor is told of its partitions: docs/partition-binding.md. */
#ifndef EMU_MACHINEFILE_BINDING_H
#define EMU_MACHINEFILE_BINDING_H

#include "emu/machinefile/modules.h"

enum { MF_BINDING_ROOM = 512 << 10 };

/* Writes the node "partitions" with libfdt's sequential functions; it takes less than MF_BINDING_ROOM. `phandle_cpu`
 * gives the phandle of a hart's node,
 * `hypervisor_start` is where the hypervisor's image begins. */
void mf_binding_write(void *fdt, const MachineFile *file, const GPtrArray *modules,
                      uint64_t hypervisor_start, uint32_t (*phandle_cpu)(unsigned hart));

#endif
