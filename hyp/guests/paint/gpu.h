/* SPDX-License-Identifier: MIT */
/*
 * gpu.h - a screen behind virtio-mmio, with modern registers: one command at a time, and each is waited for.
 *
 * Virtual I/O Device 1.2, sections "Virtio Over MMIO" and "GPU Device". Addresses given to the device are physical: the
 * program has its memory mapped so, or translation off.
 */
#ifndef PAINT_GPU_H
#define PAINT_GPU_H

#include "lib/fdt.h"

typedef struct {
    uint32_t x, y, width, height;
} Rect;

typedef struct {
    uintptr_t base; /* of its registers */
    uint32_t outputs;
} Gpu;

/* Finds the first screen and starts its driver. False: there is none, or the device refuses. */
bool gpu_open(Gpu *gpu, const Fdt *fdt);

/* The size that output 0 would like to have. False: it is unplugged. */
bool gpu_wanted(const Gpu *gpu, Rect *size);
/* Has that changed since the last time somebody asked? */
bool gpu_changed(const Gpu *gpu);

/* Output 0 shows these pixels, 0x00RRGGBB, `size.width` from line to line, from now on. They are memory that the device
 * looks at when it is told to, by gpu_update. False: the device refuses. */
bool gpu_show(const Gpu *gpu, const uint32_t *pixels, Rect size);
/* What is in `part` has changed. */
bool gpu_update(const Gpu *gpu, Rect part, uint32_t width);

#endif
