/* SPDX-License-Identifier: MIT */
/* harts.c - partitions and harts; see harts.h. */
#include "emu/sight/harts.h"

#include <inttypes.h>
#include <string.h>

#include "cpu/stats.h"
#include "emu/monitor/hub.h"
#include "emu/symbols.h"

bool harts_count(Machine *m)
{
    if (m->silent)
        return false;
    for (unsigned i = 0; i < m->n_harts; i++)
        if (!m->harts[i].stats)
            stats_start(&m->harts[i]);
    return true;
}

/* Its row; of a guest there is one for each VMID on each hart. */
static HartsUse *use_of(HartsSight *s, const Machine *m, unsigned hart, bool guest, unsigned vmid)
{
    guint i = 0;
    for (; i < s->uses->len; i++) {
        HartsUse *use = &g_array_index(s->uses, HartsUse, i);
        if (use->hart == hart && use->guest == guest && (!guest || use->vmid == vmid))
            return use;
        if (use->hart > hart || (use->hart == hart && use->guest && use->vmid > vmid))
            break;
    }
    HartsUse use = {
        .hart = hart, .owner = owner_find(m, guest, vmid, hart), .vmid = vmid, .guest = guest
    };
    g_array_insert_val(s->uses, i, use);
    return &g_array_index(s->uses, HartsUse, i);
}

static uint64_t sum(const uint64_t *values, unsigned n)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < n; i++)
        total += values[i];
    return total;
}

static void add_guest(HartsSight *s, const Machine *m, const Hart *hart, unsigned vmid)
{
    const GuestStats *guest = &hart->stats->guests[vmid];
    HartsUse *use = use_of(s, m, hart->id, true, vmid);
    use->insns[MODE_VS] = guest->instructions[PRIV_S];
    use->insns[MODE_VU] = guest->instructions[PRIV_U];
    use->exceptions = sum(guest->exits[0], STATS_CAUSES);
    use->interrupts = sum(guest->exits[1], STATS_CAUSES);
    use->own_exceptions = guest->own_traps;
    use->own_interrupts = guest->direct + guest->injected;
}

/* What a hart did since it is counted. */
static void add_counts(HartsSight *s, Machine *m, Hart *hart)
{
    stats_leave_mode(hart);
    const uint64_t *n = hart->stats->instructions;
    HartsUse *host = use_of(s, m, hart->id, false, 0);
    host->insns[PRIV_M] = n[PRIV_M];
    host->insns[PRIV_S] = n[PRIV_S];
    host->insns[PRIV_U] = n[PRIV_U];
    s->harts[hart->id].counted = sum(n, MODES);
    s->counted += s->harts[hart->id].counted;
    for (unsigned word = 0; word < STATS_GUESTS / 64; word++)
        for (uint64_t seen = hart->stats->seen[word]; seen; seen &= seen - 1)
            add_guest(s, m, hart, word * 64 + (unsigned)__builtin_ctzll(seen));
}

static void name_pc(const Machine *m, HartsHart *h)
{
    uint64_t offset;
    const Symbols *symbols = m->monitors ? monitor_hub_symbols(m->monitors) : NULL;
    const char *name = symbols ? symbols_name(symbols, h->pc, &offset) : NULL;
    if (name && offset)
        g_snprintf(h->symbol, sizeof h->symbol, "%s+%" PRIu64, name, offset);
    else if (name)
        g_snprintf(h->symbol, sizeof h->symbol, "%s", name);
}

static void add_hart(HartsSight *s, Machine *m, Hart *hart)
{
    HartsHart *h = &s->harts[hart->id];
    *h = (HartsHart){ .id = hart->id,
                      .owner = owner_now(m, hart->id),
                      .vmid = (unsigned)bits(hart->csr.hgatp, 57, 44),
                      .guest = hart_is_guest(hart),
                      .idle = hart->idle,
                      .critical = hart->critical,
                      .mode = hart_mode_name(hart, hart_mode(hart)),
                      .pc = hart->pc,
                      .retired = hart_retired(hart) };
    name_pc(m, h);
    use_of(s, m, hart->id, false, 0);
    if (s->counting)
        add_counts(s, m, hart);
    use_of(s, m, hart->id, h->guest, h->guest ? h->vmid : 0)->now = true;
}

