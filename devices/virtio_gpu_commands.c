/* SPDX-License-Identifier: MIT */
/* virtio_gpu_commands.c - what the driver can ask for (5.7.6); see virtio_gpu_parts.h. */
#include <string.h>

#include "devices/edid.h"
#include "devices/virtio_gpu_parts.h"

enum { CONTROL, POINTER };

/* 5.7.6.8, 5.7.6.10: what follows the header. */
typedef struct {
    uint32_t output, padding;
} GetEdid;

typedef struct {
    uint32_t resource, format, width, height;
} Create;

typedef struct {
    uint32_t resource, padding;
} OfResource;

typedef struct {
    GpuRect part;
    uint32_t output, resource;
} SetScanout;

typedef struct {
    GpuRect part;
    uint32_t resource, padding;
} Flush;

typedef struct {
    GpuRect part;
    uint64_t offset;
    uint32_t resource, padding;
} Transfer;

typedef struct {
    uint32_t resource, n_entries;
} Attach;

typedef struct {
    uint32_t output, x, y, padding;
    uint32_t resource, hot_x, hot_y, padding2;
} Cursor;

/* Answers. */
typedef struct {
    GpuRect wanted;
    uint32_t enabled, flags;
} DisplayOne;

typedef struct {
    uint32_t size, padding;
    uint8_t edid[1024];
} Edid;

_Static_assert(sizeof(Edid) <= GPU_MOST_ANSWER, "an answer has room for every one");

/* Outputs stand side by side. */
static uint32_t get_display_info(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    DisplayOne all[VIRTIO_GPU_MOST_OUTPUTS] = { 0 };
    uint32_t x = 0;
    (void)command;
    for (unsigned i = 0; i < gpu->config.n_outputs; i++) {
        const GpuOutput *output = &gpu->outputs[i];
        if (!output->enabled)
            continue;
        all[i] = (DisplayOne){ .wanted = { x, 0, output->width, output->height }, .enabled = 1 };
        x += output->width;
    }
    request->answer_size = sizeof all;
    memcpy(request->answer, all, sizeof all);
    return GPU_OK_DISPLAY_INFO;
}

static uint32_t get_edid(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    enum { F_EDID = 1 };
    const GetEdid *c = command;
    Edid answer = { .size = EDID_SIZE };
    if (!(gpu->backend.virtio->features & BIT(F_EDID)))
        return GPU_UNSPECIFIED;
    const GpuOutput *output = &gpu->outputs[c->output];
    edid_write(answer.edid, output->width, output->height, c->output);
    request->answer_size = sizeof answer;
    memcpy(request->answer, &answer, sizeof answer);
    return GPU_OK_EDID;
}

static uint32_t create(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    const Create *c = command;
    (void)request;
    return gpu_create(
        gpu, &(GpuResource){
                 .id = c->resource, .format = c->format, .width = c->width, .height = c->height });
}

static uint32_t unref(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    (void)command;
    gpu_destroy(gpu, request->resource);
    return GPU_OK;
}

static uint32_t attach(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    const Attach *c = command;
    return gpu_attach(gpu, request->resource, request, c->n_entries);
}

static uint32_t detach(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    (void)command;
    if (!request->resource->entries)
        return GPU_UNSPECIFIED;
    gpu_detach(gpu, request->resource);
    return GPU_OK;
}

static uint32_t transfer(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    const Transfer *c = command;
    GpuResource *resource = request->resource;
    if (!resource->entries)
        return GPU_UNSPECIFIED;
    return gpu_is_inside(&c->part, resource) ? gpu_transfer(gpu, resource, &c->part, c->offset)
                                             : GPU_INVALID_PARAMETER;
}

static uint32_t set_scanout(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    const SetScanout *c = command;
    const GpuResource *resource = request->resource;
    if (resource && !gpu_can_show(&c->part, resource))
        return GPU_INVALID_PARAMETER;
    GpuOutput *output = &gpu->outputs[c->output];
    output->resource = c->resource;
    output->part = resource ? c->part : (GpuRect){ 0 };
    gpu_show_output(gpu, c->output);
    return GPU_OK;
}

static uint32_t flush(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    const Flush *c = command;
    if (!gpu_is_inside(&c->part, request->resource))
        return GPU_INVALID_PARAMETER;
    gpu_show(gpu, request->resource, &c->part);
    return GPU_OK;
}

