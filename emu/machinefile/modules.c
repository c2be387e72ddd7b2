/* SPDX-License-Identifier: MIT */
/* modules.c - images of partitions, as the hypervisor finds them in memory; see modules.h. */
#include "emu/machinefile/modules.h"

#include <inttypes.h>
#include <string.h>

#include "emu/base/addr.h"
#include "emu/base/error.h"
#include "emu/loader_image.h"
#include "emu/machinefile/check.h"

/* Linux wants its Image on such a multiple. Source: Linux, "RISC-V Kernel Boot Requirements". */
#define BIG_PAGE (2ull << 20)
#define MIB      (1ull << 20)

static void module_free(gpointer data)
{
    MfModule *module = data;
    g_byte_array_free(module->bytes, TRUE);
    g_free(module);
}

GPtrArray *mf_modules_new(void)
{
    return g_ptr_array_new_with_free_func(module_free);
}

MfModule *mf_module_add(GPtrArray *modules, unsigned partition, bool is_initrd)
{
    MfModule *module = g_new0(MfModule, 1);
    module->partition = partition;
    module->is_initrd = is_initrd;
    module->bytes = g_byte_array_new();
    g_ptr_array_add(modules, module);
    return module;
}

/* All parts of the image in one piece. */
static bool flatten(const MachineFile *file, const MfPartition *part, const Image *image,
                    MfModule *module, GError **error)
{
    uint64_t start = UINT64_MAX, end = 0;
    for (guint i = 0; i < image->blobs->len; i++) {
        const Blob *blob = g_ptr_array_index(image->blobs, i);
        start = MIN(start, blob->address);
        end = MAX(end, blob->address + blob->span);
    }
    if (!image->blobs->len || end - start > part->memory.at[0].size || end - start > G_MAXINT32)
        return fail(error, EXIT_CONFIG,
                    "%s:%u: '%s' reaches from 0x%" PRIx64 " to 0x%" PRIx64 ", more than partition "
                    "\"%s\" has in one piece; give it more memory",
                    file->path, mf_line(part->at, "kernel"), part->kernel, start, end, part->name);
    g_byte_array_set_size(module->bytes, (guint)(end - start));
    memset(module->bytes->data, 0, module->bytes->len);
    for (guint i = 0; i < image->blobs->len; i++) {
        const Blob *blob = g_ptr_array_index(image->blobs, i);
        memcpy(module->bytes->data + (blob->address - start), blob->data, blob->size);
    }
    module->load = start;
    module->entry = image->entry;
    return true;
}

static bool load_kernel(const MachineFile *file, unsigned number, GPtrArray *modules,
                        GError **error)
{
    const MfPartition *part = &file->partitions.at[number];
    const MfRegion *region = &part->memory.at[0];
    ImageRequest request = { "kernel", part->kernel, region->address, region->size, true };
    Image *image = image_load(&request, error);
    if (!image) {
        g_prefix_error(error, "%s:%u: ", file->path, mf_line(part->at, "kernel"));
        return false;
    }
    bool ok = flatten(file, part, image, mf_module_add(modules, number, false), error);
    image_free(image);
    return ok;
}

/* As the machine's own initrd: half of memory behind the kernel's start. */
static bool load_initrd(const MachineFile *file, unsigned number, GPtrArray *modules,
                        GError **error)
{
    const MfPartition *part = &file->partitions.at[number];
    const MfRegion *region = &part->memory.at[0];
    const MfModule *kernel = g_ptr_array_index(modules, modules->len - 1);
    uint64_t load = kernel->load + MIN(region->size / 2, 512 * MIB) / PAGE_SIZE * PAGE_SIZE;
    uint64_t after = kernel->load + kernel->bytes->len, end = region->address + region->size;
    MfModule *module = mf_module_add(modules, number, true);
    GByteArray *bytes = image_read_file(part->initrd, region->size, "initrd", error);
    if (!bytes)
        return false;
    g_byte_array_free(module->bytes, TRUE);
    module->bytes = bytes;
    module->load = MAX(load, (after + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE);
    return module->load + bytes->len <= end ||
           fail(
               error, EXIT_CONFIG,
               "%s:%u: '%s' does not fit behind the kernel of partition \"%s\"; give it more memory",
               file->path, mf_line(part->at, "initrd"), part->initrd, part->name);
}

GPtrArray *mf_modules_load(const MachineFile *file, GError **error)
{
    GPtrArray *modules = mf_modules_new();
    for (unsigned i = 0; i < file->partitions.n; i++) {
        bool has_initrd = file->partitions.at[i].initrd != NULL;
        if (load_kernel(file, i, modules, error) &&
            (!has_initrd || load_initrd(file, i, modules, error)))
            continue;
        g_ptr_array_free(modules, TRUE);
        return NULL;
    }
    return modules;
}

/* The lowest piece of memory with a place of its own that [at, at + size) meets: its start; else 0. */
static uint64_t in_the_way(const MachineFile *file, uint64_t at, uint64_t size)
{
    uint64_t lowest = UINT64_MAX;
    for (unsigned i = 0; i < file->partitions.n; i++) {
        const MfPartition *part = &file->partitions.at[i];
        for (unsigned j = 0; j < part->memory.n; j++) {
            const MfRegion *region = &part->memory.at[j];
            if (mf_at(region->at, "host") && at < region->host + region->size &&
                region->host < at + size)
                lowest = MIN(lowest, region->host);
        }
    }
    for (unsigned i = 0; i < file->shmem.n; i++) {
        const MfShmem *shmem = &file->shmem.at[i];
        if (mf_at(shmem->at, "host") && at < shmem->host + shmem->size && shmem->host < at + size)
            lowest = MIN(lowest, shmem->host);
    }
    return lowest == UINT64_MAX ? 0 : lowest;
}

bool mf_modules_place(GPtrArray *modules, const MachineFile *file, uint64_t bottom, uint64_t top,
                      GError **error)
{
    for (guint i = modules->len; i-- > 0;) {
        MfModule *module = g_ptr_array_index(modules, i);
        uint64_t size = module->bytes->len, way;
        do {
            uint64_t unit = size >= BIG_PAGE ? BIG_PAGE : PAGE_SIZE;
            if (top < size || (top - size) / unit * unit < bottom)
                return fail(error, EXIT_CONFIG,
                            "%s: there is no room for the images of partitions in %" PRIu64
                            "M of RAM; give the machine more memory",
                            file->path, file->machine.memory >> 20);
            module->at = (top - size) / unit * unit;
            way = in_the_way(file, module->at, size);
            top = way ? way : module->at;
        } while (way);
    }
    return true;
}
