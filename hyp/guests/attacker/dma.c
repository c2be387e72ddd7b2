/* SPDX-License-Identifier: MIT */
/*
 * dma.c - the attack by a device: a disk reads a sector to an address that is not the partition's, because nobody translates
 * what devices say. And the victim of it, which looks at its own memory.
 *
 * Virtual I/O Device 1.2, "Virtio Over MMIO", "Legacy interface". The queue must lie where the guest's addresses are the
 * machine's: in the partition's second memory.
 */
#include "attacker.h"

#include <stddef.h>

#include "lib/mmio.h"
#include "lib/print.h"
#include "lib/string.h"

enum {
    MAGIC = 0x000,
    DEVICE_ID = 0x008,
    PAGE_BYTES = 0x028,
    QUEUE_SEL = 0x030,
    QUEUE_NUM = 0x038,
    QUEUE_ALIGN = 0x03c
};
enum {
    QUEUE_PFN = 0x040,
    QUEUE_NOTIFY = 0x050,
    STATUS = 0x070,
    IS_VIRTIO = 0x74726976,
    IS_BLOCK = 2,
    DRIVER_OK = 7
};
enum { NEXT = 1, WRITE = 2, SIZE = 8, PAGE = 4096, SECTOR = 512, WATCHED = 65536 };

typedef struct {
    struct {
        uint64_t address;
        uint32_t size;
        uint16_t flags, next;
    } desc[SIZE];
    struct {
        uint16_t flags, index, ring[SIZE];
    } driver;
    struct {
        uint16_t flags, index;
    } device __attribute__((aligned(PAGE)));
    struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header __attribute__((aligned(PAGE)));
    uint8_t status;
} Queue;

static uintptr_t find_disk(void)
{
    FdtNode node = NULL;
    FdtRange reg;
    while ((node = fdt_find_compatible(&attacker.fdt, node, "virtio,mmio")))
        if (fdt_reg(&attacker.fdt, node, 0, &reg) && read32(reg.base + MAGIC) == IS_VIRTIO &&
            read32(reg.base + DEVICE_ID) == IS_BLOCK)
            return reg.base;
    panic("attacker: no disk");
}

static void *find_room(void)
{
    FdtNode node = NULL;
    FdtRange reg;
    unsigned found = 0;
    while ((node = fdt_next(&attacker.fdt, node)))
        if (!strcmp(fdt_text(&attacker.fdt, node, "device_type"), "memory") &&
            fdt_reg(&attacker.fdt, node, 0, &reg) && found++)
            return (void *)reg.base;
    panic("attacker: no second memory");
}

uint64_t attack_dma(uint64_t n)
{
    uintptr_t disk = find_disk();
    Queue *queue = memset(find_room(), 0, sizeof(Queue));
    write32(disk + STATUS, 0);
    write32(disk + STATUS, DRIVER_OK & ~4);
    write32(disk + PAGE_BYTES, PAGE);
    write32(disk + QUEUE_SEL, 0);
    write32(disk + QUEUE_NUM, SIZE);
    write32(disk + QUEUE_ALIGN, PAGE);
    write32(disk + QUEUE_PFN, (uint32_t)((uintptr_t)queue / PAGE));
    write32(disk + STATUS, DRIVER_OK);
    for (uint64_t i = 0; i < n; i++) {
        queue->header.sector = i;
        queue->status = 0xff;
        queue->desc[0].address = (uintptr_t)&queue->header, queue->desc[0].size = 16;
        queue->desc[0].flags = NEXT, queue->desc[0].next = 1;
        queue->desc[1].address = attacker.at + i * SECTOR, queue->desc[1].size = SECTOR;
        queue->desc[1].flags = NEXT | WRITE, queue->desc[1].next = 2;
        queue->desc[2].address = (uintptr_t)&queue->status, queue->desc[2].size = 1;
        queue->desc[2].flags = WRITE;
        fence();
        __atomic_store_n(&queue->driver.index, queue->driver.index + 1, __ATOMIC_RELEASE);
        write32(disk + QUEUE_NOTIFY, 0);
        while (__atomic_load_n(&queue->device.index, __ATOMIC_ACQUIRE) != queue->driver.index)
            pause();
        if (queue->status)
            return i;
    }
    return n;
}

/* Says how much of its second memory changed without its doing, and where. */
uint64_t attack_watch(uint64_t n)
{
    volatile uint8_t *watched = memset(find_room(), 0, WATCHED);
    uint64_t changed = 0, first = 0;
    for (uint64_t i = 0; i < n && !changed; i++)
        for (uint64_t at = 0; at < WATCHED && !changed; at += SECTOR)
            changed = watched[at];
    for (uint64_t at = WATCHED; at-- && changed;)
        first = watched[at] ? at : first;
    changed = 0;
    for (uint64_t at = 0; at < WATCHED; at++)
        changed += watched[at] != 0;
    if (changed)
        print("attacker: %lu bytes changed at 0x%lx, the first is 0x%x\n", changed,
              (uintptr_t)watched + first, watched[first]);
    return n;
}
