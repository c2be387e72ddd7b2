/* SPDX-License-Identifier: MIT */
/* memory_basis.c - what is known of memory before any guest is looked at; see memory_scan.h. */
#include <string.h>

#include "emu/loader.h"
#include "emu/machinefile/check.h"
#include "emu/sight/memory_scan.h"

enum { OTHERS = MEMORY_OWNERS - 1 };

unsigned memory_add_owner(MemoryScan *scan, MemoryKind kind, unsigned number, const char *name)
{
    MemorySight *sight = scan->sight;
    if (sight->n_owners == MEMORY_OWNERS)
        return OTHERS;
    MemoryOwner *owner = &sight->owners[sight->n_owners++];
    owner->kind = kind;
    owner->number = number;
    g_strlcpy(owner->name, sight->n_owners == MEMORY_OWNERS ? "others" : name, sizeof owner->name);
    return sight->n_owners - 1;
}

static unsigned add_partition(MemoryScan *scan, MemoryKind kind, unsigned number)
{
    const Partition *part = partitions_get(scan->machine->partitions, number);
    unsigned index = memory_add_owner(scan, kind, number, part->name);
    MemoryOwner *owner = &scan->sight->owners[index];
    owner->line = part->line;
    owner->has_colors = part->has_colors;
    owner->colors = part->colors;
    return index;
}

/* Host addresses in pages of RAM. */
static void change(MemoryScan *scan, uint64_t begin, uint64_t size, PageChange *fn, PageUse use)
{
    uint64_t ram = scan->sight->ram, first = (begin - ram) >> PAGE_SHIFT;
    if (size && begin >= ram && begin - ram < scan->sight->ram_size)
        memory_map_change(&scan->map, first, ((begin + size - 1 - ram) >> PAGE_SHIFT) - first + 1,
                          fn, &use);
}

static PageUse set_use(void *opaque, PageUse before)
{
    (void)before;
    return *(const PageUse *)opaque;
}

/* Of who has nothing better. */
static PageUse set_free(void *opaque, PageUse before)
{
    return before ? before : *(const PageUse *)opaque;
}

/* Images. */

/* "kernel 'folder/name'": without the folder. To be freed. */
static char *without_folder(const char *name)
{
    const char *quote = strchr(name, '\''), *slash = quote ? strrchr(quote, '/') : NULL;
    return slash ? g_strdup_printf("%.*s%s", (int)(quote + 1 - name), name, slash + 1)
                 : g_strdup(name);
}

static uint64_t add_images(MemoryScan *scan, GPtrArray *names)
{
    const Machine *m = scan->machine;
    const Loader *loader = m->load_images == loader_load ? m->load_opaque : NULL;
    const LoadedPart *part;
    uint64_t kernel = 0;
    for (unsigned i = 0; loader && names->len < SCAN_IMAGES && (part = loader_part(loader, i));
         i++) {
        change(scan, part->address, part->size, set_use, page_use(1, 0, names->len, 0));
        g_ptr_array_add(names, without_folder(part->name));
        if (!kernel && strstr(part->name, "kernel '"))
            kernel = part->address;
    }
    return kernel;
}

/* The machine file. */

static void add_hypervisor(MemoryScan *scan, const MachineFile *file, uint64_t start,
                           GPtrArray *names)
{
    const MfHypervisor *hyp = &file->hypervisor;
    if (!start || names->len >= SCAN_IMAGES ||
        (!mf_hypervisor_is_builtin(file) && !(hyp->at && mf_at(hyp->at, "memory"))))
        return;
    change(scan, start, hyp->memory, set_free, page_use(1, 0, names->len, 0));
    g_ptr_array_add(names, g_strdup("the hypervisor's"));
}

static void add_regions(MemoryScan *scan, const MfPartition *part, unsigned owner)
{
    for (unsigned i = 0; i < part->memory.n; i++) {
        const MfRegion *region = &part->memory.at[i];
        if (mf_at(region->at, "host"))
            change(scan, region->host, region->size, set_use,
                   page_use(owner, 0, 0, MEMORY_DECLARED));
    }
}

static void add_shared(MemoryScan *scan, const MfShmem *shmem)
{
    unsigned owner = memory_add_owner(scan, MEMORY_SHARED, 0, shmem->name);
    scan->sight->owners[owner].line = mf_line(shmem->at, NULL);
    if (mf_at(shmem->at, "host"))
        change(scan, shmem->host, shmem->size, set_use, page_use(owner, 0, 0, MEMORY_DECLARED));
}

static void add_file(MemoryScan *scan, const MachineFile *file, uint64_t kernel, GPtrArray *names)
{
    scan->sight->file = g_path_get_basename(file->path);
    if (file->partitions.n)
        add_hypervisor(scan, file, kernel, names);
    for (unsigned i = 0; i < file->partitions.n; i++)
        add_regions(scan, &file->partitions.at[i], 2 + i);
    for (unsigned i = 0; i < file->shmem.n; i++)
        add_shared(scan, &file->shmem.at[i]);
}

void memory_scan_basis(MemoryScan *scan)
{
    const Machine *m = scan->machine;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_ptr_array_add(names, g_strdup(""));
    memory_add_owner(scan, MEMORY_UNUSED, 0, "nobody");
    add_partition(scan, MEMORY_HOST, PARTITION_HOST);
    for (unsigned i = 1; i < partitions_count(m->partitions); i++)
        if (partitions_get(m->partitions, i)->declared)
            add_partition(scan, MEMORY_GUEST, i);
    uint64_t kernel = add_images(scan, names);
    if (m->machine_file)
        add_file(scan, m->machine_file, kernel, names);
    g_ptr_array_add(names, NULL);
    scan->sight->images = (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}
