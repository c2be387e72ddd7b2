/* SPDX-License-Identifier: MIT */
/* timeline.c - modes and partitions of harts over time; see timeline.h. */
#include "emu/sight/timeline.h"

#include <string.h>

static uint64_t length_of(const Span *span)
{
    return span->to - span->from;
}

/* `a` becomes both. */
static void join(Span *a, const Span *b, uint64_t longest)
{
    a->who = length_of(b) > longest ? b->who : a->who;
    a->to = b->to;
    a->insns += b->insns;
    a->has_last = b->has_last;
    a->last = b->last;
    a->end = b->end;
    a->cause = b->cause;
    a->exit = b->exit;
    a->next = b->next;
    a->n += b->n;
    a->exits += b->exits;
    for (unsigned i = 0; i < SPAN_MODES; i++) {
        a->ns[i] += b->ns[i];
        if (a->ns[i] > a->ns[a->mode])
            a->mode = (uint8_t)i;
    }
}

/* Neighbours that are shorter than `grain` together become one. */
static void coarsen(GArray *spans, uint64_t grain)
{
    guint kept = 0;
    uint64_t longest = 0; /* of what the last one is made of */
    for (guint i = 0; i < spans->len; i++) {
        const Span *span = &g_array_index(spans, Span, i);
        Span *last = kept ? &g_array_index(spans, Span, kept - 1) : NULL;
        if (last && length_of(last) + length_of(span) < grain) {
            uint64_t length = length_of(span);
            join(last, span, longest);
            longest = MAX(longest, length);
            continue;
        }
        longest = length_of(span);
        g_array_index(spans, Span, kept++) = *span;
    }
    g_array_set_size(spans, kept);
}

static unsigned most_spans(const Timeline *t)
{
    return MAX(TIMELINE_SPANS / t->n_harts, 128);
}

static void on_span(void *opaque, unsigned hart, const Span *span)
{
    Timeline *t = opaque;
    TimelineHart *h = &t->harts[hart];
    g_array_append_val(h->spans, *span);
    while (h->spans->len >= most_spans(t)) {
        h->grain = h->grain ? 2 * h->grain : MAX(t->asked / most_spans(t), 1);
        coarsen(h->spans, h->grain);
    }
}

static void on_spot(void *opaque, const Spot *spot)
{
    Timeline *t = opaque;
    TimelineHart *h = &t->harts[spot->hart];
    h->exits += spot->kind == SPOT_EXIT;
    h->traps += spot->kind == SPOT_TRAP;
    h->irqs += spot->kind == SPOT_IRQ;
    if (t->spots->len == TIMELINE_SPOTS) {
        t->spots_from = g_array_index(t->spots, Spot, TIMELINE_SPOTS / 2 - 1).ns + 1;
        g_array_remove_range(t->spots, 0, TIMELINE_SPOTS / 2);
    }
    g_array_append_val(t->spots, *spot);
}

static void find_owners(Timeline *t, const Machine *m)
{
    t->owners = owners_new();
    owners_add(t->owners, m, PARTITION_HOST, 0);
    for (unsigned i = 0; i < t->n_harts; i++)
        for (guint s = 0; s < t->harts[i].spans->len; s++)
            owners_add(t->owners, m, g_array_index(t->harts[i].spans, Span, s).who.owner,
                       UINT32_C(1) << i);
}

void *timeline_make(Machine *m, const SightWants *wants)
{
    Timeline *t = g_new0(Timeline, 1);
    const SpanListener listener = { on_span, on_spot, t };
    t->asked = wants->span_ns ? wants->span_ns : TIMELINE_SPAN_NS;
    t->now = clock_now(&m->clock);
    t->from = t->now;
    t->timed = m->timed;
    t->n_harts = m->n_harts;
    t->unknown = spans_unknown(m);
    t->spots = g_array_new(FALSE, FALSE, sizeof(Spot));
    for (unsigned i = 0; i < SPAN_MODES; i++)
        t->modes[i] = span_mode_name(m, i);
    for (unsigned i = 0; i < t->n_harts; i++)
        t->harts[i].spans = g_array_new(FALSE, FALSE, sizeof(Span));
    if (!t->unknown)
        t->from =
            spans_read(m, t->now - MIN(t->now, t->asked), TIMELINE_BLOCKS, &listener, &t->why);
    t->spots_from = MAX(t->spots_from, t->from);
    find_owners(t, m);
    return t;
}

