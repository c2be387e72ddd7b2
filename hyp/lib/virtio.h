/* SPDX-License-Identifier: MIT */
/* virtio.h - what drivers of virtio devices on MMIO need (Virtual I/O Device (VIRTIO) Version 1.2, 2.1, 2.7, 4.2.2). */
#ifndef HYP_LIB_VIRTIO_H
#define HYP_LIB_VIRTIO_H

#include <stdint.h>

#include "lib/mmio.h"

enum {
    MAGIC = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    GUEST_PAGE_SIZE = 0x028, /* legacy */
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_ALIGN = 0x03c, /* legacy */
    QUEUE_PFN = 0x040,   /* legacy */
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC = 0x080,
    QUEUE_DRIVER = 0x090,
    QUEUE_DEVICE = 0x0a0,
    CONFIG = 0x100,
};
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
enum { IS_VIRTIO = 0x74726976, MODERN = 2, VERSION_1_HIGH = 1 };
enum { DESC_NEXT = 1, DESC_WRITE = 2, NO_INTERRUPT = 1 };

typedef struct {
    uint64_t address;
    uint32_t size;
    uint16_t flags, next;
} VirtioDesc;

typedef struct {
    uint32_t id, size;
} VirtioUsed;

/* Two registers, the lower half of an address first. */
static inline void virtio_write_address(uintptr_t reg, const volatile void *at)
{
    write32(reg, (uint32_t)(uintptr_t)at);
    write32(reg + 4, (uint32_t)((uintptr_t)at >> 32));
}

#endif
