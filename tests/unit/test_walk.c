/* SPDX-License-Identifier: MIT */
/*
 * test_walk.c - the page table walker against a second one, written straight from the manual.
 *
 * Random tables in a small memory, random requests; the two must agree in the outcome, the address and the A and D bits
 * they leave behind. The oracle is slow and naive on purpose.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "mmu/pte.h"
#include "mmu/walk.h"

enum { PAGES = 64, MEMORY = PAGES * PAGE_SIZE };

typedef struct {
    uint8_t bytes[MEMORY];
} Memory;

static bool read_pte(void *opaque, Spa at, uint64_t *pte)
{
    Memory *memory = opaque;
    if (at.v >= MEMORY)
        return false;
    memcpy(pte, memory->bytes + at.v, 8);
    return true;
}

static bool update_pte(void *opaque, Spa at, uint64_t set, uint64_t *pte)
{
    Memory *memory = opaque;
    if (at.v >= MEMORY)
        return false;
    memcpy(pte, memory->bytes + at.v, 8);
    *pte |= set;
    memcpy(memory->bytes + at.v, pte, 8);
    return true;
}

/* The oracle. Outcomes: 0 translated, 1 page fault, 2 guest page fault, 3 access fault. */
typedef struct {
    Memory *memory;
    const WalkRequest *q;
    uint64_t out;
} Oracle;

static int oracle_stage(Oracle *o, bool g, uint64_t address, Access access, bool implicit,
                        uint64_t *out);

static int oracle_g(Oracle *o, uint64_t address, Access access, bool implicit, uint64_t *out)
{
    *out = address;
    return o->q->g.mode ? oracle_stage(o, true, address, access, implicit, out) : 0;
}

static bool oracle_permits(const Oracle *o, bool g, uint64_t pte, Access access, bool implicit)
{
    bool r = pte >> 1 & 1, w = pte >> 2 & 1, x = pte >> 3 & 1, u = pte >> 4 & 1;
    bool hlvx = o->q->execute_as_read && !(g && implicit);
    if (g && !u)
        return false;
    if (!g && o->q->user && !u)
        return false;
    if (!g && !o->q->user && u && (access == ACCESS_FETCH || !o->q->sum))
        return false;
    if (access == ACCESS_FETCH || hlvx)
        return x;
    if (access == ACCESS_WRITE)
        return w;
    bool mxr = g ? o->q->g_mxr && !implicit : o->q->mxr;
    return r || (mxr && x);
}

static int oracle_stage(Oracle *o, bool g, uint64_t address, Access access, bool implicit,
                        uint64_t *out)
{
    const WalkStage *config = g ? &o->q->g : &o->q->s;
    int levels = config->mode == 8 ? 3 : config->mode == 9 ? 4 : 5, fault = g ? 2 : 1;
    int width = 12 + 9 * levels;
    uint64_t high = g ? address >> (width + 2) : (uint64_t)((int64_t)address >> (width - 1));
    if (high && (g || high != UINT64_MAX))
        return fault;
    uint64_t a = config->root;
    for (int i = levels - 1; i >= 0; i--) {
        uint64_t vpn = address >> (12 + 9 * i);
        vpn &= g && i == levels - 1 ? 2047 : 511;
        uint64_t at = a + vpn * 8, spa, pte;
        int status = g ? (spa = at, 0) : oracle_g(o, at, ACCESS_READ, true, &spa);
        if (status)
            return status;
        if (spa >= MEMORY)
            return 3;
        memcpy(&pte, o->memory->bytes + spa, 8);
        bool leaf = pte & 0xa;
        if (!(pte & 1) || (pte & 6) == 4 || pte >> 54 & 0x7f)
            return fault;
        if (!leaf) {
            if (pte & 0xd0 || pte >> 61)
                return fault;
            a = (pte >> 10 & 0xfffffffffff) << 12;
            continue;
        }
        uint64_t pbmt = pte >> 61 & 3;
        if (pbmt == 3 || (pbmt && !config->pbmt))
            return fault;
        if (pte >> 63 && (!config->napot || i != 0 || (pte >> 10 & 15) != 8))
            return fault;
        uint64_t size = 4096ull << (9 * i);
        uint64_t base = (pte >> 10 & 0xfffffffffff) << 12;
        if (pte >> 63) {
            size = 65536;
            base &= ~0xf000ull;
        }
        if (base % size)
            return fault;
        if (!oracle_permits(o, g, pte, access, implicit))
            return fault;
        uint64_t need = 0x40 | (access == ACCESS_WRITE ? 0x80 : 0);
        if ((pte & need) != need) {
            if (!config->hardware_ad)
                return fault;
            if (!g && (status = oracle_g(o, at, ACCESS_WRITE, true, &spa)))
                return status;
            pte |= need;
            memcpy(o->memory->bytes + spa, &pte, 8);
        }
        *out = base + address % size;
        return 0;
    }
    return fault;
}

