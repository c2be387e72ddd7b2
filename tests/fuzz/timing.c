/* SPDX-License-Identifier: MIT */
/*
 * timing.c - fuzzing: the model of the shared machine: harts and a device that use memory, change who they are, fence and
 * reset, and states that were forged in between.
 *
 * After every case what the L1s have is in the LLC where they say, the directory says who has it, only one hart may write a
 * line, and owners have as many lines as there are. Unless a state was forged, every cycle of waiting has a cause.
 */
#include "mmu/timing/timing.h"
#include "tests/lib/fuzz.h"

enum { HARTS = 3, FORGED = 16 };

typedef struct {
    Trace trace;
    Partitions *parts;
    Timing *t;
    uint64_t units[HARTS];
    uint64_t waited;
    bool forged;
    GByteArray *fresh, *state;
} World;

static const int64_t none_left;

static void save(World *w, GByteArray *out)
{
    StateSaver saver;
    g_byte_array_set_size(out, 0);
    state_saver_init(&saver, out);
    partitions_visit(w->parts, &saver.visitor);
    timing_visit(w->t, &saver.visitor);
}

static bool load(World *w, const GByteArray *from)
{
    StateLoader loader;
    state_loader_init(&loader, from->data, from->len);
    partitions_visit(w->parts, &loader.visitor);
    timing_visit(w->t, &loader.visitor);
    bool ok = !loader.error;
    g_clear_error(&loader.error);
    return ok;
}

/* Caches that cases fill. */
static World *make(unsigned which)
{
    World *w = g_new0(World, 1);
    TimingConfig config = { *timing_profile_find(which & 1 ? "rocket6" : "a53x4"), 1 };
    TimingProfile *p = &config.profile;
    p->llc = (CacheSize){ 16 << 10, 4 };
    p->l1d = p->l1i = (CacheSize){ 1 << 10, 2 };
    p->llc_replacement = which % REPLACE_COUNT;
    p->llc_hash = which / 2 % HASH_COUNT;
    p->tlb_l2 = (TlbSize){ 16, 2 };
    p->walk_entries = 4;
    w->parts = partitions_new();
    w->t = timing_new(&config, HARTS, &w->trace, w->parts);
    for (unsigned i = 0; i < HARTS; i++)
        timing_hart_clock(timing_hart(w->t, i), &w->units[i], &none_left);
    w->fresh = g_byte_array_new();
    w->state = g_byte_array_new();
    save(w, w->fresh);
    return w;
}

static void forge(World *w, Bytes *in)
{
    save(w, w->state);
    for (unsigned n = take_below(in, FORGED); n; n--) {
        uint64_t at = take(in, 3) % w->state->len;
        w->state->data[at] = (uint8_t)take(in, 1);
    }
    (void)!load(w, w->state);
    w->forged = true;
}

static void fence(TimingHart *h, Bytes *in)
{
    unsigned what = take_below(in, 256);
    timing_tlb_fence(h, &(TlbFence){ .guest = what & 1,
                                     .any_vmid = what & 2,
                                     .g_stage = what & 4,
                                     .any_address = what & 8,
                                     .any_asid = what & 16,
                                     .vmid = what >> 5 & 1,
                                     .asid = what >> 6,
                                     .address = take_below(in, 65536) << 6 });
}

static void translate(TimingHart *h, Bytes *in)
{
    unsigned what = take_below(in, 256);
    uint64_t va = (uint64_t)take_below(in, 65536) << 8;
    TlbSpace space = tlb_space(what & 1, what >> 1 & 1, what >> 2 & 3);
    if (!timing_tlb(h, what & 16, va, space))
        timing_tlb_fill(h, what & 16, va, (Gpa){ va }, what & 32 ? 21 : 12, space, what & 64);
}

