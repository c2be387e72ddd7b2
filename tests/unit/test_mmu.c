/* SPDX-License-Identifier: MIT */
/*
 * test_mmu.c - context banks are only a cache: the key of a bank is fuzzed.
 *
 * Two MMUs live through the same random life of mode switches, permission bits, address spaces, PMP changes, page
 * table edits and fences. One keeps its banks; the other forgets them before every access, so that it always asks the
 * store and the walker, which recalls nothing. They must agree in every result, fault and byte of memory. A key that
 * lacks something that a translation depends on shows as a difference.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "mmu/mmu.h"
#include "mmu/pte.h"

/* The tables of the first stage, then those of the G stage: a root of four pages and one table a level. */
enum { RAM = 0x80000000, RAM_PAGES = 64, TABLES = 16, G_ROOT = 16, G_MIDDLE = 20, G_LEAVES = 21 };

typedef struct {
    Bus bus;
    Trace trace;
    Mmu mmu;
} Side;

static uint64_t seed;

static uint64_t rnd(void)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return seed >> 33;
}

static void side_init(Side *side)
{
    memset(side, 0, sizeof *side);
    cr_assert(bus_init(&side->bus, (Spa){ RAM }, RAM_PAGES * PAGE_SIZE, &side->trace, NULL));
    mmu_init(&side->mmu, 0, &side->bus, &side->trace);
    pmp_write_addr(&side->mmu.pmp, 15, ~0ull);
    pmp_write_cfg(&side->mmu.pmp, 15, 0x1f);
    mmu_reset(&side->mmu);
}

static uint64_t random_pte(unsigned level)
{
    bool leaf = level == 0 || rnd() % 8 == 0;
    uint64_t page = leaf ? rnd() % RAM_PAGES : rnd() % TABLES;
    uint64_t flags = leaf ? (rnd() & 0xff) | (rnd() % 4 ? PTE_A | PTE_D | PTE_W | PTE_X : 0) : 0;
    if (leaf && level)
        page &= ~511ull; /* RAM's start is 1 GiB aligned */
    return (((uint64_t)RAM >> 12) + page) << 10 | flags | (leaf ? PTE_R : 0) | PTE_V;
}

/* Sets the context of `mmu` as CSR writes would. */
static void set_context(Mmu *mmu, uint64_t r)
{
    static const uint8_t privs[] = { PRIV_U, PRIV_S, PRIV_S, PRIV_M };
    mmu->priv = privs[r & 3];
    mmu->data_priv = mmu->priv == PRIV_M ? privs[r >> 2 & 3] : mmu->priv;
    mmu->sum = r >> 4 & 1;
    mmu->mxr = r >> 5 & 1;
    mmu->adue = r >> 6 & 1;
    mmu->pbmte = r >> 7 & 1;
    mmu->satp = r >> 8 & 7 ? 8ull << 60 | (r >> 11 & 3) << 44 | ((RAM >> 12) + (r >> 13 & 3)) : 0;
    mmu->v = mmu->priv != PRIV_M && r >> 24 & 1;
    mmu->data_v = mmu->priv == PRIV_M ? mmu->data_priv != PRIV_M && r >> 25 & 1 : mmu->v;
    mmu->vsum = r >> 26 & 1;
    mmu->vmxr = r >> 27 & 1;
    mmu->vadue = r >> 28 & 1;
    mmu->vpbmte = r >> 29 & 1;
    mmu->vsatp = r >> 30 & 3 ? 8ull << 60 | (r >> 32 & 1) << 44 | ((RAM >> 12) + (r >> 33 & 3)) : 0;
    mmu->hgatp = r >> 35 & 3 ? 8ull << 60 | (r >> 37 & 1) << 44 | ((RAM >> 12) + G_ROOT) : 0;
    mmu_context_changed(mmu);
}

static void change_pmp(Mmu *mmu, uint64_t r)
{
    pmp_write_addr(&mmu->pmp, 0, (RAM >> 2) + (r & 63) * 1024 + (r >> 6 & 1 ? 64 : 0));
    pmp_write_addr(&mmu->pmp, 1, (RAM >> 2) + (r >> 7 & 63) * 1024);
    pmp_write_cfg(&mmu->pmp, 1,
                  (uint8_t)((r >> 13 & 1 ? 0x08 : 0) | (r >> 17 & 3 ? 7 : r >> 14 & 7)));
    mmu_context_changed(mmu);
}

typedef struct {
    bool ok;
    uint64_t value;
    Fault fault;
} Outcome;

enum { LOAD, STORE, FETCH, GUEST_LOAD, GUEST_LOAD_EXECUTE, GUEST_STORE, KINDS };
static const char *const kind_names[KINDS] = { "load", "store", "fetch", "HLV", "HLVX", "HSV" };

