/* SPDX-License-Identifier: MIT */
/* check_shmem.c - memory that partitions share, and its doorbells. */
#include <inttypes.h>
#include <string.h>

#include "emu/base/nearest.h"
#include "emu/machinefile/check.h"
#include "mmu/bus.h"

static const MfPartition *find_partition(const MachineFile *file, const char *name)
{
    for (unsigned i = 0; i < file->partitions.n; i++)
        if (file->partitions.at[i].name && !strcmp(file->partitions.at[i].name, name))
            return &file->partitions.at[i];
    return NULL;
}

static void unknown_partition(MachineFile *file, const MfShmem *shmem, const char *name)
{
    const char *names[MF_MOST_GROUPS + 1] = { NULL };
    unsigned n = 0;
    for (unsigned i = 0; i < file->partitions.n; i++)
        if (file->partitions.at[i].name)
            names[n++] = file->partitions.at[i].name;
    const char *near = nearest_word(name, names);
    if (near)
        MF_ERROR(file, shmem, "between", "no partition is called \"%s\"; did you mean \"%s\"?",
                 name, near);
    else
        MF_ERROR(file, shmem, "between", "no partition is called \"%s\"; write names of partitions",
                 name);
}

/* The device of a partition whose interrupt this is; NULL: none. */
static const char *rings_already(const MachineFile *file, const MfPartition *part,
                                 uint64_t interrupt)
{
    MfResource resource;
    for (unsigned i = 0; i < part->devices.n; i++)
        if (mf_resource(file, part->devices.at[i], &resource) && resource.interrupt == interrupt)
            return part->devices.at[i];
    return NULL;
}

static bool is_user(const MfShmem *shmem, const char *name)
{
    for (unsigned i = 0; i < shmem->between.n; i++)
        if (!strcmp(shmem->between.at[i], name))
            return true;
    return false;
}

/* Nor is what this partition shares besides, before it in the file. */
static void check_others(MachineFile *file, const MfShmem *shmem, const MfPartition *part)
{
    for (const MfShmem *other = file->shmem.at; other < shmem; other++) {
        if (!is_user(other, part->name))
            continue;
        if (mf_at(shmem->at, "address") && mf_at(other->at, "address") &&
            shmem->address < other->address + other->size &&
            other->address < shmem->address + shmem->size)
            MF_ERROR(file, shmem, "address",
                     "partition \"%s\" sees other shared memory there (line %u); write address = "
                     "0x%" PRIx64,
                     part->name, mf_line(other->at, NULL), other->address + other->size);
        if (shmem->interrupt && shmem->interrupt == other->interrupt)
            MF_ERROR(file, shmem, "interrupt",
                     "interrupt %" PRIu64
                     " of partition \"%s\" is a doorbell already (line %u); choose one that is "
                     "free",
                     shmem->interrupt, part->name, mf_line(other->at, "interrupt"));
    }
}

/* Its own memory and interrupts are not in the way of what is shared. */
static void check_room(MachineFile *file, const MfShmem *shmem, const MfPartition *part)
{
    for (unsigned i = 0; i < part->memory.n; i++) {
        const MfRegion *region = &part->memory.at[i];
        if (mf_at(shmem->at, "address") && shmem->address < region->address + region->size &&
            region->address < shmem->address + shmem->size)
            MF_ERROR(file, shmem, "address",
                     "partition \"%s\" sees memory of its own there (line %u); write address = "
                     "0x%" PRIx64,
                     part->name, mf_line(region->at, NULL), region->address + region->size);
    }
    if (shmem->interrupt && mf_has(&part->interrupts, (unsigned)shmem->interrupt))
        MF_ERROR(file, shmem, "interrupt",
                 "interrupt %" PRIu64
                 " of partition \"%s\" is another one already (line %u); choose "
                 "one that is free",
                 shmem->interrupt, part->name, mf_line(part->at, "interrupts"));
    const char *device = shmem->interrupt ? rings_already(file, part, shmem->interrupt) : NULL;
    if (device)
        MF_ERROR(file, shmem, "interrupt",
                 "interrupt %" PRIu64
                 " of partition \"%s\" is that of its device \"%s\"; choose one that is free",
                 shmem->interrupt, part->name, device);
    check_others(file, shmem, part);
}

static void check_member(MachineFile *file, const MfShmem *shmem, unsigned number)
{
    const char *name = shmem->between.at[number];
    const MfPartition *part = find_partition(file, name);
    for (unsigned i = 0; i < number; i++) {
        if (strcmp(shmem->between.at[i], name) != 0)
            continue;
        MF_ERROR(file, shmem, "between", "partition \"%s\" stands twice here; leave one out", name);
        return;
    }
    if (part)
        check_room(file, shmem, part);
    else
        unknown_partition(file, shmem, name);
}

static void check_values(MachineFile *file, const MfShmem *shmem)
{
    if (!shmem->size || shmem->size % PAGE_SIZE)
        MF_ERROR(file, shmem, "size",
                 "shared memory is in whole pages of 4K; write for example size = \"64K\"");
    if (!mf_at(shmem->at, "address"))
        MF_ERROR(
            file, shmem, "address",
            "shared memory that no partition sees anywhere; add address = 0xf0000000, outside of "
            "the partitions' own memory");
    if (shmem->address % PAGE_SIZE || shmem->host % PAGE_SIZE)
        MF_ERROR(file, shmem, shmem->address % PAGE_SIZE ? "address" : "host",
                 "this is not where a page begins; write a multiple of 0x1000");
    if (shmem->address >> 41 || (shmem->size && (shmem->address + shmem->size - 1) >> 41))
        MF_ERROR(
            file, shmem, "address",
            "partitions would see it beyond 2T, which Sv39x4 does not reach; write for example "
            "0xf0000000");
    if (shmem->between.n < 2)
        MF_ERROR(file, shmem, "between",
                 "memory is shared by two partitions at least; write between = [\"a\", \"b\"]");
}

static void check_shared(MachineFile *file, const MfShmem *shmem, unsigned number)
{
    if (!shmem->name || !*shmem->name)
        MF_ERROR(file, shmem, "name", "shared memory without a name; add name = \"ch%u\"", number);
    for (unsigned i = 0; shmem->name && i < number; i++)
        if (file->shmem.at[i].name && !strcmp(file->shmem.at[i].name, shmem->name))
            MF_ERROR(file, shmem, "name",
                     "shared memory \"%s\" is there already, in line %u; choose another name",
                     shmem->name, mf_line(file->shmem.at[i].at, "name"));
    check_values(file, shmem);
    for (unsigned i = 0; i < shmem->between.n; i++)
        check_member(file, shmem, i);
}

void mf_check_shmem(MachineFile *file)
{
    for (unsigned i = 0; i < file->shmem.n; i++)
        check_shared(file, &file->shmem.at[i], i);
}
