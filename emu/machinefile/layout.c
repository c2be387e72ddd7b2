/* SPDX-License-Identifier: MIT */
/* layout.c - host addresses for memory that has none, for targets that want one; see export.h. */
#include "emu/board.h"
#include "emu/machinefile/export.h"

#define UNIT (2ull << 20)

typedef struct {
    const MachineFile *file;
    GArray *places;
    uint64_t next;
} Layout;

unsigned mf_layout_index(const MachineFile *file, unsigned number)
{
    unsigned index = 0;
    for (unsigned i = 0; i < number; i++)
        index += file->partitions.at[i].memory.n;
    return index;
}

/* Where the next piece of memory with a host address ends that [at, at + size) meets; else 0. */
static uint64_t end_of_fixed(const MachineFile *file, uint64_t at, uint64_t size)
{
    for (unsigned i = 0; i < file->partitions.n; i++)
        for (unsigned j = 0; j < file->partitions.at[i].memory.n; j++) {
            const MfRegion *region = &file->partitions.at[i].memory.at[j];
            if (mf_at(region->at, "host") && at < region->host + region->size &&
                region->host < at + size)
                return region->host + region->size;
        }
    for (unsigned i = 0; i < file->shmem.n; i++) {
        const MfShmem *shmem = &file->shmem.at[i];
        if (mf_at(shmem->at, "host") && at < shmem->host + shmem->size && shmem->host < at + size)
            return shmem->host + shmem->size;
    }
    return 0;
}

static void place(Layout *layout, const config_setting_t *at, uint64_t host, uint64_t size)
{
    uint64_t end = BOARD_RAM + layout->file->machine.memory, fixed;
    if (!mf_at(at, "host")) {
        while ((fixed = end_of_fixed(layout->file, layout->next, size)))
            layout->next = (fixed + UNIT - 1) / UNIT * UNIT;
        host = layout->next < end && size <= end - layout->next ? layout->next : 0;
        if (host)
            layout->next = (host + size + UNIT - 1) / UNIT * UNIT;
    }
    g_array_append_val(layout->places, host);
}

GArray *mf_layout(const MachineFile *file)
{
    uint64_t start = BOARD_RAM + UNIT + file->hypervisor.memory;
    Layout layout = { file, g_array_new(FALSE, FALSE, sizeof(uint64_t)),
                      (start + UNIT - 1) / UNIT * UNIT };
    for (unsigned i = 0; i < file->partitions.n; i++)
        for (unsigned j = 0; j < file->partitions.at[i].memory.n; j++) {
            const MfRegion *region = &file->partitions.at[i].memory.at[j];
            place(&layout, region->at, region->host, region->size);
        }
    for (unsigned i = 0; i < file->shmem.n; i++)
        place(&layout, file->shmem.at[i].at, file->shmem.at[i].host, file->shmem.at[i].size);
    return layout.places;
}
