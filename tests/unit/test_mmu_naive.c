/* SPDX-License-Identifier: MIT */
/*
 * test_mmu_naive.c - a hart's whole Mmu against the manual: banks, store, memo and walker together.
 *
 * Both sides live through the same random life of contexts, loads, stores, fetches, HLV, HLVX, HSV, changed tables,
 * PMP and fences. In the first test whatever changes is fenced, and every access must do what a walk of memory as it
 * is says. In the second fences are forgotten, or cover less than was changed: then every access must do what a plain
 * list of the translations in use says, from which fences take what they cover by the manual and nothing else.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "mmu/mmu.h"
#include "mmu/pte.h"
#include "tests/lib/naive_tlb.h"
#include "tests/lib/random_tables.h"

enum { USUALLY = 200000, RECENT = 24, LIFE = 3000, IDS = 3 };

typedef enum { LOAD, STORE, FETCH, HLV, HLVX, HSV, KINDS } Kind;

typedef struct {
    Kind kind;
    Gva va;
    unsigned size;
    uint64_t value;
    unsigned priv; /* of HLV, HLVX and HSV */
    unsigned slot; /* of World.recent */
} Operation;

typedef struct {
    bool ok;
    uint64_t value;
    Fault fault;
} Outcome;

typedef struct {
    Bus bus;
    Trace trace;
    Mmu mmu;
    Naive naive;
    NaiveTlb tlb;
    RandomTables random;
    bool fenced;
    uint8_t priv, data_priv;
    bool v, data_v;
    uint64_t atps[3][4][IDS]; /* satp, vsatp, hgatp by MODE and ASID or VMID, in the fenced life */
    struct {
        Gva va;
        Gpa gpa;   /* what it was last translated to */
        bool good; /* and the access was done */
    } recent[RECENT];
    uint8_t expected[TABLES_SIZE];
    uint8_t before[TABLES_SIZE]; /* the access that is looked at */
    unsigned ok[KINDS], faults[24], stale, fences, fences_that_took, crossing, taken_back;
} World;

static uint64_t below(World *w, uint64_t limit)
{
    return tables_below(&w->random, limit);
}

static bool one_in(World *w, unsigned n)
{
    return tables_one_in(&w->random, n);
}

/* Contexts. */

static void tell_mmu(World *w)
{
    Mmu *mmu = &w->mmu;
    const Naive *m = &w->naive;
    mmu->satp = m->satp;
    mmu->vsatp = m->vsatp;
    mmu->hgatp = m->hgatp;
    mmu->sum = m->mstatus.sum;
    mmu->mxr = m->mstatus.mxr;
    mmu->vsum = m->vsstatus.sum;
    mmu->vmxr = m->vsstatus.mxr;
    mmu->adue = m->menvcfg.adue;
    mmu->pbmte = m->menvcfg.pbmte;
    mmu->vadue = m->henvcfg.adue;
    mmu->vpbmte = m->henvcfg.pbmte;
    mmu->napot = m->svnapot;
    mmu->rsw60 = m->svrsw60t59b;
    mmu->priv = w->priv;
    mmu->v = w->v;
    mmu->data_priv = w->data_priv;
    mmu->data_v = w->data_v;
    mmu_context_changed(mmu);
}

static uint64_t random_atp(World *w, unsigned which)
{
    unsigned mode = (unsigned)below(w, 4), id = (unsigned)below(w, IDS);
    if (w->fenced)
        return w->atps[which][mode][id]; /* one root for each */
    return tables_atp(&w->random, which == 2, which == 1, mode ? mode + 7 : 0, id);
}

static void random_privilege(World *w)
{
    static const uint8_t privs[] = { PRIV_U, PRIV_S, PRIV_S, PRIV_M };
    w->priv = privs[below(w, 4)];
    w->v = w->priv != PRIV_M && one_in(w, 2);
    w->data_priv = w->priv;
    w->data_v = w->v;
    if (w->priv == PRIV_M) { /* MPRV */
        w->data_priv = privs[below(w, 4)];
        w->data_v = w->data_priv != PRIV_M && one_in(w, 2);
    }
}

static void random_context(World *w)
{
    Naive *m = &w->naive;
    random_privilege(w);
    m->mstatus.sum = one_in(w, 2);
    m->mstatus.mxr = one_in(w, 2);
    m->vsstatus.sum = one_in(w, 2);
    m->vsstatus.mxr = one_in(w, 2);
    m->menvcfg.adue = one_in(w, 2);
    m->henvcfg.adue = m->menvcfg.adue && one_in(w, 2);
    uint64_t *atps[] = { &m->satp, &m->vsatp, &m->hgatp };
    unsigned which = (unsigned)below(w, 3);
    *atps[which] = random_atp(w, which);
    tell_mmu(w);
}

