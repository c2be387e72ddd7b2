/* SPDX-License-Identifier: MIT */
/*
 * virtio_gpu.c - a graphics device in 2D: its queues, and events from the host; see virtio_gpu.h.
 *
 * Commands are done before the driver's notification returns, so that a fence is reached as soon as its command is
 * answered. One turn moves a limited number of bytes: a driver that wants more has to wait, and so does not hold up
 * everything else on the host.
 */
#include <string.h>

#include "devices/virtio_gpu_parts.h"

enum { CONTROL, POINTER, N_QUEUES };
enum { F_EDID = 1, EVENT_DISPLAY = 1, QUEUE_SIZE = 64, FLAG_FENCE = 1 };

/* Bytes that a turn may move, about two pictures of the largest screens; what a command costs at least; and virtual ns
 * until the next turn. */
enum { TURN = 128 << 20, LEAST_WORK = 4096, NEXT_TURN = 1000000 };

/* 5.7.4 */
typedef struct {
    uint32_t events_read, events_clear, n_outputs, n_capsets;
} Config;

/* 5.7.6.7 */
typedef struct {
    uint32_t type, flags;
    uint64_t fence;
    uint32_t context;
    uint8_t ring, padding[3];
} Header;

static uint64_t gpu_features(const VirtioBackend *backend)
{
    return ((const VirtioGpu *)backend)->config.edid ? BIT(F_EDID) : 0;
}

static void gpu_read_config(const VirtioBackend *backend, uint8_t *bytes)
{
    const VirtioGpu *gpu = (const VirtioGpu *)backend;
    const Config config = { .events_read = gpu->events, .n_outputs = gpu->config.n_outputs };
    memcpy(bytes, &config, sizeof config);
}

static void gpu_config_written(VirtioBackend *backend, unsigned offset, unsigned size,
                               uint64_t value)
{
    VirtioGpu *gpu = (VirtioGpu *)backend;
    (void)size;
    if (offset == offsetof(Config, events_clear))
        gpu->events &= ~(uint32_t)value;
    else
        device_guest_error(backend->virtio->dev, GUEST_ERROR_VALUE, offset);
}

/* Commands. */

/* A driver that gives less room than the answer needs gets what fits. */
static uint32_t answer(VirtioGpu *gpu, VirtChain *chain, const Header *asked, uint32_t type,
                       const GpuRequest *request)
{
    struct {
        Header header;
        uint8_t body[GPU_MOST_ANSWER];
    } all = { .header = { .type = type } };
    uint32_t body = type < GPU_UNSPECIFIED ? request->answer_size : 0;
    if (asked->flags & FLAG_FENCE) {
        all.header.flags = FLAG_FENCE;
        all.header.fence = asked->fence;
        all.header.context = asked->context;
    }
    if (type >= GPU_UNSPECIFIED)
        device_guest_error(chain->dev, GUEST_ERROR_VALUE, type);
    memcpy(all.body, request->answer, body);
    uint32_t size = (uint32_t)MIN(sizeof all.header + body, chain->in_left);
    if (!virtchain_put(chain, &all, size))
        virtio_break(gpu->backend.virtio);
    return size;
}

static uint32_t handle(VirtioGpu *gpu, unsigned queue, VirtChain *chain)
{
    Header header;
    GpuRequest request = { .chain = chain };
    if (!virtchain_get(chain, &header, sizeof header)) {
        virtio_break(gpu->backend.virtio);
        return 0;
    }
    gpu->work += LEAST_WORK;
    uint32_t type = gpu_command(gpu, queue, header.type, &request);
    return gpu->backend.virtio->broken ? 0 : answer(gpu, chain, &header, type, &request);
}

static void serve(VirtioGpu *gpu, unsigned queue)
{
    Virtio *virtio = gpu->backend.virtio;
    VirtChain chain;
    for (unsigned n = 0; n < virtio->queues[queue].num; n++) {
        if (gpu->work >= TURN) {
            timer_set(virtio->dev->clock, &gpu->rest, clock_now(virtio->dev->clock) + NEXT_TURN);
            return;
        }
        if (!virtio_pop(virtio, queue, &chain))
            return;
        uint32_t written = handle(gpu, queue, &chain);
        if (virtio->broken)
            return;
        virtio_push(virtio, queue, &chain, written);
    }
}

