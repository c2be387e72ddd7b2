/* SPDX-License-Identifier: MIT */
/*
 * test_walk_naive.c - the page table walker against a second one, written straight from the manual.
 *
 * Random tables in a small memory, random contexts and accesses; both walkers must agree in how it ends and why, in
 * what is reported, in every entry read, and in the memory they leave behind. `make check-walk` does a million and
 * more.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "mmu/pmp.h"
#include "mmu/pte.h"
#include "mmu/walk.h"
#include "tests/lib/naive_walk.h"
#include "tests/lib/random_tables.h"

enum { ROUND = 1000, USUALLY = 300000 };

/* How often something happened, and its name for the report. */
typedef struct {
    unsigned ends[4], rules[2][NAIVE_RULES]; /* by status; by stage and rule, of faults */
    unsigned success[11][11][2];             /* by MODE of either stage, with V = 0 and 1 */
    unsigned deep;                           /* walks of 24 references and more that went well */
    unsigned implicit[2][3]; /* guest-page faults on an entry: read or write, by access */
    unsigned s_sizes[64], g_sizes[64], updates, hlvx;
} Classes;

typedef struct {
    Naive naive;
    Pmp pmp;
    RandomTables random;
    uint8_t memory[TABLES_SIZE], expected[TABLES_SIZE];
    bool wrote;
    Classes met;
} World;

static uint64_t below(World *w, uint64_t limit)
{
    return tables_below(&w->random, limit);
}

static bool one_in(World *w, unsigned n)
{
    return tables_one_in(&w->random, n);
}

/* Memory for the walker under test. */

static bool read_pte(void *opaque, Spa at, uint64_t *pte)
{
    World *w = opaque;
    if (at.v > TABLES_SIZE - 8 || !pmp_allows(&w->pmp, at, 8, ACCESS_READ, 1))
        return false;
    memcpy(pte, w->memory + at.v, 8);
    return true;
}

static bool update_pte(void *opaque, Spa at, uint64_t set, uint64_t *pte)
{
    World *w = opaque;
    if (at.v > TABLES_SIZE - 8 || !pmp_allows(&w->pmp, at, 8, ACCESS_WRITE, 1))
        return false;
    memcpy(pte, w->memory + at.v, 8);
    *pte |= set;
    memcpy(w->memory + at.v, pte, 8);
    w->wrote = true;
    return true;
}

/* Random contexts. */

static void set_pmp(World *w, unsigned i, uint8_t cfg, uint64_t addr)
{
    w->naive.pmpcfg[i] = cfg;
    w->naive.pmpaddr[i] = addr;
    w->pmp.cfg[i] = cfg;
    w->pmp.addr[i] = addr;
}

/* Three entries that forbid something somewhere, and one that allows the rest. */
static void random_pmp(World *w)
{
    static const uint8_t permissions[] = { 0, PMP_R, PMP_R | PMP_W, PMP_X, PMP_R | PMP_X, 7 };
    bool on = one_in(w, 3);
    for (unsigned i = 0; i < 3; i++) {
        uint64_t addr = below(w, TABLES_SIZE) >> 2;
        if (one_in(w, 2))
            addr |= BIT(below(w, 10)) - 1;
        uint8_t mode = (uint8_t)(on ? below(w, 4) << 3 : 0);
        set_pmp(w, i, permissions[below(w, 6)] | mode | (one_in(w, 4) ? PMP_L : 0), addr);
    }
    w->pmp.mml = w->naive.mseccfg.mml = one_in(w, 8);
    set_pmp(w, 15, (uint8_t)(PMP_A | PMP_R | PMP_W | PMP_X),
            one_in(w, 64) ? below(w, BIT(20)) : BIT(54) - 1);
    pmp_update(&w->pmp);
}

static void random_context(World *w)
{
    static const uint8_t modes[] = { ATP_BARE, ATP_SV39, ATP_SV48, ATP_SV57, ATP_SV57 };
    Naive *m = &w->naive;
    m->satp = tables_atp(&w->random, false, false, modes[below(w, 5)], 0);
    m->vsatp = tables_atp(&w->random, false, true, modes[below(w, 5)], 0);
    m->hgatp = tables_atp(&w->random, true, false, modes[below(w, 5)], 0);
    m->menvcfg.adue = one_in(w, 2);
    m->henvcfg.adue =
        one_in(w, 2); /* a hart's would be 0 with the other, but walk() does not care */
    m->menvcfg.pbmte = !one_in(w, 4);
    m->henvcfg.pbmte = !one_in(w, 4);
    m->mstatus.sum = one_in(w, 2);
    m->mstatus.mxr = one_in(w, 2);
    m->vsstatus.sum = one_in(w, 2);
    m->vsstatus.mxr = one_in(w, 2);
    m->svnapot = !one_in(w, 8);
    m->svrsw60t59b = one_in(w, 4);
    random_pmp(w);
}