static void random_pmp(World *w)
{
    static const uint8_t permissions[] = { 0, PMP_R, PMP_R | PMP_W, PMP_X, PMP_R | PMP_X, 7 };
    Pmp *pmp = &w->mmu.pmp;
    bool on = one_in(w, 3);
    for (unsigned i = 0; i < 3; i++) {
        pmp->addr[i] = below(w, TABLES_SIZE) >> 2;
        if (one_in(w, 2))
            pmp->addr[i] |= BIT(below(w, 10)) - 1;
        pmp->cfg[i] = (uint8_t)(on ? below(w, 4) << 3 : 0) | permissions[below(w, 6)];
    }
    pmp->cfg[15] = PMP_A | PMP_R | PMP_W | PMP_X;
    pmp->addr[15] = BIT(54) - 1;
    pmp_update(pmp);
    memcpy(w->naive.pmpcfg, pmp->cfg, sizeof pmp->cfg);
    memcpy(w->naive.pmpaddr, pmp->addr, sizeof pmp->addr);
    tell_mmu(w);
}

/* Fences. */

static void fence_everything(World *w)
{
    NaiveFence all = { .any_address = true, .any_id = true };
    uint64_t hgatp = w->naive.hgatp;
    bool v = w->mmu.v;
    w->mmu.v = false;
    mmu_sfence_vma(&w->mmu, true, (Gva){ 0 }, true, 0);
    w->mmu.v = v;
    naive_sfence_vma(&w->tlb, false, &all);
    mmu_hfence_gvma(&w->mmu, true, (Gpa){ 0 }, true, 0);
    naive_hfence_gvma(&w->tlb, &all);
    for (unsigned vmid = 0; vmid < IDS; vmid++) { /* what went through the VS stage only */
        w->naive.hgatp = set_bits(hgatp, 57, 44, vmid);
        tell_mmu(w);
        mmu_hfence_vvma(&w->mmu, true, (Gva){ 0 }, true, 0);
        naive_hfence_vvma(&w->tlb, &all);
    }
    w->naive.hgatp = hgatp;
    tell_mmu(w);
}

/* A fence with any operands, about something that was accessed. */
static void random_fence(World *w)
{
    unsigned i = (unsigned)below(w, RECENT), what = (unsigned)below(w, 3), taken;
    NaiveFence f = { .any_address = one_in(w, 4),
                     .any_id = one_in(w, 2),
                     .id = (unsigned)below(w, IDS) };
    f.address = (what == 2 ? w->recent[i].gpa.v : w->recent[i].va.v) ^
                below(w, one_in(w, 4) ? BIT(22) : BIT(12));
    Gva va = { f.address };
    if (what == 0) {
        mmu_sfence_vma(&w->mmu, f.any_address, va, f.any_id, (uint16_t)f.id);
        taken = naive_sfence_vma(&w->tlb, w->v, &f);
    } else if (what == 1) {
        mmu_hfence_vvma(&w->mmu, f.any_address, va, f.any_id, (uint16_t)f.id);
        taken = naive_hfence_vvma(&w->tlb, &f);
    } else {
        mmu_hfence_gvma(&w->mmu, f.any_address, (Gpa){ f.address }, f.any_id, (uint16_t)f.id);
        taken = naive_hfence_gvma(&w->tlb, &f);
    }
    w->fences++;
    w->fences_that_took += taken > 0;
}

/* Tables. */

static void poke(World *w, Spa at, uint64_t pte)
{
    cr_assert(bus_poke(&w->bus, at, &pte, 8));
    memcpy(w->expected + at.v, &pte, 8);
}

/* An entry that is read for the address of `slot`, or any. */
static Spa some_entry(World *w, unsigned slot)
{
    NaiveAccess access = { w->recent[slot].va, NAIVE_LOAD, NAIVE_S, one_in(w, 2) };
    Naive look = w->naive;
    look.menvcfg.adue = look.henvcfg.adue = false; /* changes nothing */
    NaiveResult r = naive_translate(&look, &access);
    if (r.n_reads && !one_in(w, 4))
        return r.reads[below(w, MIN(r.n_reads, (unsigned)NAIVE_MAX_READS))].at;
    return (Spa){ below(w, TABLES_SIZE / 8) * 8 };
}

static void change_table(World *w)
{
    Spa at = some_entry(w, (unsigned)below(w, RECENT));
    poke(w, at,
         tables_pte(&w->random, (unsigned)(at.v >> PAGE_SHIFT), (unsigned)bits(at.v, 11, 3)));
}

