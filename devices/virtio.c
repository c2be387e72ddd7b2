/* SPDX-License-Identifier: MIT */
/* virtio.c - the half of every virtio device that is the same; see virtio.h. */
#include "devices/virtio.h"

#include <string.h>

void virtio_init(Virtio *virtio, Device *dev, VirtioBackend *backend)
{
    virtio->dev = dev;
    virtio->backend = backend;
    if (!backend)
        return;
    g_assert(backend->type->n_queues <= VIRTIO_MAX_QUEUES);
    g_assert(backend->type->config_size <= VIRTIO_CONFIG_SIZE);
    backend->virtio = virtio;
    for (unsigned i = 0; i < backend->type->n_queues; i++)
        virtio->queues[i] = (VirtQueue){
            .dev = dev,
            .features = &virtio->features,
            .max = backend->type->queue_max,
            .num = backend->type->queue_max,
        };
    if (backend->type->plugged)
        backend->type->plugged(backend);
}

void virtio_backend_free(VirtioBackend *backend)
{
    if (backend && backend->type->finalize)
        backend->type->finalize(backend);
    g_free(backend);
}

unsigned virtio_n_queues(const Virtio *virtio)
{
    return virtio->backend ? virtio->backend->type->n_queues : 0;
}

void virtio_reset(Virtio *virtio)
{
    virtio->features = 0;
    virtio->status = 0;
    virtio->broken = false;
    for (unsigned i = 0; i < virtio_n_queues(virtio); i++)
        virtqueue_reset(&virtio->queues[i]);
    if (virtio->backend && virtio->backend->type->reset)
        virtio->backend->type->reset(virtio->backend);
}

uint64_t virtio_offered(const Virtio *virtio)
{
    uint64_t common = VIRTIO_F_INDIRECT | VIRTIO_F_EVENT_IDX |
                      (virtio->modern ? VIRTIO_F_VERSION_1 : VIRTIO_F_ANY_LAYOUT);
    const VirtioBackend *backend = virtio->backend;
    if (!backend)
        return 0;
    return common | (backend->type->features ? backend->type->features(backend) : 0);
}

/* Features are settled before FEATURES_OK; the legacy interface has no such step, only the start
 * of operation. */
void virtio_accept(Virtio *virtio, unsigned half, uint32_t features)
{
    unsigned settled = virtio->modern ? VIRTIO_FEATURES_OK : VIRTIO_DRIVER_OK;
    if (half > 1 || virtio->status & settled) {
        device_guest_error(virtio->dev, GUEST_ERROR_VALUE, features);
        return;
    }
    virtio->features = set_bits(virtio->features, 32 * half + 31, 32 * half, features);
    if (!virtio->modern)
        virtio->features &= virtio_offered(virtio);
}

/* 2.2.2: a driver that wants features nobody offered is not given FEATURES_OK. One that does
 * without VERSION_1 is: small teaching systems drive a version 1 transport without it, and the
 * rings are the same. */
void virtio_set_status(Virtio *virtio, uint8_t status)
{
    if (!status) {
        virtio_reset(virtio);
        return;
    }
    if (virtio->modern && virtio->features & ~virtio_offered(virtio)) {
        device_guest_error(virtio->dev, GUEST_ERROR_VALUE, virtio->features);
        status &= (uint8_t)~VIRTIO_FEATURES_OK;
    }
    virtio->status = status | (virtio->status & VIRTIO_NEEDS_RESET);
}

/* The legacy interface lets drivers use queues before DRIVER_OK (3.1.2). */
bool virtio_is_driven(const Virtio *virtio)
{
    return !virtio->broken && (virtio->status & VIRTIO_DRIVER_OK || !virtio->modern);
}

void virtio_break(Virtio *virtio)
{
    virtio->broken = true;
    if (!virtio->modern)
        return;
    virtio->status |= VIRTIO_NEEDS_RESET;
    if (virtio->status & VIRTIO_DRIVER_OK)
        virtio->interrupt(virtio, VIRTIO_CONFIG_CHANGED);
}

void virtio_config_changed(Virtio *virtio)
{
    virtio->generation++;
    if (virtio->status & VIRTIO_DRIVER_OK)
        virtio->interrupt(virtio, VIRTIO_CONFIG_CHANGED);
}

