/* SPDX-License-Identifier: MIT */
/*
 * memory_spaces.c - what the G stages of guests give them; see memory_scan.h.
 *
 * The walker is asked about an address; what it says of an entry holds for those behind it in the same table that differ
 * from it in their page alone, or are not valid, either. So all that the manual says of entries is the walker's.
 */
#include <string.h>

#include "emu/machinefile/machinefile.h"
#include "emu/sight/memory_scan.h"
#include "emu/sight/owners.h"
#include "mmu/pte.h"

/* What a walk takes, in entries that are only compared; and what a guest's tables may take in all: those that lead back to
 * themselves map more than there is. */
enum { WALK_WORK = 40 };
#define MOST_WORK (1ull << 24)

/* Guests. */

static GArray *find_shares(const MemoryScan *scan, unsigned number)
{
    GArray *shares = g_array_new(FALSE, FALSE, sizeof(ScanShare));
    const MachineFile *file = scan->machine->machine_file;
    if (!file || !number || number > file->partitions.n)
        return shares;
    unsigned owner = scan->sight->n_owners;
    while (owner && scan->sight->owners[owner - 1].kind != MEMORY_SHARED)
        owner--;
    owner -= MIN(file->shmem.n, owner); /* of the first one: they were added last */
    for (unsigned i = 0; i < file->shmem.n; i++) {
        const MfShmem *shmem = &file->shmem.at[i];
        ScanShare share = { shmem->address, shmem->size, MIN(owner + i, MEMORY_OWNERS - 1) };
        for (unsigned j = 0; j < shmem->between.n; j++)
            if (!strcmp(shmem->between.at[j], file->partitions.at[number - 1].name))
                g_array_append_val(shares, share);
    }
    return shares;
}

static unsigned find_owner(MemoryScan *scan, unsigned vmid, unsigned hart)
{
    MemorySight *sight = scan->sight;
    unsigned number = owner_find(scan->machine, true, vmid, hart);
    for (unsigned i = 2; i < sight->n_owners; i++)
        if (sight->owners[i].kind == MEMORY_GUEST && sight->owners[i].number == number)
            return i;
    return memory_add_owner(scan, MEMORY_GUEST, number, owner_get(scan->machine, number).name);
}

/* norm:hgatp_mode_sv39x4, norm:hgatp_mode_sv48x4, norm:hgatp_mode_sv57x4 */
static uint64_t end_of(uint64_t hgatp)
{
    unsigned mode = (unsigned)(hgatp >> 60);
    return mode < ATP_SV39 || mode > ATP_SV57 ? 0 : BIT(PAGE_SHIFT + 9 * atp_levels(mode) + 2);
}

/* Is it a guest that another hart has, too? Without a VMID it is the same if its tables are. */
static bool is_known(const MemoryScan *scan, uint64_t hgatp, unsigned hart)
{
    const unsigned vmid = (unsigned)bits(hgatp, 57, 44);
    const unsigned number = owner_find(scan->machine, true, vmid, hart);
    bool declared = partitions_declared(scan->machine->partitions, vmid, hart);
    for (unsigned i = 0; i < scan->n_spaces; i++) {
        const ScanSpace *space = &scan->spaces[i];
        if (space->hgatp == hgatp &&
            (scan->sight->owners[space->owner].number == number || (!vmid && !declared)))
            return true;
    }
    return false;
}

void memory_scan_find(MemoryScan *scan)
{
    Machine *m = scan->machine;
    for (unsigned i = 0; i < m->n_harts && scan->n_spaces < SCAN_SPACES; i++) {
        uint64_t hgatp = m->harts[i].mmu.hgatp, end = end_of(hgatp);
        unsigned owner = end && !is_known(scan, hgatp, i)
                             ? find_owner(scan, (unsigned)bits(hgatp, 57, 44), i)
                             : 0;
        if (owner)
            scan->spaces[scan->n_spaces++] =
                (ScanSpace){ .mmu = &m->harts[i].mmu,
                             .hgatp = hgatp,
                             .end = end,
                             .owner = owner,
                             .shares = find_shares(scan, scan->sight->owners[owner].number) };
    }
}

/* What they have. */

/* Pages of RAM that follow each other, and whose they are. */
typedef struct {
    MemoryScan *scan;
    uint64_t first, n; /* in pages of the bus; n 0: none yet */
    unsigned owner;
    uint64_t work;
} Stretch;