/* Clears A or D, as software that looks for what is in use. */
static void clear_flag(World *w, Spa at, uint64_t flag)
{
    uint64_t pte;
    memcpy(&pte, w->expected + at.v, 8);
    poke(w, at, pte & ~flag);
}

static void refill_tables(World *w)
{
    tables_fill(&w->random, w->expected);
    cr_assert(bus_poke(&w->bus, (Spa){ 0 }, w->expected, TABLES_SIZE));
}

/* Operations, as the Mmu does them. */

/* Two bytes as the interpreter gets them: by the page, or by themselves if only parts of it may be executed. */
static bool fetch(Mmu *mmu, Gva va, uint16_t *parcel)
{
    const uint8_t *host;
    Spa page;
    bool whole;
    if (!mmu_fetch_page(mmu, va, &page, &host, &whole))
        return false;
    if (!whole)
        return mmu_fetch_parcel(mmu, va, parcel);
    memcpy(parcel, host + (va.v & PAGE_OFFSET), 2);
    return true;
}

static Outcome really(World *w, const Operation *op)
{
    Mmu *mmu = &w->mmu;
    Outcome out = { .value = 0 };
    uint16_t parcel = 0;
    switch (op->kind) {
    case LOAD: out.ok = mmu_load(mmu, op->va, op->size, &out.value); break;
    case STORE: out.ok = mmu_store(mmu, op->va, op->size, op->value); break;
    case HLV:
    case HLVX:
        out.ok = mmu_guest_load(mmu, op->priv, op->kind == HLVX, 0, op->va, op->size, &out.value);
        break;
    case HSV: out.ok = mmu_guest_store(mmu, op->priv, 0, op->va, op->size, op->value); break;
    default: out.ok = fetch(mmu, op->va, &parcel); out.value = parcel;
    }
    if (!out.ok)
        out = (Outcome){ .fault = mmu->fault };
    return out;
}

/* And by the manual. */

static NaiveAccess access_of(const World *w, const Operation *op)
{
    static const NaiveKind kinds[KINDS] = {
        [STORE] = NAIVE_STORE,
        [FETCH] = NAIVE_FETCH,
        [HLVX] = NAIVE_HLVX,
        [HSV] = NAIVE_STORE
    };
    NaiveAccess access = { .va = op->va, .kind = kinds[op->kind] };
    access.priv = op->kind == FETCH ? w->priv : op->kind < HLV ? w->data_priv : op->priv;
    access.v = op->kind == FETCH ? w->v : op->kind < HLV ? w->data_v : true;
    return access;
}

static void set_fault(Outcome *out, const NaiveAccess *access, const NaiveResult *r,
                      unsigned offset)
{
    out->ok = false;
    out->fault = (Fault){
        .cause = r->cause, .gva = access->va, .guest = access->v, .offset = (uint8_t)offset
    };
    if (r->status == NAIVE_GUEST_PAGE_FAULT) {
        out->fault.gpa = r->gpa;
        out->fault.implicit = r->implicit;
        out->fault.implicit_write = r->implicit_write;
    }
}

/* What the manual would let stay and we do not (docs/adr/0018): A and D bits set by an access that fails, and what was
 * remembered with them. `walked`: the parts that were walked for. */
static void take_back(World *w, const NaiveAccess part[2], const NaiveResult r[2],
                      const bool walked[2], unsigned parts)
{
    bool updated = false;
    for (unsigned i = 0; i < parts; i++)
        updated |= walked[i] && r[i].updated;
    if (!updated)
        return;
    memcpy(w->expected, w->before, TABLES_SIZE);
    w->taken_back++;
    for (unsigned i = parts; i-- > 0;)
        if (walked[i] && (!r[i].status || r[i].rule == NAIVE_FINAL))
            naive_tlb_forget(&w->tlb, &part[i]);
}

