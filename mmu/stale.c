/* SPDX-License-Identifier: MIT */
/* stale.c - missing fences; see stale.h. */
#include "mmu/stale.h"

#include <glib.h>
#include <string.h>

#include "mmu/pte.h"

enum { RWX = PTE_R | PTE_W | PTE_X };
enum { STAGE_S, STAGE_VS, STAGE_G };

struct Stale {
    uint64_t epoch, registers[STALE_REGISTERS];
    uint64_t checked[3][STORE_ENTRIES]; /* by Access: the epoch of the last look at an entry */
    uint64_t reported[STORE_ENTRIES];   /* what was said last of an entry: a hash, 0: nothing */
};

Stale *stale_new(void)
{
    Stale *stale = g_new0(Stale, 1);
    stale->epoch = 1;
    return stale;
}

void stale_free(Stale *stale)
{
    g_free(stale);
}

void stale_new_epoch(Stale *stale)
{
    stale->epoch++;
}

void stale_loaded(Stale *stale)
{
    stale_new_epoch(stale);
    memset(stale->reported, 0, sizeof stale->reported);
}

bool stale_registers_changed(Stale *stale, const uint64_t registers[STALE_REGISTERS])
{
    bool changed = memcmp(stale->registers, registers, sizeof stale->registers);
    memcpy(stale->registers, registers, sizeof stale->registers);
    stale->epoch += changed;
    return changed;
}

bool stale_is_due(Stale *stale, const Store *store, const StoreEntry *entry, Access access)
{
    uint64_t *checked = &stale->checked[access][entry - store->entries];
    bool due = *checked != stale->epoch;
    *checked = stale->epoch;
    return due;
}

void stale_forget(Stale *stale, const Store *store, const StoreEntry *entry)
{
    stale->reported[entry - store->entries] = 0;
}

/* The entry of that stage that a walk of the access itself, which went well, read last; 0: the stage is Bare. */
static uint64_t leaf_of(const WalkResult *walk, unsigned stage)
{
    for (unsigned i = walk->n_steps; i-- > 0;)
        if (walk->steps[i].stage == stage && !walk->steps[i].implicit)
            return walk->steps[i].pte;
    return 0;
}

/* Is D clear by now in a leaf of this stage? */
static bool is_clean(const WalkResult *walk, unsigned stage)
{
    uint64_t leaf = leaf_of(walk, stage);
    return leaf && !(leaf & PTE_D);
}

/* A comparison of an entry with what the tables say. */
typedef struct {
    bool differs, in_g; /* and it is the G stage that changed */
    bool dirty;         /* D is clear: a store will not be noted */
    Spa spa;            /* as remembered, of the address accessed */
} Difference;

/* The walk fails. Of a G-stage fault: is the guest physical address still the one that is remembered, or was it met
 * on the way to an entry? */
static bool fails_in_g(const WalkResult *now, Gpa gpa)
{
    if (now->status == WALK_ACCESS_FAULT)
        return now->gpa.v;
    return now->status == WALK_GUEST_PAGE_FAULT && (now->implicit || now->gpa.v == gpa.v);
}

static Difference compare(const StoreEntry *entry, const WalkRequest *q, const WalkResult *now)
{
    const uint64_t offset = q->va.v - entry->va;
    const Gpa gpa = { entry->gpa + offset };
    Difference d = { .spa = { entry->spa + offset } };
    if (now->status != WALK_OK) {
        d.differs = true;
        d.in_g = fails_in_g(now, gpa);
        return d;
    }
    const bool store = q->access == ACCESS_WRITE, clean = store && is_clean(now, 0);
    d.dirty = clean || (store && is_clean(now, 1));
    d.differs = now->spa.v != d.spa.v || d.dirty;
    d.in_g = now->gpa.v == gpa.v && !clean && q->g.mode != ATP_BARE;
    return d;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x9e3779b97f4a7c15u;
}

static uint64_t hash_of(const StoreEntry *entry, const WalkResult *now, const Difference *d)
{
    uint64_t hash = mix(mix(entry->va, entry->spa), (uint64_t)entry->perms << 8 | entry->g_perms);
    hash = mix(hash, (uint64_t)entry->space << 8 | entry->shift);
    hash = mix(hash, (uint64_t)now->status << 8 | now->why);
    if (now->status == WALK_OK)
        hash = mix(mix(hash, now->spa.v - d->spa.v), (uint64_t)now->perms << 8 | now->g_perms);
    return hash | 1;
}

/* What both stages permit. */
static unsigned effective(unsigned perms, unsigned g_perms)
{
    return PTE_V | (perms & (g_perms | ~(unsigned)(RWX | PTE_D)));
}

void stale_check(Stale *stale, Trace *trace, unsigned hart, const Store *store,
                 const StoreEntry *entry, const WalkRequest *request, const WalkResult *now)
{
    Difference d = compare(entry, request, now);
    uint64_t hash = d.differs ? hash_of(entry, now, &d) : 0;
    uint64_t *reported = &stale->reported[entry - store->entries];
    if (*reported == hash)
        return;
    *reported = hash;
    if (!hash)
        return;
    const StoreTag *tag = &store->spaces[entry->space].tag;
    const bool ok = now->status == WALK_OK;
    TRACE(trace, fence_missing, hart, request->va.v, request->access,
          !tag->regime ? STAGE_S
          : d.in_g     ? STAGE_G
                       : STAGE_VS,
          tag->asid, tag->vmid, d.spa.v, effective(entry->perms, entry->g_perms),
          ok ? now->spa.v : 0, ok ? effective(now->perms, now->g_perms) : 0, now->status,
          ok && d.dirty ? WHY_DIRTY : now->why);
}
