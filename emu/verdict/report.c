/* SPDX-License-Identifier: MIT */
/* report.c - a verdict for people: a screen for each partition. */
#include <inttypes.h>
#include <string.h>

#include "emu/verdict/inside.h"

const char *time_text(uint64_t ns, char room[32])
{
    if (ns < 10000)
        g_snprintf(room, 32, "%" PRIu64 " ns", ns);
    else if (ns < 10000000)
        g_snprintf(room, 32, "%" PRIu64 ".%" PRIu64 " us", ns / 1000, ns / 100 % 10);
    else
        g_snprintf(room, 32, "%" PRIu64 ".%" PRIu64 " ms", ns / 1000000, ns / 100000 % 10);
    return room;
}

static void add_causes(GString *out, const char *title, uint64_t total, const uint64_t *counts)
{
    const char *between = ": ";
    g_string_append_printf(out, "  %-22s %10" PRIu64, title, total);
    for (unsigned i = 0; i < CAUSES; i++) {
        g_autofree char *name = cause_name(i);
        if (!counts[i])
            continue;
        g_string_append_printf(out, "%s%s %" PRIu64, between, name, counts[i]);
        between = ", ";
    }
    g_string_append_c(out, '\n');
}

static void add_calls(GString *out, const GArray *calls)
{
    const char *between = "";
    char room[24];
    if (!calls->len)
        return;
    g_string_append_printf(out, "  %-22s %10s  ", "  calls", "");
    for (unsigned i = 0; i < calls->len; i++) {
        const CallCount *call = &g_array_index(calls, CallCount, i);
        if (call->others)
            g_string_append_printf(out, "%sother %" PRIu64, between, call->n);
        else
            g_string_append_printf(out, "%s%s.%" PRIu64 " %" PRIu64, between,
                                   call_name(call->extension, room), call->function, call->n);
        between = ", ";
    }
    g_string_append_c(out, '\n');
}

static void add_splits(GString *out, const PartCounts *c)
{
    enum { EXIT_MMIO = 6, EXIT_GPF_MISSING, EXIT_GPF_PERM };
    uint64_t mmio = c->exit_kind[EXIT_MMIO], missing = c->exit_kind[EXIT_GPF_MISSING],
             denied = c->exit_kind[EXIT_GPF_PERM];
    const char *between = "";
    if (mmio + missing + denied)
        g_string_append_printf(out,
                               "  %-22s %10s  device imitated %" PRIu64
                               ", memory not there %" PRIu64 ", not allowed %" PRIu64 "\n",
                               "  guest pages", "", mmio, missing, denied);
    for (unsigned i = 0; i < VINSTS; i++) {
        if (!c->vinst[i])
            continue;
        if (!*between)
            g_string_append_printf(out, "  %-22s %10s  ", "  instructions", "");
        g_string_append_printf(out, "%s%s %" PRIu64, between, vinst_names[i], c->vinst[i]);
        between = ", ";
    }
    if (*between)
        g_string_append_c(out, '\n');
}