/* One or two parts, in pages of their own. Translation comes before what is met at the physical address. */
static Outcome expected(World *w, const Operation *op)
{
    unsigned first = MIN(op->size, PAGE_SIZE - (unsigned)(op->va.v & PAGE_OFFSET));
    unsigned sizes[] = { first, op->size - first };
    NaiveAccess part[2] = { access_of(w, op), access_of(w, op) };
    NaiveResult r[2];
    Outcome out = { .ok = true };
    bool walked[2];
    part[1].va.v += first;
    if (w->naive.menvcfg.adue)
        memcpy(w->before, w->expected, TABLES_SIZE);
    for (unsigned i = 0; i < 2 && sizes[i]; i++) {
        unsigned hits = w->tlb.hits;
        r[i] = naive_tlb_translate(&w->tlb, &part[i]);
        walked[i] = w->tlb.hits == hits;
        if (!r[i].status && (!naive_may_reach(&w->naive, &part[i], r[i].spa, sizes[i]) ||
                             !naive_is_memory(&w->naive, r[i].spa, sizes[i])))
            naive_refuse(&r[i], &part[i]);
        if (r[i].status) {
            take_back(w, part, r, walked, i + 1);
            return set_fault(&out, &part[i], &r[i], i * first), out;
        }
    }
    uint8_t bytes[8] = { 0 };
    memcpy(bytes, &op->value, 8);
    for (unsigned i = 0; i < 2 && sizes[i]; i++) {
        if (part[i].kind == NAIVE_STORE)
            memcpy(w->expected + r[i].spa.v, bytes + i * first, sizes[i]);
        else
            memcpy(i ? (uint8_t *)&out.value + first : (uint8_t *)&out.value,
                   w->expected + r[i].spa.v, sizes[i]);
    }
    w->recent[op->slot].gpa = r[0].gpa;
    w->crossing += sizes[1] > 0;
    return out;
}

/* One step. */

static Operation random_operation(World *w)
{
    Operation op = { .kind = (Kind)below(w, KINDS),
                     .size = 1u << below(w, 4),
                     .value = below(w, UINT64_MAX) };
    op.priv = (unsigned)below(w, 2);
    bool v = access_of(w, &op).v;
    uint64_t atp = v ? w->naive.vsatp : w->naive.satp;
    bool g_only = v && !atp;
    op.slot = (unsigned)below(w, RECENT);
    if (one_in(w, w->recent[op.slot].good ? 64 : 4))
        w->recent[op.slot].va.v =
            tables_address(&w->random, (unsigned)((g_only ? w->naive.hgatp : atp) >> 60), g_only);
    op.va.v = w->recent[op.slot].va.v ^ below(w, 16);
    if (one_in(w, 2))
        op.va.v &= ~7ull;
    else if (one_in(w, 8))
        op.va.v |= PAGE_OFFSET - below(w, 8);
    if (op.kind == FETCH) {
        op.size = 2;
        op.va.v &= ~1ull;
    }
    return op;
}

static unsigned entries_of(const Store *store)
{
    unsigned n = 0;
    for (unsigned i = 0; i < store->n_spaces; i++)
        n += store->spaces[i].n_entries;
    return n;
}

static bool same(const Outcome *a, const Outcome *b)
{
    return a->ok == b->ok && a->value == b->value && a->fault.cause == b->fault.cause &&
           a->fault.gva.v == b->fault.gva.v && a->fault.guest == b->fault.guest &&
           a->fault.gpa.v == b->fault.gpa.v && a->fault.implicit == b->fault.implicit &&
           a->fault.implicit_write == b->fault.implicit_write && a->fault.offset == b->fault.offset;
}

/* Is what is remembered not what the tables say any more? */
static bool is_stale(World *w, const Operation *op)
{
    Naive look = w->naive;
    NaiveAccess access = access_of(w, op);
    look.menvcfg.adue = look.henvcfg.adue = false; /* changes nothing */
    NaiveResult now = naive_translate(&look, &access);
    /* The access that has just been done may have put another translation in place of this one. */
    w->tlb.machine = &look;
    w->tlb.forgets = true;
    Spa used = naive_tlb_translate(&w->tlb, &access).spa;
    w->tlb.machine = &w->naive;
    w->tlb.forgets = false;
    return now.status || now.spa.v != used.v;
}

static void perform(World *w, Operation op, unsigned number)
{
    unsigned hits = w->tlb.hits;
    Outcome y = expected(w, &op);
    if (w->tlb.hits > hits && y.ok)
        w->stale += is_stale(w, &op);
    Outcome x = really(w, &op);
    cr_assert(
        same(&x, &y),
        "step %u: kind %u of %u bytes at 0x%lx, satp 0x%lx vsatp 0x%lx hgatp 0x%lx: %d 0x%lx cause %lu gpa 0x%lx; "
        "the manual says %d 0x%lx cause %lu gpa 0x%lx",
        number, op.kind, op.size, op.va.v, w->naive.satp, w->naive.vsatp, w->naive.hgatp, x.ok,
        x.value, x.fault.cause, x.fault.gpa.v, y.ok, y.value, y.fault.cause, y.fault.gpa.v);
    if (!w->fenced)
        cr_assert_eq(entries_of(w->mmu.store), w->tlb.n,
                     "step %u: %u translations are remembered, not %u", number,
                     entries_of(w->mmu.store), w->tlb.n);
    w->recent[op.slot].good = x.ok;
    w->ok[op.kind] += x.ok;
    w->faults[x.fault.cause] += !x.ok;
    if (w->fenced && x.ok && access_of(w, &op).kind == NAIVE_STORE)
        fence_everything(w); /* it may have been to a table */
}