static int oracle(Oracle *o)
{
    uint64_t gpa = o->q->va.v;
    int status = o->q->s.mode ? oracle_stage(o, false, gpa, o->q->access, false, &gpa) : 0;
    return status ? status : oracle_g(o, gpa, o->q->access, false, &o->out);
}

static uint64_t seed;

static uint64_t rnd(void)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return seed >> 33 ^ seed << 13;
}

static bool one_in(unsigned n)
{
    return rnd() % n == 0;
}

/* A PTE that is right most of the time. */
static uint64_t random_pte(void)
{
    uint64_t ppn = rnd() % PAGES;
    uint64_t flags = one_in(8) ? rnd() & 0xff : one_in(2) ? 0x01 : 0xc1 | (rnd() & 0x3e) | 0x2;
    if (flags & 0xa && one_in(2))
        ppn = one_in(2) ? 0 : ppn & ~15ull;
    uint64_t pte = ppn << 10 | flags;
    if (one_in(16))
        pte ^= 1ull << rnd() % 64;
    if (flags & 0xa && one_in(8))
        pte = (pte & ~(15ull << 10)) | 8ull << 10 | 1ull << 63;
    if (one_in(12))
        pte |= (rnd() & 3) << 61;
    return pte;
}

static WalkStage random_stage(bool g)
{
    static const uint8_t modes[] = { ATP_BARE, ATP_SV39, ATP_SV39, ATP_SV48, ATP_SV57 };
    return (WalkStage){ .mode = modes[rnd() % 5],
                        .hardware_ad = one_in(2),
                        .pbmt = one_in(2),
                        .napot = one_in(4) == 0,
                        .root = (g ? rnd() % (PAGES / 4) * 4 : rnd() % PAGES) * PAGE_SIZE };
}

static WalkRequest random_request(void)
{
    WalkRequest q = { .access = rnd() % 3,
                      .user = one_in(2),
                      .sum = one_in(2),
                      .mxr = one_in(2),
                      .g_mxr = one_in(2),
                      .s = random_stage(false),
                      .g = random_stage(true) };
    q.execute_as_read = q.access == ACCESS_READ && one_in(4);
    /* Low indices, so that tables in a small memory are reached; sometimes a wild address. */
    q.va.v = rnd() & 0x3fff;
    for (unsigned i = 1; i < 5; i++)
        q.va.v |= (rnd() & 3) << (12 + 9 * i);
    if (one_in(16))
        q.va.v ^= 1ull << rnd() % 64;
    if (one_in(8) && q.s.mode)
        q.va.v = (uint64_t)sign_extend(q.va.v | 1ull << (11 + 9 * atp_levels(q.s.mode)),
                                       12 + 9 * atp_levels(q.s.mode));
    return q;
}

