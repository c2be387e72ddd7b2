/* SPDX-License-Identifier: MIT */
/* virtio_gpu_output.c - what is shown where; see virtio_gpu_parts.h. */
#include "devices/virtio_gpu_parts.h"

static bool is_watched(const VirtioGpu *gpu)
{
    return gpu->display && gpu->display->show;
}

/* It is work also when nobody looks: a guest runs as it does when somebody does. */
static void show_part(VirtioGpu *gpu, unsigned number, const GpuResource *resource,
                      const GpuRect *changed)
{
    const GpuRect *part = &gpu->outputs[number].part;
    uint32_t left = MAX(part->x, changed->x), top = MAX(part->y, changed->y);
    uint32_t right = MIN(part->x + part->width, changed->x + changed->width);
    uint32_t bottom = MIN(part->y + part->height, changed->y + changed->height);
    if (left >= right || top >= bottom)
        return;
    const HostImage image = {
        .width = part->width,
        .height = part->height,
        .stride = resource->width,
        .pixels = resource->pixels + (size_t)part->y * resource->width + part->x,
    };
    gpu->work += 4ull * (right - left) * (bottom - top);
    if (is_watched(gpu))
        gpu->display->show(gpu->display->host, number, &image, left - part->x, top - part->y,
                           right - left, bottom - top);
}

void gpu_show(VirtioGpu *gpu, const GpuResource *resource, const GpuRect *changed)
{
    for (unsigned i = 0; i < gpu->config.n_outputs; i++)
        if (gpu->outputs[i].resource == resource->id)
            show_part(gpu, i, resource, changed);
}

void gpu_show_output(VirtioGpu *gpu, unsigned number)
{
    const GpuOutput *output = &gpu->outputs[number];
    const GpuResource *resource = output->resource ? gpu_find(gpu, output->resource) : NULL;
    if (resource)
        show_part(gpu, number, resource, &output->part);
    else if (is_watched(gpu))
        gpu->display->show(gpu->display->host, number, &(HostImage){ 0 }, 0, 0, 0, 0);
}

/* Far outside is outside: so nobody who adds to it has to think of overflows. */
static int place(uint32_t written)
{
    enum { FAR = 65536 };
    return CLAMP((int32_t)written, -FAR, FAR);
}

void gpu_show_pointer(VirtioGpu *gpu, unsigned number, bool with_picture)
{
    const GpuOutput *output = &gpu->outputs[number];
    const HostCursor cursor = {
        .visible = output->pointed,
        .x = place(output->pointer_x),
        .y = place(output->pointer_y),
        .hot_x = output->hot_x,
        .hot_y = output->hot_y,
        .pixels = with_picture ? output->picture : NULL,
    };
    if (gpu->display && gpu->display->point)
        gpu->display->point(gpu->display->host, number, &cursor);
}

void gpu_refresh(VirtioGpu *gpu)
{
    for (unsigned i = 0; i < gpu->config.n_outputs; i++) {
        gpu_show_output(gpu, i);
        gpu_show_pointer(gpu, i, true);
    }
}