static NaiveAccess random_access(World *w)
{
    NaiveAccess a = { .priv = one_in(w, 2) ? NAIVE_U : NAIVE_S, .v = !one_in(w, 3) };
    uint64_t atp = a.v ? w->naive.vsatp : w->naive.satp;
    bool g_only = a.v && !atp;
    a.kind = (NaiveKind)below(w, a.v ? 4 : 3);
    a.va.v = tables_address(&w->random, (unsigned)((g_only ? w->naive.hgatp : atp) >> 60), g_only);
    return a;
}

/* The walker's request for the same access. */

static WalkStage stage_of(const Naive *m, uint64_t atp, bool adue, bool pbmte)
{
    return (WalkStage){ .mode = (uint8_t)(atp >> 60),
                        .hardware_ad = adue,
                        .pbmt = pbmte,
                        .napot = m->svnapot,
                        .rsw60 = m->svrsw60t59b,
                        .root = bits(atp, 43, 0) << 12 };
}

static WalkRequest request_of(const Naive *m, const NaiveAccess *a)
{
    static const Access access[] = { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH, ACCESS_READ };
    WalkRequest q = { .va = a->va,
                      .access = access[a->kind],
                      .user = a->priv == NAIVE_U,
                      .sum = a->v ? m->vsstatus.sum : m->mstatus.sum,
                      .mxr = m->mstatus.mxr || (a->v && m->vsstatus.mxr),
                      .g_mxr = m->mstatus.mxr,
                      .execute_as_read = a->kind == NAIVE_HLVX };
    if (a->v) {
        q.s = stage_of(m, m->vsatp, m->henvcfg.adue, m->henvcfg.pbmte);
        q.g = stage_of(m, m->hgatp, m->menvcfg.adue, m->menvcfg.pbmte);
    } else {
        q.s = stage_of(m, m->satp, m->menvcfg.adue, m->menvcfg.pbmte);
    }
    return q;
}

/* Comparison. */

static const WalkReason reasons[NAIVE_RULES] = {
    [NAIVE_CANONICAL] = WHY_NOT_CANONICAL,
    [NAIVE_INVALID] = WHY_NOT_VALID,
    [NAIVE_W_NO_R] = WHY_RESERVED,
    [NAIVE_RESERVED] = WHY_RESERVED,
    [NAIVE_PBMT] = WHY_RESERVED,
    [NAIVE_NAPOT] = WHY_RESERVED,
    [NAIVE_LAST_LEVEL] = WHY_NO_LEAF,
    [NAIVE_MISALIGNED] = WHY_MISALIGNED,
    [NAIVE_USER] = WHY_PERMISSION,
    [NAIVE_RWX] = WHY_PERMISSION,
    [NAIVE_A] = WHY_ACCESSED,
    [NAIVE_D] = WHY_DIRTY,
    [NAIVE_PTE_READ] = WHY_ACCESS,
    [NAIVE_PTE_WRITE] = WHY_ACCESS,
};

static const char *compare_faults(const NaiveResult *n, const WalkResult *r)
{
    if (r->why != reasons[n->rule])
        return "the rule";
    if (n->status != NAIVE_GUEST_PAGE_FAULT)
        return NULL;
    if (r->gpa.v != n->gpa.v)
        return "the guest physical address";
    if (r->implicit != n->implicit)
        return "implicit";
    return r->implicit_write != n->implicit_write ? "implicit write" : NULL;
}

static const char *compare_results(const NaiveResult *n, const WalkResult *r)
{
    enum { RWX = PTE_R | PTE_W | PTE_X };
    unsigned s = n->s_pte ? n->s_pte & (RWX | PTE_U | PTE_D) : RWX | PTE_U | PTE_D;
    unsigned g = n->g_pte ? n->g_pte & (RWX | PTE_D) : RWX | PTE_D;
    if (r->spa.v != n->spa.v || r->gpa.v != n->gpa.v)
        return "the address";
    if (r->s_shift != n->s_shift || r->g_shift != n->g_shift)
        return "the sizes";
    if (r->perms != (s | (n->global ? PTE_G : 0)) || r->g_perms != g)
        return "the permissions";
    return NULL;
}

/* Every reference, unless an entry was to be set: then the G stage may be asked once or twice for its place. */
static const char *compare_reads(const NaiveResult *n, const WalkResult *r)
{
    if (n->updated || n->implicit_write || n->rule == NAIVE_PTE_WRITE)
        return NULL;
    if (r->n_steps != n->n_reads)
        return "the number of references";
    for (unsigned i = 0; i < n->n_reads; i++) {
        const WalkStep *step = &r->steps[i];
        const NaiveRead *read = &n->reads[i];
        if (step->stage != read->g || step->level != read->level || step->at.v != read->at.v ||
            step->pte != read->pte || (!read->g && step->gpa.v != read->gpa.v))
            return "a reference";
    }
    return NULL;
}

