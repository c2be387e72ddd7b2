/* SPDX-License-Identifier: MIT */
/* harts_text.c - partitions and harts as text and as JSON; see harts.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/sight/harts.h"
#include "emu/sight/timeline.h"

const HartsColumn harts_part_columns[PART_CELLS] = {
    [PART_LETTER] = { "", true },          [PART_WHO] = { "who", true },
    [PART_VMID] = { "vmid", false },       [PART_HARTS] = { "harts", true },
    [PART_TIME] = { "%time", false },      [PART_IDLE] = { "%idle", false },
    [PART_EXITS_S] = { "exits/s", false }, [PART_INSNS] = { "instructions", false },
    [PART_SHARE] = { "%", false },         [PART_EXITS] = { "exits", false },
    [PART_STATE] = { "now", true },
};
const HartsColumn harts_hart_columns[HART_CELLS] = {
    [HART_ID] = { "hart", false },
    [HART_MODE] = { "mode", true },
    [HART_WHO] = { "who", true },
    [HART_BUSY] = { "%busy", false },
    [HART_IDLE] = { "%idle", false },
    [HART_EXITS_S] = { "exits/s", false },
    [HART_INSNS] = { "instructions", false },
    [HART_PC] = { "pc", true },
    [HART_SYMBOL] = { "in", true },
};

static char *percent(uint64_t part, uint64_t whole)
{
    return whole ? g_strdup_printf("%.1f", 100 * (double)part / (double)whole) : g_strdup("-");
}

static char *rate(const HartsSight *s, uint64_t n)
{
    uint64_t ns = s->now - s->from;
    return ns ? g_strdup_printf("%.0f", (double)n * 1e9 / (double)ns) : g_strdup("-");
}

static char *count(const HartsSight *s, uint64_t n)
{
    return s->counting ? g_strdup_printf("%" PRIu64, n) : g_strdup("-");
}

/* Of all harts. */
static uint64_t late_whole(const HartsSight *s)
{
    uint64_t whole = 0;
    for (unsigned i = 0; i < s->n_harts; i++)
        whole += s->harts[i].late.busy + s->harts[i].late.idle;
    return whole;
}

static char *state_text(const HartsPart *part)
{
    uint32_t runs = part->on & ~part->waiting;
    if (!part->on)
        return g_strdup(part->who.harts ? "not on a hart" : "not seen");
    g_autofree char *harts = owner_harts_text(runs ? runs : part->waiting);
    return g_strdup_printf("%s on %s", runs ? "runs" : "waits", harts);
}

char *harts_part_text(const HartsSight *s, const HartsPart *part, PartCell cell)
{
    switch (cell) {
    case PART_LETTER: return g_strdup_printf("%c", part->who.letter);
    case PART_WHO: return g_strdup(part->who.name);
    case PART_VMID:
        return part->who.vmid < 0 ? g_strdup("-") : g_strdup_printf("%d", part->who.vmid);
    case PART_HARTS: return owner_harts_text(part->who.harts);
    case PART_TIME: return percent(part->late.busy, late_whole(s));
    case PART_IDLE: return percent(part->late.idle, late_whole(s));
    case PART_EXITS_S: return rate(s, part->late.exits);
    case PART_INSNS: return count(s, part->insns);
    case PART_SHARE: return percent(part->insns, s->counted);
    case PART_EXITS: return count(s, part->exits);
    case PART_STATE: return state_text(part);
    case PART_CELLS: break;
    }
    g_assert_not_reached();
}

static const char *name_of(const HartsSight *s, unsigned owner)
{
    for (guint i = 0; i < s->parts->len; i++)
        if (harts_part(s, i)->who.number == owner)
            return harts_part(s, i)->who.name;
    return "?";
}

char *harts_hart_text(const HartsSight *s, const HartsHart *h, HartCell cell)
{
    uint64_t whole = h->late.busy + h->late.idle;
    switch (cell) {
    case HART_ID: return g_strdup_printf("%u", h->id);
    case HART_MODE:
        return g_strdup_printf("%s%s", h->mode, h->critical ? " stopped" : h->idle ? " idle" : "");
    case HART_WHO: return g_strdup_printf("%c %s", owner_letter(h->owner), name_of(s, h->owner));
    case HART_BUSY: return percent(h->late.busy, whole);
    case HART_IDLE: return percent(h->late.idle, whole);
    case HART_EXITS_S: return rate(s, h->late.exits);
    case HART_INSNS: return g_strdup_printf("%" PRIu64, h->retired);
    case HART_PC: return g_strdup_printf("0x%" PRIx64, h->pc);
    case HART_SYMBOL: return g_strdup(h->symbol);
    case HART_CELLS: break;
    }
    g_assert_not_reached();
}

