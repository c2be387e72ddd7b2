/* SPDX-License-Identifier: MIT */
/* devicetree.h - describe the machine to its guest. */
#ifndef EMU_DEVICETREE_H
#define EMU_DEVICETREE_H

#include <stdint.h>

#include <glib.h>

#include "emu/machine.h"

/* What the boot loader adds. */
typedef struct {
    const char *bootargs;                   /* NULL: none */
    uint64_t initrd_start, initrd_end;      /* 0, 0: none */
    const struct MachineFile *machine_file; /* whose partitions are told of; NULL: there are none */
    uint64_t kernel_start;                  /* the hypervisor's lowest address */
    const GPtrArray *modules;               /* of MfModule: their images */
} DevicetreeChosen;

/* The flattened device tree of `m`, made from what is in it: it cannot drift from the machine. Fails only on a kernel
 * command line of more than 64 KiB. Source: Devicetree Specification 0.4; the nodes are those of QEMU's virt. */
GByteArray *devicetree_make(const Machine *m, const DevicetreeChosen *chosen, GError **error);

/* The phandle of the shared cache, which is in the tree if the machine has a model of one. */
uint32_t devicetree_cache_phandle(const Machine *m);

#endif