static const char *compare(const World *w, const NaiveResult *n, const WalkResult *r)
{
    if ((unsigned)r->status != (unsigned)n->status)
        return "how it ends";
    const char *difference = n->status ? compare_faults(n, r) : compare_results(n, r);
    if (!difference)
        difference = compare_reads(n, r);
    if (!difference && (n->updated || w->wrote) && memcmp(w->memory, w->expected, TABLES_SIZE))
        difference = "memory";
    return difference;
}

/* Classes, each of which must be met often. */

static void count(Classes *met, const World *w, const NaiveAccess *a, const NaiveResult *n)
{
    met->ends[n->status]++;
    met->updates += n->updated;
    if (n->status) {
        met->rules[n->rule_g][n->rule]++;
        met->implicit[n->implicit_write][a->kind % 3] += n->implicit;
        return;
    }
    met->success[(a->v ? w->naive.vsatp : w->naive.satp) >> 60][a->v ? w->naive.hgatp >> 60 : 0]
                [a->v]++;
    met->deep += n->n_reads >= 24;
    met->hlvx += a->kind == NAIVE_HLVX;
    met->s_sizes[n->s_shift]++;
    met->g_sizes[n->g_shift]++;
}

static void expect_met(const Classes *met, unsigned walks)
{
    static const uint8_t modes[] = { ATP_BARE, ATP_SV39, ATP_SV48, ATP_SV57 };
    static const uint8_t sizes[] = { 12, 16, 21, 30, 39, 48, 63 };
    const unsigned some = walks / 50000;
    for (unsigned i = 0; i < 4; i++)
        cr_expect_gt(met->ends[i], walks / 100, "end %u: %u times", i, met->ends[i]);
    for (unsigned g = 0; g < 2; g++)
        for (unsigned rule = NAIVE_CANONICAL; rule < NAIVE_FINAL; rule++)
            cr_expect_gt(met->rules[g][rule], some, "rule %u of stage %u: %u times", rule, g,
                         met->rules[g][rule]);
    for (unsigned i = 0; i < 16; i++)
        cr_expect_gt(met->success[modes[i / 4]][modes[i % 4]][1], some, "modes %u, %u: %u times",
                     modes[i / 4], modes[i % 4], met->success[modes[i / 4]][modes[i % 4]][1]);
    for (unsigned i = 0; i < 4; i++)
        cr_expect_gt(met->success[modes[i]][0][0], some, "mode %u: %u times", modes[i],
                     met->success[modes[i]][0][0]);
    for (unsigned i = 0; i < 6; i++)
        cr_expect_gt(met->implicit[i / 3][i % 3], some, "implicit %u by access %u: %u times", i / 3,
                     i % 3, met->implicit[i / 3][i % 3]);
    for (unsigned i = 0; i < 7; i++)
        cr_expect(met->s_sizes[sizes[i]] > some && met->g_sizes[sizes[i]] > some,
                  "size %u: %u and %u times", sizes[i], met->s_sizes[sizes[i]],
                  met->g_sizes[sizes[i]]);
    cr_expect_gt(met->deep, walks / 100, "24 references: %u times", met->deep);
    cr_expect_gt(met->updates, walks / 100, "A or D set: %u times", met->updates);
    cr_expect_gt(met->hlvx, some, "HLVX: %u times", met->hlvx);
}

static void one_walk(World *w, unsigned number)
{
    NaiveAccess access = random_access(w);
    WalkRequest request = request_of(&w->naive, &access);
    WalkMemory memory = { .read = read_pte, .update = update_pte, .opaque = w };
    WalkResult r;
    w->wrote = false;
    NaiveResult n = naive_translate(&w->naive, &access);
    walk(&request, &memory, &r);
    count(&w->met, w, &access, &n);
    const char *difference = compare(w, &n, &r);
    cr_assert(
        !difference,
        "walk %u, 0x%lx with satp 0x%lx vsatp 0x%lx hgatp 0x%lx: %s differs: %u by rule %u, but %u (%u)",
        number, access.va.v, w->naive.satp, w->naive.vsatp, w->naive.hgatp, difference, n.status,
        n.rule, r.status, r.why);
}

Test(walk_naive, agrees_with_the_manual_on_random_tables)
{
    static World w;
    static const unsigned noise[] = { 0, 256, 64, 8 };
    const char *wanted = getenv("WALKS");
    unsigned walks = wanted ? (unsigned)strtoul(wanted, NULL, 10) : USUALLY;
    w.random.seed = 1;
    w.naive.memory = w.expected;
    w.naive.memory_size = TABLES_SIZE;
    for (unsigned i = 0; i < walks; i++) {
        if (i % ROUND == 0) {
            w.random.noise = noise[i / ROUND % 4];
            w.random.clear_ad = i / ROUND % 3 * 3;
            w.random.far = i / ROUND % 5 * 4;
            tables_fill(&w.random, w.memory);
            memcpy(w.expected, w.memory, TABLES_SIZE);
        }
        if (i % 4 == 0)
            random_context(&w);
        one_walk(&w, i);
    }
    expect_met(&w.met, walks);
}
