/* SPDX-License-Identifier: MIT */
/*
 * virtio_console.c - a console with one port behind virtqueues; see virtio_console.h.
 *
 * Input goes straight into the driver's buffers: the device holds none itself and takes nothing
 * while the driver has given it no room.
 */
#include "devices/virtio_console.h"

#include <string.h>

enum { RECEIVE, TRANSMIT, N_QUEUES };
enum { F_EMERGENCY_WRITE = 2, QUEUE_SIZE = 128, CHUNK = 4096 };

/* 5.3.4 */
typedef struct {
    uint16_t cols, rows;
    uint32_t max_ports;
    uint32_t emergency_write;
} Config;

/* Most bytes of one transmission; a driver's buffer is a page. */
enum { TRANSMIT_LIMIT = 1 << 20 };

typedef struct {
    VirtioBackend backend;
    HostChar *chr;
} VirtioConsole;

static uint64_t console_features(const VirtioBackend *backend)
{
    (void)backend;
    return BIT(F_EMERGENCY_WRITE);
}

static void console_read_config(const VirtioBackend *backend, uint8_t *bytes)
{
    (void)backend;
    memcpy(bytes, &(Config){ .max_ports = 1 }, sizeof(Config));
}

static void output(const VirtioBackend *backend, const uint8_t *data, size_t size)
{
    const HostChar *chr = ((const VirtioConsole *)backend)->chr;
    if (chr && chr->write)
        chr->write(chr->host, data, size);
}

/* Works at any time, also before the driver is up: how a dying guest says why. */
static void console_config_written(VirtioBackend *backend, unsigned offset, unsigned size,
                                   uint64_t value)
{
    uint8_t byte = (uint8_t)value;
    (void)size;
    if (offset == offsetof(Config, emergency_write))
        output(backend, &byte, 1);
}

static uint32_t transmit(VirtioBackend *backend, VirtChain *chain)
{
    uint8_t buffer[CHUNK];
    if (chain->out_left > TRANSMIT_LIMIT) {
        device_guest_error(chain->dev, GUEST_ERROR_QUEUE, chain->out_left);
        return 0;
    }
    while (chain->out_left) {
        size_t part = MIN(chain->out_left, CHUNK);
        if (!virtchain_get(chain, buffer, part)) {
            virtio_break(backend->virtio);
            return 0;
        }
        output(backend, buffer, part);
    }
    return 0;
}

/* A buffer is given back as soon as it holds something: nobody knows whether more will be typed. */
static size_t receive(void *device, const uint8_t *data, size_t size)
{
    VirtioConsole *console = device;
    Virtio *virtio = console->backend.virtio;
    VirtChain chain;
    size_t done = 0;
    while (done < size && virtio_pop(virtio, RECEIVE, &chain)) {
        size_t part = MIN(size - done, chain.in_left);
        if (!part || !virtchain_put(&chain, data + done, part)) {
            virtio_break(virtio);
            break;
        }
        virtio_push(virtio, RECEIVE, &chain, (uint32_t)part);
        done += part;
    }
    return done;
}

static void console_notify(VirtioBackend *backend, unsigned queue)
{
    const HostChar *chr = ((VirtioConsole *)backend)->chr;
    if (queue == TRANSMIT)
        virtio_drain(backend->virtio, queue, transmit);
    else if (chr && chr->ready)
        chr->ready(chr->host);
}

static const VirtioBackendType console_type = {
    .name = "console",
    .device_id = 3,
    .n_queues = N_QUEUES,
    .queue_max = QUEUE_SIZE,
    .config_size = sizeof(Config),
    .features = console_features,
    .read_config = console_read_config,
    .config_written = console_config_written,
    .notify = console_notify,
};

VirtioBackend *virtio_console_new(HostChar *chr)
{
    VirtioConsole *console = g_new0(VirtioConsole, 1);
    console->backend.type = &console_type;
    console->chr = chr;
    if (chr) {
        chr->receive = receive;
        chr->device = console;
    }
    return &console->backend;
}
