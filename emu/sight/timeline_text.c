/* SPDX-License-Identifier: MIT */
/* timeline_text.c - the timeline as text and as JSON; see timeline.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/sight/timeline.h"

enum { COLUMNS = 64, ROWS = 24 };

/* By SpotKind. */
static const struct {
    char letter;
    const char *name;
} spots[SPOTS] = {
    [SPOT_EXIT] = { 'x', "exit" },     [SPOT_TRAP] = { 't', "trap" },
    [SPOT_IRQ] = { '!', "interrupt" }, [SPOT_MARK] = { '*', "mark" },
    [SPOT_BREAK] = { 'b', "break" },
};
static const char *const ends[SPAN_ENDS] = { "now", "trap", "return", "wait", "wake", "reset" };

char timeline_letter(const Timeline *t, unsigned mode)
{
    if (mode >= SPAN_MODES)
        return ' ';
    const char *name = t->modes[mode];
    return mode == SPAN_IDLE ? '.' : !strcmp(name, "VU") ? 'u' : name[0];
}

char *timeline_time(uint64_t ns)
{
    static const struct {
        uint64_t ns;
        const char *unit;
        int digits;
    } units[] = { { 1000000000, "s", 9 }, { 1000000, "ms", 6 }, { 1000, "us", 3 } };
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (ns >= units[i].ns)
            return g_strdup_printf("%" PRIu64 ".%0*" PRIu64 " %s", ns / units[i].ns,
                                   units[i].digits, ns % units[i].ns, units[i].unit);
    return g_strdup_printf("%" PRIu64 " ns", ns);
}

static const SightOwner *owner_of(const Timeline *t, unsigned number)
{
    const SightOwner *owner = owners_find(t->owners, number);
    return owner ? owner : owners_find(t->owners, PARTITION_HOST);
}

static void append_pc(GString *out, bool known, uint64_t pc)
{
    if (known)
        g_string_append_printf(out, "0x%" PRIx64, pc);
    else
        g_string_append_c(out, '?');
}

char *timeline_span_text(const Timeline *t, const Span *span)
{
    GString *out = g_string_new(NULL);
    g_autofree char *from = timeline_time(span->from),
                    *length = timeline_time(span->to - span->from);
    g_autofree char *end = span_end_text(span);
    const SightOwner *owner = owner_of(t, span->who.owner);
    g_string_append_printf(out, "%s%-14s %13s  %-4s %c %-12s %9" PRIu64 "  ", span->cut ? "<" : " ",
                           from, length, t->modes[span->mode], owner->letter, owner->name,
                           span->insns);
    append_pc(out, span->has_begin, span->begin);
    g_string_append(out, "..");
    append_pc(out, span->has_last, span->last);
    g_string_append_printf(out, "  %s", end);
    return g_string_free(out, FALSE);
}

char *timeline_span_words(const Timeline *t, const Span *span)
{
    GString *out = g_string_new(NULL);
    g_autofree char *from = timeline_time(span->from), *to = timeline_time(span->to);
    g_autofree char *length = timeline_time(span->to - span->from), *end = span_end_text(span);
    const SightOwner *owner = owner_of(t, span->who.owner);
    g_string_append_printf(out, "%s, %c %s, %s%s to %s: %s, %" PRIu64 " instructions, ",
                           t->modes[span->mode], owner->letter, owner->name,
                           span->cut ? "before " : "", from, to, length, span->insns);
    append_pc(out, span->has_begin, span->begin);
    g_string_append(out, "..");
    append_pc(out, span->has_last, span->last);
    g_string_append_printf(out, "; %s%s", span->n > 1 ? "" : "ended by ", end);
    return g_string_free(out, FALSE);
}

static char spot_letter(uint8_t kinds)
{
    static const uint8_t order[] = { SPOT_BREAK, SPOT_MARK, SPOT_EXIT, SPOT_IRQ, SPOT_TRAP };
    if (!kinds)
        return ' ';
    for (size_t i = 0; i < sizeof order; i++)
        if (kinds >> order[i] & 1)
            return spots[order[i]].letter;
    return ' ';
}

static void print_lanes(const Timeline *t, unsigned hart, GString *out)
{
    uint64_t from = t->now - MIN(t->now, t->asked);
    unsigned n = (unsigned)MIN(COLUMNS, t->now - from);
    g_autofree TimelineCell *cells = timeline_cells(t, hart, from, t->now, n);
    const TimelineHart *h = &t->harts[hart];
    char lines[3][COLUMNS + 1] = { { 0 } };
    for (unsigned i = 0; i < n; i++) {
        bool known = cells[i].mode != SPAN_MODES;
        lines[0][i] = spot_letter(cells[i].spots);
        lines[1][i] = timeline_letter(t, cells[i].mode);
        lines[2][i] = known ? owner_of(t, cells[i].owner)->letter : ' ';
    }
    g_string_append_printf(
        out, "        |%s| %" PRIu64 " exits, %" PRIu64 " interrupts, %" PRIu64 " other traps\n",
        lines[0], h->exits, h->irqs, h->traps);
    g_string_append_printf(out, "hart %-2u |%s| mode\n        |%s| who\n", hart, lines[1],
                           lines[2]);
}