/* The fast path as the interpreter has it, then the slow one. */
static Outcome access_memory(Mmu *mmu, Gva va, unsigned kind, uint64_t value)
{
    Outcome out = { .value = 0 };
    const TlbEntry *entry = bank_entry(mmu->data, va.v);
    uint64_t tag = va.v & (~(uint64_t)PAGE_OFFSET | 7);
    uint16_t parcel = 0;
    if (kind == LOAD && entry->read_tag == tag) {
        memcpy(&out.value, (const char *)(va.v + entry->addend), 8);
        out.ok = true;
    } else if (kind == STORE && entry->write_tag == tag) {
        memcpy((char *)(va.v + entry->addend), &value, 8);
        out.ok = true;
    } else if (kind == LOAD) {
        out.ok = mmu_load(mmu, va, 8, &out.value);
    } else if (kind == STORE) {
        out.ok = mmu_store(mmu, va, 8, value);
    } else if (kind == FETCH) {
        out.ok = mmu_fetch_parcel(mmu, va, &parcel);
        out.value = parcel;
    } else if (kind == GUEST_STORE) {
        out.ok = mmu_guest_store(mmu, value & 1, 0, va, 8, value);
    } else {
        out.ok = mmu_guest_load(mmu, value & 1, kind == GUEST_LOAD_EXECUTE, 0, va, 8, &out.value);
    }
    if (!out.ok) {
        out.value = 0;
        out.fault = mmu->fault;
    }
    return out;
}

static bool same_fault(const Fault *a, const Fault *b)
{
    return a->cause == b->cause && a->gva.v == b->gva.v && a->guest == b->guest &&
           a->gpa.v == b->gpa.v && a->implicit == b->implicit &&
           a->implicit_write == b->implicit_write && a->offset == b->offset;
}

static Gva random_address(void)
{
    uint64_t va = (rnd() & 3) << 30 | (rnd() & 3) << 21 | (rnd() & 7) << 12 | (rnd() & 0xff8);
    if (rnd() % 4 == 0)
        va = (uint64_t)RAM + rnd() % (RAM_PAGES * PAGE_SIZE);
    return (Gva){ rnd() % 8 ? va & ~7ull : va };
}

static void do_both(Side *a, Side *b, void (*what)(Mmu *mmu, uint64_t r))
{
    uint64_t r = rnd() ^ rnd() << 20;
    what(&a->mmu, r);
    what(&b->mmu, r);
}

static void fence(Mmu *mmu, uint64_t r)
{
    Gva va = { (r & 3) << 30 | (r >> 2 & 3) << 21 | (r >> 4 & 7) << 12 };
    bool any_va = r >> 7 & 1, any_id = r >> 8 & 1;
    uint16_t id = r >> 9 & 3;
    if (r >> 11 & 1)
        mmu_sfence_vma(mmu, any_va, va, any_id, id);
    else if (r >> 12 & 1)
        mmu_hfence_vvma(mmu, any_va, va, any_id, id);
    else
        mmu_hfence_gvma(mmu, any_va, (Gpa){ RAM + (r >> 13 & 63) * PAGE_SIZE }, any_id, id);
}

static void poke_both(Side *a, Side *b, uint64_t offset, uint64_t pte)
{
    Spa at = { RAM + offset };
    cr_assert(bus_poke(&a->bus, at, &pte, 8) && bus_poke(&b->bus, at, &pte, 8));
}

/* The G stage maps most of RAM to itself. */
static void edit_g_table(Side *a, Side *b, unsigned slot)
{
    uint64_t flags =
        PTE_V | PTE_U | PTE_R | (rnd() % 8 ? PTE_W | PTE_X | PTE_A | PTE_D : rnd() & 0xff);
    uint64_t page = rnd() % 4 ? slot : rnd() % RAM_PAGES;
    poke_both(a, b, G_LEAVES * PAGE_SIZE + slot * 8, (((uint64_t)RAM >> 12) + page) << 10 | flags);
}

static void make_g_tables(Side *a, Side *b)
{
    uint64_t here = (uint64_t)RAM >> 12;
    poke_both(a, b, G_ROOT * PAGE_SIZE + 2 * 8, (here + G_MIDDLE) << 10 | PTE_V);
    poke_both(a, b, G_MIDDLE * PAGE_SIZE, (here + G_LEAVES) << 10 | PTE_V);
    for (unsigned slot = 0; slot < RAM_PAGES; slot++)
        edit_g_table(a, b, slot);
}

static void edit_table(Side *a, Side *b)
{
    unsigned table = (unsigned)(rnd() % TABLES), slot = (unsigned)(rnd() % 8);
    uint64_t pte = random_pte(table < 4 ? 2 : table < 8 ? 1 : 0);
    poke_both(a, b, table * PAGE_SIZE + slot * 8, pte);
}

