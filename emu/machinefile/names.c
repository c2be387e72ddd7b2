/* SPDX-License-Identifier: MIT */
/* names.c - what a machine file calls things of a machine that runs; see names.h. */
#include "emu/machinefile/names.h"

#include <inttypes.h>
#include <string.h>

#include "emu/machinefile/check.h"

static ColorSet set_of(const MfNumbers *colors)
{
    ColorSet set = { { 0 } };
    for (unsigned i = 0; i < colors->n; i++)
        color_set_add(&set, colors->at[i]);
    return set;
}

static void declare(const MfPartition *part, Partitions *parts)
{
    uint32_t harts = 0;
    ColorSet colors = set_of(&part->colors);
    for (unsigned i = 0; i < part->harts.n; i++)
        harts |= UINT32_C(1) << part->harts.at[i] % 32;
    partitions_declare(parts, part->name, harts, part->vmid ? (int)part->vmid : PARTITION_ANY_VMID,
                       part->colors.n ? &colors : NULL, mf_line(part->at, "colors"));
}

/* Devices that a partition has for itself transfer for it. */
static void give_devices(const MachineFile *file, unsigned number, Machine *m)
{
    const MfPartition *part = &file->partitions.at[number];
    MfResource resource;
    for (unsigned i = 0; i < part->devices.n; i++) {
        if (!mf_resource(file, part->devices.at[i], &resource) || !resource.passthrough ||
            !resource.dma)
            continue;
        for (guint j = 0; j < m->devices->len; j++) {
            const Device *dev = g_ptr_array_index(m->devices, j);
            if (dev->base.v == resource.base)
                partitions_give_device(m->partitions, j + 1, number + 1);
        }
    }
}

Partitions *mf_partitions(const MachineFile *file)
{
    Partitions *parts = partitions_new();
    for (unsigned i = 0; i < file->partitions.n; i++)
        declare(&file->partitions.at[i], parts);
    return parts;
}

void mf_declare(const MachineFile *file, Machine *m)
{
    const MfHypervisor *hyp = &file->hypervisor;
    ColorSet own = set_of(&hyp->colors);
    if (hyp->colors.n)
        partitions_color_host(m->partitions, &own, mf_line(hyp->at, "colors"));
    for (unsigned i = 0; i < file->partitions.n; i++)
        declare(&file->partitions.at[i], m->partitions);
    for (unsigned i = 0; i < file->partitions.n; i++)
        give_devices(file, i, m);
    for (unsigned i = 0; i < file->shmem.n; i++)
        if (mf_at(file->shmem.at[i].at, "host"))
            (void)partitions_share(m->partitions, (Spa){ file->shmem.at[i].host },
                                   file->shmem.at[i].size);
}

static char *place_in_memory(const MachineFile *file, const MfPartition *part, uint64_t gpa)
{
    for (unsigned i = 0; i < part->memory.n; i++) {
        const MfRegion *region = &part->memory.at[i];
        if (gpa - region->address < region->size)
            return g_strdup_printf("%s:%u gives partition \"%s\" memory there", file->path,
                                   mf_line(region->at, NULL), part->name);
    }
    for (unsigned i = 0; i < file->shmem.n; i++) {
        const MfShmem *shmem = &file->shmem.at[i];
        for (unsigned j = 0; j < shmem->between.n; j++)
            if (!strcmp(shmem->between.at[j], part->name) && gpa - shmem->address < shmem->size)
                return g_strdup_printf("%s:%u lets partition \"%s\" share \"%s\" there", file->path,
                                       mf_line(shmem->at, NULL), part->name, shmem->name);
    }
    return NULL;
}

char *mf_place(const MachineFile *file, unsigned number, uint64_t gpa)
{
    MfResource resource;
    if (!number || number > file->partitions.n)
        return NULL;
    const MfPartition *part = &file->partitions.at[number - 1];
    char *place = place_in_memory(file, part, gpa);
    if (place)
        return place;
    for (unsigned i = 0; i < part->devices.n; i++)
        if (mf_resource(file, part->devices.at[i], &resource) &&
            gpa - resource.base < resource.size)
            return g_strdup_printf("%s:%u gives partition \"%s\" device \"%s\" there", file->path,
                                   mf_line(part->at, "devices"), part->name, part->devices.at[i]);
    return g_strdup_printf("%s:%u gives partition \"%s\" nothing there", file->path,
                           mf_line(part->at, "memory"), part->name);
}
