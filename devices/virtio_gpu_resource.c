/* SPDX-License-Identifier: MIT */
/*
 * virtio_gpu_resource.c - pictures, and the guest memory behind them; see virtio_gpu_parts.h.
 *
 * Everything counts against the device's memory, small resources as much as a page, so that neither their number nor the
 * length of the lists of memory behind them is without limit.
 */
#include <string.h>

#include "devices/virtio_gpu_parts.h"

/* Bytes of the device's memory that a resource costs at least; and bytes of work that a line or a piece of memory is taken
 * for, beside those that are copied: it costs the host about 60 ns. */
enum { LEAST_COST = 4096, PIECE_WORK = 256 };

/* 5.7.6.8: the colours of a pixel in memory are in the order of the format's name. Bits of each in the little-endian word;
 * where a name has X, nobody looks at `alpha`. */
typedef struct {
    uint32_t number;
    uint8_t red, green, blue, alpha;
} Format;

// clang-format off
static const Format formats[] = {
    {   1, 16,  8,  0, 24 }, /* B8G8R8A8 */
    {   2, 16,  8,  0, 24 }, /* B8G8R8X8 */
    {   3,  8, 16, 24,  0 }, /* A8R8G8B8 */
    {   4,  8, 16, 24,  0 }, /* X8R8G8B8 */
    {  67,  0,  8, 16, 24 }, /* R8G8B8A8 */
    {  68, 24, 16,  8,  0 }, /* X8B8G8R8 */
    { 121, 24, 16,  8,  0 }, /* A8B8G8R8 */
    { 134,  0,  8, 16, 24 }, /* R8G8B8X8 */
};
// clang-format on

static const Format *find_format(uint32_t number)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (formats[i].number == number)
            return &formats[i];
    return NULL;
}

/* What came from memory becomes 0xAARRGGBB. */
static void convert(const Format *format, uint32_t *pixels, size_t n)
{
    if (format->alpha == 24 && format->red == 16)
        return; /* it is so */
    for (size_t i = 0; i < n; i++) {
        uint32_t from = pixels[i];
        pixels[i] = (from >> format->alpha & 0xff) << 24 | (from >> format->red & 0xff) << 16 |
                    (from >> format->green & 0xff) << 8 | (from >> format->blue & 0xff);
    }
}

GpuResource *gpu_find(const VirtioGpu *gpu, uint32_t id)
{
    return g_tree_lookup(gpu->resources, GUINT_TO_POINTER(id));
}

bool gpu_is_inside(const GpuRect *part, const GpuResource *resource)
{
    return part->x <= resource->width && part->width <= resource->width - part->x &&
           part->y <= resource->height && part->height <= resource->height - part->y;
}

static bool has_sides(const GpuResource *resource)
{
    return resource->width && resource->width <= GPU_MOST_SIDE && resource->height &&
           resource->height <= GPU_MOST_SIDE;
}

bool gpu_can_show(const GpuRect *part, const GpuResource *resource)
{
    return part->width && part->width <= VIRTIO_GPU_MOST_SIDE && part->height &&
           part->height <= VIRTIO_GPU_MOST_SIDE && gpu_is_inside(part, resource);
}

bool gpu_cost(const VirtioGpu *gpu, const GpuResource *resource, uint64_t *cost)
{
    uint64_t pixels = (uint64_t)resource->width * resource->height;
    if (!resource->id || !find_format(resource->format) || !has_sides(resource) ||
        resource->n_entries > GPU_MOST_ENTRIES || pixels > gpu->config.memory / 4)
        return false;
    *cost = MAX(4 * pixels, LEAST_COST) + resource->n_entries * sizeof(GpuEntry);
    return *cost <= gpu->config.memory - gpu->used;
}

bool gpu_add(VirtioGpu *gpu, const GpuResource *resource)
{
    size_t pixels = (size_t)resource->width * resource->height;
    uint64_t cost = 0;
    bool possible = gpu_cost(gpu, resource, &cost);
    g_assert(possible);
    GpuResource *own = g_memdup2(resource, sizeof *resource);
    own->pixels = g_try_malloc0(4 * pixels);
    if (!own->pixels) {
        g_free(own);
        return false;
    }
    own->entries = own->n_entries ? g_new0(GpuEntry, own->n_entries) : NULL;
    gpu->used += cost;
    g_tree_insert(gpu->resources, GUINT_TO_POINTER(own->id), own);
    return true;
}

uint32_t gpu_create(VirtioGpu *gpu, const GpuResource *resource)
{
    uint64_t cost;
    if (!resource->id || gpu_find(gpu, resource->id))
        return GPU_INVALID_RESOURCE;
    if (!find_format(resource->format) || !has_sides(resource))
        return GPU_INVALID_PARAMETER;
    return gpu_cost(gpu, resource, &cost) && gpu_add(gpu, resource) ? GPU_OK : GPU_OUT_OF_MEMORY;
}

/* Memory behind it. */

/* Its ends tell: what lies between them is looked at when it is copied. */
static bool is_memory(const VirtioGpu *gpu, const GpuEntry *entry)
{
    Device *dev = gpu->backend.virtio->dev;
    uint8_t byte;
    return !entry->size || (entry->address <= UINT64_MAX - entry->size &&
                            device_dma_read(dev, entry->address, &byte, 1) &&
                            device_dma_read(dev, entry->address + entry->size - 1, &byte, 1));
}