/* Shares of the harts' time. */
static void add_time(GString *out, const PartCounts *c)
{
    uint64_t all = 0;
    char room[32];
    for (unsigned i = 0; i < SPENTS; i++)
        all += c->ns[i];
    g_string_append_printf(out, "  %-22s %10s  ", "time", "");
    for (unsigned i = 0; all && i < SPENTS; i++)
        if (c->ns[i])
            g_string_append_printf(out, "%s %s (%.2f %%)  ", spent_names[i],
                                   time_text(c->ns[i], room), (double)c->ns[i] * 100 / (double)all);
    while (out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

static void add_histogram(GString *out, const char *title, const Histogram *h)
{
    char least[32], median[32], late[32], most[32];
    g_string_append_printf(out, "  %-22s %10" PRIu64, title, h->n);
    if (h->n)
        g_string_append_printf(out, ": least %s, median %s, 99 %% %s, most %s",
                               time_text(h->min, least), time_text(histogram_at(h, 500), median),
                               time_text(histogram_at(h, 990), late), time_text(h->max, most));
    g_string_append_c(out, '\n');
}

static void add_stages(GString *out, const IrqCounts *irq)
{
    char room[32];
    g_string_append_printf(out, "  %-22s %10s  ", "  median by stage", "");
    for (unsigned i = 1; i < STAGES; i++)
        if (irq->stages[i].n)
            g_string_append_printf(out, "> %s %s ", stage_names[i],
                                   time_text(histogram_at(&irq->stages[i], 500), room));
    g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

static void add_interrupts(GString *out, const PartCounts *c)
{
    char room[32];
    for (unsigned kind = 0; kind < KINDS; kind++) {
        const IrqCounts *irq = &c->irq[kind];
        g_autofree char *title = g_strdup_printf("%s interrupts", kind_names[kind]);
        if (!(irq->direct + irq->emulated))
            continue;
        add_histogram(out, title, &irq->total);
        add_stages(out, irq);
        g_string_append_printf(out,
                               "  %-22s %10s  %" PRIu64 " without the host, %" PRIu64
                               " by it; the guest had them off for %s, not counted above\n",
                               "  delivered", "", irq->direct, irq->emulated,
                               time_text(irq->masked_ns, room));
        if (irq->unknown)
            g_string_append_printf(out, "  %-22s %10" PRIu64 "  since when, no event told\n",
                                   "  already pending", irq->unknown);
    }
}

static void add_shared(GString *out, const SharedCounts *s)
{
    if (!s->known)
        return;
    g_string_append_printf(
        out, "  %-22s %10" PRIu64 ": of lines that others drove out; %" PRIu64 " in all\n",
        "cache misses", s->misses_by_others, s->llc_misses);
    g_string_append_printf(out,
                           "  %-22s %10" PRIu64 ": cycles behind others, %" PRIu64
                           " behind itself; throttled %" PRIu64 " times\n",
                           "waiting for the bus", s->stall_others, s->stall_own, s->throttles);
}

static void add_flags(GString *out, const PartCounts *c)
{
    static const struct {
        const char *flag, *text;
    } texts[] = {
        { "dma_without_iommu",
          "a device of its reaches all memory by itself, and there is no IOMMU: "
          "nothing keeps it out of the other partitions" },
        { "shares_harts", "another guest runs on a hart of its" },
        { "memory_filled_lazily", "memory that was not there yet made it exit in the window" },
        { "events_lost", "events are missing: what is counted is too little" },
        { "recording_cut", "the recording does not go to the end: counted as far as it goes" },
        { "not_in_base", "the base has no partition of this name: not compared" },
        { "window_not_over", "the window's end never came: counted to the end of the run" },
    };
    for (unsigned i = 0; i < c->flags->len; i++)
        for (size_t k = 0; k < G_N_ELEMENTS(texts); k++)
            if (!strcmp(texts[k].flag, g_ptr_array_index(c->flags, i)))
                g_string_append_printf(out, "  ! %s\n", texts[k].text);
}

static void add_part(GString *out, const Verdict *v, unsigned number)
{
    const PartCounts *c = &v->counts[number];
    char grade[2] = { c->grade, 0 }, room[32];
    g_string_append_printf(out, "\n%s: ", partitions_get(v->parts, number)->name);
    g_string_append_printf(out, "%s%s: %s\n", c->grade ? grade : "no grade",
                           c->grade && c->suffix ? c->suffix : "", c->reason);
    add_causes(out, "exits to the host", c->exits, c->exit_cause);
    add_calls(out, c->calls);
    add_splits(out, c);
    add_causes(out, "traps to M-mode", c->mtraps, c->mtrap_cause);
    add_causes(out, "its own traps", c->guest_traps, c->guest_cause);
    add_time(out, c);
    add_histogram(out, "stays outside of it", &c->stays);
    if (c->open_stay_ns)
        g_string_append_printf(out, "  %-22s %10s  not over at the end: %s so far\n", "", "",
                               time_text(c->open_stay_ns, room));
    add_interrupts(out, c);
    if (c->has_ratio)
        g_string_append_printf(
            out, "  %-22s %10s  worst latency is %" PRIu64 ".%02u times that of the base\n",
            "interference", "", c->ratio_1000 / 1000, (unsigned)(c->ratio_1000 % 1000 / 10));
    if (c->steal_ns)
        g_string_append_printf(out, "  %-22s %10s  %s\n", "stolen by other guests", "",
                               time_text(c->steal_ns, room));
    add_shared(out, &c->shared);
    add_flags(out, c);
}

void verdict_text(const Verdict *v, GString *out)
{
    char room[32];
    unsigned shown = 0;
    g_string_append_printf(out, "verdict over %s", time_text(window_ns(v), room));
    g_string_append_printf(out, " of virtual time, from %" PRIu64 " ns on, %s\n", v->opened_at,
                           v->timed ? "in cycles of the timing model"
                           : v->cut ? "by a clock that only the end of the recording tells"
                                    : "in instructions");
    if (!v->open)
        g_string_append(out, "the window never began: what from= waits for did not come\n");
    for (unsigned i = 1; i < partitions_count(v->parts); i++) {
        if (!part_is_shown(v, i))
            continue;
        shown++;
        add_part(out, v, i);
    }
    if (!shown)
        g_string_append(out, "\nno guest ran: there is nothing to judge\n");
}

void verdict_write_as(const Verdict *v, const char *path, GString *out)
{
    if (g_str_has_suffix(path, ".json"))
        verdict_json(v, out);
    else if (g_str_has_suffix(path, ".svg"))
        verdict_picture(v, out);
    else
        verdict_text(v, out);
}
