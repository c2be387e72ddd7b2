/* SPDX-License-Identifier: MIT */
/*
 * partitions.h - who is who on a shared machine: partitions by number and name.
 *
 * A partition is what runs under one name: declared, by a machine file, with its harts and its VMID; or observed, once
 * a guest runs that no declaration covers. Observed guests are told apart by VMID, and by hart where the VMID is 0, as
 * a hypervisor without VMIDs leaves it. Number 0 is the host: whatever runs with V = 0, unless a declaration without a
 * VMID owns its hart. Numbers are given in the order of declaration, then of appearance, so they are the same in
 * every run.
 */
#ifndef EMU_BASE_PARTITIONS_H
#define EMU_BASE_PARTITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/addr.h"
#include "emu/base/state.h"

/* PARTITION_OTHERS is for all that found no room. */
enum {
    PARTITION_HOST = 0,
    PARTITIONS_MAX = 64,
    PARTITION_OTHERS = PARTITIONS_MAX - 1,
    PARTITION_NO_VMID = -1,
    PARTITION_ANY_VMID = -2,
    PARTITION_COLORS = 256,
    PARTITION_SHARED = 32,
    PARTITION_DEVICES = 64,
};

typedef struct {
    uint64_t words[PARTITION_COLORS / 64]; /* bit n: colour n */
} ColorSet;

typedef struct {
    char name[32];
    uint32_t harts; /* bit n: hart n */
    int32_t vmid;   /* PARTITION_NO_VMID: runs without a hypervisor */
    bool declared;
    bool has_colors; /* false: any */
    ColorSet colors;
    uint32_t line; /* where the machine file declares it; 0: nowhere */
} Partition;

typedef struct Partitions Partitions;

Partitions *partitions_new(void);
void partitions_free(Partitions *parts);

/* Makes a partition known. `vmid` may be PARTITION_NO_VMID: it owns `harts` whatever they run; or PARTITION_ANY_VMID: it is
 * whatever guest runs on them. `colors` NULL: all. A
 * name longer than its field is cut. Returns its number, or PARTITION_OTHERS if there is no room. Before the run. */
unsigned partitions_declare(Partitions *parts, const char *name, uint32_t harts, int vmid,
                            const ColorSet *colors, unsigned line);

/* The host has these colours, too: `line` of the machine file says so. Before the run. */
void partitions_color_host(Partitions *parts, const ColorSet *colors, unsigned line);

/* The number of who runs on `hart`, which may be a new one. */
unsigned partitions_find(Partitions *parts, bool guest, unsigned vmid, unsigned hart);

/* The same of who is known already; -1: nobody, and for what is no guest the host. Nothing changes. */
int partitions_known(const Partitions *parts, bool guest, unsigned vmid, unsigned hart);

/* The number of a declared partition that a guest with this VMID on `hart` is; PARTITION_HOST: it is none. */
unsigned partitions_declared(const Partitions *parts, unsigned vmid, unsigned hart);

/* The number of the declared partition of this name, or of the host; -1: there is none. `parts` may be NULL. */
int partitions_named(const Partitions *parts, const char *name);

/* What traces call that guest: the number of a declared partition; else its VMID, from PARTITIONS_MAX on if any partition is
 * declared. `parts` may be NULL. */
unsigned partitions_traced(const Partitions *parts, unsigned vmid, unsigned hart);

/* The same of a number that partitions_find gave. */
unsigned partitions_number_traced(const Partitions *parts, unsigned number);

/* Memory that belongs to nobody's colours: lines in it are leaks, not violations. False: there is no room. */
bool partitions_share(Partitions *parts, Spa begin, uint64_t size);
bool partitions_is_shared(const Partitions *parts, Spa at);

/* Transfers of the device with this DMA requester id are the partition's. Ids above PARTITION_DEVICES have no owner. */
void partitions_give_device(Partitions *parts, unsigned device, unsigned partition);
unsigned partitions_of_device(const Partitions *parts, unsigned device);
/* Bit n: the device with requester id n is its. */
uint64_t partitions_devices(const Partitions *parts, unsigned partition);

/* How many numbers are in use, and what is known of one (`number` below that). */
unsigned partitions_count(const Partitions *parts);
const Partition *partitions_get(const Partitions *parts, unsigned number);
/* Did any guest run, or is anything declared? If not, only harts tell programs apart. */
bool partitions_any(const Partitions *parts);

static inline bool color_set_has(const ColorSet *set, unsigned color)
{
    return set->words[color / 64 % (PARTITION_COLORS / 64)] >> color % 64 & 1;
}

static inline void color_set_add(ColorSet *set, unsigned color)
{
    set->words[color / 64 % (PARTITION_COLORS / 64)] |= UINT64_C(1) << color % 64;
}

/* "0-3,8": those of the set below `n`. To be freed. */
char *color_set_text(const ColorSet *set, unsigned n);

/* All of it is state: numbers are given while the machine runs. */
void partitions_visit(Partitions *parts, StateVisitor *visitor);

#endif
