/* SPDX-License-Identifier: MIT */
/* cbqri_bandwidth.c - the controller of the memory bus: reservations by RCID, bytes by MCID; see cbqri.h. */
#include "devices/cbqri.h"

enum { CONFIG_LIMIT = 1, READ_LIMIT = 2 };

/* "Bandwidth Monitoring Counter Value": OVF; INV is never set. */
#define COUNTER_OVF BIT(63)

static void monitor_written(Device *dev, const Reg *reg, unsigned index)
{
    Cbqri *it = (Cbqri *)dev;
    CbqriMonitored done = cbqri_monitor(it, it->qos->traffic, QOS_BUS_EVENTS);
    (void)reg, (void)index;
    it->mon_status = done.status;
    if (!done.read)
        return;
    uint64_t value = done.read->value | (done.read->overflowed ? COUNTER_OVF : 0);
    it->mon_ctr_val[0] = (uint32_t)value;
    it->mon_ctr_val[1] = (uint32_t)(value >> 32);
}

/* Blocks reserved for all accounts but `except`. */
static unsigned reserved_elsewhere(const Qos *qos, unsigned except)
{
    unsigned sum = 0;
    for (unsigned account = 0; account < qos->config.n_rcids * QOS_TYPES; account++)
        if (account != except && !qos->bandwidth[account].shares)
            sum += qos->bandwidth[account].reserved;
    return sum;
}

/* Sharing is with an access type that has limits of its own, and not with itself. */
static unsigned configure_shared(Cbqri *it, CbqriAllocation asked, unsigned shared)
{
    QosBandwidth *own = &it->qos->bandwidth[qos_account(asked.rcid, asked.type)];
    if (shared >= QOS_TYPES || shared == asked.type ||
        it->qos->bandwidth[qos_account(asked.rcid, (QosType)shared)].shares)
        return CBQRI_BAD_ALLOC_TYPE;
    *own = (QosBandwidth){ .shares = 1, .shared = (uint8_t)shared };
    return CBQRI_DONE;
}

/* "Bandwidth Allocation Configuration": Rbwb 15:0, Mweight 27:20, sharedAT 30:28, useShared 31. */
static unsigned configure(Cbqri *it, CbqriAllocation asked)
{
    unsigned account = qos_account(asked.rcid, asked.type);
    unsigned reserved = (unsigned)bits(it->limit[0], 15, 0);
    if (bits(it->limit[0], 31, 31))
        return configure_shared(it, asked, (unsigned)bits(it->limit[0], 30, 28));
    if (!reserved || reserved + reserved_elsewhere(it->qos, account) > QOS_RESERVABLE)
        return CBQRI_BAD_LIMIT;
    it->qos->bandwidth[account] =
        (QosBandwidth){ .reserved = reserved, .weight = (uint8_t)bits(it->limit[0], 27, 20) };
    return CBQRI_DONE;
}

static uint32_t limit_of(const QosBandwidth *it)
{
    if (it->shares)
        return (uint32_t)1 << 31 | (uint32_t)it->shared << 28;
    return it->reserved | (uint32_t)it->weight << 20;
}

static unsigned allocate(Cbqri *it)
{
    CbqriAllocation asked;
    unsigned wrong = cbqri_allocation(it, READ_LIMIT, &asked);
    if (wrong)
        return wrong;
    if (asked.operation == CONFIG_LIMIT)
        return configure(it, asked);
    it->limit[0] = limit_of(&it->qos->bandwidth[qos_account(asked.rcid, asked.type)]);
    return CBQRI_DONE;
}

static void allocation_written(Device *dev, const Reg *reg, unsigned index)
{
    Cbqri *it = (Cbqri *)dev;
    (void)reg, (void)index;
    it->alloc_status = allocate(it);
}

/* "Bandwidth-controller Capabilities": NBWBLKS 23:8, MRBWB 47:32. */
static bool bandwidth_realize(Device *dev, GError **error)
{
    Cbqri *it = (Cbqri *)dev;
    (void)error;
    g_assert(it->qos);
    it->capabilities[0] = CBQRI_VERSION | QOS_BLOCKS << 8;
    it->capabilities[1] = QOS_RESERVABLE;
    return true;
}

static void bandwidth_describe(Device *dev, void *fdt)
{
    cbqri_describe_ids((const Cbqri *)dev, fdt);
}

// clang-format off
static const Reg bandwidth_regs[] = {
    { "bc_capabilities", 0,  2, AT_ARRAY(Cbqri, capabilities), REG_RO, 0,          NULL, NULL },
    { "bc_mon_ctl",      8,  1, AT(Cbqri, mon_ctl),            REG_RW, 0x1fffffff, NULL, monitor_written },
    { "bc_mon_status",   12, 1, AT(Cbqri, mon_status),         REG_RO, 0,          NULL, NULL },
    { "bc_mon_ctr_val",  16, 2, AT_ARRAY(Cbqri, mon_ctr_val),  REG_RO, 0,          NULL, NULL },
    { "bc_alloc_ctl",    24, 1, AT(Cbqri, alloc_ctl),          REG_RW, 0xfffff,    NULL, allocation_written },
    { "bc_alloc_status", 28, 1, AT(Cbqri, alloc_status),       REG_RO, 0,          NULL, NULL },
    { "bc_bw_alloc",     32, 1, AT_ARRAY(Cbqri, limit),        REG_RW, 0xfff0ffff, NULL, NULL },
    { "bc_bw_alloc_high", 36, 1, AT(Cbqri, limit[1]),          REG_RO, 0,          NULL, NULL },
};
// clang-format on

static void bandwidth_reset(Device *dev)
{
    cbqri_reset_registers(dev);
    qos_reset_bus(((Cbqri *)dev)->qos);
}

static const StateField bandwidth_fields[] = {
    STATE(Cbqri, mon_ctl),
    STATE(Cbqri, mon_status),
    STATE_ARRAY(Cbqri, mon_ctr_val),
    STATE(Cbqri, alloc_ctl),
    STATE(Cbqri, alloc_status),
    STATE_ARRAY(Cbqri, limit),
    STATE_END,
};
static const StateDesc bandwidth_state = { "cbqri-bandwidth", 1, bandwidth_fields, NULL };

const DeviceType cbqri_bandwidth_type = {
    .name = "qos-controller",
    .compatible = "bulkhead,bus-controller;riscv,cbqri-bandwidth-controller",
    .size = sizeof(Cbqri),
    .mmio_size = CBQRI_SIZE,
    .regs = bandwidth_regs,
    .n_regs = G_N_ELEMENTS(bandwidth_regs),
    .ops = &cbqri_ops,
    .state = &bandwidth_state,
    .realize = bandwidth_realize,
    .reset = bandwidth_reset,
    .describe = bandwidth_describe,
};