void virtio_notify(Virtio *virtio, unsigned queue)
{
    if (queue >= virtio_n_queues(virtio))
        device_guest_error(virtio->dev, GUEST_ERROR_VALUE, queue);
    else if (virtio_is_driven(virtio) && virtio->queues[queue].ready)
        virtio->backend->type->notify(virtio->backend, queue);
}

bool virtio_pop(Virtio *virtio, unsigned queue, VirtChain *chain)
{
    VirtQueue *from = &virtio->queues[queue];
    bool empty = true;
    if (!virtio_is_driven(virtio) || !from->ready)
        return false;
    if (virtqueue_is_empty(from, &empty) && (empty || virtqueue_pop(from, chain)))
        return !empty;
    virtio_break(virtio);
    return false;
}

bool virtio_has_buffers(Virtio *virtio, unsigned queue, unsigned n)
{
    VirtQueue *from = &virtio->queues[queue];
    unsigned waiting = 0;
    if (!virtio_is_driven(virtio) || !from->ready)
        return false;
    if (!virtqueue_count(from, &waiting) || (waiting < n && !virtqueue_ask(from)))
        virtio_break(virtio);
    return waiting >= n;
}

static void signal_driver(Virtio *virtio, unsigned queue)
{
    bool wanted;
    if (!virtqueue_signal(&virtio->queues[queue], &wanted))
        virtio_break(virtio);
    else if (wanted)
        virtio->interrupt(virtio, (int)queue);
}

void virtio_push(Virtio *virtio, unsigned queue, const VirtChain *chain, uint32_t written)
{
    if (virtqueue_push(&virtio->queues[queue], chain, written))
        signal_driver(virtio, queue);
    else
        virtio_break(virtio);
}

void virtio_drain(Virtio *virtio, unsigned queue,
                  uint32_t (*handle)(VirtioBackend *backend, VirtChain *chain))
{
    VirtChain chain;
    unsigned n = 0;
    while (n < virtio->queues[queue].num && virtio_pop(virtio, queue, &chain)) {
        uint32_t written = handle(virtio->backend, &chain);
        if (virtio->broken)
            return;
        n++;
        if (!virtqueue_push(&virtio->queues[queue], &chain, written)) {
            virtio_break(virtio);
            return;
        }
    }
    if (n && !virtio->broken)
        signal_driver(virtio, queue);
}

uint64_t virtio_read_config(const Virtio *virtio, uint64_t offset, unsigned size)
{
    uint8_t config[VIRTIO_CONFIG_SIZE + 8] = { 0 };
    uint64_t value = 0;
    if (!virtio->backend || !virtio->backend->type->read_config || offset >= VIRTIO_CONFIG_SIZE)
        return 0;
    virtio->backend->type->read_config(virtio->backend, config);
    memcpy(&value, config + offset, size);
    return value;
}

void virtio_write_config(Virtio *virtio, uint64_t offset, unsigned size, uint64_t value)
{
    const VirtioBackendType *type = virtio->backend ? virtio->backend->type : NULL;
    if (type && type->config_written && offset + size <= type->config_size)
        type->config_written(virtio->backend, (unsigned)offset, size, value);
    else
        device_guest_error(virtio->dev, GUEST_ERROR_REGISTER, offset);
}

static const StateField virtio_fields[] = {
    STATE(Virtio, features),
    STATE(Virtio, generation),
    STATE(Virtio, status),
    STATE(Virtio, broken),
    STATE_END,
};
static const StateDesc virtio_state = { .name = "virtio", .version = 2, .fields = virtio_fields };

void virtio_visit(Virtio *virtio, StateVisitor *visitor)
{
    VirtioBackend *backend = virtio->backend;
    if (!backend)
        return;
    g_autofree char *name = g_strdup_printf("%s.%s", virtio->dev->id, backend->type->name);
    state_visit(visitor, name, &virtio_state, virtio);
    for (unsigned i = 0; i < backend->type->n_queues; i++) {
        g_autofree char *queue = g_strdup_printf("%s.queue%u", name, i);
        state_visit(visitor, queue, &virtqueue_state, &virtio->queues[i]);
    }
    if (backend->type->state)
        state_visit(visitor, name, backend->type->state, backend);
    if (backend->type->visit)
        backend->type->visit(backend, visitor);
}