uint32_t gpu_attach(VirtioGpu *gpu, GpuResource *resource, GpuRequest *request, uint32_t n_entries)
{
    uint64_t size = n_entries * sizeof(GpuEntry);
    if (resource->entries || n_entries > GPU_MOST_ENTRIES)
        return GPU_UNSPECIFIED;
    if (size > gpu->config.memory - gpu->used)
        return GPU_OUT_OF_MEMORY;
    if (size > request->chain->out_left)
        return GPU_INVALID_PARAMETER;
    if (!n_entries)
        return GPU_OK;
    g_autofree GpuEntry *entries = g_malloc(size);
    gpu->work += PIECE_WORK * n_entries;
    if (!virtchain_get(request->chain, entries, size))
        return GPU_UNSPECIFIED;
    for (uint32_t i = 0; i < n_entries; i++)
        if (!is_memory(gpu, &entries[i]))
            return GPU_UNSPECIFIED;
    resource->entries = g_steal_pointer(&entries);
    resource->n_entries = n_entries;
    gpu->used += size;
    return GPU_OK;
}

void gpu_detach(VirtioGpu *gpu, GpuResource *resource)
{
    gpu->used -= resource->n_entries * sizeof(GpuEntry);
    g_clear_pointer(&resource->entries, g_free);
    resource->n_entries = 0;
}

/* A place in the memory behind a resource; it only moves on. */
typedef struct {
    Device *dev;
    const GpuEntry *entry, *end;
    uint64_t at; /* byte that `entry` begins with */
    bool failed; /* at something that is not RAM */
} Reader;

/* Copies `size` bytes from byte `from`. Returns how many there were: fewer where the memory ends, or is not RAM. */
static uint64_t read_at(Reader *reader, uint64_t from, uint8_t *to, uint64_t size)
{
    uint64_t done = 0;
    while (done < size && reader->entry < reader->end) {
        const GpuEntry *entry = reader->entry;
        uint64_t inside = from + done - reader->at;
        if (inside >= entry->size) {
            reader->at += entry->size;
            reader->entry++;
            continue;
        }
        uint64_t part = MIN(size - done, entry->size - inside);
        reader->failed = !device_dma_read(reader->dev, entry->address + inside, to + done, part);
        if (reader->failed)
            break;
        done += part;
    }
    return done;
}

/* Behind a line that misses `missing` bytes, nothing is there for those below. */
static uint32_t end_early(const Reader *reader, uint64_t missing)
{
    if (reader->failed)
        return GPU_UNSPECIFIED;
    device_guest_error(reader->dev, GUEST_ERROR_QUEUE, missing);
    return GPU_OK;
}

uint32_t gpu_transfer(VirtioGpu *gpu, GpuResource *resource, const GpuRect *part, uint64_t offset)
{
    const Format *format = find_format(resource->format);
    uint64_t stride = 4ull * resource->width, size = 4ull * part->width;
    Reader reader = { .dev = gpu->backend.virtio->dev,
                      .entry = resource->entries,
                      .end = resource->entries + resource->n_entries };
    if (offset >> 63) /* there is nothing, and nothing overflows below it */
        return GPU_INVALID_PARAMETER;
    gpu->work += 2 * size * part->height + PIECE_WORK * (part->height + resource->n_entries);
    for (uint32_t y = 0; y < part->height && part->width; y++) {
        uint32_t *to = resource->pixels + (size_t)(part->y + y) * resource->width + part->x;
        uint64_t there = read_at(&reader, offset + y * stride, (uint8_t *)to, size);
        convert(format, to, there / 4);
        if (there < size)
            return end_early(&reader, size - there);
    }
    return GPU_OK;
}

/* The end. */

static void free_resource(GpuResource *resource)
{
    g_free(resource->entries);
    g_free(resource->pixels);
    g_free(resource);
}

void gpu_destroy(VirtioGpu *gpu, GpuResource *resource)
{
    for (unsigned i = 0; i < gpu->config.n_outputs; i++) {
        GpuOutput *output = &gpu->outputs[i];
        if (output->resource != resource->id)
            continue;
        output->resource = 0;
        output->part = (GpuRect){ 0 };
        gpu_show_output(gpu, i);
    }
    gpu_detach(gpu, resource);
    gpu->used -= MAX(4ull * resource->width * resource->height, LEAST_COST);
    g_tree_remove(gpu->resources, GUINT_TO_POINTER(resource->id));
    free_resource(resource);
}

static gboolean free_one(gpointer id, gpointer resource, gpointer opaque)
{
    (void)id;
    (void)opaque;
    free_resource(resource);
    return FALSE;
}

static gint by_id(gconstpointer a, gconstpointer b)
{
    guint x = GPOINTER_TO_UINT(a), y = GPOINTER_TO_UINT(b);
    return (x > y) - (x < y);
}

void gpu_destroy_all(VirtioGpu *gpu)
{
    if (gpu->resources) {
        g_tree_foreach(gpu->resources, free_one, NULL);
        g_tree_destroy(gpu->resources);
    }
    gpu->resources = g_tree_new(by_id);
    gpu->used = 0;
}