static void print_spans(const Timeline *t, unsigned hart, unsigned rows, GString *out)
{
    const GArray *list = t->harts[hart].spans;
    guint first = list->len > rows ? list->len - rows : 0;
    g_string_append_printf(out, "hart %u: the last %u of %u stretches\n", hart, list->len - first,
                           list->len);
    g_string_append(out,
                    " from                   for  mode who                  insns  pc  ended by\n");
    for (guint i = first; i < list->len; i++) {
        g_autofree char *text = timeline_span_text(t, &g_array_index(list, Span, i));
        g_string_append_printf(out, "%s\n", text);
    }
}

static void print_head(const Timeline *t, GString *out)
{
    uint64_t length = MIN(t->now, t->asked);
    g_autofree char *span = timeline_time(length), *now = timeline_time(t->now);
    g_autofree char *from = timeline_time(t->from);
    g_autofree char *cell = timeline_time(length / CLAMP(length, 1, COLUMNS));
    g_string_append_printf(out, "The last %s up to %s, %s a character%s\n", span, now, cell,
                           t->timed ? "; timed" : "");
    if (t->why)
        g_string_append_printf(out, "known from %s on: %s\n", from, t->why);
    g_string_append(out, "mode: ");
    for (unsigned i = 0; i < SPAN_MODES; i++)
        if (t->modes[i][0] != '?')
            g_string_append_printf(out, "%c %s, ", timeline_letter(t, i), t->modes[i]);
    g_string_truncate(out, out->len - 2);
    g_string_append(out, "\nwho: ");
    for (guint i = 0; i < t->owners->len; i++) {
        const SightOwner *owner = &g_array_index(t->owners, SightOwner, i);
        g_string_append_printf(out, "%s%c %s", i ? ", " : "", owner->letter, owner->name);
    }
    g_string_append(out, "\nabove: x exit, ! interrupt, t other trap, * mark, b breakpoint\n\n");
}

void timeline_print_hart(const Timeline *t, unsigned only, unsigned rows, GString *out)
{
    if (t->unknown) {
        g_string_append_printf(out, "%s\n", t->unknown);
        return;
    }
    print_head(t, out);
    for (unsigned i = 0; i < t->n_harts; i++)
        if (only == MACHINE_MAX_HARTS || i == only)
            print_lanes(t, i, out);
    for (unsigned i = 0; i < t->n_harts; i++) {
        if (only != MACHINE_MAX_HARTS && i != only)
            continue;
        g_string_append_c(out, '\n');
        print_spans(t, i, rows, out);
    }
}

void timeline_print(const void *opaque, GString *out)
{
    const Timeline *t = opaque;
    timeline_print_hart(t, MACHINE_MAX_HARTS, MAX(ROWS / t->n_harts, 4), out);
}

/* JSON. */

static void span_json(const Timeline *t, const Span *span, Json *json)
{
    json_begin(json, NULL, '{');
    json_number(json, "from_ns", span->from);
    json_number(json, "to_ns", span->to);
    json_text(json, "mode", t->modes[span->mode]);
    json_number(json, "partition", span->who.owner);
    json_number(json, "insns", span->insns);
    if (span->cut)
        json_flag(json, "cut", true);
    if (span->has_begin)
        json_hex(json, "first_pc", span->begin);
    if (span->has_last)
        json_hex(json, "last_pc", span->last);
    json_text(json, "end", ends[span->end]);
    if (span->end == SPAN_TRAP) {
        g_autofree char *cause = span_cause_text(span->cause);
        json_text(json, "cause", cause);
        json_number(json, "exits", span->exits);
    }
    if (span->n > 1) {
        json_number(json, "stretches", span->n);
        json_begin(json, "ns", '{');
        for (unsigned i = 0; i < SPAN_MODES; i++)
            if (span->ns[i])
                json_number(json, t->modes[i], span->ns[i]);
        json_end(json, '{');
    }
    json_end(json, '{');
}

static void spot_json(const Spot *spot, Json *json)
{
    g_autofree char *text = spot_text(spot);
    json_begin(json, NULL, '{');
    json_number(json, "ns", spot->ns);
    json_number(json, "hart", spot->hart);
    json_text(json, "kind", spots[spot->kind].name);
    json_text(json, "what", text);
    json_number(json, "partition", spot->owner);
    json_hex(json, "pc", spot->pc);
    json_end(json, '{');
}

void timeline_json(const void *opaque, Json *json)
{
    const Timeline *t = opaque;
    json_number(json, "asked_ns", t->asked);
    json_number(json, "from_ns", t->from);
    json_number(json, "now_ns", t->now);
    json_text(json, "why", t->unknown ? t->unknown : t->why);
    owners_json(t->owners, json);
    json_begin(json, "harts", '[');
    for (unsigned i = 0; i < t->n_harts; i++) {
        json_begin(json, NULL, '{');
        json_number(json, "hart", i);
        json_number(json, "grain_ns", t->harts[i].grain);
        json_number(json, "exits", t->harts[i].exits);
        json_number(json, "interrupts", t->harts[i].irqs);
        json_number(json, "other_traps", t->harts[i].traps);
        json_begin(json, "stretches", '[');
        for (guint s = 0; s < t->harts[i].spans->len; s++)
            span_json(t, &g_array_index(t->harts[i].spans, Span, s), json);
        json_end(json, '[');
        json_end(json, '{');
    }
    json_end(json, '[');
    json_number(json, "spots_from_ns", t->spots_from);
    json_begin(json, "spots", '[');
    for (guint i = 0; i < t->spots->len; i++)
        spot_json(&g_array_index(t->spots, Spot, i), json);
    json_end(json, '[');
}
