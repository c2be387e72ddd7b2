/* SPDX-License-Identifier: MIT */
/* graphics.c - the properties of -device virtio-gpu-device; and devices that have no legacy registers. */
#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

bool options_need_modern(const Options *o, const char *driver, GError **error)
{
    return o->machine.virtio_modern ||
           fail(
               error, EXIT_CONFIG,
               "-device %s: it has no legacy registers, and drivers would not find it; add -global "
               "virtio-mmio.force-legacy=false",
               driver);
}

static bool take_number(Props *props, const char *name, unsigned least, unsigned most,
                        unsigned *number, GError **error)
{
    uint64_t value = *number;
    if (!props_number(props, name, &value, error))
        return false;
    *number = (unsigned)value;
    return (value >= least && value <= most) ||
           fail(error, EXIT_USAGE,
                "-device virtio-gpu-device: %s=%" G_GUINT64_FORMAT
                " is not from %u to %u; write %s=%u",
                name, value, least, most, name, value < least ? least : most);
}

bool options_plug_gpu(Options *o, Props *props, VirtioConfig *slot, SlotHost *host, GError **error)
{
    VirtioGpuConfig *gpu = &slot->gpu;
    const char *memory = props_take(props, "max_hostmem");
    (void)host;
    *gpu = (VirtioGpuConfig){
        .n_outputs = 1, .width = 1280, .height = 800, .edid = true, .memory = VIRTIO_GPU_MEMORY
    };
    if (memory &&
        (!parse_size(memory, 1, &gpu->memory) || gpu->memory < 1 << 20 || gpu->memory > 4ull << 30))
        return fail(error, EXIT_USAGE,
                    "-device virtio-gpu-device: max_hostmem=%s is not a size from 1M to 4G; write "
                    "max_hostmem=256M",
                    memory);
    return options_need_modern(o, "virtio-gpu-device", error) &&
           take_number(props, "max_outputs", 1, VIRTIO_GPU_MOST_OUTPUTS, &gpu->n_outputs, error) &&
           take_number(props, "xres", VIRTIO_GPU_LEAST_SIDE, VIRTIO_GPU_MOST_SIDE, &gpu->width,
                       error) &&
           take_number(props, "yres", VIRTIO_GPU_LEAST_SIDE, VIRTIO_GPU_MOST_SIDE, &gpu->height,
                       error) &&
           props_bool(props, "edid", &gpu->edid, error);
}
