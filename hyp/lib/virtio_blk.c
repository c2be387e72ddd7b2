/* SPDX-License-Identifier: MIT */
/* virtio_blk.c - see virtio_blk.h. */
#include "lib/virtio_blk.h"

#include <stddef.h>

#include "lib/csr.h"
#include "lib/mmio.h"
#include "lib/string.h"
#include "lib/virtio.h"

enum { ID_BLOCK = 2 };
enum { QUEUE_SIZE = 8, PAGE = 4096 };

/* The queue as the legacy interface wants it; the modern one takes the same. */
static struct {
    VirtioDesc desc[QUEUE_SIZE];
    struct {
        uint16_t flags, index, ring[QUEUE_SIZE];
    } driver;
    struct {
        uint16_t flags, index;
        VirtioUsed ring[QUEUE_SIZE];
    } device __attribute__((aligned(PAGE)));
} queue __attribute__((aligned(PAGE)));

static bool start_queue(const VirtioBlk *disk)
{
    write32(disk->base + QUEUE_SEL, 0);
    if (read32(disk->base + QUEUE_NUM_MAX) < QUEUE_SIZE)
        return false;
    write32(disk->base + QUEUE_NUM, QUEUE_SIZE);
    if (disk->legacy) {
        write32(disk->base + QUEUE_ALIGN, PAGE);
        write32(disk->base + QUEUE_PFN, (uint32_t)((uintptr_t)&queue / PAGE));
        return true;
    }
    virtio_write_address(disk->base + QUEUE_DESC, queue.desc);
    virtio_write_address(disk->base + QUEUE_DRIVER, &queue.driver);
    virtio_write_address(disk->base + QUEUE_DEVICE, &queue.device);
    write32(disk->base + QUEUE_READY, 1);
    return true;
}

static bool start(VirtioBlk *disk)
{
    uint32_t status = ACKNOWLEDGE | DRIVER;
    write32(disk->base + STATUS, 0);
    memset(&queue, 0, sizeof(queue)); /* a reset device begins at index 0 */
    write32(disk->base + STATUS, status);
    if (disk->legacy) {
        write32(disk->base + GUEST_PAGE_SIZE, PAGE);
    } else {
        write32(disk->base + DRIVER_FEATURES_SEL, 1);
        write32(disk->base + DRIVER_FEATURES, VERSION_1_HIGH);
        write32(disk->base + DRIVER_FEATURES_SEL, 0);
        write32(disk->base + DRIVER_FEATURES, 0);
        write32(disk->base + STATUS, status |= FEATURES_OK);
        if (!(read32(disk->base + STATUS) & FEATURES_OK))
            return false;
    }
    if (!start_queue(disk))
        return false;
    write32(disk->base + STATUS, status | DRIVER_OK);
    disk->sectors = read32(disk->base + CONFIG) | (uint64_t)read32(disk->base + CONFIG + 4) << 32;
    virtio_blk_interrupts(disk, false);
    return true;
}

bool virtio_blk_open(VirtioBlk *disk, const Fdt *fdt)
{
    FdtNode node = NULL;
    FdtRange reg;
    while ((node = fdt_find_compatible(fdt, node, "virtio,mmio"))) {
        if (!fdt_reg(fdt, node, 0, &reg) || read32(reg.base + MAGIC) != IS_VIRTIO ||
            read32(reg.base + DEVICE_ID) != ID_BLOCK)
            continue;
        *disk = (VirtioBlk){ .base = reg.base,
                             .source = fdt_cell(fdt, node, "interrupts", 0, 0),
                             .legacy = read32(reg.base + VERSION) == 1 };
        return start(disk);
    }
    return false;
}

void virtio_blk_read(VirtioBlk *disk, uint64_t sector, void *to, uint32_t size)
{
    disk->header.sector = sector; /* type 0: read */
    disk->status = 0xff;
    queue.desc[0].address = (uintptr_t)&disk->header;
    queue.desc[0].size = sizeof(disk->header);
    queue.desc[0].flags = DESC_NEXT;
    queue.desc[0].next = 1;
    queue.desc[1].address = (uintptr_t)to;
    queue.desc[1].size = size;
    queue.desc[1].flags = DESC_NEXT | DESC_WRITE;
    queue.desc[1].next = 2;
    queue.desc[2].address = (uintptr_t)&disk->status;
    queue.desc[2].size = 1;
    queue.desc[2].flags = DESC_WRITE;
    queue.driver.ring[queue.driver.index % QUEUE_SIZE] = 0;
    fence();
    __atomic_store_n(&queue.driver.index, queue.driver.index + 1, __ATOMIC_RELEASE);
    fence();
    write32(disk->base + QUEUE_NOTIFY, 0);
}

bool virtio_blk_done(VirtioBlk *disk)
{
    if (__atomic_load_n(&queue.device.index, __ATOMIC_ACQUIRE) == disk->seen)
        return false;
    disk->seen++;
    fence();
    return true;
}

bool virtio_blk_failed(const VirtioBlk *disk)
{
    return *(volatile const uint8_t *)&disk->status != 0;
}

void virtio_blk_acknowledge(VirtioBlk *disk)
{
    write32(disk->base + INTERRUPT_ACK, read32(disk->base + INTERRUPT_STATUS));
}

void virtio_blk_interrupts(VirtioBlk *disk, bool on)
{
    (void)disk;
    *(volatile uint16_t *)&queue.driver.flags = on ? 0 : NO_INTERRUPT;
    fence();
}