static void act(World *w, Bytes *in)
{
    unsigned what = take_below(in, 256), hart = what % HARTS;
    TimingHart *h = timing_hart(w->t, hart);
    Spa at = { BOARD_RAM + (uint64_t)take_below(in, 1024) * 32 };
    switch (what >> 4) {
    case 0: timing_hart_who(h, what & 8, take_below(in, 4)); break;
    case 1: fence(h, in); break;
    case 2: translate(h, in); break;
    case 3: timing_walk(h, at, what & 1, what & 2); break;
    case 4:
        timing_dma(w->t, at, take_below(in, 4096), what & 1, requester_device(1), timing_now(h));
        break;
    case 5: timing_fence_i(h); break;
    case 6:
        if (!take_below(in, 8))
            timing_hart_forget(h);
        break;
    case 7:
        if (!w->forged) /* once: it takes as long as a case */
            forge(w, in);
        break;
    case 8: w->units[hart] += take_below(in, 65536); break;
    case 9:
    case 10: timing_fetch(h, at); break;
    default: timing_data(h, at, 8, what & 1); break;
    }
    w->waited += h->stall;
    w->units[hart] += 1 + h->stall;
    h->stall = 0;
}

static void check_l1(const World *w, const TimingHart *h, const L1 *l1, bool code)
{
    for (uint64_t i = 0; i < (l1->set_mask + 1) * l1->ways; i++) {
        uint64_t entry = l1->entries[i], line = l1_line(entry);
        if (!entry)
            continue;
        unsigned set = cache_set(&w->t->llc.cache, line), way = (unsigned)(entry >> L1_WAY_SHIFT);
        const LlcLine *what = llc_line(&w->t->llc, set, way);
        uint32_t harts = code ? what->code : what->data;
        if (cache_find(&w->t->llc.cache, set, line) != (int)way)
            fuzz_fail("hart %u has what the LLC has not", h->id);
        if (!(harts >> h->id & 1))
            fuzz_fail("hart %u is not in the directory", h->id);
        if (entry & (L1_EXCLUSIVE | L1_DIRTY) && harts != 1u << h->id)
            fuzz_fail("hart %u may write what others have", h->id);
    }
}

static void check(const World *w)
{
    const Llc *llc = &w->t->llc;
    uint64_t lines = 0, counted = 0, copies = 0, stalls = 0;
    for (unsigned i = 0; i < HARTS; i++) {
        check_l1(w, timing_hart(w->t, i), &timing_hart(w->t, i)->data, false);
        check_l1(w, timing_hart(w->t, i), &timing_hart(w->t, i)->code, true);
    }
    for (uint64_t i = 0; i < llc->n_lines; i++) {
        lines += llc->cache.tags[i] != CACHE_NONE;
        copies += (unsigned)__builtin_popcount(llc->lines[i].data);
    }
    for (unsigned i = 0; i < OWNERS_MAX * llc->colors; i++)
        counted += llc->occupancy[i];
    for (unsigned i = 0; i < HARTS; i++) {
        const L1 *l1 = &timing_hart(w->t, i)->data;
        for (uint64_t j = 0; j < (l1->set_mask + 1) * l1->ways; j++)
            copies -= l1->entries[j] != 0;
    }
    if (lines != counted)
        fuzz_fail("%u lines are there, %u are somebody's", (unsigned)lines, (unsigned)counted);
    if (copies)
        fuzz_fail("the directory knows copies that nobody has");
    for (unsigned i = 0; i < w->t->counts.n_owners; i++) {
        for (StallCause cause = 0; cause < STALLS; cause++)
            stalls += w->t->counts.counts[i].stall[cause];
    }
    if (!w->forged && stalls != w->waited)
        fuzz_fail("cycles without a cause");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static World *worlds[REPLACE_COUNT * 2];
    Bytes in = { data, data + size };
    unsigned which = take_below(&in, G_N_ELEMENTS(worlds));
    if (!worlds[which])
        worlds[which] = make(which);
    World *w = worlds[which];
    if (!load(w, w->fresh))
        fuzz_fail("its own state is refused");
    memset(w->units, 0, sizeof w->units);
    w->waited = 0;
    w->forged = false;
    while (bytes_left(&in))
        act(w, &in);
    check(w);
    return 0;
}
