/* SPDX-License-Identifier: MIT */
/* check_places.c - what a partition sees at one address is one thing: memory, or registers of a device that it has, or of
 * its interrupt controller. Who gives it both gives it none, and clears memory that is a device. */
#include <inttypes.h>
#include <string.h>

#include "emu/board.h"
#include "emu/machinefile/check.h"
#include "mmu/bus.h"

enum { PLIC_SIZE = 0x600000, APLIC_SIZE = 0x8000 };

/* Registers that a partition sees. */
typedef struct {
    char what[64];
    uint64_t base, size;
} Place;

static void add_place(GArray *places, uint64_t base, uint64_t size, const char *what)
{
    Place place = { "", base, size };
    g_strlcpy(place.what, what, sizeof place.what);
    g_array_append_val(places, place);
}

/* A hypervisor gives it the controller of the machine, or imitates it: at its address. Of an IMSIC there is a page a hart. */
static void add_controllers(const MachineFile *file, const MfPartition *part, GArray *places)
{
    const MfMachine *m = &file->machine;
    if (!strcmp(m->aia, "none")) {
        add_place(places, BOARD_PLIC, PLIC_SIZE, "the registers of the PLIC");
        return;
    }
    add_place(places, BOARD_APLIC_S, APLIC_SIZE, "the registers of the APLIC");
    if (m->aia_guests)
        add_place(places, BOARD_IMSIC_S, part->harts.n * PAGE_SIZE,
                  "the interrupt files of the IMSIC");
}

static GArray *places_of(const MachineFile *file, const MfPartition *part)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(Place));
    MfResource resource;
    for (unsigned i = 0; i < part->devices.n; i++) {
        if (!mf_resource(file, part->devices.at[i], &resource))
            continue;
        g_autofree char *what = g_strdup_printf("device \"%s\"", part->devices.at[i]);
        add_place(places, resource.base & ~(uint64_t)PAGE_OFFSET, PAGE_SIZE, what);
    }
    add_controllers(file, part, places);
    return places;
}

/* The first of them that [base, base + size) meets; NULL: none. */
static const Place *find_place(const GArray *places, uint64_t base, uint64_t size)
{
    for (guint i = 0; i < places->len; i++) {
        const Place *place = &g_array_index(places, Place, i);
        if (base < place->base + place->size && place->base < base + size)
            return place;
    }
    return NULL;
}

/* Behind all memory that it has besides. */
static uint64_t free_address(const MfPartition *part, const MfRegion *but)
{
    uint64_t end = BOARD_RAM;
    for (unsigned i = 0; i < part->memory.n; i++)
        if (&part->memory.at[i] != but)
            end = MAX(end, part->memory.at[i].address + part->memory.at[i].size);
    return end;
}

static void check_memory(MachineFile *file, const MfPartition *part, const GArray *places)
{
    for (unsigned i = 0; i < part->memory.n; i++) {
        const MfRegion *region = &part->memory.at[i];
        const Place *place = find_place(places, region->address, region->size);
        if (place)
            MF_ERROR(file, region, "address",
                     "memory of partition \"%s\" would lie where it sees %s, at 0x%" PRIx64
                     "; write address = 0x%" PRIx64,
                     mf_name(part), place->what, place->base, free_address(part, region));
    }
}

static bool shares(const MfShmem *shmem, const MfPartition *part)
{
    for (unsigned i = 0; i < shmem->between.n; i++)
        if (part->name && !strcmp(shmem->between.at[i], part->name))
            return true;
    return false;
}

static void check_shared(MachineFile *file, const MfPartition *part, const GArray *places)
{
    for (unsigned i = 0; i < file->shmem.n; i++) {
        const MfShmem *shmem = &file->shmem.at[i];
        const Place *place = mf_at(shmem->at, "address") && shares(shmem, part)
                                 ? find_place(places, shmem->address, shmem->size)
                                 : NULL;
        if (place)
            MF_ERROR(
                file, shmem, "address",
                "shared memory \"%s\" would lie where partition \"%s\" sees %s, at 0x%" PRIx64
                "; write for example address = 0xf0000000, outside of the partitions' own memory",
                shmem->name ? shmem->name : "", mf_name(part), place->what, place->base);
    }
}

void mf_check_places(MachineFile *file)
{
    for (unsigned i = 0; i < file->partitions.n; i++) {
        const MfPartition *part = &file->partitions.at[i];
        g_autoptr(GArray) places = places_of(file, part);
        check_memory(file, part, places);
        check_shared(file, part, places);
    }
}