Test(walk, agrees_with_the_manual_on_random_tables)
{
    static Memory memory, copy;
    unsigned outcomes[4] = { 0 };
    seed = 1;
    for (unsigned round = 0; round < 400; round++) {
        for (unsigned i = 0; i < MEMORY; i += 8) {
            uint64_t pte = random_pte();
            memcpy(memory.bytes + i, &pte, 8);
        }
        for (unsigned n = 0; n < 500; n++) {
            WalkRequest q = random_request();
            WalkMemory access = { .read = read_pte, .update = update_pte, .opaque = &memory };
            WalkResult r;
            memcpy(&copy, &memory, sizeof memory);
            Oracle o = { &copy, &q, 0 };
            int expected = oracle(&o);
            walk(&q, &access, &r);
            int got = (int)r.status; /* the enum has the oracle's order */
            outcomes[expected]++;
            cr_assert_eq(got, expected, "round %u request %u: %d, the manual says %d (why %d)",
                         round, n, got, expected, (int)r.why);
            if (!expected)
                cr_assert_eq(r.spa.v, o.out, "round %u request %u: address", round, n);
            cr_assert(!memcmp(&copy, &memory, sizeof memory), "round %u request %u: A and D bits",
                      round, n);
            cr_assert_leq(r.n_steps, WALK_MAX_STEPS);
        }
    }
    for (unsigned i = 0; i < 4; i++)
        cr_expect_gt(outcomes[i], 200, "outcome %u happened only %u times", i, outcomes[i]);
}

/* How many PTEs a full walk reads: what the two-dimensional walk costs. */
Test(walk, counts_references)
{
    static const struct {
        uint8_t s, g;
        unsigned steps;
        bool clear_a; /* of the first stage's leaf: its place is asked for again, to be written */
    } cases[] = {
        { ATP_SV39, ATP_BARE, 3, false },  { ATP_SV48, ATP_BARE, 4, false },
        { ATP_SV57, ATP_BARE, 5, false },  { ATP_BARE, ATP_SV39, 3, false },
        { ATP_SV39, ATP_SV39, 15, false }, { ATP_SV48, ATP_SV48, 24, false },
        { ATP_SV57, ATP_SV57, 35, false }, { ATP_SV39, ATP_SV57, 23, false },
        { ATP_SV39, ATP_BARE, 3, true },   { ATP_SV57, ATP_SV57, WALK_MAX_STEPS, true },
    };
    static Memory memory;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* Page 0 is a table whose entry 0 points at itself; at the last level the same bits must be a leaf, so each
         * level has its own table: pages 4.. for the first stage, pages 16.. for G (16 KiB aligned root). */
        memset(&memory, 0, sizeof memory);
        unsigned s_levels = cases[i].s ? atp_levels(cases[i].s) : 0,
                 g_levels = cases[i].g ? atp_levels(cases[i].g) : 0;
        for (unsigned l = 0; l < s_levels; l++) {
            bool last = l + 1 == s_levels;
            uint64_t leaf = cases[i].clear_a ? 0xdf & ~PTE_A : 0xdf;
            uint64_t pte = (uint64_t)(last ? 0 : 4 + l + 1) << 10 | (last ? leaf : 1);
            memcpy(memory.bytes + (4 + l) * PAGE_SIZE, &pte, 8);
        }
        for (unsigned l = 0; l < g_levels; l++) {
            bool last = l + 1 == g_levels;
            unsigned table = l ? 20 + l : 16, next = 20 + l + 1;
            for (unsigned page = 0; page < (last ? 16 : 1); page++) {
                uint64_t pte = (uint64_t)(last ? page : next) << 10 | (last ? 0xdf : 1);
                memcpy(memory.bytes + table * PAGE_SIZE + page * 8, &pte, 8);
            }
        }
        WalkRequest q = { .access = ACCESS_READ,
                          .user = true,
                          .s = { .mode = cases[i].s, .hardware_ad = true, .root = 4 * PAGE_SIZE },
                          .g = { .mode = cases[i].g, .root = 16 * PAGE_SIZE } };
        WalkMemory access = { .read = read_pte, .update = update_pte, .opaque = &memory };
        WalkResult r;
        walk(&q, &access, &r);
        cr_expect_eq(r.status, WALK_OK, "case %u ends with %d, why %d", i, (int)r.status,
                     (int)r.why);
        cr_expect_eq(r.n_steps, cases[i].steps, "case %u reads %u PTEs, not %u", i, r.n_steps,
                     cases[i].steps);
    }
}