/* Without a resource there is no pointer. */
static uint32_t update_cursor(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    const Cursor *c = command;
    const GpuResource *resource = request->resource;
    if (resource && (resource->width != GPU_POINTER || resource->height != GPU_POINTER ||
                     c->hot_x >= GPU_POINTER || c->hot_y >= GPU_POINTER))
        return GPU_INVALID_PARAMETER;
    GpuOutput *output = &gpu->outputs[c->output];
    output->pointed = resource;
    output->pointer_x = c->x;
    output->pointer_y = c->y;
    if (resource) {
        output->hot_x = c->hot_x;
        output->hot_y = c->hot_y;
        memcpy(output->picture, resource->pixels, sizeof output->picture);
    }
    gpu_show_pointer(gpu, c->output, resource);
    return GPU_OK;
}

static uint32_t move_cursor(VirtioGpu *gpu, const void *command, GpuRequest *request)
{
    const Cursor *c = command;
    (void)request;
    gpu->outputs[c->output].pointer_x = c->x;
    gpu->outputs[c->output].pointer_y = c->y;
    gpu_show_pointer(gpu, c->output, false);
    return GPU_OK;
}

/* 5.7.6.7. What is not here belongs to features that are not offered. `output` and `resource` say where in the body, if at all,
 * the numbers of those are that it is about. */
enum { NONE = -1 };

typedef struct {
    uint32_t type;
    unsigned queue;
    size_t size;
    int output, resource;
    bool optional; /* resource 0 is none */
    uint32_t (*run)(VirtioGpu *gpu, const void *command, GpuRequest *request);
} Command;

// clang-format off
#define IN(type, field) (int)offsetof(type, field)
static const Command commands[] = {
    { 0x100, CONTROL, 0,                  NONE,                   NONE,                     false, get_display_info },
    { 0x101, CONTROL, sizeof(Create),     NONE,                   NONE,                     false, create },
    { 0x102, CONTROL, sizeof(OfResource), NONE,                   IN(OfResource, resource), false, unref },
    { 0x103, CONTROL, sizeof(SetScanout), IN(SetScanout, output), IN(SetScanout, resource), true,  set_scanout },
    { 0x104, CONTROL, sizeof(Flush),      NONE,                   IN(Flush, resource),      false, flush },
    { 0x105, CONTROL, sizeof(Transfer),   NONE,                   IN(Transfer, resource),   false, transfer },
    { 0x106, CONTROL, sizeof(Attach),     NONE,                   IN(Attach, resource),     false, attach },
    { 0x107, CONTROL, sizeof(OfResource), NONE,                   IN(OfResource, resource), false, detach },
    { 0x10a, CONTROL, sizeof(GetEdid),    IN(GetEdid, output),    NONE,                     false, get_edid },
    { 0x300, POINTER, sizeof(Cursor),     IN(Cursor, output),     IN(Cursor, resource),     true,  update_cursor },
    { 0x301, POINTER, sizeof(Cursor),     IN(Cursor, output),     NONE,                     false, move_cursor },
};
// clang-format on

static uint32_t number_at(const void *body, int offset)
{
    uint32_t number;
    memcpy(&number, (const uint8_t *)body + offset, sizeof number);
    return number;
}

static uint32_t run(VirtioGpu *gpu, const Command *command, const void *body, GpuRequest *request)
{
    if (command->output != NONE && number_at(body, command->output) >= gpu->config.n_outputs)
        return GPU_INVALID_OUTPUT;
    if (command->resource != NONE) {
        uint32_t id = number_at(body, command->resource);
        request->resource = gpu_find(gpu, id);
        if (!request->resource && (id || !command->optional))
            return GPU_INVALID_RESOURCE;
    }
    return command->run(gpu, body, request);
}

uint32_t gpu_command(VirtioGpu *gpu, unsigned queue, uint32_t type, GpuRequest *request)
{
    uint64_t body[6]; /* as large as the largest, and aligned for all */
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (commands[i].type != type || commands[i].queue != queue)
            continue;
        g_assert(commands[i].size <= sizeof body);
        if (commands[i].size > request->chain->out_left)
            return GPU_INVALID_PARAMETER;
        if (!virtchain_get(request->chain, body, commands[i].size)) {
            virtio_break(gpu->backend.virtio);
            return GPU_UNSPECIFIED;
        }
        return run(gpu, &commands[i], body, request);
    }
    return GPU_UNSPECIFIED;
}