/* Of late. */

typedef struct {
    HartsSight *sight;
    const Machine *machine;
    uint64_t from;
} Late;

static void on_span(void *opaque, unsigned hart, const Span *span)
{
    const Late *it = opaque;
    HartsUse *use = use_of(it->sight, it->machine, hart, span->who.guest, span->who.vmid);
    uint64_t ns = span->to - MAX(span->from, it->from);
    *(span->mode == SPAN_IDLE ? &use->late.idle : &use->late.busy) += ns;
    use->late.exits += span->exits;
}

static void add_late(HartsLate *to, const HartsLate *late)
{
    to->busy += late->busy;
    to->idle += late->idle;
    to->exits += late->exits;
}

static void look_back(HartsSight *s, const Machine *m, uint64_t span_ns)
{
    uint64_t asked = s->now - MIN(s->now, span_ns);
    const char *why;
    Late late = { s, m, asked };
    const SpanListener listener = { on_span, NULL, &late };
    s->unknown = spans_unknown(m);
    s->from = s->unknown ? s->now : spans_read(m, asked, HARTS_BLOCKS, &listener, &why);
}

/* Partitions. */

static HartsPart *part_of(HartsSight *s, const Machine *m, unsigned number)
{
    guint i = 0;
    while (i < s->parts->len && harts_part(s, i)->who.number < number)
        i++;
    if (i == s->parts->len || harts_part(s, i)->who.number != number) {
        HartsPart part = { .who = owner_get(m, number) };
        g_array_insert_val(s->parts, i, part);
    }
    return &g_array_index(s->parts, HartsPart, i);
}

static void add_up(HartsSight *s, const Machine *m)
{
    part_of(s, m, PARTITION_HOST);
    for (unsigned i = 1; i < partitions_count(m->partitions); i++)
        if (partitions_get(m->partitions, i)->declared)
            part_of(s, m, i);
    for (guint i = 0; i < s->uses->len; i++) {
        const HartsUse *use = harts_use(s, i);
        HartsPart *part = part_of(s, m, use->owner);
        add_late(&part->late, &use->late);
        add_late(&s->harts[use->hart].late, &use->late);
        part->insns += sum(use->insns, MODES);
        part->exits += use->exceptions + use->interrupts;
        part->who.harts |= UINT32_C(1) << use->hart;
        part->on |= (uint32_t)use->now << use->hart;
        part->waiting |= (uint32_t)(use->now && s->harts[use->hart].idle) << use->hart;
    }
}

HartsSight *harts_look(Machine *m, uint64_t span_ns)
{
    HartsSight *s = g_new0(HartsSight, 1);
    s->now = clock_now(&m->clock);
    s->n_harts = m->n_harts;
    s->counting = m->harts[0].stats != NULL;
    s->counted_from = s->counting ? m->harts[0].stats->since : s->now;
    s->parts = g_array_new(FALSE, FALSE, sizeof(HartsPart));
    s->uses = g_array_new(FALSE, FALSE, sizeof(HartsUse));
    for (unsigned i = 0; i < m->n_harts; i++)
        add_hart(s, m, &m->harts[i]);
    look_back(s, m, span_ns);
    add_up(s, m);
    return s;
}

void *harts_make(Machine *m, const SightWants *wants)
{
    (void)wants;
    harts_count(m);
    return harts_look(m, HARTS_STRETCH_NS);
}

void harts_free(void *opaque)
{
    HartsSight *s = opaque;
    g_array_free(s->parts, TRUE);
    g_array_free(s->uses, TRUE);
    g_free(s);
}
