/* SPDX-License-Identifier: MIT */
/* virtio_driver.c - the driver's side of virtio-mmio; see virtio_driver.h. */
#include "tests/lib/virtio_driver.h"

#include <criterion/criterion.h>

VirtioMmio *vq_device(Rig *rig, VirtioBackend *backend, bool modern)
{
    DeviceSite site = rig_site(rig, "virtio0");
    VirtioMmio *mmio = (VirtioMmio *)device_alloc(&virtio_mmio_type, &site);
    mmio->backend = backend;
    mmio->modern = modern;
    rig_start(&mmio->dev);
    return mmio;
}

static void accept_features(Rig *rig, uint64_t features)
{
    for (unsigned half = 0; half < 2; half++) {
        rig_write(rig, 0x24, 4, half);
        rig_write(rig, 0x20, 4, (uint32_t)(features >> 32 * half));
    }
}

static void write_address(Rig *rig, uint64_t offset, uint64_t address)
{
    rig_write(rig, offset, 4, (uint32_t)address);
    rig_write(rig, offset + 4, 4, address >> 32);
}

static void start_queue(Rig *rig, bool modern, Vq *vq, unsigned index)
{
    *vq = (Vq){ .rig = rig, .index = index, .desc = RIG_RAM + (index + 1) * VQ_STRIDE };
    vq->avail = vq->desc + 16 * VQ_NUM;
    vq->used = vq->desc + 0x1000;
    rig_write(rig, 0x30, 4, index);
    rig_write(rig, 0x38, 4, VQ_NUM);
    if (modern) {
        write_address(rig, 0x80, vq->desc);
        write_address(rig, 0x90, vq->avail);
        write_address(rig, 0xa0, vq->used);
        rig_write(rig, 0x44, 4, 1);
    } else {
        rig_write(rig, 0x3c, 4, 4096);
        rig_write(rig, 0x40, 4, vq->desc / 4096);
    }
}

void vq_start(Rig *rig, bool modern, uint64_t features, Vq *queues, unsigned n_queues)
{
    if (!modern)
        rig_write(rig, 0x28, 4, 4096);
    rig_write(rig, 0x70, 4, 0);
    rig_write(rig, 0x70, 4, 3);
    accept_features(rig, features);
    if (modern) {
        rig_write(rig, 0x70, 4, 11);
        cr_assert_eq(rig_read(rig, 0x70, 4), 11, "FEATURES_OK was refused");
    }
    for (unsigned i = 0; i < n_queues; i++)
        start_queue(rig, modern, &queues[i], i);
    rig_write(rig, 0x70, 4, modern ? 15 : 7);
}

void vq_poke(Rig *rig, uint64_t address, const void *data, size_t size)
{
    cr_assert(bus_write_bytes(&rig->bus, (Spa){ address }, data, size, requester_hart(0)));
}

void vq_peek(Rig *rig, uint64_t address, void *data, size_t size)
{
    cr_assert(bus_read_bytes(&rig->bus, (Spa){ address }, data, size, requester_hart(0)));
}

void vq_poke16(Rig *rig, uint64_t address, uint16_t value)
{
    vq_poke(rig, address, &value, sizeof value);
}

uint16_t vq_peek16(Rig *rig, uint64_t address)
{
    uint16_t value;
    vq_peek(rig, address, &value, sizeof value);
    return value;
}

void vq_desc(Vq *vq, unsigned at, uint64_t address, uint32_t size, uint16_t flags, uint16_t next)
{
    struct {
        uint64_t address;
        uint32_t size;
        uint16_t flags, next;
    } desc = { address, size, flags, next };
    vq_poke(vq->rig, vq->desc + 16 * at, &desc, sizeof desc);
}

void vq_offer(Vq *vq, uint16_t head)
{
    vq_poke16(vq->rig, vq->avail + 4 + 2 * (vq->avail_idx % VQ_NUM), head);
    vq_poke16(vq->rig, vq->avail + 2, ++vq->avail_idx);
}

void vq_kick(Vq *vq)
{
    rig_write(vq->rig, 0x50, 4, vq->index);
}

uint16_t vq_send(Vq *vq, const VqPart *parts, unsigned n)
{
    uint16_t head = vq->next_desc % VQ_NUM;
    for (unsigned i = 0; i < n; i++) {
        uint16_t at = vq->next_desc++ % VQ_NUM, next = vq->next_desc % VQ_NUM;
        vq_desc(vq, at, parts[i].address, parts[i].size,
                (uint16_t)((parts[i].write ? VQ_WRITE : 0) | (i + 1 < n ? VQ_NEXT : 0)), next);
    }
    vq_offer(vq, head);
    vq_kick(vq);
    return head;
}

bool vq_take(Vq *vq, uint32_t *head, uint32_t *written)
{
    uint64_t at = vq->used + 4 + 8 * (vq->used_idx % VQ_NUM);
    if (vq_peek16(vq->rig, vq->used + 2) == vq->used_idx)
        return false;
    vq_peek(vq->rig, at, head, 4);
    vq_peek(vq->rig, at + 4, written, 4);
    vq->used_idx++;
    return true;
}
