/* SPDX-License-Identifier: MIT */
/* cbqri.c - what capacity and bandwidth controllers have in common; see cbqri.h. */
#include "devices/cbqri.h"

#include <libfdt.h>

enum { MON_CONFIG_EVENT = 1, MON_READ_COUNTER = 2 };

/* "Capacity Usage Monitoring Control", and the same of bandwidth: OP 4:0, AT 7:5, MCID 19:8, EVT_ID 27:20, ATV 28. */
CbqriMonitored cbqri_monitor(Cbqri *it, QosCounter *counters, unsigned n_events)
{
    unsigned operation = (unsigned)bits(it->mon_ctl, 4, 0),
             type = (unsigned)bits(it->mon_ctl, 7, 5);
    unsigned mcid = (unsigned)bits(it->mon_ctl, 19, 8), event = (unsigned)bits(it->mon_ctl, 27, 20);
    bool by_type = bits(it->mon_ctl, 28, 28);
    if (operation != MON_CONFIG_EVENT && operation != MON_READ_COUNTER)
        return (CbqriMonitored){ CBQRI_BAD_OPERATION, NULL };
    if (mcid >= it->qos->config.n_mcids)
        return (CbqriMonitored){ CBQRI_BAD_ID, NULL };
    if (operation == MON_READ_COUNTER)
        return (CbqriMonitored){ CBQRI_DONE, &counters[mcid] };
    if (event >= n_events)
        return (CbqriMonitored){ CBQRI_BAD_EVENT, NULL };
    /* Without ATV, AT is ignored. */
    if (by_type && type >= QOS_TYPES)
        return (CbqriMonitored){ CBQRI_BAD_MON_TYPE, NULL };
    /* Event 0 stops the counter; any other starts it from 0. */
    if (event)
        counters[mcid] = (QosCounter){ .event = (uint8_t)event,
                                       .by_type = by_type,
                                       .type = by_type ? (uint8_t)type : 0 };
    else
        counters[mcid].event = 0;
    return (CbqriMonitored){ CBQRI_DONE, NULL };
}

/* "Capacity Allocation Control", and the same of bandwidth: OP 4:0, AT 7:5, RCID 19:8. */
unsigned cbqri_allocation(const Cbqri *it, unsigned last_operation, CbqriAllocation *out)
{
    unsigned type = (unsigned)bits(it->alloc_ctl, 7, 5);
    *out = (CbqriAllocation){ .operation = (unsigned)bits(it->alloc_ctl, 4, 0),
                              .rcid = (unsigned)bits(it->alloc_ctl, 19, 8),
                              .type = (QosType)type };
    if (!out->operation || out->operation > last_operation)
        return CBQRI_BAD_OPERATION;
    if (out->rcid >= it->qos->config.n_rcids)
        return CBQRI_BAD_ID;
    return type >= QOS_TYPES ? CBQRI_BAD_ALLOC_TYPE : 0;
}

static bool read_two(void *opaque, uint64_t offset, unsigned size, uint64_t *value)
{
    Device *dev = opaque;
    uint64_t high = 0;
    if (size != 8 || offset % 8)
        return device_guest_error(dev, GUEST_ERROR_REGISTER, offset);
    bool done = device_read(dev, offset, 4, value) && device_read(dev, offset + 4, 4, &high);
    *value |= high << 32;
    return done;
}

static bool write_two(void *opaque, uint64_t offset, unsigned size, uint64_t value)
{
    Device *dev = opaque;
    if (size != 8 || offset % 8)
        return device_guest_error(dev, GUEST_ERROR_REGISTER, offset);
    return device_write(dev, offset, 4, (uint32_t)value) &&
           device_write(dev, offset + 4, 4, value >> 32);
}

const BusOps cbqri_ops = { read_two, write_two };

void cbqri_reset_registers(Device *dev)
{
    Cbqri *it = (Cbqri *)dev;
    it->mon_ctl = it->mon_status = it->alloc_ctl = it->alloc_status = 0;
    for (unsigned half = 0; half < 2; half++)
        it->mon_ctr_val[half] = it->limit[half] = it->units[half] = 0;
}

void cbqri_describe_ids(const Cbqri *it, void *fdt)
{
    fdt_property_u32(fdt, "riscv,cbqri-rcid", it->qos->config.n_rcids);
    fdt_property_u32(fdt, "riscv,cbqri-mcid", it->qos->config.n_mcids);
}
