/* SPDX-License-Identifier: MIT */
/*
 * device.h - what every device is: a value on the bus.
 *
 * A device is a struct that begins with a Device, and a DeviceType that describes it: a table of
 * registers, a list of state fields, and a few functions. Registers are read, written, masked and
 * traced by device.c; the device only reacts, in hooks, to what changed. A device does DMA only
 * through device_dma_*, with its own requester id, and raises interrupts only through its wire: it
 * never knows a hart, an interrupt controller or a RAM pointer.
 *
 * Life: device_alloc (zeroed), configuration fields set by the machine, device_realize,
 * device_reset (power-on state; once after construction and at every machine reset), device_free.
 */
#ifndef DEVICES_DEVICE_H
#define DEVICES_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "emu/base/addr.h"
#include "emu/base/clock.h"
#include "emu/base/irq.h"
#include "emu/base/state.h"
#include "emu/base/trace.h"
#include "mmu/bus.h"

typedef struct Device Device;
typedef struct DeviceType DeviceType;
typedef struct Reg Reg;

/* What a store does to the bits of a register that its mask lets through. */
typedef enum { REG_RO, REG_RW, REG_W1C, REG_W1S, REG_WO } RegAccess;

/* One register, or `count` equal ones at consecutive offsets. */
struct Reg {
    const char *name;
    uint32_t offset, count;
    size_t field, size; /* where its value lives in the device: AT(Type, member) */
    RegAccess access;
    uint64_t mask; /* bits software can affect */
    /* Before a read, and before a write that covers a part of the register only: brings the
     * stored value up to date. May be NULL. */
    void (*read)(Device *dev, const Reg *reg, unsigned index);
    void (*written)(Device *dev, const Reg *reg, unsigned index); /* after a write, may be NULL */
};

#define AT(Type, member)       offsetof(Type, member), sizeof(((Type *)0)->member)
/* The same for an array of registers: the size is that of one element. */
#define AT_ARRAY(Type, member) offsetof(Type, member), sizeof(((Type *)0)->member[0])

struct DeviceType {
    const char *name;       /* of its device tree node: "serial" */
    const char *compatible; /* device tree strings, separated by ';' */
    size_t size;            /* of the struct that begins with Device */
    uint64_t mmio_size;     /* 0: as large as its configuration makes it, or no registers */
    const Reg *regs;        /* the table, or NULL when `ops` says all */
    size_t n_regs;
    const BusOps *ops; /* instead of a table, or for offsets the table does not hold; may be NULL */
    const StateDesc *state; /* all state of the device; NULL: it has none */

    /* The rest may be NULL. Makes what lives as long as the device (timers, tables). */
    bool (*realize)(Device *dev, GError **error);
    void (*reset)(Device *dev);
    /* Frees what realize made and what was configured to be taken over. */
    void (*finalize)(Device *dev);
    /* Extra properties of its open device tree node, by libfdt's sequential-write functions. */
    void (*describe)(Device *dev, void *fdt);
    /* State that is not fields: queues, overlays. */
    void (*visit)(Device *dev, StateVisitor *visitor);
};

struct Device {
    const DeviceType *type;
    char *id; /* "uart0": unique, names it in traces and snapshots */
    Spa base;
    uint64_t mmio_size; /* type->mmio_size, or what realize made it */
    Bus *bus;
    Clock *clock;
    Trace *trace;
    IrqLine irq;
    unsigned irq_number; /* its input at the interrupt controller, for the device tree; 0: none */
    uint16_t requester;  /* its DMA id */
    uint8_t *row_of;     /* register row + 1 by offset; 0: no register there */
};

/* What a device needs to be made; the machine fills it in. */
typedef struct {
    Bus *bus;
    Clock *clock;
    Trace *trace;
    Spa base;
    IrqLine irq;
    unsigned irq_number;
    uint16_t requester;
    const char *id;
} DeviceSite;

/* Allocates a device of `type` (all zero but the Device part). The caller sets configuration
 * fields of the concrete struct, then calls device_realize. */
Device *device_alloc(const DeviceType *type, const DeviceSite *site);
/* Runs type->realize and claims the registers on the bus. On failure the device is freed and
 * `error` set. */
bool device_realize(Device *dev, GError **error);
void device_reset(Device *dev);
void device_free(Device *dev);

/* Register access by offset; also used by tests. False: no such register or size, an access
 * fault. 64-bit registers may be accessed in aligned halves; a wider access than the register is
 * refused. */
bool device_read(Device *dev, uint64_t offset, unsigned size, uint64_t *value);
bool device_write(Device *dev, uint64_t offset, unsigned size, uint64_t value);

/* What a guest did wrong: the field `what` of trace event guest_error. */
typedef enum {
    GUEST_ERROR_REGISTER = 1, /* no such register, or not of that size; value: its offset */
    GUEST_ERROR_DMA = 2,   /* the device was told to access what is not RAM; value: the address */
    GUEST_ERROR_VALUE = 3, /* a register cannot hold what was written; value: what was written */
    GUEST_ERROR_QUEUE = 4, /* a queue in memory is malformed; value: depends on the device */
} GuestError;

/* Traces a guest_error of `dev`. Returns false, so that failing functions can `return
 * device_guest_error(...)`. */
bool device_guest_error(Device *dev, GuestError what, uint64_t value);

/* DMA. False: some byte is not RAM; a write has then done nothing, a guest_error is traced. */
bool device_dma_read(Device *dev, uint64_t address, void *data,
                     size_t size) G_GNUC_WARN_UNUSED_RESULT;
bool device_dma_write(Device *dev, uint64_t address, const void *data,
                      size_t size) G_GNUC_WARN_UNUSED_RESULT;

/* Sends a message-signaled interrupt: a naturally aligned write of 32 bits, little-endian. False: nobody takes it; a
 * guest_error is traced. AIA, "MSI encoding" */
bool device_send_msi(Device *dev, uint64_t address, uint32_t data);

/* Visits the device's state: its fields, then type->visit. */
void device_visit(Device *dev, StateVisitor *visitor);

#endif
