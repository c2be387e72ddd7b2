/* SPDX-License-Identifier: MIT */
/*
 * cbqri.h - quality-of-service controllers: a capacity controller for the shared cache, a bandwidth controller for the bus.
 *
 * What software may set and read of mmu/timing/qos.h, by the RISC-V Capacity and Bandwidth QoS Register Interface 1.0.
 * Operations are done when the write that asks for them is: BUSY is hardwired to 0. The capacity controller saves and loads
 * the state of both.
 */
#ifndef DEVICES_CBQRI_H
#define DEVICES_CBQRI_H

#include "devices/device.h"
#include "mmu/timing/qos.h"

enum { CBQRI_SIZE = 0x1000 };

/* What the two have in common. Registers of 64 bits are two words: either half may be accessed alone. */
typedef struct {
    Device dev;
    Qos *qos;       /* configuration: what is controlled; outlives the device */
    uint32_t cache; /* configuration, capacity: the cache's phandle in the device tree */
    uint32_t capabilities[2];
    uint32_t mon_ctl, mon_status;
    uint32_t mon_ctr_val[2];
    uint32_t alloc_ctl, alloc_status;
    uint32_t limit[2]; /* cc_block_mask, bc_bw_alloc */
    uint32_t units[2]; /* cc_cunits */
} Cbqri;

extern const DeviceType cbqri_capacity_type, cbqri_bandwidth_type;

/* Values of STATUS; 4 and 5 mean different things to monitoring and to allocation. */
enum {
    CBQRI_DONE = 1,
    CBQRI_BAD_OPERATION = 2,
    CBQRI_BAD_ID = 3,
    CBQRI_BAD_EVENT = 4,      /* monitoring */
    CBQRI_BAD_MON_TYPE = 5,   /* monitoring */
    CBQRI_BAD_ALLOC_TYPE = 4, /* allocation */
    CBQRI_BAD_LIMIT = 5,      /* allocation */
};

enum { CBQRI_VERSION = 0x10 };

/* For the two controllers: */

/* Does what mon_ctl asks for with `counters`, for which events below `n_events` are legal. */
typedef struct {
    unsigned status;
    const QosCounter *read; /* NULL: none was */
} CbqriMonitored;
CbqriMonitored cbqri_monitor(Cbqri *it, QosCounter *counters, unsigned n_events);

/* The operands of alloc_ctl, checked in the order of their STATUS values; 0: they are legal. */
typedef struct {
    unsigned operation, rcid;
    QosType type;
} CbqriAllocation;
unsigned cbqri_allocation(const Cbqri *it, unsigned last_operation, CbqriAllocation *out);

/* Accesses that the table has no row for: eight bytes, which are two of four, low half first. */
extern const BusOps cbqri_ops;
/* Zero; limits and counters are reset by each for itself. */
void cbqri_reset_registers(Device *dev);
/* Device tree: how many identifiers there are. */
void cbqri_describe_ids(const Cbqri *it, void *fdt);

#endif