char *harts_late_text(const HartsSight *s)
{
    g_autofree char *span = timeline_time(s->now - s->from), *now = timeline_time(s->now);
    if (s->unknown)
        return g_strdup(s->unknown);
    return g_strdup_printf("%%time, %%idle, %%busy, exits/s: of the %s up to %s", span, now);
}

char *harts_counted_text(const HartsSight *s)
{
    g_autofree char *from = timeline_time(s->counted_from);
    if (!s->counting)
        return g_strdup("back in time nothing is counted");
    return g_strdup_printf("instructions, exits: since %s%s", s->counted_from ? from : "the start",
                           s->counted_from ? " (with -d stats since the start)" : "");
}

/* A table whose cells are text already: rows of `n` strings. */
static void print_rows(const HartsColumn *columns, unsigned n, GPtrArray *cells, GString *out)
{
    for (guint row = 0; row < cells->len; row += n) {
        for (unsigned i = 0; i < n; i++) {
            int width = 0;
            const char *text = g_ptr_array_index(cells, row + i);
            for (guint other = i; other < cells->len; other += n)
                width = MAX(width, (int)g_utf8_strlen(g_ptr_array_index(cells, other), -1));
            g_string_append(out, i ? "  " : "");
            if (columns[i].left && i == n - 1)
                g_string_append(out, text);
            else
                g_string_append_printf(out, columns[i].left ? "%-*s" : "%*s", width, text);
        }
        g_string_append_c(out, '\n');
    }
}

static void print_parts(const HartsSight *s, GString *out)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    for (PartCell c = 0; c < PART_CELLS; c++)
        g_ptr_array_add(cells, g_strdup(harts_part_columns[c].title));
    for (guint i = 0; i < s->parts->len; i++)
        for (PartCell c = 0; c < PART_CELLS; c++)
            g_ptr_array_add(cells, harts_part_text(s, harts_part(s, i), c));
    print_rows(harts_part_columns, PART_CELLS, cells, out);
}

static void print_harts(const HartsSight *s, GString *out)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    for (HartCell c = 0; c < HART_CELLS; c++)
        g_ptr_array_add(cells, g_strdup(harts_hart_columns[c].title));
    for (unsigned i = 0; i < s->n_harts; i++)
        for (HartCell c = 0; c < HART_CELLS; c++)
            g_ptr_array_add(cells, harts_hart_text(s, &s->harts[i], c));
    print_rows(harts_hart_columns, HART_CELLS, cells, out);
}

void harts_print(const void *opaque, GString *out)
{
    const HartsSight *s = opaque;
    g_autofree char *late = harts_late_text(s), *counted = harts_counted_text(s);
    print_parts(s, out);
    g_string_append_c(out, '\n');
    print_harts(s, out);
    g_string_append_printf(out, "\n%s\n%s\n", late, counted);
}

/* JSON. */

static void late_json(const HartsLate *late, Json *json)
{
    json_number(json, "busy_ns", late->busy);
    json_number(json, "idle_ns", late->idle);
    json_number(json, "late_exits", late->exits);
}

static void part_json(const HartsSight *s, const HartsPart *part, Json *json)
{
    const char letter[] = { part->who.letter, 0 };
    json_begin(json, NULL, '{');
    json_number(json, "number", part->who.number);
    json_text(json, "letter", letter);
    json_text(json, "name", part->who.name);
    if (part->who.vmid >= 0)
        json_number(json, "vmid", (uint64_t)part->who.vmid);
    json_hex(json, "harts", part->who.harts);
    json_hex(json, "on", part->on);
    json_hex(json, "waiting", part->waiting);
    late_json(&part->late, json);
    if (s->counting) {
        json_number(json, "insns", part->insns);
        json_number(json, "exits", part->exits);
    }
    json_end(json, '{');
}

static void hart_json(const HartsHart *h, Json *json)
{
    json_begin(json, NULL, '{');
    json_number(json, "hart", h->id);
    json_text(json, "mode", h->mode);
    json_flag(json, "idle", h->idle);
    json_number(json, "partition", h->owner);
    json_hex(json, "pc", h->pc);
    json_text(json, "symbol", h->symbol[0] ? h->symbol : NULL);
    json_number(json, "retired", h->retired);
    late_json(&h->late, json);
    json_end(json, '{');
}

void harts_json(const void *opaque, Json *json)
{
    const HartsSight *s = opaque;
    json_number(json, "from_ns", s->from);
    json_number(json, "now_ns", s->now);
    json_text(json, "why", s->unknown);
    json_flag(json, "counting", s->counting);
    json_number(json, "counted_from_ns", s->counted_from);
    json_begin(json, "partitions", '[');
    for (guint i = 0; i < s->parts->len; i++)
        part_json(s, harts_part(s, i), json);
    json_end(json, '[');
    json_begin(json, "harts", '[');
    for (unsigned i = 0; i < s->n_harts; i++)
        hart_json(&s->harts[i], json);
    json_end(json, '[');
}
