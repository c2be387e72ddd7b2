/* SPDX-License-Identifier: MIT */
/*
 * device.c - the half of every device that is the same: registers from a table; see device.h.
 *
 * At realize the table is turned into an index by offset, so that an access finds its row in one
 * step. Generic code stores, the hook then reacts: a hook never sees a value that the mask would
 * have refused.
 */
#include "devices/device.h"

#include <string.h>

#include "emu/base/error.h"

static bool bus_read_device(void *opaque, uint64_t offset, unsigned size, uint64_t *value)
{
    return device_read(opaque, offset, size, value);
}

static bool bus_write_device(void *opaque, uint64_t offset, unsigned size, uint64_t value)
{
    return device_write(opaque, offset, size, value);
}

static const BusOps device_bus_ops = { bus_read_device, bus_write_device };

Device *device_alloc(const DeviceType *type, const DeviceSite *site)
{
    Device *dev = g_malloc0(type->size);
    *dev = (Device){ .type = type,
                     .id = g_strdup(site->id),
                     .base = site->base,
                     .mmio_size = type->mmio_size,
                     .bus = site->bus,
                     .clock = site->clock,
                     .trace = site->trace,
                     .irq = site->irq,
                     .irq_number = site->irq_number,
                     .requester = site->requester };
    return dev;
}

/* One byte of index for each byte of registers: they may be of any size and lie anywhere. */
static void index_registers(Device *dev)
{
    const DeviceType *type = dev->type;
    dev->row_of = g_malloc0(type->mmio_size);
    for (size_t row = 0; row < type->n_regs; row++) {
        const Reg *reg = &type->regs[row];
        g_assert(reg->offset + reg->count * reg->size <= type->mmio_size && row < UINT8_MAX);
        memset(dev->row_of + reg->offset, (int)row + 1, reg->count * reg->size);
    }
}

bool device_realize(Device *dev, GError **error)
{
    const DeviceType *type = dev->type;
    if (type->regs)
        index_registers(dev);
    const BusOps *ops = type->regs ? &device_bus_ops : type->ops;
    if ((!type->realize || type->realize(dev, error)) &&
        (!dev->mmio_size ||
         bus_add_mmio(dev->bus, dev->id, dev->base, dev->mmio_size, ops, dev, error)))
        return true;
    device_free(dev);
    return false;
}

void device_reset(Device *dev)
{
    if (dev->type->reset)
        dev->type->reset(dev);
}

void device_free(Device *dev)
{
    if (dev->type->finalize)
        dev->type->finalize(dev);
    g_free(dev->row_of);
    g_free(dev->id);
    g_free(dev);
}

/* The register at `offset`, if an access of `size` bytes there lies inside one; else NULL. */
static const Reg *find_reg(const Device *dev, uint64_t offset, unsigned size, unsigned *index)
{
    const DeviceType *type = dev->type;
    if (offset + size > type->mmio_size || !dev->row_of || !dev->row_of[offset])
        return NULL;
    const Reg *reg = &type->regs[dev->row_of[offset] - 1];
    uint64_t inside = offset - reg->offset;
    *index = (unsigned)(inside / reg->size);
    return inside % reg->size + size <= reg->size ? reg : NULL;
}

static char *storage(Device *dev, const Reg *reg, unsigned index)
{
    return (char *)dev + reg->field + index * reg->size;
}

bool device_guest_error(Device *dev, GuestError what, uint64_t value)
{
    TRACE(dev->trace, guest_error, dev->base.v, what, value);
    return false;
}

bool device_read(Device *dev, uint64_t offset, unsigned size, uint64_t *value)
{
    unsigned index = 0;
    const Reg *reg = find_reg(dev, offset, size, &index);
    *value = 0;
    if (!reg)
        return dev->type->ops ? dev->type->ops->read(dev, offset, size, value)
                              : device_guest_error(dev, GUEST_ERROR_REGISTER, offset);
    if (reg->read)
        reg->read(dev, reg, index);
    if (reg->access != REG_WO)
        memcpy(value, storage(dev, reg, index) + (offset - reg->offset) % reg->size, size);
    return true;
}

bool device_write(Device *dev, uint64_t offset, unsigned size, uint64_t value)
{
    unsigned index = 0;
    const Reg *reg = find_reg(dev, offset, size, &index);
    if (!reg)
        return dev->type->ops ? dev->type->ops->write(dev, offset, size, value)
                              : device_guest_error(dev, GUEST_ERROR_REGISTER, offset);
    unsigned shift = 8 * (unsigned)((offset - reg->offset) % reg->size);
    uint64_t written = (size == 8 ? ~0ull : BIT(8 * size) - 1) << shift;
    uint64_t mask = reg->mask & written, old = 0;
    if (reg->read && size < reg->size)
        reg->read(dev, reg, index);
    memcpy(&old, storage(dev, reg, index), reg->size);
    value = (value << shift) & mask;
    switch (reg->access) {
    case REG_RO: return true;
    case REG_W1C: value = old & ~value; break;
    case REG_W1S: value = old | value; break;
    case REG_RW:
    case REG_WO: value = (old & ~mask) | value; break;
    }
    memcpy(storage(dev, reg, index), &value, reg->size);
    if (reg->written)
        reg->written(dev, reg, index);
    return true;
}

bool device_dma_read(Device *dev, uint64_t address, void *data, size_t size)
{
    return bus_read_bytes(dev->bus, (Spa){ address }, data, size,
                          requester_device(dev->requester)) ||
           device_guest_error(dev, GUEST_ERROR_DMA, address);
}

bool device_dma_write(Device *dev, uint64_t address, const void *data, size_t size)
{
    return bus_write_bytes(dev->bus, (Spa){ address }, data, size,
                           requester_device(dev->requester)) ||
           device_guest_error(dev, GUEST_ERROR_DMA, address);
}

bool device_send_msi(Device *dev, uint64_t address, uint32_t data)
{
    bool taken = bus_write(dev->bus, (Spa){ address }, 4, data, requester_device(dev->requester));
    TRACE(dev->trace, msi_send, dev->requester, address, data, taken);
    return taken || device_guest_error(dev, GUEST_ERROR_DMA, address);
}

void device_visit(Device *dev, StateVisitor *visitor)
{
    if (dev->type->state)
        state_visit(visitor, dev->id, dev->type->state, dev);
    if (dev->type->visit)
        dev->type->visit(dev, visitor);
}