void timeline_free(void *opaque)
{
    Timeline *t = opaque;
    for (unsigned i = 0; i < t->n_harts; i++)
        g_array_free(t->harts[i].spans, TRUE);
    g_array_free(t->spots, TRUE);
    g_array_free(t->owners, TRUE);
    g_free(t);
}

const Span *timeline_at(const Timeline *t, unsigned hart, uint64_t ns)
{
    const GArray *spans = t->harts[hart].spans;
    guint low = 0, high = spans->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        const Span *span = &g_array_index(spans, Span, middle);
        if (ns >= span->from && ns < span->to)
            return span;
        if (ns < span->from)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const Spot *timeline_spot(const Timeline *t, unsigned hart, uint64_t ns, unsigned kinds,
                          bool forward)
{
    const Spot *found = NULL;
    for (guint i = 0; i < t->spots->len; i++) {
        const Spot *spot = &g_array_index(t->spots, Spot, i);
        if (spot->hart != hart || !(kinds >> spot->kind & 1))
            continue;
        if (forward ? spot->ns > ns : spot->ns >= ns)
            return forward ? spot : found;
        found = spot;
    }
    return forward ? NULL : found;
}

/* Cells. */

typedef struct {
    uint64_t from, to;
    unsigned n;
    TimelineCell *cells;
    uint64_t (*ns)[SPAN_MODES];
    uint64_t *longest;
} Grid;

static uint64_t border(const Grid *grid, unsigned i)
{
    return grid->from + (uint64_t)((unsigned __int128)(grid->to - grid->from) * i / grid->n);
}

static unsigned column(const Grid *grid, uint64_t ns)
{
    uint64_t i =
        (uint64_t)((unsigned __int128)(ns - grid->from) * grid->n / (grid->to - grid->from));
    return (unsigned)MIN(i, grid->n - 1);
}

static void put_part(Grid *grid, unsigned i, const Span *span, uint64_t ns)
{
    uint64_t whole = length_of(span);
    for (unsigned mode = 0; mode < SPAN_MODES; mode++)
        grid->ns[i][mode] += (uint64_t)((unsigned __int128)span->ns[mode] * ns / whole);
    grid->cells[i].mixed |= span->n > 1 || grid->longest[i];
    if (ns > grid->longest[i]) {
        grid->longest[i] = ns;
        grid->cells[i].owner = span->who.owner;
        grid->cells[i].mode = span->mode;
    }
}

static void put_span(Grid *grid, const Span *span)
{
    uint64_t from = MAX(span->from, grid->from), to = MIN(span->to, grid->to);
    if (from >= to)
        return;
    for (unsigned i = column(grid, from); i < grid->n && border(grid, i) < to; i++) {
        uint64_t begin = MAX(from, border(grid, i)), end = MIN(to, border(grid, i + 1));
        if (begin < end)
            put_part(grid, i, span, end - begin);
    }
}

TimelineCell *timeline_cells(const Timeline *t, unsigned hart, uint64_t from, uint64_t to,
                             unsigned n)
{
    Grid grid = { from, to, n, g_new0(TimelineCell, n), NULL, NULL };
    g_assert(to - from >= n);
    grid.ns = g_malloc0_n(n, sizeof *grid.ns);
    grid.longest = g_new0(uint64_t, n);
    for (unsigned i = 0; i < n; i++)
        grid.cells[i].mode = SPAN_MODES;
    for (guint i = 0; i < t->harts[hart].spans->len; i++)
        put_span(&grid, &g_array_index(t->harts[hart].spans, Span, i));
    for (unsigned i = 0; i < n; i++)
        for (unsigned mode = 0; grid.longest[i] && mode < SPAN_MODES; mode++)
            if (grid.ns[i][mode] > grid.ns[i][grid.cells[i].mode])
                grid.cells[i].mode = (uint8_t)mode;
    for (guint i = 0; i < t->spots->len; i++) {
        const Spot *spot = &g_array_index(t->spots, Spot, i);
        if (spot->hart == hart && spot->ns >= grid.from && spot->ns < grid.to)
            grid.cells[column(&grid, spot->ns)].spots |= (uint8_t)(1u << spot->kind);
    }
    g_free(grid.ns);
    g_free(grid.longest);
    return grid.cells;
}