Test(mmu, banks_are_only_a_cache)
{
    static Side a, b;
    unsigned ok = 0, faults = 0, guest = 0, guest_faults = 0;
    side_init(&a);
    side_init(&b);
    mmu_count_use(&b.mmu); /* who is watched walks every step, and recalls nothing */
    seed = 42;
    for (unsigned i = 0; i < 2000; i++)
        edit_table(&a, &b);
    make_g_tables(&a, &b);
    for (unsigned n = 0; n < 600000; n++) {
        unsigned what = (unsigned)(rnd() % 64);
        if (what < 8)
            do_both(&a, &b, set_context);
        else if (what < 10)
            do_both(&a, &b, fence);
        else if (what == 10)
            edit_table(&a, &b);
        else if (what == 12)
            edit_g_table(&a, &b, (unsigned)(rnd() % RAM_PAGES));
        else if (what == 13 && rnd() % 64 == 0)
            make_g_tables(&a, &b);
        else if (what == 11 && rnd() % 8 == 0)
            do_both(&a, &b, change_pmp);
        Gva va = random_address();
        unsigned kind = (unsigned)(rnd() % KINDS);
        uint64_t value = rnd();
        if (kind == STORE && va.v % 8 == 0 && rnd() % 2)
            value = random_pte(0); /* stores may hit the tables: let them mean something */
        if (kind == FETCH)
            va.v &= ~1ull;
        mmu_loaded(&b.mmu);
        Outcome x = access_memory(&a.mmu, va, kind, value),
                y = access_memory(&b.mmu, va, kind, value);
        cr_assert(x.ok == y.ok && x.value == y.value && (x.ok || same_fault(&x.fault, &y.fault)),
                  "step %u: %s of 0x%lx: %d 0x%lx cause %lu, without banks %d 0x%lx cause %lu", n,
                  kind_names[kind], va.v, x.ok, x.value, x.fault.cause, y.ok, y.value,
                  y.fault.cause);
        guest += x.ok && kind >= GUEST_LOAD && a.mmu.hgatp && a.mmu.vsatp;
        guest_faults += !x.ok && x.fault.cause >= CAUSE_FETCH_GUEST_PAGE;
        ok += x.ok;
        faults += !x.ok;
    }
    cr_assert(!memcmp(a.bus.ram, b.bus.ram, RAM_PAGES * PAGE_SIZE), "memory differs");
    cr_expect_gt(ok, 50000, "%u", ok);
    cr_expect_gt(faults, 50000);
    cr_expect_gt(guest, 3000, "%u", guest);
    cr_expect_gt(guest_faults, 20000, "%u", guest_faults);

    mmu_free(&a.mmu);
    mmu_free(&b.mmu);
    bus_free(&a.bus);
    bus_free(&b.bus);
}

/* The store is finite: when it is full it forgets, and goes on. */
Test(mmu, a_full_store_forgets_and_goes_on)
{
    static Store store;
    store_init(&store);
    StoreTag tag = { .mode = ATP_SV39, .asid = 1 };
    unsigned space = store_space(&store, &tag), flushed = 0;
    for (uint64_t i = 0; i < 3 * STORE_ENTRIES; i++) {
        StoreEntry entry = {
            .va = i << 12, .spa = i << 12, .shift = 12, .s_shift = 12, .g_shift = 63
        };
        if (store_add(&store, space, entry.va, store_find(&store, space, entry.va), &entry) ==
            STORE_FLUSHED) {
            flushed++;
            space = store_space(&store, &tag);
        }
        const StoreEntry *found = store_find(&store, space, i << 12 | 0x123);
        cr_assert(found && found->va == i << 12);
    }
    cr_expect_eq(flushed, 2);
    for (unsigned asid = 0; asid < 3 * STORE_SPACES; asid++) {
        tag.asid = (uint16_t)asid;
        cr_expect_lt(store_space(&store, &tag), STORE_SPACES);
    }
}

static void ignore(void *opaque, unsigned space, uint64_t va)
{
    (void)opaque, (void)space, (void)va;
}

/* A fence for one address kills the whole leaf it lies in. */
Test(mmu, a_fence_inside_a_superpage_kills_it)
{
    static Store store;
    store_init(&store);
    StoreTag tag = { .mode = ATP_SV39, .asid = 3 };
    unsigned space = store_space(&store, &tag);
    StoreEntry huge = {
        .va = 0x40000000, .spa = 0x80000000, .shift = 30, .s_shift = 30, .g_shift = 63
    };
    StoreEntry small = {
        .va = 0x1000, .spa = 0x80001000, .shift = 12, .s_shift = 12, .g_shift = 63
    };
    cr_assert(!store_add(&store, space, huge.va, NULL, &huge) &&
              !store_add(&store, space, small.va, NULL, &small));
    StoreFence fence = { .any_asid = true, .va = 0x5abcd000 };
    cr_expect_eq(store_fence(&store, &fence, ignore, NULL), 1);
    cr_expect_null(store_find(&store, space, 0x40000000));
    cr_expect_not_null(store_find(&store, space, 0x1000));
}
