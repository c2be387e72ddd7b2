/* SPDX-License-Identifier: MIT */
/* cbqri_capacity.c - the controller of the shared cache: ways by RCID, occupancy by MCID; see cbqri.h. */
#include <libfdt.h>

#include "devices/cbqri.h"

enum { CONFIG_LIMIT = 1, READ_LIMIT = 2, FLUSH_RCID = 3 };

/* "Capacity-controller Capabilities": FRCID and CUNITS. RPFX is 0: an MCID is one by itself. */
enum { HAS_FLUSH = 1 << 24, HAS_UNITS = 1 << 25 };

static uint64_t get(const uint32_t word[2])
{
    return (uint64_t)word[1] << 32 | word[0];
}

static void put(uint32_t word[2], uint64_t value)
{
    word[0] = (uint32_t)value;
    word[1] = (uint32_t)(value >> 32);
}

static void monitor_written(Device *dev, const Reg *reg, unsigned index)
{
    Cbqri *it = (Cbqri *)dev;
    CbqriMonitored done = cbqri_monitor(it, it->qos->occupancy, QOS_CAPACITY_EVENTS);
    (void)reg, (void)index;
    it->mon_status = done.status;
    if (done.read)
        put(it->mon_ctr_val, done.read->value);
}

/* "Capacity Block Mask": an allocation without any block is refused. */
static unsigned configure(Cbqri *it, QosCapacity *capacity)
{
    uint64_t ways = get(it->limit);
    if (!ways)
        return CBQRI_BAD_LIMIT;
    *capacity = (QosCapacity){ .ways = ways, .units = get(it->units) };
    return CBQRI_DONE;
}

static unsigned allocate(Cbqri *it)
{
    CbqriAllocation asked;
    unsigned wrong = cbqri_allocation(it, FLUSH_RCID, &asked);
    if (wrong)
        return wrong;
    QosCapacity *capacity = &it->qos->capacity[qos_account(asked.rcid, asked.type)];
    switch (asked.operation) {
    case CONFIG_LIMIT: return configure(it, capacity);
    case READ_LIMIT:
        put(it->limit, capacity->ways);
        put(it->units, capacity->units);
        return CBQRI_DONE;
    default:
        if (it->qos->flush)
            it->qos->flush(it->qos->opaque, asked.rcid, asked.type);
        return CBQRI_DONE;
    }
}

static void allocation_written(Device *dev, const Reg *reg, unsigned index)
{
    Cbqri *it = (Cbqri *)dev;
    (void)reg, (void)index;
    it->alloc_status = allocate(it);
}

/* Bits of ways that there are not are read-only zero. */
static void mask_written(Device *dev, const Reg *reg, unsigned index)
{
    Cbqri *it = (Cbqri *)dev;
    (void)reg, (void)index;
    put(it->limit, get(it->limit) & it->qos->all_ways);
}

static bool capacity_realize(Device *dev, GError **error)
{
    Cbqri *it = (Cbqri *)dev;
    (void)error;
    g_assert(it->qos);
    put(it->capabilities, CBQRI_VERSION | it->qos->config.ways << 8 | HAS_FLUSH | HAS_UNITS);
    return true;
}

static void capacity_describe(Device *dev, void *fdt)
{
    const Cbqri *it = (const Cbqri *)dev;
    cbqri_describe_ids(it, fdt);
    if (it->cache)
        fdt_property_u32(fdt, "riscv,cbqri-cache", it->cache);
}

// clang-format off
#define WORD 0xffffffff
static const Reg capacity_regs[] = {
    { "cc_capabilities", 0,  2, AT_ARRAY(Cbqri, capabilities), REG_RO, 0,          NULL, NULL },
    { "cc_mon_ctl",      8,  1, AT(Cbqri, mon_ctl),            REG_RW, 0x1fffffff, NULL, monitor_written },
    { "cc_mon_status",   12, 1, AT(Cbqri, mon_status),         REG_RO, 0,          NULL, NULL },
    { "cc_mon_ctr_val",  16, 2, AT_ARRAY(Cbqri, mon_ctr_val),  REG_RO, 0,          NULL, NULL },
    { "cc_alloc_ctl",    24, 1, AT(Cbqri, alloc_ctl),          REG_RW, 0xfffff,    NULL, allocation_written },
    { "cc_alloc_status", 28, 1, AT(Cbqri, alloc_status),       REG_RO, 0,          NULL, NULL },
    { "cc_block_mask",   32, 2, AT_ARRAY(Cbqri, limit),        REG_RW, WORD,       NULL, mask_written },
    { "cc_cunits",       40, 2, AT_ARRAY(Cbqri, units),        REG_RW, WORD,       NULL, NULL },
};
// clang-format on

static void capacity_reset(Device *dev)
{
    cbqri_reset_registers(dev);
    qos_reset_cache(((Cbqri *)dev)->qos);
}

static const StateField capacity_fields[] = {
    STATE(Cbqri, mon_ctl),           STATE(Cbqri, mon_status),
    STATE_ARRAY(Cbqri, mon_ctr_val), STATE(Cbqri, alloc_ctl),
    STATE(Cbqri, alloc_status),      STATE_ARRAY(Cbqri, limit),
    STATE_ARRAY(Cbqri, units),       STATE_END,
};

/* A damaged snapshot's mask has no other ways than there are. */
static void capacity_loaded(void *object)
{
    mask_written(object, NULL, 0);
}

/* Limits and counters of both controllers: they are one object of the model's. */
static void capacity_visit(Device *dev, StateVisitor *visitor)
{
    qos_visit(((Cbqri *)dev)->qos, visitor);
}

static const StateDesc capacity_state = { "cbqri-capacity", 1, capacity_fields, capacity_loaded };

const DeviceType cbqri_capacity_type = {
    .name = "qos-controller",
    .compatible = "bulkhead,llc-controller;riscv,cbqri-capacity-controller",
    .size = sizeof(Cbqri),
    .mmio_size = CBQRI_SIZE,
    .regs = capacity_regs,
    .n_regs = G_N_ELEMENTS(capacity_regs),
    .ops = &cbqri_ops,
    .state = &capacity_state,
    .realize = capacity_realize,
    .reset = capacity_reset,
    .describe = capacity_describe,
    .visit = capacity_visit,
};
