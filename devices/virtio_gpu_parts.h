/* SPDX-License-Identifier: MIT */
/*
 * virtio_gpu_parts.h - the graphics device from inside; see virtio_gpu.h.
 *
 * virtio_gpu.c            the queues, and events from the host
 * virtio_gpu_commands.c   what the driver can ask for
 * virtio_gpu_resource.c   pictures, and the guest memory behind them
 * virtio_gpu_output.c     what is shown where
 * virtio_gpu_state.c      saving and loading
 */
#ifndef DEVICES_VIRTIO_GPU_PARTS_H
#define DEVICES_VIRTIO_GPU_PARTS_H

#include "devices/virtio_gpu.h"

/* Pixels of a pointer's side; of a resource's, at most. */
enum { GPU_POINTER = 64, GPU_MOST_SIDE = 16384 };
enum { GPU_MOST_ENTRIES = 16384, GPU_MOST_ANSWER = 1056 };

/* 5.7.6.7: answers. */
enum {
    GPU_OK = 0x1100,
    GPU_OK_DISPLAY_INFO = 0x1101,
    GPU_OK_EDID = 0x1104,
    GPU_UNSPECIFIED = 0x1200,
    GPU_OUT_OF_MEMORY = 0x1201,
    GPU_INVALID_OUTPUT = 0x1202,
    GPU_INVALID_RESOURCE = 0x1203,
    GPU_INVALID_PARAMETER = 0x1205,
};

typedef struct {
    uint32_t x, y, width, height;
} GpuRect;

/* A piece of guest memory behind a resource, as the driver writes it. */
typedef struct {
    uint64_t address;
    uint32_t size, padding;
} GpuEntry;

/* A picture; its pixels are 0xAARRGGBB whatever the driver's format is. */
typedef struct {
    uint32_t id, format, width, height;
    uint32_t n_entries;
    GpuEntry *entries; /* NULL: no memory is behind it */
    uint32_t *pixels;
} GpuResource;

typedef struct {
    /* What the host would like, not touched by resets. */
    bool enabled;
    uint32_t width, height;
    /* What it shows. */
    uint32_t resource; /* 0: nothing */
    GpuRect part;      /* of it */
    /* Its pointer. */
    bool pointed;
    uint32_t pointer_x, pointer_y; /* of the picture's corner, as numbers with a sign */
    uint32_t hot_x, hot_y;
    uint32_t picture[GPU_POINTER * GPU_POINTER];
} GpuOutput;

typedef struct {
    VirtioBackend backend;
    VirtioGpuConfig config;
    HostDisplay *display;
    HostChar *control;
    GTree *resources; /* by id; of GpuResource */
    uint64_t used;    /* bytes of config.memory; follows from the resources */
    uint32_t events;
    Timer rest;    /* commands are left for later */
    uint64_t work; /* bytes that this turn has moved; not state */
    GpuOutput outputs[VIRTIO_GPU_MOST_OUTPUTS];
} VirtioGpu;

/* One command being worked on. */
typedef struct {
    VirtChain *chain;                /* at the end of the command's fixed part */
    GpuResource *resource;           /* that it is about; NULL: none */
    uint8_t answer[GPU_MOST_ANSWER]; /* without the header */
    uint32_t answer_size;
} GpuRequest;

/* Works on one command of `type`, whose bytes behind the header `chain` has next. Returns what kind of answer it is. */
uint32_t gpu_command(VirtioGpu *gpu, unsigned queue, uint32_t type, GpuRequest *request);

/* Resources. */

/* NULL: there is none. */
GpuResource *gpu_find(const VirtioGpu *gpu, uint32_t id);
/* All of these return an answer. `resource` has its id, format, width and height. */
uint32_t gpu_create(VirtioGpu *gpu, const GpuResource *resource);
uint32_t gpu_attach(VirtioGpu *gpu, GpuResource *resource, GpuRequest *request, uint32_t n_entries);
/* Copies guest memory, from byte `offset` of what is behind the resource, into part `part` of it, which fits. */
uint32_t gpu_transfer(VirtioGpu *gpu, GpuResource *resource, const GpuRect *part, uint64_t offset);
void gpu_detach(VirtioGpu *gpu, GpuResource *resource);
/* The outputs that show it show nothing then. */
void gpu_destroy(VirtioGpu *gpu, GpuResource *resource);
void gpu_destroy_all(VirtioGpu *gpu);
bool gpu_is_inside(const GpuRect *part, const GpuResource *resource);
/* Is it inside, something, and no larger than an output can be? */
bool gpu_can_show(const GpuRect *part, const GpuResource *resource);
/* Is it one that can be made? Sets what it takes of the memory. */
bool gpu_cost(const VirtioGpu *gpu, const GpuResource *resource, uint64_t *cost);
/* Makes it as it is, without contents. False: the host has not so much memory. */
bool gpu_add(VirtioGpu *gpu, const GpuResource *resource);

/* Outputs. */

/* Shows what has changed of `resource`, everywhere that it is shown. */
void gpu_show(VirtioGpu *gpu, const GpuResource *resource, const GpuRect *changed);
/* Shows everything of an output. */
void gpu_show_output(VirtioGpu *gpu, unsigned output);
void gpu_show_pointer(VirtioGpu *gpu, unsigned output, bool with_picture);
void gpu_refresh(VirtioGpu *gpu);

void gpu_visit(VirtioBackend *backend, StateVisitor *visitor);
extern const StateDesc gpu_state;

#endif