static PageUse give(void *opaque, PageUse before)
{
    const Stretch *stretch = opaque;
    const MemorySight *sight = stretch->scan->sight;
    const unsigned owner = use_owner(before), image = use_image(before);
    const unsigned flags = use_flags(before) & ~(unsigned)MEMORY_DECLARED;
    if (owner == stretch->owner)
        return page_use(owner, use_other(before), image, flags);
    if (sight->owners[owner].kind == MEMORY_UNUSED)
        return page_use(stretch->owner, 0, 0, 0);
    if (sight->owners[owner].kind != MEMORY_HOST)
        return page_use(owner, stretch->owner, image, flags | MEMORY_TWICE);
    if (g_str_has_prefix(sight->images[image], "firmware"))
        return page_use(stretch->owner, owner, image, MEMORY_FIRMWARE);
    return page_use(stretch->owner, 0, 0, 0);
}

static void flush(Stretch *stretch)
{
    uint64_t ram = stretch->scan->sight->ram >> PAGE_SHIFT;
    if (!stretch->n)
        return;
    uint64_t skipped = stretch->first < ram ? MIN(ram - stretch->first, stretch->n) : 0;
    stretch->work += memory_map_change(&stretch->scan->map, stretch->first + skipped - ram,
                                       stretch->n - skipped, give, stretch);
    stretch->n = 0;
}

static void add(Stretch *stretch, const ScanSpace *space, uint64_t gpa, uint64_t spa, uint64_t size)
{
    unsigned owner = space->owner;
    uint64_t first = spa >> PAGE_SHIFT;
    for (guint i = 0; i < space->shares->len; i++) {
        const ScanShare *share = &g_array_index(space->shares, ScanShare, i);
        if (gpa - share->begin < share->size)
            owner = share->owner;
    }
    if (stretch->n && (first != stretch->first + stretch->n || owner != stretch->owner))
        flush(stretch);
    if (!stretch->n) {
        stretch->first = first;
        stretch->owner = owner;
    }
    stretch->n += size >> PAGE_SHIFT;
    stretch->work++;
}

/* Is it to be judged as `like`, which the walker has judged? A and D do not matter to who only looks. */
static bool is_alike(uint64_t pte, uint64_t like)
{
    if (!(like & PTE_V))
        return !(pte & PTE_V);
    return !((pte ^ like) & ~(PTE_PPN | PTE_A | PTE_D)) && !(pte & PTE_N);
}

/* Entries behind the step's, in its table, that are alike. Returns the address of the first that is not. */
static uint64_t add_alike(Stretch *stretch, const ScanSpace *space, const WalkStep *step,
                          uint64_t gpa, uint64_t span)
{
    const Bus *bus = &stretch->scan->machine->bus;
    uint64_t at = step->at.v, pte;
    for (gpa += span, at += 8; gpa & (512 * span - 1); gpa += span, at += 8) {
        if (gpa >= space->end || !bus_is_ram(bus, (Spa){ at }, 8))
            break;
        memcpy(&pte, bus_ram_at(bus, (Spa){ at }), 8);
        if (!is_alike(pte, step->pte))
            break;
        if (pte & PTE_V)
            add(stretch, space, gpa, pte_address(pte), span);
        else
            stretch->work++;
    }
    return gpa;
}

/* From scan->gpa on, as far as one walk tells; returns the work. */
static uint64_t look_on(MemoryScan *scan, const ScanSpace *space)
{
    const MmuSpace guest = { .guest = true, .is_physical = true, .hgatp = space->hgatp };
    Stretch stretch = { .scan = scan, .work = WALK_WORK };
    WalkResult result;
    bool ok = mmu_peek_space(space->mmu, &guest, (Gva){ scan->gpa }, &result);
    if (!result.n_steps) {
        scan->gpa = space->end;
        return WALK_WORK;
    }
    const WalkStep *step = &result.steps[result.n_steps - 1];
    uint64_t span = BIT(PAGE_SHIFT + 9 * step->level), gpa = scan->gpa;
    if (ok)
        add(&stretch, space, gpa, result.spa.v, span);
    bool judged = ok ? !step->level && !(step->pte & PTE_N) : result.why == WHY_NOT_VALID;
    scan->gpa = judged ? add_alike(&stretch, space, step, gpa, span) : gpa + span;
    flush(&stretch);
    return stretch.work;
}

int64_t memory_scan_spaces(MemoryScan *scan, int64_t work)
{
    while (scan->space < scan->n_spaces && work > 0) {
        ScanSpace *space = &scan->spaces[scan->space];
        uint64_t spent = look_on(scan, space);
        work -= (int64_t)spent;
        space->looked += spent;
        if (space->looked > MOST_WORK)
            scan->sight->cut = true;
        if (scan->gpa < space->end && space->looked <= MOST_WORK)
            continue;
        scan->space++;
        scan->gpa = 0;
    }
    return work;
}
