/* SPDX-License-Identifier: MIT */
/* top_look.c - what -top shows; see top.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/shared/groups.h"
#include "emu/shared/top.h"

/* What is shown of a group is made of these. */
typedef struct {
    uint64_t cycles, idle, retired, misses, own, others, lines, violations;
} Sample;

struct TopLook {
    const Machine *machine;
    bool by_hart;
    GHashTable *before; /* of Sample, by name */
    uint64_t bus_lines, cycles;
};

enum { BAR = 17 };

TopLook *top_look_new(const Machine *machine, bool by_hart)
{
    TopLook *look = g_new0(TopLook, 1);
    look->machine = machine;
    look->by_hart = by_hart;
    look->before = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return look;
}

void top_look_free(TopLook *look)
{
    if (!look)
        return;
    g_hash_table_unref(look->before);
    g_free(look);
}

static Sample sample_of(const Groups *g, unsigned group)
{
    TimingUse use = groups_use(g, group);
    Sample s = { .cycles = use.cycles,
                 .idle = use.idle,
                 .retired = use.retired,
                 .misses = groups_count(g, group, COUNT_LLC_MISSES),
                 .others = groups_by_others(g, g->timing->counts.waits, group),
                 .lines = groups_lines(g, group, -1),
                 .violations = groups_count(g, group, COUNT_VIOLATIONS) };
    for (StallCause cause = 0; cause < STALLS; cause++)
        s.own += groups_stall(g, group, cause);
    s.own -= s.others;
    return s;
}

static double ratio(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static void append_bar(uint64_t part, uint64_t whole, GString *out)
{
    unsigned full = (unsigned)(ratio(part, whole) * BAR + 0.5);
    g_string_append(out, " [");
    for (unsigned i = 0; i < BAR; i++)
        g_string_append_c(out, i < full ? '#' : '.');
    g_string_append_c(out, ']');
}

/* Lines, occupancy and violations are as they are; all else since the last look. */
static void append_group(TopLook *look, const Groups *g, unsigned group, uint64_t span,
                         GString *out)
{
    static const Sample none;
    Sample now = sample_of(g, group);
    const Sample *found = g_hash_table_lookup(look->before, g->names[group]);
    const Sample *before = found ? found : &none;
    uint64_t cycles = now.cycles - before->cycles, retired = now.retired - before->retired;
    uint64_t busy = cycles - (now.idle - before->idle);
    g_string_append_printf(out, "%-16.16s %5.1f %5.1f %5.2f %7.2f %5.1f %5.1f %5.1f",
                           g->names[group], 100 * ratio(cycles, span), 100 * ratio(busy, span),
                           ratio(retired, busy), 1000 * ratio(now.misses - before->misses, retired),
                           100 * ratio(now.own - before->own, cycles),
                           100 * ratio(now.others - before->others, cycles),
                           100 * ratio(now.lines, g->timing->llc.n_lines));
    append_bar(now.lines, g->timing->llc.n_lines, out);
    g_string_append_c(out, '\n');
    if (now.violations)
        g_string_append_printf(out, "    %" PRIu64 " lines of wrong colours\n", now.violations);
    g_hash_table_replace(look->before, g_strdup(g->names[group]), g_memdup2(&now, sizeof now));
}

static void append_title(TopLook *look, const Groups *g, uint64_t span, GString *out)
{
    const Machine *m = look->machine;
    uint64_t lines = 0;
    for (unsigned i = 0; i < g->n; i++)
        lines += groups_count(g, i, COUNT_BUS_LINES);
    uint64_t slots = calendar_slot(&g->timing->calendar, span / m->n_harts);
    g_string_append_printf(out, "%s, %s; %.3f s of virtual time, bus %.0f %% busy\n",
                           g->timing->config.profile.name, m->timed ? "timed" : "not timed now",
                           (double)clock_now(&m->clock) / 1e9,
                           100 * ratio(lines - look->bus_lines, slots));
    look->bus_lines = lines;
}

void top_fit(GString *text, unsigned columns, unsigned rows, GString *out)
{
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    unsigned n = g_strv_length(lines) - 1, shown = n > rows ? rows - 1 : n;
    for (unsigned i = 0; i < shown; i++)
        g_string_append_printf(out, "%.*s\n", (int)columns, lines[i]);
    if (n > shown)
        g_string_append_printf(out, "(%u lines more: this terminal has too few)\n", n - shown);
}

void top_look(TopLook *look, unsigned columns, unsigned rows, GString *out)
{
    g_autofree Groups *g = groups_new(look->machine->timing, look->by_hart);
    g_autoptr(GString) text = g_string_new(NULL);
    uint64_t cycles = 0;
    for (unsigned i = 0; i < g->n; i++)
        cycles += groups_use(g, i).cycles;
    uint64_t span = cycles - look->cycles;
    look->cycles = cycles;
    append_title(look, g, span, text);
    g_string_append_printf(text, "%-16s %5s %5s %5s %7s %5s %5s %5s\n", "who", "%time", "%busy",
                           "ipc", "mpki", "%own", "%oth", "%llc");
    for (unsigned i = 0; i < g->n; i++)
        append_group(look, g, i, span, text);
    top_fit(text, columns, rows, out);
}
