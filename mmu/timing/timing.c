/* SPDX-License-Identifier: MIT */
/*
 * timing.c - making the model, who runs where, and its state; see timing.h. The way of an access is in access.c and
 * memory.c.
 */
#include "mmu/timing/timing.h"

#include <string.h>

#include "mmu/timing/path.h"

static const uint64_t no_units;
static const int64_t none_left;

static uint64_t cycles_of(const TimingProfile *p, uint64_t ps)
{
    return (ps * (p->clock_hz / 1000000) + 500000) / 1000000;
}

static void new_l1(L1 *l1, const CacheSize *size, unsigned line)
{
    l1->ways = size->ways;
    l1->set_mask = size->size / size->ways / line - 1;
    l1->entries = g_new0(uint64_t, (l1->set_mask + 1) * l1->ways);
}

static void new_hart(Timing *t, unsigned id)
{
    const TimingProfile *p = &t->config.profile;
    TimingHart *h = &t->harts[id];
    new_l1(&h->data, &p->l1d, p->line);
    new_l1(&h->code, &p->l1i, p->line);
    h->line_shift = (unsigned)__builtin_ctz(p->line);
    h->timing = t;
    h->id = id;
    tlb_model_init(&h->tlb[0], p->tlb_d);
    tlb_model_init(&h->tlb[1], p->tlb_i);
    tlb_model_init(&h->tlb_l2, p->tlb_l2);
    tlb_model_init(&h->walk_cache, (TlbSize){ p->walk_entries, 0 });
    h->tlb_d = &h->tlb[0];
    h->tlb_i = &h->tlb[1];
    timing_hart_clock(h, NULL, NULL);
    memset(h->streams, 0xff, sizeof h->streams);
    path_find_owner(h);
}

Timing *timing_new(const TimingConfig *config, unsigned n_harts, Trace *trace, Partitions *parts)
{
    g_assert(n_harts <= TIMING_MAX_HARTS && timing_profile_check(&config->profile, NULL));
    const TimingProfile *p = &config->profile;
    Timing *t = g_new0(Timing, 1);
    t->config = *config;
    t->n_harts = n_harts;
    t->llc_cycles = p->llc_cycles;
    t->snoop_cycles = p->snoop_cycles;
    t->memory_cycles = cycles_of(p, p->memory_ps);
    t->trace = trace;
    t->parts = parts;
    llc_init(&t->llc, config);
    calendar_init(&t->calendar, (uint64_t)p->service_ps * (p->clock_hz / 1000000) * 256 / 1000000);
    t->harts = g_new0(TimingHart, n_harts);
    for (unsigned i = 0; i < n_harts; i++)
        new_hart(t, i);
    return t;
}

void timing_free(Timing *t)
{
    if (!t)
        return;
    for (unsigned i = 0; i < t->n_harts; i++) {
        TimingHart *h = &t->harts[i];
        g_free(h->data.entries);
        g_free(h->code.entries);
        tlb_model_free(&h->tlb[0]);
        tlb_model_free(&h->tlb[1]);
        tlb_model_free(&h->tlb_l2);
        tlb_model_free(&h->walk_cache);
    }
    llc_free(&t->llc);
    g_free(t->harts);
    g_free(t);
}

static TimingUse use_now(const TimingHart *h)
{
    TimingUse use = { .cycles = timing_now(h) };
    if (h->measure)
        h->measure(h->measured, &use);
    return use;
}

static void add_use(TimingUse *sum, const TimingUse *from, const TimingUse *to)
{
    sum->cycles += to->cycles - from->cycles;
    sum->idle += to->idle - from->idle;
    sum->retired += to->retired - from->retired;
}

void timing_hart_clock(TimingHart *h, const uint64_t *units, const int64_t *left)
{
    h->units = units ? units : &no_units;
    h->left = left ? left : &none_left;
    h->since = use_now(h);
}

static bool has_clock(const TimingHart *h)
{
    return h->units != &no_units;
}

static void count_use(TimingHart *h)
{
    TimingUse now = use_now(h);
    if (has_clock(h))
        add_use(&h->mine->use, &h->since, &now);
    h->since = now;
}

void timing_count_use(Timing *t)
{
    for (unsigned i = 0; i < t->n_harts; i++)
        count_use(&t->harts[i]);
}

TimingUse timing_use(const Timing *t, unsigned owner)
{
    TimingUse use = t->counts.counts[owner].use;
    for (unsigned i = 0; i < t->n_harts; i++) {
        const TimingHart *h = &t->harts[i];
        TimingUse now = use_now(h);
        if (h->owner == owner && has_clock(h))
            add_use(&use, &h->since, &now);
    }
    return use;
}

void path_find_owner(TimingHart *h)
{
    Timing *t = h->timing;
    unsigned partition = partitions_find(t->parts, h->guest, h->vmid, h->id);
    h->owner = counts_owner(&t->counts, (Owner){ (uint16_t)partition, (uint16_t)h->id });
    h->mine = &t->counts.counts[h->owner];
}

void timing_hart_who(TimingHart *h, bool guest, unsigned vmid)
{
    vmid = guest ? vmid : 0;
    if (h->guest == guest && h->vmid == vmid)
        return;
    count_use(h);
    h->guest = guest;
    h->vmid = (uint16_t)vmid;
    path_find_owner(h);
}

void timing_hart_qos(TimingHart *h, unsigned rcid, unsigned mcid)
{
    h->rcid = (uint8_t)(rcid % QOS_MAX_IDS);
    h->mcid = (uint8_t)(mcid % QOS_MAX_IDS);
}

void timing_hart_forget(TimingHart *h)
{
    timing_fence_i(h);
    tlb_model_clear(h->tlb_i);
    tlb_model_clear(h->tlb_d);
    tlb_model_clear(&h->tlb_l2);
    tlb_model_clear(&h->walk_cache);
}