static void gpu_notify(VirtioBackend *backend, unsigned queue)
{
    VirtioGpu *gpu = (VirtioGpu *)backend;
    if (gpu->rest.deadline != CLOCK_NEVER)
        return; /* its turn will come */
    gpu->work = 0;
    serve(gpu, queue);
}

static void next_turn(void *opaque)
{
    VirtioGpu *gpu = opaque;
    Virtio *virtio = gpu->backend.virtio;
    timer_set(virtio->dev->clock, &gpu->rest, CLOCK_NEVER);
    gpu->work = 0;
    for (unsigned queue = 0; queue < N_QUEUES; queue++)
        if (virtio_is_driven(virtio) && virtio->queues[queue].ready)
            serve(gpu, queue);
}

/* The host. */

static void set_size(VirtioGpu *gpu, const uint32_t record[4])
{
    GpuOutput *output = &gpu->outputs[record[0]];
    bool enabled = record[1] && record[2];
    uint32_t width = enabled ? CLAMP(record[1], VIRTIO_GPU_LEAST_SIDE, VIRTIO_GPU_MOST_SIDE)
                             : output->width,
             height = enabled ? CLAMP(record[2], VIRTIO_GPU_LEAST_SIDE, VIRTIO_GPU_MOST_SIDE)
                              : output->height;
    if (enabled == output->enabled && width == output->width && height == output->height)
        return;
    output->enabled = enabled;
    output->width = width;
    output->height = height;
    gpu->events |= EVENT_DISPLAY;
    virtio_config_changed(gpu->backend.virtio);
}

static size_t receive(void *device, const uint8_t *data, size_t size)
{
    VirtioGpu *gpu = device;
    uint32_t record[4];
    size_t taken = 0;
    for (; size - taken >= sizeof record; taken += sizeof record) {
        memcpy(record, data + taken, sizeof record);
        if (record[0] < gpu->config.n_outputs)
            set_size(gpu, record);
    }
    return taken;
}

/* Life. */

static void gpu_plugged(VirtioBackend *backend)
{
    VirtioGpu *gpu = (VirtioGpu *)backend;
    clock_add_timer(backend->virtio->dev->clock, &gpu->rest, next_turn, gpu);
    gpu->rest.deadline = CLOCK_NEVER;
}

static void gpu_reset(VirtioBackend *backend)
{
    VirtioGpu *gpu = (VirtioGpu *)backend;
    gpu_destroy_all(gpu);
    gpu->events = 0;
    timer_set(backend->virtio->dev->clock, &gpu->rest, CLOCK_NEVER);
    for (unsigned i = 0; i < gpu->config.n_outputs; i++) {
        GpuOutput *output = &gpu->outputs[i];
        *output = (GpuOutput){ .enabled = output->enabled,
                               .width = output->width,
                               .height = output->height };
    }
    gpu_refresh(gpu);
}

static void gpu_finalize(VirtioBackend *backend)
{
    VirtioGpu *gpu = (VirtioGpu *)backend;
    gpu_destroy_all(gpu);
    g_tree_destroy(gpu->resources);
}

static const VirtioBackendType gpu_type = {
    .name = "gpu",
    .device_id = 16,
    .n_queues = N_QUEUES,
    .queue_max = QUEUE_SIZE,
    .config_size = sizeof(Config),
    .features = gpu_features,
    .read_config = gpu_read_config,
    .config_written = gpu_config_written,
    .notify = gpu_notify,
    .plugged = gpu_plugged,
    .reset = gpu_reset,
    .state = &gpu_state,
    .visit = gpu_visit,
    .finalize = gpu_finalize,
};

VirtioBackend *virtio_gpu_new(const VirtioGpuConfig *config, HostDisplay *display,
                              HostChar *control)
{
    VirtioGpu *gpu = g_new0(VirtioGpu, 1);
    g_assert(config->n_outputs && config->n_outputs <= VIRTIO_GPU_MOST_OUTPUTS);
    gpu->backend.type = &gpu_type;
    gpu->config = *config;
    gpu->display = display;
    gpu->control = control;
    gpu_destroy_all(gpu);
    for (unsigned i = 0; i < config->n_outputs; i++) {
        gpu->outputs[i].enabled = true;
        gpu->outputs[i].width = config->width;
        gpu->outputs[i].height = config->height;
    }
    if (control) {
        control->receive = receive;
        control->device = gpu;
    }
    return &gpu->backend;
}
