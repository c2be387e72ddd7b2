/* SPDX-License-Identifier: MIT */
/*
 * virtio_net.c - a network card behind virtqueues; see virtio_net.h.
 *
 * No checksums, no segmentation, no merged buffers: a frame is a chain. A frame that comes in goes
 * straight into the driver's next buffer; while there is none the host keeps it.
 */
#include "devices/virtio_net.h"

#include <string.h>

enum { RECEIVE, TRANSMIT, N_QUEUES };
enum { F_MAC = 5, F_STATUS = 16, QUEUE_SIZE = 256, STATUS_LINK_UP = 1 };

/* 5.1.6: the header of a frame. `n_buffers` is absent under the legacy interface. */
typedef struct {
    uint8_t flags, gso_type;
    uint16_t header_size, gso_size, checksum_start, checksum_offset, n_buffers;
} Header;

enum { LEGACY_HEADER_SIZE = offsetof(Header, n_buffers) };

/* Largest frame sent, without its header: more than any without segmentation needs. */
enum { FRAME_LIMIT = 9216 };

/* 5.1.4 */
typedef struct {
    uint8_t mac[VIRTIO_NET_MAC_SIZE];
    uint16_t status;
} Config;

typedef struct {
    VirtioBackend backend;
    HostNet *net;
    uint8_t mac[VIRTIO_NET_MAC_SIZE];
} VirtioNet;

const uint8_t virtio_net_default_mac[] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };

static uint64_t net_features(const VirtioBackend *backend)
{
    (void)backend;
    return BIT(F_MAC) | BIT(F_STATUS);
}

static void net_read_config(const VirtioBackend *backend, uint8_t *bytes)
{
    Config config = { .status = STATUS_LINK_UP };
    memcpy(config.mac, ((const VirtioNet *)backend)->mac, sizeof config.mac);
    memcpy(bytes, &config, sizeof config);
}

static size_t header_size(const Virtio *virtio)
{
    return virtio->features & VIRTIO_F_VERSION_1 ? sizeof(Header) : LEGACY_HEADER_SIZE;
}

static uint32_t transmit(VirtioBackend *backend, VirtChain *chain)
{
    const HostNet *net = ((VirtioNet *)backend)->net;
    uint8_t frame[FRAME_LIMIT];
    Header header;
    uint64_t size = chain->out_left - header_size(backend->virtio);
    if (size > FRAME_LIMIT) { /* also: less than a header */
        device_guest_error(chain->dev, GUEST_ERROR_QUEUE, chain->out_left);
        return 0;
    }
    if (!virtchain_get(chain, &header, header_size(backend->virtio)) ||
        !virtchain_get(chain, frame, size))
        virtio_break(backend->virtio);
    else if (net && net->send)
        net->send(net->host, frame, size);
    return 0;
}

/* Without a driver frames fall on the floor, as on a real card; without a buffer they wait. One
 * too long for the driver's buffer is dropped and the buffer kept. */
static bool receive(void *device, const uint8_t *frame, size_t size)
{
    VirtioNet *card = device;
    Virtio *virtio = card->backend.virtio;
    size_t before = header_size(virtio);
    Header header = { .n_buffers = 1 };
    VirtChain chain;
    if (!virtio_is_driven(virtio) || !virtio->queues[RECEIVE].ready)
        return true;
    if (!virtio_pop(virtio, RECEIVE, &chain))
        return virtio->broken;
    if (before + size > chain.in_left) {
        virtqueue_unpop(&virtio->queues[RECEIVE]);
        return true;
    }
    if (virtchain_put(&chain, &header, before) && virtchain_put(&chain, frame, size))
        virtio_push(virtio, RECEIVE, &chain, (uint32_t)(before + size));
    else
        virtio_break(virtio);
    return true;
}

static void net_notify(VirtioBackend *backend, unsigned queue)
{
    const HostNet *net = ((VirtioNet *)backend)->net;
    if (queue == TRANSMIT)
        virtio_drain(backend->virtio, queue, transmit);
    else if (net && net->ready)
        net->ready(net->host);
}

static const VirtioBackendType net_type = {
    .name = "net",
    .device_id = 1,
    .n_queues = N_QUEUES,
    .queue_max = QUEUE_SIZE,
    .config_size = sizeof(Config),
    .features = net_features,
    .read_config = net_read_config,
    .notify = net_notify,
};

VirtioBackend *virtio_net_new(HostNet *net, const uint8_t mac[VIRTIO_NET_MAC_SIZE])
{
    VirtioNet *card = g_new0(VirtioNet, 1);
    card->backend.type = &net_type;
    card->net = net;
    memcpy(card->mac, mac, sizeof card->mac);
    if (net) {
        net->receive = receive;
        net->device = card;
    }
    return &card->backend;
}
