/* SPDX-License-Identifier: MIT */
/* partitions.h - the partitions that a hypervisor is asked to make: /chosen/partitions, as docs/partition-binding.md
 * says. Everything lies where it is in the device tree; nothing is changed. */
#ifndef HYP_LIB_PARTITIONS_H
#define HYP_LIB_PARTITIONS_H

#include "lib/fdt.h"

/* PARTITION_MEMORIES: as many as a machine file may give one. */
enum { PARTITION_MEMORIES = 32, COLOR_WORDS = 4 };

/* Bit n of all words together: colour n. */
typedef struct {
    bool any; /* no colours are set apart */
    uint64_t words[COLOR_WORDS];
} Colors;

typedef struct {
    uint64_t guest, size;
    bool fixed; /* it must be at `host` */
    uint64_t host;
} PartitionMemory;

/* An image: `size` bytes at `host` that belong at `load`. size 0: there is none. */
typedef struct {
    uint64_t host, size, load, entry;
} PartitionModule;

typedef struct {
    FdtNode node;
    const char *name, *bootargs; /* bootargs "": none */
    uint32_t number, vmid;       /* vmid 0: choose */
    uint64_t harts;              /* bit n: hart n */
    Colors colors;
    bool superpages;
    uint32_t budget_fills, budget_period_us; /* fills 0: no budget */
    unsigned n_memories;
    PartitionMemory memories[PARTITION_MEMORIES];
    PartitionModule kernel, initrd;
} Partition;

typedef struct {
    uint32_t colors; /* of the last-level cache, 0: not said */
    FdtRange memory; /* for itself */
    Colors own;
} PartitionSetup;

typedef struct {
    FdtNode node;
    const char *name;
    FdtRange guest;
    bool fixed;
    uint64_t host, partitions; /* bit n: partition number n */
    uint32_t doorbell;         /* 0: none */
} PartitionShared;

/* False: there are no partitions in this tree. */
bool partitions_setup(const Fdt *fdt, PartitionSetup *setup);
/* The partition behind node `after`, the first one behind NULL; false at the end. */
bool partitions_next(const Fdt *fdt, FdtNode after, Partition *part);
/* The same for shared memory. */
bool partitions_next_shared(const Fdt *fdt, FdtNode after, PartitionShared *shared);

static inline bool colors_have(const Colors *colors, unsigned color)
{
    return colors->any || (colors->words[color / 64 % COLOR_WORDS] >> color % 64 & 1);
}

#endif
