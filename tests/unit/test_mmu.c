/* SPDX-License-Identifier: MIT */
/*
 * test_mmu.c - context banks are only a cache: the key of a bank is fuzzed.
 *
 * Two MMUs live through the same random life of mode switches, permission bits, address spaces, PMP changes, page table
 * edits and fences. One keeps its banks; the other forgets them before every access, so that it always asks the store
 * and the walker. They must agree in every result, fault and byte of memory. A key that lacks something that a
 * translation depends on shows as a difference.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "mmu/mmu.h"
#include "mmu/pte.h"

enum { RAM = 0x80000000, RAM_PAGES = 64, TABLES = 16 };

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
    uint64_t value, cause, gva;
} Outcome;

/* The fast path as the interpreter has it, then the slow one. */
static Outcome access_memory(Mmu *mmu, Gva va, unsigned kind, uint64_t value)
{
    Outcome out = { .value = 0 };
    const TlbEntry *entry = bank_entry(mmu->data, va.v);
    uint64_t tag = va.v & (~(uint64_t)PAGE_OFFSET | 7);
    uint16_t parcel = 0;
    if (kind == 0 && entry->read_tag == tag) {
        memcpy(&out.value, (const char *)(va.v + entry->addend), 8);
        out.ok = true;
    } else if (kind == 1 && entry->write_tag == tag) {
        memcpy((char *)(va.v + entry->addend), &value, 8);
        out.ok = true;
    } else if (kind == 0) {
        out.ok = mmu_load(mmu, va, 8, &out.value);
    } else if (kind == 1) {
        out.ok = mmu_store(mmu, va, 8, value);
    } else {
        out.ok = mmu_fetch_parcel(mmu, va, &parcel);
        out.value = parcel;
    }
    if (!out.ok) {
        out.value = 0;
        out.cause = mmu->fault.cause;
        out.gva = mmu->fault.gva.v;
    }
    return out;
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
    mmu_sfence_vma(mmu, r >> 7 & 1, va, r >> 8 & 1, (uint16_t)(r >> 9 & 3));
}

static void edit_table(Side *a, Side *b)
{
    unsigned table = (unsigned)(rnd() % TABLES), slot = (unsigned)(rnd() % 8);
    uint64_t pte = random_pte(table < 4 ? 2 : table < 8 ? 1 : 0);
    Spa at = { RAM + table * PAGE_SIZE + slot * 8 };
    cr_assert(bus_poke(&a->bus, at, &pte, 8) && bus_poke(&b->bus, at, &pte, 8));
}

Test(mmu, banks_are_only_a_cache)
{
    static Side a, b;
    unsigned ok = 0, faults = 0;
    side_init(&a);
    side_init(&b);
    seed = 42;
    for (unsigned i = 0; i < 2000; i++)
        edit_table(&a, &b);
    for (unsigned n = 0; n < 600000; n++) {
        unsigned what = (unsigned)(rnd() % 64);
        if (what < 8)
            do_both(&a, &b, set_context);
        else if (what < 10)
            do_both(&a, &b, fence);
        else if (what == 10)
            edit_table(&a, &b);
        else if (what == 11 && rnd() % 8 == 0)
            do_both(&a, &b, change_pmp);
        Gva va = random_address();
        unsigned kind = (unsigned)(rnd() % 3);
        uint64_t value = rnd();
        if (kind == 1 && va.v % 8 == 0 && rnd() % 2)
            value = random_pte(0); /* stores may hit the tables: let them mean something */
        if (kind == 2)
            va.v &= ~1ull;
        mmu_loaded(&b.mmu);
        Outcome x = access_memory(&a.mmu, va, kind, value),
                y = access_memory(&b.mmu, va, kind, value);
        cr_assert(x.ok == y.ok && x.value == y.value && x.cause == y.cause && x.gva == y.gva,
                  "step %u: %s of 0x%lx: %d 0x%lx cause %lu, without banks %d 0x%lx cause %lu", n,
                  kind == 0   ? "load"
                  : kind == 1 ? "store"
                              : "fetch",
                  va.v, x.ok, x.value, x.cause, y.ok, y.value, y.cause);
        ok += x.ok;
        faults += !x.ok;
    }
    cr_assert(!memcmp(a.bus.ram, b.bus.ram, RAM_PAGES * PAGE_SIZE), "memory differs");
    cr_expect_gt(ok, 50000, "%u", ok);
    cr_expect_gt(faults, 50000);

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
        if (store_add(&store, space, entry.va, &entry) == STORE_FLUSHED) {
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
    cr_assert(!store_add(&store, space, huge.va, &huge) &&
              !store_add(&store, space, small.va, &small));
    StoreFence fence = { .any_asid = true, .va = 0x5abcd000 };
    cr_expect_eq(store_fence(&store, &fence, ignore, NULL), 1);
    cr_expect_null(store_find(&store, space, 0x40000000));
    cr_expect_not_null(store_find(&store, space, 0x1000));
}