/* Whether something is in use is asked time and again, and each time the walk has to say so. */
static void sample(World *w, unsigned number)
{
    Operation op = random_operation(w);
    Spa at = some_entry(w, op.slot);
    uint64_t flag = one_in(w, 2) ? PTE_A : PTE_D;
    for (unsigned i = 0; i < 3; i++) {
        clear_flag(w, at, flag);
        fence_everything(w);
        perform(w, op, number);
    }
}

static void one_change(World *w, unsigned number)
{
    unsigned what = (unsigned)below(w, 34);
    if (what < 12) {
        random_context(w);
        return;
    }
    if (what < 20)
        random_fence(w);
    else if (what < 30)
        change_table(w);
    else if (what < 32)
        sample(w, number);
    else if (one_in(w, 8))
        random_pmp(w);
    if (what >= 20 && w->fenced)
        fence_everything(w);
}

static void begin(World *w, bool fenced)
{
    memset(w, 0, sizeof *w);
    cr_assert(bus_init(&w->bus, (Spa){ 0 }, TABLES_SIZE, &w->trace, NULL));
    mmu_init(&w->mmu, 0, &w->bus, &w->trace);
    w->fenced = w->tlb.forgets = fenced;
    w->tlb.machine = &w->naive;
    w->random = (RandomTables){ .seed = fenced ? 1 : 2, .noise = 64, .clear_ad = 4, .far = 24 };
    /* One entry of a NAPOT range stands for all, which need not be so in random tables. */
    w->naive = (Naive){ .svnapot = !fenced, .memory = w->expected, .memory_size = TABLES_SIZE };
    w->naive.menvcfg.pbmte = w->naive.henvcfg.pbmte = true;
    for (unsigned which = 0; which < 3; which++)
        for (unsigned mode = 0; mode < 4; mode++)
            for (unsigned id = 0; id < IDS; id++)
                w->atps[which][mode][id] =
                    tables_atp(&w->random, which == 2, which == 1, mode ? mode + 7 : 0, id);
    mmu_reset(&w->mmu);
    random_pmp(w);
}

static void live(World *w, bool fenced)
{
    const char *wanted = getenv("WALKS");
    unsigned steps = wanted ? (unsigned)strtoul(wanted, NULL, 10) : USUALLY;
    begin(w, fenced);
    for (unsigned i = 0; i < steps; i++) {
        if (i % LIFE == 0) {
            refill_tables(w);
            fence_everything(w);
        }
        if (one_in(w, 4))
            one_change(w, i);
        perform(w, random_operation(w), i);
        if (i % 256 == 255)
            cr_assert(!memcmp(w->bus.ram, w->expected, TABLES_SIZE), "step %u: memory differs", i);
    }
    cr_assert(!memcmp(w->bus.ram, w->expected, TABLES_SIZE), "memory differs");
}

static void expect_met(const World *w)
{
    static const uint8_t causes[] = { 1, 5, 7, 12, 13, 15, 20, 21, 23 };
    for (unsigned i = 0; i < KINDS; i++)
        cr_expect_gt(w->ok[i], USUALLY / 100, "kind %u went well %u times", i, w->ok[i]);
    for (unsigned i = 0; i < sizeof causes; i++)
        cr_expect_gt(w->faults[causes[i]], USUALLY / 1000, "cause %u: %u times", causes[i],
                     w->faults[causes[i]]);
    cr_expect_gt(w->taken_back, USUALLY / 2000, "A or D taken back: %u times", w->taken_back);
    cr_expect_gt(w->crossing, USUALLY / 1000, "accesses in two pages: %u", w->crossing);
}

static void end(World *w)
{
    mmu_free(&w->mmu);
    bus_free(&w->bus);
}

static World world;

Test(mmu_naive, with_every_fence_it_does_what_the_tables_say)
{
    live(&world, true);
    expect_met(&world);
    end(&world);
}

Test(mmu_naive, without_fences_it_does_what_is_remembered)
{
    World *w = &world;
    live(w, false);
    expect_met(w);
    cr_expect_gt(w->stale, USUALLY / 200, "stale translations used: %u times", w->stale);
    cr_expect_gt(w->fences_that_took, USUALLY / 200, "of %u fences %u took something", w->fences,
                 w->fences_that_took);
    end(w);
}
