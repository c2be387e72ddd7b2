/* SPDX-License-Identifier: MIT */
/*
 * virtio_gpu_state.c - saving and loading a graphics device; see virtio_gpu_parts.h.
 *
 * First comes the list of resources, which says what is to follow: pixels and memory of each. Pixels are bulk data, which
 * checkpoints share as long as they stay the same.
 */
#include <string.h>

#include "devices/virtio_gpu_parts.h"

/* One resource of the list. */
typedef struct {
    uint32_t id, format, width, height, n_entries, padding;
} Listed;

static gboolean list_one(gpointer id, gpointer data, gpointer list)
{
    const GpuResource *resource = data;
    const Listed listed = { .id = resource->id,
                            .format = resource->format,
                            .width = resource->width,
                            .height = resource->height,
                            .n_entries = resource->n_entries };
    (void)id;
    g_byte_array_append(list, (const uint8_t *)&listed, sizeof listed);
    return FALSE;
}

/* Whatever a damaged snapshot says: what cannot be is not made, and then what follows does not fit the list. */
static void make_resources(VirtioGpu *gpu, const GByteArray *list)
{
    gpu_destroy_all(gpu);
    for (guint at = 0; at + sizeof(Listed) <= list->len; at += sizeof(Listed)) {
        Listed listed;
        uint64_t cost;
        memcpy(&listed, list->data + at, sizeof listed);
        const GpuResource resource = { .id = listed.id,
                                       .format = listed.format,
                                       .width = listed.width,
                                       .height = listed.height,
                                       .n_entries = listed.n_entries };
        if (!gpu_cost(gpu, &resource, &cost) || gpu_find(gpu, listed.id) ||
            !gpu_add(gpu, &resource))
            return;
    }
}

typedef struct {
    StateVisitor *visitor;
    const char *device;
} Visit;

static gboolean visit_one(gpointer id, gpointer data, gpointer opaque)
{
    GpuResource *resource = data;
    const Visit *visit = opaque;
    (void)id;
    g_autofree char *name = g_strdup_printf("%s.gpu.%u", visit->device, resource->id);
    g_autofree char *memory = g_strdup_printf("%s.memory", name);
    visit->visitor->blob(visit->visitor, name, resource->pixels,
                         4 * (size_t)resource->width * resource->height);
    if (resource->entries)
        visit->visitor->blob(visit->visitor, memory, resource->entries,
                             resource->n_entries * sizeof *resource->entries);
    return FALSE;
}

// clang-format off
static const StateField output_fields[] = {
    STATE(GpuOutput, enabled), STATE(GpuOutput, width), STATE(GpuOutput, height),
    STATE(GpuOutput, resource), STATE(GpuOutput, part.x), STATE(GpuOutput, part.y),
    STATE(GpuOutput, part.width), STATE(GpuOutput, part.height),
    STATE(GpuOutput, pointed), STATE(GpuOutput, pointer_x), STATE(GpuOutput, pointer_y),
    STATE(GpuOutput, hot_x), STATE(GpuOutput, hot_y), STATE_END,
};
// clang-format on
static const StateDesc output_state = { "gpu_output", 1, output_fields, NULL };

static const StateField gpu_fields[] = {
    STATE(VirtioGpu, events),
    STATE(VirtioGpu, rest.deadline),
    STATE(VirtioGpu, rest.order),
    STATE_END,
};
const StateDesc gpu_state = { "virtio_gpu", 1, gpu_fields, NULL };

/* Outputs show parts of resources that there are, and have a size that they could have been given. */
static void make_legal(const VirtioGpu *gpu, GpuOutput *output)
{
    const GpuResource *resource = gpu_find(gpu, output->resource);
    if (!resource || !gpu_can_show(&output->part, resource)) {
        output->resource = 0;
        output->part = (GpuRect){ 0 };
    }
    output->width = CLAMP(output->width, VIRTIO_GPU_LEAST_SIDE, VIRTIO_GPU_MOST_SIDE);
    output->height = CLAMP(output->height, VIRTIO_GPU_LEAST_SIDE, VIRTIO_GPU_MOST_SIDE);
    output->hot_x = MIN(output->hot_x, GPU_POINTER - 1);
    output->hot_y = MIN(output->hot_y, GPU_POINTER - 1);
}

void gpu_visit(VirtioBackend *backend, StateVisitor *visitor)
{
    VirtioGpu *gpu = (VirtioGpu *)backend;
    const char *device = backend->virtio->dev->id;
    g_autoptr(GByteArray) list = g_byte_array_new();
    g_autofree char *name = g_strdup_printf("%s.gpu.resources", device);
    g_tree_foreach(gpu->resources, list_one, list);
    visitor->array(visitor, name, list);
    if (visitor->loads)
        make_resources(gpu, list);
    g_tree_foreach(gpu->resources, visit_one, &(Visit){ visitor, device });
    for (unsigned i = 0; i < gpu->config.n_outputs; i++) {
        GpuOutput *output = &gpu->outputs[i];
        g_autofree char *own = g_strdup_printf("%s.gpu.output%u", device, i);
        g_autofree char *pointer = g_strdup_printf("%s.pointer", own);
        state_visit(visitor, own, &output_state, output);
        visitor->blob(visitor, pointer, output->picture, sizeof output->picture);
        if (visitor->loads)
            make_legal(gpu, output);
    }
    if (visitor->loads)
        gpu_refresh(gpu);
}
